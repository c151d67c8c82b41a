"""The properties of HubSpot's types: which there are, and those of ours, made and taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from syncline.connect.request import Answer, Conversation, Page, Request, Write
from syncline.connect.stream import Field
from syncline.connectors.hubspot import errors, paths
from syncline.connectors.hubspot.kinds import GROUP, KEY_PROPERTY, OURS, Kind
from syncline.model.outcome import Done, Exists, Missing, Outcome, Rejected

PROPERTY_TYPES: Mapping[str, tuple[str, str]] = {
    "decimal": ("number", "number"), "integer": ("number", "number"), "boolean": ("bool", "booleancheckbox"),
    "date": ("date", "date"), "datetime": ("datetime", "date"), "json": ("string", "textarea"),
}  # fmt: skip
"""Our types as HubSpot's type and kind of field; all else is text."""

CHOSEN = "enumeration"
Told = Mapping[str, Any]


# ---- which there are
def described(kind: Kind) -> Callable[[], Conversation]:
    """All properties of a type. HubSpot does not say which a create needs: that is what the connector knows of it."""
    needed = {field.name for field in kind.fields if field.required}

    def ask() -> Conversation:
        answer = yield Request(method="GET", path=paths.properties(kind.plural))
        return Page(records=tuple(row(one, one["name"] in needed) for one in answer.body["results"]))

    return ask


def row(one: Told, required: bool) -> dict[str, Any]:
    """A property as `described` tells it."""
    limits = one.get("modificationMetadata") or {}
    found = {
        "name": one["name"], "label": one.get("label") or one["name"], "type": one["type"], "required": required,
        "writable": not (one.get("calculated") or limits.get("readOnlyValue")), "ours": is_ours(one),
    }  # fmt: skip
    if one["type"] == CHOSEN and one.get("options") and not one.get("externalOptions"):
        found["choices"] = [option["value"] for option in one["options"]]
    return found


def is_ours(one: Told) -> bool:
    """One that `define` made: by its name, or by its group."""
    named = str(one["name"]).startswith(OURS) or one.get("groupName") == GROUP
    return named and not one.get("hubspotDefined")


def defined(kind: Kind) -> Callable[[Sequence[str]], Conversation]:
    """Which properties are there, of all that the type has."""

    def ask(names: Sequence[str]) -> Conversation:
        answer = yield Request(method="GET", path=paths.properties(kind.plural))
        return Page(records=tuple({"name": one["name"]} for one in answer.body["results"] if one["name"] in names))

    return ask


# ---- made, and taken away
def define(kind: Kind) -> Callable[[Field], Conversation]:
    """Makes a property in our group, and the group where it is missing; the one for our ids has unique values."""

    def make(field: Field) -> Conversation:
        answer = yield Request(method="GET", path=paths.properties(kind.plural))
        problem = failed(answer)
        if problem is not None:
            return problem
        known = named(answer, field.name)
        if known is not None:
            return complete(field, known)
        answer = yield Request(method="GET", path=paths.properties(kind.plural, paths.GROUPS))
        problem = failed(answer)
        if problem is None and named(answer, GROUP) is None:
            group = {"name": GROUP, "label": "Syncline", "displayOrder": -1}
            problem = failed((yield posted(paths.properties(kind.plural, paths.GROUPS), group)))
        if problem is not None and not is_there(problem):
            return problem
        made = failed((yield posted(paths.properties(kind.plural), asked_for(field))))
        return Exists(id=field.name) if is_there(made) else made or Done(id=field.name)

    return make


def undefine(kind: Kind) -> Callable[[Field], Conversation]:
    """Archives a property of ours. HubSpot keeps archived ones for 90 days (nv)."""

    def take_away(field: Field) -> Conversation:
        answer = yield Request(method="GET", path=paths.properties(kind.plural))
        problem, known = failed(answer), None
        if problem is None:
            known = named(answer, field.name)
        if problem is not None or known is None:
            return problem or Missing()
        if not is_ours(known):
            return Rejected(reason="it is no property that this hub made", field=field.name)
        path = paths.properties(kind.plural, f"/{field.name}")
        problem = failed((yield Write(request=Request(method="DELETE", path=path))))
        return problem or Done(id=field.name)

    return take_away


def asked_for(field: Field) -> dict[str, Any]:
    """The body that makes it."""
    type, shape = PROPERTY_TYPES.get(field.type, ("string", "text"))
    body: dict[str, Any] = {
        "name": field.name, "label": field.label or field.name.replace("_", " ").capitalize(), "type": type,
        "fieldType": shape, "groupName": GROUP,
    }  # fmt: skip
    if field.name == KEY_PROPERTY:
        body["hasUniqueValue"] = True
    if type == "bool":
        body["options"] = [{"label": "Yes", "value": "true"}, {"label": "No", "value": "false"}]
    return body


def complete(field: Field, known: Told) -> Outcome:
    """What is there of that name, if it will do. Neither its type nor that its values are unique can be changed."""
    type, _ = PROPERTY_TYPES.get(field.type, ("string", "text"))
    remedy = "rename or delete that property in HubSpot, then: syncline provision"
    if known["type"] != type:
        reason = f"a property {field.name} of type {known['type']} is there, and {type} is needed; {remedy}"
        return Rejected(reason=reason, field=field.name)
    if field.name == KEY_PROPERTY and not known.get("hasUniqueValue"):
        reason = f"a property {field.name} is there, but its values are not unique; {remedy}"
        return Rejected(reason=reason, field=field.name)
    return Exists(id=field.name)


def posted(path: str, body: Mapping[str, Any]) -> Write:
    """One thing made."""
    return Write(request=Request(method="POST", path=path, json=dict(body)))


def failed(answer: Answer) -> Outcome | None:
    """What went wrong; None: nothing."""
    return errors.outcome(answer)


def is_there(problem: Outcome | None) -> bool:
    """Was it refused because somebody made it just now?"""
    return isinstance(problem, Rejected) and problem.code.endswith("already-exists")


def named(answer: Answer, name: str) -> Told | None:
    """The one of that name in a list."""
    found: Iterable[Told] = answer.body["results"]
    return next((one for one in found if one["name"] == name), None)
