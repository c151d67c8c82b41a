"""What a finished sweep did not show is looked at: absence from a list is a reason to look, and no more (I11).

A sweep that finds all as it was writes its cursor and nothing else, so no row is marked as shown. The first pass
keeps one number for all that it showed. Where that is not the number of what is expected, a second pass notes the
ids on the stage, which is empty once a stream has its baseline, and then both lists are compared, page by page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b

from msgspec.structs import replace

from syncline.model.rows import Cursor, Hint, Staged
from syncline.sync.hub import Hub
from syncline.sync.poison import NAMELESS

PAGE = 500


def is_watched(hub: Hub, cursor: Cursor) -> bool:
    """Is this a sweep of a stream in which a look that finds nothing proves a delete?"""
    stream = hub.stream(cursor.system, cursor.stream)
    proven = stream.deletes_proven_by == "missing" and stream.get is not None
    return cursor.path == "sweep" and proven and hub.ledger.cursor(cursor.system, cursor.stream, "changes").baselined


# ---- reading
def page_read(hub: Hub, cursor: Cursor, ids: Sequence[str], *, fresh: bool) -> Cursor:
    """One page of a sweep was read, though not settled yet: its expected rows are counted in, or noted.

    What is noted is committed before the cursor moves: a page that is read twice is noted twice, and no worse.
    """
    if not is_watched(hub, cursor):  # or no longer: then the stage is cleared
        return cursor if cursor.census == "counting" else replace(cursor, census="comparing", after="")
    expected = hub.ledger.expected_of(cursor.system, cursor.stream, ids)
    if cursor.census == "noting":
        with hub.ledger.unit() as unit:
            unit.stage([Staged(system=cursor.system, stream=cursor.stream, id=one, raw={}) for one in expected])
        return cursor if cursor.after is not None else replace(cursor, census="comparing", after="")
    shown = together(expected) ^ (0 if fresh else cursor.shown)
    if cursor.after is not None:
        return replace(cursor, shown=shown)
    # A row that was shown twice, or linked meanwhile, costs a second pass; neither hides one that is missing.
    return replace(cursor, shown=0, census="counting" if shown == all_expected(hub, cursor) else "noting")


def together(ids: Iterable[str]) -> int:
    """One number for a set of ids, whatever their order; sets that differ have different numbers."""
    number = 0
    for one in ids:
        number ^= int.from_bytes(blake2b(one.encode(), digest_size=8).digest())
    return number


def all_expected(hub: Hub, cursor: Cursor) -> int:
    """The number that a whole sweep has."""
    number, after = 0, ""
    while ids := hub.ledger.expected(cursor.system, cursor.stream, after, PAGE):
        number ^= together(one for one in ids if not one.startswith(NAMELESS))
        after = ids[-1]
    return number


# ---- comparing
def compare(hub: Hub, cursor: Cursor) -> bool:
    """One page of what is expected beside what was noted. Returns whether there is more."""
    here, after = (cursor.system, cursor.stream), cursor.after or ""
    expected = hub.ledger.expected(*here, after, PAGE)
    noted = hub.ledger.staged(*here, after, PAGE)
    ids = {one.id for one in noted}
    full = [page[-1] for page in (expected, [one.id for one in noted]) if len(page) == PAGE]
    upto = min(full, default=None)  # both are known so far; None: to their ends
    missed = [one for one in expected if one not in ids and (upto is None or one <= upto)]
    missed = [one for one in missed if not one.startswith(NAMELESS)]
    with hub.ledger.unit() as unit:
        if is_watched(hub, cursor):
            unit.put_hints(hints(hub, cursor, missed))  # I11
        unit.unstage([one for one in noted if upto is None or one.id <= upto])
        unit.save_cursor(replace(cursor, after=upto, census="counting" if upto is None else "comparing"))
        hub.point("sweep compared")
    return upto is not None


def hints(hub: Hub, cursor: Cursor, ids: Sequence[str]) -> Sequence[Hint]:
    """Look at these, unless something newer than the sweep vouches for them."""
    links = hub.ledger.links_at((cursor.system, cursor.stream, one) for one in ids)
    newer = {row[2] for row, link in links.items() if max(link.as_of, link.direct_at) > cursor.began}
    now = hub.clock()
    return [Hint(system=cursor.system, stream=cursor.stream, id=one, at=now) for one in ids if one not in newer]
