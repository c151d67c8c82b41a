"""Which fields of ours a declaration needs in the systems: one for our ids, and those that a hub writes to. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from syncline.config.declaration import Declaration
from syncline.connect.connector import SHARED, Connector
from syncline.connect.stream import Field


@dataclass(frozen=True, kw_only=True)
class Need:
    """A field that must be in a stream of a system.

    fields: the declaration's fields (`deal.order_number`) that are written to it; none: it holds our own ids, without
    which no row is made there.
    """

    system: str
    stream: str
    field: Field
    fields: tuple[str, ...] = ()


def needs_of(declaration: Declaration, connectors: Mapping[str, Connector]) -> Iterator[Need]:
    """Of every stream in which a record may be born, and of the streams of their parts; and what is written to.

    Each once. Of a system without a connector nothing is known: whoever only looks at a ledger has none.
    """
    found: dict[tuple[str, str, str], Need] = {}
    for birth in (one for one in declaration.births if one.system in connectors):
        connector, plain = connectors[birth.system], plainly(birth.stream)
        for name in (plain, *connector.stream(plain).children):
            for field in connector.stream(name).needs:
                found[birth.system, name, field.name] = Need(system=birth.system, stream=name, field=field)
    for binding in (one for one in declaration.bindings if one.system in connectors):
        plain = plainly(binding.stream)
        written: dict[str, list[str]] = {}
        for bound in binding.fields:
            for raw in bound.lens.reads if bound.outward else ():
                written.setdefault(raw, []).append(f"{binding.entity}.{bound.field}")
        for field in connectors[binding.system].stream(plain).fields:
            place = (binding.system, plain, field.name)
            if field.ours and field.name in written:
                before = found[place].fields if place in found else ()
                fields = (*before, *written[field.name])
                found[place] = Need(system=binding.system, stream=plain, field=field, fields=fields)
    yield from found.values()


def plainly(stream: str) -> str:
    """A stream's own name: `partner#contact` is `partner`, read once more for another entity."""
    return stream.partition(SHARED)[0]
