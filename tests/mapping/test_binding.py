"""A stream's raw object to canonical values, and back."""

import pytest

from syncline.mapping.binding import Binding, BoundField
from syncline.mapping.document import LinesBinding
from syncline.mapping.expression import Expression
from syncline.mapping.field_type import FieldType, Unfit
from syncline.mapping.lens import NOT_TOLD, Lens, rename
from syncline.mapping.nested import reference_lens
from syncline.mapping.numbers import decimal, integer
from syncline.mapping.reference import Ref
from syncline.mapping.text import itself, never_lost, text
from syncline.mapping.view import View

KNOWN = Ref(system="crm", stream="account", id="7")
SHOWN = FieldType(
    name="shown", normal=lambda raw: f"{type(raw).__name__} {raw}", key=itself, lost=never_lost, sample=lambda r: "x"
)


def resolve(ref: Ref) -> int | None:
    return 70 if ref == KNOWN else None


def binding(*fields, **parts):
    return Binding(system="crm", stream="contact", entity="contact", fields=fields, **parts)


NAME = BoundField(field="name", lens=rename("props.name", text()))
AGE = BoundField(field="age", lens=rename("age", integer()))
ACCOUNT = BoundField(field="account", lens=reference_lens("account", "crm", "account"))
READ_ONLY = BoundField(field="score", lens=Lens(reads=("score",), get=rename("score", decimal()).get, put=None))
INWARD = BoundField(field="phone", lens=rename("phone", text()), outward=False)
ROWS = LinesBinding(raw="rows", columns={"qty": rename("qty", integer())})


def test_the_raw_fields_of_a_binding_are_what_its_lenses_and_lines_read():
    assert binding(NAME, AGE).raw_names == ("age", "props")
    assert binding(NAME, AGE, lines=ROWS).raw_names == ("age", "props", "rows")


def test_only_what_is_bound_counts_for_the_fingerprint():
    one = binding(NAME, AGE)
    first = one.bound({"age": 4, "props": {"name": "Ann"}, "other": 1})
    assert first == {"age": 4, "props": {"name": "Ann"}}
    assert one.fingerprint(first) == one.fingerprint({"props": {"name": "Ann"}, "age": 4})
    assert one.fingerprint(first) != one.fingerprint({**first, "age": 5})
    assert one.fingerprint(first) != binding(NAME, AGE, version="2").fingerprint(first)


def test_fields_are_found_by_their_name_and_by_their_raw_field():
    one = binding(NAME, AGE)
    assert one.by_field == {"name": NAME, "age": AGE}
    assert one.field_of_raw == {"props.name": "name", "age": "age"}


def test_written_are_fields_that_go_outward_and_can_be_put():
    assert binding(NAME, READ_ONLY, INWARD, AGE).writable == ("name", "age")


def test_what_a_system_does_not_tell_is_in_no_reading():
    reading = binding(NAME, AGE).read({"props": {"name": " Ann "}}, resolve)
    assert (reading.told, reading.misfits, reading.rows) == ({"name": "Ann"}, {}, None)


def test_one_field_that_does_not_fit_holds_up_no_other():
    reading = binding(NAME, AGE).read({"name": "Ann", "age": "old", "props": {"name": "Ann"}}, resolve)
    assert reading.told == {"name": "Ann"}
    assert list(reading.misfits) == ["age"]


@pytest.mark.parametrize(
    ("raw", "told", "unresolved"),
    [
        ({"account": "7"}, {"account": 70}, {}),
        ({"account": "8"}, {}, {"account": Ref(system="crm", stream="account", id="8")}),
        ({"account": None}, {"account": None}, {}),
        ({}, {}, {}),
    ],
)
def test_a_reference_is_our_records_id_or_not_resolved_yet(raw, told, unresolved):
    reading = binding(ACCOUNT).read(raw, resolve)
    assert (reading.told, dict(reading.unresolved)) == (told, unresolved)


def test_a_reference_is_resolved_anew_each_time_it_is_read():
    one, raw = binding(ACCOUNT), {"account": "8"}
    assert one.read(raw, lambda ref: None).told == {}
    assert one.read(raw, lambda ref: 80).told == {"account": 80}
    assert one.read(raw, lambda ref: 81).told == {"account": 81}


def test_values_that_are_equal_only_in_python_are_read_apart():
    one = binding(BoundField(field="shown", lens=rename("raw", SHOWN)))
    readings = [one.read({"raw": raw}, resolve).told["shown"] for raw in (1, True, 1.0, "1", 2**70, 1)]
    assert readings == ["int 1", "bool True", "float 1.0", "str 1", f"int {2**70}", "int 1"]


def test_the_same_row_reads_the_same_however_many_were_read_in_between():
    one = binding(BoundField(field="name", lens=rename("name", text())))
    for number in range(5000):
        assert one.read({"name": f" {number} "}, resolve).told == {"name": str(number)}
    assert one.read({"name": " 0 "}, resolve).told == {"name": "0"}


def test_a_misfit_is_one_at_every_reading():
    one = binding(BoundField(field="name", lens=rename("name", text())))
    assert [list(one.read({"name": 5}, resolve).misfits) for _ in range(2)] == [["name"], ["name"]]


def test_the_lines_of_a_document_are_read_with_it():
    rows = binding(lines=ROWS).read({"rows": [{"id": 1, "qty": 2}]}, resolve).rows
    assert [(row.seat, dict(row.values)) for row in rows] == [("1", {"qty": 2})]


def test_only_what_is_asked_for_is_read():
    reading = binding(NAME, AGE).read({"age": "old", "props": {"name": "Ann"}}, resolve, ("name",))
    assert (reading.told, reading.misfits, reading.whole) == ({"name": "Ann"}, {}, False)
    assert binding(NAME).read({}, resolve).whole


def test_touched_are_fields_of_which_a_raw_field_is_exactly_what_it_was_no_more():
    whole = BoundField(field="whole", lens=rename("props", text()))
    one = binding(NAME, AGE, whole)
    before = {"age": 1, "props": {"name": "Ann"}}
    assert one.touched(before, {"props": {"name": "Ann"}, "age": 1, "unbound": 2}) == set()
    assert one.touched(before, {**before, "age": 2}) == {"age"}
    assert one.touched(before, {**before, "age": True}) == one.touched(before, {**before, "age": 1.0}) == {"age"}
    assert one.touched(before, {"age": 1}) == {"name", "whole"}
    assert one.touched({"props": {"name": 1}}, {"props": {"name": True}}) == {"name", "whole"}


def test_refreshed_are_the_raw_fields_of_these_fields_and_the_list_of_lines_as_a_whole():
    one = binding(NAME, AGE, lines=ROWS)
    seen = {"age": 1, "props": {"name": "Ann"}, "rows": [{"id": 1}]}
    now = {"age": 2, "props": {"name": "Bea"}, "rows": [{"id": 2}]}
    assert one.refreshed(seen, ["name"], now) == {**seen, "props": {"name": "Bea"}}
    assert one.refreshed(seen, ["age", "lines/1/qty"], now) == {**seen, "age": 2, "rows": [{"id": 2}]}
    assert one.refreshed(seen, ["age"], {}) == {"props": {"name": "Ann"}, "rows": [{"id": 1}]}


def test_map_out_puts_each_value_by_its_lens():
    assert binding(NAME, AGE).write({"name": "Ann", "age": 4}) == {"props.name": "Ann", "age": 4}


def test_what_is_not_writable_is_never_mapped_out():
    with pytest.raises(AssertionError, match=r"score is not writable in crm\.contact"):
        binding(READ_ONLY).write({"score": "1"})


def test_an_expression_knows_through_which_references_it_reads():
    one = Expression(text="", reads=frozenset({"email", "account.erp", "rep.name"}), evaluate=lambda column: None)
    assert one.neighbours() == {"account", "rep"}


@pytest.mark.parametrize(
    ("before", "now", "touched"),
    [
        ({"age": 1}, {"age": 1}, set()),
        ({"age": 1}, {"age": True}, {"age"}),
        ({"age": 1}, {"age": 1.0}, {"age"}),
        ({"age": 1}, {}, {"age"}),
        ({}, {"age": None}, {"age"}),
        ({"props": {"name": "a", "x": [1]}}, {"props": {"x": [1], "name": "a"}}, set()),
        ({"props": {"name": "a", "x": [1]}}, {"props": {"name": "a", "x": [True]}}, {"name"}),
        ({"props": {"name": "a"}, "age": 3}, {"props": {"name": "b"}, "age": 3}, {"name"}),
    ],
)
def test_a_field_is_touched_when_its_raw_value_is_not_exactly_what_it_was(before, now, touched):
    assert binding(NAME, AGE).touched(before, now) == touched


def test_only_the_fields_that_were_asked_for_are_read():
    raw = {"props": {"name": "a"}, "age": "no number", "account": "8"}
    assert binding(NAME, AGE, ACCOUNT).read(raw, resolve, ["name"]).told == {"name": "a"}
    reading = binding(NAME, AGE, ACCOUNT).read(raw, resolve, ["age", "account"])
    assert (set(reading.told), set(reading.misfits), set(reading.unresolved)) == (set(), {"age"}, {"account"})
    assert not reading.whole
    assert binding(NAME).read(raw, resolve).whole


def test_a_view_maps_a_field_once_and_when_it_is_asked_for():
    read = []
    lens = Lens(reads=("name",), get=lambda raw: read.append(raw["name"]) or raw["name"].upper(), put=None)
    view = View(binding(BoundField(field="name", lens=lens), AGE, ACCOUNT), {"name": "a", "account": "8"}, resolve)
    assert read == []
    assert [view["name"], view.get("name"), "name" in view, read] == ["A", "A", True, ["a"]]
    assert [dict(view), len(view), "age" in view, "account" in view, view.get("other", 5)] == [
        {"name": "A"}, 1, False, False, 5
    ]  # fmt: skip
    with pytest.raises(KeyError):
        view["age"]


def test_what_tells_a_field_only_by_half_is_left_out_and_so_is_what_that_makes_half():
    def both(*raws):
        return Lens(reads=raws, get=lambda row: NOT_TOLD if any(r not in row for r in raws) else 1, put=None)

    def refuse(raw):
        raise Unfit(raw, "no")

    fields = (
        BoundField(field="one", lens=both("a", "b")), BoundField(field="two", lens=both("b", "c")), AGE, NAME,
        BoundField(field="odd", lens=Lens(reads=("d", "e"), get=refuse, put=None)),
    )  # fmt: skip
    told = {"a": 1, "b": 2, "age": 3, "d": 4, "props": {"x": 1}}
    assert binding(*fields).wholly_told(told) == {"age": 3, "d": 4}
    assert binding(*fields).wholly_told({**told, "c": 5, "props": {"name": None}}) == {
        "a": 1, "b": 2, "c": 5, "age": 3, "d": 4, "props": {"name": None}
    }  # fmt: skip
