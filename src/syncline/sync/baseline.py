"""A stream that is read for the first time: its rows are on the stage until its end, and are met then."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from syncline.mapping.binding import Binding
from syncline.model.observation import Observation
from syncline.model.rows import Cursor, Staged
from syncline.sync import doubled, poison, settle
from syncline.sync.desk import open_desk
from syncline.sync.hub import Hub

MIXED = "mixed"


def baseline(hub: Hub, system: str, stream: str) -> bool:
    """Settles one batch of a stream that was read to its end. Returns whether there was one."""
    binding, cursor = hub.declaration.binding(system, stream), hub.ledger.cursor(system, stream, "changes")
    if doubled.look_through(hub, binding):
        return True
    if cursor.coupled is not None:
        settle_coupled(hub, binding, cursor)
        return True
    rows = hub.ledger.staged(system, stream, "", hub.batch)
    if not rows:
        with hub.ledger.unit() as unit:
            doubled.forget(unit, binding)
            unit.save_cursor(replace(cursor, baselined=True, met_by=met_by(hub, cursor)))
            if binding.entity in hub.measures:
                for one in read_with(hub, binding):  # only now is it known who is the most alike
                    unit.mark_unborn_dirty(binding.entity, one.system, one.stream)
            elif is_born_into(hub, binding):
                unit.mark_unborn_dirty(binding.entity, system, stream)  # only now is it known who is not there
        return False
    settle_batch(hub, binding, rows)
    return True


def settle_coupled(hub: Hub, binding: Binding, cursor: Cursor) -> None:
    """Rows that couplings name leave the stage before all others: no rule gives away the place that is theirs."""
    ids = hub.ledger.coupled_ids(binding.system, binding.stream, cursor.coupled or "", hub.batch)
    rows = hub.ledger.staged_at(binding.system, binding.stream, ids) if ids else ()
    if rows:
        settle_batch(hub, binding, rows)
    with hub.ledger.unit() as unit:
        unit.save_cursor(replace(cursor, coupled=ids[-1] if ids else None))


def settle_batch(hub: Hub, binding: Binding, rows: Sequence[Staged]) -> None:
    """So many rows of the stage; one that cannot be settled holds up no other."""
    whole = hub.stream(binding.system, binding.stream).whole_lists
    news = [(unstaged(row, whole=whole), row.raw) for row in rows]
    try:
        settle_staged(hub, binding, rows, news)
    except poison.POISON:
        poison.one_by_one(hub, binding, news, settle.settle_alone)  # L2
        settle_staged(hub, binding, rows, [])
    hub.met(binding.system, binding.stream, len(rows))


def met_by(hub: Hub, cursor: Cursor) -> str:
    """Which part of the declaration a stream's rows met records by, those that are read now among them."""
    now = hub.meetings[hub.declaration.binding(cursor.system, cursor.stream).entity]
    unread = not (cursor.baselined or cursor.ended or cursor.after)
    return now if unread or cursor.met_by == now else MIXED


def read_with(hub: Hub, binding: Binding) -> list[Binding]:
    """The streams of its entity that were read to their end, and this one."""
    of_entity = [one for one in hub.declaration.bindings if one.entity == binding.entity]
    return [
        one for one in of_entity
        if one is binding or hub.ledger.cursor(one.system, one.stream, "changes").baselined
    ]  # fmt: skip


def is_born_into(hub: Hub, binding: Binding) -> bool:
    """May records be born in this stream, by a `create` or as what a rule makes?"""
    makings = [making for rule in hub.declaration.rules for making in rule.makes]
    makings += [making.credit for making in makings if making.credit is not None]
    made = any((making.system, making.entity) == (binding.system, binding.entity) for making in makings)
    place = (binding.system, binding.stream)
    return made or any((birth.system, birth.stream) == place for birth in hub.declaration.births)


def settle_staged(
    hub: Hub, binding: Binding, rows: Sequence[Staged], news: Sequence[tuple[Observation, dict[str, object]]]
) -> None:
    """Rows leave the stage with what they became."""
    with hub.ledger.unit() as unit:
        desk = open_desk(hub, unit, "baseline", (binding.system, binding.stream))
        settle.settle(desk, binding, news)
        settle.close_desk(desk)
        unit.unstage(rows)
        hub.point("baseline batch")


def unstaged(row: Staged, *, whole: bool) -> Observation:
    """The observation that a staged row was."""
    return Observation(
        id=row.id, raw=row.raw, version=row.version, stamp=row.stamp, created=row.created, began=row.began,
        as_of=row.as_of, whole=whole,
    )  # fmt: skip
