"""What must hold at quiet where rules make things: by the systems' rows and the CRM's log, not by the hub's marks.

13 a deal that is won has one order that stands, one that is not has none; no more were made than it was won.
14 an offer left alone for long enough has one task, and one that was not has none; what happened in time prevents it.
15 every making was said once, and what was true before the rules were armed made nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from syncline.model.link import UNKNOWN_FIELD, Link
from syncline.model.record import NOTHING, Record
from syncline.testing import oracle, orders

if TYPE_CHECKING:
    from syncline.testing.systems import RowAt
    from syncline.testing.world import World

SURELY_SECONDS = 12.0
"""What is nearer than this to the moment when a rule was armed may count on either side of it: stamps and lags."""

STAMP_SECONDS = 2.0


def check(world: World) -> list[str]:
    """Every violation, as a sentence that begins with the rule's number."""
    bad = list(world.violations)
    for record, links in oracle.families(world):
        for link in links:
            if link.state == "active" and link.external_id is not None:
                bad.extend(differences(world, record, link))
    deals = list(world.systems["crm"].rows["deal"].values())
    for deal in deals:
        bad.extend(orders_of(world, deal))
        bad.extend(tasks_of(world, deal))
    bad.extend(twice(world))
    bad.extend(said(world))
    bad.extend(oracle.unknown_rows(world))
    bad.extend(oracle.writes_again(world))
    return bad


def differences(world: World, record: Record, link: Link) -> Iterator[str]:
    """Rule 2."""
    row = world.systems[link.system].rows[link.stream][str(link.external_id)]
    for name, kind in orders.TYPES[link.stream].items():
        value, there = record.fields.get(name, NOTHING).value, row.now.values[name]
        if name == "deal":
            at = world.hub.ledger.links_at([(link.system, "deal", there)]) if there else {}
            there = next((one.record for one in at.values()), None)
        else:
            there = kind.normal(there or None)
        waits = link.known.get(name, UNKNOWN_FIELD).waiting
        if kind.key(there) != kind.key(value) and not waits and not oracle.is_open(record, link, name):
            yield f"2 {name} of {link.stream} {record.id} in {link.system} is {there!r}, record has {value!r}"


def armed_at(world: World, rule: str) -> float:
    """When a rule was armed."""
    at = world.hub.ledger.armed()[rule].at
    return at if at is not None else float("inf")


def named(world: World, system: str, stream: str, field: str, value: str) -> list[RowAt]:
    """The living rows of this name."""
    rows = world.systems[system].rows[stream].values()
    return [row for row in rows if row.dead is None and str(row.now.values[field]).casefold() == value.casefold()]


# ---- 13
def orders_of(world: World, deal: RowAt) -> Iterator[str]:
    """Rule 13, in the ERP, where orders are made, and in the shop, where they are born."""
    title, log, armed = deal.now.values["title"], orders.stays(deal), armed_at(world, "won")
    for system in ("erp", "shop"):
        rows = named(world, system, "order", "ref", f"order of {title}")
        stand = [row for row in rows if row.now.values["state"] != "cancelled"]
        won = [stay for stay in log if stay.stage == "won" and (stay.until is None or stay.until > armed - 10.0)]
        if len(rows) > len(won):
            yield f"13 deal {deal.id} was won {len(won)} times and has {len(rows)} orders in {system}"
        if len(stand) > (log[-1].stage == "won"):
            yield f"13 deal {deal.id} is {log[-1].stage} and has {len(stand)} orders that stand in {system}"
        if log[-1].stage == "won" and not stand and became(world, deal, "won", armed):
            yield f"13 deal {deal.id} is won since {log[-1].since:.1f} and has no order in {system}"
        yield from amounts(world, deal, system, stand)
    if log == [orders.Stay("won", log[0].since, None)] and log[0].since < armed - SURELY_SECONDS and rows:
        yield f"15 deal {deal.id} was won before the rule was armed and has an order"


def became(world: World, deal: RowAt, stage: str, armed: float) -> bool:
    """Did the hub learn that it came to this stage, or that it began there, after the rule was armed?

    A stage that was left and entered again between two looks was never left, as far as anybody can know.
    """
    link = world.hub.ledger.links_at([("crm", "deal", deal.id)])[("crm", "deal", deal.id)]
    entries = world.hub.ledger.history([link.record])[link.record]
    seen = [entry for entry in entries if entry.field == "stage" and entry.kind == "taken"]
    entered = [
        entry for entry in seen
        if orders.stage_of(entry.after) == stage and orders.stage_of(entry.before or "") != stage
    ]  # fmt: skip
    if not entered or entered[-1].at <= armed:
        return False
    return entered[-1].before is not None or deal.born > armed + SURELY_SECONDS


def amounts(world: World, deal: RowAt, system: str, stand: list[RowAt]) -> Iterator[str]:
    """An order on which nobody ever wrote `done` has the amount of its deal, unless that is listed as open there."""
    links = world.hub.ledger.links_at([("crm", "deal", deal.id)]).values()
    if any(link.known.get("amount", UNKNOWN_FIELD).parked for link in links):
        return
    for order in stand:
        notes = [str(state.values["note"]) for state in order.history]
        if not any(note.startswith("done") for note in notes) and not noted(world, order):
            amount, total = deal.now.values["amount"], order.now.values["total"]
            if amount != total:
                yield f"13 order {order.id} in {system} is of {total}, its deal {deal.id} of {amount}"


def noted(world: World, order: RowAt) -> bool:
    """Did anybody write `done` on its twin?"""
    rows = named(world, "erp", "order", "ref", order.now.values["ref"])
    return any(str(state.values["note"]).startswith("done") for row in rows for state in row.history)


# ---- 14
def tasks_of(world: World, deal: RowAt) -> Iterator[str]:
    """Rule 14, in the shop, where tasks are made."""
    title, log, armed = deal.now.values["title"], orders.stays(deal), armed_at(world, "stale")
    tasks = named(world, "shop", "task", "subject", f"ask about {title}")
    if len(tasks) > 1:
        yield f"14 deal {deal.id} has {len(tasks)} tasks"
    typed = [row.born for row in by_hand(world, deal)]
    # What the hub's user may not see did not happen, as far as the hub can know.
    shown = [row.born for row in by_hand(world, deal) if not row.was_hidden]
    long_enough = [stay for stay in log if is_long(world, stay) and not any(at < due(stay) - 4.0 for at in shown)]
    if tasks and not long_enough:
        yield f"14 deal {deal.id} was never left alone for long and has a task; orders by hand at {typed}"
    last = log[-1]
    if last.stage == "offer" and not typed and not tasks and became(world, deal, "offer", armed):
        yield f"14 deal {deal.id} is an offer since {last.since:.1f} and has no task"


def is_long(world: World, stay: orders.Stay) -> bool:
    """Was it an offer until its moment came, by a clock of whole seconds?"""
    until = stay.until if stay.until is not None else world.now
    return stay.stage == "offer" and until - stay.since >= orders.AFTER_SECONDS - STAMP_SECONDS


def due(stay: orders.Stay) -> float:
    """When an offer has waited long enough."""
    return stay.since + orders.AFTER_SECONDS


def by_hand(world: World, deal: RowAt) -> list[RowAt]:
    """The orders that somebody typed for this deal."""
    at = world.hub.ledger.links_at([("crm", "deal", deal.id)])
    records = {link.record for link in at.values()}
    twins = {
        link.external_id for rid in records for link in world.hub.ledger.links_of([rid])[rid] if link.system == "erp"
    }
    return [row for row in world.systems["erp"].rows["order"].values() if row.now.values["deal"] in twins]


# ---- 4, 15
def twice(world: World) -> Iterator[str]:
    """Rule 4: no two rows for one making, whatever was lost."""
    for record, links in oracle.families(world):
        here = Counter((link.system, link.stream) for link in links if link.state == "active")
        yield from (f"4 record {record.id} has {n} rows in {place}" for place, n in here.items() if n > 1)
        rows = [world.systems[link.system].rows[link.stream][link.external_id] for link in links if link.external_id]
        if record.made_by is None and rows and all(row.by_hub for row in rows):
            yield f"4 {record.entity} {record.id} is a row that the hub made, taken for a new one"
    for system, made in world.systems.items():
        keys = [row.key for row in made.every_row() if row.key]
        if len(keys) != len(set(keys)):
            yield f"4 two creates under one key in {system}"


def said(world: World) -> Iterator[str]:
    """Rule 15: as many events as orders and tasks, none twice."""
    events = [event for _, event in world.hub.ledger.events(0, 100_000)]
    if len({event.id for event in events}) != len(events):
        yield "15 an event was said twice"
    made = Counter(record.entity for record, _ in oracle.families(world) if record.made_by is not None)
    told = Counter(event.type for event in events)
    for entity, kind in (("order", "deal.won"), ("task", "deal.stale")):
        if made[entity] > told[kind]:
            yield f"15 {made[entity]} of {entity} were made and {told[kind]} were told of"
