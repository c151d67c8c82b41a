"""Properties: HubSpot's own and the account's, by the Properties API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from syncline.sandbox.call import Refused, Reply
from syncline.sandbox.hubspot import groups
from syncline.sandbox.hubspot.asked import Asked, needed
from syncline.sandbox.hubspot.batches import answered
from syncline.sandbox.hubspot.errors import as_one_of_many, invalid, not_found, refused
from syncline.sandbox.hubspot.pipelines import stages
from syncline.sandbox.hubspot.schema import BUILT_IN, Property
from syncline.sandbox.hubspot.times import iso, moment
from syncline.sandbox.store import Store, field

NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
TYPES = {
    "string": ("text", "textarea", "file", "html", "phonenumber"),
    "number": ("number", "calculation_equation"),
    "date": ("date",),
    "datetime": ("date",),
    "enumeration": ("select", "radio", "checkbox", "booleancheckbox"),
    "bool": ("booleancheckbox", "calculation_equation"),
}
MOST_UNIQUE = 10
CHANGEABLE = (
    *("label", "type", "fieldType", "groupName", "description", "options", "displayOrder", "hidden", "formField"),
)


def properties(store: Store, kind: str) -> dict[str, Property]:
    """All of a kind, by name; also the archived."""
    return {**BUILT_IN[kind], **store.settings(f"property/{kind}/")}


def unique_names(known: Mapping[str, Property]) -> list[str]:
    """The account's own properties that no two objects may share a value of."""
    return [name for name, one in known.items() if one["hasUniqueValue"] and not one["hubspotDefined"]]


# --- the API ---


def list_all(asked: Asked) -> Reply:
    """All properties of a kind."""
    archived = asked.flag("archived")
    known = properties(asked.store, asked.kind.name).values()
    return Reply(body={"results": [told(asked, one) for one in known if one["archived"] == archived]})


def get(asked: Asked) -> Reply:
    """One property."""
    return Reply(body=told(asked, wanted(asked, asked.parts["name"], asked.flag("archived"))))


def create(asked: Asked) -> Reply:
    """A property of the account's own."""
    return Reply(status=201, body=make(asked, asked.body()))


def update(asked: Asked) -> Reply:
    """Label, options and the like; of HubSpot's own only options, where they are a list."""
    body, one = asked.body(), wanted(asked, asked.parts["name"])
    if one["hubspotDefined"] and body.keys() - {"options", "label", "description"}:
        raise invalid("The definition of a property of HubSpot's own is read only")
    changed = {**one, **{name: body[name] for name in CHANGEABLE if name in body}}
    changed = checked({**changed, "options": [option(each, at) for at, each in enumerate(changed["options"])]})
    return Reply(body=keep(asked, changed))


def archive(asked: Asked) -> Reply:
    """A property of the account's own goes, with its values' names."""
    drop(asked, asked.parts["name"])
    return Reply(status=204)


def batch_read(asked: Asked) -> Reply:
    """Many by name."""
    known, results, errors = properties(asked.store, asked.kind.name), [], []
    archived = bool(asked.body().get("archived", False))
    for row in asked.rows():
        one = known.get(str(row.get("name")))
        if one and one["archived"] == archived:
            results.append(told(asked, one))
        else:
            errors.append(as_one_of_many(missing(str(row.get("name"))), {"name": [str(row.get("name"))]}))
    return answered(asked, results, errors)


def batch_create(asked: Asked) -> Reply:
    """Many at once; what exists already stands among the errors."""
    results, errors = [], []
    for row in asked.rows():
        try:
            with asked.store.all_or_nothing("row"):
                results.append(make(asked, row))
        except Refused as refusal:
            errors.append(as_one_of_many(refusal, {"name": [str(row.get("name"))]}))
    return answered(asked, results, errors, 201)


def batch_archive(asked: Asked) -> Reply:
    """Many at once; those that are not there are gone already."""
    known = properties(asked.store, asked.kind.name)
    for row in asked.rows():
        if str(row.get("name")) in known:
            drop(asked, str(row.get("name")))
    return Reply(status=204)


def make(asked: Asked, body: Mapping[str, Any]) -> Property:
    """A property of the account's own from what was sent."""
    given = dict(body)
    name, known = str(needed(given, "name")), properties(asked.store, asked.kind.name)
    if not NAME.fullmatch(name):
        raise invalid(f"The property name {name!r} is not valid: lower-case letters, digits and underscores")
    if name in known and not known[name]["archived"]:
        message = f"A property named '{name}' already exists."
        raise refused(409, "OBJECT_ALREADY_EXISTS", message, sub="Properties.PROPERTY_ALREADY_EXISTS")
    if given.get("hasUniqueValue") and len(unique_names(known)) >= MOST_UNIQUE:
        raise invalid(f"No more than {MOST_UNIQUE} unique properties are allowed")
    if given.get("hasUniqueValue"):
        asked.store.index(f"lower({field(name)})")
    at = iso(moment(asked.sandbox.clock))
    for name_needed in ("label", "type", "fieldType", "groupName"):
        needed(given, name_needed)
    groups.must_be(asked.store, asked.kind, str(given["groupName"]))
    made: Property = {
        "name": name, "description": str(given.get("description", "")),
        **{key: str(given[key]) for key in ("label", "type", "fieldType", "groupName")},
        "options": [option(each, number) for number, each in enumerate(given.get("options") or [])],
        "displayOrder": int(given.get("displayOrder", -1)), "hidden": bool(given.get("hidden", False)),
        "hasUniqueValue": bool(given.get("hasUniqueValue", False)), "formField": bool(given.get("formField", False)),
        "hubspotDefined": False, "calculated": given["fieldType"] == "calculation_equation", "externalOptions": False,
        "archived": False, "createdAt": at, "updatedAt": at, "createdUserId": "1", "updatedUserId": "1",
        "modificationMetadata": {
            "archivable": True, "readOnlyDefinition": False, "readOnlyOptions": False,
            "readOnlyValue": given["fieldType"] == "calculation_equation",
        },
    }  # fmt: skip
    return keep(asked, checked(made))


def checked(one: Property) -> Property:
    """The property, if type, field type and options fit each other."""
    if one["hubspotDefined"]:
        return one
    if one["fieldType"] not in TYPES.get(one["type"], ()):
        raise invalid(f"Invalid type {one['type']!r} with fieldType {one['fieldType']!r}")
    if one["hasUniqueValue"] and one["type"] not in ("string", "number"):
        raise invalid("Only text and numbers can be unique")
    values = [each["value"] for each in one["options"]]
    if len(set(values)) < len(values):
        raise invalid("Two options have the same value")
    return one


def option(sent: Mapping[str, Any], at: int) -> dict[str, Any]:
    """One option of an enumeration."""
    body = dict(sent)
    return {
        "label": str(needed(body, "label")), "value": str(needed(body, "value")),
        "displayOrder": int(body.get("displayOrder", at)), "hidden": bool(body.get("hidden", False)),
    }  # fmt: skip


def keep(asked: Asked, one: Property) -> Property:
    """As it is now."""
    changed = {**one, "updatedAt": iso(moment(asked.sandbox.clock))}
    asked.store.set(f"property/{asked.kind.name}/{one['name']}", changed)
    return changed


def drop(asked: Asked, name: str) -> None:
    """A property goes; its values are no longer told."""
    one = wanted(asked, name)
    if one["hubspotDefined"]:
        raise invalid(f"{name} is a property of HubSpot's own and cannot be deleted")
    keep(asked, {**one, "archived": True, "archivedAt": iso(moment(asked.sandbox.clock))})


def wanted(asked: Asked, name: str, archived: bool = False) -> Property:
    """The property of that name."""
    one = properties(asked.store, asked.kind.name).get(name)
    if one is None or one["archived"] != archived:
        raise missing(name)
    return one


def missing(name: str) -> Refused:
    """A property that is not there."""
    refusal = not_found()
    refusal.reply.body["message"] = f"Property {name} does not exist"
    return refusal


def told(asked: Asked, one: Property) -> Property:
    """As the API tells it: the options of a stage are the stages."""
    if one["name"] != asked.kind.stage:
        return one
    known = stages(asked.store, asked.kind.name)
    return {**one, "options": [option({**stage, "value": id}, at) for at, (id, (_, stage)) in enumerate(known.items())]}
