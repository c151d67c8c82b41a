"""A write we decided on and journalled before the call."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from syncline.model.record import Value


class Told(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One field in an intent: the value, the record version it stands for (None: an undo), what was there."""

    value: Value
    version: int | None
    before: Value = None


class Intent(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One write to one link. `sent` is committed before the call (T2), the rest after it (T3).

    raw:     the raw fields of the request.
    journal: the answers of a write that takes several requests, in order.
    key:     of a create, what every attempt of it is sent under.
    """

    id: int
    link: int
    record: int
    system: str
    stream: str
    kind: Literal["create", "update", "delete"]
    values: dict[str, Told] = {}
    raw: dict[str, Any] = {}
    run: int = 0
    state: Literal["sent", "done", "unknown", "failed"] = "sent"
    at: float = 0.0
    done_at: float | None = None
    stored: dict[str, Any] | None = None
    journal: tuple[Any, ...] = ()
    undone_by: int | None = None
    key: str = ""
