"""Bindings: what the fields' places compile to, one for each stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from random import Random

import msgspec

from syncline.config.address import At, places_of, raw_field
from syncline.config.check import Check, Declared
from syncline.config.documents import is_document, lines_binding, may_be_lines
from syncline.config.lenses import lens_of, with_mapping
from syncline.config.problems import Path, quoted
from syncline.config.shared import check_shared, scope_path, shared_name
from syncline.connect.connector import SHARED
from syncline.mapping.binding import Binding, BoundField
from syncline.mapping.document import LinesBinding
from syncline.mapping.expression import Expression
from syncline.mapping.field_type import FieldType
from syncline.mapping.lens import Lens, round_trips
from syncline.mapping.text import shown

SAMPLES = 200


@dataclass(kw_only=True)
class _Stream:
    """What is bound to one stream so far."""

    entity: str
    lines: LinesBinding | None = None
    lined: Declared | None = None
    bound: dict[str, BoundField] = field(default_factory=dict)
    writers: dict[str, Declared] = field(default_factory=dict)
    spelled: list[object] = field(default_factory=list)


def bindings_of(check: Check) -> tuple[Binding, ...]:
    """All bindings, in the order of systems and of fields."""
    streams: dict[tuple[str, str], _Stream] = {}
    for fields in check.declared.values():
        for one in fields.values():
            places = places_of(check, one.path, one.block)
            kind = check.kinds.get((one.entity, one.name))
            if kind is not None:
                for at in places:
                    _bind(check, streams, one, kind, at)
                _same_parts(check, one, places)
    order = {name: index for index, name in enumerate(check.systems)}
    bindings = [
        Binding(
            system=system, stream=stream, entity=found.entity, fields=tuple(found.bound.values()), lines=found.lines,
            version=_version(found.spelled), scope=_scope(check, found.entity, system, stream),
        )
        for (system, stream), found in sorted(streams.items(), key=lambda one: order[one[0][0]])
    ]  # fmt: skip
    check_scopes(check, bindings)
    check_shared(check, bindings)
    return tuple(bindings)


def _bind(check: Check, streams: dict[tuple[str, str], _Stream], one: Declared, kind: FieldType, at: At) -> None:
    name = shared_name(check, one.entity, at.system, at.stream.name)
    found = streams.setdefault((at.system, name), _Stream(entity=one.entity))
    if is_document(one) and found.lined not in (None, one):
        return  # a record has one list of lines, and that was said
    if one.name in found.bound or (is_document(one) and found.lined is one):
        check.error(at.path, f"{quoted(one.full_name)} is bound to {at.where} twice", "leave one out")
        return
    lens = lens_of(check, one, kind, at) if not is_document(one) or may_be_lines(check, at) else None
    if lens is None:
        return
    bound = _directed(check, one, at, lens)
    _mapped_once(check, found, one, at, bound)
    if bound.outward and lens.put is not None and at.block.write is None:
        _comes_back(check, one, kind, at, lens)
    if is_document(one):
        found.lines, found.lined = lines_binding(check, one, at, bound), one
    else:
        found.bound[one.name] = bound
    block = with_mapping(check, at.path, at.block)
    values = one.block.values if not isinstance(one.block.values, str) else check.hub.tables.get(one.block.values)
    found.spelled += [
        one.name,
        one.block.type,
        block.model_dump(mode="json"),
        values,
        one.block.model_dump(mode="json"),
    ]


def _same_parts(check: Check, one: Declared, places: Sequence[At]) -> None:
    """A group is one value: what is read without a part that another place holds would blank it there."""
    parts = (
        {at.where: at.block.parts for at in places if at.block.parts is not None} if one.block.type != "money" else {}
    )
    for at in places:
        if at.where not in parts or at.block.only == "write":
            continue
        for where, others in parts.items():
            lacking = [part for part in others if part not in parts[at.where]]
            if lacking:
                check.error(
                    (*at.path, "parts"), f"{at.where} has no {quoted(lacking[0])}, and {where} has: what is read here "
                    "would blank it there", "name it in both, or in neither",
                )  # fmt: skip
                break


def _directed(check: Check, one: Declared, at: At, lens: Lens) -> BoundField:
    block, computed = at.block, one.block.is_ is not None or one.block.rollup is not None
    read_only = [raw for raw in lens.reads if (known := raw_field(at.stream, raw)) is not None and not known.writable]
    inward = not computed and block.only != "write" and (block.read is not None or block.write is None)
    outward = lens.put is not None and block.only != "read" and not read_only
    must_write = computed or block.only == "write" or block.write is not None
    if must_write and read_only:
        check.error(at.path, f"{quoted(read_only[0])} of {at.where} cannot be written", "name a field that can be")
    elif must_write and block.only == "read":
        check.error((*at.path, "only"), f"{quoted(one.full_name)} is computed here: it is only written", "leave it out")
    elif computed and block.read is not None:
        check.error((*at.path, "read"), f"{quoted(one.full_name)} is computed here: nothing is read", "leave it out")
    if one.block.truth == at.system and not inward and not isinstance(one.block.at[at.system], list):
        check.error(
            at.path, f"{at.system} is the truth of {quoted(one.full_name)}, and is only written", "let it be read"
        )
    shown = block.write is None or block.read is not None
    return BoundField(field=one.name, lens=lens, inward=inward, outward=outward, shown=shown)


def _mapped_once(check: Check, found: _Stream, one: Declared, at: At, bound: BoundField) -> None:
    """Two fields written to one raw field would take turns for ever."""
    if not bound.outward:
        return
    for raw in at.raws or bound.lens.reads:
        other = found.writers.setdefault(raw, one)
        if other is not one:
            check.error(
                at.path, f"{quoted(raw)} of {at.where} is mapped twice, also by {quoted(other.full_name)}",
                "let one of them only read: `only: read`",
            )  # fmt: skip


def _comes_back(check: Check, one: Declared, kind: FieldType, at: At, lens: Lens) -> None:
    """What goes out must come back as it was."""
    found = round_trips(lens, kind, Random(f"{one.full_name} {at.where}"), SAMPLES)
    lost = next((problem for problem in found if not problem.refused), None)
    if lost is not None:
        check.error(
            at.path, f"what is written to {at.where} does not come back: {shown(lost.value)} {lost.reason}",
            "check the type, and how this system says empty (`empty_is`)",
        )  # fmt: skip
    elif len(found) >= SAMPLES:
        # Nothing is lost by it, and a sampled address is fuller than most.
        check.warn(at.path, f"{at.where} takes few values: {shown(found[-1].value)} {found[-1].reason}")


def _version(spelled: list[object]) -> str:
    """Changes with the mapping, and with nothing else."""
    return blake2b(msgspec.json.encode(spelled, order="deterministic"), digest_size=8).hexdigest()


def _scope(check: Check, entity: str, system: str, stream: str) -> Expression | None:
    path = scope_path(check, entity, system, stream.partition(SHARED)[0])
    if path is None:
        return None
    return check.expression(path, check.entity(entity).scope[str(path[-1])], check.columns(entity), "boolean")


def check_scopes(check: Check, bindings: list[Binding]) -> None:
    """Every scope is of a place where the entity is bound."""
    for entity in check.hub.entities:
        for name in check.entity(entity).scope:
            stream_in(check, bindings, ("entities", entity, "scope", name), entity, name, several=True)


def stream_in(
    check: Check, bindings: list[Binding], path: Path, entity: str, name: str, *, several: bool = False
) -> Binding | None:
    """The binding that `odoo` or `odoo.res.partner` names for an entity; says what is wrong if it names none."""
    system, _, stream = name.partition(".")
    if not check.known_system(path, system):
        return None
    named = [b for b in bindings if (b.entity, b.system) == (entity, system)]
    fitting = [b for b in named if stream in ("", b.stream.partition(SHARED)[0])]
    if not fitting:
        here = [b for b in bindings if (b.entity, b.system) == (entity, system)]
        meant_to_be = any(system in one.block.at for one in check.declared.get(entity, {}).values())
        if here or not meant_to_be:  # else what is wrong with its fields there was said
            check.at_key(path, f"{quoted(entity)} is not bound to {quoted(name)}", _bound_to(bindings, entity))
        return None
    if len(fitting) > 1 and not several:
        names = ", ".join(f"{system}.{check.stream(one).name}" for one in fitting)
        check.at_key(path, f"{quoted(entity)} is bound to several streams of {system}", f"say which: {names}")
        return None
    return fitting[0]


def _bound_to(bindings: list[Binding], entity: str) -> str:
    systems = list(dict.fromkeys(b.system for b in bindings if b.entity == entity))
    return f"it is bound to {', '.join(systems)}" if systems else "bind its fields with `at:`"
