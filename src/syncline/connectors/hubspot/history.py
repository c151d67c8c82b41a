"""Who wrote a property last, by its history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from syncline.connect.request import Conversation, Page
from syncline.connect.stream import Writer, seconds
from syncline.connectors.hubspot import related
from syncline.connectors.hubspot.kinds import KEY_PROPERTY, LINES, OWN, Kind
from syncline.connectors.hubspot.reading import batch_read
from syncline.connectors.hubspot.rows import rows

WITH_HISTORY = 50
"""Rows of one read with histories."""

APPS = ("INTEGRATION", "API")
KINDS: Mapping[str, Writer] = {
    **dict.fromkeys(APPS, "integration"),
    **dict.fromkeys(("CRM_UI", "CRM_UI_BULK_ACTION", "MOBILE_IOS", "MOBILE_ANDROID"), "person"),
    **dict.fromkeys(("IMPORT", "IMPORTS"), "import"),
    **dict.fromkeys(("AUTOMATION_PLATFORM", "WORKFLOWS", "CALCULATED", "CALCULATED_PROPERTIES"), "automation"),
}
"""HubSpot's words for a source (nv: no list of the vendor's could be read); all others are unknown."""

NOUNS: Mapping[str, str] = {
    "integration": "integration", "person": "user", "import": "import", "automation": "workflow",
}  # fmt: skip
USER = "userId:"


def writers(kind: Kind, app: str | None) -> Callable[[Sequence[str], Sequence[str]], Conversation]:
    """The newest entry of each property's history. Of associations and lines HubSpot keeps none.

    app: our own number, where the system's block says it (`app`). Else who made `syncline_key` of a row is us: only
    this hub writes it. Where neither tells, an integration may be this hub.
    """
    virtual = {one.field for one in kind.related} | {LINES, *OWN}

    def read(ids: Sequence[str], names: Sequence[str]) -> Conversation:
        asked = [name for name in names if name not in virtual]
        found: list[Mapping[str, Any]] = []
        for each in related.chunks(ids, WITH_HISTORY) if asked else ():
            histories = [*dict.fromkeys((*asked, KEY_PROPERTY))]
            answer = yield batch_read(kind.plural, each, (KEY_PROPERTY,), propertiesWithHistory=histories)
            rows(answer)
            found += answer.body["results"]
        ours = {app} if app else set(ourselves(found))
        return Page(records=tuple(one for record in found for one in told(record, asked, ours)))

    return read


def ourselves(found: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    """The apps that wrote our own id into a row when it was made."""
    for record in found:
        first = ((record.get("propertiesWithHistory") or {}).get(KEY_PROPERTY) or [{}])[-1]
        if first.get("sourceType") in APPS and first.get("sourceId"):
            yield str(first["sourceId"])


def told(record: Mapping[str, Any], names: Sequence[str], ours: set[str]) -> Iterable[dict[str, Any]]:
    """The last writer of each of these properties of a record."""
    histories = record.get("propertiesWithHistory") or {}
    for name in names:
        entries = histories.get(name) or ()
        if not entries:
            continue
        kind, by = writer(entries[0], ours)
        at = seconds(entries[0].get("timestamp"))
        yield {"id": str(record["id"]), "field": name, "by": by, "kind": kind} | ({} if at is None else {"at": at})


def writer(entry: Mapping[str, Any], ours: set[str]) -> tuple[Writer, str]:
    """Who it is, as a word and as a person reads it."""
    source, who = str(entry.get("sourceType") or ""), str(entry.get("sourceId") or "")
    kind = KINDS.get(source, "unknown")
    if kind == "person":
        who = who.removeprefix(USER) if who.startswith(USER) else str(entry.get("updatedByUserId") or who)
    noun = NOUNS.get(kind) or source.lower().replace("_", " ") or "not told"
    label = entry.get("sourceLabel")
    by = " ".join(filter(None, (noun, who, f"({label})" if label else "")))
    return ("us" if kind == "integration" and who in ours else kind), by
