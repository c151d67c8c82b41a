"""Bodies as they come: numbers keep their digits, odd rows stay odd rows, and what cannot be read is said to be so."""

from __future__ import annotations

import gzip
import json
import zlib
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from syncline.egress import body
from syncline.egress.body import Unreadable, date_of, decoded, json_of, unpacked
from syncline.ledger.coding import decode_any, encode
from syncline.mapping.field_type import Unfit
from syncline.mapping.numbers import decimal, exact
from syncline.mapping.text import text

JSON = "application/json"


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("0.1", 0.1), ("1.10", 1.1), ("-2.5e3", -2500.0), ("1e3", 1000.0), ("0.0", 0.0), ("1700000000.5", 1700000000.5),
        ("12345678901234567.89", "12345678901234567.89"), ("0.12345678901234567890", "0.12345678901234567890"),
        ("9007199254740993.0", "9007199254740993.0"), ("1e400", "1e400"), ("1e-400", "1e-400"),
        ("1e-99999999999999999999", "1e-99999999999999999999"), ("9007199254740993", 9007199254740993), ("-0", 0),
        ("1" * 39, int("1" * 39)), ("1" * 5000, "1" * 5000), ("NaN", "NaN"), ("-Infinity", "-Infinity"),
    ],
)  # fmt: skip
def test_numbers_keep_their_digits(told: str, kept: Any) -> None:
    found = json_of(f'{{"n": {told}}}'.encode())["n"]
    assert (type(found), found) == (type(kept), kept)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20))
@example(Decimal("99999999999999.9"))
@example(Decimal("0.00000000000007"))
@example(Decimal("-9999999999999.9"))
def test_a_decimal_is_the_same_on_our_side(number: Decimal) -> None:
    told = f"{number:f}"
    assume(len(told.replace(".", "").lstrip("-0")) <= 38 and len(told.partition(".")[2]) <= 38)
    assert decimal().normal(json_of(told.encode())) == exact(told)


@pytest.mark.parametrize("told", ["NaN", "Infinity", "-Infinity", "1e400", "1" * 5000])
def test_a_number_that_is_none_is_its_rows_affair(told: str) -> None:
    rows = json_of(f'[{{"n": 1}}, {{"n": {told}}}]'.encode())
    assert rows[0] == {"n": 1}
    with pytest.raises(Unfit):
        decimal().normal(rows[1]["n"])


@pytest.mark.parametrize("told", [b'"a\xffb"', b'"a\xc3"', b'"\\ud83d"', b'"a\\u0000b"', b'"a\x00b"'])
def test_broken_text_is_its_rows_affair(told: bytes) -> None:
    rows = json_of(b'["Contact 17", ' + told + b"]")
    assert rows[0] == "Contact 17"
    with pytest.raises(Unfit):
        text().normal(rows[1])
    assert decode_any(encode(rows)) == rows  # and the ledger can hold it


def test_what_is_broken_in_two_ways_is_told_apart() -> None:
    told = [b'"\\ud83d"', b'"\\ud83e"', b'"\\udc00"', b'"\xff"', b'"\xfe"', b'"\\ude00\\ud83d"']
    assert len({json_of(one) for one in told}) == len(told)
    found = json_of(b'{"\\ud83d": ["\\udfff", {"a": "x\\uD800y"}, 7]}')
    assert found == {"\0d83d": ["\0dfff", {"a": "x\0d800y"}, 7]}


@pytest.mark.parametrize("told", [b'"\\ud83d\\ude00"', '"\U0001f600"'.encode(), b'"a\tb\nc"'])
def test_whole_text_comes_through(told: bytes) -> None:
    assert text().normal(json_of(told)) in ("\U0001f600", "a\tb\nc", "a b c")


@pytest.mark.parametrize(
    "told",
    [
        *(b"{", b'{"a": 1} {"b": 2}', b"{'a': 1}", b"[1,]", b'{"a": 1, "a": 2}'),
        *(b'[{"x": {"a": 1, "b": 1, "a": null}}]',),
        *(b"<html></html>", b"nul", b"\xff\xfe[\x00]\x00", b"[" * 201 + b"]" * 201, b"[" * 100_000, b'{"a":' * 100_000),
        *(b"callback([1])", b"01", b"--1", b"\x1f\x8b\x08"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_no_answer(told: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        decoded(JSON, told)
    assert caught.value.__cause__ is None


def test_a_key_told_twice_with_one_value_is_no_question() -> None:
    assert json_of(b'{"a": [1], "b": 2, "a": [1]}') == {"a": [1], "b": 2}


def test_as_deep_as_any_may_be() -> None:
    deepest = json_of(b"[" * 199 + b"{}" + b"]" * 199)
    for _ in range(199):
        [deepest] = deepest
    assert deepest == {}


def test_a_byte_order_mark_is_nothing() -> None:
    assert decoded(JSON, b"\xef\xbb\xbf[1]") == [1]


@pytest.mark.parametrize(
    ("kind", "content", "value"),
    [
        ("application/json; charset=utf-8", b"[1]", [1]), ("APPLICATION/JSON", b"[1]", [1]), ("text/json", b"[1]", [1]),
        ("application/problem+json", b"{}", {}), ("application/vnd.api+json", b"{}", {}), ("", b"[1]", [1]),
        ("text/plain", b"[1]", [1]), ("text/plain", b"hello", "hello"), ("text/csv", b"a,b\n1,2\n", "a,b\n1,2\n"),
        ("text/csv", b"1", "1"), ("application/xml", b"<a/>", "<a/>"), (JSON, b"", None), (JSON, b" \r\n", None),
        ("text/html", b"", None), ("text/plain", b"\xff", "\ufffd"), ("application/octet-stream", b"{}", {}),
    ],
)  # fmt: skip
def test_a_body_is_what_it_says_it_is(kind: str, content: bytes, value: Any) -> None:
    assert decoded(kind, content) == value


@pytest.mark.parametrize("kind", ["text/html", "application/xhtml+xml", "TEXT/HTML; charset=x"])
def test_a_web_page_is_no_answer_unless_it_was_asked_for(kind: str) -> None:
    with pytest.raises(Unreadable, match="web page"):
        decoded(kind, b"<html>")
    assert decoded(kind, b"<html>", accept="text/html, */*") == "<html>"


def test_without_a_kind_it_is_json_or_nothing() -> None:
    with pytest.raises(Unreadable):
        decoded("", b"<html>")


# ---- packing
def test_packed_parts_are_unpacked_as_they_come() -> None:
    packed = gzip.compress(json.dumps(list(range(5000))).encode())
    parts = [packed[at : at + 7] for at in range(0, len(packed), 7)]
    assert json_of(unpacked("gzip", parts, 100_000)) == list(range(5000))
    assert unpacked(" X-GZIP ", parts, 100_000) == unpacked("", [gzip.decompress(packed)], 100_000)
    assert unpacked("gzip", [], 10) == b""


@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "gzip, gzip", "x"])
def test_no_other_packing_is_taken(encoding: str) -> None:
    with pytest.raises(Unreadable):
        unpacked(encoding, [zlib.compress(b"{}")], 100)


def test_no_more_is_read_than_may_be() -> None:
    read = []

    def endless() -> Any:
        while True:
            read.append(1)
            yield b"a" * 100

    with pytest.raises(Unreadable, match="larger than 1000 bytes"):
        unpacked("", endless(), 1000)
    assert len(read) == 11
    assert unpacked("", [b"a" * 1000], 1000) == b"a" * 1000


def test_a_bomb_makes_no_more_than_one_byte_too_many() -> None:
    bomb = gzip.compress(b"a" * 50_000_000)
    made = []
    real = body.opened
    assert len(real(zlib.decompressobj(31), bomb, 1001)) == 1001
    with pytest.raises(Unreadable, match="larger than 1000 bytes"):
        made.append(unpacked("gzip", [bomb], 1000))
    assert made == []


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("Sun, 22 Nov 2026 12:00:00 GMT", 1795348800.0), ("Sun, 22 Nov 2026 13:00:00 +0100", 1795348800.0), ("", None),
        ("yesterday", None), ("Sun, 99 Nov 2026 12:00:00 GMT", None), ("Sun, 22 Nov 99999 12:00:00 GMT", None),
        (None, None),
    ],
)  # fmt: skip
def test_the_systems_clock_is_read_where_it_tells(told: str | None, seconds: float | None) -> None:
    assert date_of({} if told is None else {"date": told}) == seconds
