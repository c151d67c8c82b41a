"""Lines in a stream: their names, their columns, and the list that is sent."""

import pytest

from syncline.mapping.document import LineRow, LinesBinding, column_of, is_line, line_field, line_of
from syncline.mapping.lens import Lens, rename
from syncline.mapping.numbers import integer
from syncline.mapping.text import text

NOTE = Lens(reads=("note",), get=rename("note", text()).get, put=None)
COLUMNS = {"product": rename("item", text()), "qty": rename("qty", integer()), "note": NOTE}
OWN = LinesBinding(raw="rows", columns=COLUMNS)
PLACES = LinesBinding(raw="rows", columns=COLUMNS, id_field=None)


@pytest.mark.parametrize(
    ("name", "line", "column"),
    [("lines/17/qty", "17", "qty"), ("lines/17", "17", None), ("lines/17/a/b", "17", "a/b"), ("title", None, None)],
)
def test_a_field_of_a_line_says_which_line_and_column(name, line, column):
    assert (line_of(name), column_of(name)) == (line, column)
    assert is_line(name) is (line is not None and column is None)
    if line is not None:
        assert line_field(line, column) == name


def test_a_line_has_its_own_id_as_text_or_its_place():
    own, place = OWN.row(0, {"id": 7}), PLACES.row(3, {"id": 7})
    assert (own.id, own.seat, place.id, place.seat) == ("7", "7", None, "#3")
    assert OWN.row(1, {}).seat == "#1"


def test_what_a_line_does_not_tell_is_in_none_of_its_values():
    assert OWN.row(0, {"item": "apple", "qty": None}).values == {"product": "apple", "qty": None}


def test_a_column_that_does_not_fit_holds_up_no_other():
    row = OWN.row(0, {"item": "apple", "qty": "many", "note": "n"})
    assert row.values == {"product": "apple", "note": "n"}
    assert list(row.misfits) == ["qty"]


@pytest.mark.parametrize("raw", [{}, {"rows": None}])
def test_lines_that_are_not_told_are_not_no_lines(raw):
    assert OWN.read(raw) is None
    assert OWN.read({"rows": []}) == ()


def test_lines_are_read_in_their_places():
    assert OWN.read({"rows": [{"id": "a"}, {"id": "b"}]}) == (
        LineRow(id="a", place=0, values={}),
        LineRow(id="b", place=1, values={}),
    )


@pytest.mark.parametrize(
    ("binding", "own", "sent"),
    [
        (OWN, "a", {"item": "apple", "id": "a"}),
        (OWN, None, {"item": "apple"}),
        (OWN, "#1", {"item": "apple"}),
        (PLACES, "a", {"item": "apple"}),
    ],
)
def test_a_line_is_sent_with_its_id_there_if_it_has_one(binding, own, sent):
    assert binding.write([(own, {"product": "apple", "note": "only read"})]) == [sent]


def test_only_columns_that_can_be_put_are_written():
    assert OWN.outward == {"product", "qty"}
