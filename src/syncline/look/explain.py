"""Where a value came from: its origin, where each system stands, and its history in sentences, newest first."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from syncline.look import opened
from syncline.look.kind import kind_of
from syncline.look.looking import Looking
from syncline.look.named import name_of, naming
from syncline.look.record import FieldView, Side, field_view, fields_of, label_of, side_of
from syncline.look.said import in_words, moment
from syncline.look.sentences import sentence
from syncline.merge.case import Case
from syncline.merge.policy import HUB, ORIGIN
from syncline.model.record import FieldValue, Value
from syncline.sync.desk import Desk


class Sentence(Struct, frozen=True, kw_only=True):
    """One thing that happened."""

    at: float
    run: int
    text: str


class Explained(Struct, frozen=True, kw_only=True):
    """A field of a record. said: its value for people. rule: who may set it. origin: where the value came from."""

    record: int
    entity: str
    name: str
    field: str
    value: Value
    said: str
    rule: str
    origin: str
    sides: tuple[str, ...]
    history: tuple[Sentence, ...]


class NoField(LookupError):
    """The record has no such field; the text names those it has."""


def explain(looking: Looking, record: int, field: str) -> Explained:
    """One field. Raises NoField."""
    desk, case = loaded(looking, record)
    known = fields_of(desk, case)
    name = next((one for one in known if field in (one, label_of(one))), None)
    if name is None:
        raise NoField(f"{case.record.entity} has no field {field!r}; it has {', '.join(known)}")
    view, say = field_view(desk, case, name), saying(looking, case, name)
    return Explained(
        record=record, entity=case.record.entity, name=name_of(case.record, looking.declaration), field=name,
        value=view.value, said=say(view.value), rule=rule_of(looking, case, name),
        origin=origin_of(looking, case, name, say), sides=tuple(standing(looking, case, view, say)),
        history=history_of(looking, case, name),
    )  # fmt: skip


def overview(looking: Looking, record: int) -> list[Explained]:
    """Every field, without its history."""
    desk, case = loaded(looking, record)
    found = []
    for name in fields_of(desk, case):
        view, say = field_view(desk, case, name), saying(looking, case, name)
        found.append(
            Explained(
                record=record, entity=case.record.entity, name=name_of(case.record, looking.declaration), field=name,
                value=view.value, said=say(view.value), rule=rule_of(looking, case, name),
                origin=origin_of(looking, case, name, say), sides=tuple(standing(looking, case, view, say)),
                history=(),
            )
        )  # fmt: skip
    return found


def loaded(looking: Looking, record: int) -> tuple[Desk, Case]:
    """The record's case, on paper."""
    desk = looking.desk()
    desk.load([record])
    return desk, desk.cases[record]


def saying(looking: Looking, case: Case, name: str) -> Callable[[Value], str]:
    """How values of a field are written for people."""
    kind = kind_of(looking.declaration, case.record.entity, name)
    names = naming(looking.declaration, looking.ledger)
    return lambda value: in_words(value, kind, looking.declaration.zone, names)


# ---- whose it is
def rule_of(looking: Looking, case: Case, name: str) -> str:
    """Who may set it, and what happens when two sides do."""
    policy, truth = case.policy(name), case.truth(name)
    if policy.truth == HUB:
        return f"computed here: {computed(looking, case.record.entity, name)}"
    said = f"truth {truth}, where the record was born" if policy.truth == ORIGIN else f"truth {truth}"
    if truth is None:
        return f"nobody's own; {policy.policy}"
    return said if policy.policy == "truth" else f"{said}; {policy.policy}"


def computed(looking: Looking, entity: str, name: str) -> str:
    """The expression or rollup."""
    for one in looking.declaration.computed:
        if (one.entity, one.field) == (entity, name):
            return " ".join(one.expression.text.split())
    rolled = next((r for r in looking.declaration.rollups if (r.entity, r.field) == (entity, name)), None)
    return "a rollup" if rolled is None else f"a rollup over {rolled.rollup.of}"


def origin_of(looking: Looking, case: Case, name: str, say: Callable[[Value], str]) -> str:
    """Where the present value came from."""
    current = case.value(name)
    if current.version == 0:
        return "it never had a value"
    run = looking.ledger.run(current.run)
    zone = looking.declaration.zone
    when = f"run {current.run}" + (f" ({run.kind}, {moment(run.at, zone)})" if run is not None else "")
    source = case.links.get(current.source) if current.source is not None else None
    why = f": {current.why}" if current.why else ""
    if source is None:
        return f"{by_nobody(case, name, current)}, {when}{why}"
    row = " ".join(part for part in (source.system, source.stream, source.external_id) if part)
    return f"from {row}, {changed(current, zone)}, taken in {when}{why}"


def by_nobody(case: Case, name: str, current: FieldValue) -> str:
    """Of a value that comes from no system."""
    policy = case.policy(name)
    if policy.truth == HUB:
        return "computed here"
    return "merged of several systems" if policy.merges else "said by a person, or by a rule"


def changed(current: FieldValue, zone: str) -> str:
    """When it was changed there, as exactly as anybody knows."""
    since, until = moment(current.since, zone), moment(current.until, zone)
    if since == until or not current.since:
        return f"changed there at {until}"
    return f"changed there between {since} and {until}"


# ---- the sides
def standing(looking: Looking, case: Case, view: FieldView, say: Callable[[Value], str]) -> list[str]:
    """Each system in a sentence."""
    seen = {opened.where(case, link): side_of(looking, case, link) for link in case.links.values()}
    return [f"{where}: {side_sentence(view, where, seen[where], say, looking)}" for where in view.sides]


def side_sentence(view: FieldView, where: str, side: Side, say: Callable[[Value], str], looking: Looking) -> str:
    """What it holds, since when that is known, and what that stands for."""
    cell = view.sides[where]
    if side.state == "birth":
        return f"to be made there with {say(view.value)}"
    held = f"{say(cell.value)}" if cell.told else "says nothing of it"
    seen = f" (seen {moment(side.seen_at, looking.declaration.zone)})" if side.seen_at else ""
    return f"{held}{seen}: {cell.standing}" + (f", {cell.why}" if cell.why else "")


# ---- history
def history_of(looking: Looking, case: Case, name: str) -> tuple[Sentence, ...]:
    """What happened to the field, newest first; of a record that was merged, also what happened to its parts."""
    names = naming(looking.declaration, looking.ledger)
    kind = kind_of(looking.declaration, case.record.entity, name)
    found = []
    for entry in looking.ledger.history([case.record.id]).get(case.record.id, ()):
        if entry.field != name:
            continue
        link = case.links.get(entry.link) if entry.link is not None else None
        where = opened.where(case, link) if link is not None else ""
        text = sentence(entry, where, lambda value: in_words(value, kind, looking.declaration.zone, names))
        found.append(Sentence(at=entry.at, run=entry.run, text=text))
    return tuple(reversed(found))


def story(looking: Looking, record: int) -> tuple[Sentence, ...]:
    """What happened to the record itself, and not to one of its fields, newest first."""
    _, case = loaded(looking, record)
    names, found = naming(looking.declaration, looking.ledger), []
    for entry in looking.ledger.history([record]).get(record, ()):
        if entry.field is not None:
            continue
        link = case.links.get(entry.link) if entry.link is not None else None
        where = opened.where(case, link) if link is not None else ""

        def say(value: Value) -> str:
            return names(value) if isinstance(value, int) else in_words(value, "", looking.declaration.zone)

        found.append(Sentence(at=entry.at, run=entry.run, text=sentence(entry, where, say)))
    return tuple(reversed(found))
