"""The calls of a batch of intents: one outcome for each, whatever happens."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from copy import deepcopy
from itertools import takewhile
from typing import Any

from syncline.connect.door import NoAnswer, NotAdmitted, Refused, Unreachable
from syncline.connect.request import Answer, Request, Write
from syncline.connect.stream import Asked, Stream, WriteOrder
from syncline.model.intent import Intent
from syncline.model.link import Link
from syncline.model.outcome import Clash, Denied, Exists, Later, Missing, Outcome, Rejected, Unknown
from syncline.sync import stops
from syncline.sync.hub import Hub
from syncline.sync.poison import POISON

SERVER_ERROR = 500
UNREACHABLE_SECONDS = 5.0
RESUMED_SECONDS = 0.0
"""What a pause kept back is due as soon as that ends."""


def send(hub: Hub, stream: Stream, system: str, intents: Sequence[Intent], links: Mapping[int, Link]) -> list[Outcome]:
    """In a batch of each kind where the vendor takes batches, else one by one. `links`: as the journal left them."""
    told: dict[int, Outcome] = {}
    if stream.batch is not None and stream.receipts is not None:
        for batch in batches(hub, stream, intents, links):
            paused = until_resumed(hub, links[intents[0].link])
            answer = paused or send_batch(hub, stream, system, list(batch.values()))
            if isinstance(answer, list):
                told |= zip(batch, answer, strict=True)
            elif not isinstance(answer, Rejected | Clash | Missing | Exists):
                told |= dict.fromkeys(batch, answer)  # of a batch refused for one of its writes each is asked alone
    return [
        told[intent.id]
        if intent.id in told
        else until_resumed(hub, links[intent.link]) or send_one(hub, stream, system, intent, links[intent.link])
        for intent in intents
    ]


def until_resumed(hub: Hub, link: Link) -> Later | None:
    """A pause ends a batch that is under way: what has not left by then does not leave. None: nothing is paused."""
    return Later(after=RESUMED_SECONDS) if stops.is_paused(hub, link) else None


def batches(
    hub: Hub, stream: Stream, intents: Sequence[Intent], links: Mapping[int, Link]
) -> list[dict[int, WriteOrder]]:
    """Intent to order, for each kind and shape of which there are several that may go together."""
    kinds: dict[tuple[str, Hashable], dict[int, WriteOrder]] = {}
    for intent in intents:
        order = order_of(hub, intent, links[intent.link])
        together = stream.batch_takes(order)
        if together is not False:
            kinds.setdefault((order.kind, together), {})[intent.id] = order
    return [one for one in kinds.values() if len(one) > 1]


def send_batch(hub: Hub, stream: Stream, system: str, orders: Sequence[WriteOrder]) -> list[Outcome] | Outcome:
    """One outcome for each, or one for all."""
    assert stream.batch is not None
    assert stream.receipts is not None
    try:
        asked = stream.batch(orders)
    except POISON as error:
        return cannot_ask(error)
    answer = call(hub, system, asked)
    if not isinstance(answer, Answer):
        return answer
    try:
        told = failed(hub, system, answer) or stream.receipts(answer, orders)
    except POISON as error:
        return unreadable(error)
    if isinstance(told, list) and len(told) != len(orders):
        return Unknown(reason=f"{len(told)} results came for {len(orders)} writes")
    return told


def order_of(hub: Hub, intent: Intent, link: Link) -> WriteOrder:
    """An intent as the connector sees it. What it does to the values is no matter of ours."""
    values = {name: deepcopy(value) if type(value) in (dict, list) else value for name, value in intent.raw.items()}
    return WriteOrder(
        kind=intent.kind, id=link.external_id, values=values, key=create_key(hub, intent), version=link.version
    )


def create_key(hub: Hub, intent: Intent) -> str:
    """The same for every attempt of one create: journalled with it."""
    return intent.key or key_for(hub.declaration.name, intent.link)  # I4


def key_for(*parts: object) -> str:
    """What never changes: the hub, the ledger that counts its links, the link. Another ledger counts from 1 too."""
    return "-".join(str(part) for part in parts if part)


def send_one(hub: Hub, stream: Stream, system: str, intent: Intent, link: Link) -> Outcome:
    """One write by its own request or conversation."""
    try:
        asked = request_of(stream, order_of(hub, intent, link))
    except POISON as error:
        return cannot_ask(error)
    if not isinstance(asked, Request):
        return converse(hub, system, intent, asked)
    answer = call(hub, system, asked)
    return read(hub, stream, system, answer) if isinstance(answer, Answer) else answer


def request_of(stream: Stream, order: WriteOrder) -> Asked:
    """What the connector asks for one write."""
    if order.kind == "create":
        assert stream.create is not None
        return stream.create(order.values, order.key)
    assert order.id is not None
    if order.kind == "update":
        assert stream.update is not None
        return stream.update(order.id, order.values, order.version)
    assert stream.delete is not None
    return stream.delete(order.id, order.version)


def converse(hub: Hub, system: str, intent: Intent, asked: object) -> Outcome:
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
                    return Unknown(reason="it ended half way") if journal else answer  # I4: something was written
                if isinstance(step, Write):
                    journal.append({"status": answer.status, "body": answer.body})
                    keep_journal(hub, intent, tuple(journal))
            told += isinstance(step, Write)
            step = conversation.send(answer)  # type: ignore[attr-defined]
    except StopIteration as end:
        outcome: Outcome = end.value
        return outcome
    except POISON as error:
        return unreadable(error)


def succeeded(hub: Hub, intent: Intent) -> tuple[Any, ...]:
    """The journal of a write up to the first step that was refused, or broke down: that one may be asked again."""
    return tuple(takewhile(lambda one: not failed(hub, intent.system, Answer(**one)), intent.journal))


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
    except Refused as error:
        return Rejected(reason=str(error), code="refused")
    except NotAdmitted as error:
        return Denied(reason=str(error))
    except Unreachable as error:
        return Later(after=UNREACHABLE_SECONDS if error.after is None else error.after)
    except NoAnswer as error:
        return Unknown(reason=str(error))


def read(hub: Hub, stream: Stream, system: str, answer: Answer) -> Outcome:
    """What the answer says."""
    assert stream.done is not None, f"{stream.name} writes but cannot read the answer"
    try:
        return failed(hub, system, answer) or stream.done(answer)
    except POISON as error:
        return unreadable(error)


def failed(hub: Hub, system: str, answer: Answer) -> Outcome | None:
    """The vendor's error as an outcome. A server that broke down may have done it before."""
    problem = hub.connectors[system].errors(answer)
    if problem is None and answer.status >= SERVER_ERROR:
        return Unknown(reason=f"{system} answered {answer.status}")
    return problem


def unreadable(error: Exception) -> Unknown:
    """An answer came that its connector cannot read: the write may have been done."""
    return Unknown(reason=f"its answer cannot be read: {type(error).__name__}: {error}")


def cannot_ask(error: Exception) -> Rejected:
    """The connector makes no request of it: nothing was sent, and a person must see to it (L1)."""
    return Rejected(reason=f"no request can be made of it: {type(error).__name__}: {error}")
