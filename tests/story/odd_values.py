"""What people really type: texts in every script and shape, moments in odd zones, amounts in several currencies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from unicodedata import normalize

TEXTS = (
    "plain", "Zoë Łukasz Ægir Đặng", "e\u0301 o\u0308 n\u0303 (combining)", "Å vs A\u030a vs Å",
    "ﬁ ligature ½ ①", "\U0001f600 \U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f1e6\U0001f1f9",
    "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd",
    "\u0645\u0631\u062d\u0628\u0627 \u200e\u0628\u0627\u0644\u0639\u0627\u0644\u0645\u200f", "\u202bRTL\u202c",
    "日本語 中文 한국어", "a\u200bb\u200cc\u200dd\ufeffe", "O'Brien \"the\" ‘quoted’ “twice” `tick`",
    "<b>bold</b> & &amp; <script>alert(1)</script>", "100% _under_ \\back\\ /slash/ %s {0} ${x} $1",
    "; DROP TABLE x; --", "=1+1", "+49 30", "-5", "@here", "#tag", "a\tb", "one\ntwo\r\nthree\rfour",
    "\u0001\u0002\u001b[31m\u007f", "\u0085next\u2028line\u2029para", "a\u00a0b\u3000c", "  outer  ",
    "\u00a0outer nbsp\u00a0", "\tTab and line\n", "null", "None", "false", "False", "true", "0", "1", "0.0",
    "NaN", "[]", "{}", "\"\"", "''", "\\N", "\\u0041", "\\x41", "%00", "&#0;", "1,5", "1e5", "0012",
    "\u0663\u0664", "x" * 255, "\U0001d4b3\U0001d4b4\U0001d4b5 \U00010348", "i\u0307İıI ßẞ ς",
)  # fmt: skip
"""HubSpot keeps each of them as it is."""

BLANKS = ("", " ", "\u00a0", "\n", None)
LONG = 65_536


def as_told(text: str | None) -> str | None:
    """What a text says, in this test's own words: no outer white space, line ends as LF, composed letters."""
    if text is None:
        return None
    lines = re.sub("\r\n?", "\n", text)
    return normalize("NFC", lines).strip() or None


def long_text(number: int) -> str:
    """64 KB of everything, different for each number."""
    line = f"Line {number} {' '.join(one.strip() for one in TEXTS[:16])}\n"
    return (line * (LONG // len(line) + 1))[: LONG - 1] + "."


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A moment as somebody wrote it, and what it is in UTC; None: it is no moment that there was, or there were two."""

    told: str
    utc: str | None


def _utc(*parts: int) -> str:
    return datetime(*parts, tzinfo=UTC).strftime("%Y-%m-%d %H:%M:%S")  # type: ignore[arg-type]


MOMENTS = (
    Moment(told="2026-11-05T09:30:00Z", utc=_utc(2026, 11, 5, 9, 30)),
    Moment(told="2026-11-05T09:30:00+05:45", utc=_utc(2026, 11, 5, 3, 45)),
    Moment(told="2026-01-01T00:15:00+05:45", utc=_utc(2025, 12, 31, 18, 30)),
    Moment(told="2026-11-05T09:30:00-03:30", utc=_utc(2026, 11, 5, 13, 0)),
    Moment(told="2026-11-05T09:30:00+14:00", utc=_utc(2026, 11, 4, 19, 30)),
    Moment(told="2026-11-05T09:30:00-12:00", utc=_utc(2026, 11, 5, 21, 30)),
    Moment(told="2026-07-01 12:00:00", utc=_utc(2026, 7, 1, 10)),  # Vienna, in summer
    Moment(told="2026-12-01 12:00:00", utc=_utc(2026, 12, 1, 11)),  # and in winter
    Moment(told="2026-03-29 01:59:59", utc=_utc(2026, 3, 29, 0, 59, 59)),
    Moment(told="2026-03-29 03:00:00", utc=_utc(2026, 3, 29, 1)),
    Moment(told="2026-10-25T02:30:00+02:00", utc=_utc(2026, 10, 25, 0, 30)),
    Moment(told="2026-10-25T02:30:00+01:00", utc=_utc(2026, 10, 25, 1, 30)),
    Moment(told="1969-12-31T23:59:59Z", utc=_utc(1969, 12, 31, 23, 59, 59)),
    Moment(told="2000-02-29T23:59:59-00:01", utc=_utc(2000, 3, 1, 0, 0, 59)),
    Moment(told="2026-03-29 02:30:00", utc=None),  # the clocks skip it
    Moment(told="2026-10-25 02:30:00", utc=None),  # it is there twice
    Moment(told="next Tuesday", utc=None),
)
"""In a text field of HubSpot that the company keeps local times in."""

DAYS = ("2026-11-05", "2024-02-29", "1899-12-31", "1970-01-01", "2000-02-29", "9999-12-30", "2026-03-29", "1033-04-03")

AMOUNTS = (
    ("12.50", "EUR"), ("0", "EUR"), ("-3.07", "USD"), ("1234567.89", "CHF"), ("1250", "JPY"), ("12.345", "KWD"),
    ("0.1", "USD"), ("0.01", "GBP"), ("99999999.99", "INR"), ("100", "XOF"), ("0.000001", "BTC"),
)  # fmt: skip
"""Amount and currency."""


def same_number(one: float | None, other: str | None) -> bool:
    """Is a binary number of Odoo the number that stands in HubSpot?"""
    if other is None:
        return one in (None, False, 0)
    return one is not None and Decimal(repr(one)) == Decimal(other)
