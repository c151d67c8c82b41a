"""The calls of a batch of intents: one outcome for each, whatever happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syncline.connect.request import Answer, Request, Write
from syncline.connect.stream import Asked, Stream, WriteOrder
from syncline.model.intent import Intent
from syncline.model.link import Link
from syncline.model.outcome import Later, Outcome, Unknown
from syncline.sync.hub import Hub, NoAnswer, Unreachable

UNREACHABLE_SECONDS = 5.0


def send(hub: Hub, stream: Stream, system: str, intents: Sequence[Intent], links: Mapping[int, Link]) -> list[Outcome]:
    """In one batch where the vendor takes batches, else one by one. `links`: as the journal left them."""
    if stream.batch is not None and stream.receipts is not None and len(intents) > 1:
        orders = [order_of(hub, intent, links[intent.link]) for intent in intents]
        answer = call(hub, system, stream.batch(orders))
        if isinstance(answer, Answer):
            return stream.receipts(answer, orders)
        return [answer] * len(intents)
    return [send_one(hub, stream, system, intent, links[intent.link]) for intent in intents]


def order_of(hub: Hub, intent: Intent, link: Link) -> WriteOrder:
    """An intent as the connector sees it."""
    return WriteOrder(
        kind=intent.kind, id=link.external_id, values=intent.raw, key=create_key(hub, intent), version=link.version
    )


def create_key(hub: Hub, intent: Intent) -> str:
    """The same for every attempt of one create: made of what never changes."""
    return f"{hub.declaration.name}-{intent.link}"  # I4


def send_one(hub: Hub, stream: Stream, system: str, intent: Intent, link: Link) -> Outcome:
    """One write by its own request or conversation."""
    order = order_of(hub, intent, link)
    if intent.kind == "create":
        assert stream.create is not None
        asked: Asked = stream.create(order.values, order.key)
    elif intent.kind == "update":
        assert stream.update is not None
        assert order.id is not None
        asked = stream.update(order.id, order.values, order.version)
    else:
        assert stream.delete is not None
        assert order.id is not None
        asked = stream.delete(order.id, order.version)
    if isinstance(asked, Request):
        answer = call(hub, system, asked)
        return read(hub, stream, system, answer) if isinstance(answer, Answer) else answer
    return converse(hub, stream, system, intent, asked)


def converse(hub: Hub, stream: Stream, system: str, intent: Intent, asked: object) -> Outcome:
    """A write that takes several requests. Each answer is journalled; after a crash it is answered from there."""
    conversation = asked
    journal = list(intent.journal)
    told = 0
    try:
        step = next(conversation)  # type: ignore[call-overload]
        while True:
            if isinstance(step, Write) and told < len(journal):
                answer: Answer | Outcome = Answer(**journal[told])
            else:
                request = step.request if isinstance(step, Write) else step
                answer = call(hub, system, request)
                if not isinstance(answer, Answer):
                    return answer
                if isinstance(step, Write):
                    journal.append({"status": answer.status, "body": answer.body})
                    keep_journal(hub, intent, tuple(journal))
            told += isinstance(step, Write)
            step = conversation.send(answer)  # type: ignore[attr-defined]
    except StopIteration as end:
        outcome: Outcome = end.value
        return outcome


def keep_journal(hub: Hub, intent: Intent, journal: tuple[object, ...]) -> None:
    """Committed before the next step is asked."""
    from msgspec.structs import replace

    with hub.ledger.unit() as unit:
        current = hub.ledger.intents([intent.id])[intent.id]
        unit.save_intents([replace(current, journal=journal)])


def call(hub: Hub, system: str, request: Request) -> Answer | Outcome:
    """One request that may write."""
    try:
        return hub.door.call(system, request, "write")
    except Unreachable:
        return Later(after=UNREACHABLE_SECONDS)
    except NoAnswer as error:
        return Unknown(reason=str(error))


def read(hub: Hub, stream: Stream, system: str, answer: Answer) -> Outcome:
    """What the answer says."""
    problem = hub.connectors[system].errors(answer)
    if problem is not None:
        return problem
    assert stream.done is not None, f"{stream.name} writes but cannot read the answer"
    return stream.done(answer)
