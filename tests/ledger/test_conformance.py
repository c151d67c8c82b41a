"""What every ledger promises: one suite over the memory twin and the SQL ledger."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from syncline.ledger.sql import open_ledger
from syncline.model.entry import Entry
from syncline.model.event import Event
from syncline.model.intent import Intent, Told
from syncline.model.link import Known, Link
from syncline.model.record import Conflict, FieldValue, Parking, Record
from syncline.model.rows import Armed, Cursor, Held, Hint, ParkedRow, Run, Staged, SystemState, Wake
from syncline.sync.store import Ledger
from syncline.testing.memory import MemoryLedger

HERE = ("crm", "contact")
WORDS = [
    "",
    "plain",
    'it\'s 100 % "quoted" \\ ;--',
    "Zoë Żółć 李 🜂 \u2028 \u200f e\u0301",
    "line\nbreak\ttab",
    "x" * 300_000,
]
NUMBERS = [0, -1, 2**31, -(2**31) - 1, 2**53 + 1, 2**63 - 1, -(2**63), 2**64 - 1, 2**64, -(2**63) - 1, 10**40]
VALUES = [None, True, False, 0.1, -1e300, [], {}, [None, ["a"], {"b": None}], {"": {"deep": [1, 2.5, "x"]}}]


class Boom(Exception):
    """A unit ends badly."""


@pytest.fixture(params=["memory", "sqlite"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    if request.param == "memory":
        yield MemoryLedger()
        return
    with open_ledger(tmp_path / "ledger.db", synchronous="OFF") as opened:
        yield opened


def record(n: int, **more: Any) -> Record:
    return Record(**{"id": n, "entity": "contact", "origin": "crm", **more})


def link(n: int, **more: Any) -> Link:
    here = {"record": 1, "entity": "contact", "system": "crm", "stream": "contact", "external_id": f"x{n}"}
    return Link(**{"id": n, **here, **more})


def row(name: str) -> tuple[str, str, str]:
    return (*HERE, name)


def write(ledger: Ledger, method: str, *arguments: Any) -> None:
    with ledger.unit() as unit:
        getattr(unit, method)(*arguments)


def save(ledger: Ledger, *links: Link) -> None:
    with ledger.unit() as unit:
        unit.save_records([record(n) for n in sorted({one.record for one in links})])
        unit.save_links(links)


# ---- units
def test_a_unit_takes_effect_at_its_end(ledger: Ledger) -> None:
    with ledger.unit() as unit:
        unit.save_records([record(1)])
        assert ledger.records([1]) == {}
    assert ledger.records([1]) == {1: record(1)}


def test_a_unit_left_by_an_exception_leaves_no_trace(ledger: Ledger) -> None:
    hint = Hint(system="crm", stream="contact", id="a", at=1.0)
    with suppress(Boom), ledger.unit() as unit:
        unit.save_records([record(1)])
        unit.save_links([link(1)])
        unit.save_keys({1: [("r", "k")]})
        unit.put_hints([hint])
        unit.mark_dirty([1])
        unit.add_entries([Entry(kind="taken", record=1)])
        unit.save_run(Run(id=1, kind="poll", at=1.0))
        raise Boom
    assert ledger.records([1]) == ledger.links([1]) == ledger.records_with([("r", "k")]) == {}
    assert list(ledger.hints(*HERE, 9.0, 9)) == list(ledger.dirty(9)) == list(ledger.runs(9)) == []
    assert list(ledger.history([1])[1]) == []
    write(ledger, "save_records", [record(1)])
    assert ledger.records([1]) == {1: record(1)}


def test_an_empty_unit_changes_nothing(ledger: Ledger) -> None:
    with ledger.unit() as unit:
        for method in ("save_records", "save_links", "add_entries", "put_hints", "mark_dirty", "unpark_rows", "clean"):
            getattr(unit, method)([])
        unit.save_keys({})
        unit.save_references({})
    assert list(ledger.scan(0, 9)) == []


def test_a_unit_reads_what_was_there_before(ledger: Ledger) -> None:
    save(ledger, link(1))
    with ledger.unit() as unit:
        assert unit.links([1]) == {1: link(1)}
        assert unit.fingerprints(*HERE, ["x1"]) == {"x1": b""}


# ---- numbers
def test_numbers_count_up_and_are_never_given_twice(ledger: Ledger) -> None:
    given: list[int] = []
    for turn in range(5):
        with suppress(Boom), ledger.unit() as unit:
            given += [unit.new_id("record") for _ in range(700)]
            if turn % 2:
                raise Boom
    assert given == list(range(1, 3501))


def test_each_counter_has_numbers_of_its_own(ledger: Ledger) -> None:
    with ledger.unit() as unit:
        assert [unit.new_id(name) for name in ("record", "link", "intent", "run", "record")] == [1, 1, 1, 1, 2]


# ---- records
def test_the_last_state_of_a_record_stands(ledger: Ledger) -> None:
    with ledger.unit() as unit:
        unit.save_records([record(2), record(1)])
        unit.save_records([record(1, state="archived")])
    write(ledger, "save_records", [record(2, paused=True)])
    assert list(ledger.records([2, 1, 7]).items()) == [(2, record(2, paused=True)), (1, record(1, state="archived"))]


@pytest.mark.parametrize("value", [*WORDS, *NUMBERS, *VALUES], ids=lambda value: repr(value)[:20])
def test_values_come_back_as_they_were(ledger: Ledger, value: Any) -> None:
    one = record(1, fields={"f": FieldValue(value=value, version=1)}, conflicts={"f": Conflict(sides={"1": value})})
    entry = Entry(kind="taken", record=1, field="f", before=value, after=value, at=0.1, why=str(value)[:1000])
    raw = {"f": value, "b": b"\x00\xff"}
    known = link(1, seen=raw, version=value, fingerprint=b"\x00\xff", known={"f": Known(has_base=True, base=value)})
    intent = Intent(
        id=1, link=1, record=1, system="crm", stream="contact", kind="update",
        values={"f": Told(value=value, version=1)}, raw=raw, stored=raw, journal=({"body": value},),
    )  # fmt: skip
    parked = ParkedRow(
        system="crm", stream="contact", id="p", parking=Parking(code="c", reason="r", ours=value), raw=raw
    )
    staged = Staged(system="crm", stream="contact", id="s", raw=raw, version=value, stamp=0.1)
    with ledger.unit() as unit:
        unit.save_records([one])
        unit.save_links([known])
        unit.add_entries([entry])
        unit.save_intents([intent])
        unit.park_rows([parked])
        unit.stage([staged])
    found = [
        ledger.records([1])[1], ledger.links([1])[1], *ledger.history([1])[1], ledger.intents([1])[1],
        ledger.parked_rows([row("p")])[row("p")], *ledger.staged(*HERE, "", 1),
    ]  # fmt: skip
    assert found == [one, known, entry, intent, parked, staged]
    assert [type(found[0].fields["f"].value), type(found[2].after)] == [type(value)] * 2


@pytest.mark.parametrize("name", [word for word in WORDS if word], ids=lambda word: word[:10])
def test_names_come_back_as_they_were(ledger: Ledger, name: str) -> None:
    here = {"system": name, "stream": name, "id": name}
    save(ledger, link(1, system=name, stream=name, external_id=name, fingerprint=b"f", due_at=1.0))
    with ledger.unit() as unit:
        unit.save_keys({1: [(name, name)]})
        unit.put_hints([Hint(**here, at=1.0)])
        unit.wait_for((name, name, name), [(name, name, name)])
    assert ledger.fingerprints(name, name, [name, "other"]) == {name: b"f"}
    assert list(ledger.links_at([(name, name, name)])) == [(name, name, name)]
    assert ledger.records_with([(name, name)]) == {(name, name): [1]}
    assert list(ledger.hints(name, name, 1.0, 1)) == [Hint(**here, at=1.0)]
    assert ledger.waiting_for([(name, name, name)]) == {(name, name, name): [(name, name, name)]}
    assert [one.id for one in ledger.due(name, name, 1.0, 1)] == [1]


def test_scan_pages_through_ids(ledger: Ledger) -> None:
    write(ledger, "save_records", [record(n) for n in (3, 1, 2, 10)])
    assert [list(ledger.scan(after, 2)) for after in (0, 2, 3, 10)] == [[1, 2], [3, 10], [10], []]


# ---- links
def test_links_are_found_by_id_by_row_and_by_record(ledger: Ledger) -> None:
    links = [link(1), link(2, record=2, external_id=None, state="birth"), link(3, system="erp"), link(4, stream="lead")]
    links.append(link(5, state="tombstone", external_id="gone"))
    save(ledger, *links)
    assert list(ledger.links([3, 1, 99])) == [3, 1]
    wanted = [("erp", "contact", "x3"), ("crm", "lead", "x3"), row("x1"), row("gone"), ("crm", "lead", "x4")]
    assert {at: one.id for at, one in ledger.links_at(iter(wanted)).items()} == {
        wanted[0]: 3, wanted[2]: 1, wanted[3]: 5, wanted[4]: 4,
    }  # fmt: skip
    assert list(ledger.links_at(wanted)) == [at for at in wanted if at != wanted[1]]
    of = ledger.links_of([7, 1, 2])
    assert {rid: [one.id for one in own] for rid, own in of.items()} == {7: [], 1: [1, 3, 4, 5], 2: [2]}
    assert list(of) == [7, 1, 2]


def test_a_link_that_gets_an_id_is_found_by_it_and_by_no_other(ledger: Ledger) -> None:
    save(ledger, link(1, external_id=None, state="birth"), link(2))
    save(ledger, link(1, external_id="new"), link(2, external_id="moved"))
    assert {at[2]: one.id for at, one in ledger.links_at([row(n) for n in ("new", "x2", "moved")]).items()} == {
        "new": 1, "moved": 2,
    }  # fmt: skip
    assert ledger.fingerprints(*HERE, ["x2", "moved"]) == {"moved": b""}


def test_a_link_may_change_its_record(ledger: Ledger) -> None:
    save(ledger, link(1), link(2, record=2))
    save(ledger, link(1, record=2))
    assert {rid: sorted(k.id for k in own) for rid, own in ledger.links_of([1, 2]).items()} == {1: [], 2: [1, 2]}


def test_two_links_for_one_row_are_refused(ledger: Ledger) -> None:
    save(ledger, link(1))
    with pytest.raises(Exception, match="link"):
        save(ledger, link(2, external_id="x1"))


def test_many_births_have_no_id_together(ledger: Ledger) -> None:
    save(ledger, *(link(n, external_id=None, state="birth") for n in range(1, 4)))
    assert len(ledger.links([1, 2, 3])) == 3


def test_fingerprints_are_of_links_first_and_else_of_parked_rows(ledger: Ledger) -> None:
    save(ledger, link(1, fingerprint=b"link"))
    parking = Parking(code="ambiguous-match", reason="two")
    parked = [ParkedRow(system="crm", stream="contact", id=n, parking=parking, fingerprint=b"row") for n in ("x1", "p")]
    write(ledger, "park_rows", parked)
    assert ledger.fingerprints(*HERE, ["p", "x1", "no", "x1"]) == {"x1": b"link", "p": b"row"}
    assert ledger.fingerprints("crm", "lead", ["p", "x1"]) == ledger.fingerprints(*HERE, []) == {}


def test_many_ids_at_once(ledger: Ledger) -> None:
    many = range(1, 5001)
    save(ledger, *(link(n, record=n, fingerprint=str(n).encode()) for n in many))
    assert ledger.fingerprints(*HERE, [f"x{n}" for n in many]) == {f"x{n}": str(n).encode() for n in many}
    assert list(ledger.records(many)) == list(ledger.links(many)) == list(ledger.links_of(many)) == list(many)
    assert len(ledger.links_at(row(f"x{n}") for n in many)) == 5000
    assert ledger.count_links(*HERE) == 5000


def test_due_are_those_whose_time_has_come_longest_first(ledger: Ledger) -> None:
    moments = {1: 5.0, 2: 3.0, 3: None, 4: 9.0, 5: 3.0, 6: 1.0, 7: 4.0}
    links = {n: link(n, due_at=at, writing=8 if n in (6, 7) else None) for n, at in moments.items()}
    links[7] = link(7, due_at=4.0, writing=8, state="birth", external_id=None)
    save(ledger, *links.values(), link(8, stream="lead", due_at=1.0))
    assert [one.id for one in ledger.due(*HERE, 5.0, 9)] == [2, 5, 7, 1]
    assert list(ledger.due(*HERE, 5.0, 2)) == [links[2], links[5]]
    save(ledger, link(2), link(6, due_at=1.0))
    assert [one.id for one in ledger.due(*HERE, 5.0, 9)] == [6, 5, 7, 1]


def test_active_links_are_counted(ledger: Ledger) -> None:
    assert ledger.count_links(*HERE) == 0
    save(
        ledger,
        link(1),
        link(2),
        link(3, state="asleep"),
        link(4, state="birth", external_id=None),
        link(5, stream="lead"),
    )
    assert [ledger.count_links(*HERE), ledger.count_links("crm", "lead")] == [2, 1]
    save(ledger, link(1, state="tombstone"), link(4), link(2), link(2, why="again"))
    assert ledger.count_links(*HERE) == 2
    with suppress(Boom), ledger.unit() as unit:
        unit.save_links([link(2, state="tombstone")])
        raise Boom
    save(ledger, link(2, state="asleep"), link(4, state="shadow"))
    assert [ledger.count_links(*HERE), ledger.count_links("crm", "lead")] == [0, 1]


# ---- match keys and references
def test_keys_find_records_and_are_replaced(ledger: Ledger) -> None:
    write(ledger, "save_records", [record(n) for n in (1, 2, 3)])
    a, b, c, d = ("email", "a"), ("email", "b"), ("phone", "a"), ("phone", "no")
    write(ledger, "save_keys", {2: [a, c], 1: [a], 3: [b, b]})
    assert list(ledger.records_with([d, c, a, b]).items()) == [(c, [2]), (a, [1, 2]), (b, [3])]
    write(ledger, "save_keys", {2: [b], 3: []})
    assert ledger.records_with([a, b, c, d]) == {a: [1], b: [2]}
    with ledger.unit() as unit:
        unit.save_keys({1: [b]})
        unit.save_keys({1: [c]})
    assert ledger.records_with([a, b, c]) == {b: [2], c: [1]}


def test_references_are_found_backwards_and_are_replaced(ledger: Ledger) -> None:
    write(ledger, "save_records", [record(n) for n in (1, 2, 3)])
    write(ledger, "save_references", {3: (1, 1), 2: (1, 3)})
    assert list(ledger.referring_to([9, 3, 1]).items()) == [(3, [2]), (1, [2, 3])]
    write(ledger, "save_references", {2: (), 3: (2,)})
    assert ledger.referring_to([1, 2, 3]) == {2: [3]}


# ---- history
def test_history_is_kept_in_order(ledger: Ledger) -> None:
    first = Entry(kind="created", record=1, link=7, after="x1", at=5.0, run=3, why="because")
    second = Entry(kind="taken", record=1, field="f", before="old", after=None, at=4.0)
    with ledger.unit() as unit:
        unit.add_entries([first, Entry(kind="linked", record=2)])
        unit.add_entries([second])
    write(ledger, "add_entries", [first])
    assert ledger.history([3, 1, 2]) == {3: [], 1: [first, second, first], 2: [Entry(kind="linked", record=2)]}


# ---- hints
def hint(name: str, at: float, tries: int = 0, stream: str = "contact") -> Hint:
    return Hint(system="crm", stream=stream, id=name, at=at, tries=tries)


def test_of_two_hints_the_earlier_stands(ledger: Ledger) -> None:
    write(ledger, "put_hints", [hint("a", 5.0), hint("b", 3.0, 1), hint("c", 1.0, stream="lead")])
    write(ledger, "put_hints", [hint("a", 2.0, 9), hint("b", 4.0), hint("b", 3.0, 7)])
    assert list(ledger.hints(*HERE, 9.0, 9)) == [hint("a", 2.0, 9), hint("b", 3.0, 1)]


def test_hints_come_when_they_are_due_oldest_first(ledger: Ledger) -> None:
    write(ledger, "put_hints", [hint(name, at) for name, at in zip("dcba", (1.0, 2.0, 2.0, 7.0), strict=True)])
    assert [one.id for one in ledger.hints(*HERE, 2.0, 9)] == ["d", "b", "c"]
    assert [one.id for one in ledger.hints(*HERE, 9.0, 2)] == ["d", "b"]


def test_a_hint_that_was_put_again_is_not_dropped(ledger: Ledger) -> None:
    write(ledger, "put_hints", [hint("a", 5.0), hint("b", 5.0)])
    write(ledger, "put_hints", [hint("a", 4.0)])
    write(ledger, "drop_hints", [hint("a", 5.0), hint("b", 5.0), hint("no", 1.0)])
    assert list(ledger.hints(*HERE, 9.0, 9)) == [hint("a", 4.0)]
    write(ledger, "drop_hints", [hint("a", 4.0, 1)])
    write(ledger, "put_hints", [hint("b", 6.0, 2)])
    write(ledger, "drop_hints", [hint("b", 6.0, 1), hint("b", 6.0, 3)])
    assert list(ledger.hints(*HERE, 9.0, 9)) == [hint("a", 4.0), hint("b", 6.0, 2)]
    with ledger.unit() as unit:
        unit.drop_hints([hint("b", 6.0, 2), hint("a", 4.0)])
        unit.put_hints([hint("a", 8.0)])
    assert list(ledger.hints(*HERE, 9.0, 9)) == [hint("a", 8.0)]


# ---- parked rows
def test_parked_rows_are_found_by_row_and_key(ledger: Ledger) -> None:
    parking = Parking(code="ambiguous-match", reason="two", remedy="choose", ours=1, theirs={"a": "b"}, at=3.0)
    rows = [
        ParkedRow(system="crm", stream="contact", id="a", parking=parking, key="email\na@x", raw={"email": "a@x"}),
        ParkedRow(system="crm", stream="contact", id="b", parking=parking, fingerprint=b"f"),
        ParkedRow(system="erp", stream="contact", id="a", parking=parking, key="email\na@x"),
    ]
    write(ledger, "park_rows", rows)
    assert list(ledger.parked_rows([row("b"), row("no"), row("a")])) == [row("b"), row("a")]
    assert ledger.parked_rows([row("b")]) == {row("b"): rows[1]}
    keys = [("email", "a@x"), ("email", "no"), ("email", "a@x")]
    assert sorted(ledger.parked_by_key(keys), key=lambda one: one.system) == [rows[0], rows[2]]
    again = ParkedRow(system="crm", stream="contact", id="a", parking=parking)
    write(ledger, "park_rows", [again])
    assert [list(ledger.parked_by_key(keys)), ledger.parked_rows([row("a")])] == [[rows[2]], {row("a"): again}]
    with ledger.unit() as unit:
        unit.unpark_rows(iter([row("a"), row("no")]))
        unit.park_rows([rows[1]])
        unit.unpark_rows([row("b")])
    assert ledger.parked_rows([row("a"), row("b")]) == {}


# ---- cursors and staged rows
def test_a_cursor_is_new_until_it_is_saved(ledger: Ledger) -> None:
    assert ledger.cursor(*HERE, "sweep") == Cursor(system="crm", stream="contact", path="sweep")
    cursor = Cursor(system="crm", stream="contact", since=1.5, after="page 2", baselined=True)
    write(ledger, "save_cursor", cursor)
    write(ledger, "save_cursor", Cursor(system="crm", stream="contact", path="sweep", since=9.0))
    assert ledger.cursor(*HERE, "changes") == cursor
    write(ledger, "save_cursor", Cursor(system="crm", stream="contact", since=2.0))
    assert ledger.cursor(*HERE, "changes").after is None


def test_staged_rows_come_in_the_order_of_their_ids(ledger: Ledger) -> None:
    rows = {
        n: Staged(system="crm", stream="contact", id=n, raw={"n": n}) for n in ("b", "a", "Z", "é", "10", "9", "🜂", "")
    }
    write(ledger, "stage", list(rows.values()))
    write(ledger, "stage", [Staged(system="crm", stream="lead", id="q", raw={})])
    write(ledger, "stage", [rows["a"]])
    assert [one.id for one in ledger.staged(*HERE, "", 9)] == ["10", "9", "Z", "a", "b", "é", "🜂"]
    assert list(ledger.staged(*HERE, "Z", 2)) == [rows["a"], rows["b"]]
    write(ledger, "unstage", [rows["a"], rows["Z"]])
    assert [one.id for one in ledger.staged(*HERE, "9", 2)] == ["b", "é"]


# ---- intents and runs
def intent(n: int, **more: Any) -> Intent:
    return Intent(**{"id": n, "link": n, "record": 1, "system": "crm", "stream": "contact", "kind": "update", **more})


def test_intents_are_found_by_id_run_and_state(ledger: Ledger) -> None:
    write(
        ledger,
        "save_intents",
        [intent(1, run=5), intent(2, run=6), intent(3, run=5, state="unknown"), intent(4, run=5)],
    )
    assert list(ledger.intents([4, 9, 1])) == [4, 1]
    assert [[one.id for one in ledger.intents_of_run(n)] for n in (5, 6, 7)] == [[1, 3, 4], [2], []]
    assert [one.id for one in ledger.intents_sent()] == [1, 2, 4]
    done = intent(1, run=5, state="done", done_at=3.0)
    write(ledger, "save_intents", [done, intent(3, run=5)])
    assert ledger.intents([1]) == {1: done}
    assert [[one.id for one in ledger.intents_of_run(5)], [one.id for one in ledger.intents_sent()]] == [
        [1, 3, 4],
        [2, 3, 4],
    ]


def test_the_latest_runs_come_first(ledger: Ledger) -> None:
    for n in (1, 3, 2):
        write(ledger, "save_run", Run(id=n, kind="poll", at=float(n)))
    undo = Run(id=2, kind="undo", at=2.0, undoes=1, note="anna")
    write(ledger, "save_run", undo)
    assert [one.id for one in ledger.runs(2)] == [3, 2]
    assert [ledger.runs(9)[1], ledger.run(2), ledger.run(7)] == [undo, undo, None]


def test_what_is_held_is_kept_until_it_is_let_go(ledger: Ledger) -> None:
    kinds = [("erp", "order", "blank"), ("crm", "contact", "delete"), ("crm", "contact", "create")]
    rows = [Held(system=s, stream=t, kind=k, count=3, since=1.0, why="many") for s, t, k in kinds]
    write(ledger, "save_held", rows)
    assert list(ledger.held()) == [rows[2], rows[1], rows[0]]
    more = Held(system="erp", stream="order", kind="blank", count=9, since=1.0)
    with ledger.unit() as unit:
        unit.drop_held(rows)
        unit.save_held([more])
    assert list(ledger.held()) == [more]


def test_rules_are_armed(ledger: Ledger) -> None:
    assert ledger.armed() == {}
    write(ledger, "arm", [Armed(rule="won", round=1, after=7), Armed(rule="lost")])
    write(ledger, "arm", [Armed(rule="won", at=5.0)])
    assert ledger.armed() == {"won": Armed(rule="won", at=5.0), "lost": Armed(rule="lost")}


def test_events_are_kept_once_in_their_order(ledger: Ledger) -> None:
    def event(name: str, at: float = 1.0) -> Event:
        return Event(id=name, type="deal.won", subject="deal/1", at=at, data={"amount": None, "n": [1]})

    with ledger.unit() as unit:
        unit.add_events([event("b"), event("a"), event("b", 9.0)])
        unit.add_events([event("c")])
    write(ledger, "add_events", [event("a", 7.0), event("d")])
    found = ledger.events(0, 9)
    assert list(found) == [(1, event("b")), (2, event("a")), (3, event("c")), (4, event("d"))]
    assert [list(ledger.events(after, 2)) for after in (1, 3, 4)] == [list(found[1:3]), list(found[3:]), []]


def test_told_writes_are_counted_within_a_window(ledger: Ledger) -> None:
    for kind, at, number in (("blank", 1.0, 2), ("blank", 3.0, 4), ("blank", 3.0, 8), ("delete", 3.0, 16)):
        write(ledger, "count_told", *HERE, kind, at, number)
    found = [ledger.told_since(*HERE, "blank", at) for at in (0.0, 1.0, 1.5, 3.0, 3.5)]
    assert found == [14, 14, 12, 12, 0]
    assert [ledger.told_since(*HERE, "delete", 0.0), ledger.told_since("crm", "lead", "blank", 0.0)] == [16, 0]


# ---- marks, wakes, systems, waiting
def test_dirty_records_come_oldest_mark_first(ledger: Ledger) -> None:
    write(ledger, "mark_dirty", iter([3, 1]))
    write(ledger, "mark_dirty", [2, 3])
    assert [list(ledger.dirty(9)), list(ledger.dirty(2))] == [[3, 1, 2], [3, 1]]
    with ledger.unit() as unit:
        unit.clean(iter([3, 1, 7]))
        unit.mark_dirty([3])
    assert list(ledger.dirty(9)) == [2, 3]
    with ledger.unit() as unit:
        unit.mark_dirty([5])
        unit.clean([5])
    assert list(ledger.dirty(9)) == [2, 3]


def test_every_record_of_an_entity_can_be_marked(ledger: Ledger) -> None:
    entities = ["contact", "account", "deal", "contact"]
    write(ledger, "save_records", [record(n, entity=entity) for n, entity in enumerate(entities, 1)])
    write(ledger, "mark_dirty", [4])
    write(ledger, "mark_entity_dirty", iter(["contact", "deal", "none"]))
    assert list(ledger.dirty(9)) == [4, 1, 3]
    write(ledger, "mark_entity_dirty", [])
    assert list(ledger.dirty(9)) == [4, 1, 3]
    with ledger.unit() as unit:
        unit.save_records([record(5, entity="account"), record(1, entity="account")])
        unit.clean([4, 1, 3])
        unit.mark_entity_dirty(["account"])
    assert list(ledger.dirty(9)) == [2]


def test_wakes_come_when_they_are_due(ledger: Ledger) -> None:
    write(ledger, "put_wakes", [Wake(record=n, at=at) for n, at in ((1, 5.0), (2, 1.0), (3, 1.0), (4, 9.0))])
    write(ledger, "put_wakes", [Wake(record=1, at=0.5, why="deadline"), Wake(record=2, at=7.0), Wake(record=1, at=0.5)])
    assert list(ledger.wakes(5.0, 2)) == [Wake(record=1, at=0.5, why="deadline"), Wake(record=2, at=1.0)]
    write(ledger, "drop_wakes", iter([1, 2, 7]))
    assert [one.record for one in ledger.wakes(9.0, 9)] == [3, 4]


def test_a_system_may_be_spoken_to_until_something_is_said(ledger: Ledger) -> None:
    assert ledger.system_state("crm") == SystemState(system="crm")
    for state in (SystemState(system="crm", paused=True, why="denied"), SystemState(system="crm", clock_ahead=1.5)):
        write(ledger, "save_system_state", state)
        assert ledger.system_state("crm") == state


def test_rows_wait_for_rows(ledger: Ledger) -> None:
    waits = ("erp", "order", "o1")
    write(ledger, "wait_for", waits, iter([row("a"), row("b")]))
    write(ledger, "wait_for", ("erp", "order", "o0"), [row("a")])
    write(ledger, "wait_for", waits, [row("a")])
    found = ledger.waiting_for([row("no"), row("b"), row("a")])
    assert list(found.items()) == [(row("b"), [waits]), (row("a"), [("erp", "order", "o0"), waits])]
    write(ledger, "stop_waiting", iter([row("a"), row("no")]))
    assert ledger.waiting_for([row("a"), row("b")]) == {row("b"): [waits]}
