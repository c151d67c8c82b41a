"""The values of XML-RPC, both ways. Whole numbers have 32 bits, and there is no word for nothing."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

MOST, LEAST = 2**31 - 1, -(2**31)
NOT_IN_XML = {code: None for code in range(32) if code not in (9, 10, 13)}


class CannotSay(Exception):
    """A value that XML-RPC has no form for."""


def decoded_call(body: bytes) -> tuple[str, list[Any]]:
    """The method and its parameters. Raises ParseError and ValueError."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise ValueError("a call declares no entities")
    root = ElementTree.fromstring(body)
    method = root.findtext("methodName")
    if root.tag != "methodCall" or not method:
        raise ValueError("not a method call")
    return method, [_value(value) for value in root.findall("params/param/value")]


def _value(element: ElementTree.Element) -> Any:
    if not len(element):
        return element.text or ""
    inner = element[0]
    text = inner.text or ""
    match inner.tag.rpartition("}")[2]:
        case "int" | "i4" | "i8":
            return int(text)
        case "boolean":
            return text.strip() == "1"
        case "double":
            return float(text)
        case "string":
            return text
        case "nil":
            return None
        case "dateTime.iso8601":
            return f"{text[:4]}-{text[4:6]}-{text[6:8]} {text[9:]}"
        case "base64":
            return base64.b64decode(text).decode()
        case "array":
            return [_value(each) for each in inner.findall("data/value")]
        case "struct":
            return {each.findtext("name") or "": _member(each) for each in inner.findall("member")}
    raise ValueError(f"no value is called {inner.tag!r}")


def _member(element: ElementTree.Element) -> Any:
    found = element.find("value")
    if found is None:
        raise ValueError("a member without a value")
    return _value(found)


def response(value: Any) -> bytes:
    """The answer with that value. Raises CannotSay."""
    return _document(f"<params><param>{said(value)}</param></params>")


def fault(code: int | str, text: str) -> bytes:
    """The answer that says what went wrong."""
    return _document(f"<fault>{said({'faultCode': code, 'faultString': text})}</fault>")


def _document(inner: str) -> bytes:
    return f'<?xml version="1.0"?>\n<methodResponse>\n{inner}\n</methodResponse>\n'.encode()


def said(value: Any) -> str:
    """One value. Raises CannotSay."""
    match value:
        case None:
            raise CannotSay("cannot marshal None unless allow_none is enabled")
        case bool():
            inner = f"<boolean>{int(value)}</boolean>"
        case int():
            if not LEAST <= value <= MOST:
                raise CannotSay("int exceeds XML-RPC limits")
            inner = f"<int>{value}</int>"
        case float():
            inner = f"<double>{value!r}</double>"
        case str():
            inner = f"<string>{escape(value.translate(NOT_IN_XML))}</string>"
        case Mapping():
            members = (f"<member><name>{escape(str(k))}</name>{said(v)}</member>" for k, v in value.items())
            inner = f"<struct>{''.join(members)}</struct>"
        case Sequence():
            inner = f"<array><data>{''.join(map(said, value))}</data></array>"
        case _:
            raise CannotSay(f"cannot marshal {type(value)} objects")
    return f"<value>{inner}</value>"
