"""Reads: lists that go on where they ended, rows by id, documents with their lines, rows by what they are called."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from syncline.connect.request import Answer, Conversation, Page, Request, Write
from syncline.connect.webhook import Touched
from syncline.connectors.odoo.calls import Calls, numbers, rows_of
from syncline.connectors.odoo.model import Lines, Lookup, Model, Named, Values

Reading = Generator[Request | Write, Answer, list[Values]]

STAMPS = ("create_date", "write_date")
EPOCH = datetime(1970, 1, 1)
FOUND = 10
"""Rows that a search by keys shows: more than one is a question for a person anyway."""


@dataclass(frozen=True, kw_only=True)
class Reader:
    """How one hub reads one model. `bound`: the raw fields it uses."""

    model: Model
    calls: Calls
    bound: frozenset[str]

    @property
    def fields(self) -> list[str]:
        """The fields to ask for: those bound, those that our own words stand for, and the stamps."""
        ours = {lookup.name: lookup.field for lookup in self.model.lookups}
        ours |= {named.name: named.field for named in self.model.named}
        lines = {self.model.lines.field} if self.model.lines else set()
        wanted = {ours.get(name, name) for name in self.bound - lines} | {*STAMPS}
        if self.model.parents:
            wanted.add(self.model.parents[1])
        return sorted(wanted - {"id"})

    # ---- the contract's reads
    def changes(self, since: float, after: str | None) -> Conversation:
        """What changed since that moment; from the very beginning in the order of ids, and so each row once."""
        return self.listed(Place.named(after) if after else Place(at=stamp(since) if since > 0 else None))

    def sweep(self, after: str | None) -> Conversation:
        """All rows, in the order of ids."""
        return self.listed(Place.named(after) if after else Place())

    def get(self, ids: Sequence[str]) -> Conversation:
        """These rows; what is not there, or is not for us to see, is not in the page."""
        rows = yield from self.rows([["id", "in", numbers(ids)]])
        return self.page(rows)

    def find(self, keys: Mapping[str, Any]) -> Conversation:
        """Rows with these raw values."""
        rows = yield from self.rows([self.same(name, value) for name, value in keys.items()], limit=FOUND)
        return self.page(rows)

    def find_any(self, every: Sequence[Mapping[str, Any]]) -> Conversation:
        """One of the rows with any of these raw values, if there is one."""
        domain: list[Any] = ["|"] * (len(every) - 1)
        for keys in every:
            domain += ["&"] * (len(keys) - 1) + [self.same(name, value) for name, value in keys.items()]
        rows = yield from self.rows(domain, limit=1)
        return self.page(rows)

    # ---- what they are made of
    def listed(self, place: Place) -> Conversation:
        """One page from there on."""
        rows = yield from self.rows(place.domain, order=place.order, limit=self.model.page)
        full = len(rows) == self.model.page
        return self.page(rows, place.following(rows[-1] if full else None))

    def rows(self, domain: Sequence[Any], *, order: str = "id", limit: int | None = None) -> Reading:
        """Rows with their lines and what our own words stand for."""
        name, fields = self.model.name, self.fields
        whole = [*self.model.domain, *domain]
        rows = rows_of((yield self.calls.search_read(name, whole, fields, order=order, limit=limit)))
        lines = self.model.lines
        if lines is not None and lines.field in self.bound:
            yield from with_lines(self.calls, lines, rows)
        yield from with_names(self.calls, [one for one in self.model.lookups if one.name in self.bound], rows)
        yield from with_ids(self.calls, [one for one in self.model.named if one.name in self.bound], rows)
        return rows

    def page(self, rows: list[Values], after: str | None = None) -> Page:
        """Rows as a page, with the rows of another stream that they are parts of."""
        return Page(records=tuple(rows), next=after, touched=tuple(self.touched(rows)))

    def touched(self, rows: Iterable[Values]) -> Iterable[Touched]:
        """The documents of these lines, the products of these quantities."""
        if self.model.parents is None:
            return
        stream, field = self.model.parents
        parents = [row.get(field) for row in rows]
        ids = {one for parent in parents for one in (parent if isinstance(parent, list) else [parent]) if one}
        yield from (Touched(stream=stream, id=str(one)) for one in sorted(ids))

    def same(self, name: str, value: Any) -> list[Any]:
        """The condition that a field has this value; Odoo keeps addresses and codes in whatever case they came."""
        lookup = next((one for one in self.model.lookups if one.name == name), None)
        path = f"{lookup.field}.{lookup.by}" if lookup else name
        column = self.model.by_name.get(name)
        if value in (None, "") or value is False:
            return [path, "=", False]
        if isinstance(value, str) and (lookup is not None or (column is not None and column.folded)):
            return [path, "=ilike", literal(value)]
        return [path, "=", value]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a list goes on: from a second on in the order of stamps, or inside one in the order of ids.

    A stamp has microseconds, but is told without them: whoever goes on behind the last stamp leaves rows out, and
    whoever goes on from it may stand still, if one second has more rows than a page. So such a second is read by id.

    at:   the second, as Odoo writes it; None: whenever.
    past: the id behind which to go on; None: in the order of stamps.
    """

    at: str | None = None
    past: int | None = None

    @classmethod
    def named(cls, text: str) -> Place:
        """The place of a cursor, as `2026-11-22 10:00:00`, or with `/17` behind it."""
        at, slash, past = text.partition("/")
        return cls(at=at or None, past=int(past) if slash else None)

    @property
    def by_id(self) -> bool:
        return self.at is None or self.past is not None

    @property
    def order(self) -> str:
        """How the page must be sorted."""
        return "id" if self.by_id else "write_date, id"

    @property
    def domain(self) -> list[Any]:
        """The rows from here on."""
        since = [["write_date", ">=", self.at]] if self.at else []
        if not self.by_id:
            return since
        within = [["write_date", "<", self.next_second]] if self.at else []
        return [*since, *within, ["id", ">", self.past or 0]]

    @property
    def next_second(self) -> str:
        """The second after this one."""
        return written(datetime.fromisoformat(self.at or "") + timedelta(seconds=1))

    def following(self, last: Values | None) -> str | None:
        """Where to go on. `last`: the last row of a full page; None: the page was not full."""
        if self.by_id:
            if last is not None:
                return f"{self.at or ''}/{last['id']}"
            return self.next_second if self.at else None
        if last is None:
            return None
        reached = str(last["write_date"])
        return reached if reached > str(self.at) else f"{self.at}/0"


# ---- lines and names
def with_lines(calls: Calls, lines: Lines, rows: Sequence[Values]) -> Reading:
    """Gives each document the list of its lines."""
    by_id: dict[int, list[Values]] = {row["id"]: [] for row in rows}
    found = (yield from lines_of(calls, lines, list(by_id))) if by_id else []
    for line in found:
        by_id[line[lines.parent]].append(line)
    for row in rows:
        row[lines.field] = by_id[row["id"]]
    return found


def lines_of(calls: Calls, lines: Lines, ids: list[int]) -> Reading:
    """The lines of these documents, in their order."""
    names = [column.name for column in lines.columns] + [lines.parent]
    domain = [[lines.parent, "in", ids], *lines.domain]
    found = rows_of((yield calls.search_read(lines.model, domain, names, order="sequence, id")))
    return (yield from with_names(calls, lines.lookups, found))


def with_names(calls: Calls, lookups: Iterable[Lookup], rows: list[Values]) -> Reading:
    """Gives each row what the rows behind its many2ones are called. One that is hidden from us is not told."""
    for lookup in lookups:
        ids = sorted({row[lookup.field] for row in rows if row.get(lookup.field)})
        found = rows_of((yield calls.search_read(lookup.model, [["id", "in", ids]], [lookup.by]))) if ids else []
        called = {row["id"]: row[lookup.by] for row in found}
        for row in rows:
            if not row.get(lookup.field):
                row[lookup.name] = False
            elif row[lookup.field] in called:
                row[lookup.name] = called[row[lookup.field]]
    return rows


def with_ids(calls: Calls, named: Iterable[Named], rows: list[Values]) -> Reading:
    """Gives each row the id of the row that a text of it names. A text that names none, or several, gives none."""
    for one in named:
        texts = sorted({str(row[one.field]) for row in rows if row.get(one.field)})
        found = rows_of((yield calls.search_read(one.model, [[one.by, "in", texts]], [one.by]))) if texts else []
        ids: dict[str, list[int]] = {}
        for row in found:
            ids.setdefault(row[one.by], []).append(row["id"])
        for row in rows:
            of = ids.get(str(row.get(one.field)), [])
            row[one.name] = of[0] if len(of) == 1 else False
    return rows


# ---- words of Odoo
def literal(text: str) -> str:
    """A text as a pattern that only it matches."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def stamp(moment: float) -> str:
    """A moment's second, as Odoo writes it."""
    return written(EPOCH + timedelta(seconds=int(moment)))


def written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def seconds(value: Any) -> float | None:
    """A stamp of Odoo on our axis: UTC, without a zone, in whole seconds."""
    return datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp() if value else None
