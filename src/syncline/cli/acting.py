"""A command that acts: done here under the hub's lease, or handed to the service that holds it, and followed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from syncline import app
from syncline.acts import act as acts
from syncline.acts import told
from syncline.acts.act import Act, Say, Step
from syncline.acts.told import Refused, Told
from syncline.config.declaration import Declaration
from syncline.ledger.errors import LeaseHeld
from syncline.ledger.requests import SERVICE, Request, Requests, Standing, open_requests
from syncline.ledger.secrets import is_up_to_date
from syncline.sync.hub import Hub
from syncline.sync.sheet import declaration_hash

Perform = Callable[[Hub, Act, str, Say], Told]

TAKEN_SECONDS = 5.0
"""How long a service may take to take up a request."""

LOOK_SECONDS = 0.1
ALIVE_SECONDS = 1.0
"""How often whoever follows looks whether the service still runs."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How a command waits. clock: the wall's seconds; elapsed: seconds that only go on."""

    clock: Callable[[], float] = time.time
    elapsed: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    taken_seconds: float = TAKEN_SECONDS


def act_on(
    declaration: Declaration, where: Path, act: Act, say: Say, *, who: str, environment: Mapping[str, str],
    perform: Perform | None = None, waiting: Waiting | None = None,
) -> Told:  # fmt: skip
    """Takes the lease and performs here; where a service holds it, hands over and follows it to its answer.

    who: the person, as history names them. environment: of the vault's master key.
    Returns Refused where another process holds the lease, or the service does not take or finish it.
    """
    waiting = waiting or Waiting()
    while True:
        try:
            with app.running(declaration, where, environment=environment, clock=waiting.clock) as running:
                return (perform or ours())(running.hub, act, who, say)
        except LeaseHeld as held:
            requests = open_requests(where, waiting.clock)
            try:
                answer = handed_over(requests, waiting, declaration, where, (act, who), say, str(held))
            finally:
                requests.close()
            if answer is not None:
                return answer


def ours() -> Perform:
    """The one way an act is performed; it is loaded when it is needed."""
    from syncline.acts.perform import perform

    return perform


def handed_over(
    requests: Requests, waiting: Waiting, declaration: Declaration, where: Path, asked: tuple[Act, str], say: Say,
    held: str,
) -> Told | None:  # fmt: skip
    """What the service answers; None: nobody holds the lease any more, and it can be done here."""
    standing = requests.lease()
    if standing.holder is None:
        return None
    if standing.holder.owner != SERVICE or not is_up_to_date(where):
        return Refused(why=held, remedy="type the same command again then", code="failed")
    act, who = asked
    number = requests.ask(acts.encoded(act), who, declaration_hash(declaration), waiting.taken_seconds)
    taken = False
    try:
        taken = is_taken(requests, waiting, number)
        return followed(requests, waiting, number, say) if taken else not_taken(standing)
    except KeyboardInterrupt:
        if not taken and requests.withdraw(number):
            raise
        return Refused(
            why=f"The service goes on with it: request {number}.",
            remedy="syncline runs shows what it does, syncline status what it left", code="failed",
        )  # fmt: skip


def is_taken(requests: Requests, waiting: Waiting, number: int) -> bool:
    """Did the service take it up in time? If not, it is withdrawn, and nobody will."""
    until = waiting.elapsed() + waiting.taken_seconds
    while waiting.elapsed() < until:
        found = requests.one(number)
        if found is None or found.state != "waiting":
            return True
        waiting.sleep(LOOK_SECONDS)
    return not requests.withdraw(number)


def not_taken(standing: Standing) -> Refused:
    """The service holds the lease, and serves nobody."""
    assert standing.holder is not None
    pid = standing.holder.process.split("@")[0]
    return Refused(
        why=f"The service that holds the hub (process {pid} on {standing.holder.host}) did not take this up in time; "
        "it was withdrawn, and nothing was done.",
        remedy=f"look at that service's log, or stop it (kill {pid}) and type the same command again", code="failed",
    )  # fmt: skip


def followed(requests: Requests, waiting: Waiting, number: int, say: Say) -> Told:
    """Progress as it comes, to the answer. A service that ends on the way is noticed."""
    heard: bytes | None = None
    look_again = waiting.elapsed() + ALIVE_SECONDS
    while True:
        found = requests.one(number)
        if found is None or found.state == "gone":
            return service_gone(number)
        if found.progress is not None and found.progress != heard:
            heard = found.progress
            say(msgspec.json.decode(heard, type=Step))
        if found.state == "done":
            assert found.answer is not None, "what is done has an answer"
            return told.decoded(found.answer)
        if waiting.elapsed() >= look_again:
            look_again = waiting.elapsed() + ALIVE_SECONDS
            end_of_lost(requests, found)
        waiting.sleep(LOOK_SECONDS)


def end_of_lost(requests: Requests, found: Request) -> None:
    """Marks a request gone whose service does not hold the lease any more. One answered meanwhile stays answered."""
    standing = requests.lease()
    if found.taker is not None and (standing.holder is None or standing.fencing != found.taker):
        requests.lost(found.id, found.taker)


def service_gone(number: int) -> Refused:
    """What it had done by then stays done."""
    return Refused(
        why=f"The service ended before request {number} was done. What it had done by then stays done.",
        remedy="syncline runs shows what that was; start `syncline run` again, or type the same command again",
        code="failed",
    )  # fmt: skip
