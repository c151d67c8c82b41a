"""Who reads whom: an order in which computed fields can be computed, or the circle that forbids one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def circle(reads: Mapping[str, Iterable[str]]) -> tuple[str, ...] | None:
    """The names of a circle, the first again at its end; None where there is none.

    reads: name to what it reads; names that are no keys read nothing.
    """
    done: set[str] = set()
    for start in sorted(reads):
        walked: list[str] = []
        found = _walk(start, reads, walked, done)
        if found is not None:
            return found
    return None


def _walk(name: str, reads: Mapping[str, Iterable[str]], walked: list[str], done: set[str]) -> tuple[str, ...] | None:
    if name in walked:
        return (*walked[walked.index(name) :], name)
    if name in done or name not in reads:
        return None
    walked.append(name)
    for other in sorted(reads[name]):
        found = _walk(other, reads, walked, done)
        if found is not None:
            return found
    walked.pop()
    done.add(name)
    return None


def in_order(reads: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The keys, each after those that it reads. Raises ValueError with the circle, where there is one."""
    found = circle(reads)
    if found is not None:
        raise ValueError(f"is computed from itself: {' <- '.join(found)}")
    wanted = {name: {other for other in others if other in reads} for name, others in reads.items()}
    order: list[str] = []
    while wanted:
        ready = [name for name, others in wanted.items() if others <= set(order)]
        order.extend(ready)
        wanted = {name: others for name, others in wanted.items() if name not in ready}
    return tuple(order)
