"""Observe, settle and deliver until nothing is left to do; and what that came to."""

from __future__ import annotations

from collections import Counter

from msgspec.structs import replace

from syncline.acts.act import Say, Sync
from syncline.acts.chosen import chosen
from syncline.acts.news import Before
from syncline.acts.patience import patiently
from syncline.acts.provisioning import known_missing
from syncline.acts.tally import Tally
from syncline.acts.told import NotReached, Synced
from syncline.mapping.binding import Binding
from syncline.model.link import NEVER
from syncline.sync import frozen, observe, outgoing, rebaseline, rounds, run, stops
from syncline.sync.hub import Hub
from syncline.sync.rounds import NotRead

BELOW_NEVER = NEVER - 1.0


def sync(hub: Hub, act: Sync, who: str, say: Say) -> Synced:
    """Everything is observed; what is chosen is delivered. Raises Refusal for a choice that does not fit."""
    choice = chosen(hub.declaration, act.only, act.where, act.limit)
    tally, began, before = Tally(say), hub.clock(), Before(hub)
    working = tally.watching(run.begin(hub, "sync", who))
    outgoing.catch_up(working)
    not_now = patiently(
        hub, lambda: rounds.sync(working, full=act.full, tell=lambda h, s, n: choice.tell(h, s, n, tally))
    )  # fmt: skip
    return synced(working, tally, before, not_now, began)


def synced(hub: Hub, tally: Tally, before: Before, not_now: NotRead, began: float) -> Synced:
    """What the hub's run came to."""
    assert isinstance(hub.run, int), "a sync is one run"
    new, new_count, open_count = before.news()
    held, waiting = left_over(hub)
    keep_failures(hub, not_now)
    return Synced(
        run=hub.run, read=tally.read, written=dict(tally.written), new=new, new_count=new_count,
        open_count=open_count, held=held, waiting=waiting, kept_back=kept_back(hub),
        paused=pauses(hub), looks=looks(hub), baselines=baselines(hub), missing=known_missing(hub),
        frozen=tuple(f"{one.system} {one.stream}.{one.name}" for one in frozen.known(hub)),
        events_held=outgoing.waiting(hub),
        not_reached=not_reached({**stopped(hub), **not_now}), seconds=hub.clock() - began,
    )  # fmt: skip


def keep_failures(hub: Hub, not_now: NotRead) -> None:
    """Why systems could not be worked on, for whoever looks later; what is read of one since ends that."""
    if not not_now:
        return
    with hub.ledger.unit() as unit:
        for system, why in {place[0]: str(reason) for place, reason in not_now.items()}.items():
            state = hub.ledger.system_state(system)
            if not state.paused:
                unit.save_system_state(replace(state, failed=why, failed_at=hub.clock()))


def left_over(hub: Hub) -> tuple[int, int]:
    """Links that wait for a person (a brake, an approval, a pause), and those that go on by themselves later.

    What was written and is still to be proven by a look counts among the latter. In mode read-only nothing waits:
    see kept_back.
    """
    held = sum(one.count for one in hub.ledger.held() if not stops.is_rebaseline(one))
    waiting = 0
    for binding in hub.declaration.bindings:
        if hub.declaration.mode_of(binding.system, binding.entity) == "read-only":
            continue
        due = hub.ledger.count_due(binding.system, binding.stream, BELOW_NEVER)
        if waits_for_a_person(hub, binding):
            held += due
        else:
            waiting += due + hub.ledger.count_hints(binding.system, binding.stream)
    return held, waiting


def kept_back(hub: Hub) -> dict[str, int]:
    """Mode to how many links are due, and not written because of it."""
    found: Counter[str] = Counter()
    for binding in hub.declaration.bindings:
        mode = hub.declaration.mode_of(binding.system, binding.entity)
        if mode != "live":
            found[mode] += hub.ledger.count_due(binding.system, binding.stream, BELOW_NEVER)
    return dict(+found)


def baselines(hub: Hub) -> tuple[str, ...]:
    """Streams that are read anew, or were, since they went back; those that nobody reads yet are among not_reached."""
    going = [one for one in rebaseline.stopped(hub) if rebaseline.state_of(hub, one) != "stopped"]
    return tuple(f"{one.system}/{one.stream}" for one in going)


def pauses(hub: Hub) -> tuple[str, ...]:
    """The systems and entities whose pause keeps writes that are due."""
    names: dict[str, bool] = {}
    for binding in hub.declaration.bindings:
        if hub.ledger.count_due(binding.system, binding.stream, BELOW_NEVER):
            found = [(binding.system, binding.system), (binding.entity, stops.ENTITY + binding.entity)]
            names |= {name: True for name, key in found if hub.ledger.system_state(key).paused}
    return tuple(names)


def looks(hub: Hub) -> int:
    """How many rows are looked at again, to prove what was written there."""
    going = [one for one in hub.declaration.bindings if not waits_for_a_person(hub, one)]
    live = [one for one in going if hub.declaration.mode_of(one.system, one.entity) != "read-only"]
    return sum(hub.ledger.count_hints(one.system, one.stream) for one in live)


def waits_for_a_person(hub: Hub, binding: Binding) -> bool:
    """Does nothing leave for that stream until somebody approves, resumes or confirms?"""
    paused = stops.is_paused(hub, binding)
    return paused or stops.waits_for_plan(hub, binding) or stops.rebaselining(hub, binding) is not None


def stopped(hub: Hub) -> NotRead:
    """The streams of systems that are paused, some perhaps since a moment ago."""
    states = {name: hub.ledger.system_state(name) for name in hub.declaration.order}
    return {
        place: observe.stopped(hub, place[0])
        for place in rounds.places(hub) if place[0] in states and states[place[0]].paused
    }  # fmt: skip


def not_reached(not_now: NotRead) -> tuple[NotReached, ...]:
    """The streams that could not be worked on."""
    return tuple(
        NotReached(
            system=system, stream=stream, why=str(reason), again=reason.after, what=reason.what, remedy=reason.remedy
        )
        for (system, stream), reason in not_now.items()
    )
