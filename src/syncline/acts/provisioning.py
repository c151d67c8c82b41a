"""Fields of ours that the declaration needs in the systems: named, made, and taken away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby

from msgspec.structs import replace

from syncline.acts.act import Provision, Say, Step
from syncline.acts.deciding import in_words
from syncline.acts.refusal import refuse
from syncline.acts.told import Needed, Provisioned
from syncline.connect.stream import Field
from syncline.model.rows import OwnField
from syncline.sync import asking_fields, observe, own_fields, paused, run
from syncline.sync import provision as provisioning
from syncline.sync.hub import Hub
from syncline.sync.needs import Need
from syncline.sync.observe import NotNow
from syncline.sync.provision import NotMade

OUR_IDS = "the hub's own ids, so that no row is made twice"
COUNTED = 1000
"""So many new rows that wait are counted."""


def provision(hub: Hub, act: Provision, who: str, say: Say) -> Provisioned:
    """Each is made once; to ask again does no harm. One that cannot be made, or taken away, holds up no other.

    Raises Refusal where the mode lets none be made.
    """
    if act.remove:
        return taken_away(hub, act, who, say)
    found = list(look(hub, hub.needs, say))
    wanted = [one for one in found if one.state in ("missing", "unknown")]
    kept = read_only(hub, wanted)
    if act.dry or not wanted:
        return Provisioned(fields=tuple(found), read_only=kept)
    refuse_read_only(hub, wanted, kept, "syncline provision --yes")
    working = run.begin(hub, "provision", who)
    number = working.run if isinstance(working.run, int) else 0
    needs = {(one.system, one.stream, one.field.name): one for one in hub.needs}
    done: list[Needed] = []
    for one in found:
        say(Step(what=f"{one.system} {one.stream}.{one.field}", done=len(done), total=len(found)))
        need = needs[one.system, one.stream, one.field]
        done.append(made(working, need, one, number, who) if one in wanted else one)
    for _, several in groupby((o for o in done if o.state == "made"), key=lambda o: (o.system, o.stream)):
        came = [needs[o.system, o.stream, o.field] for o in several]
        asking_fields.tell_what_waited(working, came)
    return Provisioned(fields=tuple(done), run=number, read_only=kept)


# ---- what is there
def look(hub: Hub, needs: Iterable[Need], say: Say = lambda step: None) -> Iterator[Needed]:
    """Whether each is there, by one read of each stream. What is learnt is kept: what waited for it is told."""
    for (system, stream), several in groupby(needs, key=lambda one: (one.system, one.stream)):
        say(Step(what=f"{system} {stream}"))
        group = list(several)
        try:
            there = asking_fields.there_now(hub, system, stream, group)
        except NotNow as error:
            yield from (needed(hub, one, "unknown", str(error)) for one in group)
            continue
        asking_fields.learnt(hub, group, there)
        for one in group:
            state = "unknown" if there is None else "there" if one.field.name in there else "missing"
            yield needed(hub, one, state)


def missing_for(hub: Hub, creates: Collection[tuple[str, str]]) -> Iterator[Needed]:
    """The fields of ours that these creates (system, stream) need, and that are not there."""
    systems = {system for system, _ in creates}
    streams = {(s, one) for s, name in creates for one in (*hub.stream(s, name).children, hub.stream(s, name).name)}
    asked = [one for one in hub.needs if one.system in systems and (one.system, one.stream) in streams]
    yield from (one for one in look(hub, asked) if one.state == "missing")


def known_missing(hub: Hub) -> tuple[Needed, ...]:
    """Those that are not there, as far as is known without asking, with how many new rows wait for them."""
    return tuple(
        replace(needed(hub, one, "missing"), waiting=0 if one.fields else births(hub, one))
        for one in own_fields.known(hub)
    )


def births(hub: Hub, need: Need) -> int:
    """How many new rows wait for it."""
    places = [
        (one.system, one.stream) for one in hub.declaration.bindings
        if one.system == need.system and need in hub.needed_in(one.system, one.stream)
    ]  # fmt: skip
    until = hub.clock() + own_fields.PUT_OFF_SECONDS
    return sum(one.state == "birth" for place in places for one in hub.ledger.due(*place, until, COUNTED))


# ---- made
def made(hub: Hub, need: Need, before: Needed, number: int, who: str) -> Needed:
    """One of them. What is paused, or in mode read-only, the door itself refuses."""
    if hub.ledger.system_state(need.system).paused:
        return replace(before, state="failed", why=f"{need.system} is {paused.said(hub, need.system)}")
    try:
        fresh = provisioning.make(hub, need)
    except (NotMade, NotNow) as error:
        return replace(before, state="failed", why=str(error))
    there: dict[str, bool | None] = {need.field.name: True}
    asking_fields.keep(hub, [need], there, run=number if fresh else None, by=who if fresh else "")
    return replace(before, state="made", run=number, by=who) if fresh else replace(before, state="there")


def read_only(hub: Hub, wanted: Sequence[Needed]) -> tuple[str, ...]:
    """The systems of these in which nothing is made or taken away, by their mode."""
    systems = dict.fromkeys(one.system for one in wanted)
    return tuple(name for name in systems if hub.declaration.mode_of(name, "") == "read-only")


def refuse_read_only(hub: Hub, wanted: Sequence[Needed], kept: Collection[str], again: str) -> None:
    """Raises Refusal where the mode lets none of them be made."""
    if wanted and all(one.system in kept for one in wanted):
        why = f"The mode of {in_words(list(kept))} is read-only: no field is made or taken away there, and nothing was"
        by_hand = "" if "--remove" in again else "; or make them by hand: syncline provision --manual"
        raise refuse(f"{why} done.", f"set `mode: live` (or approve) in hub.yaml, then: {again}{by_hand}")


# ---- taken away
def taken_away(hub: Hub, act: Provision, who: str, say: Say) -> Provisioned:
    """Only what this hub made by itself, as its ledger says, and what the system still tells as ours."""
    found = [one for name in hub.declaration.systems for one in removable(hub, name)]
    wanted = [one for one in found if one.state == "there" and one.run]
    kept = read_only(hub, wanted)
    if act.dry or not wanted:
        return Provisioned(fields=tuple(found), read_only=kept)
    refuse_read_only(hub, wanted, kept, "syncline provision --remove --yes")
    working = run.begin(hub, "provision", who)
    done: list[Needed] = []
    for one in found:
        say(Step(what=f"{one.system} {one.stream}.{one.field}", done=len(done), total=len(found)))
        done.append(removed(working, one) if one in wanted else one)
    return Provisioned(fields=tuple(done), run=working.run if isinstance(working.run, int) else 0, read_only=kept)


def removable(hub: Hub, system: str) -> Iterator[Needed]:
    """The fields of ours that are there, each with what goes with it, or why it stays."""
    rows = [one for one in hub.ledger.own_fields(system) if one.there is not False]
    for name, several in groupby(rows, key=lambda one: one.stream):
        stream = hub.stream(system, name)
        if stream.described is None or stream.undefine is None:
            yield from (own(one, "failed", f"{system} lets no field be taken away: by hand") for one in several)
            continue
        try:
            page, _ = observe.show(hub, system, stream, stream.described())
        except NotNow as error:
            yield from (own(one, "failed", str(error)) for one in several)
            continue
        ours = {row["name"] for row in page.records if row.get("ours")}
        for one in several:
            if one.name in ours:
                yield own(
                    one, "there", goes_with(one, stream.needs) if one.run else "this hub did not make it: it stays"
                )


def goes_with(one: OwnField, ids: Sequence[Field]) -> str:
    """What is lost with it."""
    if one.name in {field.name for field in ids}:
        return (
            f"with it go the ids that this hub gave to what it made in {one.stream}: a create whose answer was lost "
            "could then make a second row"
        )
    return f"its values in every {one.stream} go with it"


def removed(hub: Hub, one: Needed) -> Needed:
    """One of them."""
    if hub.ledger.system_state(one.system).paused:
        return replace(one, state="failed", why=f"{one.system} is {paused.said(hub, one.system)}")
    need = Need(system=one.system, stream=one.stream, field=Field(name=one.field))
    try:
        provisioning.unmake(hub, need)
    except (NotMade, NotNow) as error:
        return replace(one, state="failed", why=str(error))
    asking_fields.keep(hub, [need], {one.field: False})
    return replace(one, state="removed", why="")


def own(one: OwnField, state: str, why: str) -> Needed:
    """As it is told."""
    return Needed(
        system=one.system, stream=one.stream, field=one.name, state=state, why=why, run=one.run, by=one.by,  # type: ignore[arg-type]
    )  # fmt: skip


def needed(hub: Hub, need: Need, state: str, why: str = "") -> Needed:
    """As it is told."""
    rows = {(one.stream, one.name): one for one in hub.ledger.own_fields(need.system)}
    row = rows.get((need.stream, need.field.name))
    return Needed(
        system=need.system, stream=need.stream, field=need.field.name, state=state, why=why,  # type: ignore[arg-type]
        type=need.field.type, purpose=in_words(list(need.fields)) or OUR_IDS,
        run=row.run if row is not None else 0, by=row.by if row is not None else "",
    )  # fmt: skip
