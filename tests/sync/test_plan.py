"""A plan shows what would be written, writes nothing, and its file cannot be changed unseen."""

from __future__ import annotations

import copy
import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from small_world import CONTACT, NEVER, Small, accounts, bind, calm, contacts, filled

from syncline.mapping.lens import Lens, rename
from syncline.mapping.text import text
from syncline.model.event import Event
from syncline.sync import outgoing, sheet
from syncline.sync import plan as planning
from syncline.sync.plan import Scope, plan
from syncline.sync.sheet import Plan, PlannedField, PlannedWrite, Tampered, declaration_hash, load, save


def lines(made: Plan) -> list[tuple[str, str, str, dict[str, tuple[object, object]]]]:
    return [
        (one.write, one.system, one.external_id or "", {f.field: (f.before, f.after) for f in one.fields})
        for one in made.writes()
    ]


def varied() -> Small:
    """One of each: a delete, a blank, a rewrite, a create and a fill wait to be told to the ERP."""
    small = Small(contacts("crm", "erp", mode="approve"))
    filled(small, "crm", 4)
    filled(small, "erp", 3)
    filled(small, "erp", 4, phone=None)[3].now.values["email"] = "c3@x"
    for row in list(small.systems["erp"].rows["contact"].values())[3:6]:
        del small.systems["erp"].rows["contact"][row.id]
    small.observe()
    crm = small.systems["crm"]
    crm.kill("contact", small.row("crm", "contact", 0).id)
    crm.change("contact", small.row("crm", "contact", 1).id, {"phone": None})
    crm.change("contact", small.row("crm", "contact", 2).id, {"name": "Other"})
    crm.make("contact", {"email": "new@x", "name": "new"})
    small.observe()
    return small


def test_the_riskiest_come_first() -> None:
    small = varied()
    made = plan(small.hub)
    assert [(one[0], one[3]) for one in lines(made)] == [
        ("delete", {}),
        ("update", {"phone": ("p1", None)}),
        ("update", {"name": ("n2", "Other")}),
        ("create", {"email": (None, "new@x"), "name": (None, "new")}),
        ("update", {"phone": (None, "p3")}),
    ]
    assert made.foot.counts == {"delete": 1, "blank": 1, "rewrite": 1, "create": 1, "fill": 1}
    assert made.foot.calls == {"erp": 1 + 1 + 1 + 3 + 2}
    assert made.foot.then == ()


def test_each_write_says_on_what_it_rests() -> None:
    small = varied()
    write = next(one for one in plan(small.hub).writes() if one.risk == "rewrite")
    link = small.link("erp", small.row("erp", "contact", 2).id)
    row = small.row("crm", "contact", 2)
    assert (write.record, write.link, write.external_id) == (link.record, link.id, link.external_id)
    assert write.seen == sheet.seen_hash(link.seen)
    [name] = write.fields
    current = small.record(link).fields["name"]
    assert (name.version, name.effect) == (current.version, "rewrite")
    assert name.why == f"from crm {row.id}, run {current.run}"
    [gone, *_] = plan(small.hub).writes()
    assert gone.why == "deleted in crm"
    [made] = [one for one in plan(small.hub).writes() if one.write == "create"]
    assert made.why == "born in crm"


def test_it_says_how_old_its_view_is() -> None:
    small = Small(contacts("crm", "erp"))
    small.systems["crm"].make("contact", {"email": "a@x"})
    head = plan(small.hub).head
    assert [(view.system, view.age, view.mode) for view in head.views] == [("crm", None, "live"), ("erp", None, "live")]
    small.observe()
    small.now += 100.0
    assert [view.age for view in plan(small.hub).head.views] == [100.0, 100.0]
    assert "personal data" in head.notice


def test_showing_it_changes_nothing() -> None:
    small = varied()
    tables, calls = copy.deepcopy(small.hub.ledger.t), len(small.calls)  # type: ignore[attr-defined]
    first, second = plan(small.hub), plan(small.hub)
    assert first.id == second.id
    assert vars(small.hub.ledger.t) == vars(tables)  # type: ignore[attr-defined]
    assert len(small.calls) == calls


def test_paper_forgets_what_is_written_on_it() -> None:
    small = varied()
    paper = planning.Paper(small.hub.ledger)
    assert paper.new_id("link") == -1
    assert paper.new_id("link") == -2
    assert paper.save_records([1, 2, 3]) is None
    assert paper.scan(0, 1) == small.hub.ledger.scan(0, 1)
    gate = planning.OnPaper()
    assert gate.pick(None, None, [1]) == [1]  # type: ignore[arg-type, list-item]
    assert gate.delivered(None, []) is None  # type: ignore[arg-type, func-returns-value]


def test_what_is_still_to_be_derived_is_derived_on_paper() -> None:
    small = Small(contacts("crm", "erp", mode="approve", when=NEVER))
    filled(small, "crm", 2)
    small.observe()
    assert lines(plan(small.hub)) == []
    small.other(contacts("crm", "erp", mode="approve"))
    with small.hub.ledger.unit() as unit:
        unit.mark_entity_dirty(["contact"])
    born = list(plan(small.hub).writes())
    assert [(one.write, one.link) for one in born] == [("create", None), ("create", None)]
    assert [len(small.case(one.record).links) for one in born] == [1, 1]


def test_a_plan_of_a_part() -> None:
    small = Small(accounts("crm", "erp", mode="approve"))
    small.systems["crm"].make("account", {"name": "acme"})
    small.systems["crm"].make("person", {"name": "ann"})
    small.systems["crm"].make("person", {"name": "bob"})
    small.observe()
    assert {one.entity for one in plan(small.hub, Scope(only="person")).writes()} == {"person"}
    assert len(list(plan(small.hub, Scope(limit=2)).writes())) == 2
    bob = plan(small.hub, Scope(where=lambda case: case.value("name").value == "bob"))
    assert [one.fields[0].after for one in bob.writes()] == ["bob"]


def test_what_waits_for_an_id_is_said() -> None:
    small = Small(accounts("crm", "erp", mode="approve"), required=[("erp", "person", "account")])
    account = small.systems["crm"].make("account", {"name": "acme"})
    small.systems["crm"].make("person", {"name": "ann", "account": account.id})
    small.observe()
    made = plan(small.hub)
    [person] = [one for one in made.writes() if one.stream == "person"]
    rid = small.case_of("crm", "account").record.id
    assert [(one.field, one.waits_for) for one in person.fields] == [("account", rid), ("name", None)]
    assert person.needs == (rid,)
    assert made.foot.then == ("1 references told when their record has its id",)


def test_a_reference_that_waits_at_a_row_is_said() -> None:
    small = Small(accounts("crm", "erp"))
    for system in ("crm", "erp"):
        small.systems[system].make("person", {"name": "ann"})
    small.settle()
    small.other(replace(small.hub.declaration, mode="approve"))
    account = small.systems["crm"].make("account", {"name": "acme"})
    small.observe()
    small.systems["crm"].change("person", small.row("crm", "person").id, {"account": account.id})
    small.observe()
    [person] = [one for one in plan(small.hub).writes() if one.stream == "person"]
    assert [(one.field, one.before, one.waits_for is not None) for one in person.fields] == [("account", None, True)]
    assert person.write == "update"


def test_writes_without_an_answer_are_said() -> None:
    small = Small(contacts("crm", "erp"), {"erp": calm(safe_by="find", lost_after=1.0)})
    small.systems["erp"].faults = True
    filled(small, "crm", 1)
    small.observe()
    small.deliver(2)
    made = plan(small.hub)
    assert lines(made) == []
    assert made.foot.then == ("1 writes sent before, whose outcome is not known yet",)


# ---- remap
def shouted(name: str) -> Lens:
    """A mapping that says everything in capitals, and reads it back as it was."""
    quiet = rename(name, text())
    return Lens(reads=(name,), get=quiet.get, put=lambda value: {name: value and value.upper()})


def coded(name: str, table: dict[str, str]) -> Lens:
    """A mapping through a table of names."""
    back = {raw: value for value, raw in table.items()}
    plainly = rename(name, text())
    return Lens(
        reads=(name,), get=lambda row: back.get(plainly.get(row), plainly.get(row)),
        put=lambda value: {name: table.get(value, value)},
    )  # fmt: skip


def remapped(small: Small, lens: Lens, version: str = "2") -> None:
    """The declaration says `rep` in the ERP by another lens from now on."""
    erp = bind("erp", CONTACT, {"rep": lens}, version=version)
    old = small.hub.declaration
    small.other(replace(old, bindings=(old.bindings[0], erp)))


def test_a_changed_mapping_is_listed_and_told_by_nothing_else() -> None:
    small = Small(contacts("crm", "erp"))
    remapped(small, coded("rep", {"anna": "A1"}), "1")
    filled(small, "crm", 1, rep="anna")
    small.settle()
    assert small.values("erp")["rep"] == "A1"
    assert lines(plan(small.hub)) == []
    remapped(small, coded("rep", {"anna": "A2"}))
    small.settle()
    assert small.values("erp")["rep"] == "A1", "nothing moves by itself"
    assert small.values("crm")["rep"] == "anna"
    [write] = plan(small.hub).writes()
    [rep] = write.fields
    assert (rep.field, rep.before, rep.after, rep.remap) == ("rep", "A1", "anna", True)
    assert rep.why == "the mapping has changed since it was written"


def test_a_value_that_the_system_said_itself_is_read_anew_and_not_written_over() -> None:
    small = Small(contacts("crm", "erp"))
    remapped(small, coded("rep", {"anna": "A1"}), "1")
    filled(small, "erp", 1, rep="A1")
    small.settle()
    assert small.values("crm")["rep"] == "anna"
    remapped(small, coded("rep", {"anna": "A2"}))
    writes = [(one.system, one.fields[0].after) for one in plan(small.hub).writes()]
    assert writes == [("crm", "A1")], "what no value is called is what the system said"


def test_a_systems_own_form_of_what_it_was_told_is_no_remap() -> None:
    small = Small(
        contacts("crm", "erp"), {"erp": calm(stores=lambda name, value: f"{value}!" if name == "rep" else value)}
    )
    filled(small, "crm", 1, rep="anna")
    small.settle()
    small.now += 100.0
    assert small.values("erp")["rep"] == "anna!"
    assert [one for one in plan(small.hub).writes() if one.fields[0].remap] == []


def test_what_today_has_no_place_for_is_not_remapped() -> None:
    from syncline.mapping.field_type import Unfit

    def refuses(value: object) -> dict[str, object]:
        raise Unfit(value, "no place")

    small = Small(contacts("crm", "erp"))
    filled(small, "crm", 1, rep="anna")
    small.settle()
    remapped(small, Lens(reads=("rep",), get=lambda row: "other", put=refuses))
    assert lines(plan(small.hub)) == []


# ---- the file
def test_the_file_is_one_json_document_that_only_its_owner_reads(tmp_path: Path) -> None:
    small, path = varied(), tmp_path / "plan.json"
    path.write_text("old")
    path.chmod(0o644)
    made = plan(small.hub)
    save(made, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    told = json.loads(path.read_text())
    assert told["id"] == made.id
    assert told["head"]["notice"] == sheet.PERSONAL
    assert len(told["writes"]) == 5
    again = load(path)
    assert (again.id, again.head, again.foot) == (made.id, made.head, made.foot)
    assert list(again.writes()) == list(made.writes())


def test_every_changed_byte_is_seen(tmp_path: Path) -> None:
    small, path = varied(), tmp_path / "plan.json"
    save(plan(small.hub), path)
    whole = path.read_bytes()
    for at in range(0, len(whole), 37):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(Tampered):
            load(path)
    for other in (whole + b"x\n", whole[:-40], b""):
        path.write_bytes(other)
        with pytest.raises(Tampered):
            load(path)


def test_two_readers_of_one_plan_do_not_disturb_each_other() -> None:
    made = plan(varied().hub)
    assert [one == other for one, other in zip(made.writes(), made.writes(), strict=True)] == [True] * 5


def test_memory_does_not_hold_a_large_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "IN_MEMORY_BYTES", 100)
    made = plan(varied().hub)
    assert len(list(made.writes())) == 5


def test_the_declarations_hash_follows_what_is_written_and_not_when() -> None:
    one = contacts("crm", "erp")
    assert declaration_hash(one) == declaration_hash(contacts("crm", "erp"))
    assert declaration_hash(one) == declaration_hash(replace(one, mode="read-only"))
    assert declaration_hash(one) != declaration_hash(contacts("erp", "crm"))
    assert declaration_hash(one) != declaration_hash(
        replace(one, bindings=(one.bindings[0], bind("erp", CONTACT, version="2")))
    )
    assert declaration_hash(one) != declaration_hash(replace(one, ignored=frozenset({"x"})))


def test_the_risk_of_a_write_is_that_of_its_riskiest_field() -> None:
    fields = (PlannedField(field="a", effect="fill"), PlannedField(field="b", effect="blank"))
    write = PlannedWrite(record=1, entity="e", system="s", stream="t", write="update", fields=fields)
    assert write.risk == "blank"


def test_events_that_read_only_keeps_are_not_listed_and_starve_none_that_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """L1, I17: a plan lists what its apply lets go, and as much of it as it may."""
    monkeypatch.setattr(planning, "EVENTS", 3)
    small = Small(accounts("crm", "erp", mode="live", entity_modes={"person": "read-only", "account": "approve"}))
    for stream in ("person", "account"):
        small.systems["crm"].make(stream, {"name": "n"})
    small.observe()
    person, account = (small.case_of("crm", one).record.id for one in ("person", "account"))
    kept = [Event(id=f"p{n}", type="person.x", subject=f"person/{person}", at=1.0, data={}) for n in range(3)]
    waits = Event(id="a1", type="account.x", subject=f"account/{account}", at=2.0, data={})
    with small.hub.ledger.unit() as unit:
        unit.hold_events([*kept, waits])
    foot = plan(small.hub).foot
    assert [one.id for one in foot.events] == ["a1"]
    assert "1 events told to the world outside" in foot.then
    assert outgoing.release(small.hub, [one.id for one in foot.events]) == 1
