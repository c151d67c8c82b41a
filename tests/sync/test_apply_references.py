"""References in an applied plan: written in their order, and dropped with what they need."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from small_world import Small, accounts, calm

from syncline.sync.apply import apply
from syncline.sync.plan import plan


def family(mode: Any = "approve", **more: Any) -> Small:
    """An account and its main person in the CRM, who name each other."""
    small = Small(accounts("crm", "erp", mode=mode), **more)
    crm = small.systems["crm"]
    account = crm.make("account", {"name": "acme"})
    person = crm.make("person", {"name": "ann", "account": account.id})
    crm.change("account", account.id, {"main": person.id})
    small.observe()
    return small


@pytest.mark.parametrize("tells", [True, False])
def test_a_cycle_is_written_in_one_apply(tells: bool) -> None:
    small = family(habits={"erp": calm(tells=tells)})
    made = plan(small.hub)
    applied = apply(small.hub, made)
    assert {f.what for f in applied.fates} <= {"left", "already"}
    account, person = small.row("erp", "account"), small.row("erp", "person")
    assert (account.now.values["main"], person.now.values["account"]) == (person.id, account.id)
    assert list(plan(small.hub).writes()) == []
    told = len(small.writes())
    assert {f.what for f in apply(small.hub, made).fates} == {"already"}
    assert len(small.writes()) == told


def test_a_reference_waits_for_a_look_that_comes_later() -> None:
    small = family(habits={"erp": calm(tells=False)})
    made = plan(small.hub)
    stream = small.hub.stream("erp", "person")
    slow = replace(stream, settles_in=replace(stream.settles_in, get=30.0))
    erp = small.hub.connectors["erp"]
    streams = tuple(slow if one.name == "person" else one for one in erp.streams)
    small.hub = replace(small.hub, connectors={**small.hub.connectors, "erp": replace(erp, streams=streams)})
    applied = apply(small.hub, made)
    assert [(f.field, f.why) for f in applied.of("waits")] == [("account", "for a look at what was made")]


def test_what_depends_on_a_dropped_create_is_dropped_and_named() -> None:
    small = family(required=[("erp", "person", "account")])
    made = plan(small.hub)
    crm = small.systems["crm"]
    crm.change("account", small.row("crm", "account").id, {"name": "other"})
    small.observe()
    rid = small.case_of("crm", "account").record.id
    applied = apply(small.hub, made)
    whys = {(f.write.stream, f.field): f.why for f in applied.of("dropped")}
    assert whys["account", "name"] == "the record has gone on since"
    assert whys["person", None] == f"record {rid}, which it requires, has no id in erp"
    assert small.writes() == []


def test_an_optional_reference_to_a_dropped_create_is_dropped_and_named() -> None:
    small = family()
    made = plan(small.hub)
    crm = small.systems["crm"]
    crm.change("account", small.row("crm", "account").id, {"name": "other"})
    small.observe()
    rid = small.case_of("crm", "account").record.id
    applied = apply(small.hub, made)
    assert f"record {rid} has no id in erp" in [f.why for f in applied.of("dropped")]
    assert [call.path for call in small.writes()] == ["/person"]


def test_a_system_that_goes_down_after_the_create_is_looked_at_later() -> None:
    small = family(habits={"erp": calm(tells=False)})
    made = plan(small.hub)

    def down() -> None:
        small.systems["erp"].up = False

    small.at["birth committed"] = down
    applied = apply(small.hub, made)
    assert len(small.alive("erp", "person")) == 1
    assert {f.what for f in applied.fates if f.field == "account"} <= {"dropped", "waits"}
    assert {system for system, _ in applied.not_looked_at} == {"erp"}
    small.systems["erp"].up = True
    small.settle(2)
    apply(small.hub, plan(small.hub))
    assert small.values("erp", "person")["account"] == small.row("erp", "account").id
