"""Couplings are imported: each line is taken, was there, or is refused; what they join is parted by an undo."""

from __future__ import annotations

from pathlib import Path

import pytest
from acting_world import HUB, ActingWorld, acting

from syncline.acts.act import Couple, Part, Plan, Sync, Undo
from syncline.acts.told import Coupled, Done, Planned, Refused, Synced, Undone
from syncline.model.rows import Coupling


def strangers(world: ActingWorld, count: int = 1) -> None:
    """Rows that are one thing and that no rule says so."""
    for n in range(count):
        world.type("crm", email=f"old{n}@example.test", name=f"Contact {n}", phone=f"{n}")
        world.type("erp", email=f"new{n}@example.test", name=f"Contact {n}", phone=f"{n}")


def file(tmp_path: Path, *lines: str) -> str:
    made = tmp_path / "old.csv"
    made.write_text("\n".join(lines))
    return str(made)


def imported(world: ActingWorld, tmp_path: Path, *pairs: str, **more: object) -> Coupled:
    made = file(tmp_path, "crm/contact,erp/contact", *pairs)
    return world.done(Coupled, Couple(file=made, named="old.csv", **more))  # type: ignore[arg-type]


def standing(world: ActingWorld) -> list[Coupling]:
    row = ("crm", "contact", "crm0")
    return list(world.hub.ledger.couplings_at([row]).get(row, ()))


def counts(told: Coupled) -> dict[str, int]:
    names = ("lines", "taken", "joined", "waits", "already", "refused")
    return {name: getattr(told, name) for name in names if getattr(told, name)}


# ---- before anything was read
def test_pairs_that_nobody_has_read_yet_are_one_record_when_both_are_read(world: ActingWorld, tmp_path: Path) -> None:
    strangers(world)
    assert counts(imported(world, tmp_path, "crm0,erp0")) == {"lines": 1, "taken": 1, "waits": 1}
    assert len(world.hub.ledger.couplings_waiting()) == 1
    world.done(Synced, Sync())
    assert world.link("crm", "crm0").record == world.link("erp", "erp0").record
    assert world.hub.ledger.couplings_waiting() == []
    assert (world.alive("crm"), world.alive("erp")) == (["crm0"], ["erp0"])
    record = world.link("crm", "crm0").record
    whys = [one.why for one in world.hub.ledger.history([record])[record] if one.kind == "linked"]
    assert whys == ["anna: coupled by import of old.csv line 2"]


def test_a_coupling_goes_before_every_rule_also_where_the_other_row_is_read_first(
    world: ActingWorld, tmp_path: Path
) -> None:  # fmt: skip
    for number in range(3):  # by the rule, 0 and 0 are one; by what is known, 0 and 2 are
        world.type("crm", email=f"{number}@example.test", name=f"C {number}")
        world.type("erp", email=f"{number}@example.test", name=f"E {number}")
    imported(world, tmp_path, "crm0,erp2", "crm2,erp0")
    world.done(Synced, Sync())
    pairs = {
        world.link("crm", f"crm{n}").record: world.link("erp", f"erp{m}").record for n, m in ((0, 2), (1, 1), (2, 0))
    }
    assert all(one == other for one, other in pairs.items())
    assert len(pairs) == 3


# ---- after
def test_two_records_are_joined_and_an_undo_makes_them_two_again(world: ActingWorld, tmp_path: Path) -> None:
    with_no_births(world)
    strangers(world, 2)
    world.done(Synced, Sync())
    before = {
        row: world.link(*row).record for row in (("crm", "crm0"), ("erp", "erp0"), ("crm", "crm1"), ("erp", "erp1"))
    }
    assert len(set(before.values())) == 4
    told = imported(world, tmp_path, "crm0,erp0", "crm1,erp1")
    assert counts(told) == {"lines": 2, "taken": 2, "joined": 2}
    assert world.link("crm", "crm0").record == world.link("erp", "erp0").record
    assert world.writes() == 0, "an import writes nothing"
    assert counts(imported(world, tmp_path, "crm0,erp0")) == {"lines": 1, "already": 1}
    asked = world.done(Undone, Undo(run=told.run, dry=True))
    assert asked.counts == {"parted": 2}
    done = world.done(Undone, Undo(run=told.run))
    assert done.counts == {"parted": 2}
    assert {row: world.link(*row).record for row in before} == before
    assert standing(world) == []
    again = world.done(Undone, Undo(run=done.by))
    assert again.counts == {"joined": 2}
    assert world.link("crm", "crm0").record == world.link("erp", "erp0").record
    told_twice = world.act(Undo(run=told.run))
    assert isinstance(told_twice, Refused)


def with_no_births(world: ActingWorld) -> None:
    """Nothing is made anywhere, so that rows stay strangers."""
    from dataclasses import replace

    world.hub = replace(world.hub, declaration=replace(world.hub.declaration, births=()))


def test_what_was_told_after_a_join_is_put_back_by_its_undo_and_a_sync(world: ActingWorld, tmp_path: Path) -> None:
    with_no_births(world)
    world.type("crm", email="old@example.test", name="Contact 1", phone="1", price=None)
    world.type("erp", email="new@example.test", name="Contact One", phone="2", price="7")
    world.done(Synced, Sync())
    told = imported(world, tmp_path, "crm0,erp0")
    world.done(Synced, Sync())
    assert world.there("crm", "crm0", "price") == "7", "a blank is filled"
    world.done(Undone, Undo(run=told.run))
    world.done(Synced, Sync())
    assert world.there("crm", "crm0", "price") is None
    assert world.there("crm", "crm0", "email") == "old@example.test"
    assert world.there("erp", "erp0", "name") == "Contact One"


def test_a_row_that_joined_when_it_was_read_is_matched_by_the_rules_after_an_undo(
    world: ActingWorld, tmp_path: Path
) -> None:  # fmt: skip
    with_no_births(world)
    strangers(world)
    told = imported(world, tmp_path, "crm0,erp0")
    world.done(Synced, Sync())
    assert world.link("crm", "crm0").record == world.link("erp", "erp0").record
    done = world.done(Undone, Undo(run=told.run))
    assert done.counts == {"unlinked": 1}
    world.done(Synced, Sync())
    assert world.link("crm", "crm0").record != world.link("erp", "erp0").record
    world.done(Undone, Undo(run=done.by))
    assert world.link("crm", "crm0").record == world.link("erp", "erp0").record


def test_a_parked_row_finds_its_record_by_a_coupling(world: ActingWorld, tmp_path: Path) -> None:
    with_no_births(world)
    world.type("crm", email="a@example.test")
    world.type("crm", email="b@example.test")
    world.done(Synced, Sync())
    world.edit("crm", "crm1", email="a@example.test")
    world.done(Synced, Sync())
    world.type("erp", email="a@example.test")
    world.done(Synced, Sync())
    assert [one.parking.code for one in world.hub.ledger.parked_after("erp", "contact", "", 9)] == ["ambiguous-match"]
    assert counts(imported(world, tmp_path, "crm1,erp0")) == {"lines": 1, "taken": 1}
    world.done(Synced, Sync())
    assert world.link("erp", "erp0").record == world.link("crm", "crm1").record


def test_a_row_whose_place_is_taken_is_parked_until_it_is_free(world: ActingWorld, tmp_path: Path) -> None:
    world.both(1)
    imported(world, tmp_path, "crm0,erp1")
    world.done(Synced, Sync())
    assert world.link("erp", "erp0").record == world.link("crm", "crm0").record, "the other is not there"
    assert world.type("erp", email="other@example.test") == "erp1"
    world.done(Synced, Sync())
    (parked,) = world.hub.ledger.parked_after("erp", "contact", "", 9)
    assert parked.parking.code == "coupled-otherwise"
    assert "erp/contact/erp0" in parked.parking.reason
    assert "old.csv line 2" in parked.parking.reason
    world.done(Done, Part(at="erp/contact/erp0"))
    world.done(Synced, Sync())
    assert world.link("erp", "erp1").record == world.link("crm", "crm0").record


# ---- what is refused
@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("crm0", "column 2 is needed"),
        ("crm0,", "an id is missing"),
        ('"crm0,erp0', "quotes"),
        ("1.2E+09,erp0", "rounded by a spreadsheet"),
        ("crm0,erp1", "record 1 has erp/contact/erp0 there already"),
        ("x" * 20_000 + ",erp0", "longer than"),
        ("crm\ufffd,erp0", "no text"),
    ],
)
def test_a_line_that_is_refused_says_why_and_what_to_do(
    world: ActingWorld, tmp_path: Path, line: str, why: str
) -> None:  # fmt: skip
    world.both(1)
    world.done(Synced, Sync())
    runs = world.hub.ledger.runs(99)
    told = imported(world, tmp_path, line)
    assert counts(told) == {"lines": 1, "refused": 1}
    assert why in told.refusals[0].why
    assert (told.refusals[0].line, told.run) == (2, 0)
    assert world.hub.ledger.runs(99) == runs, "what is refused is no run"


def test_a_row_that_is_said_to_be_two_others_is_coupled_with_neither(world: ActingWorld, tmp_path: Path) -> None:
    told = imported(world, tmp_path, "crm0,erp0", "crm1,erp1", "crm0,erp2", "crm3,erp1", "crm4,erp4", "crm4,erp4")
    assert counts(told) == {"lines": 6, "taken": 1, "waits": 1, "already": 1, "refused": 4}
    assert [one.line for one in told.refusals] == [2, 3, 4, 5]
    assert "crm/contact/crm0 is coupled with erp/contact/erp2 too, on line 4" in told.refusals[0].why
    assert "erp/contact/erp1 is coupled with crm/contact/crm3 too, on line 5" in told.refusals[1].why
    assert "on line 2" in told.refusals[2].why
    later = imported(world, tmp_path, "crm4,erp9")
    assert "coupled with erp/contact/erp4 (anna: coupled by import of old.csv line 6)" in later.refusals[0].why


def test_records_that_a_person_told_apart_deleted_rows_and_two_rows_of_one_stream_are_refused(
    world: ActingWorld, tmp_path: Path
) -> None:  # fmt: skip
    world.both(2)
    world.type("crm", email="gone@example.test")
    world.done(Synced, Sync())
    world.systems["erp"].kill("contact", "erp2")
    world.done(Synced, Sync())
    world.done(Done, Part(at="erp/contact/erp1"))
    told = imported(world, tmp_path, "crm0,erp1", "crm2,erp2", "crm1,erp0")
    assert [one.line for one in told.refusals] == [2, 3, 4]
    assert "taken from record" in told.refusals[0].why
    assert "links add RECORD erp/contact/erp1" in told.refusals[0].why
    assert "erp/contact/erp2 was deleted" in told.refusals[1].why
    assert "they are records" in told.refusals[2].why


def test_all_refused_lines_are_in_a_file_of_ones_own(world: ActingWorld, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    told = imported(world, tmp_path, *(f"crm{n}," for n in range(250)), "crm1,erp1", rejects=str(rejects))
    assert counts(told) == {"lines": 251, "taken": 1, "waits": 1, "refused": 250}
    assert len(told.refusals) == 100
    lines = rejects.read_text().splitlines()
    assert lines[0] == "line,why,text"
    assert lines[1] == '2,an id is missing,"crm0,"'
    assert len(lines) == 251
    assert rejects.stat().st_mode & 0o777 == 0o600


def test_dry_takes_nothing(world: ActingWorld, tmp_path: Path) -> None:
    with_no_births(world)
    strangers(world)
    world.done(Synced, Sync())
    told = imported(world, tmp_path, "crm0,erp0", "crm8,erp8", "crm9,", dry=True)
    assert counts(told) == {"lines": 3, "taken": 2, "joined": 1, "waits": 1, "refused": 1}
    assert (told.run, told.dry) == (0, True)
    assert world.link("crm", "crm0").record != world.link("erp", "erp0").record
    assert world.hub.ledger.couplings_waiting() == []


# ---- files of all kinds
SAID = [("crm", "contact", "a;1"), ("erp", "contact", "7")]


@pytest.mark.parametrize(
    "content",
    [
        b"crm/contact,erp/contact\r\na;1,7\r\n",
        b"\xef\xbb\xbfCRM/Contact;erp.contact\n\n\"a;1\";7.0\n  \n",
        b"name\terp/contact\tcrm/contact\nContact, 1\t7\ta;1\n",
        b"system,stream,id,system,stream,id\ncrm,contact,a;1,erp,contact,7\n",
        b"System 1,Stream 1,ID 1,System 2,Stream 2,ID 2\nerp,contact,7,crm,contact,a;1\n",
        b"crm/contact/a;1,erp/contact/7",
        "crm/contact,erp/contact\na;1, \"7\" ".encode("utf-16"),
    ],
)  # fmt: skip
def test_files_as_people_have_them(world: ActingWorld, tmp_path: Path, content: bytes) -> None:
    made = tmp_path / "old.csv"
    made.write_bytes(content)
    told = world.done(Coupled, Couple(file=str(made)))
    assert counts(told) == {"lines": 1, "taken": 1, "waits": 1}, told.refusals
    (one,) = world.hub.ledger.couplings_waiting()
    assert [one.one, one.other] == SAID


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"id,other\n1,2\n", "does not say which ids"),
        (b"crm/contacts,erp/contact\n1,2\n", "crm has no stream contacts in this hub; it has contact"),
        (b"system,stream,id,system,stream,id\ncrmm,contact,1,erp,contact,7\n", "did you mean crm?"),
        (b"crm/contact,crm/contact\n1,2\n", "two rows of one stream"),
        (b"system,stream,id,system,stream,id\ncrm,contact,1,erp,partner,7\n", "erp has no stream partner"),
    ],
)
def test_what_no_column_says_is_said(world: ActingWorld, tmp_path: Path, content: bytes, why: str) -> None:
    made = tmp_path / "old.csv"
    made.write_bytes(content)
    told = world.act(Couple(file=str(made)))
    said = told.why if isinstance(told, Refused) else told.refusals[0].why if isinstance(told, Coupled) else ""
    assert why in said


def test_a_file_that_is_not_there_is_refused(world: ActingWorld, tmp_path: Path) -> None:
    told = world.act(Couple(file=str(tmp_path / "none.csv")))
    assert isinstance(told, Refused)
    assert "none.csv cannot be read" in told.why


# ---- from a field
def test_a_field_that_holds_the_others_ids_makes_couplings(world: ActingWorld) -> None:
    with_no_births(world)
    strangers(world, 3)
    world.edit("crm", "crm0", visits="erp1")
    world.edit("crm", "crm1", visits=" erp0 ")
    world.done(Synced, Sync())
    told = world.done(Coupled, Couple(field="crm.contact.visits"))
    assert counts(told) == {"lines": 2, "taken": 2, "joined": 2}
    assert world.link("crm", "crm0").record == world.link("erp", "erp1").record
    assert world.writes() == 0
    world.edit("crm", "crm2", visits="erp1")
    twice = world.done(Coupled, Couple(field="crm.contact.visits", to="erp/contact"))
    assert counts(twice) == {"lines": 3, "already": 1, "refused": 2}
    assert "crm/contact/crm2" in twice.refusals[0].why
    whys = [one.why for one in world.hub.ledger.history([1])[1] if one.kind == "person"]
    assert whys == ["anna: coupled by import of crm.contact.visits line 1"]


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (Couple(field="crm.contact.odoo_id"), "says nothing of contact.odoo_id"),
        (Couple(field="crmm.contact.visits"), "There is no system crmm. Did you mean crm?"),
        (Couple(field="crm.task.visits"), "names no field of a stream of crm"),
        (Couple(field="crm.contact.visits", to="erp/task"), "Erp has no stream task"),
        (Couple(), "from where"),
    ],
)
def test_a_field_that_is_none_is_said(world: ActingWorld, act: Couple, why: str) -> None:
    world.both(1)
    told = world.act(act)
    assert isinstance(told, Refused), told
    assert why in told.why
    assert told.remedy


def test_a_system_that_is_down_cannot_be_asked_for_a_field(world: ActingWorld) -> None:
    world.systems["crm"].up = False
    told = world.act(Couple(field="crm.contact.visits"))
    assert isinstance(told, Refused)
    assert told.code == "not-reached"


# ---- waiting
def test_a_coupling_of_a_row_that_is_not_there_is_taken_back_by_its_row(world: ActingWorld, tmp_path: Path) -> None:
    world.both(1)
    imported(world, tmp_path, "crm0,erp7")
    world.done(Synced, Sync())
    assert len(world.hub.ledger.couplings_waiting()) == 1
    told = world.done(Done, Part(at="erp/contact/erp7"))
    assert told.said.startswith("erp/contact/erp7 is coupled with nothing any more.")
    assert world.hub.ledger.couplings_waiting() == []
    assert world.done(Planned, Plan()).writes == 0


SCOPED = (
    HUB
    + """\
entities:
  contact: {scope: {erp: "visits IS NOT NULL"}}
"""
)


def test_no_second_row_is_made_beside_one_that_is_there_and_takes_no_part(tmp_path: Path) -> None:
    with acting(tmp_path, text=SCOPED.replace("{crm: true, erp: true}", "{erp: true}")) as world:
        world.type("erp", email="old0@example.test", phone="1")
        world.type("crm", email="new0@example.test", phone="2", visits=1)
        world.type("crm", email="new1@example.test", visits=1)
        imported(world, tmp_path, "crm0,erp0", "crm1,erp9")
        world.done(Synced, Sync())
        assert len(world.alive("erp")) == 2, "what is not there is made, and what is there is not made again"
        (waits,) = [one for one in world.hub.ledger.open_items() if one.kind == "parked"]
        assert waits.code == "coupled-otherwise"
        world.edit("erp", "erp0", visits=3)
        world.done(Synced, Sync())
        assert world.link("erp", "erp0").record == world.link("crm", "crm0").record
        assert len(world.alive("erp")) == 2
        assert [one for one in world.hub.ledger.open_items() if one.kind == "parked"] == []


def test_a_birth_goes_on_when_the_coupling_is_taken_back(tmp_path: Path) -> None:
    with acting(tmp_path, text=SCOPED.replace("{crm: true, erp: true}", "{erp: true}")) as world:
        world.type("erp", email="old0@example.test", phone="1")
        world.type("crm", email="new0@example.test", phone="2", visits=1)
        told = imported(world, tmp_path, "crm0,erp0")
        world.done(Synced, Sync())
        assert len(world.alive("erp")) == 1
        world.done(Undone, Undo(run=told.run))
        world.done(Synced, Sync())
        assert len(world.alive("erp")) == 2
