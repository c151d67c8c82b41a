"""Fields of ours that a stream needs before its first create, as the one that holds our own id: named, and made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from syncline.connect.connector import SHARED
from syncline.connect.door import NoAnswer, Unreachable
from syncline.connect.request import Answer, Request
from syncline.connect.stream import Asked, Field
from syncline.model.outcome import Exists, Outcome, Rejected
from syncline.sync.hub import Hub


@dataclass(frozen=True, kw_only=True)
class Need:
    """A field that must be in a stream of a system."""

    system: str
    stream: str
    field: Field


class NotMade(Exception):
    """The field could not be made; the text says why."""


def needs(hub: Hub) -> Iterator[Need]:
    """Of every stream in which a record may be born, and of the streams of their parts; each once."""
    found: dict[tuple[str, str], None] = {}
    for birth in hub.declaration.births:
        plain = birth.stream.partition(SHARED)[0]
        for name in (plain, *hub.stream(birth.system, plain).children):
            found[birth.system, name] = None
    for system, name in found:
        for field in hub.stream(system, name).needs:
            yield Need(system=system, stream=name, field=field)


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


def outcome_of(hub: Hub, need: Need, asked: Asked) -> Outcome | None:
    """What the system says to it; None: it is done."""
    problem: Outcome | None = None
    try:
        if isinstance(asked, Request):
            return hub.connectors[need.system].errors(hub.door.call(need.system, asked, "write"))
        step = next(asked)
        while True:
            answer: Answer = hub.door.call(need.system, step if isinstance(step, Request) else step.request, "write")
            problem = hub.connectors[need.system].errors(answer)
            step = asked.send(answer)
    except StopIteration:
        return problem
    except (Unreachable, NoAnswer) as error:
        raise NotMade(f"{need.system}: {need.field.name} of {need.stream}: {error}") from error
