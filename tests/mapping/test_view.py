"""What a system was last seen to hold, mapped field by field as it is asked for."""

from dataclasses import replace

import pytest

from syncline.mapping.binding import Binding, BoundField
from syncline.mapping.lens import rename
from syncline.mapping.nested import reference_lens
from syncline.mapping.numbers import integer
from syncline.mapping.text import text
from syncline.mapping.view import View

NAME = BoundField(field="name", lens=rename("Name", text()))
AGE = BoundField(field="age", lens=rename("Age", integer()))
PHONE = BoundField(field="phone", lens=rename("Phone", text()))
ACCOUNT = BoundField(field="account", lens=reference_lens("Account", "crm", "account"))
RAW = {"Name": " Ann ", "Age": "old", "Account": "7"}


def view(resolve=lambda ref: 70, fields=(NAME, AGE, PHONE, ACCOUNT)):
    return View(Binding(system="crm", stream="contact", entity="contact", fields=fields), RAW, resolve)


def test_it_holds_what_was_told_and_fits():
    assert dict(view()) == {"name": "Ann", "account": 70}
    assert len(view()) == 2
    assert [name in view() for name in ("name", "age", "phone", "other", 5)] == [True, False, False, False, False]


def test_what_refers_to_an_unknown_row_is_not_in_it():
    assert dict(view(lambda ref: None)) == {"name": "Ann"}


def test_what_is_not_in_it_has_no_value():
    assert [view().get(name, "none") for name in ("name", "age", "other")] == ["Ann", "none", "none"]
    assert view()["name"] == "Ann"
    with pytest.raises(KeyError, match="age"):
        view()["age"]


def test_it_is_what_a_whole_reading_tells():
    whole = view()
    assert dict(whole) == dict(whole.binding.read(RAW, whole.resolve).told)


def test_each_field_is_mapped_once_and_only_when_it_is_asked_for():
    read = []

    def counted(bound):
        def get(raw):
            read.append(bound.field)
            return bound.lens.get(raw)

        return replace(bound, lens=replace(bound.lens, get=get))

    lazy = view(fields=(counted(NAME), counted(AGE)))
    assert read == []
    assert [lazy.get("name"), "name" in lazy, lazy["name"]] == ["Ann", True, "Ann"]
    assert read == ["name"]
