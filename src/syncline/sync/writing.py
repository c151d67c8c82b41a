"""Map out: what a link must be told as one journalled intent, with references as that system's own ids."""

from __future__ import annotations

from typing import Literal

from syncline.mapping.binding import Binding
from syncline.mapping.document import line_of
from syncline.mapping.field_type import Unfit
from syncline.mapping.reference import Ref
from syncline.merge import lines, receipts
from syncline.merge.case import Case
from syncline.model.intent import Intent, Told
from syncline.model.link import Known
from syncline.sync import twinless
from syncline.sync.desk import Desk

WriteKind = Literal["create", "update", "delete"]


def new_intent(desk: Desk, binding: Binding, case: Case, lid: int, kind: WriteKind, told: dict[str, Told]) -> Intent:
    """The journal's row; the link awaits its receipt."""
    iid = desk.unit.new_id("intent")
    try:
        raw = map_out(desk, binding, case, lid, told) if told else {}
    except Unfit:
        told = tellable(desk, binding, case, lid, told)
        raw = map_out(desk, binding, case, lid, told)
    note_repeats(case, lid, told)
    if told or kind != "update":
        case.put(lid, writing=iid)
    link = case.links[lid]
    return Intent(
        id=iid, link=lid, record=case.record.id, system=link.system, stream=link.stream, kind=kind,
        values=told, raw=raw, run=desk.run, at=desk.now,
    )  # fmt: skip


def tellable(desk: Desk, binding: Binding, case: Case, lid: int, told: dict[str, Told]) -> dict[str, Told]:
    """What the system has a place for; the rest is parked by field."""
    out = {}
    for name, one in told.items():
        try:
            map_out(desk, binding, case, lid, {name: one})
        except Unfit as unfit:
            receipts.park(case, lid, name, receipts.CANNOT_BE_TOLD, one.value, one.before, unfit.reason)
        else:
            out[name] = one
    return out


def note_repeats(case: Case, lid: int, told: dict[str, Told]) -> None:
    """Told again although an earlier answer was lost: an edit that put the old value back looks the same."""
    for name, one in told.items():
        doubts = case.known(lid, name).doubts
        if doubts:
            case.note("no-effect", name, lid, doubts[-1].value, one.before, "told again; the answer was lost")


def map_out(desk: Desk, binding: Binding, case: Case, lid: int, told: dict[str, Told]) -> dict[str, object]:
    """The raw fields to send; a document's lines go as one list."""
    values = outward(desk, binding, told)
    raw = binding.write({name: value for name, value in values.items() if line_of(name) is None})
    if binding.lines is not None and any(line_of(name) is not None for name in values):
        of_lines = {name: value for name, value in values.items() if line_of(name) is not None}
        raw[binding.lines.raw] = binding.lines.write(lines.compose(case, lid, of_lines))
    return raw


def outward(desk: Desk, binding: Binding, told: dict[str, Told]) -> dict[str, object]:
    """Canonical values with references as that system's own ids."""
    values = {name: one.value for name, one in told.items()}
    for name in desk.hub.reference_fields.get(binding.entity, ()):
        if values.get(name) is not None:
            rid = twinless.who_counts(desk, binding, values[name])
            values[name] = None if rid is None else external_id(desk, binding, rid)
    return values


def external_id(desk: Desk, binding: Binding, rid: int) -> str | None:
    """The id that a record has in this binding's system. A row that is out of scope there is there all the same."""
    case = desk.case(rid)
    return None if case is None else twinless.id_in(case, binding.system)


def lacks(desk: Desk, binding: Binding, case: Case, lid: int) -> tuple[str, ...]:
    """The references without which the system takes no new row, and which have no id there yet."""
    must, known = desk.hub.required(binding.system, binding.stream), case.links[lid].known
    references = [name for name in desk.hub.reference_fields.get(binding.entity, ()) if name in binding.by_field]
    needed = [name for name in references if must.intersection(binding.by_field[name].lens.reads)]
    return tuple(
        name for name in needed if (name in known and awaits_id(known[name])) or is_to_be_known(desk, case, name)
    )


def is_to_be_known(desk: Desk, case: Case, name: str) -> bool:
    """Does a row of this record refer to one that the hub has not met yet? Then the record will refer to it too."""
    if case.value(name).value is not None:
        return False
    for link in case.active():
        bound = desk.binding(link).by_field.get(name)
        if bound is None or not bound.inward:
            continue
        try:
            told = bound.lens.get(link.seen)
        except Unfit:
            continue  # which is parked at its link
        if isinstance(told, Ref) and desk.resolve(told) is None:
            return True
    return False


def awaits_id(known: Known) -> bool:
    """Does a reference wait until its record has an id there, be it for a person to see to that?"""
    return known.waiting or twinless.is_twinless(known)


def unwait(desk: Desk, case: Case) -> None:
    """A reference that has got its id goes on."""
    for lid, link in list(case.links.items()):
        for name, known in link.known.items():
            if not awaits_id(known):
                continue
            value = case.value(name).value
            if value is not None and external_id(desk, desk.binding(link), value) is None:
                continue
            case.learn(lid, name, waiting=False, parked=None if twinless.is_twinless(known) else known.parked)
            if link.state == "birth" and link.due_since is not None:
                case.put(lid, due_at=desk.now)


def resolved(desk: Desk, binding: Binding, case: Case, lid: int, told: dict[str, Told]) -> dict[str, Told]:
    """Without the references that have no id there yet: those fields wait, and nothing else does."""
    for name in desk.hub.reference_fields.get(binding.entity, ()):
        one = told.get(name)
        if one is not None and one.value is not None and external_id(desk, binding, one.value) is None:
            told = {key: value for key, value in told.items() if key != name}
            if not twinless.is_stranger(desk, binding, one.value):
                case.learn(lid, name, waiting=True)
            elif (instead := twinless.told_instead(desk, binding, case, lid, name, one)) is not None:
                told = {**told, name: instead}
    return told
