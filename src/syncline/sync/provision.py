"""Fields of ours that a system must have, one for our own ids and those that a hub writes to: made, and taken away."""

from __future__ import annotations

from collections.abc import Iterator

from syncline.connect.door import NoAnswer, Unreachable
from syncline.connect.request import Answer, Request
from syncline.connect.stream import Asked
from syncline.model.outcome import Done, Exists, Missing, Outcome, Rejected
from syncline.sync.hub import Hub
from syncline.sync.needs import Need as Need
from syncline.sync.poison import POISON


class NotMade(Exception):
    """The field could not be made; the text says why."""


def needs(hub: Hub) -> Iterator[Need]:
    """Each once: see `needs_of`."""
    yield from hub.needs


def make(hub: Hub, need: Need) -> bool:
    """Makes it. Returns whether it was missing. Raises NotMade; to make it twice does no harm."""
    stream = hub.stream(need.system, need.stream)
    assert stream.define is not None, f"{need.stream} needs fields and cannot define them"
    problem = outcome_of(hub, need, stream.define(need.field))
    there = isinstance(problem, Exists) or (isinstance(problem, Rejected) and problem.code.endswith("already-exists"))
    if problem is not None and not there:
        why = getattr(problem, "reason", "") or type(problem).__name__
        raise NotMade(f"{need.system}: {need.field.name} of {need.stream}: {why}")
    return not there


def unmake(hub: Hub, need: Need) -> None:
    """Takes it away, with its values; what is gone already is gone. Raises NotMade."""
    stream = hub.stream(need.system, need.stream)
    assert stream.undefine is not None, f"{need.stream} cannot take fields away"
    problem = outcome_of(hub, need, stream.undefine(need.field))
    if problem is not None and not isinstance(problem, Missing):
        why = getattr(problem, "reason", "") or type(problem).__name__
        raise NotMade(f"{need.system}: {need.field.name} of {need.stream}: {why}")


def outcome_of(hub: Hub, need: Need, asked: Asked) -> Outcome | None:
    """What the system says to it; None: it is done. Raises NotMade, also for an answer that cannot be read."""
    try:
        if isinstance(asked, Request):
            return hub.connectors[need.system].errors(hub.door.call(need.system, asked, "write"))
        step = next(asked)
        while True:
            if isinstance(step, Request):
                answer: Answer = hub.door.call(need.system, step, "read")
            else:
                answer = hub.door.call(need.system, step.request, "write")
            step = asked.send(answer)
    except StopIteration as end:
        return None if isinstance(end.value, Done) else end.value
    except (Unreachable, NoAnswer) as error:
        raise NotMade(f"{need.system}: {need.field.name} of {need.stream}: {error}") from error
    except POISON as error:  # L2: it fails this field, and no other
        why = f"its answer cannot be read: {type(error).__name__}: {error}"
        raise NotMade(f"{need.system}: {need.field.name} of {need.stream}: {why}") from error
