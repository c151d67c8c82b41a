"""What expressions compute with text: bounded in size, and patterns in linear time."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import re2

from syncline.mapping.field_type import Unfit

MAX_TEXT = 1_000_000
MAX_PATTERN = 1_000

_WORD = re.compile(r"[^\W_]+")
_BACK = re.compile(r"\\([0-9\\])")


def bounded(length: int) -> None:
    """Refuses a text before it is built."""
    if length > MAX_TEXT:
        raise Unfit(length, f"a text of more than {MAX_TEXT} characters")


def capitalised(text: str) -> str:
    """Every word with a capital, and the rest small."""
    return _WORD.sub(lambda word: word[0][0].upper() + word[0][1:].lower(), text)


def sub_text(text: str, start: int, length: int | None = None) -> str:
    """Characters from `start`, which counts from 1; a start before the text takes up some of the length."""
    first = start - 1
    if length is None:
        return text[max(first, 0) :]
    if length < 0:
        raise Unfit(length, "a length below zero")
    return text[max(first, 0) : max(first + length, 0)]


def left(text: str, count: int) -> str:
    """The first characters; all but the last, where the count is negative."""
    return text[:count]


def right(text: str, count: int) -> str:
    """The last characters; all but the first, where the count is negative."""
    return text[-count:] if count else ""


def replaced(text: str, old: str, new: str) -> str:
    """Every occurrence of `old` as `new`."""
    if not old:
        return text
    bounded(len(text) + text.count(old) * (len(new) - len(old)))
    return text.replace(old, new)


def split_part(text: str, separator: str, number: int) -> str:
    """One of the parts between separators, counted from 1, or from the end where negative."""
    if not number:
        raise Unfit(number, "parts are counted from 1")
    parts = text.split(separator) if separator else [text]
    index = number - 1 if number > 0 else len(parts) + number
    return parts[index] if 0 <= index < len(parts) else ""


def position(text: str, part: str) -> int:
    """Where a part begins, counted from 1; 0 where it is not."""
    return text.find(part) + 1


def pad_left(text: str, length: int, fill: str = " ") -> str:
    """Exactly `length` characters: filled on the left, or cut on the right."""
    return _fill(len(text), length, fill) + text[: max(length, 0)]


def pad_right(text: str, length: int, fill: str = " ") -> str:
    """Exactly `length` characters: filled or cut on the right."""
    return text[: max(length, 0)] + _fill(len(text), length, fill)


def _fill(taken: int, length: int, fill: str) -> str:
    bounded(length)
    missing = length - taken
    return (fill * (missing // len(fill) + 1))[:missing] if missing > 0 and fill else ""


def reverse(text: str) -> str:
    """The characters from last to first."""
    return text[::-1]


def repeat(text: str, times: int) -> str:
    """The text, so many times."""
    bounded(len(text) * times)
    return text * times


def contains_text(text: str, part: str) -> bool:
    """Whether a part is somewhere in a text."""
    return part in text


def concat(*parts: str | None) -> str:
    """The parts one after the other; NULL is left out."""
    return "".join([part for part in parts if part is not None])


def concat_ws(separator: str | None, *parts: str | None) -> str | None:
    """The parts that are not NULL, with a separator between them."""
    if separator is None:
        return None
    present = [part for part in parts if part is not None]
    bounded(len(separator) * len(present))
    return separator.join(present)


def domain(email: str) -> str | None:
    """What stands after the @ of an address, in lower case."""
    return email.rpartition("@")[2].lower() if "@" in email else None


# --- patterns ----------------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def compiled(pattern: str, ignore_case: bool = False) -> Any:
    """A regular expression on RE2: no backtracking, whatever the pattern; raises Unfit."""
    if len(pattern) > MAX_PATTERN:
        raise Unfit(pattern, f"a pattern of more than {MAX_PATTERN} characters")
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not ignore_case
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise Unfit(pattern, f"not a pattern: {_told(error)}") from None


def matcher(pattern: Any) -> Callable[[str], bool]:
    """Whether a pattern is found anywhere in a text."""

    def matches(text: str) -> bool:
        return pattern.search(text) is not None

    return matches


def extractor(pattern: Any, group: int) -> Callable[[str], str | None]:
    """The first match, or one of its groups; NULL where there is none."""

    def extract(text: str) -> str | None:
        found = pattern.search(text)
        return None if found is None else found[group]

    return extract


def replacer(pattern: Any, template: str) -> Callable[[str], str]:
    """Every match as `template`, in which \\1 is the first group and \\\\ a backslash."""
    pieces = _BACK.split(template)
    # Of the pieces every second is what stood after a backslash.
    parts: list[str | int] = [_piece(piece, bool(index % 2)) for index, piece in enumerate(pieces)]
    if beyond := [part for part in parts if isinstance(part, int) and part > pattern.groups]:
        raise Unfit(template, f"there is no group {beyond[0]} in the pattern")

    def replace(text: str) -> str:
        found: list[str] = []
        end = length = 0
        for match in pattern.finditer(text):
            new = "".join([part if isinstance(part, str) else match[part] or "" for part in parts])
            length += len(new)
            bounded(length + len(text))
            found += (text[end : match.start()], new)
            end = match.end()
        return "".join(found) + text[end:]

    return replace


def _piece(piece: str, escaped: bool) -> str | int:
    return int(piece) if escaped and piece != "\\" else piece


def like(text: str, pattern: str, escape: str = "") -> bool:
    """SQL's LIKE for a pattern that only the row knows."""
    return liker(pattern, escape)(text)


def ilike(text: str, pattern: str, escape: str = "") -> bool:
    """LIKE whatever the case."""
    return liker(pattern.lower(), escape.lower())(text.lower())


@lru_cache(maxsize=512)
def liker(pattern: str, escape: str = "") -> Callable[[str], bool]:
    """A LIKE pattern as a function; the usual ones without any regular expression."""
    if len(escape) > 1:
        raise Unfit(escape, "ESCAPE is one character")
    inner = pattern.strip("%")
    simple = None if escape or "_" in inner or "%" in inner else _simple(pattern, inner)
    return simple or matcher(compiled(rf"\A(?s:{_translated(pattern, escape)})\z"))


def _simple(pattern: str, inner: str) -> Callable[[str], bool] | None:
    if pattern == inner:
        return lambda text: text == inner
    if pattern == f"{inner}%":
        return lambda text: text.startswith(inner)
    if pattern == f"%{inner}":
        return lambda text: text.endswith(inner)
    if pattern == f"%{inner}%":
        return lambda text: inner in text
    return None


def _translated(pattern: str, escape: str) -> str:
    translated, characters = [], iter(pattern)
    for character in characters:
        if character == escape:
            following = next(characters, None)
            if following is None:
                raise Unfit(pattern, "the pattern ends with its escape character")
            translated.append(re2.escape(following))
        else:
            translated.append({"%": ".*", "_": "."}.get(character) or re2.escape(character))
    return "".join(translated)


def _told(error: Exception) -> str:
    detail = error.args[0] if error.args else ""
    return detail.decode("utf-8", "replace") if isinstance(detail, bytes) else str(detail)
