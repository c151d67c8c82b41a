"""Fields of ours that the declaration needs are named, then made; one that cannot be made holds up no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from acting_world import ActingWorld

from syncline.acts.act import Pause, Plan, Provision, Undo
from syncline.acts.told import Done, Planned, Provisioned, Refused
from syncline.connect.request import Answer, Conversation, Effect, Page, Request
from syncline.connect.stream import Field


class Defining:
    """Passes everything on, but answers the requests that make a field."""

    def __init__(self, world: ActingWorld, status: dict[str, int]) -> None:
        self.world, self.status, self.made = world, status, list[tuple[str, str]]()

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        if not request.path.startswith("/_field/"):
            return self.world.call(system, request, effect)
        self.made.append((system, request.path))
        there = self.made.count((system, request.path)) > 1
        body: Any = {"field": None, "reason": "not allowed"}
        return Answer(status=409 if there else self.status.get(system, 200), body=body)


def needing(world: ActingWorld, **status: int) -> Defining:
    """Both systems need a field of ours before the first create."""
    own = Field(name="our_id")
    door = Defining(world, status)
    connectors = {}
    for name, made in world.hub.connectors.items():
        streams = tuple(
            replace(one, needs=(own,), define=lambda field: Request(method="POST", path=f"/_field/{field.name}"))
            for one in made.streams
        )
        known = made.errors

        def errors(answer: Answer, known: Any = known) -> Any:
            from syncline.model.outcome import Exists

            return Exists(id="our_id") if answer.status == 409 else known(answer)

        connectors[name] = replace(made, streams=streams, errors=errors)
    world.hub = replace(world.hub, connectors=connectors, door=door)
    return door


def states(told: Provisioned) -> list[tuple[str, str, str]]:
    return [(one.system, one.field, one.state) for one in told.fields]


def test_what_cannot_be_told_is_said_so_and_then_made_once(world: ActingWorld) -> None:
    door = needing(world)
    named = world.done(Provisioned, Provision(dry=True))
    assert states(named) == [("crm", "our_id", "unknown"), ("erp", "our_id", "unknown")]
    assert door.made == []
    assert [state for *_, state in states(world.done(Provisioned, Provision()))] == ["made", "made"]
    assert [state for *_, state in states(world.done(Provisioned, Provision()))] == ["there", "there"]


def telling(world: ActingWorld, **there: tuple[str, ...]) -> None:
    """The systems tell which of our fields they have."""

    def told(has: tuple[str, ...]) -> Any:
        def defined(names: Sequence[str]) -> Conversation:
            yield from ()
            return Page(records=tuple({"name": one} for one in names if one in has))

        return defined

    known = world.hub.connectors
    told_of = {
        name: replace(made, streams=tuple(replace(one, defined=told(there.get(name, ()))) for one in made.streams))
        for name, made in known.items()
    }
    world.hub = replace(world.hub, connectors=told_of)


def test_what_is_missing_is_told_from_what_is_there_and_a_plan_warns_of_it(world: ActingWorld) -> None:
    needing(world)
    telling(world, crm=("our_id",))
    named = world.done(Provisioned, Provision(dry=True))
    assert states(named) == [("crm", "our_id", "there"), ("erp", "our_id", "missing")]
    assert world.done(Planned, Plan()).missing == (), "no create needs it"
    world.type("crm", email="new@example.test", name="New")
    assert [(one.system, one.field) for one in world.done(Planned, Plan()).missing] == [("erp", "our_id")]
    telling(world, crm=("our_id",), erp=("our_id",))
    assert world.done(Planned, Plan()).missing == ()


def test_one_that_cannot_be_made_holds_up_no_other(world: ActingWorld) -> None:
    needing(world, crm=422)
    told = world.done(Provisioned, Provision())
    assert states(told) == [("crm", "our_id", "failed"), ("erp", "our_id", "made")]
    assert "not allowed" in told.fields[0].why


def test_nothing_is_made_in_a_system_that_is_paused(world: ActingWorld) -> None:
    door = needing(world)
    world.done(Done, Pause(what="crm"))
    told = world.done(Provisioned, Provision())
    assert [(one.state, one.why) for one in told.fields] == [
        ("failed", "crm is paused: anna; to go on: syncline resume crm"),
        ("made", ""),
    ]
    assert [system for system, _ in door.made] == ["erp"]


def test_who_made_them_and_in_which_run_is_kept(world: ActingWorld) -> None:
    needing(world, crm=422)
    told = world.done(Provisioned, Provision())
    assert told.run > 0
    run = world.hub.ledger.run(told.run)
    assert run is not None
    assert (run.kind, run.note) == ("provision", "anna")
    named = world.done(Provisioned, Provision(dry=True))
    assert [(one.system, one.run, one.by) for one in named.fields] == [("crm", 0, ""), ("erp", told.run, "anna")]
    refused = world.done(Refused, Undo(run=told.run))
    assert refused.remedy == "syncline provision --remove takes the fields away"


def test_in_mode_read_only_nothing_is_made_and_the_remedy_is_said(world: ActingWorld) -> None:
    door = needing(world)
    world.hub = replace(world.hub, declaration=replace(world.hub.declaration, mode="read-only"))
    assert world.done(Provisioned, Provision(dry=True)).read_only == ("crm", "erp")
    refused = world.done(Refused, Provision())
    assert "The mode of crm and erp is read-only" in refused.why
    assert "syncline provision --manual" in refused.remedy
    assert door.made == []


def test_a_system_that_lets_none_be_taken_away_says_so(world: ActingWorld) -> None:
    needing(world)
    world.done(Provisioned, Provision())
    told = world.done(Provisioned, Provision(remove=True))
    assert {(one.state, one.why) for one in told.fields} == {
        ("failed", "crm lets no field be taken away: by hand"), ("failed", "erp lets no field be taken away: by hand"),
    }  # fmt: skip


def test_an_answer_that_cannot_be_read_fails_its_field_and_no_other(world: ActingWorld) -> None:
    """A page of maintenance where a list of fields should be."""
    needing(world)
    known = world.hub.connectors["crm"]

    def conversing(field: Field) -> Conversation:
        answer = yield Request(method="GET", path=f"/_field/{field.name}")
        return answer.body["results"]["fields"]

    streams = tuple(replace(one, define=conversing, undefine=conversing) for one in known.streams)
    world.hub = replace(world.hub, connectors={**world.hub.connectors, "crm": replace(known, streams=streams)})
    told = world.done(Provisioned, Provision())
    assert states(told) == [("crm", "our_id", "failed"), ("erp", "our_id", "made")]
    assert "crm: our_id of contact: its answer cannot be read: KeyError: 'results'" in told.fields[0].why
