"""What every ledger promises of the hub's work, from hints to runs: one suite over the memory twin and SQL."""

from contextlib import suppress
from typing import Any

from ledger_rows import HERE, Boom, link, record, row, save, write

from syncline.model.drift import Compared, Drift, Looked
from syncline.model.event import Event
from syncline.model.intent import Intent
from syncline.model.record import Parking
from syncline.model.rows import Armed, Cursor, Held, Hint, OwnField, ParkedRow, Run, Staged, SystemState, Wake
from syncline.sync.store import Ledger


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


# ---- reading anew
def test_what_was_observed_is_forgotten_and_what_was_done_stays(ledger: Ledger) -> None:
    from syncline.model.entry import Entry

    parking = Parking(code="ambiguous-match", reason="two")
    with ledger.unit() as unit:
        for counter in ("record", "link", "run"):
            unit.new_id(counter)
        unit.save_run(Run(id=1, kind="plan", at=1.0))
        unit.save_system_state(SystemState(system="crm", paused=True, why="a holiday"))
        unit.count_told("crm", "contact", "create", 1.0, 2)
    save(ledger, link(1, due_at=1.0))
    with ledger.unit() as unit:
        unit.save_keys({1: [("contact:email", "a@x")]})
        unit.save_references({1: [1]})
        entry = Entry(kind="taken", record=1, field="a", link=1, before=None, after=1, at=1.0, run=1, why="")
        unit.add_entries([entry])
        unit.put_hints([hint("a", 1.0)])
        unit.park_rows([ParkedRow(system="crm", stream="contact", id="p", parking=parking)])
        unit.save_cursor(Cursor(system="crm", stream="contact", baselined=True))
        unit.stage([Staged(system="crm", stream="contact", id="s", raw={})])
        unit.mark_dirty([1])
        unit.put_wakes([Wake(record=1, at=1.0)])
        unit.wait_for(row("a"), [row("b")])
        unit.arm([Armed(rule="r", at=1.0)])
        unit.save_held([Held(system="crm", stream="contact", kind="create", count=1, since=1.0)])
    assert not ledger.has_written()
    with suppress(Boom), ledger.unit() as unit:
        unit.forget_observed()
        raise Boom
    assert ledger.records([1])
    with ledger.unit() as unit:
        unit.save_cursor(Cursor(system="erp", stream="contact", since=2.0))
        unit.forget_observed()
    assert ledger.cursor("erp", "contact", "changes").since == 2.0, "it comes before what the same unit writes"
    assert (ledger.scan(0, 9), ledger.records([1]), ledger.links([1]), ledger.links_at([row("x1")])) == ([], {}, {}, {})
    assert (ledger.links_of([1])[1], ledger.history([1])[1]) == ([], [])
    assert ledger.due(*HERE, 9.0, 9) == ledger.hints(*HERE, 9.0, 9) == ledger.staged(*HERE, "", 9) == []
    assert (ledger.records_with([("contact:email", "a@x")]), ledger.referring_to([1])) == ({}, {})
    assert (ledger.parked_rows([row("p")]), ledger.waiting_for([row("b")]), ledger.armed()) == ({}, {}, {})
    assert (ledger.dirty(9), ledger.wakes(9.0, 9), ledger.held(), ledger.open_items()) == ([], [], [], [])
    assert (ledger.count_links(*HERE), ledger.cursor(*HERE, "changes").baselined) == (0, False)
    assert ledger.system_state("crm").paused
    assert [one.kind for one in ledger.runs(9)] == ["plan"]
    assert ledger.told_since("crm", "contact", "create", 0.0) == 2
    with ledger.unit() as unit:
        assert unit.new_id("record") > 1, "no number is given twice"


def test_a_ledger_knows_whether_anything_was_ever_written(ledger: Ledger) -> None:
    assert not ledger.has_written()
    write(ledger, "save_intents", [Intent(id=1, link=1, record=1, system="crm", stream="contact", kind="update")])
    assert ledger.has_written()


def test_what_the_world_outside_is_told_is_not_forgotten(ledger: Ledger) -> None:
    """Whoever follows the outbox finds what happened, and a hub that told of anything has written."""
    told, kept = (Event(id=one, type="deal.won", subject="deal/7", at=1.0, data={}) for one in ("told", "kept"))
    write(ledger, "hold_events", [kept])
    assert not ledger.has_written()
    write(ledger, "add_events", [told])
    assert ledger.has_written()
    before = ledger.events(0, 9)
    with ledger.unit() as unit:
        unit.forget_observed()
    assert (ledger.events(0, 9), ledger.held_events(0, 9)) == (before, [])
    assert [one.id for _, one in before] == ["told"]
    write(ledger, "add_events", [kept])
    assert [one.id for _, one in ledger.events(before[0][0], 9)] == ["kept"], "behind what was there"


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
    assert [[one.id for one in ledger.intents_of_link(n)] for n in (3, 9)] == [[3], []]
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


def test_held_events_are_beside_the_outbox_until_they_are_let_go(ledger: Ledger) -> None:
    def event(name: str) -> Event:
        return Event(id=name, type="deal.won", subject="deal/1", at=1.0)

    with ledger.unit() as unit:
        unit.hold_events([event("b"), event("a"), event("b")])
        unit.add_events([event("c"), event("a")])
    write(ledger, "hold_events", [event("c"), event("d")])
    assert [one for _, one in ledger.events(0, 9)] == [event("c")]
    held = ledger.held_events(0, 9)
    assert [one for _, one in held] == [event("b"), event("a"), event("d")]
    assert all(number < 0 for number, _ in held)
    assert list(ledger.held_events(held[0][0], 1)) == [held[1]]
    write(ledger, "release_events", ["d", "b", "nobody", "c"])
    out = ledger.events(0, 9)
    assert [one for _, one in out] == [event("c"), event("b"), event("d")], "the rest in the order in which it happened"
    assert [number for number, _ in out] == sorted(number for number, _ in out)
    assert [one for _, one in ledger.held_events(0, 9)] == [event("a")]
    write(ledger, "release_events", ["d", "b"])
    write(ledger, "hold_events", [event("b")])
    assert list(ledger.events(0, 9)) == list(out), "once"
    assert len(ledger.held_events(0, 9)) == 1


def test_told_writes_are_counted_within_a_window(ledger: Ledger) -> None:
    for kind, at, number in (("blank", 1.0, 2), ("blank", 3.0, 4), ("blank", 3.0, 8), ("delete", 3.0, 16)):
        write(ledger, "count_told", *HERE, kind, at, number)
    found = [ledger.told_since(*HERE, "blank", at) for at in (0.0, 1.0, 1.5, 3.0, 3.5)]
    assert found == [14, 14, 12, 12, 0]
    assert [ledger.told_since(*HERE, "delete", 0.0), ledger.told_since("crm", "lead", "blank", 0.0)] == [16, 0]


# ---- units
def test_units_are_counted_as_they_commit(ledger: Ledger) -> None:
    with ledger.unit() as first:
        first.mark_dirty([1])
    with suppress(Boom), ledger.unit() as broken:
        raise Boom
    with ledger.unit() as second:
        second.mark_dirty([2])
    assert first.number is not None
    assert [broken.number, second.number] == [first.number + 1, first.number + 1]


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


def test_records_without_a_link_in_a_stream_can_be_marked(ledger: Ledger) -> None:
    write(ledger, "save_records", [record(n, entity="deal" if n == 4 else "contact") for n in (1, 2, 3, 4)])
    with ledger.unit() as unit:
        unit.save_links([link(1, system="erp"), link(2, record=2), link(3, record=3, system="erp", state="tombstone")])
    with ledger.unit() as unit:
        unit.mark_unborn_dirty("contact", "erp", "contact")
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


def test_what_is_known_of_fields_of_ours_is_kept_by_their_place(ledger: Ledger) -> None:
    def one(name: str, **more: Any) -> OwnField:
        return OwnField(**{"system": "crm", "stream": "deal", "name": name, "there": True, **more})

    write(ledger, "save_own_fields", [one("b"), one("a", stream="company"), one("a"), one("a", system="erp")])
    write(ledger, "save_own_fields", [one("b", there=None), one("a", there=False, at=5.0, run=7, by="anna")])
    assert list(ledger.own_fields("crm")) == [
        one("a", stream="company"), one("a", there=False, at=5.0, run=7, by="anna"), one("b", there=None),
    ]  # fmt: skip
    assert list(ledger.own_fields("erp")) == [one("a", system="erp")]
    assert list(ledger.own_fields("none")) == []
    with ledger.unit() as unit:
        unit.forget_observed()
    assert len(ledger.own_fields("crm")) == 3, "what was made is there, whatever was observed"


def test_what_the_fields_of_a_stream_looked_like_is_kept(ledger: Ledger) -> None:
    first = Compared(system="crm", stream="deal", at=1.0, fields={"tier": Looked(type="enum", choices=("a", "b"))})
    found = Drift(kind="retyped", system="crm", stream="deal", field="tier", rules=("r",), records=3, open=1)
    other = Compared(system="erp", stream="order", doubted=True)
    write(ledger, "save_compared", [first, other])
    write(ledger, "save_compared", [Compared(system="crm", stream="company", found=(found,))])
    assert list(ledger.compared("crm")) == [Compared(system="crm", stream="company", found=(found,)), first]
    assert (list(ledger.compared("erp")), list(ledger.compared("none"))) == ([other], [])
    with ledger.unit() as unit:
        unit.forget_observed()
    assert len(ledger.compared("crm")) == 2


def test_rows_wait_for_rows(ledger: Ledger) -> None:
    waits = ("erp", "order", "o1")
    write(ledger, "wait_for", waits, iter([row("a"), row("b")]))
    write(ledger, "wait_for", ("erp", "order", "o0"), [row("a")])
    write(ledger, "wait_for", waits, [row("a")])
    found = ledger.waiting_for([row("no"), row("b"), row("a")])
    assert list(found.items()) == [(row("b"), [waits]), (row("a"), [("erp", "order", "o0"), waits])]
    write(ledger, "stop_waiting", iter([row("a"), row("no")]))
    assert ledger.waiting_for([row("a"), row("b")]) == {row("b"): [waits]}


# ---- what a whole read must show
def test_what_a_whole_read_must_show_comes_in_order(ledger: Ledger) -> None:
    states: dict[str, Any] = {
        "b": {"state": "active"},
        "B": {"state": "shadow"},
        "é": {"state": "asleep", "fingerprint": b"f"},
        "away": {"state": "asleep"},
        "gone": {"state": "tombstone", "fingerprint": b"f"},
        "young": {"state": "birth"},
    }
    save(ledger, *(link(n, external_id=name, **more) for n, (name, more) in enumerate(states.items(), 1)))
    save(ledger, link(7, external_id="lead", stream="lead"), link(8, external_id=None, state="birth"))
    parking = Parking(code="ambiguous-match", reason="two", remedy="choose", at=3.0)
    parked = [("contact", "a"), ("contact", "b"), ("lead", "c"), ("contact", "gone")]
    write(ledger, "park_rows", [ParkedRow(system="crm", stream=s, id=n, parking=parking) for s, n in parked])
    assert list(ledger.expected(*HERE, "", 9)) == ["B", "a", "b", "gone", "é"]
    assert list(ledger.expected(*HERE, "B", 2)) == ["a", "b"]
    assert list(ledger.expected(*HERE, "b", 1)) == ["gone"]
    assert list(ledger.expected(*HERE, "é", 1)) == []
    assert list(ledger.expected("crm", "lead", "", 9)) == ["c", "lead"]
    assert sorted(ledger.expected_of(*HERE, ["é", "no", "a", "away", "b", "b", "lead"])) == ["a", "b", "é"]
    assert list(ledger.expected_of(*HERE, [])) == []
