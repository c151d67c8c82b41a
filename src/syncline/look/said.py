"""Values and moments as people read them: in the declaration's zone, amounts with their currency, blanks by name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from syncline.config.declaration import Declaration
from syncline.look.kind import REFERENCE, kind_of
from syncline.model.record import Value

BLANK = "blank"
NameOf = Callable[[int], str]
"""What people call a record."""


def nameless(record: int) -> str:
    """Where nobody looked its name up."""
    return f"record {record}"


def said(value: Value, declaration: Declaration, entity: str, field: str | None, name_of: NameOf = nameless) -> str:
    """A value of a field, for people; one line."""
    kind = kind_of(declaration, entity, field) if field else ""
    return in_words(value, kind, declaration.zone, name_of)


def in_words(value: Value, kind: str, zone: str, name_of: NameOf = nameless) -> str:
    """A value of a kind of type."""
    if value is None:
        return BLANK
    if isinstance(value, bool):
        return "yes" if value else "no"
    if kind.startswith(REFERENCE) and isinstance(value, int):
        return name_of(value)
    if isinstance(value, dict):
        return amount(value) if value.keys() == {"amount", "currency"} else parts(value, zone)
    if isinstance(value, list | tuple):
        return ", ".join(in_words(one, "", zone, name_of) for one in value) or BLANK
    if kind == "decimal" or isinstance(value, int):
        return number(str(value))
    if kind == "datetime":
        return moment_of(str(value), zone)
    return readable(" ".join(str(value).split())) or repr(value)


UNSEEN = {
    **{sign: f"\\x{sign:02x}" for sign in (*range(32), *range(127, 160))},
    **{
        sign: f"\\u{sign:04x}"
        for sign in (0x061C, *range(0x200E, 0x2010), *range(0x2028, 0x202F), *range(0x2066, 0x206A))
    },
}
"""Signs that steer a terminal, or turn the direction of what stands beside them."""

MOST_CHARACTERS = 200


def readable(text: str) -> str:
    """A text whose signs all show: a name cannot move the cursor, or turn the line around."""
    return text if text.isprintable() else text.translate(UNSEEN)


def shortened(text: str, most: int = MOST_CHARACTERS) -> str:
    """At most so many characters of it."""
    return text if len(text) <= most else f"{text[: most - 1]}\u2026"


def parts(value: dict[str, Any], zone: str) -> str:
    """A group, without its blank parts."""
    return ", ".join(in_words(one, "", zone) for one in value.values() if one is not None) or BLANK


def amount(value: dict[str, Any]) -> str:
    """`1,234.50 EUR`."""
    return f"{number(str(value['amount']))} {value['currency']}"


def number(text: str) -> str:
    """With commas between thousands; every digit that it has."""
    try:
        return f"{Decimal(text):,f}"
    except InvalidOperation:
        return text


def moment_of(text: str, zone: str) -> str:
    """A moment in its normal form."""
    try:
        return moment(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp(), zone)
    except (ValueError, OverflowError):
        return text


def moment(seconds: float, zone: str) -> str:
    """`2026-11-05 09:30:12`, where the hub is; `never` for 0."""
    if not seconds:
        return "never"
    return datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")


def span(seconds: float) -> str:
    """`12 s`, `5 min`, `3 h`, `2 days`."""
    for unit, size in (("days", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0.0):.0f} s"


def many(number: int, one: str, several: str = "") -> str:
    """`1 write`, `1,200 writes`."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"
