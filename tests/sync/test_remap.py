"""What a changed mapping would write: shown, and written only by an applied plan."""

from __future__ import annotations

from small_world import Small, contacts, filled
from test_plan import coded, remapped, varied

from syncline.mapping.field_type import Unfit
from syncline.mapping.lens import Lens
from syncline.sync.apply import account, apply
from syncline.sync.listed import Applied, Listed
from syncline.sync.plan import plan


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
