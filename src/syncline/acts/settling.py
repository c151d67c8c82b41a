"""What becomes of a conflict, a first difference, a refused proposal or a withheld field; and withholding one."""

from __future__ import annotations

from collections.abc import Callable, Collection

from syncline.acts.act import Say, Settle, Withhold
from syncline.acts.deciding import decided, in_words
from syncline.acts.finding import case_at, field_at, links_at, links_of_system
from syncline.acts.refusal import refuse
from syncline.acts.told import Done
from syncline.acts.typed import typed
from syncline.look.place import Place, parse
from syncline.merge.case import Case
from syncline.model.link import Link
from syncline.model.record import RECORD_SIDE
from syncline.sync import people, settled_in_bulk
from syncline.sync import settled_by_hand as by_hand
from syncline.sync.hub import Hub

Decision = Callable[[Hub], None]
"""What is done under the act's run."""


def settle(hub: Hub, act: Settle, who: str, say: Say) -> Done:
    """Raises Refusal, CannotDo, NoPlace or Unfit where that cannot be done."""
    place = parse(act.at)
    case = case_at(hub, place)
    field = field_at(hub, case, place)
    if act.how == "set":
        said, decision = setting(hub, case, field, act, who)
    elif act.how == "take":
        said, decision = taking(hub, case, place, field, act.system, who)
    else:
        said, decision = leaving(case, place, field, act.how == "keep", who)

    def decide(working: Hub) -> Collection[int]:
        decision(working)
        return [case.record.id]

    return decided(hub, who, say, said, decide)


def setting(hub: Hub, case: Case, field: str, act: Settle, who: str) -> tuple[str, Decision]:
    """A person's own value."""
    value, rid = typed(hub, case.record.entity, field, act.value), case.record.id
    return f"{rid}.{field} is {value!r} now", lambda h: people.set_value(h, rid, field, value, who)


# ---- take
def taking(hub: Hub, case: Case, place: Place, field: str, system: str | None, who: str) -> tuple[str, Decision]:
    """That side's value becomes the record's: of a conflict, what is there now, or what was refused."""
    rid, named = case.record.id, system or place.system
    if not named:
        raise refuse("Say whose value it is.", f"syncline conflicts take SYSTEM {rid}.{field}")
    said = f"{rid}.{field} is what {named} says"
    conflict = case.record.conflicts.get(field)
    if named == RECORD_SIDE:
        if conflict is None:
            raise refuse(f"{rid}.{field} is in no conflict: the record holds its value.", "syncline conflicts")
        return said, lambda h: people.decide(h, rid, by_hand.record_taken(field, who))
    links = links_of_system(case, place, system)
    if conflict is not None:
        side = next((link for link in links if str(link.id) in conflict.sides), None)
        if side is None:
            theirs = [s for s in conflict.sides if s != RECORD_SIDE]
            names = [RECORD_SIDE] * (RECORD_SIDE in conflict.sides)
            names += [case.links[int(s)].system for s in theirs if int(s) in case.links]
            raise refuse(f"{named} is no side of this conflict.", f"its sides are {in_words(names)}")
        return said, lambda h: people.take_side(h, rid, field, side.id, who)
    is_open = [link for link in links if case.is_open(link.id, field)]
    if is_open:
        return said, lambda h: by_hand.take_there(h, rid, field, is_open[0].id, who)
    others = differing(case, field, links)
    if others:
        return said, lambda h: people.decide(h, rid, settled_in_bulk.all_kept(field, others, who))
    refused = by_hand.proposal(hub, rid, field, frozenset(link.id for link in links))
    if refused is None:
        raise refuse(
            f"{named} has nothing of {rid}.{field} to take: it is not open there, and nothing of it was refused.",
            f"syncline conflicts set VALUE {rid}.{field}",
        )  # fmt: skip
    return f"{said}: {refused.after!r}, which was refused", lambda h: people.set_value(
        h, rid, field, refused.after, who
    )


def differing(case: Case, field: str, links: Collection[Link]) -> list[int]:
    """The links where the field is a first difference, if what the record holds is what one of these says."""
    if not any(settled_in_bulk.says_so(case, link, field) for link in links):
        return []
    return [lid for lid in case.links if case.known(lid, field).differs]


# ---- keep and redo
def leaving(case: Case, place: Place, field: str, keep: bool, who: str) -> tuple[str, Decision]:
    """keep: the system keeps what it holds. Else: the record's value goes there."""
    rid = case.record.id
    if field in case.record.conflicts:
        if keep:
            raise refuse(
                f"{rid}.{field} is in a conflict: both sides changed it.",
                f"syncline conflicts take SYSTEM {rid}.{field}, or: syncline conflicts set VALUE {rid}.{field}",
            )
        return f"{rid}.{field} goes to every side", lambda h: people.decide(h, rid, by_hand.record_taken(field, who))
    found = [link for link in links_at(case, place) if case.is_open(link.id, field)]
    if not found:
        raise refuse(f"Nothing is open at {place}.", "syncline conflicts lists what is")
    if len(found) > 1:
        names = ", ".join(f"{rid}.{field}@{link.system}" for link in found)
        raise refuse(f"{rid}.{field} is open in several systems.", f"say which: {names}")
    link = found[0]
    if keep:
        said = f"{link.system} keeps what it holds in {rid}.{field}"
        return said, lambda h: by_hand.keep_there(h, rid, field, link.id, who)
    said = f"{rid}.{field} goes to {link.system}"
    if case.known(link.id, field).withheld is not None:
        return said, lambda h: by_hand.let_through(h, rid, field, link.id, who)
    return said, lambda h: people.keep_record(h, rid, field, link.id, who)


# ---- withhold
def withhold(hub: Hub, act: Withhold, who: str, say: Say) -> Done:
    """Nothing of the field is told there, or taken, until a person says otherwise."""
    place = parse(act.at)
    case = case_at(hub, place)
    field = field_at(hub, case, place)
    links = [link for link in links_of_system(case, place, act.system) if is_told(hub, link, field)]
    if not links:
        raise refuse(f"{field} is written in none of these systems.", f"syncline show {case.record.id}")
    rid, names = case.record.id, in_words(sorted({link.system for link in links}))

    def decide(working: Hub) -> Collection[int]:
        by_hand.withhold(working, rid, field, frozenset(link.id for link in links), who)
        return [rid]

    return decided(hub, who, say, f"{rid}.{field} is left alone in {names}", decide, count=len(links))


def is_told(hub: Hub, link: Link, field: str) -> bool:
    """Is it written there, and is there a row?"""
    here = [one for one in hub.declaration.bindings if (one.system, one.stream) == (link.system, link.stream)]
    of_lines = field.startswith("lines/")
    whole = any(field in one.writable or (of_lines and one.lines is not None) for one in here)
    return whole and link.external_id is not None and link.state in ("active", "asleep")
