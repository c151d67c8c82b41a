"""What went back is stopped, read anew, and meets as at the first time; nothing is written until a person confirms."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_world import Small, accounts, calm, contacts, filled

from syncline.mapping.binding import Binding
from syncline.model.observation import Observation
from syncline.model.rows import Staged
from syncline.sync import anew, deliver, observe, rebaseline, settle, stops
from syncline.sync.desk import Desk
from syncline.sync.observe import NotNow
from syncline.sync.plan import plan
from syncline.testing.systems import SimSystem


def world(count: int = 30, **erp: Any) -> Small:
    """Two systems that agreed about so many contacts, and went on since."""
    small = Small(contacts("crm", "erp"), {"erp": calm(**erp)})
    for system in ("crm", "erp"):
        filled(small, system, count)
    small.observe()
    small.now += 1000.0
    return small


def backup(system: SimSystem) -> dict[str, int]:
    """How far each row's history goes now."""
    return {row.id: len(row.history) for row in system.rows["contact"].values()}


def restore(system: SimSystem, kept: dict[str, int]) -> None:
    """The system as it was then; what came since was never there."""
    rows = system.rows["contact"]
    for row in list(rows.values()):
        if row.id not in kept:
            del rows[row.id]
            continue
        del row.history[kept[row.id] :]
        row.dead = None


def edit(small: Small, system: str, count: int, **values: str) -> None:
    for row in small.alive(system)[:count]:
        small.systems[system].change("contact", row.id, {name: f"{value}{row.id}" for name, value in values.items()})


def sweep(small: Small, system: str = "erp") -> None:
    """Reads the whole stream; ends when it is paused."""
    small.now += 10.0
    while observe.poll(small.hub, system, "contact", path="sweep"):
        continue


def swept_until_paused(small: Small) -> None:
    try:
        sweep(small)
    except NotNow:
        return
    assert small.hub.ledger.system_state("erp").paused


def held(small: Small) -> list[tuple[str, str]]:
    return [(one.system, one.kind) for one in stops.held(small.hub)]


def restored(**erp: Any) -> Small:
    """The ERP went on with the CRM, and is then what it was a day before."""
    small = world(**erp)
    kept = backup(small.systems["erp"])
    edit(small, "crm", 10, name="newer")
    edit(small, "erp", 3, phone="5")
    small.settle(3)
    restore(small.systems["erp"], kept)
    return small


@pytest.mark.parametrize("versions", ["counter", "seconds", None])
def test_a_restore_is_seen_and_stops_all_writes(versions: Any) -> None:
    small = restored(versions=versions)
    before = {rid: small.hub.ledger.records([rid])[rid].fields for rid in small.hub.ledger.scan(0, 100)}
    swept_until_paused(small)
    [row] = [one for one in stops.held(small.hub) if one.kind == "rebaseline"]
    assert (row.system, row.stream) == ("erp", "contact")
    assert "restored from a backup" in row.why
    after = {rid: small.hub.ledger.records([rid])[rid].fields for rid in small.hub.ledger.scan(0, 100)}
    assert sum(before[rid] != after[rid] for rid in before) == 0, "no old value came into a record"
    told = len(small.writes())
    edit(small, "crm", 2, name="latest")
    for system in ("crm", "erp"):
        assert deliver.deliver(small.hub, system, "contact") == 0
    assert len(small.writes()) == told


def test_one_row_that_somebody_restored_is_no_restore() -> None:
    small = world()
    kept = backup(small.systems["erp"])
    edit(small, "erp", 1, name="newer")
    small.settle(2)
    restore(small.systems["erp"], kept)
    sweep(small)
    assert held(small) == []


def lagging(seed: int) -> Small:
    """Lists that show what was told to the ERP only after a while are read right after it was told."""
    small = Small(contacts("crm", "erp"), {"erp": calm(lag=8.0)}, seed=seed)
    for system in ("crm", "erp"):
        filled(small, system, 10)
    small.settle(2)
    for number in range(3):
        edit(small, "crm", 10, name=f"v{number}")
        small.now += 5.0
        while observe.advance(small.hub, "crm", "contact"):
            continue
        small.deliver(4)
        while observe.poll(small.hub, "erp", "contact", path="sweep"):
            continue
    return small


@given(st.integers(0, 12))
def test_a_list_that_lags_is_no_restore(seed: int) -> None:
    assert held(lagging(seed)) == []


def test_the_broken_twin_takes_a_list_that_lags_for_a_restore(monkeypatch: pytest.MonkeyPatch) -> None:
    def older(desk: Desk, binding: Binding, one: Observation) -> bool:
        found = desk.case_at((binding.system, binding.stream, one.id))
        return found is not None and one.version < found[0].links[found[1]].version

    monkeypatch.setattr(rebaseline, "is_back", older)
    with pytest.raises(NotNow):
        lagging(0)


def test_a_share_below_the_limit_is_let_pass() -> None:
    small = world(count=300)
    kept = backup(small.systems["erp"])
    edit(small, "erp", 3, name="newer")
    small.settle(1)
    restore(small.systems["erp"], kept)
    sweep(small)
    assert held(small) == []
    assert small.hub.ledger.cursor("erp", "contact", "sweep").back == 3
    sweep(small)
    assert small.hub.ledger.cursor("erp", "contact", "sweep").back == 3, "each read counts from its own beginning"


def read_anew(small: Small) -> None:
    anew.begin(small.hub, "erp", "contact")
    assert not anew.confirm(small.hub, "erp", "contact", "anna"), "not before it is read"
    while observe.advance(small.hub, "erp", "contact"):
        small.now += 1.0


def test_it_is_read_anew_and_meets_again_and_goes_on_when_confirmed() -> None:
    small = restored()
    swept_until_paused(small)
    read_anew(small)
    links = [small.link("erp", row.id) for row in small.alive("erp")]
    assert {link.state for link in links} == {"active"}
    differs = {(link.id, name) for link in links for name, known in link.known.items() if known.differs}
    assert len(differs) == 10 + 3, "what is no longer equal is a first difference"
    assert all(
        known.agreed
        for link in links
        for name, known in link.known.items()
        if (link.id, name) not in differs and name in small.record(link).fields
    )
    told = len(small.writes())
    assert list(plan(small.hub).writes()) == []
    small.settle(2)
    assert len(small.writes()) == told
    assert anew.confirm(small.hub, "erp", "contact", "anna")
    assert not anew.confirm(small.hub, "erp", "contact", "anna")
    edit(small, "crm", 1, rep="goes on")
    small.settle(2)
    assert len(small.writes()) == told + 1
    assert held(small) == []


def test_what_the_plan_shows_is_written_only_after_the_person_confirmed() -> None:
    small = world(count=5)
    kept = backup(small.systems["erp"])
    for row in small.alive("erp"):
        small.systems["erp"].change("contact", row.id, {"rep": None})
    filled(small, "crm", 0)
    edit(small, "crm", 5, rep="bob")
    small.settle(3)
    assert small.values("erp")["rep"]
    restore(small.systems["erp"], kept)
    swept_until_paused(small)
    read_anew(small)
    shown = list(plan(small.hub).writes())
    assert {field.effect for one in shown for field in one.fields} == {"fill"}
    told = len(small.writes())
    small.deliver()
    assert len(small.writes()) == told
    assert anew.confirm(small.hub, "erp", "contact", "anna")
    small.deliver()
    assert len(small.writes()) == told + 5


def test_a_row_that_is_not_there_any_more_stays_out_of_sight() -> None:
    small = world(count=5)
    kept = backup(small.systems["erp"])
    small.systems["crm"].make("contact", {"email": "new@x"})
    edit(small, "crm", 5, name="newer")
    small.settle(3)
    lost = small.alive("erp")[-1].id
    assert lost not in kept
    restore(small.systems["erp"], kept)
    swept_until_paused(small)
    read_anew(small)
    assert anew.unread(small.link("erp", lost))
    assert anew.confirm(small.hub, "erp", "contact", "anna")
    small.settle(2)
    assert small.link("erp", lost).state == "asleep"
    assert len(small.alive("erp")) == 5, "it is not made again, and nothing is deleted"


def test_a_stop_in_the_middle_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anew, "PAGE", 4)
    small = restored()
    swept_until_paused(small)

    class Stop(BaseException):
        pass

    def stops_once(name: str) -> None:
        if name == "links forgotten":
            raise Stop

    own, small.hub = small.hub, with_point(small, stops_once)
    with pytest.raises(Stop):
        anew.begin(small.hub, "erp", "contact")
    assert small.hub.ledger.system_state("erp").paused, "nobody reads what half is forgotten"
    with pytest.raises(NotNow):
        observe.poll(own, "erp", "contact")
    small.hub = own
    read_anew(small)
    assert len([k for row in small.alive("erp") for k in small.link("erp", row.id).known.values() if k.differs]) == 13


def with_point(small: Small, point: Any) -> Any:
    from dataclasses import replace

    return replace(small.hub, point=point)


def test_the_stage_is_emptied_page_by_page_and_after_a_stop_no_read_counts_as_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(anew, "PAGE", 4)
    small, place = world(count=3), ("erp", "contact")
    with small.hub.ledger.unit() as unit:
        unit.stage([Staged(system="erp", stream="contact", id=f"s{n}", raw={}) for n in range(10)])
    left: list[int] = []

    def stops(name: str) -> None:
        if name == "stage emptied":
            left.append(len(small.hub.ledger.staged(*place, "", 99)))
            assert small.hub.beside.turns["read parts", *place].is_mine(), "no page of parts is under way"
            assert not small.hub.ledger.cursor(*place, "changes").baselined
            if len(left) == 1:
                raise InterruptedError

    small.hub = with_point(small, stops)
    with pytest.raises(InterruptedError):
        anew.begin(small.hub, *place)
    assert small.hub.ledger.system_state("erp").paused
    anew.begin(small.hub, *place)
    assert left == [6, 2, 0]
    assert not small.hub.ledger.system_state("erp").paused


def test_a_ledger_that_is_older_than_the_systems() -> None:
    small = world(count=3)
    rebaseline.stop_all(small.hub, "the ledger was restored")
    assert held(small) == [("crm", "rebaseline"), ("erp", "rebaseline")]
    anew.begin_all(small.hub, "the ledger was restored")
    assert held(small) == [("crm", "rebaseline"), ("erp", "rebaseline")]
    small.settle(2)
    assert small.writes() == []
    for system in ("crm", "erp"):
        assert anew.confirm(small.hub, system, "contact", "anna")
    small.settle(2)
    assert small.writes() == [], "what was equal is agreed"


def test_another_entity_goes_on() -> None:
    small = Small(accounts("crm", "erp"))
    small.systems["crm"].make("person", {"name": "ann"})
    small.systems["crm"].make("account", {"name": "acme"})
    small.observe()
    anew.begin(small.hub, "erp", "account", "asked for")
    small.deliver()
    assert [call.path for call in small.writes()] == ["/person"]


def test_the_broken_twin_takes_old_values_for_edits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebaseline, "went_back", lambda desk, cursor: False)
    small = restored(versions=None)
    newer = small.values("crm")["phone"]
    sweep(small)
    small.settle(2)
    assert newer.startswith("5")
    assert not small.values("crm")["phone"].startswith("5"), "the newer number is lost everywhere"


def test_nothing_else_is_settled_with_the_page_that_showed_it() -> None:
    small = restored()
    cursor = small.hub.ledger.cursor("erp", "contact", "sweep")
    swept_until_paused(small)
    assert small.hub.ledger.cursor("erp", "contact", "sweep").since == cursor.since
    assert not settle.unsettled(small.hub, small.hub.declaration.binding("erp", "contact"), [])


def test_a_row_that_nobody_knew_is_none_that_went_back() -> None:
    small = world(count=5)
    filled(small, "erp", 8)
    sweep(small)
    assert held(small) == []
    assert small.hub.ledger.cursor("erp", "contact", "sweep").back == 0
