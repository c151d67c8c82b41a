"""What a changed mapping would write: shown, and written only by an applied plan."""

from __future__ import annotations

from small_world import Small, contacts, filled
from test_plan import coded, remapped, varied

from syncline.mapping.field_type import Unfit
from syncline.mapping.lens import Lens
from syncline.sync.apply import account, apply
from syncline.sync.listed import Applied, Listed
from syncline.sync.plan import Scope, plan
from syncline.sync.verify import verify


def test_a_remap_is_written_when_its_plan_is_applied() -> None:
    small = Small(contacts("crm", "erp"))
    remapped(small, coded("rep", {"anna": "A1"}), "1")
    filled(small, "crm", 1, rep="anna")
    small.settle()
    remapped(small, coded("rep", {"anna": "A2"}))
    small.settle()
    made = plan(small.hub)
    assert [f.what for f in apply(small.hub, made).fates] == ["left"]
    assert small.values("erp")["rep"] == "A2"
    told = len(small.writes())
    assert [f.what for f in apply(small.hub, made).fates] == ["already"]
    small.settle()
    assert len(small.writes()) == told
    assert list(plan(small.hub).writes()) == []


def test_a_remap_of_what_moved_is_dropped() -> None:
    small = Small(contacts("crm", "erp"))
    remapped(small, coded("rep", {"anna": "A1"}), "1")
    filled(small, "crm", 1, rep="anna")
    small.settle()
    remapped(small, coded("rep", {"anna": "A2"}))
    made = plan(small.hub)
    small.systems["erp"].change("contact", small.row("erp", "contact").id, {"name": "moved"})
    small.now += 5.0
    told = len(small.writes())
    assert [f.what for f in apply(small.hub, made).fates] == ["dropped"]
    assert len(small.writes()) == told


def test_what_a_system_has_no_place_for_is_not_shown() -> None:
    def refuses(value: object) -> dict[str, object]:
        raise Unfit(value, "no place")

    small = varied()
    rep = Lens(reads=("rep",), get=lambda row: row.get("rep"), put=refuses)
    remapped(small, rep)
    for row in small.alive("crm"):
        small.systems["crm"].change("contact", row.id, {"rep": "somebody"})
    small.observe()
    made = plan(small.hub)
    assert [f.field for w in made.writes() for f in w.fields if f.field == "rep"] == []
    apply(small.hub, made)
    assert [call for call in small.writes() if "rep" in (call.json or {})] == []


def test_what_cannot_be_sent_any_more_is_named() -> None:
    small = varied()
    made = plan(small.hub)
    gate = Listed(plan={7: next(made.writes())}, applied=Applied(), leaving={7: []}, judged={7})
    account(small.hub, gate)
    assert [f.why for f in gate.applied.of("dropped")] == ["it cannot be told: see what is parked"]


def anew() -> Small:
    """The ERP said `A1`, which was taken as it is; the mapping now says that it means anna."""
    small = Small(contacts("crm", "erp"))
    filled(small, "erp", 1, rep="A1")
    small.settle()
    assert small.values("crm")["rep"] == "A1"
    remapped(small, coded("rep", {"anna": "A1"}))
    small.settle()
    return small


def test_what_a_row_said_itself_is_read_anew_and_never_written_back_to_it() -> None:
    small = anew()
    assert small.values("crm")["rep"] == "A1", "nothing moves by itself"
    made = plan(small.hub)
    shown = [(w.system, f.field, f.before, f.after) for w in made.writes() for f in w.fields]
    assert shown == [("crm", "rep", "A1", "anna")]
    assert "1 values read anew from where they came, since the mapping has changed" in made.foot.then
    assert [f.what for f in apply(small.hub, made).fates] == ["left"]
    assert (small.values("crm")["rep"], small.values("erp")["rep"]) == ("anna", "A1")
    small.settle()
    assert list(plan(small.hub).writes()) == []
    assert small.case_of("crm").value("rep").value == "anna"


def test_verify_counts_what_is_to_be_read_anew() -> None:
    small = anew()
    assert [(one.link.system, one.field) for one in verify(small.hub).differs] == [("erp", "rep")]


def test_a_plan_of_a_part_reads_nothing_anew() -> None:
    small = anew()
    made = plan(small.hub, Scope(where=lambda case: True, limit=5, only="contact", whole=False))
    assert list(made.writes()) == []
    apply(small.hub, made)
    assert small.case_of("crm").value("rep").value == "A1"
