"""Which function answers which method and path."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Match(Generic[T]):
    """What was found for a path: the target, and the parts that the pattern names."""

    target: T
    parts: dict[str, str]


class Routes(Generic[T]):
    """`{name}` in a pattern stands for one part of a path; the first pattern that fits counts."""

    def __init__(self, routes: Iterable[tuple[str, str, T]]) -> None:
        told = list(routes)
        self._patterns = [(method, pattern) for method, pattern, _ in told]
        self._routes = [(method, re.compile(as_regex(pattern)), target) for method, pattern, target in told]

    def patterns(self) -> list[tuple[str, str]]:
        """Every method and pattern there is."""
        return list(self._patterns)

    def find(self, method: str, path: str) -> Match[T] | None:
        """The target of this method and path."""
        for wanted, pattern, target in self._routes:
            if wanted == method and (found := pattern.fullmatch(path)):
                return Match(target=target, parts=found.groupdict())
        return None


def as_regex(pattern: str) -> str:
    """`/a/{id}` as a regular expression."""
    return re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(pattern))
