"""Text for people with `{field}` in it: canonical fields and nothing else.

A closed format of our own: a name between braces, `{{` and `}}` for the braces themselves. There are no
conversions, no attributes, no indexes and no expressions, and Python's formatting is not involved.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from syncline.mapping.expression import Lookup
from syncline.mapping.sql_casts import spelling
from syncline.mapping.sql_errors import ExpressionError, ExpressionErrors, did_you_mean, error_at
from syncline.mapping.sql_types import ColumnType, sql_type

MAX_CHARACTERS = 20_000

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_BRACES = {"{{": "{", "}}": "}"}

Escape = Callable[[str], str]
Part = tuple[str, Callable[[object], str]] | str
"""A literal text, or a field with how its values are spelled."""


def as_it_is(text: str) -> str:
    """The escape of a target that needs none: plain text."""
    return text


@dataclass(frozen=True, kw_only=True)
class Substitution:
    """A checked text. `reads` is its lineage, as that of an expression."""

    text: str
    parts: tuple[Part, ...]
    reads: frozenset[str]

    def render(self, lookup: Lookup, escape: Escape = as_it_is) -> str:
        """The text for one row. Values are escaped for the target, a NULL is left out; raises Unfit."""
        written = []
        for part in self.parts:
            if isinstance(part, str):
                written.append(part)
                continue
            name, spell = part
            value = lookup(name)
            if value is not None:
                written.append(escape(spell(value)))
        return "".join(written)


def compile_substitution(text: str, columns: Mapping[str, ColumnType]) -> Substitution:
    """A text with its fields; raises ExpressionErrors with everything that is wrong."""
    if len(text) > MAX_CHARACTERS:
        raise ExpressionErrors(text, [error_at(text, 0, f"is longer than {MAX_CHARACTERS} characters")])
    parts: list[Part] = []
    errors: list[ExpressionError] = []
    end = 0
    for piece in _PIECE.finditer(text):
        parts.append(text[end : piece.start()])
        end = piece.end()
        if piece[0] in _BRACES:
            parts.append(_BRACES[piece[0]])
        elif piece[1] is None:
            message = f"`{piece[0]}` without its other brace"
            errors.append(error_at(text, piece.start(), message, f"write `{piece[0] * 2}` for the brace itself"))
        else:
            found = _field(text, piece.start() + 1, piece[1], columns)
            if isinstance(found, ExpressionError):
                errors.append(found)
            else:
                parts.append(found)
    parts.append(text[end:])
    if errors:
        raise ExpressionErrors(text, errors)
    reads = frozenset(part[0] for part in parts if not isinstance(part, str))
    return Substitution(text=text, parts=tuple(part for part in parts if part), reads=reads)


def _field(text: str, offset: int, name: str, columns: Mapping[str, ColumnType]) -> Part | ExpressionError:
    if name not in columns:
        return error_at(text, offset, f"unknown field `{name}`", did_you_mean(name, columns))
    kind = sql_type(columns[name])
    if (spell := spelling(kind)) is not None:
        return name, spell
    item = None if kind.item is None else spelling(kind.item)
    if item is None:
        return error_at(text, offset, f"`{name}` is {kind}, which has no spelling as text")
    return name, _listed(item)


def _listed(spell: Callable[[object], str]) -> Callable[[object], str]:
    """The items of a set, in the order of their spelling."""

    def listed(items: object) -> str:
        assert isinstance(items, list | frozenset), "what a set loads to"
        return ", ".join(sorted(map(spell, items)))

    return listed
