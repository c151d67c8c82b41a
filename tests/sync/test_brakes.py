"""Mass deletes, blanks, rewrites and creates are held, however they come; the rest goes on until a person decides."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_world import NEVER, Small, calm, contacts, filled

from syncline.config.settings import System
from syncline.merge import brakes
from syncline.model.link import NEVER as NEVER_AT
from syncline.model.rows import Hint
from syncline.sync import observe, stops, undo


def agreed(count: int, **more: object) -> Small:
    """Two systems that agree about so many contacts."""
    small = Small(contacts("crm", "erp", **more), batch=20)
    for system in ("crm", "erp"):
        filled(small, system, count)
    small.observe()
    small.deliver()
    assert small.writes() == []
    return small


def edit_all(small: Small, count: int, **values: object) -> None:
    """Somebody changes so many rows of the CRM."""
    for row in small.alive("crm")[:count]:
        small.systems["crm"].change("contact", row.id, {k: v and f"{v}{row.id}" for k, v in values.items()})


def one_by_one(small: Small, count: int, **values: object) -> None:
    """The same as webhooks bring it: every edit is looked at and told before the next."""
    for number, row in enumerate(small.alive("crm")[:count]):
        small.systems["crm"].change("contact", row.id, {k: v and f"{v}{number}" for k, v in values.items()})
        with small.hub.ledger.unit() as unit:
            unit.put_hints([Hint(system="crm", stream="contact", id=row.id, at=small.now)])
        small.now += 1.0
        observe.look(small.hub, "crm", "contact")
        small.deliver(3)


def held(small: Small) -> list[tuple[str, str, int]]:
    return [(one.system, one.kind, one.count) for one in stops.held(small.hub)]


def test_a_mass_rewrite_is_held_and_the_rest_goes_on() -> None:
    small = agreed(100)
    edit_all(small, 60, name="other")
    small.systems["crm"].change("contact", small.row("crm", "contact", 99).id, {"phone": "new"})
    small.observe()
    small.deliver()
    assert held(small) == [("erp", "rewrite", 61)], "the kind is held, whatever the field"
    assert "name" in stops.held(small.hub)[0].why
    assert small.writes() == []
    small.systems["crm"].make("contact", {"email": "new@x"})
    small.settle()
    assert [call.method for call in small.writes()] == ["POST"]


def test_a_flood_fed_one_by_one_is_held_too() -> None:
    small = agreed(100)
    one_by_one(small, 70, name="other")
    assert len(small.writes()) == 50
    assert held(small) == [("erp", "rewrite", 20)]


def test_a_brake_per_plan_does_not_see_that_flood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brakes, "falls_together", lambda delivered, due: due)
    small = agreed(100)
    one_by_one(small, 70, name="other")
    assert len(small.writes()) == 70
    assert held(small) == []


def test_blanks_are_held_by_field() -> None:
    small = agreed(80)
    edit_all(small, 60, phone=None)
    small.observe()
    small.deliver()
    assert held(small) == [("erp", "blank", 60)]
    assert small.writes() == []


def test_deletes_are_held() -> None:
    small = agreed(80)
    for row in small.alive("crm")[:30]:
        small.systems["crm"].kill("contact", row.id)
    small.observe()
    small.deliver()
    assert held(small) == [("erp", "delete", 30)]
    assert len(small.alive("erp")) == 80


def test_creates_are_held_after_the_baseline() -> None:
    small = Small(contacts("crm", "erp"), batch=50)
    filled(small, "erp", 60)
    small.observe()
    small.deliver()
    for row in small.alive("crm"):
        assert row.by_hub
    assert len(small.alive("crm")) == 60
    small.now += 2 * brakes.DAY_SECONDS
    for number in range(300):
        small.systems["erp"].make("contact", {"email": f"new{number}@x"})
    small.observe()
    small.deliver()
    assert held(small) == [("crm", "create", 300)]
    assert len(small.alive("crm")) == 60


def test_fills_are_never_held() -> None:
    small = Small(contacts("crm", "erp"))
    filled(small, "crm", 80)
    for row in filled(small, "erp", 80, phone=None, name=None):
        assert row.now.values["phone"] is None
    small.settle()
    assert held(small) == []
    assert small.values("erp", number=79)["phone"] == "p79"


def test_nothing_is_held_in_a_small_stream() -> None:
    small = agreed(40)
    edit_all(small, 40, name="other")
    small.settle()
    assert held(small) == []
    assert len(small.writes()) == 40


def test_release_lets_go_exactly_what_is_held_and_it_counts() -> None:
    small = agreed(100)
    edit_all(small, 60, name="other")
    small.observe()
    small.deliver()
    assert stops.release(small.hub, "erp", "contact", "blank", "anna") == 0
    assert stops.release(small.hub, "erp", "contact", "rewrite", "anna") == 60
    assert held(small) == []
    later = small.row("crm", "contact", 70)
    small.systems["crm"].change("contact", later.id, {"name": "later"})
    small.observe()
    small.deliver()
    assert len(small.writes()) == 60
    assert held(small) == [("erp", "rewrite", 1)], "what was let go counts for what comes later"
    history = small.hub.ledger.history([small.case_of("crm").record.id])
    assert [e.why for e in history[small.case_of("crm").record.id] if e.kind == "person"] == [
        "anna let the held rewrite go"
    ]


def test_a_released_write_that_changed_meanwhile_is_judged_anew() -> None:
    small = agreed(100)
    edit_all(small, 60, name="other")
    small.observe()
    small.deliver()
    assert stops.release(small.hub, "erp", "contact", "rewrite", "anna") == 60
    edit_all(small, 55, name="again")
    small.observe()
    small.deliver()
    assert len(small.writes()) == 5, "only what the person saw"
    assert held(small) == [("erp", "rewrite", 55)]


def test_what_is_no_longer_due_is_no_longer_held() -> None:
    small = agreed(100)
    edit_all(small, 60, name="other")
    small.observe()
    small.deliver()
    for number in range(60):
        row = small.row("crm", "contact", number)
        small.systems["crm"].change("contact", row.id, {"name": f"n{number}"})
    small.observe()
    small.deliver()
    assert held(small) == []
    assert small.writes() == []


def test_what_is_held_at_a_link_holds_up_nothing_else_of_it() -> None:
    small = agreed(100)
    edit_all(small, 60, name="other")
    small.observe()
    small.deliver()
    row = small.row("crm", "contact")
    link = small.link("erp", small.row("erp", "contact").id)
    assert link.due_at == NEVER_AT
    assert [mark.field for mark in link.held] == ["name"]
    small.now += brakes.DAY_SECONDS
    small.systems["crm"].change("contact", row.id, {"rep": "bob"})
    small.observe()
    small.deliver()
    assert [call.json for call in small.writes()] == [{"rep": "bob"}]
    assert held(small) == [("erp", "rewrite", 60)]


def test_an_undo_that_was_asked_for_is_not_held() -> None:
    small = agreed(100, brakes_from_links=10_000)
    edit_all(small, 60, name="other")
    small.observe()
    small.deliver()
    assert len(small.writes()) == 60
    runs = [run.id for run in small.hub.ledger.runs(100) if run.kind == "deliver"]
    small.other(replace(small.hub.declaration, brakes_from_links=50))
    for run in runs:
        undo.undo_run(small.hub, run, "anna")
    small.deliver()
    assert len(small.writes()) == 120
    assert held(small) == []


def test_deletes_before_count_although_the_stream_is_small_now() -> None:
    small = agreed(60)
    for number in range(30):
        row = small.row("crm", "contact", number)
        small.systems["crm"].kill("contact", row.id)
        small.observe(1)
        small.deliver(3)
    assert len(small.alive("erp")) == 40
    assert held(small) == [("erp", "delete", 10)]


# ---- modes
def test_in_read_only_no_write_leaves() -> None:
    small = Small(contacts("crm", "erp", mode="read-only"))
    filled(small, "crm", 3)
    small.settle()
    assert small.writes() == []
    assert {call.effect for call in small.calls} == {"read"}


def test_an_entity_or_a_system_may_be_more_careful_than_the_hub() -> None:
    for more in (
        {"entity_modes": {"contact": "read-only"}},
        {"systems": {"erp": System(name="erp", connector="sim", mode="read-only")}},
    ):
        small = Small(contacts("crm", "erp", **more))
        filled(small, "crm", 3)
        small.settle()
        assert small.writes() == []


def test_in_approve_everything_is_held_and_said() -> None:
    small = Small(contacts("crm", "erp", mode="approve"))
    filled(small, "crm", 3)
    filled(small, "erp", 1, name="other")
    gone = filled(small, "crm", 5)[4]
    filled(small, "erp", 5)
    small.settle()
    small.systems["crm"].kill("contact", gone.id)
    small.settle()
    assert small.writes() == []
    assert {(one.kind, one.why) for one in stops.held(small.hub)} >= {("delete", "mode approve")}


def test_in_approve_a_create_that_was_sent_before_is_still_resolved() -> None:
    small = Small(contacts("crm", "erp"), {"erp": calm(safe_by="find", lost_after=1.0)})
    small.systems["erp"].faults = True
    filled(small, "crm", 1)
    small.observe()
    small.deliver(3)
    assert len(small.writes()) == 1
    small.systems["erp"].faults = False
    small.other(replace(small.hub.declaration, mode="approve"))
    small.settle()
    assert len(small.writes()) == 1
    assert small.link("erp", small.row("erp", "contact").id).state == "active"


def test_no_birth_where_none_is_declared() -> None:
    small = Small(contacts("crm", "erp", when=NEVER))
    filled(small, "crm", 2)
    small.settle()
    assert small.writes() == []


def test_what_was_turned_down_does_not_count() -> None:
    small = agreed(60)
    small.systems["erp"].habits = replace(small.systems["erp"].habits, rejects=1.0)
    small.systems["erp"].faults = True
    edit_all(small, 5, name="other")
    small.settle(1)
    assert len(small.writes()) == 5
    assert small.hub.ledger.told_since("erp", "contact", "rewrite:name", 0.0) == 0


def test_what_waits_behind_a_batch_is_counted_by_what_it_would_do() -> None:
    small = agreed(100)
    edit_all(small, 40, name="other")
    for row in small.alive("crm")[40:80]:
        small.systems["crm"].change("contact", row.id, {"phone": None})
    for row in small.alive("crm")[80:100]:
        small.systems["crm"].kill("contact", row.id)
    small.observe()
    small.deliver()
    assert held(small) == [], "forty rewrites, forty blanks and twenty deletes are each below their limit"
    assert len(small.writes()) == 100
