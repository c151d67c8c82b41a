"""Fields of ours that a system must have, one for our own ids and those that a hub writes to: named, and made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from syncline.connect.connector import SHARED
from syncline.connect.door import NoAnswer, Unreachable
from syncline.connect.request import Answer, Request
from syncline.connect.stream import Asked, Field
from syncline.model.outcome import Done, Exists, Outcome, Rejected
from syncline.sync import observe
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
    """Of every stream in which a record may be born, and of the streams of their parts; and what is written to.

    Each once.
    """
    found: dict[tuple[str, str, str], Need] = {}
    for birth in hub.declaration.births:
        plain = birth.stream.partition(SHARED)[0]
        for name in (plain, *hub.stream(birth.system, plain).children):
            for field in hub.stream(birth.system, name).needs:
                found[birth.system, name, field.name] = Need(system=birth.system, stream=name, field=field)
    for binding in hub.declaration.bindings:
        plain = binding.stream.partition(SHARED)[0]
        written = {raw for bound in binding.fields if bound.outward for raw in bound.lens.reads}
        for field in hub.stream(binding.system, plain).fields:
            if field.ours and field.name in written:
                found[binding.system, plain, field.name] = Need(system=binding.system, stream=plain, field=field)
    yield from found.values()


def is_there(hub: Hub, need: Need) -> bool | None:
    """Is it there already? None: its system cannot tell. Raises NotNow; nothing is written."""
    stream = hub.stream(need.system, need.stream)
    if stream.defined is None:
        return None
    page, _ = observe.show(hub, need.system, stream, stream.defined((need.field.name,)))
    return any(one.get("name") == need.field.name for one in page.records)


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
