"""How HubSpot's records are read: what changed, all of them, some by id, and who is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from syncline.connect.request import Answer, Conversation, Page, Request
from syncline.connect.webhook import Touched
from syncline.connectors.hubspot import paths, related
from syncline.connectors.hubspot.kinds import Kind
from syncline.connectors.hubspot.rows import Asked, archived, following, merged, milliseconds, rows, told

SEARCH_PAGE = 200
LIST_PAGE = 100

FROM, AT, BEYOND = "from", "at", "beyond"
"""How a search goes on: from a stamp on, among the rows of one stamp by their ids, beyond a stamp."""


def search(asked: Asked, filters: Sequence[Mapping[str, Any]], sort: str, *others: Mapping[str, Any]) -> Request:
    """The first page of a search in the order of one property, for what fits all filters or one of the others.

    Later pages shift while rows change: none is asked.
    """
    body = {
        "filterGroups": [{"filters": list(filters)}, *({"filters": [one]} for one in others)],
        "sorts": [{"propertyName": sort, "direction": "ASCENDING"}],
        "properties": list(asked.properties),
        "limit": SEARCH_PAGE,
    }
    return Request(method="POST", path=paths.objects(asked.kind.plural, "/search"), json=body, kind="search")


def where(name: str, operator: str, value: Any) -> dict[str, str]:
    """One condition of a search."""
    return {"propertyName": name, "operator": operator, "value": told(value)}


def changes(asked: Asked) -> Callable[[float, str | None], Conversation]:
    """What changed since a moment, by search: keyset pages in the order of the stamp.

    A page begins at the last stamp of the page before, so rows of one stamp are shown twice rather than never. Of more
    rows of one stamp than a page holds, the pages go by id, and then on beyond that stamp.
    """
    name = asked.kind.changed

    def read(since: float, after: str | None) -> Conversation:
        mode, stamp, last = (
            (*(after or "").split(), "", "")[:3] if after else (FROM, str(max(0, int(since * 1000))), "")
        )
        if mode == AT:
            filters, sort = [where(name, "EQ", stamp), where("hs_object_id", "GT", last)], "hs_object_id"
        else:
            filters, sort = [where(name, "GTE" if mode == FROM else "GT", stamp)], name
        answer = yield search(asked, filters, sort)
        found = rows(answer)
        going_on = next_search(asked.kind, found, mode, stamp) if following(answer) is not None else None
        if mode == AT and going_on is None:
            going_on = f"{BEYOND} {stamp}"
        whole = yield from related.completed(asked, found)
        return Page(records=tuple(whole), next=going_on, gone=tuple(merged(asked.kind, found)))

    return read


def next_search(kind: Kind, found: Sequence[Mapping[str, Any]], mode: str, stamp: str) -> str:
    """Where a search goes on whose page was not the last."""
    if mode == AT:
        return f"{AT} {stamp} {found[-1]['id']}"
    first, last = milliseconds(found[0][kind.changed]), milliseconds(found[-1][kind.changed])
    return f"{FROM} {last}" if last > first else f"{AT} {last} 0"


def sweep(asked: Asked) -> Callable[[str | None], Conversation]:
    """All of them, by the list: it is right at once, and in the order of ids."""

    def read(after: str | None) -> Conversation:
        answer = yield listing(asked, after)
        whole = yield from related.completed(asked, rows(answer))
        return Page(records=tuple(whole), next=following(answer))

    return read


def listing(asked: Asked, after: str | None, *, deleted: bool = False) -> Request:
    """One page of the list, or of the recycle bin."""
    params = {"limit": LIST_PAGE, "properties": ",".join(asked.properties), "archived": "true" if deleted else "false"}
    if after is not None:
        params["after"] = after
    return Request(method="GET", path=paths.objects(asked.kind.plural), params=params)


def batch_read(plural: str, ids: Sequence[str], properties: Sequence[str], **more: Any) -> Request:
    """Records by their ids, or by another property with unique values."""
    params = {"archived": "true"} if more.pop("deleted", False) else {}
    body = {"inputs": [{"id": one} for one in ids], "properties": list(properties), **more}
    return Request(method="POST", path=paths.objects(plural, "/batch/read"), params=params, json=body)


def get(asked: Asked) -> Callable[[Sequence[str]], Conversation]:
    """These records now; of those that are not there, whether they were deleted, or merged into another."""

    def read(ids: Sequence[str]) -> Conversation:
        found: list[dict[str, Any]] = yield from some(asked.kind, ids, asked.properties)
        gone = merged(asked.kind, found)
        known = {one["id"] for one in found} | {one.id for one in gone}
        missing = [one for one in ids if one not in known]
        gone += archived((yield from some(asked.kind, missing, asked.properties, deleted=True)))
        whole = yield from related.completed(asked, found)
        return Page(records=tuple(whole), gone=tuple(gone))

    return read


def some(kind: Kind, ids: Sequence[str], properties: Sequence[str], **more: Any) -> Conversation:
    """Records by any number of ids."""
    found: list[dict[str, Any]] = []
    for each in related.chunks(ids, related.BATCH):
        found += rows((yield batch_read(kind.plural, each, properties, **more)))
    return found


def deleted(asked: Asked) -> Callable[[float, str | None], Conversation]:
    """What was deleted since a moment: the whole recycle bin, since it is in no order of time.

    Who was merged into another is not deleted: such an id leads to the one that stayed.
    """

    def read(since: float, after: str | None) -> Conversation:
        answer = yield listing(asked, after, deleted=True)
        gone = {one.id: one for one in archived(rows(answer)) if one.at >= since}
        if gone and asked.kind.merges:
            stayed = rows((yield batch_read(asked.kind.plural, list(gone), asked.properties)))
            for one in stayed:
                gone.pop(one["id"], None)  # restored meanwhile
            gone |= {one.id: one for one in merged(asked.kind, stayed) if one.id in gone}
        return Page(next=following(answer), gone=tuple(gone.values()))

    return read


def find(asked: Asked) -> Callable[[Mapping[str, Any]], Conversation]:
    """Records with these values: by an e-mail address or an association at once, else by search."""
    of = {one.field: one.plural for one in asked.kind.related}

    def read(keys: Mapping[str, Any]) -> Conversation:
        by = [name for name in keys if name in of]
        asked_for = (*asked.properties, *(name for name in keys if name not in of))
        if by:
            ids: list[str] = yield from related.ids_of(of[by[0]], asked.kind.plural, told(keys[by[0]]))
            for name in by[1:]:
                others = yield from related.ids_of(of[name], asked.kind.plural, told(keys[name]))
                ids = [one for one in ids if one in others]
            found = yield from some(asked.kind, ids, asked_for)
        elif asked.kind.stream == "contact" and keys.get("email"):
            email = told(keys["email"])
            found = rows((yield batch_read(asked.kind.plural, [email], asked_for, idProperty="email")))
        else:
            answer = yield search(asked, [where(name, "EQ", value) for name, value in keys.items()], "hs_object_id")
            return Page(records=tuple(rows(answer)))
        left = {name: value for name, value in keys.items() if name not in (by or ("email",))}
        return Page(records=tuple(one for one in found if all(is_same(one.get(k), v) for k, v in left.items())))

    return read


def find_any(asked: Asked) -> Callable[[Sequence[Mapping[str, Any]]], Conversation]:
    """Records with any of these values: contacts by their e-mail addresses, all else by one search for one property.

    Of several properties at once each set is looked for by itself.
    """
    alone = find(asked)

    def read(every: Sequence[Mapping[str, Any]]) -> Conversation:
        names = {name for keys in every for name in keys}
        values = list(dict.fromkeys(told(value) for keys in every for value in keys.values()))
        if asked.kind.stream == "contact" and names == {"email"}:
            found = rows((yield batch_read(asked.kind.plural, values, ("email",), idProperty="email")))
            return Page(records=tuple(found))
        if len(names) == 1 and not names & {one.field for one in asked.kind.related}:
            as_told, lower = one_of(names, values), one_of(names, [value.lower() for value in values])
            others = [lower] if lower != as_told else []  # (nv) of text the small letters are what is searched for
            return Page(records=tuple(rows((yield search(asked, [as_told], "hs_object_id", *others)))))
        records: list[dict[str, Any]] = []
        for keys in every:
            page: Page = yield from alone(keys)
            records += page.records
        return Page(records=tuple(records))

    return read


def one_of(names: Iterable[str], values: Iterable[str]) -> dict[str, Any]:
    """A condition of a search: the one property has one of at most 100 values."""
    [name] = names
    return {"propertyName": name, "operator": "IN", "values": list(dict.fromkeys(values))}


def is_same(one: Any, other: Any) -> bool:
    """Equal as a search would have it: whatever the case."""
    return told(one).casefold() == told(other).casefold()


def parts(asked: Asked, parent: str, plural: str) -> Callable[[float, str | None], Conversation]:
    """What changed in a stream of parts, and which records they are parts of."""
    plain = changes(asked)

    def read(since: float, after: str | None) -> Conversation:
        page: Page = yield from plain(since, after)
        ids = [one["id"] for one in page.records]
        of = yield from related.associated(asked.kind.plural, plural, ids)
        touched = dict.fromkeys(str(to["toObjectId"]) for one in ids for to in of.get(one, ()))
        return Page(
            records=page.records, next=page.next, touched=tuple(Touched(stream=parent, id=one) for one in touched)
        )

    return read


def page(answer: Answer) -> Page:
    """A list, a search or a batch as a page."""
    return Page(records=tuple(rows(answer)), next=following(answer))
