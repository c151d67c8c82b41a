"""The bodies of answers, which may be hostile: unpacked, decoded strictly, and never larger or deeper than any may be.

What one row holds is that row's affair (L2): a number that is none (`NaN`) comes through as text, broken text as text
that no field takes. What cannot be read at all is no answer: nothing is concluded from it.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any

MAX_DEPTH = 200
"""Of a whole answer; no field takes a value that is nested deeper than 64."""

MAX_DIGITS = 1000

_EXACT_FLOAT = 2**53
_SURE_DIGITS = 16  # a float holds any 15 digits; one sign is the point
_HALF = re.compile("[\ud800-\udfff]")
_HALF_ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")
_JSON = re.compile(r"(application|text)/([\w.-]+\+)?json")


class Unreadable(Exception):
    """The answer cannot be read. The text says why, and shows nothing of it."""


def unpacked(encoding: str, chunks: Iterable[bytes], limit: int) -> bytes:
    """A body, decompressed, of at most `limit` bytes. Stops reading as soon as it would be larger."""
    encoding = encoding.strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise Unreadable(f"it is packed as {encoding[:40]!r}, which was not asked for")
    packer = zlib.decompressobj(zlib.MAX_WBITS | 16) if encoding.endswith("gzip") else None
    parts: list[bytes] = []
    size = packed = 0
    for chunk in chunks:
        packed += len(chunk)
        part = chunk if packer is None else opened(packer, chunk, limit + 1 - size)
        parts.append(part)
        size += len(part)
        if max(size, packed) > limit:
            raise Unreadable(f"it is larger than {limit} bytes")
    if packer is not None and packed and not packer.eof:
        raise Unreadable("its packed body ends too early")
    return b"".join(parts)


def opened(packer: Any, chunk: bytes, most: int) -> bytes:
    """The next part, at most so many bytes: a small bomb makes a large body."""
    try:
        part: bytes = packer.decompress(packer.unconsumed_tail + chunk, most)
    except zlib.error:
        raise Unreadable("its packed body is damaged") from None
    return part


def decoded(content_type: str, content: bytes, *, accept: str = "") -> Any:
    """A body as JSON, or as text where it says that it is text. Raises Unreadable. None: there is none."""
    kind = content_type.partition(";")[0].strip().lower()
    if not content.strip():
        return None
    if _JSON.fullmatch(kind):
        return json_of(content)
    if kind in ("text/html", "application/xhtml+xml") and "html" not in accept.lower():
        raise Unreadable("it is a web page (text/html), no answer of an API: is `url` right?")
    if kind in ("", "text/plain", "application/octet-stream"):
        try:
            return json_of(content)
        except Unreadable:
            if not kind:
                raise
    return text_of(content)


def json_of(content: bytes) -> Any:
    """Strict JSON. Broken text in it is marked, so that no field takes it, and it can be stored and shown."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        text, broken = content.decode(), False
    except UnicodeDecodeError:
        text, broken = content.decode("utf-8", "surrogateescape"), True
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        raise Unreadable(f"its JSON is nested deeper than {MAX_DEPTH} levels") from None
    except ValueError as error:
        # Its message may quote the answer; where it is told is enough.
        where = f" (at character {error.pos})" if isinstance(error, json.JSONDecodeError) else ""
        raise Unreadable(f"it is no JSON{where}") from None
    check_depth(value)
    return marked(value) if broken or _HALF_ESCAPED.search(text) else value


def marked(value: Any) -> Any:
    """The same, with every half of a surrogate pair behind a NUL: systems hold neither, and stores only the NUL."""
    if type(value) is str:
        return _HALF.sub(lambda half: f"\0{ord(half[0]):04x}", value)
    if type(value) is dict:
        return {marked(name): marked(inner) for name, inner in value.items()}
    if type(value) is list:
        return [marked(inner) for inner in value]
    return value


def number(text: str) -> float | str:
    """A number with a fraction; as text where a float would lose digits."""
    near = float(text)
    if len(text) <= _SURE_DIGITS and "e" not in text and "E" not in text:
        return near
    try:
        same = abs(near) <= _EXACT_FLOAT and Decimal(repr(near)) == Decimal(text)
    except InvalidOperation:  # an exponent of a length that nothing holds
        return text
    return near if same else text


def whole(text: str) -> int | str:
    """A whole number; as text where it has more digits than anything counts."""
    return int(text) if len(text) <= MAX_DIGITS else text


def once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object. Which of two values of one name is meant nobody knows."""
    found = dict(pairs)
    if len(found) < len(pairs) and any(found[name] != value for name, value in pairs):
        raise Unreadable("its JSON names a key twice, with two values")
    return found


_DECODER = json.JSONDecoder(
    parse_float=number, parse_int=whole, parse_constant=str, object_pairs_hook=once_each, strict=False
)


def check_depth(value: Any) -> None:
    """Raises Unreadable where it is nested too deep."""
    level = containers([value])
    for _ in range(MAX_DEPTH):
        level = containers(inner for one in level for inner in (one.values() if type(one) is dict else one))
        if not level:
            return
    raise Unreadable(f"its JSON is nested deeper than {MAX_DEPTH} levels")


def containers(values: Iterable[Any]) -> list[Any]:
    """Those that hold values."""
    return [one for one in values if type(one) in (dict, list)]


def text_of(content: bytes) -> str:
    """Text, with marks where it is broken."""
    return content.decode("utf-8", "replace")


def date_of(headers: dict[str, str]) -> float | None:
    """The system's clock, in seconds, by its Date header."""
    try:
        return parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
