"""What is wrong with an expression: every error with its place and, where there is one, a suggestion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, kw_only=True, order=True)
class ExpressionError:
    """One error of a text; line and column count from 1."""

    line: int
    column: int
    message: str
    suggestion: str | None = None

    def __str__(self) -> str:
        more = "" if self.suggestion is None else f", {self.suggestion}"
        return f"line {self.line}, column {self.column}: {self.message}{more}"


class ExpressionErrors(ValueError):
    """The text cannot be used; `errors` are all its errors, in the order of their places."""

    def __init__(self, text: str, errors: Iterable[ExpressionError]) -> None:
        self.text = text
        self.errors = tuple(sorted(set(errors), key=lambda error: (error.line, error.column, error.message)))
        super().__init__("\n".join(map(str, self.errors)))


def error_at(text: str, offset: int, message: str, suggestion: str | None = None) -> ExpressionError:
    """An error at a character of the text."""
    before = text[: max(offset, 0)]
    line_start = before.rfind("\n") + 1
    return ExpressionError(
        line=before.count("\n") + 1, column=len(before) - line_start + 1, message=message, suggestion=suggestion
    )


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant."""
    by_folded = {each.lower(): each for each in known}
    found = get_close_matches(name.lower(), list(by_folded), n=1, cutoff=0.6)
    return f"did you mean `{by_folded[found[0]]}`?" if found else None


def shortened(text: str, limit: int = 200) -> str:
    """A text that fits into a message."""
    return text if len(text) <= limit else f"{text[:limit]}..."
