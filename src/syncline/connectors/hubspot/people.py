"""Owners and pipelines: few, read only, and listed whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from syncline.connect.request import Answer, Conversation, Page, Request
from syncline.connect.stream import Field, SettlesIn, Stream
from syncline.connectors.hubspot import paths
from syncline.connectors.hubspot.kinds import fields
from syncline.connectors.hubspot.rows import following

MISSING = 404
LISTED = fields("id createdAt updatedAt", writable=False)


def owners() -> Stream:
    """Persons to whom records belong; `id` is the value of `hubspot_owner_id`."""

    def listed(after: str | None) -> Request:
        params = {"limit": 100, "archived": "false"} | ({} if after is None else {"after": after})
        return Request(method="GET", path=paths.OWNERS, params=params)

    def get(ids: Sequence[str]) -> Conversation:
        found = []
        for one in ids:
            answer: Answer = yield Request(method="GET", path=f"{paths.OWNERS}/{one}")
            if answer.status != MISSING:
                found.append({**answer.body, "id": str(answer.body["id"])})
        return Page(records=tuple(found))

    return listed_stream("owner", fields("email firstName lastName userId type", writable=False), listed, get)


def pipelines() -> Stream:
    """The pipelines of deals, each with its `stages`."""

    def listed(after: str | None) -> Request:
        return Request(method="GET", path=paths.pipelines("deals"))

    def get(ids: Sequence[str]) -> Conversation:
        answer = yield listed(None)
        return Page(records=tuple(one for one in page(answer).records if one["id"] in ids))

    named = (*fields("label displayOrder", writable=False), Field(name="stages", type="json", writable=False))
    return listed_stream("pipeline", named, listed, get)


def listed_stream(
    name: str, named: Sequence[Field], listed: Callable[[str | None], Request],
    get: Callable[[Sequence[str]], Conversation],
) -> Stream:  # fmt: skip
    """A stream whose changes are the whole list."""
    return Stream(
        name=name, key="id", fields=(*LISTED, *named), page=page, changes=lambda since, after: listed(after),
        sweep=listed, get=get, changed_at="updatedAt", created_at="createdAt", settles_in=SettlesIn(),
    )  # fmt: skip


def page(answer: Answer) -> Page:
    """A list as a page."""
    found = tuple({**one, "id": str(one["id"])} for one in answer.body["results"])
    return Page(records=found, next=following(answer))
