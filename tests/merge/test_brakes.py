"""What is held of one kind of write: the limits, over an hour and a day, with what is due."""

from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from syncline.config.settings import BRAKES
from syncline.merge.brakes import Load, counted_as, counts, effect, holds
from syncline.model.intent import Intent, Told

KINDS = st.sampled_from(sorted(BRAKES))
LINKS = st.integers(0, 20_000)


@given(KINDS, LINKS, st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 3000))
def test_more_of_the_same_is_never_let_through_where_less_was_held(
    kind: str, links: int, day: int, due: int, more: int
) -> None:
    limit = BRAKES[kind]
    less = holds(kind, limit, Load(day=day, due=due, links=links), 50)  # type: ignore[arg-type]
    if less is not None:
        assert holds(kind, limit, Load(day=day, due=due + more, links=links), 50)  # type: ignore[arg-type]


@given(KINDS, LINKS, st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 3000))
def test_a_flood_is_as_large_in_pieces_as_at_once(kind: str, links: int, hour: int, day: int, due: int) -> None:
    limit, day = BRAKES[kind], hour + day
    together = Load(hour=hour, day=day, due=due, links=links)
    later = Load(hour=hour, day=day, due=0, links=links)
    if holds(kind, limit, later, 50) is not None:  # type: ignore[arg-type]
        assert holds(kind, limit, together, 50) is not None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "links", "due", "held"),
    [
        ("delete", 100, 20, False), ("delete", 100, 21, True), ("delete", 10_000, 500, False),
        ("delete", 10_000, 501, True), ("delete", 100_000, 501, True), ("delete", 49, 49, False),
        ("blank", 100, 50, False), ("blank", 100, 51, True), ("blank", 1000, 100, False), ("blank", 1000, 101, True),
        ("rewrite", 1000, 101, True), ("rewrite", 40, 40, False),
        ("create", 1000, 200, False), ("create", 1000, 201, True), ("create", 5000, 1000, False),
        ("create", 5000, 1001, True),
    ],
)  # fmt: skip
def test_the_limits(kind: str, links: int, due: int, held: bool) -> None:
    why = holds(kind, BRAKES[kind], Load(due=due, links=links), 50)  # type: ignore[arg-type]
    assert (why is not None) == held


def test_what_is_gone_and_what_is_new_do_not_hide_the_share() -> None:
    assert (
        holds("delete", BRAKES["delete"], Load(day=21, links=379), 50)
        == "21 of kind delete fall within a day, of 400 links"
    )
    assert holds("create", BRAKES["create"], Load(hour=201, day=201, links=1200), 50)
    assert holds("delete", BRAKES["delete"], Load(hour=30, day=30, links=40), 50), "there were 70"


def test_filling_a_blank_is_no_risk() -> None:
    assert effect(None, "x") == "fill"
    assert effect("x", None) == "blank"
    assert effect("x", "y") == "rewrite"


def test_what_a_delivered_write_counts() -> None:
    told = {
        "a": Told(value="x", version=1), "b": Told(value="y", version=1, before="x"),
        "c": Told(value=None, version=2, before="x"), "d": Told(value="y", version=None, before="x"),
    }  # fmt: skip
    intent = Intent(id=1, link=1, record=1, system="s", stream="t", kind="update", values=told)
    assert counts(intent) == {counted_as("rewrite", "b"): 1, counted_as("blank", "c"): 1}
    assert counts(replace_kind(intent, "delete")) == {"delete": 1}


def replace_kind(intent: Intent, kind: Literal["delete"]) -> Intent:
    return changed(intent, kind=kind)
