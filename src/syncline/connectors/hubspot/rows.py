"""HubSpot's records as flat rows, and values as it takes them: it speaks of everything in text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from syncline.connect.request import Answer
from syncline.connect.stream import seconds
from syncline.connect.template import Use
from syncline.connectors.hubspot.kinds import KEY_PROPERTY, LINES, MERGED, OWN, Kind, Related
from syncline.model.observation import Gone

EPOCH = datetime.fromtimestamp(0, UTC)
NOT_FOUND = "OBJECT_NOT_FOUND"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What one hub asks of a kind: its properties, and whether its associations and lines are bound."""

    kind: Kind
    properties: tuple[str, ...]
    related: tuple[Related, ...]
    lines: bool


def asked(kind: Kind, use: Use) -> Asked:
    """Only what is bound is asked for, and what a read itself needs: the stamp, and who was merged into whom."""
    names = use.fields.get(kind.stream, tuple(field.name for field in kind.fields if not field.ours))
    virtual = {related.field for related in kind.related} | ({LINES} if kind.lines else set())
    needed = (kind.changed, *((MERGED,) if kind.merges else ()))
    properties = dict.fromkeys([*(name for name in names if name not in virtual and name not in OWN), *needed])
    return Asked(
        kind=kind,
        properties=tuple(properties),
        related=tuple(related for related in kind.related if related.field in names),
        lines=kind.lines and LINES in names,
    )


# ---- from HubSpot
def row(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record with its properties beside its id."""
    return {**record["properties"], **{name: record[name] for name in OWN if name in record}, "id": str(record["id"])}


def rows(answer: Answer) -> list[dict[str, Any]]:
    """The records of a list, a search or a batch; of a batch also where some are not there. Else ValueError."""
    for error in answer.body.get("errors") or ():
        if error.get("category") != NOT_FOUND:
            raise ValueError(f"a part of the answer is missing: {error.get('category')}: {error.get('message')}")
    return [row(record) for record in answer.body["results"]]


def following(answer: Answer) -> str | None:
    """Where a list goes on; None: it ended."""
    after = (answer.body.get("paging") or {}).get("next", {}).get("after")
    return None if after is None else str(after)


def milliseconds(stamp: str) -> int:
    """A stamp as HubSpot's filters take it."""
    if stamp.isdigit():
        return int(stamp)
    return (datetime.fromisoformat(stamp.replace("Z", "+00:00")) - EPOCH) // timedelta(milliseconds=1)


def merged(kind: Kind, found: Iterable[Mapping[str, Any]]) -> list[Gone]:
    """Who was merged into these rows: the row that stays names those that went."""
    return [
        Gone(id=loser, at=seconds(one.get(kind.changed)) or 0.0, into=one["id"])
        for one in found
        for loser in str(one.get(MERGED) or "").split(";")
        if loser and loser != one["id"]
    ]


def archived(found: Iterable[Mapping[str, Any]]) -> list[Gone]:
    """Rows in the recycle bin."""
    return [Gone(id=str(one["id"]), at=seconds(one.get("archivedAt") or one["updatedAt"]) or 0.0) for one in found]


# ---- to HubSpot
def told(value: Any) -> str:
    """A value as HubSpot takes it: text; empty text clears."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def properties(values: Mapping[str, Any]) -> dict[str, str]:
    """Raw values as properties."""
    return {name: told(value) for name, value in values.items() if name not in OWN}


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A write by what it takes: properties, associations, and lines (None: nothing is said of them)."""

    properties: dict[str, str]
    related: Mapping[Related, str]
    lines: Sequence[Mapping[str, Any]] | None


def parted(kind: Kind, values: Mapping[str, Any]) -> Parts:
    """A write in its parts."""
    related = {one: told(values[one.field]) for one in kind.related if one.field in values}
    virtual = {one.field for one in related} | ({LINES} if kind.lines else set())
    lines = values.get(LINES) if kind.lines else None
    plain = {name: value for name, value in values.items() if name not in virtual}
    return Parts(properties=properties(plain), related=related, lines=lines)


def keyed(key: str, values: Mapping[str, str]) -> dict[str, Any]:
    """One row of an upsert on our own id: the same for every attempt."""
    return {"idProperty": KEY_PROPERTY, "id": key, "properties": {**values, KEY_PROPERTY: key}}
