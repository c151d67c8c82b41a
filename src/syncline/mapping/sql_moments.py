"""What expressions compute with days and moments; the parts of a moment are those of the hub's zone."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from syncline.mapping.field_type import Unfit

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
_MONTH_DAYS = 30  # only to compare intervals, as SQL does
_UNITS = ("year", "quarter", "month", "week", "day", "hour", "minute", "second")
_MONTHS = {"year": 12, "quarter": 3, "month": 1}
_SECONDS = {"week": 604_800, "day": 86_400, "hour": 3_600, "minute": 60, "second": 1}
DATE_UNITS = frozenset({"year", "quarter", "month", "week", "day"})
UNITS = frozenset(_UNITS)


@dataclass(frozen=True, slots=True)
class Interval:
    """Months are of different lengths, so they are kept apart."""

    months: int
    span: dt.timedelta


def interval_of(count: int, unit: str) -> Interval:
    """So many units; raises OverflowError."""
    if unit in _MONTHS:
        return Interval(count * _MONTHS[unit], dt.timedelta(0))
    return Interval(0, count * dt.timedelta(seconds=_SECONDS[unit]))


def times(count: int, interval: Interval) -> Interval:
    """An interval, so many times."""
    return Interval(interval.months * count, interval.span * count)


def add_intervals(one: Interval, other: Interval) -> Interval:
    """Two intervals, one after the other."""
    return Interval(one.months + other.months, one.span + other.span)


def negative(interval: Interval) -> Interval:
    """The interval backwards."""
    return times(-1, interval)


def length(interval: Interval) -> dt.timedelta:
    """By what intervals are compared: a month counts thirty days."""
    return interval.span + dt.timedelta(days=interval.months * _MONTH_DAYS)


def add_to_date(day: dt.date, interval: Interval) -> dt.date:
    """A day, so many calendar days and months later; of a month that is too short, its last day."""
    later: dt.date = _months_later(day, interval.months)
    return later + interval.span


def add_to_moment(zone: ZoneInfo) -> Callable[[dt.datetime, Interval], dt.datetime]:
    """A moment, so much later: months by the calendar of the zone, a day being 24 hours."""

    def added(moment: dt.datetime, interval: Interval) -> dt.datetime:
        if interval.months:
            moment = _utc(_months_later(moment.astimezone(zone), interval.months))
        return moment + interval.span

    return added


def add_days(day: dt.date, count: int) -> dt.date:
    """A day, so many days later."""
    return day + dt.timedelta(days=count)


def days_between(one: dt.date, other: dt.date) -> int:
    """How many days one is after the other."""
    return (one - other).days


def elapsed(one: dt.datetime, other: dt.datetime) -> Interval:
    """How long one is after the other."""
    return Interval(0, one - other)


def midnight(zone: ZoneInfo) -> Callable[[dt.date], dt.datetime]:
    """The moment at which a day begins."""

    def begins(day: dt.date) -> dt.datetime:
        return _utc(dt.datetime(day.year, day.month, day.day, tzinfo=zone))

    return begins


def day_of(zone: ZoneInfo) -> Callable[[dt.datetime], dt.date]:
    """The day of a moment."""

    def day(moment: dt.datetime) -> dt.date:
        return moment.astimezone(zone).date()

    return day


def moment_at(seconds: Any) -> dt.datetime:
    """The clock's time, as a lookup tells it, as a moment."""
    if seconds is None:
        raise Unfit(seconds, "no clock was given")
    return EPOCH + dt.timedelta(seconds=seconds)


def seconds_at(moment: dt.datetime) -> float:
    """A moment as the clock tells it."""
    return (moment - EPOCH) / SECOND


_PARTS: dict[str, Callable[[Any], int]] = {
    "year": lambda day: day.year,
    "quarter": lambda day: (day.month + 2) // 3,
    "month": lambda day: day.month,
    "week": lambda day: day.isocalendar().week,
    "day": lambda day: day.day,
    "dow": lambda day: day.isoweekday() % 7,
    "isodow": lambda day: day.isoweekday(),
    "doy": lambda day: day.timetuple().tm_yday,
}
_MOMENT_PARTS: dict[str, Callable[[Any], int]] = {
    "hour": lambda moment: moment.hour,
    "minute": lambda moment: moment.minute,
    "second": lambda moment: moment.second,
    "epoch": lambda moment: (moment - EPOCH) // SECOND,
}
DATE_PARTS = frozenset(_PARTS)
PARTS = DATE_PARTS | frozenset(_MOMENT_PARTS)


def part_of_date(part: str) -> Callable[[dt.date], int]:
    """A part of a day: its year, its month, ..."""
    return _PARTS[part]


def part_of_moment(part: str, zone: ZoneInfo) -> Callable[[dt.datetime], int]:
    """A part of a moment, as clocks in the zone show it."""
    read = {**_PARTS, **_MOMENT_PARTS}[part]
    return lambda moment: read(moment.astimezone(zone))


def start_of_date(unit: str) -> Callable[[dt.date], dt.date]:
    """The first day of a day's year, quarter, month or week."""
    return lambda day: _first_day(day, unit)


def start_of_moment(unit: str, zone: ZoneInfo) -> Callable[[dt.datetime], dt.datetime]:
    """The beginning of a moment's year, ..., hour, minute or second in the zone."""
    begins = midnight(zone)

    def of_day(moment: dt.datetime) -> dt.datetime:
        return begins(_first_day(moment.astimezone(zone).date(), unit))

    def of_hour(moment: dt.datetime) -> dt.datetime:
        local = moment.astimezone(zone)
        past = dt.timedelta(minutes=local.minute if unit == "hour" else 0)
        past += dt.timedelta(seconds=local.second if unit != "second" else 0, microseconds=local.microsecond)
        return moment - past

    return of_day if unit in DATE_UNITS else of_hour


def difference_of_dates(unit: str) -> Callable[[dt.date, dt.date], int]:
    """How many borders of a unit lie between two days."""
    return lambda first, last: _count(last, unit) - _count(first, unit)


def difference_of_moments(unit: str, zone: ZoneInfo) -> Callable[[dt.datetime, dt.datetime], int]:
    """How many borders of a unit lie between two moments, by the clocks of the zone."""
    if unit in DATE_UNITS:
        day = day_of(zone)
        return lambda first, last: _count(day(last), unit) - _count(day(first), unit)
    size = dt.timedelta(seconds=_SECONDS[unit])
    return lambda first, last: (last - EPOCH) // size - (first - EPOCH) // size


def _count(day: dt.date, unit: str) -> int:
    if unit in _MONTHS:
        return (day.year * 12 + day.month - 1) // _MONTHS[unit]
    return (day.toordinal() - 1) // (7 if unit == "week" else 1)


def _first_day(day: dt.date, unit: str) -> dt.date:
    if unit == "week":
        return day - dt.timedelta(days=day.weekday())
    if unit == "day":
        return day
    month = {"year": 1, "quarter": (day.month - 1) // 3 * 3 + 1, "month": day.month}[unit]
    return dt.date(day.year, month, 1)


def _months_later(day: Any, months: int) -> Any:
    if not months:
        return day
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        raise Unfit(day, "outside the years 1 to 9999")
    return day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))


def _utc(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC)
