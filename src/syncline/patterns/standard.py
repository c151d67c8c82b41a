"""What several systems' templates have in common, as a part of a hub.yaml: fields that at least two of them keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from syncline.connect.template import Template
from syncline.patterns.vocabulary import VOCABULARY


def standard(templates: Mapping[str, Template], entities: Iterable[str]) -> dict[str, Any]:
    """`templates`: system to its template, in the order of the systems.

    Of each entity the fields that two systems keep; what a system's scope reads is written there too. Matched by the
    keys that all systems of the entity know.
    """
    part: dict[str, Any] = {"fields": {}, "entities": {}, "first_sync": {"match": {}}}
    for entity in entities:
        here = {system: one for system, one in templates.items() if entity in one.at}
        for field, block in VOCABULARY[entity].items():
            at = {system: one.at[entity][field] for system, one in here.items() if field in one.at[entity]}
            if len(at) > 1 or (at and "is" in block):
                part["fields"][f"{entity}.{field}"] = {
                    **block, **values(here, entity, field, block), "at": with_same_parts(at)
                }  # fmt: skip
        scope = {system: one.scope[entity] for system, one in here.items() if entity in one.scope}
        if scope:
            part["entities"][entity] = {"scope": scope}
        keys = [key for key in next(iter(here.values())).keys.get(entity, ()) if is_key(here, entity, key)]
        if keys:
            part["first_sync"]["match"][entity] = keys
    return part


def with_same_parts(at: Mapping[str, Any]) -> dict[str, Any]:
    """Places of one field. Of a group, which is one value, only the parts that all of them keep."""
    given = [one["parts"] for one in at.values() if isinstance(one, dict) and "parts" in one]
    common = {part for part in given[0] if all(part in others for others in given)} if given else set()
    return {
        system: {**one, "parts": {part: raw for part, raw in one["parts"].items() if part in common}}
        if isinstance(one, dict) and "parts" in one
        else one
        for system, one in at.items()
    }


def own_fields(system: str, template: Template, entity: str, names: Iterable[str]) -> dict[str, Any]:
    """Those of an entity's fields that one system keeps, and is the truth of."""
    here = {system: template}
    return {
        f"{entity}.{name}": {
            **VOCABULARY[entity][name], **values(here, entity, name, VOCABULARY[entity][name]),
            "truth": system, "at": {system: template.at[entity][name]},
        }
        for name in names if name in template.at.get(entity, {})
    }  # fmt: skip


def is_key(here: Mapping[str, Template], entity: str, key: str) -> bool:
    """Do all these systems match by it, and keep it?"""
    return all(key in one.keys.get(entity, ()) and key in one.at[entity] for one in here.values())


def values(here: Mapping[str, Template], entity: str, field: str, block: Mapping[str, Any]) -> dict[str, Any]:
    """What the systems call each value of an enum, where they have names of their own."""
    named = {system: one.values[entity][field] for system, one in here.items() if field in one.values.get(entity, {})}
    if not named:
        return {}
    names: list[str] = list(block["values"])
    return {
        "values": {name: {system: table[name] for system, table in named.items() if name in table} for name in names}
    }
