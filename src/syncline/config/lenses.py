"""The lens of a field in one place, from its type and its `at`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

from syncline.config.address import At, known_raw, raw_field
from syncline.config.check import Check, Declared
from syncline.config.kinds import kind_of_block, values_of
from syncline.config.problems import Path, meant, quoted
from syncline.config.schema_fields import AtBlock, FieldBlock, LensBlock, PartBlock, TypeBlock
from syncline.config.shared import shared_name, streams_of
from syncline.connect.stream import Stream
from syncline.mapping.amounts import cents, money_cents
from syncline.mapping.country import country_names
from syncline.mapping.date_format import date_format
from syncline.mapping.expression import Expression
from syncline.mapping.field_type import FieldType, Unfit, Value
from syncline.mapping.groups import ADDRESS
from syncline.mapping.lens import NOT_TOLD, Lens, Misfit, finder, number, reader, rename
from syncline.mapping.nested import group_lens, lines_lens, reference_lens
from syncline.mapping.tables import Default, lookup
from syncline.mapping.types import TYPES
from syncline.mapping.words import join, set_lens, split

Empty = str | bool | None

_FOR: Mapping[str, frozenset[str]] = {
    "format": frozenset({"date", "datetime"}),
    "to": frozenset({"reference"}),
    "parts": frozenset({"group", "address", "money"}),
    "columns": frozenset({"lines"}),
    "line_id": frozenset({"lines"}),
    "currency_field": frozenset({"money"}),
    "separator": frozenset({"set", "text", "group", "address"}),
    "fields": frozenset({"text"}),
    "language": frozenset({"country"}),
}
"""Which types a setting of `at` is for."""
_AS: Mapping[str, frozenset[str]] = {
    "number": frozenset({"decimal", "money", "reference"}),
    "cents": frozenset({"decimal", "money"}),
    "amount": frozenset({"money"}),
    "name": frozenset({"country"}),
}


def lens_of(check: Check, declared: Declared, kind: FieldType, at: At) -> Lens | None:
    """The lens; None, with problems, where the settings make none."""
    block = with_mapping(check, at.path, at.block)
    if block.read is not None or block.write is not None:
        return _computed(check, declared, kind, at, block)
    name = declared.block.type or kind.name
    if not _settings_fit(check, at.path, name, block):
        return None
    empty = _empty(check, block, name, at.system)
    try:
        if block.parts is not None:
            return _group(check, declared, kind, at, block)
        if not at.raws:
            check.lacks(at.path, "names no raw field", "write `field: STREAM.FIELD`")
            return None
        if name == "lines":
            return _lines(check, declared, kind, at, block)
        if len(at.raws) > 1:
            return join(at.raws, kind, separator=block.separator or " ", empty=empty)
        if name == "reference":
            return _reference(check, declared, at, block, empty)
        return _simple(check, declared.path, declared.block, name, kind, at.raws[0], block, empty, at)
    except ValueError as error:
        check.error(at.path, str(error))
        return None


def with_mapping(check: Check, path: Path, block: AtBlock) -> AtBlock:
    """The block with the settings of the mapping it names; its own settings stay."""
    if block.mapping is None:
        return block
    if block.mapping not in check.named("mappings"):
        known = check.named("mappings")
        check.error((*path, "mapping"), f"unknown mapping {quoted(block.mapping)}", meant(block.mapping, known))
    shared = check.hub.mappings.get(block.mapping, LensBlock())
    given = {name: getattr(shared, name) for name in shared.model_fields_set if name not in block.model_fields_set}
    return block.model_copy(update=given)


def _settings_fit(check: Check, path: Path, name: str, block: LensBlock) -> bool:
    fits = True
    for setting, types in _FOR.items():
        if getattr(block, setting, None) is not None and name not in types:
            check.error((*path, setting), f"{quoted(setting)} is not for the type {name}", _listed(types))
            fits = False
    if block.as_ is not None and name not in _AS[block.as_]:
        check.error((*path, "as"), f"`as: {block.as_}` is not for the type {name}", _listed(_AS[block.as_]))
        fits = False
    if fits and block.language is not None and block.as_ != "name":
        check.error((*path, "language"), "`language` is for a country by its name", "add `as: name`")
        fits = False
    return fits


def _listed(types: frozenset[str]) -> str:
    return f"it is for {', '.join(sorted(types))}"


def _empty(check: Check, block: LensBlock, name: str, system: str) -> Empty:
    if "empty_is" in block.model_fields_set:
        return block.empty_is
    found = check.empty_is(system)
    # A system that says `false` for empty still means no by the false of a boolean.
    return None if name == "boolean" and found is False else found


def _simple(
    check: Check, path: Path, field: TypeBlock, name: str, kind: FieldType, raw: str, block: LensBlock, empty: Empty,
    at: At,
) -> Lens | None:  # fmt: skip
    """A lens of one raw field, for a field itself, a part of a group or a column."""
    rows = values_of(check, path, field) if name != "set" else None
    if rows and any(rows.values()):
        return _lookup(check, path, field, rows, kind, raw, empty, at)
    if block.format is not None:
        return date_format(raw, block.format, zone=block.zone or check.zone, empty=empty)
    if name == "set" and block.separator is not None:
        return set_lens(raw, kind, separator=block.separator, empty="" if empty is None else empty)
    if name in ("group", "address") and block.separator is not None:
        return split(raw, kind, _parts(kind), separator=block.separator, empty=empty)
    if block.as_ == "cents" or name == "money":
        return _money(check, path, field, name, kind, raw, block, empty)
    if block.as_ == "name":
        return country_names(raw, language=block.language or "en", empty=empty)
    if block.as_ == "number":
        return shortest(number(raw, kind, empty=empty), kind)
    return rename(raw, kind, empty=empty)


def _parts(kind: FieldType) -> tuple[str, ...]:
    return tuple(kind.sample(Random(0)))  # every value of a group has all its parts


def _lookup(
    check: Check, path: Path, field: TypeBlock, rows: Mapping[str, Mapping[str, Any]], kind: FieldType, raw: str,
    empty: Empty, at: At,
) -> Lens | None:  # fmt: skip
    unmapped: Any = "park"
    if isinstance(field, FieldBlock):
        unmapped = Default(value=field.default) if field.unmapped == "default" else field.unmapped
    table: dict[Any, Any] = {value: names[at.system] for value, names in rows.items() if at.system in names}
    where: Path = ("tables", field.values) if isinstance(field.values, str) else (*path, "values")
    needed = rows if unmapped == "park" else [unmapped.value] if isinstance(unmapped, Default) else []
    missing = [value for value in needed if value in rows and value not in table]
    for value in missing:
        check.lacks((*where, value), f"{quoted(value)} has no value for {at.system}", f"add `{at.system}:`")
    if field.type == "boolean":
        table = {truth: told for value, told in table.items() if (truth := _truth(check, where, value)) is not None}
        if isinstance(unmapped, Default) and unmapped.value in rows:
            unmapped = Default(value=_truth(check, where, unmapped.value))
            return lookup(raw, table, unmapped=unmapped, empty=empty) if table and not missing else None
    if not table and unmapped == "keep":
        return rename(raw, kind, empty=empty)  # this system says everything in the canonical words
    if missing or not table or (isinstance(unmapped, Default) and unmapped.value not in rows):
        return None  # a default that is no value is said with the field's settings
    try:
        return lookup(raw, table, unmapped=unmapped, empty=empty)
    except ValueError as error:
        check.error(where, str(error))
        return None


def _truth(check: Check, where: Path, value: str) -> bool | None:
    try:
        return bool(TYPES["boolean"]().normal(value))
    except Unfit as unfit:
        check.at_key((*where, value), unfit.reason, "write `true` or `false`")
        return None


def _money(
    check: Check, path: Path, field: TypeBlock, name: str, kind: FieldType, raw: str, block: LensBlock, empty: Empty
) -> Lens | None:
    currency = block.currency or field.currency or check.currency
    if block.currency_field is not None and block.as_ == "cents":
        return money_cents(raw, currency_raw=block.currency_field, places=block.places, empty=empty)
    if currency is None:
        check.lacks(path, "an amount here has no currency", "add `currency:` to the hub, the field or the `at`")
        return None
    if block.as_ == "cents" and name == "money":
        return money_cents(raw, currency=currency, places=block.places, empty=empty)
    if block.as_ == "cents":
        return cents(raw, currency=currency, places=block.places, empty=empty)
    return amount(raw, currency, empty, as_number=block.as_ == "number")


def amount(raw: str, currency: str, empty: Empty, *, as_number: bool) -> Lens:
    """Money as a plain amount in one currency; money in another has no place here."""
    decimal, money = TYPES["decimal"](), TYPES["money"](currency)
    put_number = shortest(number(raw, decimal, empty=empty), decimal).put

    def put(value: Value) -> dict[str, Any]:
        if value is None:
            return {raw: empty}
        if value["currency"] != currency:
            raise Misfit(raw, value, f"this system holds {currency} here, not {value['currency']}")
        return put_number(value["amount"]) if as_number and put_number is not None else {raw: value["amount"]}

    return Lens(reads=(raw,), get=reader(raw, money.normal, empty=empty), put=put)


def shortest(lens: Lens, kind: FieldType) -> Lens:
    """The lens for values that may be padded: the amount 12.50 is the number 12.5."""
    put = lens.put
    return lens if put is None else replace(lens, put=lambda value: put(kind.normal(value)))


def _reference(check: Check, declared: Declared, at: At, block: LensBlock, empty: Empty) -> Lens | None:
    target = declared.block.of or ""
    streams = streams_of(check, target, at.system)
    name = block.to or (streams[0] if len(streams) == 1 else None)
    if block.to is not None and block.to not in check.streams(at.system):
        known = check.streams(at.system)
        check.error((*at.path, "to"), f"unknown stream {quoted(block.to)} of {at.system}", meant(block.to, known))
        return None
    if name is None:
        what = "is bound to several streams" if streams else "is not bound to a stream"
        check.lacks(at.path, f"{quoted(target)} {what} of {at.system}", "say which with `to: STREAM`")
        return None
    name = shared_name(check, target, at.system, name)
    return reference_lens(at.raws[0], at.system, name, as_number=block.as_ == "number", empty=empty)


def _group(check: Check, declared: Declared, kind: FieldType, at: At, block: AtBlock) -> Lens | None:
    parts: Mapping[str, Any] = block.parts or {}
    if declared.block.type == "money":
        kinds: Mapping[str, Any] = {"amount": TYPES["decimal"](), "currency": TYPES["text"]()}
    elif declared.block.type == "address":
        kinds = ADDRESS
    else:
        kinds = inner_kinds(check, declared, "parts")
    lenses = _inner(check, declared, "parts", kinds, parts, at)
    return None if lenses is None else group_lens(lenses, kind)


def _lines(check: Check, declared: Declared, kind: FieldType, at: At, block: AtBlock) -> Lens | None:
    lenses = columns_of(check, declared, at, block)
    return None if lenses is None else lines_lens(at.raws[0], lenses, kind, id_field=block.line_id)


def columns_of(check: Check, declared: Declared, at: At, block: AtBlock) -> dict[str, Lens] | None:
    """The lens of each column of lines; under their own names where `at` names none."""
    kinds = inner_kinds(check, declared, "columns")
    given: Mapping[str, Any] = block.columns if block.columns is not None else {name: name for name in kinds}
    return _inner(check, declared, "columns", kinds, given, at)


def inner_kinds(check: Check, declared: Declared, setting: str) -> Mapping[str, Any]:
    """The types of a group's parts or of lines' columns; None for one that is wrong."""
    found: dict[str, Any] = {}
    for name, one in (getattr(declared.block, setting) or {}).items():
        inner = TypeBlock.model_validate({"type": one}) if isinstance(one, str) else one
        found[name] = kind_of_block(check, (*declared.path, setting, name), inner)
    return found


def _inner(
    check: Check, declared: Declared, setting: str, kinds: Mapping[str, Any], given: Mapping[str, Any], at: At
) -> dict[str, Lens] | None:
    """The lenses of parts or columns; None, with problems, where one has none."""
    found: dict[str, Lens] = {}
    for name, one in given.items():
        path: Path = (*at.path, setting, name)
        if kinds.get(name) is None:
            check.at_key(path, f"{quoted(declared.full_name)} has no {setting[:-1]} {quoted(name)}", meant(name, kinds))
            continue
        block = PartBlock(field=one) if isinstance(one, str) else one
        if setting == "parts" and not known_raw(check, path, at.system, at.stream, block.field, at.block.custom):
            continue
        types = getattr(declared.block, setting) or {}
        inner = types.get(name, "text")
        field = inner if isinstance(inner, TypeBlock) else TypeBlock.model_validate({"type": inner})
        type_name = field.type or "text"
        if declared.block.type in ("money", "address"):
            type_name = kinds[name].name
            field = TypeBlock.model_validate({"type": type_name})
        if not _settings_fit(check, path, type_name, block):
            continue
        empty = _empty(check, block, type_name, at.system)
        where: Path = (*declared.path, setting, name)
        lens = _simple(check, where, field, type_name, kinds[name], block.field, block, empty, at)
        if lens is not None:
            found[name] = lens
    return found if len(found) == len(given) else None


def _computed(check: Check, declared: Declared, kind: FieldType, at: At, block: AtBlock) -> Lens | None:
    """A system's own spelling: `read` from its raw fields, `write` to one of them; each way without the other's."""
    read = write = None
    if block.read is not None:
        names = [*(raw.name for raw in at.stream.fields), *at.raws]
        columns = {name: raw_kind(at.stream, name) for name in names}
        read = check.expression((*at.path, "read"), block.read, columns, kind)
    if block.write is not None:
        if len(at.raws) != 1:
            check.lacks(at.path, "`write` needs the one raw field it writes", "add `field: STREAM.FIELD`")
            return None
        write = check.expression((*at.path, "write"), block.write, {declared.name: kind})
        if write is not None and write.type in ("money", "interval", "object", "reference"):
            check.error((*at.path, "write"), f"the expression gives {write.type}, which no system takes as it is")
            return None
    if (block.read is not None and read is None) or (block.write is not None and write is None):
        return None
    raws = tuple(sorted(read.reads)) if read is not None else at.raws
    # What is only written in another spelling cannot be read back: the system tells nothing about the field.
    get = _reading(check, block, read, kind, at) if read is not None else lambda row: NOT_TOLD
    put = None if write is None else _writing(write, at.raws[0], declared.name, kind)
    return Lens(reads=raws or at.raws, get=get, put=put)


def raw_kind(stream: Stream, raw: str) -> FieldType:
    """The type of a raw field, by what the connector calls it; a type with settings is read as text."""
    found = raw_field(stream, raw)
    plain = {"decimal", "integer", "boolean", "date", "datetime", "json"}
    return TYPES[found.type if found is not None and found.type in plain else "text"]()


def _reading(
    check: Check, block: LensBlock, read: Expression, kind: FieldType, at: At
) -> Callable[[Mapping[str, Any]], Any]:
    kinds = {raw: raw_kind(at.stream, raw) for raw in read.reads}
    finders = {raw: finder(raw, _empty(check, block, kinds[raw].name, at.system)) for raw in read.reads}

    def get(row: Mapping[str, Any]) -> Any:
        values: dict[str, Any] = {}
        for raw, find in finders.items():
            told = find(row)
            if told is NOT_TOLD:
                return NOT_TOLD
            try:
                values[raw] = kinds[raw].load(kinds[raw].normal(told))
            except Unfit as unfit:
                raise Misfit(raw, told, unfit.reason) from None
        return kind.dump(read.evaluate(values.get))

    return get


def _writing(write: Expression, raw: str, name: str, kind: FieldType) -> Callable[[Value], dict[str, Any]]:
    def put(value: Value) -> dict[str, Any]:
        loaded = {name: kind.load(value)}
        return {raw: plain(write.evaluate(loaded.get))}

    return put


def plain(value: Any) -> Any:
    """What an expression gives as the plain data of a request: exact numbers and times as text."""
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
