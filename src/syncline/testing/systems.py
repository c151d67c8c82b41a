"""Simulated systems: they normalise, truncate, lag, version or not, lose answers after doing the work, and count calls.

Each answers the requests of its own connector (see `vendor`), so a simulated hub speaks through the same
contract as a real one. The system's own log of edits is what the oracle believes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

from syncline.connect.door import NoAnswer, Unreachable
from syncline.connect.request import Answer, Effect, Request

Raw = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Habits:
    """How a simulated vendor behaves. Rates are shares of calls, seconds are virtual.

    stores:   what becomes of a value that is written to a field.
    versions: a counter, whole seconds, or none. tells: does a write answer with what is stored?
    """

    lag: float = 3.0
    versions: Literal["counter", "seconds"] | None = "counter"
    tells: bool = True
    stores: Callable[[str, Any], Any] = lambda name, value: value
    empty: Any = None
    safe_by: Literal["key", "external_id", "find"] | None = "key"
    proves: Literal["feed", "missing"] | None = "feed"
    conditional: bool = False
    batches: bool = False
    page_size: int = 4
    drops: float = 0.0
    lost_before: float = 0.06
    lost_after: float = 0.08
    lands_late: float = 0.04
    rejects: float = 0.0
    formula: str | None = None
    line_ids: bool = True
    clock_ahead: float = 0.0
    tells_born: bool = False


@dataclass
class State:
    """One state of a row: since when, what it holds, and from when lists show it."""

    at: float
    values: Raw
    version: Any
    stamp: float
    visible: float


@dataclass
class RowAt:
    """One row with its history."""

    id: str
    born: float
    history: list[State] = field(default_factory=list)
    key: str | None = None
    by_hub: bool = False
    dead_by_hub: bool = False
    dead: tuple[float, float, float] | None = None
    hidden_until: float = 0.0
    was_hidden: bool = False
    lines_made: int = 0

    @property
    def now(self) -> State:
        """What the row holds."""
        return self.history[-1]

    def hide(self, until: float) -> None:
        """The hub's user may not see it for a while."""
        self.hidden_until, self.was_hidden = until, True

    def shown(self, at: float) -> State | None:
        """What lists show of it at that moment."""
        visible = [state for state in self.history if state.visible <= at]
        return visible[-1] if visible else None


@dataclass
class Written:
    """A write of the hub, as it arrived. `states`: how many its row had had until then."""

    at: float
    stream: str
    id: str | None
    values: Raw | None
    states: int = 0


@dataclass(frozen=True)
class Change:
    """Values for a row that exists."""

    id: str
    values: Raw


@dataclass
class SimSystem:
    """One vendor. `clock` and `random` are the simulation's; `faults` turns chaos on and off."""

    name: str
    habits: Habits
    fields: Mapping[str, tuple[str, ...]]
    clock: Callable[[], float]
    random: Random
    up: bool = True
    faults: bool = True
    rows: dict[str, dict[str, RowAt]] = field(default_factory=dict)
    late: list[tuple[float, str, str, Raw, int]] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    never_came: list[Change] = field(default_factory=list)
    calls: int = 0

    def __post_init__(self) -> None:
        for stream in self.fields:
            self.rows[stream] = {}

    def every_row(self) -> list[RowAt]:
        """The rows of all streams."""
        return [row for rows in self.rows.values() for row in rows.values()]

    # ---- what users and the hub's writes do to rows
    def make(self, stream: str, values: Raw, key: str | None = None) -> RowAt:
        """A new row."""
        rid = (
            f"{self.name}{len(self.rows[stream])}"
            if stream == "contact"
            else f"{self.name}-{stream}{len(self.rows[stream])}"
        )
        row = self.rows[stream][rid] = RowAt(id=rid, born=self.clock(), key=key)
        blank: Raw = dict.fromkeys(self.fields[stream], self.habits.empty)
        if "lines" in blank:
            blank["lines"] = []
        row.history.append(self.state(row, blank, values))
        return row

    def change(self, stream: str, rid: str, values: Raw) -> None:
        """A row's new state; lists show it after a lag of its own."""
        row = self.rows[stream][rid]
        row.history.append(self.state(row, row.now.values, values))

    def state(self, row: RowAt, old: Raw, values: Raw) -> State:
        """The next state of a row."""
        now = self.clock()
        stored = {name: self.habits.stores(name, value) for name, value in values.items()}
        if "lines" in stored:
            stored["lines"] = self.stored_lines(row, stored["lines"])
        new = {**old, **stored}
        if self.habits.formula is not None:
            new[self.habits.formula] = f"{self.habits.formula}{len(row.history)}"
        version = {"counter": len(row.history) + 1, "seconds": float(int(now)), None: None}[self.habits.versions]
        last = row.history[-1].visible if row.history else 0.0
        visible = max(now + self.random.uniform(0, self.habits.lag), last)
        return State(at=now, values=new, version=version, stamp=self.stamp_of(now), visible=visible)

    def stamp_of(self, moment: float) -> float:
        """A moment by this system's own clock, as exactly as it tells."""
        return (float(int(moment)) if self.habits.versions == "seconds" else moment) + self.habits.clock_ahead

    def stored_lines(self, row: RowAt, lines: Any) -> list[Raw]:
        """Lines get ids of this system, where it has any; each column is stored in its own way."""
        out = []
        for line in lines or []:
            kept = {name: self.habits.stores(name, value) for name, value in line.items() if name != "id"}
            if self.habits.line_ids:
                row.lines_made += "id" not in line
                kept = {"id": line.get("id") or f"{row.id}-{row.lines_made}", **kept}
            out.append(kept)
        return out

    def kill(self, stream: str, rid: str) -> None:
        """Deletes a row; the list of deletes shows it after a lag, and the list of changes hides it after another."""
        row = self.rows[stream][rid]
        if row.dead is None:
            now, lag = self.clock(), self.habits.lag
            row.dead = (now, now + self.random.uniform(0, lag), now + self.random.uniform(0, lag))

    def land(self) -> None:
        """Writes that were on their way arrive, unless the row moved meanwhile."""
        due = [one for one in self.late if one[0] <= self.clock()]
        self.late = [one for one in self.late if one[0] > self.clock()]
        for _, stream, rid, values, states in due:
            row = self.rows[stream][rid]
            if row.dead is None and len(row.history) == states:
                self.change(stream, rid, values)

    # ---- the vendor's API
    def answer(self, request: Request, effect: Effect) -> Answer:
        """Answers one request, or does not."""
        self.calls += 1
        if not self.up:
            raise Unreachable(f"{self.name} is down")
        parts = request.path.strip("/").split("/")
        stream, rest = parts[0], parts[1:]
        if effect == "read":
            return self.tell(self.read(stream, rest, request))
        return self.write(stream, rest, request)

    def may_see(self, row: RowAt) -> bool:
        """Rows may be hidden from the hub's user for a while: absence proves nothing."""
        return row.dead is None and row.hidden_until <= self.clock()

    def tell(self, body: Any, status: int = 200) -> Answer:
        """An answer with this system's own clock in its Date header."""
        return Answer(status=status, body=body, date=self.clock() + self.habits.clock_ahead)

    def read(self, stream: str, rest: list[str], request: Request) -> Any:
        """Lists lag; a get by id is current."""
        now, rows = self.clock(), self.rows[stream]
        if rest == ["get"]:
            found = [rows[i] for i in request.json["ids"] if i in rows and self.may_see(rows[i])]
            return {"items": [self.shown(row, row.now) for row in found]}
        if rest == ["deleted"]:
            gone = [r for r in rows.values() if r.dead and r.dead[1] <= now]
            ahead = self.habits.clock_ahead
            items = [
                {"id": r.id, "at": r.dead[0] + ahead}
                for r in gone
                if r.dead and r.dead[0] + ahead >= request.params["since"]
            ]
            return {"gone": items}
        if rest == ["find"]:
            wanted = request.json
            seen = [(r, r.shown(now)) for r in rows.values() if r.dead is None]
            hits = [
                r
                for r, s in seen
                if s and self.may_see(r) and all(self.same(s.values.get(k), v) for k, v in wanted.items())
            ]
            return {"items": [self.shown(row, row.now) for row in hits]}
        return self.listed(stream, request)

    def same(self, one: Any, other: Any) -> bool:
        """How this vendor's search compares."""
        return str(one or "").casefold() == str(other or "").casefold()

    def listed(self, stream: str, request: Request) -> Any:
        """One page of the changed rows, by what the index shows now, keyset by (stamp, id)."""
        now = self.clock()
        since, after = request.params.get("since", float("-inf")), request.params.get("after")
        shown = []
        for row in self.rows[stream].values():
            if (row.dead is not None and row.dead[2] <= now) or row.hidden_until > now:
                continue
            state = row.shown(now)
            if state is not None and state.stamp >= since:
                shown.append((state.stamp, row.id, self.shown(row, state)))
        shown.sort(key=lambda one: one[:2])
        if after is not None:
            stamp, rid = after.split("|")
            shown = [one for one in shown if one[:2] > (float(stamp), rid)]
        page, more = shown[: self.habits.page_size], len(shown) > self.habits.page_size
        return {"items": [one[2] for one in page], "next": f"{page[-1][0]}|{page[-1][1]}" if more else None}

    def shown(self, row: RowAt, state: State) -> Raw:
        """A row in an answer."""
        born = {"born": self.stamp_of(row.born)} if self.habits.tells_born else {}
        return {"id": row.id, "version": state.version, "at": state.stamp, **born, **state.values}

    # ---- writes
    def write(self, stream: str, rest: list[str], request: Request) -> Answer:
        """A write may be lost before it is done, or its answer after, or it may arrive late."""
        if rest == ["batch"]:
            answers = [self.one_of_batch(stream, order) for order in request.json["writes"]]
            if self.chance(self.habits.lost_after):
                raise NoAnswer(f"{self.name} did not answer")
            return self.tell({"results": answers})
        if self.chance(self.habits.lost_before):
            if request.method == "PATCH":
                self.never_came.append(Change(rest[0], dict(request.json)))
            raise NoAnswer(f"{self.name} did not answer")
        answer = self.do(stream, request.method, rest[0] if rest else None, request)
        if self.chance(self.habits.lost_after):
            raise NoAnswer(f"{self.name} did not answer")
        return answer

    def one_of_batch(self, stream: str, order: Raw) -> Raw:
        """A half-failed batch is normal: each write stands alone."""
        request = Request(method=order["method"], path="", json=order["values"], headers=order["headers"])
        answer = self.do(stream, order["method"], order["id"], request)
        return {"status": answer.status, "body": answer.body}

    def chance(self, rate: float) -> bool:
        """Does a fault happen now?"""
        return self.faults and self.random.random() < rate

    def do(self, stream: str, method: str, rid: str | None, request: Request) -> Answer:
        """The work itself."""
        states = len(self.rows[stream][rid].history) if rid in self.rows[stream] else 0
        values = None if method == "DELETE" else dict(request.json)
        self.written.append(Written(self.clock(), stream, rid, values, states))
        if method == "POST":
            return self.create(stream, dict(request.json), request.headers.get("key"))
        row = self.rows[stream].get(rid or "")
        if row is None or not self.may_see(row):
            return self.tell({}, 404)
        wanted = request.headers.get("if-match")
        if self.habits.conditional and wanted is not None and wanted != str(row.now.version):
            return self.tell({}, 412)
        if method == "DELETE":
            self.kill(stream, row.id)
            row.dead_by_hub = True
            return self.tell({}, 200)
        if self.chance(self.habits.rejects):
            name = self.random.choice(sorted(request.json))
            return self.tell({"field": name, "reason": "not a valid value"}, 422)
        return self.update(stream, row, dict(request.json))

    def update(self, stream: str, row: RowAt, values: Raw) -> Answer:
        """An update may be accepted and dropped, or land later."""
        if self.chance(self.habits.lands_late):
            self.late.append((self.clock() + self.random.uniform(0.5, 3.0), stream, row.id, values, len(row.history)))
            raise NoAnswer(f"{self.name} did not answer")
        if not self.chance(self.habits.drops):
            self.change(stream, row.id, values)
        body = self.shown(row, row.now) if self.habits.tells else {"id": row.id}
        return self.tell(body, 200 if self.habits.tells else 204)

    def create(self, stream: str, values: Raw, key: str | None) -> Answer:
        """The same key makes one row, however often it comes."""
        if key is not None and self.habits.safe_by in ("key", "external_id"):
            twin = next((r for r in self.rows[stream].values() if r.key == key), None)
            if twin is not None:
                return self.tell({"id": twin.id}, 200)
        row = self.make(stream, values, key if self.habits.safe_by != "find" else None)
        row.by_hub = True
        return self.tell(self.shown(row, row.now) if self.habits.tells else {"id": row.id}, 201)
