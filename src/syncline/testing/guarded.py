"""Contacts behind brakes, and contacts in careful modes, with a person who lets go, plans and applies.

Nothing is written that a person has not let go, and when all is let go all agree. Where the hub may only read it
writes nothing at all; where a person approves, it writes what an applied plan lists and not a field more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from syncline.config.declaration import Declaration
from syncline.config.settings import Brake, System
from syncline.sync import apply, plan, stops
from syncline.testing import company, oracle, users

if TYPE_CHECKING:
    from syncline.sync.sheet import Plan
    from syncline.testing.systems import RowAt, Written
    from syncline.testing.world import World

ABOVE = {"rewrite": 4, "blank": 1, "create": 5, "delete": 1}
"""How much of each kind falls together before a person is asked; the worlds are shorter than the brakes' hour."""

LAST_RELEASES = 40


# ---- brakes
def braked() -> Declaration:
    """The company as it is, with brakes that are soon reached."""
    brakes = {kind: Brake(above=above, share=0.0) for kind, above in ABOVE.items()}
    return replace(company.declaration(), brakes=brakes, brakes_from_links=1)


def let_go(world: World) -> None:
    """A person lets go one of the things that are held, or decides what else there is to decide."""
    held = stops.held(world.hub)
    if not held or world.random.random() < 0.6:
        users.decide(world)
        return
    one = world.random.choice(held)
    world.say("release", one)
    world.safely(stops.release, world.hub, one.system, one.stream, one.kind, "anna")


def watch_held(world: World, point: str) -> None:
    """What leaves now is not what is held (rule 16)."""
    if point != "intents committed":
        return
    for intent in world.hub.ledger.intents_sent():
        link = world.hub.ledger.links([intent.link])[intent.link]
        for mark in link.held:
            told = intent.values.get(mark.field or "")
            if not mark.released and told is not None and told.version == mark.version:
                what = f"{mark.field} of record {intent.record}"
                world.violations.append(f"16 {what} left for {intent.system} while it was held")


def check_braked(world: World) -> list[str]:
    """Before everything is let go the brakes have held; afterwards all agree, as always."""
    bad = list(too_many(world))
    for _ in range(LAST_RELEASES):
        held = stops.held(world.hub)
        if not held:
            break
        for one in held:
            stops.release(world.hub, one.system, one.stream, one.kind, "anna")
        world.heal()
    else:
        bad.append("16 something is still held when all was let go")
    return bad + oracle.check(world)


def too_many(world: World) -> Iterator[str]:
    """Rule 16, by the systems' own logs: no more of a kind arrived than its brake lets pass and a person let go."""
    freed: Counter[tuple[str, str, str | None]] = Counter()
    for record, links in oracle.families(world):
        at = {link.id: link.system for link in links}
        for entry in world.hub.ledger.history([record.id])[record.id]:
            if entry.kind == "person" and "let the held" in entry.why:
                freed[at[entry.link or 0], entry.why.split()[-2], entry.field] += 1
    for undone in world.undone:
        system = world.hub.ledger.links([undone.link])[undone.link].system
        freed.update({(system, kind, undone.field): 2 for kind in ("rewrite", "blank")})
    for (system, kind, field), number in arrived(world).items():
        most = ABOVE[kind] + freed[system, kind, field]
        if number > most:
            yield f"16 {number} of {kind} {field or ''} arrived in {system}, where {most} were let through"


def arrived(world: World) -> Counter[tuple[str, str, str | None]]:
    """What the hub wrote, by system, kind and field; what was written again counts once."""
    found: set[tuple[str, str, str | None, str, str]] = set()
    for name, system in world.systems.items():
        for written in system.written:
            if written.id is None:
                found.add((name, "create", None, str((written.values or {}).get("email")), ""))
            elif written.values is None:
                found.add((name, "delete", None, written.id, ""))
            else:
                row = system.rows[written.stream][written.id]
                kinds = {field: kind_of(row, written, field) for field in written.values}
                found |= {(name, kind, f, written.id, str(written.values[f])) for f, kind in kinds.items() if kind}
    return Counter((name, kind, field) for name, kind, field, _, _ in found)


def kind_of(row: RowAt, written: Written, field: str) -> str | None:
    """What this write meant for a row that held what it held; None: it filled a blank, or changed nothing."""
    before = row.history[: written.states]  # several may have come at one moment
    held = users.canonical(field, before[-1].values[field]) if before else None
    told = users.canonical(field, (written.values or {})[field])
    if held is None or company.FIELDS[field].type.key(held) == company.FIELDS[field].type.key(told):
        return None
    return "blank" if told is None else "rewrite"


BRAKED = replace(users.CONTACTS, declaration=braked, decides=let_go, meanwhile=watch_held)


# ---- modes
@dataclass(frozen=True)
class Approved:
    """A write that an applied plan listed: since when it may be done."""

    at: float
    external_id: str | None
    fields: dict[str, Any]


def careful() -> Declaration:
    """The ERP is written only what a person approved, the shop nothing."""
    systems = {
        "erp": System(name="erp", connector="simulated", mode="approve"),
        "shop": System(name="shop", connector="simulated", mode="read-only"),
    }
    return replace(company.declaration(), systems=systems)


def approve(world: World) -> None:
    """A person looks at a plan, and applies it at once or after a while; or decides what else there is to decide."""
    if world.random.random() < 0.5:
        users.decide(world)
        return
    drawn = plan.plan(world.hub)
    wait = world.random.choice([0.0, world.random.uniform(0, 10)])
    world.say("plan", drawn.id)
    world.errands.append((world.now + wait, lambda: carry_out(world, drawn)))


def carry_out(world: World, drawn: Plan) -> None:
    """Applies a plan; the hub may crash over it, and a person does not know how far it came."""
    world.say("apply", drawn.id)
    for one in drawn.writes():
        if one.system == "erp":
            fields = {field.field: field.after for field in one.fields}
            world.kept.append(Approved(world.now, one.external_id, fields))
    world.safely(apply.apply, world.hub, drawn)


def check_careful(world: World) -> list[str]:
    """What left was approved; when all was approved the two that may be written agree."""
    bad = [*unapproved(world)]
    for _ in range(LAST_RELEASES):
        drawn = plan.plan(world.hub)
        if not any(one.system != "shop" for one in drawn.writes()):
            break
        carry_out(world, drawn)
        world.heal()
    else:
        bad.append("17 there is still something to plan when all was applied")
    bad += [*unapproved(world), *oracle.check(world)]
    return [violation for violation in bad if not (violation[0] in "27" and " in shop" in violation)]


def unapproved(world: World) -> Iterator[str]:
    """Rule 17."""
    if world.systems["shop"].written:
        yield f"17 wrote in the shop: {world.systems['shop'].written[0]}"
    for written in world.systems["erp"].written:
        listed = [one for one in world.kept if one.at <= written.at and one.external_id == written.id]
        if not any(covers(one, written) for one in listed):
            yield f"17 nobody approved {written}"


def covers(one: Approved, written: Written) -> bool:
    """Does this line of a plan list every field of the write, with its value?"""
    return all(
        field in one.fields
        and company.FIELDS[field].type.key(one.fields[field])
        == company.FIELDS[field].type.key(users.canonical(field, value))
        for field, value in (written.values or {}).items()
    )


CAREFUL = replace(users.CONTACTS, declaration=careful, decides=approve)
