"""Step 4 for a row without a link: matched, joined to a birth, a new record, or parked. Never guessed."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from syncline.identity.claims import Claim, Verdict, decide
from syncline.identity.match import Key, keys_of, rule_of
from syncline.mapping.binding import Binding, Reading
from syncline.merge import first_meeting, lines
from syncline.merge.case import Case
from syncline.model.link import NEVER, Link
from syncline.model.observation import Observation
from syncline.model.record import SKIPPED, Parking
from syncline.model.rows import Hint, ParkedRow
from syncline.sync import doubled, questions
from syncline.sync.desk import Desk
from syncline.sync.store import Row

Bound = dict[str, object]

UNLINKED = "unlinked"
"""The code of a row that a person took from its record: no rule gives it to a record again."""

LOOK_AGAIN_SECONDS = 1.0
MOST_BIRTHS = 10_000


def prepare(desk: Desk, binding: Binding, strangers: Sequence[tuple[Observation, Reading]]) -> dict[str, Sequence[Key]]:
    """Loads, in one batch, the records that rows without a link might match. Returns their match keys by id."""
    keys: dict[str, Sequence[Key]] = {one.id: row_keys(desk, binding, one, reading) for one, reading in strangers}
    every = {key for several in keys.values() for key in several}
    desk.load_keys(every)
    desk.doubled |= doubled.known(desk, binding, every)
    desk.load_strangers([(binding.system, binding.stream, external_id) for external_id in keys])
    return keys


def row_keys(desk: Desk, binding: Binding, one: Observation, reading: Reading) -> tuple[Key, ...]:
    """The match keys of a row: of what it holds, and of what its system calls it."""
    rules, policy = desk.declaration.matching.get(binding.entity, ()), desk.declaration.entities[binding.entity]
    return keys_of(policy, rules, reading.told, [(binding.system, binding.stream, one.id)])


def meet(desk: Desk, binding: Binding, one: Observation, bound: Bound, reading: Reading, keys: Sequence[Key]) -> None:
    """Rules are tried in their order; the first that finds a record decides, and two candidates park."""
    row = (binding.system, binding.stream, one.id)
    for key in keys:
        rule, cases = rule_of(key, desk.declaration.matching[binding.entity]), sharing(desk, key)
        verdict = decide([claim(case, binding) for case in cases], distinct=rule.shared == "distinct")
        if verdict is not None:
            heed(desk, binding, verdict, key, one, bound, reading)
            return
    heir = heir_of(desk, row)
    if heir is not None:
        join_new(desk, binding, heir, one, bound, reading)
    elif may_be_ours(desk, binding):
        again = desk.now + LOOK_AGAIN_SECONDS
        desk.unit.put_hints([Hint(system=binding.system, stream=binding.stream, id=one.id, at=again)])  # I4
    else:
        found(desk, binding, one, bound, reading)


def is_left_alone(desk: Desk, binding: Binding, one: Observation, bound: Bound) -> bool:
    """Did a person say that this row belongs to no record, or to none as long as it is as it is?"""
    kept = desk.parked.get((binding.system, binding.stream, one.id))
    if kept is not None and kept.parking.code == UNLINKED:
        desk.unit.park_rows([replace(kept, raw=bound, fingerprint=binding.fingerprint(bound))])
        return True
    skipped = kept is not None and kept.parking.code == SKIPPED
    return skipped and kept is not None and kept.fingerprint == binding.fingerprint(bound)


def may_be_ours(desk: Desk, binding: Binding) -> bool:
    """Was a create sent to this stream whose outcome nobody knows? A row that no rule matches may be what it made.

    A create is resolved in seconds, or parked; until then such a row waits. Else it would become a record of its own.
    """
    place = (binding.system, binding.stream)
    if place not in desk.creating:
        births = desk.unit.due(*place, NEVER, MOST_BIRTHS) if desk.hub.stream(*place).get is not None else ()
        desk.creating[place] = any(
            link.state == "birth" and link.writing is not None and link.parked is None for link in births
        )
    return desk.creating[place]


def heed(
    desk: Desk, binding: Binding, verdict: Verdict, key: Key, one: Observation, bound: Bound, reading: Reading
) -> None:
    """Does what the rule decided. What the system itself says a row replaced goes before a key that is in doubt."""
    case = desk.cases[verdict.records[0]]
    heir = None if verdict.kind == "joins" else heir_of(desk, (binding.system, binding.stream, one.id))
    if heir is not None and not claim(heir, binding).here:
        join_new(desk, binding, heir, one, bound, reading)
    elif in_doubt(case, binding) or any(in_doubt(other, binding) for other in sharing(desk, key)):
        park(desk, binding, one, bound, questions.AMBIGUOUS, key, verdict.records)  # I14: it may be what we made
    elif key in desk.doubled and verdict.kind in ("joins", "ambiguous"):
        case = next((c for rid in verdict.records if (c := desk.cases[rid]).record.candidate_of is None), case)
        why = f"several rows of {binding.system} have {shown(key)}"
        found(desk, binding, one, bound, reading, candidate_of=case, why=why)  # I14
    elif verdict.kind == "joins":
        join_new(desk, binding, case, one, bound, reading)
    elif verdict.kind == "duplicate" and any(unresolved(other, binding) for other in sharing(desk, key)):
        look_later(desk, binding, one)  # I4: it may be what we made
    elif verdict.kind == "duplicate":
        found(desk, binding, one, bound, reading, candidate_of=case, why=f"both have {shown(key)} in {binding.system}")
    elif verdict.kind == "ambiguous":
        park(desk, binding, one, bound, questions.AMBIGUOUS, key, verdict.records)  # I14
    else:
        park(desk, binding, one, bound, "returned-after-delete", key, verdict.records)


def sharing(desk: Desk, key: Key) -> list[Case]:
    """The records that have a key now; what this transaction changed counts."""
    desk.load_keys([key])
    return [desk.cases[rid] for rid in desk.by_key[key] if key in desk.keys(desk.cases[rid])]


def claim(case: Case, binding: Binding) -> Claim:
    """What a record that has the row's key means to it. A row whose delete is on its way is as good as gone."""
    here = [k for k in case.links.values() if (k.system, k.stream) == (binding.system, binding.stream)]
    dead = case.record.state == "archived" and case.record.parked is None
    rows = [k for k in case.links.values() if k.state in ("active", "asleep", "shadow") and not k.deleting]
    living = not dead and (bool(rows) or any(k.state == "birth" for k in case.links.values()))
    stays = any(k in rows for k in here)
    question = case.record.parked is not None or dead or any(k.carried for k in here)
    return Claim(
        record=case.record.id, living=living, here=stays, candidate=case.record.candidate_of is not None,
        returned=question and not stays and any(is_gone(k) for k in here),
    )  # fmt: skip


def is_gone(link: Link) -> bool:
    """Was its row deleted, or will it be?"""
    return link.deleting or (link.state == "tombstone" and link.external_id is not None)


def heir_of(desk: Desk, row: Row) -> Case | None:
    """The record of a row that this one replaced, as its system said before this one was known."""
    for waiting in desk.awaited.get(row, ()):
        found = desk.case_at(waiting)
        if found is not None and found[0].links[found[1]].into == f"{row[1]}/{row[2]}":
            return found[0]
    return None


def join_new(
    desk: Desk, binding: Binding, case: Case, one: Observation, bound: Bound, reading: Reading, why: str = ""
) -> None:  # fmt: skip
    """A row becomes a link of a record: the one that has no id yet, or a new one beside a tombstone."""
    births = [k for k in case.links.values() if (k.system, k.stream) == (binding.system, binding.stream)]
    births = [link for link in births if link.state == "birth"]
    if births:
        join_birth(desk, binding, case, births[0], one, bound, reading, why)
    else:
        lid = desk.new_link(case, binding.system, binding.stream, one.id)
        join(desk, binding, case, lid, one, bound, reading, why)


def unresolved(case: Case, binding: Binding) -> bool:
    """Is a create on its way to this stream whose outcome nobody knows yet?"""
    return any(link.parked is None for link in sent_births(case, binding))


def in_doubt(case: Case, binding: Binding) -> bool:
    """Is only a person able to say what became of a create that was sent to this stream?"""
    return any(link.parked is not None for link in sent_births(case, binding))


def sent_births(case: Case, binding: Binding) -> list[Link]:
    """The births of a record in this stream whose create has left."""
    here = [k for k in case.links.values() if (k.system, k.stream) == (binding.system, binding.stream)]
    return [link for link in here if link.state == "birth" and link.writing is not None]


def look_later(desk: Desk, binding: Binding, one: Observation) -> None:
    """When a create that was sent is resolved."""
    again = desk.now + desk.hub.stream(binding.system, binding.stream).settles_in.find + 1.0
    desk.unit.put_hints([Hint(system=binding.system, stream=binding.stream, id=one.id, at=again)])


def join_birth(
    desk: Desk, binding: Binding, case: Case, birth: Link, one: Observation, bound: Bound, reading: Reading,
    why: str = "",
) -> None:  # fmt: skip
    """The row becomes the link that has no id yet; a create already sent is resolved first, if need be by a person."""
    if birth.writing is not None and birth.parked is None:
        look_later(desk, binding, one)  # I4
        return
    case.put(birth.id, external_id=one.id, state="active", parked=None, writing=None)
    desk.seat(case.links[birth.id])
    join(desk, binding, case, birth.id, one, bound, reading, why)


def join(
    desk: Desk, binding: Binding, case: Case, lid: int, one: Observation, bound: Bound, reading: Reading, why: str = ""
) -> None:  # fmt: skip
    """The first meeting of a row with a record. why: by what it was found."""
    reading = lines.recognise(case, lid, reading, one)
    first_meeting.join(case, lid, one, bound, reading, print_of(binding, bound, reading))
    case.note("linked", None, lid, None, one.id, why)
    settled_in(desk, binding, case, one)


def found(
    desk: Desk, binding: Binding, one: Observation, bound: Bound, reading: Reading,
    candidate_of: Case | None = None, why: str = "",
) -> None:  # fmt: skip
    """A new record. As a duplicate candidate it is observed and shown, born nowhere and matched by nothing."""
    case = desk.new_case(binding.entity, binding.system)
    if candidate_of is not None:
        case.record = replace(case.record, candidate_of=candidate_of.record.id)
        case.note("candidate", None, None, None, candidate_of.record.id, why)
    lid = desk.new_link(case, binding.system, binding.stream, one.id)
    reading = lines.recognise(case, lid, reading, one)
    first_meeting.found(case, lid, one, bound, reading, print_of(binding, bound, reading))
    settled_in(desk, binding, case, one)


def settled_in(desk: Desk, binding: Binding, case: Case, one: Observation) -> None:
    """The row belongs to a record now: found by its keys, and no longer parked."""
    desk.index(case)
    questions.unpark(desk, [(binding.system, binding.stream, one.id)])


def print_of(binding: Binding, bound: Bound, reading: Reading) -> bytes:
    """The fingerprint that lets the same content end early; none while a reference is unresolved."""
    return b"" if reading.unresolved else binding.fingerprint(bound)


REASONS = {
    questions.AMBIGUOUS: (
        "matches {n} by {rule}: record {ids}",
        "say which one it is (links add), or merge the records, or say that they are not the same",
    ),
    "returned-after-delete": (
        "matches record {ids}, which was deleted and whose delete was carried on",
        "revive the twins, or begin a new record",
    ),
}


def shown(key: Key) -> str:
    """A key as people read it."""
    return f"{key[0].partition(':')[2]} {key[1]!r}"


def park(
    desk: Desk, binding: Binding, one: Observation, bound: Bound, code: str, key: Key, records: Sequence[int]
) -> None:
    """Parks the row, visible with its remedy; the same row again is not news."""
    reason, remedy = REASONS[code]
    ids = ", ".join(str(rid) for rid in records)
    reason = reason.format(n=len(records), rule=shown(key), ids=ids)
    parking = Parking(code=code, reason=reason, remedy=remedy, at=desk.now, theirs=bound)
    row = ParkedRow(
        system=binding.system, stream=binding.stream, id=one.id, parking=parking,
        fingerprint=binding.fingerprint(bound), raw=bound, key="\n".join(key),
    )  # fmt: skip
    before = desk.parked.get((row.system, row.stream, row.id))
    if before is not None and before.key != row.key:
        questions.free(desk, [before])
    desk.unit.park_rows([row])
