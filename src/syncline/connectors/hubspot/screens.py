"""The addresses of records' pages in HubSpot: what a person copies from the browser, and opens from here."""

from __future__ import annotations

import re
from collections.abc import Callable

from syncline.connectors.hubspot.kinds import KINDS

HOST = "https://app.hubspot.com"
"""It sends on to the account's own region."""

_RECORD = re.compile(r"https://app(?:-[a-z0-9]+)?\.hubspot\.com/contacts/\d+/record/(\d+-\d+)/(\d+)(?:[/?#].*)?")
_OLDER = re.compile(r"https://app(?:-[a-z0-9]+)?\.hubspot\.com/contacts/\d+/([a-z]+)/(\d+)(?:[/?#].*)?")

_BY_TYPE = {kind.type_id: kind.stream for kind in KINDS}
_BY_NAME = {kind.stream: kind.stream for kind in KINDS}


def named_by(address: str) -> tuple[str, str] | None:
    """The stream and id that a page's address names: `.../contacts/PORTAL/record/0-1/ID`, or `.../contact/ID`."""
    for pattern, streams in ((_RECORD, _BY_TYPE), (_OLDER, _BY_NAME)):
        found = pattern.fullmatch(address)
        if found is not None and found[1] in streams:
            return streams[found[1]], found[2]
    return None


def page_of(portal: object) -> Callable[[str, str], str | None]:
    """The page of a record; none where nobody said which portal the account is (`portal` in its block)."""
    types = {kind.stream: kind.type_id for kind in KINDS}

    def page(stream: str, id: str) -> str | None:
        if portal is None or stream not in types:
            return None
        return f"{HOST}/contacts/{portal}/record/{types[stream]}/{id}"

    return page
