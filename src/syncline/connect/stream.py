"""One kind of object in a system, and what may be done with it. A capability is a function that is present."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from syncline.connect.request import Answer, Conversation, Page, Request
from syncline.model.outcome import Outcome

Asked = Request | Conversation
"""What a function returns: one request, or a conversation that ends in a Page (a read) or an Outcome (a write)."""


Writer = Literal["person", "integration", "import", "automation", "us", "unknown"]
"""Who wrote a field. integration: an app; this hub too, where it is not known which app this hub is.

automation: rules within the system itself. us: proven to be this hub. unknown: it is not told, or not told enough.
"""


@dataclass(frozen=True, kw_only=True)
class Field:
    """A raw field.

    required: a create without it is refused by the system.
    ours, label: `define` makes it where a hub writes to it; people read its label there (None: made of its name).
    """

    name: str
    type: str = "text"
    writable: bool = True
    required: bool = False
    ours: bool = False
    label: str | None = None


@dataclass(frozen=True, kw_only=True)
class WriteOrder:
    """One write of a batch, as the hub hands it to `batch`."""

    kind: Literal["create", "update", "delete"]
    id: str | None
    values: Mapping[str, Any]
    key: str
    version: Any = None


def seconds(value: Any) -> float | None:
    """A system's time on our axis: a number of seconds, or ISO 8601 with an offset."""
    if value is None or value == "":
        return None
    if isinstance(value, int | float):
        return float(value)
    return datetime.fromisoformat(str(value).replace("Z", "+00:00")).timestamp()


@dataclass(frozen=True, kw_only=True)
class SettlesIn:
    """Seconds after which each read path shows every write; `feed` is the list of deletes."""

    changes: float = 0.0
    get: float = 0.0
    sweep: float = 0.0
    find: float = 0.0
    feed: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Stream:
    """The contract. The hub calls the functions; none does I/O, none sees a secret.

    changes(since, after): what changed since that moment (seconds); called again with `after` from the page
        until it is None. Overlap and repetition are the hub's business: it reads more than once.
    get(ids): these objects now, by the strongest read the vendor has; an object not in the page is not there.
    sweep(after): the whole stream. deleted(since, after): the list of deletes, where there is one.
    page(answer), done(answer): what a read showed; what became of one write.
    create(values, key), update(id, values, version), delete(id, version): one write. `key` is the same
        for every attempt of one create; with `create_is_safe_by="external_id"` it is the id to upsert on.
    find(keys): objects with these raw values, to learn whether a create happened or must not happen.
        find_any(all keys): objects with any of these, where one question is cheaper than one for each.
    batch(orders), receipts(answer, orders): many writes of one kind at once; one outcome for each, in their order.
        batch_takes(order): may it go in a batch? What may not goes by itself. A vendor that takes only writes of one
            shape at once (the same fields, say) answers what that is: those with equal answers go together.
    described(): every field that the object has there: a read whose rows are `{"name", "label", "type", "required",
        "writable", "choices", "ours"}`. name, label (what people read), type: as the vendor says them. required: a
        create without it is refused. writable: a hub may write it. choices: the values that it may hold, in their
        order; absent where it may hold others. ours: made by `define`; absent where that cannot be told. What the
        connector makes a raw field of itself, as an association or lines, is not among them.
    writers(ids, names): who wrote these raw fields of these rows last: a read whose rows are `{"id", "field", "by",
        "kind", "at"}`. by: a name that a person understands, as `integration 123456`. kind: see `Writer`. at: seconds;
        absent where it is not told. field is absent where the vendor tells it of the row only; a field of which it
        tells nothing has no row.
    define(field): makes a field there, where the vendor lets fields be made; what is there, but not whole, is completed
        or refused with what to do. undefine(field): takes away one that `define` made, with its values, and no other.
    defined(names): which of these fields are there: a read whose rows are `{"name": ...}`; None: it cannot be told.
    needs: fields of ours that `define` makes there before the first create, as the one for our own ids.
        Of `fields`, those that are `ours` are made where a hub writes to them.
    changed_at, created_at, version: the raw fields of the system's own stamps and version.
    unstamped: raw fields whose change may leave `changed_at` as it was, as lines and associations.
    deletes_proven_by: what makes a delete believed; None: nothing does, such a link goes out of sight.
        missing: a look that finds nothing; what a whole sweep did not show is looked at.
    create_is_safe_by: how an unknown outcome of a create is resolved; None: it parks.
    children: streams whose rows are parts of this one's, as lines; a page of theirs says what it touched.
    whole_lists: `changes` and `sweep` tell all that `get` tells; else what they leave out is looked at.
    """

    name: str
    key: str
    fields: tuple[Field, ...]
    page: Callable[[Answer], Page]
    changes: Callable[[float, str | None], Asked] | None = None
    get: Callable[[Sequence[str]], Asked] | None = None
    sweep: Callable[[str | None], Asked] | None = None
    deleted: Callable[[float, str | None], Asked] | None = None
    create: Callable[[Mapping[str, Any], str], Asked] | None = None
    update: Callable[[str, Mapping[str, Any], Any], Asked] | None = None
    delete: Callable[[str, Any], Asked] | None = None
    find: Callable[[Mapping[str, Any]], Asked] | None = None
    find_any: Callable[[Sequence[Mapping[str, Any]]], Asked] | None = None
    done: Callable[[Answer], Outcome] | None = None
    batch: Callable[[Sequence[WriteOrder]], Request] | None = None
    batch_takes: Callable[[WriteOrder], Hashable] = lambda order: True
    receipts: Callable[[Answer, Sequence[WriteOrder]], list[Outcome]] | None = None
    described: Callable[[], Asked] | None = None
    writers: Callable[[Sequence[str], Sequence[str]], Asked] | None = None
    define: Callable[[Field], Asked] | None = None
    undefine: Callable[[Field], Asked] | None = None
    defined: Callable[[Sequence[str]], Asked] | None = None
    needs: tuple[Field, ...] = ()
    changed_at: str | None = None
    created_at: str | None = None
    version: str | None = None
    unstamped: tuple[str, ...] = ()
    time: Callable[[Any], float | None] = seconds
    settles_in: SettlesIn = field(default_factory=SettlesIn)
    deletes_proven_by: Literal["feed", "tombstone", "missing"] | None = None
    create_is_safe_by: Literal["key", "external_id", "find"] | None = None
    children: tuple[str, ...] = ()
    whole_lists: bool = True
    guard: Literal["look", "none"] = "look"
    batch_size: int = 100
    write_timeout: float = 30.0
