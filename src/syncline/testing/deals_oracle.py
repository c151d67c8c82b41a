"""What must hold at quiet for deals with lines; the rules' numbers are those of the oracle for contacts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from syncline.mapping.document import column_of, line_field, line_of
from syncline.model.link import UNKNOWN_FIELD, Link
from syncline.model.record import NOTHING, Record
from syncline.testing import evidence, oracle

if TYPE_CHECKING:
    from syncline.testing.world import World

EXPLAINS = (
    "refused", "conflict-lost", "conflict", "first-lost", "first-difference", "no-effect", "parked", "ambiguous",
)  # fmt: skip


def check(world: World) -> list[str]:
    """Every violation, as a sentence that begins with the rule's number."""
    bad = list(world.violations)
    for record, links in evidence.families(world):
        bad.extend(oracle.believed_dead(world, record, links))
        if record.entity != "deal":
            continue
        for link in links:
            if link.state == "active" and not evidence.is_dead(world, link):
                bad.extend(differences(world, record, link))
        bad.extend(vanished(world, record, links))
    bad.extend(oracle.unknown_rows(world))
    bad.extend(oracle.doubled(world))
    bad.extend(oracle.writes_again(world))
    return bad


def fold(value: Any) -> Any:
    """Text without case."""
    return value.casefold() if isinstance(value, str) else value


def record_lines(record: Record) -> dict[str, tuple[str, Any]]:
    """Product to (line id, quantity) of the record's lines."""
    out = {}
    for name, held in record.fields.items():
        line = line_of(name)
        if line is not None and column_of(name) is None and held.value is True:
            product = record.fields.get(line_field(line, "product"), NOTHING).value
            out[fold(product)] = (line, record.fields.get(line_field(line, "qty"), NOTHING).value)
    return out


def raw_of(world: World, link: Link) -> dict[str, Any]:
    """What the system really holds."""
    return world.systems[link.system].rows[link.stream][str(link.external_id)].now.values


def differences(world: World, record: Record, link: Link) -> Iterator[str]:
    """Rule 2: fields, the reference, and each line."""
    raw = raw_of(world, link)
    where = f"of record {record.id} in {link.system} {link.external_id}"
    stage = record.fields.get("stage", NOTHING).value
    if fold(raw["stage"] or None) != fold(stage) and not is_open(record, link, "stage"):
        yield f"2 stage {where} is {raw['stage']!r}"
    wanted = record.fields.get("contact", NOTHING).value
    rows = world.hub.ledger.links_at([(link.system, "contact", raw["contact"])]) if raw["contact"] else {}
    there = next((one.record for one in rows.values()), None)
    if there != wanted and not is_open(record, link, "contact"):
        yield f"2 contact {where} is {there}, record has {wanted}"
    ours = record_lines(record)
    theirs = {fold(line["product"]): line["qty"] for line in raw["lines"]}
    if len(theirs) != len(raw["lines"]):
        yield f"4 a line is doubled {where}: {raw['lines']}"
    for product in ours.keys() | theirs.keys():
        line = ours[product][0] if product in ours else line_there(record, product)
        if line is not None and any(is_open(record, link, one) for one in (line_field(line), line_field(line, "qty"))):
            continue
        if (product in ours) != (product in theirs):
            yield f"2 line {product} {where}: record {product in ours}, there {product in theirs}"
        elif ours[product][1] != theirs[product]:
            known = link.known.get(line_field(str(line), "qty"), UNKNOWN_FIELD)
            yield f"2 qty of {product} {where} is {theirs[product]}, record has {ours[product][1]}, {known}"


def line_there(record: Record, product: str) -> str | None:
    """The id of a removed line by its product."""
    for name, held in record.fields.items():
        if column_of(name) == "product" and fold(held.value) == product:
            return line_of(name)
    return None


def is_open(record: Record, link: Link, field: str) -> bool:
    """Listed as open on this link."""
    return evidence.is_open(record, link, field) or link.known.get(field, UNKNOWN_FIELD).waiting


def vanished(world: World, record: Record, links: list[Link]) -> Iterator[str]:
    """Rule 1: added lines are there, removed ones are not, unless a later edit or the history says why."""
    ours = record_lines(record)
    mine = evidence.own_edits(world, links, "lines")
    removed = {fold(e.value) for e in mine if e.kind == "remove"}
    explained = {line_of(e.field or "") for e in history(world, record) if e.kind in EXPLAINS}
    explained |= {line_of(name) for link in links for name, known in link.known.items() if known.withheld}
    for edit in mine:
        product = fold(edit.value)
        line = ours[product][0] if product in ours else line_there(record, product)
        if edit.kind == "add" and product not in ours and product not in removed and line not in explained - {None}:
            yield f"1 line {product} added {evidence.where(edit)} vanished from record {record.id}"
        if edit.kind == "remove" and product in ours and line not in explained - {None}:
            yield f"1 line {product} removed {evidence.where(edit)} came back to record {record.id}"
    yield from lost_quantities(world, record, links, ours, explained)


def lost_quantities(
    world: World, record: Record, links: list[Link], ours: dict[str, tuple[str, Any]], explained: set[str | None]
) -> Iterator[str]:
    """The newest quantity typed anywhere is the record's, unless the history says why not."""
    for product, (line, qty) in ours.items():
        edits = evidence.own_edits(world, links, f"qty of {product}")
        typed = [edit.value for edit in newest_of_each(edits)]
        if edits and line not in explained and qty not in typed:
            yield f"1 qty of {product} is {qty} in record {record.id}, typed last: {typed}"


def newest_of_each(edits: list[Any]) -> list[Any]:
    """The last edit in each system."""
    return list({edit.system: edit for edit in reversed(edits)}.values())


def history(world: World, record: Record) -> list[Any]:
    """What happened to a record."""
    return list(world.hub.ledger.history([record.id])[record.id])
