"""What is wrong with a declaration: each thing with its place, its path and what may have been meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

HIDDEN = "***"
"""What stands where a secret would."""

_NEAR = 70.0
_MOST_SHOWN = 60
_TOKEN = re.compile(r"(?=[A-Za-z+/=]*[0-9][A-Za-z+/=]*[0-9])[A-Za-z0-9+/=]{16,}")

Path = tuple[str | int, ...]
"""Keys and positions from the top of the file."""


@dataclass(frozen=True, order=True)
class Place:
    """A place in the file, counted from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong; a warning does not keep the declaration from being used."""

    place: Place
    path: str
    message: str
    suggestion: str | None = None
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        meant = f"; {self.suggestion}" if self.suggestion else ""
        return f"{self.place}: {where}{self.message}{meant}"


class DeclarationErrors(Exception):
    """The declaration cannot be used; `problems` has everything that was found, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass
class Report:
    """Collects problems. A block that lost a part to an error is not also blamed for lacking that part.

    incomplete: a pattern is missing, so that nobody can say what is not declared.
    """

    found: list[Problem] = field(default_factory=list)
    damaged: set[Path] = field(default_factory=set)
    incomplete: bool = False

    def add(
        self,
        place: Place,
        path: Path,
        message: str,
        suggestion: str | None = None,
        severity: Literal["error", "warning"] = "error",
    ) -> None:
        """One problem; what was said already is not said again."""
        problem = Problem(
            place=place, path=masked(dotted(path)), message=masked(message),
            suggestion=None if suggestion is None else masked(suggestion), severity=severity,
        )  # fmt: skip
        if problem not in self.found:
            self.found.append(problem)

    def damage(self, path: Path) -> None:
        """Remembers that a part of every block above `path` is missing because it was wrong."""
        self.damaged.update(path[:length] for length in range(1, len(path) + 1))

    @property
    def failed(self) -> bool:
        """Is there an error among them?"""
        return any(problem.severity == "error" for problem in self.found)

    def sorted(self) -> tuple[Problem, ...]:
        """In the order of the file."""
        return tuple(sorted(self.found, key=lambda problem: (problem.place, problem.path, problem.message)))


def dotted(path: Path) -> str:
    """A path as people write it: `fields.contact.email.at.odoo[2]`, counted from 1."""
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def quoted(word: object) -> str:
    """A word of the file inside a message; long ones are cut."""
    text = str(word)
    return f"`{text}`" if len(text) <= _MOST_SHOWN else f"`{text[:_MOST_SHOWN]}...`"


def masked(text: str) -> str:
    """The text without what looks like a token: a secret that slipped into a place for names is not shown either."""
    return _TOKEN.sub(lambda found: HIDDEN if _mixed(found[0]) else found[0], text)


def _mixed(word: str) -> bool:
    return word != word.lower() and word != word.upper()


def meant(word: object, known: Iterable[str] | Mapping[str, object]) -> str | None:
    """What may have been meant: `did you mean ...?` the nearest known word, else a short list of all."""
    words = sorted(known)
    best = nearest(str(word), words)
    if best is not None:
        return f"did you mean {quoted(best)}?"
    if 0 < len(words) <= 12:
        return f"known: {', '.join(words)}"
    return None


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like this one, if any is much like it."""
    words = list(known)
    found = process.extractOne(word[:_MOST_SHOWN], words, scorer=fuzz.ratio, score_cutoff=_NEAR)
    if found is not None:
        return found[0]
    # In a short word one slip weighs too much for a ratio.
    return next((one for one in words if len(word) > 2 and OSA.distance(word[:_MOST_SHOWN], one) == 1), None)
