"""What must be looked at because something else spoke of it: a webhook, or a row that is part of a document."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from syncline.connect.connector import SHARED
from syncline.connect.webhook import Touched
from syncline.model.rows import Hint
from syncline.sync import endless, observe
from syncline.sync.hub import Hub, one_at_a_time


def hints_of(hub: Hub, system: str, touched: Iterable[Touched]) -> list[Hint]:
    """A hint for each object in each stream that is bound; of a stream that several entities share, in each of these.

    Each is due when the strongest read shows what was done just now. What is not bound is of no interest.
    """
    now = hub.clock()
    bound: dict[str, list[str]] = {}
    for binding in hub.declaration.bindings:
        if binding.system == system:
            bound.setdefault(binding.stream.partition(SHARED)[0], []).append(binding.stream)
    found = {(stream, one.id): None for one in touched for stream in bound.get(one.stream, ())}
    return [
        Hint(system=system, stream=stream, id=rid, at=now + hub.look_after(system, stream)) for stream, rid in found
    ]


@one_at_a_time("read parts")
def poll_parts(hub: Hub, system: str, parent: str, name: str) -> bool:
    """Reads one page of what changed in a stream of parts, as lines. Returns whether there is more.

    Nothing of the parts is kept: their documents are looked at. Hints and the cursor move in one transaction. # I2
    What changed before the documents themselves were read needs no look. Raises NotNow, also for a read without end.
    """
    whole = hub.ledger.cursor(system, parent, "changes")
    if not whole.baselined:
        return False
    stream, now = hub.stream(system, name), hub.clock()
    cursor = hub.ledger.cursor(system, name, "changes")
    if not cursor.ended and cursor.after is None:
        cursor = replace(cursor, since=max(cursor.since, whole.covered))
    began = now if cursor.after is None else cursor.began
    asked = observe.next_request(stream, cursor, "changes", stream.settles_in.changes)
    page, ahead = observe.show(hub, system, stream, asked)
    stamps = [at + ahead for raw in page.records if (at := observe.moment(stream, raw, stream.changed_at, ahead))]
    reach = max([cursor.since if cursor.after is None else cursor.reach, *stamps])
    why = endless.reason(cursor, page.next)
    moved = replace(endless.turned(cursor, page.next if why is None else None), reach=reach, began=began)
    if page.next is None:
        moved = replace(moved, since=max(cursor.since, min(reach, began + ahead)), ended=now)
    with hub.ledger.unit() as unit:
        unit.put_hints(hints_of(hub, system, page.touched))
        unit.save_cursor(moved)
    hub.point("parts read")
    if why is not None:
        raise observe.NotNow(system, f"{stream.name}: {why}", endless.AGAIN_SECONDS)
    return page.next is not None
