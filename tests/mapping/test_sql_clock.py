"""Until the moment that an expression names, its value does not change by itself."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline.mapping.expression import Expression
from syncline.mapping.field_type import Unfit
from syncline.mapping.sql import compile_expression
from syncline.mapping.sql_nodes import NOW

COLUMNS = {"at": "datetime", "day": "date", "grace": "integer", "note": "text"}
BERLIN = "Europe/Berlin"
NOON = dt.datetime(2026, 3, 28, 11, 0, tzinfo=dt.UTC)  # the clocks change on the 29th in Berlin
ROW: dict[str, Any] = {"at": NOON, "day": dt.date(2026, 3, 28), "grace": 2, "note": None}
DAY, HOUR = 86_400.0, 3_600.0


def compiled(text: str) -> Expression:
    return compile_expression(text, COLUMNS, zone=BERLIN)


def asked(text: str, after: float = 0.0, **row: Any) -> float | None:
    """Seconds from noon to the next change, asked so long after noon."""
    expression = compiled(text)
    assert expression.reads_clock
    assert expression.next_change is not None
    told = expression.next_change({**ROW, **row, NOW: NOON.timestamp() + after}.get)
    return None if told is None else round(told - NOON.timestamp(), 6)


@pytest.mark.parametrize(
    ("text", "after", "expected"),
    [
        ("at < now()", -5, 0),
        ("at < now()", 0, 1e-6),
        ("at < now()", 1, None),
        ("now() >= at + INTERVAL '2 hours'", 0, 2 * HOUR),
        ("at < now() - INTERVAL '3 days'", 0, 3 * DAY),
        ("at < now() + INTERVAL '1 hour' - INTERVAL '3 hours'", 0, 2 * HOUR),
        ("now() - at > INTERVAL '3 days'", 0, 3 * DAY),
        ("INTERVAL '3 days' >= now() - at", 0, 3 * DAY),
        ("at - now() < INTERVAL '-1 hour'", 0, HOUR),
        ("(now() - INTERVAL '1 hour') - at > INTERVAL '1 hour'", 0, 2 * HOUR),
        ("now() BETWEEN at AND at + INTERVAL '1 hour'", 0, 1e-6),
        ("at + grace * INTERVAL '1 hour' < current_timestamp", 0, 2 * HOUR),
        ("at < now() OR at < now() - INTERVAL '1 hour'", 10, HOUR),
        ("at < now() - INTERVAL '1 month'", 0, HOUR),  # months are of different lengths: within the hour
        ("now() - INTERVAL '1 day' < now()", 0, HOUR),
        ("now()", 0, HOUR),
        ("now() - at > grace * INTERVAL '1 day'", 0, HOUR),
        ("now() - now() > INTERVAL '1 day'", 0, HOUR),
        ("at - at > INTERVAL '1 day' OR now() > at", -1, 0),
        ("now() > '2026-03-28T13:00:00Z'", 0, 2 * HOUR),
        ("day < now()", -13 * HOUR, -12 * HOUR),
        ("day < current_date", 0, 12 * HOUR),
        ("current_date - day", 12 * HOUR, 35 * HOUR),  # a day of 23 hours
        ("CAST(now() AS date) > day", 0, 12 * HOUR),
        ("extract(year FROM current_date)", 0, 12 * HOUR),
        ("day < current_date AND at < now() - INTERVAL '1 hour'", 0, HOUR),
        ("note IS NULL AND current_date > day", 0, 12 * HOUR),
    ],
)
def test_the_next_change_is_named(text: str, after: float, expected: float | None) -> None:
    assert asked(text, after) == expected


def test_a_row_without_a_moment_never_changes() -> None:
    assert asked("at < now()", at=None) is None
    assert asked("at + grace * INTERVAL '1 day' < now()", grace=2**62) is None
    assert asked("at < now() - INTERVAL '1 day'", at=dt.datetime.max.replace(tzinfo=dt.UTC)) is None


def test_the_last_day_of_time_has_no_tomorrow() -> None:
    expression = compile_expression("current_date > day", COLUMNS)
    assert expression.next_change is not None
    last = dt.datetime(9999, 12, 31, 12, tzinfo=dt.UTC).timestamp()
    assert expression.next_change({**ROW, NOW: last}.get) is None


def test_an_expression_without_the_clock_names_nothing() -> None:
    expression = compiled("at < '2026-01-01'")
    assert not expression.reads_clock
    assert expression.next_change is None
    assert NOW not in compiled("now() > at").reads


def test_a_lookup_without_a_clock_is_unfit() -> None:
    with pytest.raises(Unfit, match="no clock was given, in `now"):
        compiled("now() > at").evaluate(ROW.get)


# Those whose moments are derived; what is only looked at every hour may change before.
TEXTS = [
    "at < now()", "at <= now() - INTERVAL '90 minutes'", "now() - at > INTERVAL '1 day'", "current_date > day",
    "at = now()", "at <> now() OR day = current_date", "day + 1 < current_date AND at > now() - INTERVAL '1 hour'",
    "day <= now()", "CASE WHEN at > now() THEN 'soon' WHEN day = current_date THEN 'today' ELSE 'past' END",
    "date_diff('month', day, current_date)", "now() BETWEEN at AND at + INTERVAL '3 hours'",
    "at - now() >= INTERVAL '-2 hours 1 second'", "at IN (now())", "date_trunc('week', current_date) > day",
]  # fmt: skip


@given(
    st.sampled_from(TEXTS),
    st.none() | st.integers(-100 * 3600 * 10**6, 100 * 3600 * 10**6),
    st.integers(-3, 3),
    st.floats(-80 * HOUR, 80 * HOUR),
    st.lists(st.floats(0, 1), min_size=1, max_size=8),
)
def test_until_then_the_value_stays(text: str, at: int | None, days: int, now: float, steps: list[float]) -> None:
    row: dict[str, Any] = {
        "at": None if at is None else NOON + dt.timedelta(microseconds=at),
        "day": NOON.date() + dt.timedelta(days=days), "grace": 1,
    }  # fmt: skip
    expression = compiled(text)
    assert expression.next_change is not None
    begun = NOON.timestamp() + now
    until = expression.next_change({**row, NOW: begun}.get)
    end = begun + 30 * DAY if until is None else until
    assert end > begun
    value = expression.evaluate({**row, NOW: begun}.get)
    for step in [*steps, 1 - 1e-9]:
        moment = begun + (end - begun) * step
        # A moment nearer to the end than the clock's own grain is the end.
        if end - moment > 1e-6:
            assert expression.evaluate({**row, NOW: moment}.get) == value
