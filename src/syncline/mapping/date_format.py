"""Days and moments in a vendor's own spelling."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from syncline.mapping.field_type import Unfit, Value
from syncline.mapping.lens import Lens, Misfit, reader
from syncline.mapping.text import clean, shown
from syncline.mapping.times import as_utc, known_zone

# All of fixed width, so that no spelling can be read in two ways.
_DIRECTIVES = {
    "%Y": ("year", r"[0-9]{4}"),
    "%m": ("month", r"[0-9]{2}"),
    "%d": ("day", r"[0-9]{2}"),
    "%H": ("hour", r"[0-9]{2}"),
    "%M": ("minute", r"[0-9]{2}"),
    "%S": ("second", r"[0-9]{2}"),
    "%f": ("microsecond", r"[0-9]{6}"),
}
_DAY = ("%Y", "%m", "%d")
_OFFSET = "%z"
_DIRECTIVE = re.compile("(%.?)")
_WIDTHS = {"%Y": 4, "%f": 6}


def date_format(raw: str, format: str, *, zone: str | None = None, empty: str | bool | None = None) -> Lens:
    """A day or, with hours, a moment, spelled as "%d.%m.%Y" says.

    The directives are %Y %m %d %H %M %S %f %z and %%. A moment needs %z or the zone it is told in.
    """
    used = _used(format)
    pattern = _pattern(format)
    if "%H" not in used:
        return _lens(raw, format, empty, _day_reader(pattern), dt.date.fromisoformat)
    local = known_zone(zone) if zone is not None else dt.UTC
    if _OFFSET not in used and zone is None:
        raise ValueError(f"the format {format!r} has hours and no %z, so it needs a zone")
    return _lens(raw, format, empty, _moment_reader(pattern, local), lambda value: _moment(value).astimezone(local))


def _lens(
    raw: str,
    format: str,
    empty: str | bool | None,
    read: Callable[[Any], Value],
    load: Callable[[str], dt.date],
) -> Lens:
    def put(value: Value) -> dict[str, Any]:
        if value is None:
            return {raw: empty}
        try:
            told = _spelled(format, load(value))
            if read(told) == value:
                return {raw: told}
        except (Unfit, OverflowError) as error:
            raise Misfit(raw, value, f"{value} has no place here: {error}") from None
        raise Misfit(raw, value, f"{value} is more exact than {format!r} can say")

    return Lens(reads=(raw,), get=reader(raw, read, empty=empty), put=put)


def _used(format: str) -> list[str]:
    used = [piece for piece in _DIRECTIVE.findall(format) if piece != "%%"]
    if unknown := [piece for piece in used if piece not in _DIRECTIVES and piece != _OFFSET]:
        known = " ".join([*_DIRECTIVES, _OFFSET])
        raise ValueError(f"the format {format!r} has {unknown[0]!r}, which is none of {known}")
    if twice := [piece for piece in used if used.count(piece) > 1]:
        raise ValueError(f"the format {format!r} has {twice[0]} twice")
    if missing := [piece for piece in _DAY if piece not in used]:
        raise ValueError(f"the format {format!r} lacks {missing[0]}")
    if "%H" not in used and len(used) > len(_DAY):
        raise ValueError(f"the format {format!r} has a part of the day, but no %H")
    return used


def _pattern(format: str) -> re.Pattern[str]:
    pieces = []
    for piece in _DIRECTIVE.split(format):
        if piece == _OFFSET:
            pieces.append(r"(?P<offset>Z|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])")
        elif piece in _DIRECTIVES:
            name, digits = _DIRECTIVES[piece]
            pieces.append(f"(?P<{name}>{digits})")
        else:
            pieces.append(re.escape("%" if piece == "%%" else piece))
    return re.compile("".join(pieces))


def _day_reader(pattern: re.Pattern[str]) -> Callable[[Any], Value]:
    def read(told: Any) -> Value:
        cleaned = clean(told)
        if cleaned is None:
            return None
        found = pattern.fullmatch(cleaned)
        day = f"{found['year']}-{found['month']}-{found['day']}" if found is not None else ""
        try:
            return dt.date.fromisoformat(day).isoformat()
        except ValueError:
            return _parsed(pattern, cleaned)[0].date().isoformat()  # which says what is wrong with it

    return read


def _moment_reader(pattern: re.Pattern[str], local: dt.tzinfo) -> Callable[[Any], Value]:
    zone = local if isinstance(local, ZoneInfo) else None

    def read(told: Any) -> Value:
        cleaned = clean(told)
        if cleaned is None:
            return None
        moment, offset = _parsed(pattern, cleaned)
        return as_utc(told, moment if offset is None else moment.replace(tzinfo=offset), zone)

    return read


def _parsed(pattern: re.Pattern[str], text: str) -> tuple[dt.datetime, dt.tzinfo | None]:
    found = pattern.fullmatch(text)
    if found is None:
        raise Unfit(text, f"{shown(text)} is not written in the declared format")
    numbers = found.groupdict()
    offset = numbers.pop("offset", None)
    try:
        moment = dt.datetime(**{name: int(digits) for name, digits in numbers.items()})  # type: ignore[arg-type]
    except ValueError as error:
        raise Unfit(text, f"{shown(text)} is no date: {error}") from None
    return moment, None if offset is None else _zone_of(offset)


def _zone_of(offset: str) -> dt.tzinfo:
    return dt.UTC if offset == "Z" else dt.datetime.strptime(offset, "%z").tzinfo or dt.UTC


def _moment(value: str) -> dt.datetime:
    return dt.datetime.fromisoformat(value)


def _spelled(format: str, moment: dt.date) -> str:
    """Not strftime: it writes the year 33 with two digits on some machines."""
    pieces = []
    for piece in _DIRECTIVE.split(format):
        if piece == _OFFSET:
            pieces.append(f"{moment:%z}")
        elif piece in _DIRECTIVES:
            pieces.append(str(getattr(moment, _DIRECTIVES[piece][0])).rjust(_WIDTHS.get(piece, 2), "0"))
        else:
            pieces.append("%" if piece == "%%" else piece)
    return "".join(pieces)
