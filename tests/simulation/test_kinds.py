"""Worlds of every other kind, a fixed share of seeds each; and for each kind a wrong hub that it must catch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from syncline.sync import send
from syncline.testing.trial import attempt

SEEDS = 12
QUICK_SEEDS = 2
STEPS_QUICK = 400
SEEDS_OF_A_TWIN = 40

_order_of = send.order_of


def without_condition(*arguments: Any) -> Any:
    """A write that does not say which version it was made for."""
    return replace(_order_of(*arguments), version=None)


Twin = tuple[Any, str, Callable[..., Any]]

KINDS: dict[str, Twin] = {
    "windows": (send, "order_of", without_condition),
}
"""The kind, and the function of the hub that is replaced by a wrong one."""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(QUICK_SEEDS))
def test_a_short_world_holds(kind: str, seed: int) -> None:
    assert attempt(seed, steps=STEPS_QUICK, kind=kind).violations == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_world_holds(kind: str, seed: int) -> None:
    assert attempt(seed, kind=kind).violations == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_hub_is_caught(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind that never sees its own wrong design is blind."""
    monkeypatch.setattr(*KINDS[kind])
    tried = (attempt(seed, kind=kind) for seed in range(SEEDS_OF_A_TWIN))
    caught = next((trial for trial in tried if trial.violations and trial.rule != "E"), None)
    assert caught is not None
    print(f"{kind} seed {caught.seed}: {caught.violations[0]}")
