"""hub.yaml as plain data, with the place of every key and value. Nothing in the file can make an object or a bomb.

The parser's events are read, never its objects: tags are refused, and so are keys that come twice, files and
values beyond a limit, and aliases that grow. Numbers with leading zeros stay text: they are ids.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from syncline.config.problems import HIDDEN, Path, Place, Report, quoted

MAX_CHARACTERS = 1_000_000
MAX_VALUES = 50_000
MAX_DEPTH = 40

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FRACTION = re.compile(r"[-+]?[0-9]{1,17}\.[0-9]{1,17}")
_NULLS = {"", "~", "null", "Null", "NULL"}
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}

Suspect = Callable[[str], str | None]
"""Why a piece of text is taken for a secret, or None."""


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where a value stands; `raw` is how a scalar is spelled there, quotes and all."""

    key: Place
    value: Place
    raw: str = field(default="", repr=False)
    origin: str | None = None


@dataclass(frozen=True, kw_only=True)
class Tree:
    """The file. `origin` of a spot names a pattern where the value is none of the file's."""

    file: str
    data: dict[str, Any] = field(repr=False)
    spots: Mapping[Path, Spot] = field(repr=False)

    def spot(self, path: Path) -> Spot:
        """The spot of a path, or of the nearest one above it that is there."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.spots:
                return self.spots[path[:length]]
        return Spot(key=Place(self.file, 1, 1), value=Place(self.file, 1, 1))

    def has(self, path: Path) -> bool:
        """Is there something at that path?"""
        return path in self.spots

    def inside(self, path: Path, line: int, column: int) -> Place:
        """The place of a character inside a text value, given as the value's own line and column."""
        spot = self.spot(path)
        text = self.at(path)
        if not isinstance(text, str) or not spot.raw or spot.origin is not None:
            return spot.value
        before = text.split("\n")[: max(line - 1, 0)]
        offset = sum(len(one) + 1 for one in before) + max(column - 1, 0)
        passed = spot.raw[: _spelled_at(spot.raw, text, offset)]
        lines = passed.count("\n")
        column = len(passed) - passed.rfind("\n") if lines else spot.value.column + len(passed)
        return Place(self.file, spot.value.line + lines, column)

    def at(self, path: Path) -> Any:
        """The data at a path; None where there is none."""
        found: Any = self.data
        for step in path:
            if not has_step(found, step):
                return None
            found = found[step]
        return found

    def hidden(self, path: Path) -> Tree:
        """The same tree without the value at that path, which may be a secret."""
        spots = {known: spot for known, spot in self.spots.items() if known[: len(path)] != path}
        spots[path] = replace(self.spots[path], raw="")
        return replace(self, data=_with(self.data, path, HIDDEN), spots=spots)


def read_tree(text: str, file: str, report: Report, suspect: Suspect) -> Tree | None:
    """The tree of a file; None, with problems, where there is none."""
    start = Place(file, 1, 1)
    if len(text) > MAX_CHARACTERS:
        report.add(start, (), f"the file has more than {MAX_CHARACTERS:,} characters")
        return None
    builder = _Builder(file=file, report=report, suspect=suspect)
    try:
        top = builder.read(text.removeprefix("\ufeff"))
    except _TooMuch as error:
        report.add(error.place, (), str(error))
        return None
    except YAMLError as error:
        report.add(_marked(file, error), (), f"this is not YAML: {_reason(error)}", "check quotes, indentation, braces")
        return None
    if top is None or top.content is None:
        report.add(start, (), "the file says nothing", "begin with `hub: NAME`")
        return None
    if not isinstance(top.content, dict):
        report.add(top.place, (), "the file is not a list of keys with values", "begin with `hub: NAME`")
        return None
    spots: dict[Path, Spot] = {}
    try:
        data = _flat(top, (), top.place, spots)
    except _TooMuch as error:
        report.add(error.place, (), str(error))
        return None
    return Tree(file=file, data=data, spots=spots)


class _TooMuch(Exception):
    def __init__(self, place: Place, what: str) -> None:
        super().__init__(what)
        self.place = place


@dataclass
class _Node:
    """A value while it is read: a scalar, a list of nodes, or keys to (place of the key, node)."""

    place: Place
    content: Any
    raw: str = ""


@dataclass
class _Builder:
    file: str
    report: Report
    suspect: Suspect
    anchors: dict[str, _Node] = field(default_factory=dict)
    values: int = 0
    text: str = ""

    def read(self, text: str) -> _Node | None:
        self.text = text
        events = YAML(typ="safe", pure=True).parse(StringIO(text))
        top: _Node | None = None
        for event in events:
            if isinstance(event, DocumentStartEvent):
                if top is not None:
                    raise _TooMuch(self.place(event), "the file holds a second document after `---`")
                top = self.node(next(events), events, 1)
        return top

    def place(self, event: Any) -> Place:
        return Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def node(self, event: Any, events: Iterator[Any], depth: int) -> _Node:
        place = self.place(event)
        self.values += 1
        if depth > MAX_DEPTH:
            raise _TooMuch(place, f"values are nested deeper than {MAX_DEPTH} levels")
        if self.values > MAX_VALUES:
            raise _TooMuch(place, f"the file has more than {MAX_VALUES:,} values")
        if isinstance(event, AliasEvent):
            if event.anchor not in self.anchors:
                self.report.add(place, (), "this alias has no anchor before it")
                return _Node(place, None)
            return self.anchors[event.anchor]
        if event.tag is not None:
            self.report.add(place, (), "a tag (`!...`) is not read: it could make objects", "leave the tag out")
        if isinstance(event, SequenceStartEvent):
            found = _Node(place, self.items(events, depth))
        elif isinstance(event, MappingStartEvent):
            found = _Node(place, self.pairs(events, depth))
        else:
            found = self.scalar(event, place)
        if event.anchor is not None:
            self.anchors[event.anchor] = found
        return found

    def scalar(self, event: ScalarEvent, place: Place) -> _Node:
        if reason := self.suspect(event.value):
            self.report.add(place, (), reason, "write `vault` or `${NAME}` in the system's `secret`")
            return _Node(place, HIDDEN)
        raw = self.text[event.start_mark.index : event.end_mark.index]
        return _Node(place, event.value if event.style else plain(event.value), raw)

    def items(self, events: Iterator[Any], depth: int) -> list[_Node]:
        found = []
        while not isinstance(event := next(events), SequenceEndEvent):
            found.append(self.node(event, events, depth + 1))
        return found

    def pairs(self, events: Iterator[Any], depth: int) -> dict[str, tuple[Place, _Node]]:
        found: dict[str, tuple[Place, _Node]] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            place = self.place(event)
            key = self.key(event, events, depth)
            value = self.node(next(events), events, depth + 1)
            if key is None:
                self.report.add(place, (), "a key is plain text")
            elif key == "<<":
                self.report.add(place, (), "merge keys (`<<`) are not read", "say it once under `tables` or `mappings`")
            elif key in found:
                first = found[key][0].line
                self.report.add(place, (key,), f"the key {quoted(key)} is here twice; first in line {first}")
            else:
                found[key] = (place, value)
        return found

    def key(self, event: Any, events: Iterator[Any], depth: int) -> str | None:
        node = self.node(event, events, depth + 1)
        if not isinstance(event, ScalarEvent):
            return None
        return HIDDEN if node.content == HIDDEN else event.value


def has_step(data: Any, step: str | int) -> bool:
    """Has a block this key, or a list this position?"""
    return step in data if isinstance(data, dict) else isinstance(data, list) and step in range(len(data))


def plain(text: str) -> Any:
    """What a value without quotes means."""
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FRACTION.fullmatch(text) else text


def _flat(node: _Node, path: Path, key: Place, spots: dict[Path, Spot]) -> Any:
    """Data and spots; each use of an alias counts, so that aliases of aliases end at the limit."""
    if len(spots) > MAX_VALUES:
        raise _TooMuch(key, f"aliases make more than {MAX_VALUES:,} values of this file")
    if len(path) > MAX_DEPTH:
        raise _TooMuch(key, f"aliases nest values deeper than {MAX_DEPTH} levels")
    spots[path] = Spot(key=key, value=node.place, raw=node.raw)
    if isinstance(node.content, dict):
        return {name: _flat(inner, (*path, name), place, spots) for name, (place, inner) in node.content.items()}
    if isinstance(node.content, list):
        return [_flat(inner, (*path, index), inner.place, spots) for index, inner in enumerate(node.content)]
    return node.content


def _with(data: Any, path: Path, value: Any) -> Any:
    """The blocks with another value at a path of keys."""
    return {**data, path[0]: _with(data[path[0]], path[1:], value)} if path else value


def _marked(file: str, error: YAMLError) -> Place:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return Place(file, mark.line + 1, mark.column + 1) if mark is not None else Place(file, 1, 1)


def _reason(error: YAMLError) -> str:
    # Only the parser's own words: the rest of its message quotes the line, and that may hold a secret.
    if isinstance(error, MarkedYAMLError) and isinstance(error.problem, str):
        return re.sub(r"['\"].*['\"]", "...", error.problem)
    return "it holds a character that YAML does not allow"


def _spelled_at(raw: str, text: str, offset: int) -> int:
    """Where in its spelling the character at `offset` of the text stands: past quotes, escapes and folded lines."""
    at = raw.find("\n") + 1 if raw[:1] in ("|", ">") else int(raw[:1] in ("'", '"'))
    escapes = raw[:1]
    for index, character in enumerate(text):
        if character.isspace():
            folded = index + 1 < len(text) and not text[index + 1].isspace()
            if index >= offset:
                return at
            at += 1
            while folded and at < len(raw) and raw[at].isspace():
                at += 1
            continue
        while at < len(raw) and raw[at].isspace():
            at += 1  # the indentation of a block
        if index >= offset:
            return at
        at += _width(raw, at, escapes)
    return min(at, len(raw))


def _width(raw: str, at: int, escapes: str) -> int:
    if escapes == "'" and raw.startswith("''", at):
        return 2
    if escapes == '"' and raw.startswith("\\", at):
        return 2 + {"x": 2, "u": 4, "U": 8}.get(raw[at + 1 : at + 2], 0)
    return 1
