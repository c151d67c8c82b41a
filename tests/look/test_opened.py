"""Each kind of what is open says its place, both values, why, and a command that settles it."""

from __future__ import annotations

from pathlib import Path

from looked_at import looked_at, set_in
from small_world import Small

from syncline.look import opened, place
from syncline.look.opened import Opened
from syncline.sync import people


def all_of(small: Small) -> list[Opened]:
    return list(opened.everything(small.hub))


def test_nothing_is_open_where_all_agree(tmp_path: Path) -> None:
    with looked_at(tmp_path) as (small, _):
        assert all_of(small) == []


def test_a_conflict_names_both_sides_and_how_to_take_one(tmp_path: Path) -> None:
    with looked_at(tmp_path) as (small, _):
        set_in(small, "crm", 0, rep="rep 2")
        set_in(small, "erp", 0, rep="rep 3")
        small.settle()
        (one,) = all_of(small)
        record = small.case_of("crm").record.id
        assert (one.at, one.kind, one.code, one.name) == (f"{record}.rep", "conflict", "conflict", "Contact 0")
        assert {one.ours, one.theirs} == {"rep 2", "rep 3"}
        assert "rep 2" in one.why
        assert "rep 3" in one.why
        for system in ("crm", "erp"):
            assert f"syncline conflicts take {system} {record}.rep" in one.remedy
        assert one.since > 0
        assert str(place.parse(one.at)) == one.at
        assert opened.of_records(small.hub, [record]) == [one]
        people.set_value(small.hub, record, "rep", "rep 4", "somebody")
        small.settle()
        assert all_of(small) == []


def test_a_withheld_field_is_at_its_system(tmp_path: Path) -> None:
    with looked_at(tmp_path) as (small, _):
        set_in(small, "crm", 1, phone="+43999")
        small.settle()
        people.undo_run(small.hub, small.last_run("deliver"), "somebody")
        small.settle()
        (one,) = [one for one in all_of(small) if one.kind == "withheld"]
        record = small.case_of("crm", number=1).record.id
        assert one.at == f"{record}.phone@erp"
        assert (one.ours, one.theirs) == ("+43999", "+43001")
        assert "undo of run" in one.why
        assert "syncline conflicts redo" in one.remedy


def test_a_duplicate_candidate_names_the_other_record(tmp_path: Path) -> None:
    with looked_at(tmp_path) as (small, _):
        small.systems["crm"].make("contact", {"email": "contact0@example.test", "name": "Twin", "phone": "", "rep": ""})
        small.settle()
        found = [one for one in all_of(small) if one.kind == "candidate"]
        first = small.case_of("crm").record.id
        assert [one.name for one in found] == ["Twin"]
        assert f"record {first}" in found[0].why
        assert f"syncline links distinct {found[0].at}" in found[0].remedy
        people.not_the_same(small.hub, int(found[0].at), "somebody")
        assert [one for one in all_of(small) if one.kind == "candidate"] == []


def test_what_a_code_names_is_found_alone(tmp_path: Path) -> None:
    with looked_at(tmp_path) as (small, _):
        set_in(small, "crm", 0, rep="rep 2")
        set_in(small, "erp", 0, rep="rep 3")
        small.settle()
        assert [one.kind for one in opened.everything(small.hub, code="conflict")] == ["conflict"]
        assert list(opened.everything(small.hub, code="rejected")) == []
        assert list(opened.everything(small.hub, ("parked",))) == []
