"""What becomes of a value that is written to a property: checked, made HubSpot's own, or refused."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from syncline.sandbox.hubspot import owners
from syncline.sandbox.hubspot.errors import Finding, wrong_values
from syncline.sandbox.hubspot.kinds import Kind
from syncline.sandbox.hubspot.pipelines import stages
from syncline.sandbox.hubspot.schema import LIFECYCLE, Property
from syncline.sandbox.hubspot.times import day_of, iso, micros_of
from syncline.sandbox.store import Store

EMAIL = re.compile(r"[^@\s;,]+@[^@\s;,]+\.[^@\s;,.]{2,}")
MOST_CHARACTERS = 65_536


class Wrong(Exception):
    """A value that cannot be kept, with HubSpot's code for why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def written(
    store: Store, kind: Kind, properties: Mapping[str, Property], sent: Mapping[str, Any], before: Mapping[str, Any]
) -> dict[str, str]:
    """All values of the object after a write of `sent` over `before`. Raises Refused that names every bad property."""
    after: dict[str, str] = dict(before)
    findings: list[Finding] = []
    for name, value in sent.items():
        try:
            kept = taken(store, properties, name, value, before)
        except Wrong as wrong:
            findings.append({"name": name, "error": wrong.code, "message": str(wrong)})
            continue
        if kept is None:
            after.pop(name, None)
        else:
            after[name] = kept
    if kind.stage and not findings and sent.keys() & {kind.pipeline, kind.stage}:
        findings += placed(store, kind, after)
    if findings:
        raise wrong_values(findings)
    return after


def taken(
    store: Store, properties: Mapping[str, Property], name: str, value: Any, before: Mapping[str, Any]
) -> str | None:
    """What is stored for a value; None: the property is empty. Raises Wrong."""
    known = properties.get(name)
    if known is None or known["archived"]:
        raise Wrong("PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
    if known["modificationMetadata"]["readOnlyValue"]:
        raise Wrong("READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set')
    text = as_text(value)
    if text == "":
        return None
    if len(text) > MOST_CHARACTERS:
        raise Wrong("PROPERTY_VALUE_TOO_LONG", f"{name} is longer than {MOST_CHARACTERS} characters")
    if name == "email":
        return email(text)
    if name == "hubspot_owner_id":
        return owner(store, text)
    if name == "lifecyclestage":
        return onward(one_option(known, text), before.get(name))
    match known["type"]:
        case "number":
            return number(text)
        case "bool":
            return yes_or_no(text)
        case "date":
            return day(text)
        case "datetime":
            return at(text)
        case "enumeration":
            return chosen(known, text, before.get(name, ""))
    return text


def as_text(value: Any) -> str:
    """JSON as HubSpot reads it: everything is text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        raise Wrong("INVALID_VALUE", f"{json.dumps(value)} is no property value")
    return json.dumps(value)


def email(text: str) -> str:
    """Lower case, and an address."""
    if not EMAIL.fullmatch(text.strip()):
        raise Wrong("INVALID_EMAIL", f"Email address {text} is invalid")
    return text.strip().lower()


def owner(store: Store, text: str) -> str:
    """An owner there is."""
    if not owners.known(store, text):
        raise Wrong("INVALID_OWNER_ID", f"{text} is no owner of this account")
    return text


def number(text: str) -> str:
    """As it was sent, if it is one."""
    try:
        finite = Decimal(text.strip()).is_finite()
    except InvalidOperation:
        finite = False
    if not finite or "_" in text:
        raise Wrong("INVALID_INTEGER", f"{text} was not a valid number.")
    return text.strip()


def yes_or_no(text: str) -> str:
    """Either true or false."""
    if text.lower() not in ("true", "false"):
        raise Wrong("INVALID_BOOLEAN", f"{text} was not a valid boolean.")
    return text.lower()


def day(text: str) -> str:
    """YYYY-MM-DD."""
    try:
        return day_of(text)
    except ValueError as problem:
        raise Wrong("INVALID_DATE", f"{text} was not a valid date: {problem}") from problem


def at(text: str) -> str:
    """ISO 8601 in UTC with milliseconds."""
    try:
        return iso(micros_of(text))
    except (ValueError, OverflowError) as problem:
        raise Wrong("INVALID_DATE", f"{text} was not a valid date: {problem}") from problem


def chosen(known: Property, text: str, before: str) -> str:
    """One option, or several of a multi-checkbox; a semicolon before the first adds to those that were there."""
    if known["externalOptions"]:
        return text
    if known["fieldType"] != "checkbox":
        return one_option(known, text)
    added = [each for each in text.split(";") if each]
    if text.startswith(";"):
        had = [each for each in before.split(";") if each]
        added = had + [each for each in added if each not in had]
    return ";".join(one_option(known, each) for each in dict.fromkeys(added))


def one_option(known: Property, text: str) -> str:
    """An option's internal value."""
    values = [option["value"] for option in known["options"]]
    if text not in values:
        raise Wrong("INVALID_OPTION", f"{text} was not one of the allowed options: {json.dumps(values)}")
    return text


def onward(text: str, before: str | None) -> str:
    """A life cycle goes forward only, and says nothing when it is asked to go back."""
    goes_back = before in LIFECYCLE and LIFECYCLE.index(text) < LIFECYCLE.index(before)
    return before if before and goes_back else text


def placed(store: Store, kind: Kind, after: dict[str, str]) -> list[Finding]:
    """The stage must be of the pipeline; a stage alone, on a create, says which pipeline it is."""
    known, stage = stages(store, kind.name), after.get(kind.stage or "")
    if stage is None:
        return []
    if stage not in known:
        options = json.dumps(list(known))
        return [{"name": kind.stage, "error": "INVALID_OPTION", "message": f"{stage} was not one of {options}"}]
    pipeline = after.setdefault(kind.pipeline or "", known[stage][0])
    if pipeline != known[stage][0]:
        message = f"{stage} is no stage of the pipeline {pipeline}"
        return [{"name": kind.stage, "error": "INVALID_OPTION", "message": message}]
    return []
