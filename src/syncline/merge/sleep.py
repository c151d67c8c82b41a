"""Sleeping links: a row or record that left scope is told a last time what put it out, and then left alone.

What sleeps is not forgotten. `seen`, `agreed` and `base` stay as they were when the link fell asleep, except for
the fields that are watched: those that the scope reads, since only they can wake it, and those that are exempt
(consent, opt-out, access), which are always taken and always told. So when the link wakes, whatever moved on
either side meanwhile is an ordinary move, or a conflict, measured from what was known before. It is no first
meeting, and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from syncline.mapping.binding import Binding, Reading, Resolve
from syncline.merge import due, see
from syncline.merge.case import Case
from syncline.model.link import Link
from syncline.model.observation import Observation

OUT_OF_SCOPE = "out-of-scope"
WAKING = "waking"
"""In scope again; it is active with the first observation that is accepted, so nothing is written unseen."""


def sleeps(link: Link) -> bool:
    """Out of scope, or on its way back. A link that is out of sight sleeps for another reason."""
    return link.state == "asleep" and link.why in (OUT_OF_SCOPE, WAKING)


def tellable(case: Case, link: Link, writable: Sequence[str]) -> Sequence[str]:
    """The fields that may be told to a link in its present state."""
    if link.state != "asleep":
        return writable
    if not sleeps(link):
        return ()
    return [name for name in writable if name in link.farewell or case.policy(name).exempt]


# ---- falling asleep and waking
def fall_asleep(case: Case, lid: int, reads: Collection[str]) -> None:
    """The fields that the scope reads and this side does not know yet are its farewell; the rest is silence."""
    farewell = tuple(name for name in sorted(reads) if still_to_say(case, lid, name))
    case.put(lid, state="asleep", why=OUT_OF_SCOPE, farewell=farewell)
    case.note("asleep", None, lid, None, None, OUT_OF_SCOPE)


def say_less(case: Case, lid: int, reads: Collection[str] = ()) -> None:
    """What is told needs no more farewell: a later value of it is not told to a sleeping link.

    An edit of what the scope reads that was refused there, or lost, is put right all the same.
    """
    link = case.links[lid]
    refused = {name for name in reads if case.known(lid, name).agreed is None}
    left = tuple(name for name in sorted({*link.farewell, *refused}) if still_to_say(case, lid, name))
    if left != link.farewell:
        case.put(lid, farewell=left)


def still_to_say(case: Case, lid: int, name: str) -> bool:
    """Is it due, or told with an outcome that is not known yet, or due once it is no longer open?"""
    known = case.known(lid, name)
    unsure = bool(known.sent or known.doubts)
    behind = case.value(name).version > (known.agreed or 0) and (known.waiting or case.is_open(lid, name))
    return unsure or behind or due.due_field(case, lid, name) is not None


def wake(case: Case, lid: int) -> None:
    """In scope again: the row is looked at now, whatever its version, and its fingerprint vouches for nothing."""
    case.put(lid, why=WAKING, farewell=(), fingerprint=b"", version=None)
    case.hints.append((lid, case.setting.now))
    case.note("awake", None, lid, None, None, "in scope again")


# ---- seeing
def watched(case: Case, binding: Binding, reads: Collection[str]) -> set[str]:
    """What is taken of a sleeping row: what its scope reads, and what is exempt."""
    return {name for name in binding.by_field if name in reads or case.policy(name).exempt}


def see_asleep(
    case: Case, lid: int, seen: Observation, binding: Binding, bound: dict[str, object], resolve: Resolve,
    reads: Collection[str],
) -> None:  # fmt: skip
    """Takes what is watched of a sleeping row; all else stays as it was known."""
    link = case.links[lid]
    named = watched(case, binding, reads)
    kept = binding.refreshed(link.seen, named, bound)
    whole = binding.read(kept, resolve)
    reading = Reading(
        told={name: value for name, value in whole.told.items() if name in named},
        misfits={name: misfit for name, misfit in whole.misfits.items() if name in named},
    )
    hidden = {name: known for name, known in link.known.items() if name not in named}
    case.put(lid, known={name: known for name, known in link.known.items() if name in named})
    see.see(case, lid, seen, kept, reading, binding.fingerprint(bound))
    # The rest is vouched for as it was: a change of it lies between then and the look that will show it.
    case.put(lid, known={**hidden, **case.links[lid].known}, as_of=link.as_of, covered=False)
    case.views.pop(lid, None)


def open_eyes(case: Case, lid: int) -> None:
    """The first accepted observation after it came back into scope: from here on it is a link like any other."""
    case.links[lid] = replace(case.links[lid], state="active", why="")
