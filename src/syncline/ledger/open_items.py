"""What is open on a record and on a link: pure, computed whenever one is saved, so that it can be listed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from syncline.model.link import Link
from syncline.model.record import Record

OpenKind = Literal["conflict", "difference", "parked", "withheld", "candidate", "held", "asked", "paused"]
ITSELF = 0
"""The link of what is open on a record itself."""


class OpenItem(Struct, frozen=True, kw_only=True):
    """One thing that waits for a person or a changed condition; its values are in the record or link.

    link:  0 where it is open on the record itself.
    field: empty where it is the whole record or link; of `asked` the rule; of an expression what it stands for.
    code:  of what is parked, the brake's kind of what is held; else the kind again.
    since: 0 where nobody kept the moment.
    """

    record: int
    link: int = ITSELF
    field: str = ""
    kind: OpenKind
    code: str
    entity: str
    system: str = ""
    stream: str = ""
    since: float = 0.0


def order_of(item: OpenItem) -> tuple[int, int, str, str]:
    """What tells one item from another, and the order in which they are listed."""
    return item.record, item.link, item.field, item.kind


def of_record(record: Record) -> Iterator[OpenItem]:
    """Its conflicts and parkings, what a rule asks, and whether it may be a duplicate, or is paused.

    A merged record is an alias.
    """
    if record.state == "merged":
        return
    for field, conflict in record.conflicts.items():
        yield OpenItem(
            record=record.id, field=field, kind="conflict", code="conflict", entity=record.entity, since=conflict.since
        )
    if record.parked is not None:
        parked = record.parked
        yield OpenItem(record=record.id, kind="parked", code=parked.code, entity=record.entity, since=parked.at)
    for name, unfit in record.unfit.items():
        yield OpenItem(
            record=record.id, field=name, kind="parked", code=unfit.code, entity=record.entity, since=unfit.at
        )
    for rule, episode in record.episodes.items():
        if episode.asked:
            yield OpenItem(
                record=record.id, field=rule, kind="asked", code="asked", entity=record.entity, since=episode.since
            )
    if record.candidate_of is not None:
        yield OpenItem(
            record=record.id, kind="candidate", code="candidate", entity=record.entity, since=record.created_at
        )
    elif record.may_be is not None:
        yield OpenItem(
            record=record.id, kind="candidate", code="alike", entity=record.entity, since=record.may_be.since
        )
    if record.paused:
        yield OpenItem(record=record.id, kind="paused", code="paused", entity=record.entity)


def of_link(link: Link) -> Iterator[OpenItem]:
    """Its parking, what is held, and per field first differences, parkings and what is withheld.

    A tombstone asks for nothing.
    """
    if link.state == "tombstone":
        return
    if link.parked is not None:
        yield item(link, "", "parked", link.parked.code, link.parked.at)
    for field, stopped in {one.field or "": one for one in link.held if not one.released}.items():
        yield item(link, field, "held", stopped.kind, stopped.since)
    for field, known in link.known.items():
        if known.differs:
            yield item(link, field, "difference", "difference", 0.0)
        if known.parked is not None:
            yield item(link, field, "parked", known.parked.code, known.parked.at)
        if known.withheld is not None:
            yield item(link, field, "withheld", "withheld", 0.0)


def item(link: Link, field: str, kind: OpenKind, code: str, since: float) -> OpenItem:
    """One open thing of a link."""
    return OpenItem(
        record=link.record, link=link.id, field=field, kind=kind, code=code, entity=link.entity,
        system=link.system, stream=link.stream, since=since,
    )  # fmt: skip
