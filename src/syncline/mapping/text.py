"""Text: Unicode NFC, no outer white space, line ends as LF; blank is EMPTY."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from random import Random
from typing import Any, Literal
from unicodedata import is_normalized, normalize

from syncline.mapping.field_type import FieldType, Unfit, Value

# What no store and no XML or JSON answer can carry; UTF-8 has no form for a lone surrogate.
_FORBIDDEN = re.compile("[\x00\ud800-\udfff]")

_KINDS: dict[type, str] = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
    type(None): "nothing",
}

# Case, accents in both Unicode spellings, separators and line ends: what round trips stumble over.
_SAMPLE_CHARACTERS = "abcxyzABCXYZ0189 .,;|/-_'\"&<>%äÖßéñłΩΣжשع中文e\u0301\n\U0001f600"


def text(*, case: Literal["keep", "ignore"] = "keep", max_length: int | None = None) -> FieldType:
    """Text, at most `max_length` characters (code points); `case="ignore"` compares without case."""
    if case not in ("keep", "ignore"):
        raise ValueError(f"case is 'keep' or 'ignore', not {case!r}")
    if max_length is not None and max_length < 1:
        raise ValueError(f"max_length is at least 1, not {max_length}")
    normal = clean if max_length is None else _limited(max_length)

    def sample(random: Random) -> Value:
        length = random.randint(1, min(max_length or 40, 40))
        return normal("".join(random.choices(_SAMPLE_CHARACTERS, k=length))) or "x"

    return FieldType(
        name="text",
        normal=normal,
        key=itself if case == "keep" else folded,
        lost=cut_off,
        sample=sample,
        dump=normal,
    )


def clean(value: Any) -> str | None:
    """The normal form of text without a limit; every type that reads text begins here."""
    if type(value) is str and value.isprintable() and (value.isascii() or is_normalized("NFC", value)):
        return value.strip() or None  # its only white space is the blank, and nothing in it is forbidden
    if value is None:
        return None
    # A lone CR is a line end too: else "\r\r\n" would need two passes, and XML reads it so.
    lines = storable(value).replace("\r\n", "\n").replace("\r", "\n")
    return normalize("NFC", lines).strip() or None


def storable(value: Any) -> str:
    """Text exactly as it is, if every system and store can hold it."""
    if type(value) is not str:
        raise Unfit(value, f"is {kind_of(value)}, not text")
    if found := _FORBIDDEN.search(value):
        what = "a NUL character" if found[0] == "\x00" else "half of a surrogate pair (broken Unicode)"
        raise Unfit(value, f"holds {what} at position {found.start() + 1}")
    return value


def folded(value: Value) -> str | None:
    """The key of text that is compared without case."""
    if value is None:
        return None
    if value.isascii():
        return str(value.lower())
    # Folding can undo NFC and the other way round, hence the second pass (Unicode, 3.13, D145).
    return normalize("NFD", normalize("NFD", value).casefold())


def cut_off(sent: Value, back: Value) -> bool:
    """Whether `back` is a shorter beginning of `sent`, whatever became of the case."""
    if sent is None or back is None:
        return False
    whole, part = folded(sent) or "", folded(back) or ""
    return len(part) < len(whole) and whole.startswith(part)


def itself(value: Value) -> Hashable:
    """The key of a type whose normal form is hashable and has one spelling for each value."""
    return value  # type: ignore[no-any-return]


def never_lost(sent: Value, back: Value) -> bool:
    """The `lost` of a type whose values are whole or other values."""
    return False


def kind_of(value: object) -> str:
    """What a value is, in a person's words."""
    return _KINDS.get(type(value), f"a {type(value).__name__}")


def shown(value: object, limit: int = 60) -> str:
    """A value inside a reason: text quoted, and short enough to read."""
    quoted = repr(value) if type(value) is str else kind_of(value)
    return quoted if len(quoted) <= limit else f"{quoted[:limit]}..."


def _limited(max_length: int) -> Callable[[Any], Value]:
    def normal(value: Any) -> Value:
        cleaned = clean(value)
        if cleaned is not None and len(cleaned) > max_length:
            raise Unfit(value, f"has {len(cleaned)} characters; at most {max_length} fit")
        return cleaned

    return normal
