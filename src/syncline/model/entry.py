"""One line of a record's history: who did what to which field, when and why."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from syncline.model.record import Value

EntryKind = Literal[
    "taken", "merged", "refused", "blank-refused", "conflict", "conflict-lost", "conflict-closed", "first-lost",
    "first-difference", "filled", "no-effect", "parked", "person", "told", "created", "deleted", "linked",
    "candidate", "tombstone", "undo", "late", "record-merged", "ambiguous", "asleep", "awake", "made", "left",
    "record-unmerged", "re-pointed", "undeleted", "unlinked", "kept",
    "left-alone", "tried-again",
]  # fmt: skip


class Entry(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """History is append-only; `before` and `after` may be blanked by retention and erasure."""

    kind: EntryKind
    record: int
    field: str | None = None
    link: int | None = None
    before: Value = None
    after: Value = None
    at: float = 0.0
    run: int = 0
    why: str = ""
