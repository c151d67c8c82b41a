"""Lists that do not tell all: what they leave out stays as it was seen, and is looked at if it may have moved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from small_world import TEXT, Small, bind, calm, contacts

from syncline.connect.request import Answer, Effect, Request
from syncline.mapping.expression import Expression
from syncline.mapping.groups import group
from syncline.mapping.lens import Lens, rename
from syncline.mapping.nested import group_lens
from syncline.mapping.words import join
from syncline.merge.policy import EntityPolicy, FieldPolicy
from syncline.sync import observe
from syncline.testing import deals
from syncline.testing.systems import Habits


class PartLists(Small):
    """The CRM's lists of deals tell no lines; its direct reads do."""

    def __init__(self, **habits: Any) -> None:
        whole = deals.declaration()
        two = replace(
            whole, order=("crm", "erp"), bindings=tuple(b for b in whole.bindings if b.system != "shop"),
            births=tuple(b for b in whole.births if b.system != "shop"),
        )  # fmt: skip
        given: dict[str, Habits] = {"crm": calm(empty="", **habits), "erp": calm()}
        super().__init__(two, given)
        crm = self.hub.connectors["crm"]
        streams = tuple(replace(s, whole_lists=False) if s.name == "deal" else s for s in crm.streams)
        self.hub = replace(self.hub, connectors={**self.hub.connectors, "crm": replace(crm, streams=streams)})

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        answer = super().call(system, request, effect)
        if (system, request.method, request.path) == ("crm", "GET", "/deal"):
            items = [{k: v for k, v in one.items() if k != "lines"} for one in answer.body["items"]]
            return replace(answer, body={**answer.body, "items": items})
        return answer

    def deal(self) -> str:
        """A deal with two lines, known everywhere."""
        lines = [{"product": "a", "qty": 1}, {"product": "b", "qty": 2}]
        row = self.systems["crm"].make("deal", {"title": "d1", "stage": "s", "lines": lines})
        self.settle()
        return row.id

    def listed(self, system: str) -> list[tuple[str, int]]:
        (row,) = self.alive(system, "deal")
        return sorted((line["product"], line["qty"]) for line in row.now.values["lines"])

    def edit(self, system: str, rid: str, **values: Any) -> None:
        self.systems[system].change("deal", rid, values)

    def looks(self) -> int:
        return sum(call.system == "crm" and call.path == "/deal/get" for call in self.calls)


def test_what_a_list_does_not_tell_stays_as_it_was_seen() -> None:
    small = PartLists()
    rid = small.deal()
    assert small.listed("erp") == [("a", 1), ("b", 2)]
    small.edit("crm", rid, stage="t")
    small.now += 5.0
    observe.advance(small.hub, "crm", "deal")  # the list, and no look yet
    seen = small.link("crm", rid, "deal").seen
    assert seen["stage"] == "t"
    assert [line["product"] for line in seen["lines"]] == ["a", "b"]
    small.settle()
    assert small.values("erp", "deal")["stage"] == "t"
    assert small.listed("erp") == small.listed("crm") == [("a", 1), ("b", 2)]


def test_lines_edited_at_both_ends_meet() -> None:
    for habits in ({}, {"versions": None}):
        small = PartLists(**habits)
        rid = small.deal()
        (order,) = small.alive("erp", "deal")
        lines = [dict(line) for line in small.row("crm", "deal").now.values["lines"]]
        small.edit("crm", rid, stage="t", lines=[lines[0], {**lines[1], "qty": 7}])
        theirs = [dict(line) for line in order.now.values["lines"]]
        small.edit("erp", order.id, lines=[*theirs, {"product": "c", "qty": 3}])
        small.settle()
        assert small.listed("crm") == small.listed("erp") == [("a", 1), ("b", 7), ("c", 3)]


def test_only_lines_moved_and_the_list_shows_no_more_than_a_new_version() -> None:
    small = PartLists()
    rid = small.deal()
    lines = [dict(line) for line in small.row("crm", "deal").now.values["lines"]]
    small.edit("crm", rid, lines=[{**lines[0], "qty": 9}])
    small.settle()
    assert small.listed("erp") == [("a", 9)]


def test_a_row_at_rest_is_not_looked_at_for_ever() -> None:
    for habits in ({}, {"versions": "seconds"}, {"versions": None}):
        small = PartLists(**habits)
        small.deal()
        small.settle()
        small.calls.clear()
        small.observe(12)
        assert small.looks() == 0, habits
        assert small.writes() == []


def test_a_field_that_was_written_is_not_confirmed_by_a_list_that_does_not_tell_it() -> None:
    small = PartLists(tells=False)
    small.deal()
    (order,) = small.alive("erp", "deal")
    theirs = [dict(line) for line in order.now.values["lines"]]
    small.edit("erp", order.id, lines=[{**theirs[0], "qty": 4}, theirs[1]])
    small.settle()
    assert small.listed("crm") == [("a", 4), ("b", 2)]
    record = small.case_of("crm", "deal").record.id
    assert "no-effect" not in [entry.kind for entry in small.hub.ledger.history([record])[record]]


# ---- parts of one field
def place() -> Lens:
    """Street and city, which are parts of one nested object."""
    return group_lens({"street": rename("home.street", TEXT), "city": rename("home.city", TEXT)}, ADDRESS)


ADDRESS = group({"street": TEXT, "city": TEXT})
WORKS = Expression(text="status = 'in'", reads=frozenset({"status"}), evaluate=lambda column: column("status") == "in")
HABITS: list[dict[str, Any]] = [{}, {"versions": "seconds"}, {"versions": None}]


class HalfTold(Small):
    """The CRM's lists of contacts tell the first name and the city; its direct reads tell last name and street too."""

    def __init__(self, scope: Expression | None = None, **habits: Any) -> None:
        fields = ("email", "name", "address", "status")
        types = {"address": ADDRESS}
        policies = {f: FieldPolicy(name=f, type=types.get(f, TEXT), empty="clear") for f in fields}
        entity = EntityPolicy(name="contact", fields=policies)
        crm = bind("crm", entity, {"name": join(("first", "last"), TEXT), "address": place()}, scope=scope)
        whole = replace(contacts("crm", "erp"), entities={"contact": entity}, bindings=(crm, bind("erp", entity)))
        super().__init__(whole, {"crm": calm(**habits), "erp": calm()})
        found = self.hub.connectors["crm"]
        streams = tuple(replace(s, whole_lists=False) for s in found.streams)
        self.hub = replace(self.hub, connectors={**self.hub.connectors, "crm": replace(found, streams=streams)})
        values = {"email": "a@x", "first": "Ann", "last": "Lee", "home": {"street": "s", "city": "c"}, "status": "in"}
        self.rid = self.systems["crm"].make("contact", values).id
        self.settle()

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        answer = super().call(system, request, effect)
        if (system, request.method, request.path) == ("crm", "GET", "/contact"):
            items = [{k: v for k, v in one.items() if k not in ("last", "status")} for one in answer.body["items"]]
            items = [{**one, "home": {"city": one["home"]["city"]}} for one in items]
            return replace(answer, body={**answer.body, "items": items})
        return answer

    def edit(self, **values: Any) -> None:
        self.systems["crm"].change("contact", self.rid, values)
        self.settle()

    def is_at_rest(self) -> bool:
        self.calls.clear()
        self.observe(12)
        return not any(call.path == "/contact/get" for call in self.calls) and self.writes() == []


@pytest.mark.parametrize("habits", HABITS)
def test_half_of_a_field_in_a_list_is_an_edit_that_the_look_shows_whole(habits: dict[str, Any]) -> None:
    small = HalfTold(**habits)
    assert small.values("erp")["name"] == "Ann Lee"
    small.edit(first="Anna")
    assert small.values("erp")["name"] == "Anna Lee"
    small.edit(home={"street": "s", "city": "d"})
    assert small.values("erp")["address"] == {"street": "s", "city": "d"}
    small.edit(first="Bo", last="Ray")
    assert small.values("erp")["name"] == "Bo Ray"
    record = small.record(small.link("crm", small.rid))
    assert record.fields["name"].version == 3, "half of a name was never taken for a name"
    assert small.is_at_rest()


@pytest.mark.parametrize("habits", HABITS[:2])
def test_what_puts_a_sleeping_row_back_is_seen_though_lists_do_not_tell_it(habits: dict[str, Any]) -> None:
    small = HalfTold(WORKS, **habits)
    small.edit(status="out")
    assert small.link("crm", small.rid).state == "asleep"
    small.edit(first="Anna")
    assert small.link("crm", small.rid).state == "asleep"
    assert small.link("crm", small.rid).seen["status"] == "out"
    assert small.is_at_rest()
    small.edit(status="in")
    assert small.link("crm", small.rid).state == "active"
    assert small.values("erp")["name"] == "Anna Lee"
    assert small.values("erp")["status"] == "in"
