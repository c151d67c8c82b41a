"""Reads that would never end (F13): a token that comes again, and more pages than there can be.

Of all tokens met one is kept, and replaced at each power of two: a circle, however long, comes by it again.
"""

from __future__ import annotations

from msgspec.structs import replace

from syncline.model.rows import Cursor

MOST_PAGES = 100_000
"""Of one list: ten million rows, by a hundred."""

MOST_STEPS = 10_000
"""Requests of one read that takes several."""

AGAIN_SECONDS = 300.0
"""It is read from its beginning after this; what it showed was settled."""


def reason(cursor: Cursor, after: str | None) -> str | None:
    """Why the read under way would never end, if the next page began there; None: it goes on."""
    if after is None or cursor.after is None:
        return None
    if after in (cursor.after, cursor.mark):
        return "its pages go in a circle: the token of the next one came before"
    if cursor.pages >= MOST_PAGES:
        return f"more than {MOST_PAGES} pages"
    return None


def turned(cursor: Cursor, after: str | None) -> Cursor:
    """At the next page, or (None) at the end."""
    if after is None:
        return replace(cursor, after=None, pages=0, mark=None)
    pages = 1 if cursor.after is None else cursor.pages + 1
    is_power_of_two = pages & (pages - 1) == 0
    return replace(cursor, after=after, pages=pages, mark=after if is_power_of_two else cursor.mark)
