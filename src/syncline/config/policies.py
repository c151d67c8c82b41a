"""Fields' policies from their blocks, and what contradicts itself there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from syncline.config.check import ENTITIES, Check, Declared
from syncline.config.documents import is_document, policies_of
from syncline.config.kinds import values_of
from syncline.config.problems import Path, meant, nearest, quoted
from syncline.config.schema import EntityBlock
from syncline.mapping.field_type import FieldType
from syncline.merge.policy import HUB, ORIGIN, EntityPolicy, FieldPolicy, OnDelete, PolicyName

_MERGE_FITS: Mapping[str, frozenset[str]] = {
    "union": frozenset({"set"}),
    "append": frozenset({"text"}),
    "longest": frozenset({"text"}),
    "max": frozenset({"integer", "decimal", "date", "datetime"}),
    "min": frozenset({"integer", "decimal", "date", "datetime"}),
    "sum": frozenset({"decimal"}),
    "consent": frozenset({"enum", "text"}),
}
"""The types a merge is for; one that is not here is for all."""
Differ = Literal["truth", "newest", "ask"]


def entities_of(check: Check) -> dict[str, EntityPolicy]:
    """Every entity that has fields."""
    found: dict[str, EntityPolicy] = {}
    for entity, fields in check.declared.items():
        first = next(iter(fields.values()))
        known = ENTITIES | set(check.named("entities"))
        if entity not in known:
            check.at_key(first.path, f"unknown entity {quoted(entity)}", _own(entity, known))
            continue
        policies = {policy.name: policy for one in fields.values() for policy in _policies(check, fields, one)}
        block = check.entity(entity)
        found[entity] = EntityPolicy(
            name=entity, fields=policies, line_key=_line_key(check, entity, block),
            on_delete=_on_delete(check, entity, block), settle_after=block.settle_after,
        )  # fmt: skip
    for name in check.hub.entities:
        path: Path = ("entities", name)
        if name not in check.declared:
            check.known_entity(path, name)
    return found


def _own(entity: str, known: Collection[str]) -> str:
    near = nearest(entity, known)
    own = f"an entity of your own stands under `entities`: `{entity}: {{}}`"
    return own if near is None else f"did you mean {quoted(near)}? Else: {own}"


def _policies(check: Check, fields: Mapping[str, Declared], one: Declared) -> list[FieldPolicy]:
    policy = _policy(check, one)
    if policy is not None and is_document(one):
        return policies_of(check, fields, one, policy)
    return [policy] if policy is not None else []


def _policy(check: Check, one: Declared) -> FieldPolicy | None:
    twice = ("fields", one.full_name)
    if one.path != twice and one.full_name in check.hub.fields:
        check.at_key(
            twice, f"{quoted(one.full_name)} is declared twice", f"it is also at {'.'.join(map(str, one.path))}"
        )
    kind = check.kinds.get((one.entity, one.name))
    truth, name = _truth(check, one), _name_of(check, one)
    _check_table(check, one)
    if kind is None:
        return None
    if one.block.merge is not None and not is_document(one):
        _merge_fits(check, one, kind)
    return FieldPolicy(
        name=one.name, type=kind, policy=name, truth=truth, empty=one.block.empty or "keep", strict=one.block.strict,
        differ=differ_of(check, one), exempt=one.block.exempt or name == "consent", order=tuple(one.block.order or ()),
    )  # fmt: skip


def differ_of(check: Check, one: Declared) -> Differ:
    """What settles a first difference: the field's word, else the hub's; without a truth, a person."""
    block = one.block
    owned = block.truth is not None or block.is_ is not None or block.rollup is not None
    if block.differ == "truth" and not owned:
        check.error((*one.path, "differ"), "`differ: truth` needs a truth", "add `truth: SYSTEM`, or say `ask`")
    found = block.differ or check.hub.first_sync.differ
    return "ask" if found == "truth" and not owned else found


def _truth(check: Check, one: Declared) -> str | None:
    block, path = one.block, one.path
    if block.is_ is not None or block.rollup is not None:
        if block.truth not in (None, HUB):
            check.error((*path, "truth"), "a computed field's truth is the hub", "leave `truth` out")
        return HUB
    if block.truth is None:
        if block.strict:
            check.lacks(path, "`strict` needs a truth", "add `truth: SYSTEM`")
        return None
    if block.truth == HUB:
        check.error((*path, "truth"), "`truth: hub` is for computed fields", "say how it is computed with `is:`")
    elif block.truth != ORIGIN:
        here: Path = (*path, "truth")
        if not check.known_system(here, block.truth, key=False):
            return None
        if block.truth not in block.at and (*path, "at") not in check.report.damaged:
            bound = ", ".join(block.at) or "no system"
            check.error(
                here, f"{block.truth} does not bind {quoted(one.full_name)}", f"add it under `at`; bound: {bound}"
            )
    return block.truth


def _name_of(check: Check, one: Declared) -> PolicyName:
    block, path = one.block, one.path
    computed = block.is_ is not None or block.rollup is not None
    owned = computed or block.truth is not None
    if block.is_ is not None and block.rollup is not None:
        check.at_key((*path, "rollup"), "a field is computed by `is` or by `rollup`, not by both", "leave one out")
    if block.merge is not None:
        if block.policy is not None:
            check.at_key((*path, "merge"), f"`merge` contradicts `policy: {block.policy}`", "leave one of them out")
        elif owned:
            check.at_key((*path, "merge"), "`merge` contradicts the field's truth", "leave one of them out")
        return block.merge
    if block.policy == "truth" and not owned:
        check.lacks(path, "`policy: truth` needs a truth", "add `truth: SYSTEM`")
    if block.policy in ("last-write-wins", "manual") and owned:
        check.error(
            (*path, "policy"), f"`policy: {block.policy}` contradicts the field's truth", "leave one of them out"
        )
    return block.policy or ("truth" if owned else "last-write-wins")


def _merge_fits(check: Check, one: Declared, kind: FieldType) -> None:
    merge, path = one.block.merge or "", one.path
    name = one.block.type or kind.name
    types = _MERGE_FITS.get(merge)
    if types is not None and name not in types:
        check.error(
            (*path, "merge"), f"`merge: {merge}` is not for the type {name}", f"it is for {', '.join(sorted(types))}"
        )
    if merge == "consent":
        if one.block.order is None:
            check.lacks(path, "`merge: consent` needs the order of statements", "add `order: [STRICTEST, ...]`")
        rows = values_of(check, path, one.block) or {}
        for index, statement in enumerate(one.block.order or ()):
            if rows and statement not in rows:
                here: Path = (*path, "order", index)
                check.error(here, f"{quoted(statement)} is none of the values", meant(statement, rows))


def _check_table(check: Check, one: Declared) -> None:
    """A table names systems that bind the field, and its default is one of its values."""
    block, path = one.block, one.path
    if block.order is not None and block.merge != "consent":
        check.at_key((*path, "order"), "`order` is for `merge: consent`", "leave it out")
    rows = block.values if isinstance(block.values, dict) else {}
    for value, names in rows.items():
        for system in names:
            here: Path = (*path, "values", value, system)
            if (
                check.known_system(here, system)
                and system not in block.at
                and (*path, "at") not in check.report.damaged
            ):
                check.at_key(here, f"{system} does not bind {quoted(one.full_name)}", meant(system, block.at))
    if block.unmapped == "default":
        known = values_of(check, path, block) or {}
        if block.default is None:
            check.lacks(path, "`unmapped: default` needs the value it is taken for", "add `default: VALUE`")
        elif block.default not in known:
            check.error(
                (*path, "default"), f"{quoted(block.default)} is none of the values", meant(block.default, known)
            )
    elif block.default is not None:
        check.at_key((*path, "default"), "`default` is for `unmapped: default`", "add `unmapped: default`")


def _line_key(check: Check, entity: str, block: EntityBlock) -> tuple[str, ...]:
    columns = {
        column
        for one in check.declared[entity].values()
        if one.block.type == "lines"
        for column in one.block.columns or ()
    }
    for index, name in enumerate(block.line_key):
        if name not in columns:
            check.error(
                ("entities", entity, "line_key", index), f"the lines of {entity} have no column {quoted(name)}",
                meant(name, columns),
            )  # fmt: skip
    return tuple(block.line_key)


def _on_delete(check: Check, entity: str, block: EntityBlock) -> dict[str, OnDelete]:
    if block.on_delete is None:
        return {}
    if isinstance(block.on_delete, str):
        return dict.fromkeys(check.hub.systems, block.on_delete)
    for system in block.on_delete:
        check.known_system(("entities", entity, "on_delete", system), system)
    return dict(block.on_delete)
