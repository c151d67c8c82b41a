"""Step 4 for a row without a link: matched, joined to a birth, a new record, or parked. Never guessed."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from syncline.identity.match import Key, keys_of
from syncline.mapping.binding import Binding, Reading
from syncline.merge import first_meeting, lines
from syncline.merge.case import Case
from syncline.model.link import Link
from syncline.model.observation import Observation
from syncline.model.record import Parking
from syncline.model.rows import Hint, ParkedRow
from syncline.sync.desk import Desk

Bound = dict[str, object]


def prepare(desk: Desk, binding: Binding, news: Sequence[tuple[Observation, Reading]]) -> None:
    """Loads, in one batch, the records that rows without a link might match."""
    keys: list[Key] = []
    for one, reading in news:
        if desk.case_at((binding.system, binding.stream, one.id)) is None:
            keys.extend(row_keys(desk, binding, reading))
    desk.load_keys(keys)


def row_keys(desk: Desk, binding: Binding, reading: Reading) -> tuple[Key, ...]:
    """The match keys of a row."""
    policy = desk.declaration.entities[binding.entity]
    return keys_of(policy, desk.declaration.matching.get(binding.entity, ()), reading.told)


def meet(desk: Desk, binding: Binding, one: Observation, bound: Bound, reading: Reading) -> None:
    """Rules are tried in their order; the first that finds a record decides, and two candidates park."""
    for key in row_keys(desk, binding, reading):
        desk.load_keys([key])
        cases = [desk.cases[rid] for rid in desk.by_key[key] if desk.cases[rid].record.state != "merged"]
        here = [case for case in cases if has_active(case, binding)]
        if here:
            found(desk, binding, one, bound, reading, candidate_of=here[0].record.id)
            return
        if len(cases) > 1:
            park(desk, binding, one, bound, "ambiguous-match", key, cases)  # I14
            return
        if cases and meet_record(desk, binding, cases[0], one, bound, reading, key):
            return
    found(desk, binding, one, bound, reading)


def has_active(case: Case, binding: Binding) -> bool:
    """Two active rows of one stream never join one record by match."""
    return any(link.state in ("active", "asleep") for link in links_here(case, binding))


def links_here(case: Case, binding: Binding) -> list[Link]:
    """The links of a record in a stream."""
    return [k for k in case.links.values() if (k.system, k.stream) == (binding.system, binding.stream)]


def meet_record(
    desk: Desk, binding: Binding, case: Case, one: Observation, bound: Bound, reading: Reading, key: Key
) -> bool:
    """One record matches and has no active row here. False: this row begins a record of its own."""
    here = links_here(case, binding)
    births = [link for link in here if link.state == "birth"]
    if births:
        join_birth(desk, binding, case, births[0], one, bound, reading)
        return True
    if here and (case.record.parked is not None or any(link.carried for link in here)):
        park(desk, binding, one, bound, "returned-after-delete", key, [case])
        return True
    if not any(link.state in ("active", "asleep", "birth") for link in case.links.values()):
        return False
    join(desk, binding, case, desk.new_link(case, binding.system, binding.stream, one.id), one, bound, reading)
    return True


def join_birth(
    desk: Desk, binding: Binding, case: Case, birth: Link, one: Observation, bound: Bound, reading: Reading
) -> None:
    """The row becomes the link that has no id yet; a create already sent is resolved first."""
    if birth.writing is not None:
        again = desk.now + desk.hub.stream(binding.system, binding.stream).settles_in.find + 1.0
        desk.unit.put_hints([Hint(system=binding.system, stream=binding.stream, id=one.id, at=again)])  # I4
        return
    case.put(birth.id, external_id=one.id, state="active", parked=None)
    desk.seat(case.links[birth.id])
    join(desk, binding, case, birth.id, one, bound, reading)


def join(desk: Desk, binding: Binding, case: Case, lid: int, one: Observation, bound: Bound, reading: Reading) -> None:
    """The first meeting of a row with a record."""
    reading = lines.recognise(case, lid, reading, one)
    first_meeting.join(case, lid, one, bound, reading, print_of(binding, bound, reading))
    case.note("linked", None, lid, None, one.id)
    settled_in(desk, binding, case, one)


def found(
    desk: Desk, binding: Binding, one: Observation, bound: Bound, reading: Reading, candidate_of: int | None = None
) -> None:
    """A new record. As a duplicate candidate it is observed and shown, born nowhere and matched by nothing."""
    case = desk.new_case(binding.entity, binding.system)
    if candidate_of is not None:
        case.record = replace(case.record, candidate_of=candidate_of)
        case.note("candidate", None, None, None, candidate_of)
    lid = desk.new_link(case, binding.system, binding.stream, one.id)
    reading = lines.recognise(case, lid, reading, one)
    first_meeting.found(case, lid, one, bound, reading, print_of(binding, bound, reading))
    settled_in(desk, binding, case, one)


def settled_in(desk: Desk, binding: Binding, case: Case, one: Observation) -> None:
    """The row belongs to a record now: found by its keys, and no longer parked."""
    desk.index(case)
    desk.unit.unpark_rows([(binding.system, binding.stream, one.id)])


def print_of(binding: Binding, bound: Bound, reading: Reading) -> bytes:
    """The fingerprint that lets the same content end early; none while a reference is unresolved."""
    return b"" if reading.unresolved else binding.fingerprint(bound)


REASONS = {
    "ambiguous-match": (
        "matches {n} records by {rule}: {ids}",
        "say which one it is (links add), or merge the records, or say that they are not the same",
    ),
    "returned-after-delete": (
        "matches record {ids}, which was deleted and whose delete was carried on",
        "revive the twins, or begin a new record",
    ),
}


def park(
    desk: Desk, binding: Binding, one: Observation, bound: Bound, code: str, key: Key, cases: Sequence[Case]
) -> None:
    """Parks the row, visible with its remedy; the same row again is not news."""
    reason, remedy = REASONS[code]
    ids = ", ".join(str(case.record.id) for case in cases)
    parking = Parking(
        code=code, reason=reason.format(n=len(cases), rule=key[0], ids=ids), remedy=remedy, at=desk.now, theirs=bound
    )
    row = ParkedRow(
        system=binding.system, stream=binding.stream, id=one.id, parking=parking,
        fingerprint=binding.fingerprint(bound), raw=bound, key="\n".join(key),
    )  # fmt: skip
    desk.unit.park_rows([row])
