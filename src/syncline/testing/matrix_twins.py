"""Wrong designs that only a crash shows. The crash matrix must catch each; see `twins` for the others."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from syncline.connect.stream import Stream
from syncline.mapping.binding import Binding
from syncline.model.intent import Intent
from syncline.model.link import Link
from syncline.model.outcome import Done
from syncline.sync import creating, recover, send, settle, written
from syncline.sync.desk import Desk, open_desk
from syncline.sync.hub import Hub
from syncline.testing.twins import Twin


class Abandoned(Exception):
    """Ends a unit without a trace."""


def call_then_commit(hub: Hub, stream: Stream, links: Sequence[Link], *_: object) -> None:
    """A create whose intent is saved only after the call: nothing is wrong with it until it is killed in between."""
    [link] = links
    binding = hub.declaration.binding(link.system, link.stream)
    intent = planned(hub, binding, link)
    outcome = send.send_one(hub, stream, binding.system, intent, link)
    hub.point("created")
    with hub.ledger.unit() as unit:
        desk = open_desk(hub, unit, "birth")
        desk.load([intent.record])
        case = desk.cases[intent.record]
        if isinstance(outcome, Done):
            creating.born(desk, binding, case, intent, outcome)
            unit.save_intents([replace(intent, state="done", done_at=desk.now, stored=outcome.stored)])
        else:
            unit.save_intents([replace(intent, state="unknown")])
            case.put(link.id, writing=intent.id, due_since=desk.now, due_at=desk.now + stream.write_timeout)
        settle.close_desk(desk)


def planned(hub: Hub, binding: Binding, link: Link) -> Intent:
    """What would be created; nothing of it is kept."""
    planned: list[Intent] = []
    try:
        with hub.ledger.unit() as unit:
            desk = open_desk(hub, unit, "birth")
            desk.load([link.record])
            case = desk.cases[link.record]
            planned.append(
                creating.new_create(desk, binding, case, link.id, creating.first_values(desk, binding, case, link.id))
            )
            raise Abandoned
    except Abandoned:
        return planned[0]


def forgets_sent(hub: Hub) -> int:
    """After a stop, what was sent and has no receipt is dropped from the journal, as if it had not been sent."""
    left = hub.ledger.intents_sent()
    if left:
        with hub.ledger.unit() as unit:
            desk = Desk(hub=hub, unit=unit, run=left[0].run, now=hub.clock())
            desk.load(intent.record for intent in left)
            for intent in left:
                desk.cases[intent.record].put(intent.link, writing=None)
            unit.save_intents([replace(intent, state="failed") for intent in left])
            written.flush(desk)
    return len(left)


TWINS = (
    Twin(title="call, then commit", module=creating, name="create", broken=call_then_commit),
    Twin(title="recovery forgets", module=recover, name="recover", broken=forgets_sent),
)
