"""How much a changed field is about: the records that hold a value in it, and what is open there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from msgspec.structs import replace

from syncline.ledger.open_items import OpenKind
from syncline.model.drift import Drift
from syncline.sync.needs import plainly
from syncline.sync.store import Reads

PAGE = 500
COUNTED: tuple[OpenKind, ...] = ("conflict", "difference", "parked")


def counted(ledger: Reads, found: Iterable[Drift]) -> tuple[Drift, ...]:
    """Each with its numbers. Where nothing has drifted nothing is read."""
    drifts = tuple(found)
    names = {one.name for one in drifts if "." in one.name}
    if not names:
        return drifts
    holding, is_open = holders(ledger, names), open_at(ledger, names)

    def at(one: Drift) -> set[int]:
        return is_open[one.name, "", ""] | is_open[one.name, one.system, one.stream]

    return tuple(replace(one, records=holding[one.name], open=len(at(one))) for one in drifts)


def holders(ledger: Reads, names: set[str]) -> Counter[str]:
    """`entity.field` to how many records hold a value in it."""
    found, after = Counter[str](), 0
    while ids := ledger.scan(after, PAGE):
        after = ids[-1]
        for record in ledger.records(ids).values():
            if record.state != "active":
                continue
            for name, one in record.fields.items():
                if one.value is not None and (full := f"{record.entity}.{name}") in names:
                    found[full] += 1
    return found


def open_at(ledger: Reads, names: set[str]) -> defaultdict[tuple[str, str, str], set[int]]:
    """(`entity.field`, system, stream) to the records that are open there; of conflicts in no system."""
    found: defaultdict[tuple[str, str, str], set[int]] = defaultdict(set)
    for kind in COUNTED:
        last = None
        while items := ledger.open_items(kind, after=last, limit=PAGE):
            last = items[-1]
            for one in items:
                if (name := f"{one.entity}.{one.field}") in names:
                    found[name, one.system, plainly(one.stream)].add(one.record)
    return found
