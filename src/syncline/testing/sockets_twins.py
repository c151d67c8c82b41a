"""Wrong designs that only real answers show: of the door, of a connector, and of a hub that creates blindly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from syncline.connect.request import Answer
from syncline.connect.stream import WriteOrder
from syncline.connectors.hubspot import errors, writing
from syncline.egress.door import Egress
from syncline.model.outcome import Outcome, Unknown
from syncline.sync import send
from syncline.testing.twins import Twin, fresh_key

RETRY_SECONDS = 5.0
_exchanged = Egress._exchanged


def after_503(meanwhile: Callable[[], None], *, again: bool) -> Twin:
    """What happens after a write was answered with 503. again: then the door repeats it, as many clients do."""

    def exchanged(self: Any, outlet: Any, where: Any, request: Any, who: Any, effect: Any, urgent: bool) -> Any:
        answer, problem = _exchanged(self, outlet, where, request, who, effect, urgent)
        if effect != "write" or answer.status != 503:
            return answer, problem
        self._budget.sleep(RETRY_SECONDS)
        meanwhile()
        return _exchanged(self, outlet, where, request, who, effect, urgent) if again else (answer, problem)

    return Twin(title="the door repeats a write", module=Egress, name="_exchanged", broken=exchanged)


def by_place(answer: Answer, orders: Sequence[WriteOrder]) -> list[Outcome]:
    """What HubSpot says of a batch is read in the order in which it was asked."""
    body = answer.body or {}
    told = [*map(writing.receipt, body.get("results") or ()), *map(errors.refusal, body.get("errors") or ())]
    return [one for one, _ in zip([*told, *[Unknown(reason="not told")] * len(orders)], orders, strict=False)]


TWINS = (
    Twin(title="results by place", module=writing, name="receipts", broken=by_place),
    Twin(title="a key for each attempt", module=send, name="create_key", broken=fresh_key),
)
