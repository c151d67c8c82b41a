"""The small words of hub.yaml: durations, shares, thresholds and names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

_UNITS = {
    "ms": 0.001,
    "s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0,
    "m": 60.0, "min": 60.0, "minute": 60.0, "minutes": 60.0,
    "h": 3600.0, "hour": 3600.0, "hours": 3600.0,
    "d": 86400.0, "day": 86400.0, "days": 86400.0,
    "w": 604800.0, "week": 604800.0, "weeks": 604800.0,
}  # fmt: skip
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?) ?([a-z]+)")
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?) ?%")
_DURATION_PATTERN = r"^[0-9]+(\.[0-9]+)? ?(ms|s|sec|seconds?|m|min|minutes?|h|hours?|d|days?|w|weeks?)$"
_SHARE_PATTERN = r"^[0-9]+(\.[0-9]+)? ?%$"


@dataclass(frozen=True)
class Threshold:
    """What an alert compares with: a share of 1, a number, or seconds."""

    value: float
    unit: Literal["share", "count", "seconds"]


def seconds_of(value: Any) -> float:
    """`30s`, `1h`, `7 days` as seconds."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None or found[2] not in _UNITS:
        raise PydanticCustomError("duration", "should be a duration with its unit: `30s`, `15 min`, `1h`, `7 days`")
    return float(found[1]) * _UNITS[found[2]]


def share_of(value: Any) -> float:
    """`2%` as 0.02."""
    found = _SHARE.fullmatch(value) if isinstance(value, str) else None
    if found is None or float(found[1]) > 100:
        raise PydanticCustomError("share", "should be a share between 0% and 100%, as `2%`")
    return float(found[1]) / 100


def threshold_of(value: Any) -> Threshold:
    """`2%`, `1000` or `15 min`."""
    if type(value) in (int, float) and value >= 0:
        return Threshold(float(value), "count")
    if isinstance(value, str) and _SHARE.fullmatch(value):
        return Threshold(share_of(value), "share")
    if isinstance(value, str) and _DURATION.fullmatch(value):
        return Threshold(seconds_of(value), "seconds")
    raise PydanticCustomError("threshold", "should be a share (`2%`), a number (`1000`) or a duration (`15 min`)")


def _expression_text(value: Any) -> Any:
    # `create: {contact: {odoo: true}}`: YAML's true is the expression TRUE.
    return str(value).upper() if isinstance(value, bool) else value


def _filled(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("blank", "should not be empty")
    return value


Seconds = Annotated[
    float,
    BeforeValidator(seconds_of),
    WithJsonSchema({"type": "string", "pattern": _DURATION_PATTERN, "examples": ["30s", "1h", "7 days"]}),
]
Share = Annotated[
    float, BeforeValidator(share_of), WithJsonSchema({"type": "string", "pattern": _SHARE_PATTERN, "examples": ["2%"]})
]
Above = Annotated[
    Any,
    BeforeValidator(threshold_of),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0},
                {"type": "string", "pattern": f"{_DURATION_PATTERN}|{_SHARE_PATTERN}"},
            ]
        }
    ),
]
Expr = Annotated[
    str,
    BeforeValidator(_expression_text),
    AfterValidator(_filled),
    WithJsonSchema({"type": ["string", "boolean"], "description": "An SQL expression."}),
]
SystemName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
FieldPath = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
Text = Annotated[str, AfterValidator(_filled)]
Plain = str | int | float | bool | None
"""A raw value of a system, as it stands in the file."""
