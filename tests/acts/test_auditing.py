"""An audit says where two full systems agree: its numbers are a plan's, and what a slow second way would count."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest
from acting_world import HUB, ActingWorld, acting, down

from syncline.acts import forgetting
from syncline.acts.act import Audit, Couple, Plan, Settle, Sync
from syncline.acts.told import Audited, Coupled, Done, Planned, Refused, Synced
from syncline.config.load import load
from syncline.connect.door import Refused as NotLetOut
from syncline.connect.request import Request
from syncline.egress.reading import OnlyReads
from syncline.identity.match import is_blank
from syncline.look.audit_words import ending, sentences, unmatched
from syncline.look.audited import EntityAudited, FieldAudited
from syncline.sync import rounds
from syncline.sync.hub import Hub


class Cut(KeyboardInterrupt):
    """Ctrl-C, while a page is on its way."""


def filled(world: ActingWorld) -> None:
    """Both were filled by hand: three equal, four that differ, others alone, twice, ambiguous, or invalid."""
    world.both(3, price="1", visits=1)
    for system, name, phone, price in (("crm", "Alfa", "1", "5"), ("erp", "Beta", None, "6")):
        world.type(system, email="d@example.test", name=name, phone=phone, price=price, visits=1)
        world.type(system, email=f"only-{system}@example.test", name=f"Only {system}", visits=1)
    for system, visits in (("crm", 1), ("erp", "many")):
        world.type(system, email="v@example.test", name="Visitor", visits=visits)
    for name in ("Twin", "Twin again"):
        world.type("crm", email="twin@example.test", name=name, visits=1)
    world.type("erp", email="twin@example.test", name="Which twin", visits=1)


def audit(world: ActingWorld, **how: object) -> Audited:
    return world.done(Audited, Audit(**how))  # type: ignore[arg-type]


def contact(told: Audited) -> EntityAudited:
    return next(one for one in told.entities if one.entity == "contact")


def field(told: Audited, name: str) -> FieldAudited:
    return next(one for one in contact(told).fields if one.field == name)


def test_it_says_who_is_where(world: ActingWorld) -> None:
    filled(world)
    one = contact(audit(world))
    assert one.rows == {"crm": 8, "erp": 7}
    assert (one.both, one.every, one.same, one.records) == ({"crm + erp": 5}, 5, 3, 9)
    assert (one.only_in("crm"), one.only_in("erp"), one.unread) == (2, 1, ())
    born = {(found.systems, found.missing): found.count for found in one.of("only") if found.born}
    assert born == {(("crm",), "erp"): 1, (("erp",), "crm"): 1}
    asked = [(found.count, found.why) for found in one.of("only") if not found.born]
    assert asked == [(1, "a row there matches several records")]
    assert [(found.count, found.groups) for found in one.of("duplicate")] == [(1, 1)]
    assert [(found.count, found.systems) for found in one.of("ambiguous")] == [(1, ("erp",))]
    twin = one.of("duplicate")[0].examples[0]
    assert (twin.name, [row.id for row in twin.rows]) == ("Twin again", ["crm6", "crm7"])
    doubt = one.of("ambiguous")[0].examples[0]
    assert (doubt.at, doubt.name) == ("erp/contact/erp6", "Which twin")
    assert "matches 2 by email" in doubt.why


def test_it_says_field_by_field_what_differs_and_in_whose_favour(world: ActingWorld) -> None:
    filled(world)
    told = audit(world)
    name, price, phone, visits = (field(told, one) for one in ("name", "price", "phone", "visits"))
    assert (name.compared, name.equal, name.differs, name.open, name.settled) == (5, 4, 1, 1, {})
    assert name.differ_examples[0].values == {"crm": "Alfa", "erp": "Beta"}
    assert (price.truth, price.differs, price.settled) == ("erp", 1, {"erp": 1})
    assert (price.compared, price.equal, price.blank) == (5, 3, 1)
    assert (phone.one_blank, phone.blank_in, phone.filled, phone.differs) == (1, {"erp": 1}, 1, 0)
    assert (visits.invalid, visits.compared, visits.equal) == ({"erp": 1}, 4, 4)
    example = visits.invalid_examples[0]
    assert example.values == {"erp": "many"}
    assert example.why.startswith("visits in erp: ")
    for one in contact(told).fields:
        assert one.compared == one.equal + one.blank + one.one_blank + one.differs
        assert one.differs == one.open + one.left + sum(one.settled.values())


def test_its_numbers_are_those_of_a_plan(world: ActingWorld) -> None:
    filled(world)
    told, planned = audit(world), world.done(Planned, Plan())
    assert (told.comes, told.counts, told.calls) == (planned.comes, planned.counts, planned.calls)
    assert (told.seconds, told.open_count, told.then) == (planned.seconds, planned.open_count, planned.then)
    assert told.created + told.updated == planned.writes == 4
    assert ending(told).startswith(f"Going live would create {told.created:,}, update {told.updated:,}, leave ")


def test_going_live_does_what_it_says(world: ActingWorld) -> None:
    filled(world)
    told, done = audit(world), world.done(Synced, Sync())
    assert done.written == {"create": told.created, "update": told.updated}
    again = audit(world)
    assert (again.created, again.updated) == (0, 0)
    assert contact(again).every == 7
    assert again.open_count == told.open_count


@pytest.mark.parametrize("mode", ["read-only", "approve", "live"])
def test_nothing_is_written_in_any_mode(tmp_path: Path, mode: str) -> None:
    with acting(tmp_path, mode=mode) as world:
        filled(world)
        assert audit(world).created == 2
        assert {effect for _, effect, _ in world.calls} == {"read"}
        assert not world.hub.ledger.has_written()


def test_a_write_that_an_audit_would_make_does_not_leave(world: ActingWorld) -> None:
    door = OnlyReads(door=world)
    with pytest.raises(NotLetOut, match="only reads"):
        door.call("crm", Request(method="POST", path="/contact", json={"name": "x"}), "write")
    assert world.calls == []


# ---- the fast way and the slow one
def slowly(hub: Hub) -> dict[str, Counter[str]]:
    """Every row is mapped in again, and all values of a record are compared."""
    counts: dict[str, Counter[str]] = {}
    for record in hub.ledger.records(hub.ledger.scan(0, 10_000)).values():
        links = [one for one in hub.ledger.links_of([record.id])[record.id] if one.external_id is not None]
        told = [hub.declaration.binding(one.system, one.stream).read(one.seen, lambda ref: None).told for one in links]
        for name, policy in hub.declaration.entities[record.entity].fields.items():
            values = [one[name] for one in told if name in one]
            if len(values) < 2:
                continue
            full = [one for one in values if not is_blank(one)]
            same = all(policy.type.equal(one, full[0]) for one in full)
            what = "blank" if not full else "differs" if not same else "equal" if full == values else "one_blank"
            if full and len(full) == len(values) and same:
                what = "equal"
            counts.setdefault(name, Counter()).update(["compared", what])
    return counts


@pytest.mark.parametrize("seed", range(6))
def test_what_is_read_from_the_ledger_is_what_mapping_all_again_counts(tmp_path: Path, seed: int) -> None:
    draw = Random(seed)
    with acting(tmp_path, mode="live") as world:
        for n in range(30):
            for system in ("crm", "erp"):
                if draw.random() < 0.8:
                    values = {name: draw.choice([None, "", "1", "2", " 1 "]) for name in ("name", "phone", "price")}
                    visits = draw.choice([None, 1, 2, "many"])
                    world.type(system, email=f"c{n}@example.test", rep=draw.choice("ab"), visits=visits, **values)
        for rounds in range(2):
            told, slow = audit(world), slowly(world.hub)
            found = {
                one.field: +Counter({what: getattr(one, what) for what in slow[one.field]})
                for one in contact(told).fields if one.compared
            }  # fmt: skip
            assert found == {name: +counts for name, counts in slow.items()}
            if rounds == 0:
                world.done(Synced, Sync())
                world.edit("crm", "crm0", name="Edited", phone=None)


# ---- cut, and gone on with
def pages(world: ActingWorld, since: int = 0) -> list[tuple[str, object]]:
    """The pages of a first read that were asked for: (system, where it begins)."""
    return [
        (system, request.params["after"]) for system, _, request in world.calls[since:]
        if request.path == "/contact" and request.params["since"] < 100
    ]  # fmt: skip


def test_a_read_that_was_cut_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with acting(tmp_path, crm={"page_size": 3}, erp={"page_size": 3}) as world:
        world.both(20)
        world.now = 5000.0
        door, left = world.hub.door, 5

        class Cutting:
            def call(self, *asked: object) -> object:
                nonlocal left
                left -= 1
                if left < 0:
                    raise Cut
                return door.call(*asked)  # type: ignore[arg-type]

        from dataclasses import replace

        whole, world.hub = world.hub, replace(world.hub, door=Cutting())  # type: ignore[arg-type]
        with pytest.raises(Cut):
            world.act(Audit())
        first = pages(world)
        assert len(first) == 5
        world.hub, mark = whole, len(world.calls)
        told = audit(world)
        second = pages(world, mark)
        assert not set(first) & set(second), "no page is read twice"
        assert contact(told).rows == {"crm": 20, "erp": 20}
        assert (contact(told).every, contact(told).same) == (20, 20)


def test_what_cannot_be_reached_is_said_and_the_rest_is_told(world: ActingWorld) -> None:
    filled(world)
    down(world, "erp")
    told = audit(world)
    assert [one.system for one in told.not_reached] == ["erp"]
    one = contact(told)
    assert (one.unread, one.rows) == (("erp",), {"crm": 8, "erp": 0})
    assert [(found.count, found.born, found.why) for found in one.of("only")] == [
        (7, False, "erp was not read to its end")
    ]
    assert not unmatched(one), "nobody knows what is there"
    assert told.created == 0
    assert told.next[-1] == "syncline audit"


# ---- anew
def rematched(world: ActingWorld, old: str, new: str) -> None:
    """Somebody changes hub.yaml."""
    from dataclasses import replace

    text = HUB.replace("MODE", "live")
    assert old in text
    declared = load(text.replace(old, new), dict(world.hub.connectors), environment={}).declaration
    world.hub = replace(world.hub, declaration=declared)


def test_other_match_rules_are_read_anew_while_nothing_was_written(world: ActingWorld) -> None:
    filled(world)
    before = audit(world)
    assert before.anew == ""
    rematched(world, "[email]", "[name]")
    after = audit(world)
    assert after.anew.startswith("hub.yaml, or Syncline itself, says other things of contact than when it was read")
    assert (contact(before).every, contact(after).every) == (5, 4)
    assert audit(world).anew == ""


def test_what_changes_nothing_about_a_meeting_is_not_read_anew(world: ActingWorld) -> None:
    filled(world)
    audit(world)
    rematched(world, "hub: acting", "hub: acting\nzone: Europe/Vienna")
    assert audit(world).anew == ""


def test_decisions_that_went_with_it_are_counted(world: ActingWorld) -> None:
    filled(world)
    told = audit(world)
    at = field(told, "name").differ_examples[0].at
    from dataclasses import replace

    whole = world.hub
    world.hub = replace(whole, declaration=replace(whole.declaration, mode="read-only"))
    world.done(Done, Settle(how="set", at=at, value="Gamma"))
    again = audit(world, anew=True)
    assert again.anew == (
        "As asked: what was read before is forgotten, and everything is read anew; 1 decision of people went with it, "
        "to be made again."
    )
    assert field(again, "name").open == 1


def test_a_hub_that_wrote_forgets_nothing(world: ActingWorld) -> None:
    filled(world)
    world.done(Synced, Sync())
    told = world.act(Audit(anew=True))
    assert isinstance(told, Refused)
    assert told.remedy == "syncline sync --full reads everything again"
    rematched(world, "[email]", "[name]")
    assert audit(world).anew == ""
    assert contact(audit(world)).every == 7


# ---- what is asked for
@pytest.mark.parametrize("share", [0.0, -1.0, 1.5, 0.001])
def test_a_share_that_is_none_is_refused(world: ActingWorld, share: float) -> None:
    told = world.act(Audit(share=share))
    assert isinstance(told, Refused)
    assert "--share" in told.remedy
    assert world.calls == []


def test_two_full_systems_that_share_nothing_are_told_apart(world: ActingWorld) -> None:
    for system in ("crm", "erp"):
        for n in range(3):
            world.type(system, email=f"{system}{n}@example.test", name=f"Contact {n}")
    told = audit(world)
    assert unmatched(contact(told))
    assert told.next[0].startswith("first_sync.match in hub.yaml: no contact ")
    assert told.next[1].startswith("syncline links import FILE takes over pairs of ids")
    assert told.next[-1] == "syncline plan"


def test_its_sentences_say_what_matters(world: ActingWorld) -> None:
    filled(world)
    where, differs, stands = sentences(audit(world))
    assert where == "contact: 8 in crm, 7 in erp, 5 in both."
    assert differs.startswith("Of ")
    assert "contact.name 1" in differs
    assert stands == (
        "1 row may be there twice inside one system; 1 row matches several records; 1 value does not fit."
    )


def test_progress_names_what_is_read_matched_and_compared(world: ActingWorld) -> None:
    world.both(3)
    audit(world)
    said = {one.what for one in world.steps}
    assert {"reading crm contact", "matching crm contact", "matching erp contact"} <= said


# ---- what stays when it begins anew
@pytest.mark.parametrize("before", [True, False], ids=["coupled before anything was read", "coupled after an audit"])
def test_couplings_outlive_beginning_anew(tmp_path: Path, before: bool) -> None:
    file = tmp_path / "old.csv"
    file.write_text("crm/contact,erp/contact\ncrm0,erp0\n")
    with acting(tmp_path, mode="read-only") as world:
        for system in ("crm", "erp"):
            world.type(system, email=f"{system}@example.test", name="Contact 1")
        if not before:
            assert contact(audit(world)).every == 0
        world.done(Coupled, Couple(file=str(file), named="old.csv"))
        assert contact(audit(world)).every == 1
        told = audit(world, anew=True)
        assert told.anew.startswith("As asked")
        assert contact(told).every == 1
        assert world.link("crm", "crm0").record == world.link("erp", "erp0").record


def test_nothing_is_read_looked_at_or_told_while_a_hub_begins_anew(world: ActingWorld) -> None:
    with forgetting.at_rest(world.hub):
        for step in ("read", "read parts", "look", "tell"):
            for place in rounds.places(world.hub):
                assert world.hub.beside.turns[step, *place].is_mine()
