"""Random edits, looks, writes, lost answers and decisions on one record keep what the design promises."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from merge.kit import ORDER, Scene, plain
from syncline.mapping.binding import Reading
from syncline.merge import conflicts, receipts, see, taking

POLICIES: tuple[dict[str, Any], ...] = (
    {"empty": "clear"},
    {"empty": "keep"},
    {"policy": "manual", "empty": "clear"},
    {"policy": "truth", "truth": "erp"},
    {"policy": "truth", "truth": "origin", "strict": True},
    {"policy": "longest"},
    {"policy": "first-set", "empty": "clear"},
)
LISTED = {"conflict", "conflict-lost", "refused", "blank-refused", "parked", "merged", "conflict-closed"}
SYSTEMS, VALUES = st.sampled_from(ORDER), st.sampled_from(["ann", "bob", "Cy", None])
STEPS = st.one_of(
    st.tuples(st.just("edit"), SYSTEMS, VALUES),
    st.tuples(st.just("look"), SYSTEMS, st.none()),
    st.tuples(st.just("write"), SYSTEMS, st.sampled_from(["told", "silent", "dropped", "lost", "arrived"])),
    st.tuples(st.just("decide"), SYSTEMS, VALUES),
)


class World:
    """What the systems really hold, and the scene that learns of it."""

    def __init__(self, policy: dict[str, Any]) -> None:
        self.scene = Scene(plain(**policy), plain("quiet")).agreed("erp", name="old", quiet="still")
        self.there: dict[str, Any] = dict.fromkeys(ORDER, "old")
        self.said = {"old"}

    def do(self, what: str, system: str, value: Any) -> None:
        if what == "edit":
            self.there[system] = value
        elif what == "look":
            self.look(system)
        elif what == "write":
            self.write(system, value)
        elif "name" in self.scene.case.record.conflicts:
            conflicts.settle(self.scene.case, "name", value, None, "ann")
        self.said.add(self.scene.value())
        self.keeps()

    def look(self, system: str, **read: Any) -> None:
        """An accepted look, checked against what was known before it."""
        scene, lid, new = self.scene, self.scene.lid(system), self.there[system]
        known, was, entries = scene.known(system), scene.case.view(lid)["name"], len(scene.case.entries)
        moved = not scene.case.equal("name", was, new) and not (known.sent or known.doubts)
        both = moved and taking.hub_moved(scene.case, lid, "name") and not scene.case.is_open(lid, "name")
        news = not scene.case.equal("name", new, scene.value())
        assert scene.sees(system, name=new, read=read) == "accept"
        fresh = scene.case.entries[entries:]
        if both and news and not scene.case.policy("name").merges:
            assert LISTED & {entry.kind for entry in fresh}  # I9
        if moved and news and not scene.case.equal("name", new, scene.value()):
            assert new in {entry.after for entry in fresh} | self.sides()  # I1
        self.again(system)

    def sides(self) -> set[Any]:
        conflict = self.scene.case.record.conflicts.get("name")
        return set(conflict.sides.values()) if conflict else set()

    def again(self, system: str) -> None:
        """The last observation once more changes nothing, once what is equal already is agreed."""
        scene, lid = self.scene, self.scene.lid(system)
        scene.due(system)
        before = scene.case.record, dict(scene.case.links), len(scene.case.entries)
        held = dict(scene.case.view(lid))
        see.see(scene.case, lid, scene.look(system), held, Reading(told=held), scene.case.links[lid].fingerprint)
        assert (scene.case.record, scene.case.links, len(scene.case.entries)) == before

    def write(self, system: str, outcome: str) -> None:
        """Look before write; then what is due, with one of the answers that the world gives."""
        self.look(system)
        scene = self.scene
        due = scene.due(system)
        if "name" not in due:
            return
        intent = scene.writes(system)
        if outcome in ("told", "silent", "arrived"):
            self.there[system] = due["name"]
        if outcome == "told":
            scene.answers(intent, **due)
        elif outcome in ("silent", "dropped"):
            receipts.receive(scene.case, intent, None, scene.now)
        else:
            receipts.doubt(scene.case, intent)

    def keeps(self) -> None:
        """What holds at every moment."""
        scene = self.scene
        for link in scene.case.links.values():
            due = scene.due(link.system)
            assert "quiet" not in due  # a field nobody changed is never due
            assert "name" not in due or not scene.case.is_open(link.id, "name")
        assert all(entry.field == "name" for entry in scene.case.entries)

    def comes_to_rest(self) -> None:
        """Every look is taken, every write told, and a person answers."""
        for _ in range(6):
            self.scene.later(100)
            for system in ORDER:
                self.look(system, direct=True)
                if "name" in self.scene.case.record.conflicts:
                    conflicts.settle(self.scene.case, "name", "Cy", None, "ann")
                self.write(system, "told")
            self.keeps()


@given(st.sampled_from(POLICIES), st.lists(STEPS, max_size=25))
def test_no_value_disappears_unrecorded_and_everything_comes_to_rest(policy, steps):
    world = World(policy)
    for step in steps:
        world.do(*step)
    world.comes_to_rest()
    scene = world.scene
    assert scene.due_anywhere() == {}
    for link in scene.case.links.values():
        assert not scene.known(link.system).sent
        assert not scene.known(link.system).doubts
        assert scene.known(link.system).parked or scene.case.equal("name", world.there[link.system], scene.value())


@given(st.sampled_from(POLICIES), st.lists(STEPS, max_size=12))
def test_a_settled_scene_that_is_looked_at_again_writes_nothing(policy, steps):
    world = World(policy)
    for step in steps:
        world.do(*step)
    world.comes_to_rest()
    record, entries = world.scene.case.record, len(world.scene.case.entries)
    for system in ORDER:
        world.look(system)
    assert (world.scene.case.record, len(world.scene.case.entries), world.scene.due_anywhere()) == (record, entries, {})


@given(st.lists(STEPS.filter(lambda step: step[0] != "write"), max_size=20))
def test_the_hubs_own_values_are_never_the_reason_for_a_version(steps):
    world = World({"empty": "clear"})
    for step in steps:
        world.do(*step)
    looks_that_moved = [entry for entry in world.scene.case.entries if entry.kind in ("taken", "conflict-closed")]
    assert world.scene.case.value("name").version <= 1 + len(looks_that_moved)  # I5
