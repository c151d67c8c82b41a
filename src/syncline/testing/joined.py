"""Contacts that a person merges and parts again, and takes back whole runs of, creates among them.

Of two rows in one system that came to be one record only one is written. Nothing is deleted but by a user, or by an
undo that listed it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from syncline.model.link import Link
from syncline.model.record import Record
from syncline.sync import answers, undo
from syncline.testing import company, oracle, users

if TYPE_CHECKING:
    from syncline.testing.world import World


def decide(world: World) -> None:
    """A person merges two records or parts them, takes a run back, or decides what else there is to decide."""
    chance = world.random.random()
    if chance < 0.3:
        merge(world)
    elif chance < 0.45:
        part(world)
    elif chance < 0.6:
        take_back(world)
    else:
        users.decide(world)


def merge(world: World) -> None:
    """Any two records are said to be one; while a create of one is under way the hub says: not now."""
    ids = [record.id for record, _ in oracle.families(world) if record.state == "active"]
    if len(ids) > 1:
        keep, lose = world.random.sample(ids, 2)
        world.say("merge", keep, lose)
        asked(world, lambda: answers.merge_records(world.hub, keep, lose, "anna"))


def part(world: World) -> None:
    """Two records again; of a record that was itself merged since, the hub says: that first."""
    ids = [record.id for record, _ in oracle.families(world) if record.state == "merged"]
    if ids:
        alias = world.random.choice(ids)
        world.say("part", alias)
        world.safely(lambda: answers.unmerge(world.hub, alias, "anna"))


def take_back(world: World) -> None:
    """A run, and all that it made. What is to be deleted was listed, and is remembered."""
    runs = [run.id for run in world.hub.ledger.runs(60) if run.kind in ("deliver", "birth", "undo")]
    if runs:
        run = world.random.choice(runs)
        world.kept += [(step.system, step.external_id) for step in undo.plan_undo(world.hub, run).of("deleted")]
        world.say("take back", run)
        asked(world, lambda: undo.undo_run(world.hub, run, "anna"))


def asked(world: World, what: Callable[[], object]) -> None:
    """What the hub cannot do now it says, and has done nothing."""
    try:
        world.safely(what)
    except answers.CannotDo as error:
        world.say("cannot", error)


def watch(world: World, point: str) -> None:
    """Rule 19: a row that stands in the shadow of another is not written."""
    if point != "intents committed":
        return
    for intent in world.hub.ledger.intents_sent():
        link = world.hub.ledger.links([intent.link])[intent.link]
        if link.state == "shadow" and intent.at == world.now:
            world.violations.append(f"19 wrote to {link.external_id}, which is a shadow")


# ---- what must hold
def check(world: World) -> list[str]:
    """Every violation, as a sentence that begins with the rule's number."""
    bad = list(world.violations)
    for record, links in oracle.families(world):
        bad.extend(
            line for line in oracle.believed_dead(world, record, links)
            if not was_listed(world, line) and not (" the hub deleted " in line and was_carried_on(world, record))
        )  # fmt: skip
        bad.extend(one_row_each(record, links))
        if record.state == "active" and record.candidate_of is None:
            for field in company.FIELDS:
                bad.extend(oracle.differences(world, record, links, field))
                bad.extend(oracle.stale_conflicts(world, record, links, field))
    bad.extend(oracle.unknown_rows(world))
    bad.extend(doubled(world))
    bad.extend(oracle.writes_again(world))
    return bad


def doubled(world: World) -> Iterator[str]:
    """Rule 4: one create, one row."""
    for name, system in world.systems.items():
        keys = [row.key for row in system.every_row() if row.key]
        if len(keys) != len(set(keys)):
            yield f"4 two creates under one key in {name}"


def was_listed(world: World, violation: str) -> bool:
    """Did an undo list this delete?"""
    return any(f"deleted {row} of" in violation for _, row in world.kept)


def was_carried_on(world: World, record: Record) -> bool:
    """Did a user delete a row of a record that this one was one with? What was deleted then stays so."""
    kin: set[int] = set()
    more = [record.id]
    while more:
        rid = more.pop()
        if rid not in kin:
            kin.add(rid)
            whole = (e for e in world.hub.ledger.history([rid])[rid] if e.field is None and e.link is None)
            more.extend(one for e in whole if e.kind == "record-merged" for one in (e.before, e.after))
    families = world.hub.ledger.links_of(kin)
    return any(oracle.user_deleted(world, link) for links in families.values() for link in links)


def one_row_each(record: Record, links: list[Link]) -> Iterator[str]:
    """Rule 19: one active row in each system; an alias has none."""
    active = Counter(link.system for link in links if link.state == "active" and not link.deleting)
    for system, number in active.items():
        if number > 1 or record.state == "merged":
            yield f"19 record {record.id}, {record.state}, has {number} active rows in {system}"


JOINED = replace(users.CONTACTS, decides=decide, meanwhile=watch)
