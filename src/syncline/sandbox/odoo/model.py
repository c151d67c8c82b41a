"""A model of Odoo as data: its fields, its rules and its methods; and the transaction that a call runs in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from syncline.sandbox.odoo.errors import NoKey, missing, no_field
from syncline.sandbox.odoo.field import MOMENT, Field
from syncline.sandbox.store import Row, Store, encoded
from syncline.sandbox.store import field as column_of

Values = dict[str, Any]
BY_ID = "+id"  # sorted once found: the plus keeps the store from walking all rows in that order instead
EPOCH = datetime(1970, 1, 1)
LOGGED = ("create_date", "create_uid", "write_date", "write_uid")


@dataclass(frozen=True, kw_only=True)
class Unique:
    """Fields that together differ from row to row, where all of them are set; `text` is what a breach says."""

    fields: tuple[str, ...]
    text: str


def nothing(env: Env, *what: Any) -> None:
    """A rule that asks for nothing."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """One model.

    order:   how rows come when nobody says.
    shown:   a function of (env, row) to the display name; `searched`: the fields that name_search looks into.
    indexed: fields that are often looked up by value.
    born:    completes the stored values of a row before it is kept: (env, values, what is to be put elsewhere).
    made:    follows a new row at once: (env, id).
    check:   refuses a row as it would be: (env, values).
    changed: completes or refuses a write: (env, row before, stored values after).
    settle:  sets what is computed and stored, after rows were created or written: (env, ids, names of fields).
    leave:   refuses a delete, or clears up before it: (env, rows).
    on_model, on_rows: methods besides those of every model: (env, model, ...) and (env, model, ids, ...).
    owner:   the field that says whose a row is; some users see only their own, and what is nobody's.
    writers: the group that may create, write and delete; `readers`: the one that may read. "": everybody.
    """

    name: str
    label: str
    fields: Mapping[str, Field]
    order: str = "id"
    shown: Callable[[Env, Row], str] | None = None
    searched: tuple[str, ...] = ("name",)
    unique: tuple[Unique, ...] = ()
    indexed: tuple[str, ...] = ()
    born: Callable[[Env, Values, Values], None] = nothing
    made: Callable[[Env, int], None] = nothing
    check: Callable[[Env, Values], None] = nothing
    changed: Callable[[Env, Row, Values], None] = nothing
    settle: Callable[[Env, Sequence[int], set[str]], None] = nothing
    leave: Callable[[Env, Sequence[Row]], None] = nothing
    on_model: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    on_rows: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    owner: str = ""
    writers: str = ""
    readers: str = ""

    def field(self, name: str) -> Field:
        """The field of that name. Raises BadValue."""
        if name not in self.fields:
            raise no_field(name, self.name)
        return self.fields[name]


@dataclass(frozen=True)
class Env:
    """One transaction: who asks, when it began, in what context.

    now:   microseconds since 1970, the stamp of all that it writes.
    shown: the moment from which searches show what is written; None: at once.
    posts: (trigger, model, id) that automation rules may listen to, in order.
    """

    store: Store
    models: Mapping[str, Model]
    version: int
    uid: int
    now: int
    context: Mapping[str, Any] = field(default_factory=dict)
    shown: int | None = None
    names: dict[tuple[str, int], str] = field(default_factory=dict)
    posts: list[tuple[str, str, int]] = field(default_factory=list)

    def model(self, name: str) -> Model:
        """The model of that name. Raises NoKey."""
        if name not in self.models:
            raise NoKey(repr(name))
        return self.models[name]

    def find(self, model: str, id: int | None) -> Row | None:
        """The row, if it is there."""
        return self.store.get(model, id) if id else None

    def row(self, model: str, id: int) -> Row:
        """The row. Raises MissingError."""
        found = self.store.get(model, id)
        if found is None:
            raise missing(model, [id], self.uid)
        return found

    def rows(self, model: str, ids: Sequence[int]) -> list[Row]:
        """The rows in that order. Raises MissingError."""
        found = self.store.many(model, ids)
        if lost := [id for id in ids if id not in found]:
            raise missing(model, lost, self.uid)
        return [found[id] for id in ids]

    def put(self, model: str, row: Row, values: Mapping[str, Any], touch: bool = True) -> Row:
        """The row with these values besides; `touch` moves its write_date."""
        merged = {name: value for name, value in {**row.values, **values}.items() if value is not None}
        if touch:
            merged["write_uid"] = self.uid
        kept = Row(row.id, merged, row.created, self.now if touch else row.changed)
        self.store.write(model, kept, self.shown)
        return kept

    @cached_property
    def today(self) -> str:
        """The day on which the transaction began, in UTC."""
        return moment(self.now)[:10]

    @property
    def active_test(self) -> bool:
        """Whether archived rows are left out of searches that do not mention them."""
        return bool(self.context.get("active_test", True))


def having(store: Store, stream: str, name: str, values: Iterable[Any]) -> list[Row]:
    """The rows whose field holds one of these values, by id."""
    column = column_of(name)
    # Said so, what is empty is left out, and the field's index can be used where there is one.
    where = f"{column} is not null and {column} in (select value from json_each(?))"
    return store.select(stream, where, (encoded(list(values)),), order=BY_ID)


def moment(micros: int) -> str:
    """As Odoo writes it: UTC, whole seconds, the rest cut off."""
    return (EPOCH + timedelta(microseconds=micros)).strftime(MOMENT)


def micros(text: str, end_of_day: bool = False) -> int:
    """A date or datetime as clients write it, in microseconds since 1970. Raises ValueError."""
    if len(text) <= 10:
        text += " 23:59:59" if end_of_day else " 00:00:00"
    text, _, rest = text.partition(".")
    at = datetime.strptime(text, MOMENT).replace(tzinfo=UTC)
    return int(at.timestamp()) * 1_000_000 + int((rest + "000000")[:6])


def shown(env: Env, model: Model, row: Row) -> str:
    """The display name."""
    key = (model.name, int(row.id))
    if key not in env.names:
        made = model.shown(env, row) if model.shown else row.values.get("name")
        env.names[key] = str(made or f"{model.name},{row.id}")
    return env.names[key]
