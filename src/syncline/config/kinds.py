"""Field types from their blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from syncline.config.check import ENTITIES, Check, Declared
from syncline.config.problems import Path, meant, quoted
from syncline.config.schema_fields import FieldBlock, PartType, TypeBlock
from syncline.mapping.field_type import FieldType
from syncline.mapping.types import TYPES

_SETTINGS: Mapping[str, frozenset[str]] = {
    "case": frozenset({"text"}),
    "max_length": frozenset({"text"}),
    "region": frozenset({"phone"}),
    "places": frozenset({"decimal"}),
    "currency": frozenset({"money"}),
    "zone": frozenset({"datetime"}),
    "parts": frozenset({"group"}),
    "columns": frozenset({"lines"}),
    "of": frozenset({"set", "reference"}),
}
"""Which types a setting is for."""
_WITH_VALUES = frozenset({"enum", "text", "boolean", "set"})


def find_kinds(check: Check) -> None:
    """The type of every declared field; rollups last, since theirs comes from the child's field, which may be one."""
    declared = [one for fields in check.declared.values() for one in fields.values()]
    rolled = [one for one in declared if one.block.rollup is not None]
    _find(check, [one for one in declared if one.block.rollup is None])
    while found := _find(check, rolled):
        rolled = [one for one in rolled if one not in found]


def _find(check: Check, declared: Sequence[Declared]) -> list[Declared]:
    """Those of these fields whose type is known now."""
    found = []
    for one in declared:
        kind = _of_field(check, one)
        if kind is not None:
            check.kinds[one.entity, one.name] = kind
            found.append(one)
    return found


def _of_field(check: Check, one: Declared) -> FieldType | None:
    block = one.block
    if block.rollup is not None and block.type is None:
        return _of_rollup(check, one)
    if block.type is None:
        check.lacks(one.path, f"{quoted(one.full_name)} has no type", "add `type:`, as `type: text`")
        return None
    return kind_of_block(check, one.path, block)


def _of_rollup(check: Check, one: Declared) -> FieldType | None:
    function, child = one.block.rollup, (one.block.of or "", one.block.value or "")
    if function == "count":
        return TYPES["integer"]()
    if function == "any":
        return TYPES["boolean"]()
    kind = check.kinds.get(child)
    if kind is None:
        return None  # the check of the rollup says what is wrong with its child
    if function == "avg":
        return TYPES["decimal"]()
    return TYPES["set"](kind) if function == "list" and not kind.name.startswith("set of ") else kind


def kind_of_block(check: Check, path: Path, block: TypeBlock) -> FieldType | None:
    """The type that a block describes; None, with problems, where it describes none."""
    name = cast(str, block.type)
    wrong = [
        setting
        for setting, types in _SETTINGS.items()
        if getattr(block, setting) is not None and name not in types and not _is_of_rollup(block, setting)
    ]
    for setting in wrong:
        check.at_key((*path, setting), f"{quoted(setting)} is not for the type {name}", _for(setting))
    if block.values is not None and name not in _WITH_VALUES:
        check.at_key((*path, "values"), f"`values` is not for the type {name}", "use `type: enum`")
        return None
    if wrong:
        return None
    try:
        return _made(check, path, name, block)
    except ValueError as error:
        setting = next((one for one in (*_SETTINGS, "values") if getattr(block, one) is not None), "type")
        check.error((*path, setting), str(error))
        return None


def _is_of_rollup(block: TypeBlock, setting: str) -> bool:
    return setting in ("of", "currency") and isinstance(block, FieldBlock) and block.rollup is not None


def _for(setting: str) -> str:
    return f"it is for {' and '.join(sorted(_SETTINGS[setting]))}"


def _made(check: Check, path: Path, name: str, block: TypeBlock) -> FieldType | None:
    make = TYPES[name]
    if name == "text":
        return make(case=block.case or "keep", max_length=block.max_length)
    if name == "enum":
        return _enum(check, path, block)
    if name == "set":
        return _set(check, path, block)
    if name == "reference":
        return _reference(check, path, block)
    if name in ("group", "lines"):
        return _compound(check, path, name, block)
    settings: dict[str, dict[str, Any]] = {
        "phone": {"region": block.region},
        "decimal": {"places": block.places},
        "datetime": {"zone": block.zone or check.zone},
    }
    if name == "money":
        return make(block.currency or check.currency)
    return make(**settings.get(name, {}))


def _enum(check: Check, path: Path, block: TypeBlock) -> FieldType | None:
    rows = values_of(check, path, block)
    if rows is not None:
        values = block.values if isinstance(block.values, list) else list(rows)
        unknown = isinstance(block.values, str) and not rows  # no such table, or one that is wrong: that was said
        return None if unknown else TYPES["enum"](values)
    if isinstance(block, FieldBlock) and block.is_ is not None:
        return TYPES["text"]()  # whatever the expression gives is one of its values
    check.lacks(path, "an enum needs `values`", "add `values: [one, other]`")
    return None


def _set(check: Check, path: Path, block: TypeBlock) -> FieldType | None:
    item = "text" if block.of is None or _is_of_rollup(block, "of") else block.of
    if item not in TYPES or item in ("set", "group", "lines", "reference"):
        check.error((*path, "of"), f"a set has no items of the type {quoted(item)}", meant(item, TYPES))
        return None
    if isinstance(block.values, dict) and any(block.values.values()):
        check.error((*path, "values"), "a set has no names by system", "list its values: `values: [one, other]`")
        return None
    kind = _made(check, path, item, TypeBlock.model_validate({"type": item, "values": block.values}))
    return None if kind is None else TYPES["set"](kind)


def _reference(check: Check, path: Path, block: TypeBlock) -> FieldType | None:
    if block.of is None:
        check.lacks(path, "a reference needs the entity it refers to", "add `of: ENTITY`")
        return None
    known = ENTITIES | set(check.named("entities"))
    if block.of not in known:
        check.error((*path, "of"), f"unknown entity {quoted(block.of)}", meant(block.of, known))
        return None
    return TYPES["reference"](block.of)


def _compound(check: Check, path: Path, name: str, block: TypeBlock) -> FieldType | None:
    setting = "parts" if name == "group" else "columns"
    inner: Mapping[str, Any] | None = block.parts if name == "group" else block.columns
    if not inner:
        check.lacks(path, f"{name} needs `{setting}`", f"add `{setting}: {{name: text}}`")
        return None
    found = {part: _part(check, (*path, setting, part), one) for part, one in inner.items()}
    kinds = {part: kind for part, kind in found.items() if kind is not None}
    return TYPES[name](kinds) if len(kinds) == len(found) else None


def _part(check: Check, path: Path, part: PartType) -> FieldType | None:
    block = TypeBlock.model_validate({"type": part}) if isinstance(part, str) else part
    if block.type is None:
        check.lacks(path, f"{quoted(path[-1])} has no type", "add `type:`, as `type: text`")
        return None
    return kind_of_block(check, path, block)


def values_of(check: Check, path: Path, block: TypeBlock) -> Mapping[str, Mapping[str, Any]] | None:
    """The rows of a field's table; None: it has none. A list has rows without any system's own name."""
    if isinstance(block.values, str):
        if block.values not in check.named("tables"):
            known = check.named("tables")
            check.error((*path, "values"), f"unknown table {quoted(block.values)}", meant(block.values, known))
        return check.hub.tables.get(block.values, {})
    if isinstance(block.values, list):
        return {value: {} for value in block.values}
    return block.values
