"""Which of a record's rows in one stream is its active one: there is at most one; the others are shadows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from syncline.merge.case import Case
from syncline.model.link import Link
from syncline.model.record import Parking, Value

DUPLICATE_ROW = "duplicate-row"
RANK = {"active": 0, "asleep": 1, "shadow": 2}


def seat(case: Case, system: str, stream: str, came: Collection[int] = ()) -> list[int]:
    """Seats the rows of one stream anew: an active one before a sleeping one, the record's own before
    those that came with another record. Returns the links that are no shadows any more.
    """
    here = [k for k in case.links.values() if (k.system, k.stream) == (system, stream)]
    rows = sorted((k for k in here if k.state in RANK), key=lambda k: (RANK[k.state], k.id in came, k.id))
    for link in rows[1:]:
        if link.state != "shadow":
            put_in_shadow(case, link)
    births = sorted((k for k in here if k.state == "birth"), key=lambda k: (k.id in came, k.id))
    for link in births if rows else births[1:]:
        if link.writing is None:  # a create already sent is resolved first  # I4
            end_birth(case, link)
    if rows and rows[0].state == "shadow" and not (came and has_lines(case)):
        case.put(rows[0].id, state="active", parked=None, fingerprint=b"")
        return [rows[0].id]
    return []


def seat_all(case: Case, came: Collection[int] = ()) -> list[int]:
    """Every stream of the record."""
    streams = sorted({(link.system, link.stream) for link in case.links.values()})
    return [lid for stream in streams for lid in seat(case, *stream, came)]


def put_in_shadow(case: Case, link: Link) -> None:
    """Read, never written, listed as a duplicate with its remedy."""
    parking = Parking(
        code=DUPLICATE_ROW, reason=f"{link.system} holds another row of record {case.record.id}", at=case.setting.now,
        remedy=f"merge the two rows in {link.system}, or delete {link.external_id}, or un-merge the records",
    )  # fmt: skip
    case.put(
        link.id, state="shadow", why="", deleting=False, due_at=None, due_since=None, farewell=(), held=(),
        parked=parking,
    )  # fmt: skip


def read_only(case: Case, lid: int, told: Mapping[str, Value]) -> None:
    """What is edited in a shadow is not taken. What was there before is kept: if the row is its own record's again,
    the edit is measured from that.
    """
    old = case.view(lid)
    for name, value in told.items():
        if "/" in name or name not in old or case.known(lid, name).has_base or case.equal(name, old[name], value):
            continue
        case.learn(lid, name, has_base=True, base=old[name])


def end_birth(case: Case, link: Link) -> None:
    """A row that is not needed any more: nothing was made, and nothing will be."""
    case.put(link.id, state="tombstone", due_at=None, due_since=None, held=(), parked=None)


def meet_again(case: Case, lids: Iterable[int]) -> None:
    """Rows that stand for nothing so far: what equals the record is agreed, the rest is due, blanks are filled.

    Where the record still holds what this very row said, an edit of that is measured by the look that follows. # I1
    """
    for lid in lids:
        view = case.view(lid)
        for name in sorted({*view, *case.links[lid].known}):
            if view.get(name) is not None and not case.value(name).version and case.takes(lid, name):
                fill(case, lid, name, view[name])
            current, known = case.value(name), case.known(lid, name)
            same = name in view and case.equal(name, view[name], current.value)
            edited = not same and name in view and known.has_base and current.source == lid
            case.learn(
                lid, name, agreed=current.version if same or edited else None, emptied=current.version, sent=(),
                tries=0, filling=not same and not edited and name in view and view[name] is None, withheld=None,
                differs=False, parked=None, has_base=edited, base=known.base if edited else None,
            )  # fmt: skip


def fill(case: Case, lid: int, name: str, value: Value) -> None:
    """What the record never had it takes from a row that speaks for it now: else nobody would ever say it."""
    now = case.setting.now
    case.set_value(name, value, lid, now, now, "fills a blank")
    case.note("taken", name, lid, None, value, "fills a blank")


def has_lines(case: Case) -> bool:
    """Is it a document? The lines of two documents are never mixed: a row that comes along is only read."""
    return any("/" in name for name in case.setting.entity.fields)
