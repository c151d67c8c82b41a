"""Couplings that somebody knows are taken over: from a file, or from a field that holds another system's ids."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from syncline.acts.act import Couple, Say, Step
from syncline.acts.pairs import Line, Place, Places, lines_of, plain
from syncline.acts.refusal import refuse
from syncline.acts.shelf import Said, Shelf
from syncline.acts.told import Coupled, Uncoupled
from syncline.look.find import near
from syncline.model.rows import Cursor
from syncline.sync import couplings, endless, observe, run, settle
from syncline.sync.couplings import Answer
from syncline.sync.desk import Desk, open_desk
from syncline.sync.hub import Gathering, Hub
from syncline.sync.plan import desk_on_paper

PAGE = 200
SHOWN = 100
AT = "syncline links import FILE"


class NothingTaken(Exception):
    """A batch in which there was nothing to keep: it leaves no trace."""

    def __init__(self, answers: list[tuple[Said, Answer]]) -> None:
        super().__init__("nothing was taken")
        self.answers = answers


@dataclass
class Count:
    """What came of the lines so far. rejects: where refused lines are written."""

    rejects: IO[str] | None = None
    kept: bool = False
    kinds: Counter[str] = field(default_factory=Counter)
    refused: list[Uncoupled] = field(default_factory=list)

    def add(self, line: int, text: str, answer: Answer) -> None:
        """One line is answered."""
        self.kinds[answer.kind] += 1
        if answer.kind != "refused":
            return
        if len(self.refused) < SHOWN:
            self.refused.append(Uncoupled(line=line, text=text, why=answer.why))
        if self.rejects is not None:
            csv.writer(self.rejects).writerow((line, answer.why, text))


def couple(hub: Hub, act: Couple, who: str, say: Say) -> Coupled:
    """Every pair is taken, was there already, or is refused with its line. Raises Refusal for what says no pairs."""
    named = act.named or (Path(act.file).name if act.file is not None else act.field or "")
    source = f"{who}: coupled by import of {named}"
    with ExitStack() as opened:
        count = Count(rejects=None if act.rejects is None else opened.enter_context(closing(rejects_file(act.rejects))))
        shelf = opened.enter_context(closing(Shelf()))
        for line in said_by(hub, act, named):
            shelf.put(line.number, line.text, line.pair, line.why)
            if shelf.count % PAGE == 0:
                say(Step(what=f"reading {named}", done=shelf.count))
        shelf.compare()
        working = run.gather(hub, "links", source)
        for page in shelf.pages(PAGE):
            taken(working, page, source, count, dry=act.dry)
            say(Step(what="coupling", done=count.kinds.total(), total=shelf.count))
    return told(working, act, count)


def said_by(hub: Hub, act: Couple, named: str) -> Iterator[Line]:
    """The lines of a file, or the rows of a stream."""
    if act.field is not None:
        return said_by_field(hub, act.field, act.to)
    if act.file is None:
        raise refuse(
            "Say from where: a file, or a field.", f"{AT}, or: syncline links import --from SYSTEM.STREAM.FIELD"
        )
    return lines_of_file(hub, Path(act.file), named)


def lines_of_file(hub: Hub, file: Path, named: str) -> Iterator[Line]:
    """Raises Refusal for one that cannot be read."""
    try:
        yield from lines_of(file, hub.declaration)
    except (OSError, UnicodeError) as error:
        raise refuse(f"{named} cannot be read: {getattr(error, 'strerror', None) or 'it is no text'}.", AT) from error


def rejects_file(name: str) -> IO[str]:
    """For its owner's eyes only. Raises Refusal where it cannot be."""
    try:
        made = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise refuse(f"{name} cannot be written: {error.strerror}.", "name a file in a folder you own") from error
    text = open(made, "w", encoding="utf-8", newline="")  # noqa: SIM115
    csv.writer(text).writerow(("line", "why", "text"))
    return text


def taken(hub: Hub, page: Sequence[Said], source: str, count: Count, *, dry: bool) -> None:
    """A batch of lines in one transaction."""
    try:
        answers = answered(desk_on_paper(hub), page, source) if dry else kept(hub, page, source)
        count.kept = not dry
    except NothingTaken as nothing:
        answers = nothing.answers
    for one, answer in answers:
        count.add(one.line, one.text, answer)


def kept(hub: Hub, page: Sequence[Said], source: str) -> list[tuple[Said, Answer]]:
    """In the ledger. Raises NothingTaken."""
    with hub.ledger.unit() as unit:
        desk = open_desk(hub, unit, "links")
        answers = answered(desk, page, source)
        if all(answer.kind in ("already", "refused") for _, answer in answers):
            raise NothingTaken(answers)
        settle.close_desk(desk)
        hub.point("coupled")
    return answers


def answered(desk: Desk, page: Sequence[Said], source: str) -> list[tuple[Said, Answer]]:
    """What becomes of each line, in their order."""
    couplings.load(desk, [one.pair for one in page if one.pair is not None and not one.why])
    found = []
    for one in page:
        if one.pair is None or one.why:
            found.append((one, Answer(kind="refused", why=one.why)))
        else:
            found.append((one, couplings.couple(desk, one.pair, f"{source} line {one.line}")))
    return found


def told(hub: Hub, act: Couple, count: Count) -> Coupled:
    """The whole of it. run: 0 where nothing was kept."""
    kinds, number = count.kinds, hub.run.number if isinstance(hub.run, Gathering) and count.kept else None
    return Coupled(
        run=number or 0, lines=kinds.total(), taken=kinds["taken"] + kinds["joined"] + kinds["waits"],
        joined=kinds["joined"], waits=kinds["waits"], already=kinds["already"], refused=kinds["refused"],
        refusals=tuple(count.refused), rejects=act.rejects, dry=act.dry,
    )  # fmt: skip


# ---- from a field
def said_by_field(hub: Hub, address: str, to: str | None) -> Iterator[Line]:
    """What every row of a stream says in one raw field, which need not be bound. Nothing is written there."""
    system, stream, name = field_of(hub, address)
    target = target_of(hub, (system, stream), to)
    (_, bound), (other_system, other) = pair_of(hub, (system, stream), target)
    connector = hub.with_field(system, stream, name) if hub.with_field is not None else hub.connectors[system]
    read, number, seen = connector.stream(stream), 0, False
    if read.sweep is None and read.changes is None:
        raise refuse(f"{system} {stream} cannot be read whole.", AT)
    cursor = Cursor(system=system, stream=stream)
    while True:
        page, _ = observe.show(
            hub, system, read, read.sweep(cursor.after) if read.sweep is not None
            else read.changes(0.0, cursor.after),  # type: ignore[misc]
        )  # fmt: skip
        hub.saw(system, stream, len(page.records))
        for raw in page.records:
            seen = seen or name in raw
            value = an_id(raw.get(name))
            if value is not None:
                number += 1
                row = (system, bound, str(raw[read.key]))
                text = f"{'/'.join(row)}: {value}"
                yield Line(number=number, text=text, pair=(row, (other_system, other, value)))
        why = endless.reason(cursor, page.next)
        if why is not None:
            raise observe.NotNow(system, f"{stream}: {why}")
        cursor = endless.turned(cursor, page.next)
        if cursor.after is None:
            break
    if not seen:
        raise refuse(f"{system} says nothing of {stream}.{name}.", f"look for the field's own name in {system}")


def an_id(value: Any) -> str | None:
    """Blank: None. A number of a system that keeps all numbers with decimals is a whole one."""
    if isinstance(value, list | tuple):
        value = value[0] if value else None
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().removesuffix(".0") or None


def field_of(hub: Hub, address: str) -> tuple[str, str, str]:
    """`SYSTEM.STREAM.FIELD`: the longest stream name that the connector knows is the stream. Raises Refusal."""
    system, _, rest = address.partition(".")
    if system not in hub.connectors:
        meant = near(hub.declaration, system)
        known = ", ".join(hub.declaration.order)
        raise refuse(f"There is no system {system}." + (f" Did you mean {meant}?" if meant else ""), f"one of: {known}")
    names = [one.name for one in hub.connectors[system].streams if rest.startswith(f"{one.name}.")]
    stream = max(names, key=len, default="")
    name = rest[len(stream) + 1 :]
    if not stream or not name:
        known = ", ".join(sorted({plain(b.stream) for b in hub.declaration.bindings if b.system == system}))
        raise refuse(f"{address} names no field of a stream of {system}.", f"say {system}.STREAM.FIELD, of: {known}")
    return system, stream, name


def target_of(hub: Hub, place: Place, to: str | None) -> Place:
    """Whose ids the field holds: as it is said, or the only stream that it can be. Raises Refusal."""
    if to is not None:
        system, _, stream = to.partition("/")
        return system, stream
    entities = {b.entity for b in hub.declaration.bindings if (b.system, plain(b.stream)) == place}
    others = sorted({
        (b.system, plain(b.stream)) for b in hub.declaration.bindings if b.entity in entities and b.system != place[0]
    })  # fmt: skip
    if len(others) == 1:
        return others[0]
    if not others:
        raise refuse(f"{'/'.join(place)} is in no stream that another system has too.", "syncline check")
    raise refuse("Say whose ids these are.", f"--to with one of: {', '.join('/'.join(one) for one in others)}")


def pair_of(hub: Hub, one: Place, other: Place) -> tuple[Place, Place]:
    """The two bound streams. Raises Refusal."""
    found = Places(hub.declaration).looked_for(one, other)
    if isinstance(found, str):
        raise refuse(f"{found[0].upper()}{found[1:]}.", "say --to SYSTEM/STREAM")
    return found
