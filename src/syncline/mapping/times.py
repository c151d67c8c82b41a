"""Days and moments; a moment is in UTC, whatever zone it was told in."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from syncline.mapping.field_type import FieldType, Unfit, Value
from syncline.mapping.text import clean, itself, never_lost, shown

_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2})(:[0-9]{2}(?:[.,][0-9]{1,9})?)?"
    r" ?(?:([Zz])|([+-])([01][0-9]|2[0-3]):?([0-5][0-9]))?"
)
_MICROSECOND_DIGITS = 6
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_ROUNDED_TO = tuple(
    unit // dt.timedelta(microseconds=1)
    for unit in (
        *(dt.timedelta(microseconds=10**digits) for digits in range(1, 7)),
        dt.timedelta(minutes=1),
        dt.timedelta(hours=1),
    )
)
# Clocks change in the other months: a sample must not fail a declaration by luck. A local time that
# happens twice is refused value by value.
_SAMPLE_MONTHS = (1, 2, 5, 6, 7, 8, 12)


@cache
def date() -> FieldType:
    """A day: "2026-11-05"."""
    return FieldType(
        name="date", normal=_date, key=itself, lost=never_lost, sample=_some_date, load=_as_date, dump=_date
    )


def datetime_(*, zone: str | None = None) -> FieldType:
    """A moment: "2026-11-05T09:30:00Z"; `zone` (as "Europe/Berlin") is that of times told without one."""
    local = None if zone is None else known_zone(zone)

    def normal(value: Any) -> Value:
        if type(value) is str and value[-1:] == "Z" and _is_normal(value):
            return value
        if type(value) is dt.datetime:
            return as_utc(value, value, local)
        cleaned = clean(value)
        return None if cleaned is None else as_utc(value, _moment(cleaned), local)

    return FieldType(
        name="datetime", normal=normal, key=itself, lost=_moment_lost, sample=_some_moment, load=_as_moment, dump=normal
    )


def known_zone(name: str) -> ZoneInfo:
    """The time zone of that name; raises ValueError."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise ValueError(f"there is no time zone {name!r}; write it as 'Europe/Berlin'") from None


def as_utc(told: Any, moment: dt.datetime, zone: ZoneInfo | None) -> str:
    """The normal form of a moment; a time that the zone skips or has twice is Unfit."""
    if moment.tzinfo is None:
        if zone is None:
            raise Unfit(told, f"{moment} has no time zone, and none is declared")
        moment = moment.replace(tzinfo=zone)
        if moment.utcoffset() != moment.replace(fold=1).utcoffset():
            raise Unfit(told, f"{moment:%Y-%m-%d %H:%M} happens twice or never in {zone}: the clocks change")
    try:
        return moment.astimezone(dt.UTC).isoformat().removesuffix("+00:00") + "Z"
    except OverflowError:
        raise Unfit(told, f"{moment} is outside the years 1 to 9999") from None


def _date(value: Any) -> Value:
    if type(value) is str and _is_day(value):
        return value
    if type(value) is dt.date:
        return value.isoformat()
    if type(value) is dt.datetime:
        raise Unfit(value, "is a moment, not a day")
    cleaned = clean(value)
    if cleaned is None or _is_day(cleaned):
        return cleaned
    raise Unfit(value, f"{shown(cleaned)} is not a day as '2026-11-05'")


def _is_day(text: str) -> bool:
    try:
        # The parser knows other spellings too; those come out differently.
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_normal(text: str) -> bool:
    """Whether a moment is spelled as we spell it, to the second: what most systems send."""
    try:
        return dt.datetime.fromisoformat(text).isoformat() == f"{text[:-1]}+00:00"
    except ValueError:
        return False


def _moment(text: str) -> dt.datetime:
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise Unfit(text, f"{shown(text)} is not a moment as '2026-11-05T09:30:00Z'")
    day, minute, second, utc, sign, hours, minutes = found.groups()
    whole, _, fraction = (second or ":00").replace(",", ".").partition(".")
    if fraction[_MICROSECOND_DIGITS:].strip("0"):
        raise Unfit(text, f"{text} is told more exactly than a millionth of a second")
    micro = fraction[:_MICROSECOND_DIGITS].ljust(_MICROSECOND_DIGITS, "0")
    try:
        moment = dt.datetime.fromisoformat(f"{day}T{minute}{whole}.{micro}")
        if utc:
            return moment.replace(tzinfo=dt.UTC)
        if sign is None:
            return moment
        offset = dt.timedelta(hours=int(hours), minutes=int(minutes))
        return moment.replace(tzinfo=dt.timezone(-offset if sign == "-" else offset))
    except ValueError as error:
        raise Unfit(text, f"{text} is not a moment: {error}") from None


def _moment_lost(sent: Value, back: Value) -> bool:
    """Whether `back` is the same moment cut or rounded to a coarser unit, up to hours."""
    if sent is None or back is None or sent == back:
        return False
    whole, part = ((_as_moment(value) - _EPOCH) // dt.timedelta(microseconds=1) for value in (sent, back))
    return any(part in (whole // unit * unit, (whole + unit // 2) // unit * unit) for unit in _ROUNDED_TO)


def _as_date(value: Value) -> dt.date | None:
    return None if value is None else dt.date.fromisoformat(value)


def _as_moment(value: Value) -> Any:
    return None if value is None else dt.datetime.fromisoformat(value)


def _some_date(random: Random) -> Value:
    return dt.date.fromordinal(
        random.randint(dt.date(1900, 1, 1).toordinal(), dt.date(2199, 12, 31).toordinal())
    ).isoformat()


def _some_moment(random: Random) -> Value:
    day = dt.datetime(random.randint(1971, 2099), random.choice(_SAMPLE_MONTHS), random.randint(1, 28), tzinfo=dt.UTC)
    return as_utc(day, day + dt.timedelta(seconds=random.randrange(24 * 60 * 60)), None)
