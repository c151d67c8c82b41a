"""Rules: when this becomes true of a record, make that, and say so.

A rule fires when its condition becomes true after the rule was armed (see `arming`). A record that is first seen
already true fires it only if the system's own stamp says that it was made after that; else it was `true before`,
and never fires unless a person asks for it. Each time that the condition becomes true is an episode, and an
episode ends when it becomes false: what was made is then kept, cancelled, credited, or a person is asked. While it
still stands, a new episode makes nothing: it takes that record up again.

A rule that waits (`after`) rests on something not having happened. It fires when its moment has come by the
stamps of the systems, and when everything it rests on was read by a read begun late enough to show it.
"""

from __future__ import annotations

from msgspec.structs import replace

from syncline.config.settings import Rule
from syncline.mapping.binding import Binding
from syncline.merge.case import Case
from syncline.model.record import NOTHING, Episode
from syncline.sync import making, scope
from syncline.sync.columns import judged, neighbour_of
from syncline.sync.dependants import standing
from syncline.sync.desk import Desk

READ_AGAIN_SECONDS = 10.0
"""How soon a rule asks again whether what it rests on was read."""

NO_EPISODE = Episode()


def follow_rules(desk: Desk, case: Case) -> None:
    """Every rule that is about this record. What may be a duplicate sets nothing off."""
    if case.record.candidate_of is not None:
        return
    for rule in desk.declaration.rules:
        if rule.entity == case.record.entity and rule.when is not None:
            holds = judged(desk, case, title(rule), rule.when)
            if holds is not None:
                follow(desk, case, rule, case.record.episodes.get(rule.name, NO_EPISODE), holds)


def title(rule: Rule) -> str:
    """What a rule is called where something is wrong with it."""
    return f"rule {rule.name}"


def follow(desk: Desk, case: Case, rule: Rule, episode: Episode, holds: bool) -> None:
    """From what the condition was to what it is."""
    if holds and not episode.holds:
        begin(desk, case, rule, episode)
    elif episode.holds and not holds:
        end(desk, case, rule, episode)
    elif holds and episode.due is not None:
        when_due(desk, case, rule, episode)
    elif holds and episode.fired:
        put(case, rule, making.keep_following(desk, case, rule, episode))


def put(case: Case, rule: Rule, episode: Episode) -> None:
    """Keeps what a rule knows of a record."""
    if case.record.episodes.get(rule.name) != episode:
        case.record = replace(case.record, episodes={**case.record.episodes, rule.name: episode})


# ---- the beginning of an episode
def begin(desk: Desk, case: Case, rule: Rule, before: Episode) -> None:
    """It became true: the rule fires, waits, or finds that it was true before."""
    since = became_true(desk, case, rule)
    episode = Episode(number=before.number + 1, holds=True, since=since, made=before.made, asked=before.asked)
    if counts(desk, case, rule):
        episode = replace(episode, due=since + (rule.after_seconds or 0.0))
    put(case, rule, episode)
    if episode.due is not None:
        when_due(desk, case, rule, episode)


def counts(desk: Desk, case: Case, rule: Rule) -> bool:
    """Did it become true after the rule was armed? Of a record first seen so, its system's own stamp decides."""
    armed = desk.unit.armed().get(rule.name)
    if armed is None or armed.at is None:
        return False
    if not first_seen(desk, case) or case.record.made_by is not None:
        return True
    return case.record.born_at is not None and case.record.born_at > armed.at


def first_seen(desk: Desk, case: Case) -> bool:
    """Did the record begin in this transaction, or was it perhaps a duplicate until now?"""
    before = desk.before[case.record.id][0]
    return before is None or before.candidate_of is not None


def became_true(desk: Desk, case: Case, rule: Rule) -> float:
    """The latest change of what the condition reads, by the stamps of the systems."""
    moments = []
    for name in rule.when.reads if rule.when is not None else ():
        record = case.record
        *way, column = name.split(".")
        for reference in way:
            found = neighbour_of(desk, record.fields.get(reference, NOTHING).value)
            record = found if found is not None else record
        if column in record.fields:
            moments.append(record.fields[column].until)
    return max(moments, default=desk.now)


# ---- firing
def when_due(desk: Desk, case: Case, rule: Rule, episode: Episode) -> None:
    """Fires when the moment has come and all that the rule rests on was read past it; else leaves a wake."""
    assert episode.due is not None
    if rule.after_seconds is not None:
        later = not_yet(desk, case, rule, episode.due)
        if later is not None:
            desk.spread.wake(case.record.id, later, title(rule))
            return
        if happened(desk, case, rule):
            put(case, rule, replace(episode, fired=True, due=None))
            return
    if rule.condition is not None:
        meant = judged(desk, case, title(rule), rule.condition)
        if meant is not True:
            # It gives no value: it is tried again. It is false: this episode makes nothing.
            put(case, rule, episode if meant is None else replace(episode, fired=True, due=None))
            return
    fire(desk, case, rule, episode)


def not_yet(desk: Desk, case: Case, rule: Rule, due: float) -> float | None:
    """When to ask again; None: the moment has come, and whatever happened before it is known.

    Rows that were still to be looked at when everything was read first (a reference that was not known, a
    page that came too early) are looked at before. Hints are done oldest first, so a busy stream delays nothing.
    """
    streams = rests_on(desk, rule)
    if desk.now < due:
        return due + max((desk.hub.stream(*place).settles_in.changes for place in streams), default=0.0)
    if not all(read_past(desk, case, place, due) for place in streams):
        return desk.now + READ_AGAIN_SECONDS
    episode = case.record.episodes[rule.name]
    if episode.read_at is None:
        episode = replace(episode, read_at=desk.now)
        put(case, rule, episode)
    if any(desk.unit.hints(*place, episode.read_at or 0.0, 1) for place in streams):
        return desk.now + READ_AGAIN_SECONDS
    return None


def fire(desk: Desk, case: Case, rule: Rule, episode: Episode) -> None:
    """Makes what does not stand yet, and emits."""
    made = []
    for place, one in enumerate(rule.makes):
        old = episode.made[place] if place < len(episode.made) else 0
        if making.standing_case(desk, old) is not None:
            case.note("made", None, None, None, old, f"rule {rule.name}: taken up again")
            made.append(old)
        else:
            name = making.name_of(rule.name, case.record.id, episode.number, place)
            made.append(making.make(desk, case, rule, name, one))
    fired = replace(episode, fired=True, due=None, made=tuple(made), asked=False)
    making.emit(desk, case, rule, fired)
    put(case, rule, fired)


def rests_on(desk: Desk, rule: Rule) -> list[tuple[str, str]]:
    """The streams that must have been read: those of the record's entity, and those of what must not have happened."""
    own = [binding for binding in desk.declaration.bindings if binding.entity == rule.entity]
    return sorted({(binding.system, binding.stream) for binding in [*own, *not_happened(desk, rule)]})


def not_happened(desk: Desk, rule: Rule) -> list[Binding]:
    """`without` names an entity (all its streams), a stream, or `SYSTEM.STREAM`."""
    return [
        binding for binding in desk.declaration.bindings
        if rule.without in (binding.entity, binding.stream, f"{binding.system}.{binding.stream}")
    ]  # fmt: skip


def read_past(desk: Desk, case: Case, place: tuple[str, str], due: float) -> bool:
    """Was that stream, and each row of this record in it, read by a read that shows every change until then?"""
    rows = [link for link in case.active() if (link.system, link.stream) == place]
    covered = desk.hub.ledger.cursor(*place, "changes").covered
    return covered > due and all(link.covered or link.as_of > due for link in rows)


def happened(desk: Desk, case: Case, rule: Rule) -> bool:
    """Does one of those refer to this record? What only a condition can tell, the condition must say."""
    wanted = {binding.entity for binding in not_happened(desk, rule)}
    if not wanted:
        return False
    ids = desk.unit.referring_to([case.record.id]).get(case.record.id, ())
    desk.load(ids)
    records = [one.record for one in desk.cases.values()]
    names = {entity: desk.hub.reference_fields.get(entity, ()) for entity in wanted}
    return any(
        record.fields.get(name, NOTHING).value == case.record.id
        for record in records if record.entity in wanted and standing(record) == ("active", False)
        for name in names[record.entity]
    )  # fmt: skip


# ---- the end of an episode
def end(desk: Desk, case: Case, rule: Rule, episode: Episode) -> None:
    """It is no longer true. What did not fire fires no more; what was made is left as declared."""
    ended = replace(episode, holds=False, due=None)
    put(case, rule, making.leave(desk, case, rule, ended) if episode.fired else ended)


# ---- what was made
def bear_made(desk: Desk, case: Case) -> None:
    """What a rule made is born in the system that it is made in, without a condition of its own."""
    record = case.record
    if record.made_by is None:
        return
    for binding in desk.declaration.bindings:
        place = (binding.system, binding.stream)
        if (binding.system, binding.entity) != (record.origin, record.entity):
            continue
        here = any((link.system, link.stream) == place for link in case.links.values())
        ready = desk.hub.ledger.cursor(*place, "changes").baselined
        if ready and not here and scope.in_scope(desk, case, binding):
            desk.new_link(case, *place, None)
