"""Creating exactly once: a birth is looked for, sent under a key that never changes, and resolved as declared."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from syncline.connect.connector import SHARED
from syncline.connect.request import Page
from syncline.connect.stream import Stream
from syncline.identity import seats
from syncline.mapping.binding import Binding
from syncline.mapping.document import line_of
from syncline.merge import lines, see
from syncline.merge.case import Case
from syncline.model.intent import Intent
from syncline.model.link import Link, Sent
from syncline.model.observation import Observation
from syncline.model.record import Parking, Record
from syncline.sync import couplings, creating, meet, observe, own_fields, questions, scope, send, settle, written
from syncline.sync.desk import Desk, open_desk
from syncline.sync.hub import Hub
from syncline.sync.stops import Gate

READ_FIRST_SECONDS = 1.0
"""How soon a birth asks again whether the stream was read past the moment its record appeared."""


def bring_forth(hub: Hub, stream: Stream, links: Sequence[Link], gate: Gate) -> None:
    """One step of each birth: resolve the create already sent, or look for the row, or create it.

    What is created leaves together where the vendor takes batches.
    """
    size = 1 if stream.batch is None else max(1, len(links))
    for at in range(0, len(links), size):
        ready = [link for link in links[at : at + size] if is_to_be_looked_for(hub, stream, link)]
        if ready and own_fields.stops_births(own_fields.missing(hub, hub.ledger, ready[0].system, ready[0].stream)):
            own_fields.put_off(hub, ready)
            continue
        asked = nobody_is_there(hub, stream, ready)
        fresh = ready if asked else [link for link in ready if not found_there(hub, stream, link, None)]
        while fresh:
            together = fresh[: independent(hub, fresh)]
            creating.create(hub, stream, together, gate)
            fresh = fresh[len(together) :]


def independent(hub: Hub, links: Sequence[Link]) -> int:
    """How many of these, from the first on, refer to none before them: a parent's id is told with its child. # I10"""
    records = hub.ledger.records(link.record for link in links)
    before: set[object] = set()
    for number, link in enumerate(links):
        record = records[link.record]
        names = hub.reference_fields.get(record.entity, ())
        if before.intersection(record.fields[name].value for name in names if name in record.fields):
            return number
        before.add(record.id)
    return len(links)


def nobody_is_there(hub: Hub, stream: Stream, links: Sequence[Link]) -> bool:
    """One question for all of them, where the vendor takes one: a first sync would else ask for each row by itself.

    If any row answers to it, each is looked for by itself: whose it is only that can tell.
    """
    if stream.find_any is None or len(links) < 2:
        return False
    binding = hub.declaration.binding(links[0].system, links[0].stream)
    keys = [found for link in links if (found := raw_keys(hub, binding, link, None))]
    page, _ = observe.show(hub, links[0].system, stream, stream.find_any(keys)) if keys else (Page(), 0.0)
    hub.point("found")
    return not page.records


def is_to_be_looked_for(hub: Hub, stream: Stream, link: Link) -> bool:
    """Is nothing left but to look for its row, and to create it? All else that this birth needs now is done here."""
    if link.parked is not None:
        return False
    pending = hub.ledger.intents([link.writing]).get(link.writing) if link.writing is not None else None
    record = hub.ledger.records([link.record])[link.record]
    gone = record.parked is not None or record.state != "active" or is_superseded(hub, link)
    if pending is not None:
        resolve(hub, stream, link, pending, gone=gone)
    elif gone:
        end(hub, link)
    elif record.paused:
        return False
    elif not read_far_enough(hub, stream, link, record):
        later(hub, link, hub.clock() + READ_FIRST_SECONDS)
    else:
        return not is_coupled_there(hub, stream, link)
    return False


def is_coupled_there(hub: Hub, stream: Stream, link: Link) -> bool:
    """Is it coupled with a row that is there and takes no part? Then no second one is wanted, and a person is asked."""
    row = couplings.waited_for(hub, link)
    if row is None or stream.get is None or row[2] not in observe.look_at(hub, link.system, stream, [row[2]]):
        return False
    name = "/".join(row)
    remedy = f"let {name} take part, or take the coupling back: syncline links remove {name}"
    park_birth(hub, link, couplings.CROSSED, f"coupled with {name}, which is there and takes no part", remedy)
    return True


def is_superseded(hub: Hub, link: Link) -> bool:
    """Has the record a row there by now, because it was merged with another that has one?"""
    links = hub.ledger.links_of([link.record]).get(link.record, ())
    return any((k.system, k.stream) == (link.system, link.stream) and k.state in seats.RANK for k in links)


def read_far_enough(hub: Hub, stream: Stream, link: Link, record: Record) -> bool:
    """Does `find`, or what was read of the stream, show every row made before the record appeared?"""
    if stream.find is not None:
        return hub.clock() >= record.created_at + stream.settles_in.find
    return hub.ledger.cursor(link.system, link.stream, "changes").covered > record.created_at


def resolve(hub: Hub, stream: Stream, link: Link, pending: Intent, *, gone: bool) -> None:
    """A create already sent: found, or sent again only where that is safe; of a record that is gone only found."""
    safe_by = stream.create_is_safe_by
    waited = hub.clock() >= pending.at + stream.settles_in.find + stream.write_timeout
    if stream.find is not None and (gone or safe_by == "find"):
        if not waited:
            later(hub, link, pending.at + stream.settles_in.find + stream.write_timeout)
        elif not gone and not raw_keys(hub, hub.declaration.binding(link.system, link.stream), link, pending):
            park_birth(hub, link, "unknown-create", f"it may have made a row that {link.system} cannot find")  # I4
        elif not found_there(hub, stream, link, pending):
            end(hub, link, pending) if gone else again(hub, stream, link, pending)  # I4
    elif gone:
        end(hub, link, pending)
    elif safe_by in ("key", "external_id"):
        again(hub, stream, link, pending)  # I4
    else:
        park_birth(hub, link, "unknown-create", f"no answer came from {link.system}; it may have made the row")  # I4


def later(hub: Hub, link: Link, at: float) -> None:
    """Nothing can be known before that moment."""
    with hub.ledger.unit() as unit:
        unit.save_links([replace(hub.ledger.links([link.id])[link.id], due_at=at)])


def end(hub: Hub, link: Link, pending: Intent | None = None) -> None:
    """The birth's record is gone, and nothing was made: the birth ends."""
    with hub.ledger.unit() as unit:
        if pending is not None:
            unit.save_intents([replace(pending, state="failed", done_at=hub.clock())])
        dead = replace(
            hub.ledger.links([link.id])[link.id], state="tombstone", due_at=None, due_since=None, writing=None
        )
        unit.save_links([dead])


def park_birth(hub: Hub, link: Link, code: str, reason: str, remedy: str = "") -> None:
    """A birth that only a person can bring on."""
    with hub.ledger.unit() as unit:
        desk = open_desk(hub, unit, "birth")
        desk.load([link.record])
        park(desk, link, code, reason, remedy)
        written.flush(desk)


def park(desk: Desk, link: Link, code: str, reason: str, remedy: str = "") -> None:
    """The same on a desk that has its record."""
    usual = f"look in {link.system}: link the row (links add), or retry"
    parking = Parking(code=code, reason=reason, at=desk.now, remedy=remedy or usual)
    desk.home(link.id).put(link.id, parked=parking)
    desk.home(link.id).note("parked", None, link.id, None, None, code)


def found_there(hub: Hub, stream: Stream, link: Link, pending: Intent | None) -> bool:
    """Before a create the hub asks `find` by the match keys; what is found becomes the link."""
    if stream.find is None:
        return False
    binding = hub.declaration.binding(link.system, link.stream)
    case_keys = raw_keys(hub, binding, link, pending)
    if not case_keys:
        return False
    page, _ = observe.show(hub, link.system, stream, stream.find(case_keys))
    ids = [str(raw[stream.key]) for raw in page.records]
    taken = hub.ledger.links_at((link.system, link.stream, one) for one in ids)
    free = [one for one in ids if (link.system, link.stream, one) not in taken]
    rows = list(observe.look_at(hub, link.system, stream, free).values()) if free and stream.get is not None else []
    rows = [row for row in rows if not is_another_kind(hub, binding, row, pending)]
    hub.point("found")
    if not rows:
        return False
    asked = hub.ledger.parked_rows((link.system, link.stream, row.id) for row in rows) if pending is None else {}
    if asked:
        named = ", ".join("/".join(row) for row in asked)
        park_birth(hub, link, questions.MAY_BE_DUPLICATE, f"it may be {named}, and so may another record")  # I14
        return True
    best = most_like(hub, binding, rows, pending)
    if best is None:
        park_birth(hub, link, "ambiguous-match", f"{len(rows)} rows of {link.system} may be this record")  # I14
    else:
        adopt(hub, binding, link, pending, best, hub.clock())
    return True


def is_asked_about(desk: Desk, case: Case, link: Link) -> bool:
    """Is a row there that may be this record, or another: so that a person is asked, and none is made?"""
    rows = desk.unit.parked_by_key(desk.keys(case))
    return any((row.system, row.stream) == (link.system, link.stream) for row in rows)


def is_another_kind(hub: Hub, binding: Binding, row: Observation, pending: Intent | None) -> bool:
    """Is it out of this binding's scope, in a stream that holds rows of another entity too?

    What our create made is in scope if it told what the scope reads; if it did not, that cannot be said. # I4
    """
    if binding.scope is None or (pending is not None and not binding.scope.reads <= pending.values.keys()):
        return False
    plain = binding.stream.partition(SHARED)[0]
    others = [
        b for b in hub.declaration.bindings
        if b.entity != binding.entity and (b.system, b.stream.partition(SHARED)[0]) == (binding.system, plain)
    ]  # fmt: skip
    if not others:
        return False
    with hub.ledger.unit() as unit:
        desk = Desk(hub=hub, unit=unit, run=0, now=hub.clock())
        bound = binding.bound(row.raw)
        return not scope.judges(desk, binding, binding.read(bound, desk.resolve))


def most_like(hub: Hub, binding: Binding, rows: Sequence[Observation], pending: Intent | None) -> Observation | None:
    """The only row, or of several the one that holds most of what our create sent; None: nobody can tell."""
    if len(rows) == 1:
        return rows[0]
    if pending is None:
        return None
    scores = sorted(((likeness(hub, binding, row, pending), row.id) for row in rows), reverse=True)
    if scores[0][0] == scores[1][0]:
        return None
    return next(row for row in rows if row.id == scores[0][1])


def likeness(hub: Hub, binding: Binding, row: Observation, pending: Intent) -> int:
    """How many fields of a create a row holds, however its system spells them."""
    policy = hub.declaration.entities[binding.entity]
    held = binding.read(binding.bound(row.raw), lambda ref: None).told
    plain = [name for name in pending.values if line_of(name) is None and name in held]
    return sum(policy.of(name).type.equal(pending.values[name].value, held[name]) for name in plain)


def raw_keys(hub: Hub, binding: Binding, link: Link, pending: Intent | None) -> dict[str, object]:
    """The raw fields and values to find a row by: those of the first match rule that is filled.

    What a create sent has the keys that it was sent with, whatever its record is called by now.
    """
    held = hub.ledger.records([link.record])[link.record].fields if pending is None else pending.values
    for rule in hub.declaration.matching.get(link.entity, ()):
        values = {name: held[name].value for name in rule.fields if name in held}
        bound = all(name in binding.by_field and name in binding.writable for name in rule.fields)
        if bound and len(values) == len(rule.fields) and all(v is not None for v in values.values()):
            return binding.write(values)
    return {}


def adopt(hub: Hub, binding: Binding, link: Link, pending: Intent | None, seen: Observation, now: float) -> None:
    """The row that was found becomes the link: our own create coming back, or a first meeting."""
    with hub.ledger.unit() as unit:
        desk = open_desk(hub, unit, "birth", (link.system, link.stream))
        desk.load([link.record])
        case = desk.cases[link.record]
        case.put(link.id, external_id=seen.id, state="active", writing=None, unanswered=0)
        desk.seat(case.links[link.id])
        seats.seat(case, link.system, link.stream, [link.id])
        bound = binding.bound(seen.raw)
        if pending is not None:
            unconfirm(case, link.id, desk.present([pending])[0])  # so that its lines are known again
        reading = lines.recognise(case, link.id, binding.read(bound, desk.resolve), seen)
        if case.links[link.id].state == "shadow":
            case.put(link.id, seen=bound)  # the record was merged meanwhile, and has a row there
        elif pending is None:
            meet.join(desk, binding, case, link.id, seen, bound, reading)
        else:
            see.see(case, link.id, seen, bound, reading, meet.print_of(binding, bound, reading))
        if pending is not None:
            creating.known_now(desk, case, link.id)
            unit.save_intents([replace(pending, state="done", done_at=now)])
            carried_on(case, link.id)
        settle.close_desk(desk)
        hub.point("adopted")


def unconfirm(case: Case, lid: int, pending: Intent) -> None:
    """A create that we made and find again: its values are unconfirmed, the row as it is now decides."""
    for name, told in pending.values.items():
        case.learn(lid, name, sent=(Sent(value=told.value, version=told.version),))


def carried_on(case: Case, lid: int) -> None:
    """What is found of a record that was deleted meanwhile is deleted too. A row that sleeps lives."""
    became = any(k.into is not None for k in case.links.values())  # merged, rather than deleted
    others = any(k.id != lid and k.state in ("active", "asleep", "shadow") for k in case.links.values())  # I11
    alone = case.record.made_by is None and not became and not others
    if case.record.state == "archived" or alone:
        case.put(lid, deleting=True, carried=True)


def may_begin(record: Record, link: Link) -> bool:
    """Is there somebody to bring forth, and nothing that a person must see to first?"""
    return link.parked is None and record.parked is None and record.state == "active"


def again(hub: Hub, stream: Stream, link: Link, pending: Intent) -> None:
    """The same create under the same key: the system knows whether it did it.

    Of one that takes several steps those that succeeded are answered from the journal; the first that did not is asked.
    """
    binding = hub.declaration.binding(link.system, link.stream)
    intent = replace(pending, at=hub.clock(), state="sent", journal=send.succeeded(hub, pending))
    with hub.ledger.unit() as unit:
        unit.save_intents([intent])
    hub.point("create committed again")
    creating.call(hub, stream, binding, [intent], None, first=False)
