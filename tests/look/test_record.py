"""A record side by side, and where its values came from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from looked_at import look, looked_at, set_in

from syncline.look import explain, record, said
from syncline.look.sentences import OF_FIELDS, OF_RECORDS, sentence
from syncline.model.entry import Entry, EntryKind
from syncline.sync import people


def test_a_record_that_agrees_is_the_same_on_all_sides(tmp_path: Path) -> None:
    with looked_at(tmp_path) as (small, ledger):
        rid = small.case_of("crm").record.id
        view = record.show(look(small, ledger), rid)
        assert (view.name, view.entity, view.origin) == ("Contact 0", "contact", "crm")
        assert [side.where for side in view.sides] == ["crm", "erp"]
        assert {field.name for field in view.fields} == {"email", "name", "phone", "rep"}
        for field in view.fields:
            assert {cell.standing for cell in field.sides.values()} == {"agrees"}, field.name
            assert {cell.value for cell in field.sides.values()} == {field.value}
        assert view.open == ()


def test_what_is_due_and_what_is_open_says_so(tmp_path: Path) -> None:
    with looked_at(tmp_path) as (small, ledger):
        set_in(small, "crm", 0, phone="+43999")
        small.observe()
        rid = small.case_of("crm").record.id
        fields = {field.name: field for field in record.show(look(small, ledger), rid).fields}
        assert fields["phone"].sides["erp"].standing == "due"
        assert fields["phone"].sides["erp"].why == "written by the next sync"
        assert fields["phone"].sides["crm"].standing == "agrees"
        set_in(small, "crm", 0, rep="rep 2")
        set_in(small, "erp", 0, rep="rep 3")
        small.settle()
        view = record.show(look(small, ledger), rid)
        fields = {field.name: field for field in view.fields}
        assert {cell.standing for cell in fields["rep"].sides.values()} == {"open"}
        assert {cell.standing for cell in fields["phone"].sides.values()} == {"agrees"}
        assert [one.field for one in view.open] == ["rep"]


@pytest.mark.parametrize(
    ("mode", "why"),
    [("read-only", "not written in mode read-only"), ("approve", "written when a plan with it is applied")],
)
def test_what_is_due_and_not_written_now_says_why(tmp_path: Path, mode: Any, why: str) -> None:
    with looked_at(tmp_path) as (small, ledger):
        set_in(small, "crm", 0, phone="+43999")
        small.observe()
        looking = look(small, ledger)
        careful = replace(looking, declaration=replace(looking.declaration, mode=mode))
        fields = {one.name: one for one in record.show(careful, small.case_of("crm").record.id).fields}
        assert (fields["phone"].sides["erp"].standing, fields["phone"].sides["erp"].why) == ("due", why)


def test_a_value_is_traced_to_its_row_run_and_person(tmp_path: Path) -> None:
    with looked_at(tmp_path) as (small, ledger):
        rid = small.case_of("crm").record.id
        set_in(small, "crm", 0, phone="+43999")
        small.settle()
        told = explain.explain(look(small, ledger), rid, "phone")
        row = small.row("crm", "contact").id
        assert told.said == "+43999"
        assert told.origin.startswith(f"from crm contact {row}, changed there ")
        assert told.rule == "nobody's own; last-write-wins"
        assert [one.split(":")[0] for one in told.sides] == ["crm", "erp"]
        texts = [one.text for one in told.history]
        assert texts[:2] == [
            "erp was told +43999; it held +43000", "crm said +43999, where the record had +43000; taken",
        ]  # fmt: skip
        people.set_value(small.hub, rid, "phone", "+43111", "Contact 7")
        told = explain.explain(look(small, ledger), rid, "phone")
        assert "Contact 7" in told.origin
        assert told.history[0].text == "a person said so: +43999 became +43111 (Contact 7)"
        assert {one.field for one in explain.overview(look(small, ledger), rid)} == {"email", "name", "phone", "rep"}


def test_a_field_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    with looked_at(tmp_path) as (small, ledger), pytest.raises(explain.NoField, match="phone"):
        explain.explain(look(small, ledger), small.case_of("crm").record.id, "fone")


@pytest.mark.parametrize("kind", get_args(EntryKind))
def test_every_kind_of_history_is_a_sentence(kind: EntryKind) -> None:
    assert kind in OF_FIELDS or kind in OF_RECORDS
    of_field = sentence(Entry(kind=kind, record=1, field="phone", before="a", after="b", why="so"), "odoo", str)
    of_record = sentence(Entry(kind=kind, record=1, before="a", after="b"), "", str)
    assert of_field.endswith("(so)")
    assert "{" not in of_field + of_record


@pytest.mark.parametrize(
    ("value", "kind", "wanted"),
    [
        (None, "text", "blank"), (True, "boolean", "yes"), (1234567, "integer", "1,234,567"),
        ({"amount": "1234.50", "currency": "EUR"}, "money", "1,234.50 EUR"), ("0.10", "decimal", "0.10"),
        ("2026-11-05T09:30:00Z", "datetime", "2026-11-05 10:30:00"), ("2026-11-05", "date", "2026-11-05"),
        (["a", "b"], "set", "a, b"), ({"street": "S 1", "city": None}, "address", "S 1"), (17, "reference to x", "N17"),
        ("two\nlines", "text", "two lines"), ("00123", "text", "00123"),
    ],
)  # fmt: skip
def test_values_are_said_for_people(value: object, kind: str, wanted: str) -> None:
    assert said.in_words(value, kind, "Europe/Berlin", lambda record: f"N{record}") == wanted
