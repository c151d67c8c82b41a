"""What every ledger promises of units, numbers, records, links and history: one suite over the memory twin and SQL."""

from contextlib import suppress
from typing import Any

import pytest
from ledger_rows import HERE, NUMBERS, VALUES, WORDS, Boom, link, record, row, save, write

from syncline.model.entry import Entry
from syncline.model.intent import Intent, Told
from syncline.model.link import Known
from syncline.model.record import Conflict, FieldValue, Parking
from syncline.model.rows import Hint, ParkedRow, Run, Staged
from syncline.sync.store import Ledger


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


def test_of_a_key_that_many_have_only_some_are_asked_for(ledger: Ledger) -> None:
    write(ledger, "save_records", [record(n) for n in range(1, 6)])
    many, few, none = ("name", "many"), ("name", "few"), ("name", "none")
    write(ledger, "save_keys", {n: [many, few] if n > 3 else [many] for n in range(1, 6)})
    assert ledger.sharing([few, many, none], 3) == {few: [4, 5], many: [1, 2, 3]}
    assert ledger.crowded("name", 1, 9) == [("many", 5), ("few", 2)]
    assert ledger.crowded("name", 1, 1) == [("many", 5)]
    assert ledger.crowded("name", 5, 9) == []
    assert ledger.crowded("other", 0, 9) == []


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
