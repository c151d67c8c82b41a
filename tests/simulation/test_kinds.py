"""Worlds of the kinds that have users or a person of their own, some seeds each; and the wrong hubs they catch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from syncline.identity import seats
from syncline.merge import brakes, sleep
from syncline.sync import missed, questions, rules, send, stops
from syncline.testing.kinds import KINDS
from syncline.testing.trial import attempt

SEEDS = 8
QUICK_SEEDS = 2
QUICK_STEPS = 400
SEEDS_OF_A_TWIN = 40

OF_THEIR_OWN = tuple(kind for kind in KINDS if kind != "plain")

_order_of = send.order_of


def without_condition(*arguments: Any) -> Any:
    """A write that does not say which version it was made for."""
    return replace(_order_of(*arguments), version=None)


TWINS: dict[str, tuple[str, ModuleType, str, Callable[..., Any]]] = {
    "a write without its condition": ("windows", send, "order_of", without_condition),
    "what happened in time prevents nothing": ("orders", rules, "happened", lambda *_: False),
    "what was true before fires": ("orders", rules, "counts", lambda *_: True),
    "a brake per plan": ("braked", brakes, "falls_together", lambda delivered, due: due),
    "a mode of no consequence": ("careful", stops, "waits_for_plan", lambda *_: False),
    "sleepers are told everything": ("scoped", sleep, "tellable", lambda case, link, writable: writable),
    "what a sweep did not show is not looked at": ("missed", missed, "is_watched", lambda *_: False),
    "nobody stands in the shadow": ("joined", seats, "seat", lambda *_: []),
    "what is asked about is born": ("asked", questions, "may_be_born", lambda *_: True),
    "what is typed in the shadow is forgotten": ("joined", seats, "read_only", lambda *_: None),
}
"""The kind that must see it, and the function of the hub that is replaced."""


@pytest.mark.parametrize("kind", OF_THEIR_OWN)
@pytest.mark.parametrize("seed", range(QUICK_SEEDS))
def test_a_short_world_holds(kind: str, seed: int) -> None:
    assert attempt(seed, steps=QUICK_STEPS, kind=kind).violations == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", OF_THEIR_OWN)
@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_world_holds(kind: str, seed: int) -> None:
    assert attempt(seed, kind=kind).violations == []


@pytest.mark.slow
@pytest.mark.parametrize("title", TWINS)
def test_a_wrong_hub_is_caught(title: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind that never sees its own wrong design is blind."""
    kind, *place = TWINS[title]
    monkeypatch.setattr(*place)
    tried = (attempt(seed, kind=kind) for seed in range(SEEDS_OF_A_TWIN))
    caught = next((trial for trial in tried if trial.violations and trial.rule != "E"), None)
    assert caught is not None
    print(f"{title}: {kind} seed {caught.seed}: {caught.violations[0]}")
