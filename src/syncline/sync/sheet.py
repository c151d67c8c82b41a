"""What a plan is as a value and as a file: its writes, riskiest first, under the hash of its own text.

The file is one JSON document, one write a line, so that it is read and written without being held in memory.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Literal

import msgspec
from msgspec import Struct

from syncline.config.declaration import Declaration
from syncline.mapping.field_type import Unfit
from syncline.merge.brakes import RISKS, Effect
from syncline.model.record import Value

PERSONAL = "This file holds personal data: values of records before and after. Keep it to yourself and delete it."
IN_MEMORY_BYTES = 4_000_000

_json = msgspec.json.Encoder(order="deterministic")


Round = Literal["first", "second", "delete"]


class PlannedField(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One field of a planned write.

    version:   of the record's field; None: an undo puts it back.
    remap:     agreed, and written only since today's mapping says it differently.
    tries:     how often it was told before without effect.
    waits_for: the record whose id in that system must be there first; it is told after that.
    """

    field: str
    effect: Effect
    before: Value = None
    after: Value = None
    version: int | None = None
    why: str = ""
    remap: bool = False
    tries: int = 0
    waits_for: int | None = None


class PlannedWrite(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One write to one row. `seen` is the hash of what the system was seen to hold; a birth may have no link yet.

    needs: the records without whose ids the system takes no new row.
    """

    record: int
    link: int | None = None
    entity: str
    system: str
    stream: str
    external_id: str | None = None
    write: Literal["create", "update", "delete"]
    seen: str = ""
    fields: tuple[PlannedField, ...] = ()
    needs: tuple[int, ...] = ()
    why: str = ""

    @property
    def risk(self) -> Effect:
        """The riskiest of what it does."""
        if self.write != "update":
            return self.write
        return min((one.effect for one in self.fields), key=RISKS.index)

    @property
    def rounds(self) -> tuple[Round, ...]:
        """When it is told: what it says now, then the references whose records have got their ids; deletes last."""
        if self.write == "delete":
            return ("delete",)
        waits = [one.waits_for is not None for one in self.fields]
        first = self.write == "create" or not all(waits)
        return (*(("first",) if first else ()), *(("second",) if any(waits) else ()))


class StreamView(Struct, frozen=True, kw_only=True):
    """How old what the plan knows of a stream is, in seconds, and the stream's mode."""

    system: str
    stream: str
    age: float | None
    mode: str


class Head(Struct, frozen=True, kw_only=True):
    """What the plan was made of and when. `declaration` is a hash."""

    hub: str
    declaration: str
    at: float
    views: tuple[StreamView, ...]
    notice: str = PERSONAL


class Comes(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a plan does to one entity in one system: rows created, updated and deleted, and fields by what happens."""

    entity: str
    system: str
    created: int = 0
    updated: int = 0
    deleted: int = 0
    fields: dict[str, int] = {}


class PlannedEvent(Struct, frozen=True, kw_only=True):
    """An event that is told to the world outside when the plan is applied."""

    id: str
    type: str
    subject: str


class Foot(Struct, frozen=True, kw_only=True):
    """What it comes to. `then` says what the answers will add, and what the plan cannot show yet.

    rounds: (system, stream, round) of which there are writes.
    anew:   how many values are read anew from where they came, since the mapping has changed.
    events: what the mode holds, of the records that the plan looks at.
    """

    counts: dict[str, int]
    calls: dict[str, int]
    then: tuple[str, ...] = ()
    rounds: tuple[tuple[str, str, Round], ...] = ()
    anew: int = 0
    comes: tuple[Comes, ...] = ()
    events: tuple[PlannedEvent, ...] = ()


class Tampered(Exception):
    """This is not the text whose hash the plan bears."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A plan whose writes are read from its text one by one, as often as asked."""

    id: str
    head: Head
    foot: Foot
    text: IO[bytes]

    def writes(self) -> Iterator[PlannedWrite]:
        """Riskiest first."""
        self.text.seek(0)
        self.text.readline()
        at = self.text.tell()
        while not (line := self.line_at(at)).startswith(b"]"):
            at += len(line)
            yield _write.decode(line.strip(b",\n"))

    def line_at(self, at: int) -> bytes:
        """Several readers may be at work on one text."""
        self.text.seek(at)
        return self.text.readline()


_write = msgspec.json.Decoder(PlannedWrite)
_head = msgspec.json.Decoder(Head)
_foot = msgspec.json.Decoder(Foot)


def composed(head: Head, writes: Iterable[PlannedWrite], foot: Callable[[], Foot]) -> Plan:
    """Writes the text: sorted by risk through temporary files, so that memory does not grow with rows."""
    spools = {risk: _spool() for risk in RISKS}
    for write in writes:
        spools[write.risk].write(_json.encode(write) + b"\n")
    text, ending = _spool(), foot()
    text.write(b'{"head":' + _json.encode(head) + b',"writes":[\n')
    comma = b""
    for spool in spools.values():
        spool.seek(0)
        for line in spool:
            text.write(comma + line)
            comma = b","
        spool.close()
    text.write(b'],"foot":' + _json.encode(ending) + b",\n")
    number = hash_of(text)
    text.write(b'"id":"' + number.encode() + b'"}\n')
    return Plan(id=number, head=head, foot=ending, text=text)


def _spool() -> IO[bytes]:
    """In memory while it is small; a temporary file, which nobody else may read, when it is not."""
    return SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)


def hash_of(text: IO[bytes]) -> str:
    """The SHA-256 of all lines up to the plan's foot; the text is then read up to there."""
    digest = sha256()
    text.seek(0)
    while line := text.readline():
        digest.update(line)
        if line.startswith(b"]"):
            break
    return digest.hexdigest()


def save(plan: Plan, path: Path) -> None:
    """Only its owner may read the file."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o600)  # it may have been there with other rights
        plan.text.seek(0)
        while part := plan.text.read(1 << 20):
            file.write(part)


def load(path: Path) -> Plan:
    """A plan's file. Raises Tampered where it is not the text that was written."""
    text = path.open("rb")
    try:
        number = hash_of(text)
        said = text.readline()
        if said != b'"id":"' + number.encode() + b'"}\n' or text.readline():
            raise Tampered(f"{path} was changed after it was written, or is no plan: make a new one")
        return Plan(id=number, head=_head_of(text), foot=_foot_of(text), text=text)
    except BaseException:
        text.close()
        raise


def _head_of(text: IO[bytes]) -> Head:
    """The first line."""
    text.seek(0)
    return _head.decode(text.readline().removeprefix(b'{"head":').removesuffix(b',"writes":[\n'))


def _foot_of(text: IO[bytes]) -> Foot:
    """The line after the writes."""
    line = next(line for line in text if line.startswith(b"]"))
    return _foot.decode(line.removeprefix(b'],"foot":').removesuffix(b",\n"))


# ---- what a plan rests on
def seen_hash(seen: Mapping[str, Any]) -> str:
    """The same for the same raw fields."""
    return sha256(_json.encode(seen)).hexdigest()


UNSAID = frozenset(
    {"mode", "entity_modes", "poll", "sweep", "addressees", "alerts", "brakes", "brakes_from_links", "examples"}
)
"""Parts of a declaration that decide when something is written, by whom it is heard, and not what is written."""


def declaration_hash(declaration: Declaration) -> str:
    """Another hash: what is written where may be another. Secrets are not in it, nor what functions do."""
    return sha256(_json.encode(plain(declaration))).hexdigest()


def meeting_hash(declaration: Declaration, entity: str) -> str:
    """Another hash: rows of this entity would meet other records, or say otherwise what they say."""
    bound = [one for one in declaration.bindings if one.entity == entity]
    parts = (
        program(), declaration.matching.get(entity, ()), declaration.alike.get(entity), bound,
        declaration.entities[entity],
        [one for one in declaration.births if one.entity == entity],
        [one for one in declaration.computed if one.entity == entity],
        [one for one in declaration.rollups if one.entity == entity],
        [declaration.systems[name].url for name in sorted({one.system for one in bound} & declaration.systems.keys())],
    )  # fmt: skip
    return sha256(_json.encode([plain(part) for part in parts])).hexdigest()[:16]


def keys_hash(declaration: Declaration, entity: str) -> str:
    """Another hash: records of this entity have other keys, though they hold the same."""
    rules, alike = declaration.matching.get(entity, ()), declaration.alike.get(entity)
    names = dict.fromkeys([name for rule in rules for name in rule.fields])
    names |= dict.fromkeys(alike.fields if alike is not None else ())
    made = {
        name: [declaration.entities[entity].of(name).type.name, *keys_made(declaration, entity, name)] for name in names
    }
    return sha256(_json.encode(plain([rules, alike, made]))).hexdigest()[:16]


PROBES = ("Ab", "\u00c4b ", "+43 1 2345678", "01 2345678", "1.50", "a@B.example")
"""Texts of which two types that call themselves the same make other keys, if they are not the same."""


def keys_made(declaration: Declaration, entity: str, name: str) -> Iterator[str]:
    """What a field's type makes of some texts."""
    kind = declaration.entities[entity].of(name).type
    for probe in PROBES:
        try:
            yield str(kind.key(kind.normal(probe)))
        except Unfit:
            yield "-"


@cache
def program() -> str:
    """Another version of it may read the same values otherwise."""
    try:
        return version("syncline")
    except PackageNotFoundError:
        return ""


def plain(part: Any) -> Any:
    """A declaration as data. Functions are named by what surrounds them: a text, a type's name, a version."""
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        names = [one.name for one in dataclasses.fields(part)]
        return {name: plain(getattr(part, name)) for name in names if name not in UNSAID | {"secret", "options"}}
    if isinstance(part, Mapping):
        return {str(key): plain(value) for key, value in part.items()}
    if isinstance(part, Set):
        return sorted(map(str, part))
    if isinstance(part, Sequence) and not isinstance(part, str | bytes):
        return [plain(one) for one in part]
    return None if callable(part) else str(part)
