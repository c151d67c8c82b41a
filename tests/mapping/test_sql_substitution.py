"""Text for people: canonical fields between braces, and no other way to anything."""

import datetime as dt
from decimal import Decimal
from html import escape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline.mapping.numbers import Money
from syncline.mapping.sql_errors import ExpressionErrors
from syncline.mapping.substitution import MAX_CHARACTERS, compile_substitution

COLUMNS = {
    "subject": "text", "ticket.subject": "text", "amount": "money", "due": "date", "tags": "set of text",
    "data": "json", "sets": "set of json", "price": "decimal", "at": "datetime", "open": "boolean", "n": "integer",
}  # fmt: skip
ROW: dict[str, Any] = {
    "subject": "<b>", "ticket.subject": "Help {subject}", "amount": Money(amount=Decimal(5), currency="EUR"),
    "due": dt.date(2026, 11, 5), "tags": ["b", "a"], "price": Decimal("1.50"), "open": True, "n": 0,
    "at": dt.datetime(2026, 11, 5, 9, 30, tzinfo=dt.UTC),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("Escalated: {ticket.subject}!", "Escalated: Help {subject}!"),
        ("{{{subject}}}", "{&lt;b&gt;}"),
        ("<i>{subject}</i>", "<i>&lt;b&gt;</i>"),
        ("{amount} on {due}, {tags}", "5.00 EUR on 2026-11-05, a, b"),
        ("{price} {open} {n} {at}", "1.5 true 0 2026-11-05T09:30:00Z"),
    ],
)
def test_fields_are_put_in_and_escaped(text: str, expected: str) -> None:
    found = compile_substitution(text, COLUMNS)
    assert found.render(ROW.get, escape) == expected
    assert compile_substitution("{subject}", COLUMNS).render(ROW.get) == "<b>"


def test_null_is_left_out() -> None:
    assert compile_substitution("a{subject}b", COLUMNS).render({}.get, escape) == "ab"


def test_what_it_reads_is_its_lineage() -> None:
    assert compile_substitution("{n} {{due}} {ticket.subject}", COLUMNS).reads == {"n", "ticket.subject"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{subjet}", "line 1, column 2: unknown field `subjet`, did you mean `subject`?"),
        ("a\n {subject} {x}", "line 2, column 13: unknown field `x`"),
        ("{subject.__class__}", "line 1, column 2: unknown field `subject.__class__`"),
        ("{subject!r}", "line 1, column 2: unknown field `subject!r`"),
        ("{amount:>10}", "line 1, column 2: unknown field `amount:>10`"),
        ("{tags[0]}", "line 1, column 2: unknown field `tags[0]`"),
        ("{}", "line 1, column 2: unknown field ``"),
        ("{0}", "line 1, column 2: unknown field `0`"),
        ("{subject", "line 1, column 1: `{` without its other brace, write `{{` for the brace itself"),
        ("a}", "line 1, column 2: `}` without its other brace, write `}}` for the brace itself"),
        ("{{}", "line 1, column 3: `}` without its other brace, write `}}` for the brace itself"),
        ("{data}", "line 1, column 2: `data` is json, which has no spelling as text"),
        ("{sets}", "line 1, column 2: `sets` is set of json, which has no spelling as text"),
        ("x" * (MAX_CHARACTERS + 1), f"line 1, column 1: is longer than {MAX_CHARACTERS} characters"),
    ],
)
def test_an_error_has_its_place_and_a_suggestion(text: str, expected: str) -> None:
    with pytest.raises(ExpressionErrors) as raised:
        compile_substitution(text, COLUMNS)
    assert str(raised.value).startswith(expected)
    assert len(raised.value.errors) == 1


def test_all_errors_are_told_at_once() -> None:
    with pytest.raises(ExpressionErrors) as raised:
        compile_substitution("{a} {subject} }", COLUMNS)
    assert [error.column for error in raised.value.errors] == [2, 15]


@given(st.text(alphabet="{}ab<&.n ", max_size=30), st.text(max_size=10))
def test_any_text_is_rendered_or_refused(text: str, value: str) -> None:
    try:
        found = compile_substitution(text, {"a": "text", "n": "text"})
    except ExpressionErrors:
        return
    literal = "".join(part for part in found.parts if isinstance(part, str))
    fields = sum(not isinstance(part, str) for part in found.parts)
    assert len(found.render({"a": value, "n": value}.get)) == len(literal) + fields * len(value)


@given(st.text(max_size=30))
def test_doubled_braces_are_the_text_itself(text: str) -> None:
    doubled = text.replace("{", "{{").replace("}", "}}")
    assert compile_substitution(doubled, {}).render({}.get) == text
