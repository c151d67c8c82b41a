"""The store: rows, what lists show of them, unique values, relations, all or nothing."""

from dataclasses import replace
from pathlib import Path
from sqlite3 import IntegrityError

import pytest

from syncline.sandbox.relations import Relation, history, relate, related, remember, unrelate
from syncline.sandbox.store import Row, Store, Taken, field

S = 1_000_000


def test_a_row_is_as_it_was_written_and_survives_in_a_file(tmp_path: Path) -> None:
    path = str(tmp_path / "store")
    store = Store(path)
    row = store.insert("notes", 7, {"text": "Grüße", "n": 1.5, "none": None}, 10)
    store.close()
    again = Store(path)
    assert again.get("notes", 7) == row == Row(7, {"text": "Grüße", "n": 1.5, "none": None}, 10, 10)
    assert again.get("notes", 8) is None
    assert again.get("other", 7) is None


def test_pages_go_by_id_as_numbers_and_leave_out_the_archived() -> None:
    store = Store()
    store.insert_many("notes", ((id, {}, 0, 0) for id in (10, 9, 2, 100)))
    nine = store.get("notes", 9)
    assert nine
    store.write("notes", replace(nine, archived=5))
    assert [row.id for row in store.page("notes", None, 2)] == [2, 10]
    assert [row.id for row in store.page("notes", 10, 2)] == [100]
    assert [row.id for row in store.page("notes", None, 9, archived=True)] == [9]
    assert set(store.many("notes", [9, 10, 11])) == {9, 10}


def test_lists_show_each_write_only_from_its_moment_on() -> None:
    store = Store()
    row = store.insert("notes", 1, {"text": "a"}, 1 * S, shown=6 * S)
    row = replace(row, values={"text": "b"}, changed=3 * S)
    store.write("notes", row, shown=8 * S)
    store.write("notes", replace(row, values={"text": "c"}, changed=4 * S), shown=9 * S)

    def text(at: int | None) -> list[str]:
        return [row.values["text"] for row in store.select("notes", at=at)]

    assert [text(at * S) for at in (5, 6, 7, 8, 9)] == [[], ["a"], ["a"], ["b"], ["c"]]
    assert text(None) == ["c"]
    assert store.count("notes", f"{field('text')} = ?", ("c",), at=8 * S) == 0
    assert store.count("notes", f"{field('text')} = ?", ("b",), at=8 * S) == 1


def test_two_writes_of_one_moment_go_on_showing_what_was_before_both() -> None:
    store = Store()
    row = store.insert("notes", 1, {"text": "a"}, 0)
    store.write("notes", replace(row, values={"text": "b"}), shown=5)
    store.write("notes", replace(row, values={"text": "c"}), shown=5)
    assert [row.values["text"] for row in store.select("notes", at=4)] == ["a"]


def test_a_deleted_row_is_shown_as_long_as_lists_lag() -> None:
    store = Store()
    store.insert("notes", 1, {"text": "a"}, 0)
    store.drop("notes", 1, shown=5)
    assert [row.id for row in store.select("notes", at=4)] == [1]
    assert store.select("notes", at=5) == []
    store.forget_shown(5)
    assert store.select("notes", at=4) == []


def test_a_unique_value_has_one_holder_until_it_lets_go() -> None:
    store = Store()
    store.hold("notes", "code", "x", 1)
    store.hold("notes", "code", "x", 1)
    with pytest.raises(Taken) as taken:
        store.hold("notes", "code", "x", 2)
    assert taken.value.by == 1
    store.hold("notes", "code", "y", 1)
    store.hold("notes", "code", "x", 2)
    store.let_go("notes", 2)
    assert store.holder("notes", "code", "x") is None
    assert store.holder("notes", "code", "y") == 1


def test_all_or_nothing_may_stand_in_another() -> None:
    store = Store()
    with store.all_or_nothing():
        store.insert("notes", 1, {}, 0)
        with pytest.raises(IntegrityError), store.all_or_nothing():
            store.insert_many("notes", ((id, {}, 0, 0) for id in (2, 3, 2)))
    assert [row.id for row in store.page("notes", None, 9)] == [1]


def test_numbers_are_given_once() -> None:
    store = Store()
    assert [store.next("id", 101), store.next("id", 101, many=3), store.next("id", 101)] == [101, 102, 105]


def test_settings_are_json_by_name() -> None:
    store = Store()
    store.set("kind/b", {"x": [1]})
    store.set("kind/a", 1)
    assert store.settings("kind/") == {"a": 1, "b": {"x": [1]}}
    store.set("kind/a", None)
    assert store.setting("kind/a", "none") == "none"


def test_relations_have_directions_and_kinds() -> None:
    store = Store()
    relate(store, [Relation("deal", 1, "line", 2, "19"), Relation("deal", 1, "line", 2, "77", {"label": "x"})])
    relate(store, [Relation("deal", 1, "line", 2, "19")])
    assert [(r.kind, r.body) for r in related(store, "deal", [1, 3])[1]] == [("19", None), ("77", {"label": "x"})]
    assert related(store, "line", [2]) == {2: []}
    assert unrelate(store, "deal", 1, "line", 2) == 2
    assert unrelate(store, "deal", 1, "line", 2) == 0


def test_history_is_newest_first() -> None:
    store = Store()
    remember(store, "notes", 1, "text", "a", 10, "user")
    remember(store, "notes", 1, "text", None, 20, "api")
    assert [(former.value, former.at) for former in history(store, "notes", 1, "text")] == [(None, 20), ("a", 10)]


def test_a_field_name_cannot_carry_sql() -> None:
    with pytest.raises(ValueError, match="no field name"):
        field("a') or 1 --")
