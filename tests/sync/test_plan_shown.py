"""The plan shown is the plan executed (I17), by delivery and by apply: a property of any edits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from small_world import Call, Small

from syncline.sync.apply import apply
from syncline.sync.plan import plan
from syncline.testing import company

Told = tuple[str, str, str, Any]
"""(system, stream, row or key, method and values): one write as it left or as it was planned."""


def left(small: Small, calls: Iterable[Call]) -> set[tuple[Any, ...]]:
    """Every field of every write that left, by the record it was for."""
    out = set()
    for call in calls:
        _, stream, *rest = call.path.split("/")
        binding = small.hub.declaration.binding(call.system, stream)
        if call.method == "POST":
            row = next(
                r
                for r in small.systems[call.system].rows[stream].values()
                if r.history[0].values.items() >= stored(small, call).items()
            )
            record = small.link(call.system, row.id, stream).record
        else:
            record = small.link(call.system, rest[0], stream).record
        if call.method == "DELETE":
            out.add((call.system, stream, record, "delete", None, None))
            continue
        told = {name: call.json[name] for name in call.json}
        raws = {raw for bound in binding.fields for raw in bound.lens.reads}
        assert set(told) <= raws
        kind = "create" if call.method == "POST" else "update"
        out |= {(call.system, stream, record, kind, name, str(value or None)) for name, value in told.items()}
    return out


def stored(small: Small, call: Call) -> dict[str, Any]:
    return {name: small.systems[call.system].habits.stores(name, value) for name, value in call.json.items()}


def shown(small: Small) -> set[tuple[Any, ...]]:
    """The same of a plan, mapped out."""
    out: set[tuple[Any, ...]] = set()
    for write in plan(small.hub).writes():
        binding = small.hub.declaration.binding(write.system, write.stream)
        if write.write == "delete":
            out.add((write.system, write.stream, write.record, "delete", None, None))
        raw = binding.write({one.field: one.after for one in write.fields})
        out |= {(write.system, write.stream, write.record, write.write, k, str(v or None)) for k, v in raw.items()}
    return out


# ---- the property: normalising systems, one that answers 204, conflicts, parked fields
HABITS = {
    name: replace(habits, lost_before=0.0, lost_after=0.0, lands_late=0.0, drops=0.0, lag=0.0)
    for name, habits in company.HABITS.items()
}
EDITS = st.lists(
    st.tuples(
        st.sampled_from(company.ORDER), st.integers(0, 3),
        st.sampled_from(["name", "addr", "price", "code", "rep", "tags"]),
        st.sampled_from(["", "a", "B & co", "a very long street", "t1,t2", "t3"]),
    ),
    max_size=12,
)  # fmt: skip
DELETED = st.lists(st.tuples(st.sampled_from(company.ORDER), st.integers(0, 3)), max_size=2)


def company_world(first: Any, second: Any, deleted: Any, mode: Any = "live") -> Small:
    """The company of the simulation, four contacts, two rounds of edits; the second is read and not told."""
    small = Small(replace(company.declaration(), brakes_from_links=10**6), HABITS, batch=7)
    for number in range(4):
        system = small.systems[company.ORDER[number % 3]]
        system.make("contact", {"email": f"k{number}@x", "name": f"n{number}", "rep": "r", "addr": f"s{number}"})
    small.settle(4)
    for edits, tell in ((first, True), (second, False)):
        for system, number, field, value in edits:
            rows = small.alive(system)
            if number < len(rows):
                small.systems[system].change("contact", rows[number].id, {field: value})
                small.now += 0.1
        small.observe(3)
        if tell:
            small.deliver()
            small.observe(3)
    for system, number in deleted:
        rows = small.alive(system)
        if number < len(rows):
            small.systems[system].kill("contact", rows[number].id)
    small.systems["shop"].make("contact", {"email": "new@x", "name": "new & co"})
    small.observe(4)
    small.now += 10.0
    small.other(replace(small.hub.declaration, mode=mode))
    return small


@settings(max_examples=25)
@given(EDITS, EDITS, DELETED)
def test_what_delivery_tells_is_what_the_plan_showed(first: Any, second: Any, deleted: Any) -> None:
    small = company_world(first, second, deleted)
    expected, before = shown(small), len(small.writes())
    small.deliver()
    assert left(small, small.writes()[before:]) == expected


@settings(max_examples=25)
@given(EDITS, EDITS, DELETED)
def test_what_apply_tells_is_what_the_plan_showed(first: Any, second: Any, deleted: Any) -> None:
    small = company_world(first, second, deleted, "approve")
    made, expected, before = plan(small.hub), shown(small), len(small.writes())
    applied = apply(small.hub, made)
    assert left(small, small.writes()[before:]) == expected
    assert [fate for fate in applied.fates if fate.what != "left"] == []
    told = len(small.writes())
    again = apply(small.hub, made)
    assert len(small.writes()) == told
    assert again.of("left") == []


@settings(max_examples=15)
@given(EDITS, EDITS)
def test_what_moves_before_the_look_is_left_out(first: Any, second: Any) -> None:
    small = company_world(first, second, [], "approve")
    made, before = plan(small.hub), len(small.writes())
    for system in small.systems.values():
        for row in list(system.rows["contact"].values()):
            if row.dead is None:
                system.change("contact", row.id, {"name": f"moved {system.name} {row.id}"})
    small.now += 10.0
    applied = apply(small.hub, made)
    assert [call.method for call in small.writes()[before:] if call.method != "POST"] == []
    updates = [one for one in made.writes() if one.write == "update"]
    assert {f.write.link for f in applied.of("dropped")} == {one.link for one in updates}
