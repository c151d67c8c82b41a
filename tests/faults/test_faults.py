"""Two vendors on real sockets and a hub between them: whatever fails, in the end all agree and nothing is doubled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from planted import anywhere, writes

from syncline.testing.sockets import company
from syncline.testing.sockets_run import Faults, Verdict, play

ALONE: Mapping[str, Faults] = {
    "answers of writes are lost": writes("lose-answer"),
    "answers are lost": anywhere("lose-answer"),
    "writes hang, done": writes("timeout", done=True),
    "anything hangs, not done": anywhere("timeout", count=3),
    "503 after the work": writes("server-error", status=503, done=True),
    "503 before the work": writes("server-error", status=503),
    "503 anywhere": anywhere("server-error", status=503),
    "500 after the work": writes("server-error", status=500, done=True),
    "answers of writes are cut": writes("cut"),
    "answers are cut": anywhere("cut"),
    "bodies are slow and come": anywhere("slow", seconds=0.2, rate=0.1, count=4),
    "bodies are too slow": anywhere("slow", seconds=20.0, count=3),
    "429": anywhere("rate-limit"),
    "429 on writes": writes("rate-limit"),
    "tokens expire": anywhere("expire-token"),
    "tokens expire at writes": writes("expire-token"),
    "rows of batches fail": {"hubspot": [{"kind": "half-fail", "rate": 0.4, "seed": 2, "count": 12}]},
    "secondly, of searches": {
        "hubspot": [
            {
                "kind": "quotas",
                "quotas": [
                    {"name": "SECONDLY", "amount": 1, "per_seconds": 1.0, "kinds": ["search"]},
                ],
            }
        ]
    },
    "daily": {
        "hubspot": [
            {
                "kind": "quotas",
                "quotas": [
                    {
                        "name": "DAILY",
                        "amount": 120,
                        "per_seconds": 86400.0,
                        "window": "fixed",
                        "kinds": ["call", "search"],
                    },
                ],
            }
        ]
    },
    "lists lag": {"hubspot": [{"kind": "lag", "seconds": 90.0}], "odoo": [{"kind": "lag", "seconds": 20.0}]},
}


MIXED: Faults = {
    system: [
        {"kind": kind, "rate": 0.06, "seed": number, **more}
        for number, (kind, more) in enumerate(
            [
                ("lose-answer", {}), ("cut", {}), ("rate-limit", {}), ("timeout", {"count": 2, "done": True}),
                ("server-error", {"status": 503, "done": True}), ("server-error", {"status": 503}),
                ("slow", {"seconds": 0.2, "count": 3}), ("lag", {"rate": 1.0, "seconds": 20.0}),
            ],
            start=10 if system == "hubspot" else 20,
        )
    ]
    for system in ("hubspot", "odoo")
}  # fmt: skip


def played(folder: Path, faults: Faults, *, from_start: bool = False, **how: Any) -> Verdict:
    with company(folder, **how) as ours:
        return play(ours, faults, from_start=from_start)


def healed(verdict: Verdict) -> bool:
    """All that was planted struck, and nothing of it is left."""
    assert not verdict.violations, "\n".join(verdict.violations)
    assert verdict.struck
    assert all(verdict.struck.values()), verdict.struck
    return True


def test_without_faults_all_agrees(tmp_path: Path) -> None:
    verdict = played(tmp_path, {})
    assert not verdict.violations, "\n".join(verdict.violations)
    assert not verdict.struck


@pytest.mark.slow
@pytest.mark.parametrize("name", ALONE)
def test_each_fault_alone_heals(tmp_path: Path, name: str) -> None:
    assert healed(played(tmp_path, ALONE[name]))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_faults_together_heal_also_in_the_first_meeting(tmp_path: Path, seed: int) -> None:
    faults = {system: [{**one, "seed": one["seed"] + 100 * seed} for one in own] for system, own in MIXED.items()}
    assert healed(played(tmp_path, faults, from_start=True, seed=seed))


@pytest.mark.slow
@pytest.mark.parametrize("faults", [writes("lose-answer"), MIXED], ids=["answers of writes are lost", "mixed"])
def test_odoo_17_over_its_older_wire(tmp_path: Path, faults: Faults) -> None:
    assert healed(played(tmp_path, faults, odoo_version=17))


@pytest.mark.slow
def test_a_refusal_for_the_rate_that_names_no_wait(tmp_path: Path) -> None:
    assert healed(played(tmp_path, {"odoo": [{"kind": "rate-limit", "rate": 0.25}]}, terse=True))


@pytest.mark.slow
def test_what_headers_tell_of_a_small_quota_is_kept_to(tmp_path: Path) -> None:
    """Fewer calls in ten seconds than HubSpot says on its pages: not one is refused."""
    small = {"name": "TEN_SECONDLY_ROLLING", "amount": 7, "per_seconds": 10.0, "kinds": ["call", "search"]}
    verdict = played(tmp_path, {"hubspot": [{"kind": "quotas", "quotas": [small]}]})
    assert not verdict.violations, "\n".join(verdict.violations)
    assert verdict.struck == {"TEN_SECONDLY_ROLLING": 0}


@pytest.mark.slow
def test_tokens_are_made_anew_within_a_page_and_within_a_batch(tmp_path: Path) -> None:
    """An app's token expires between two requests, and nobody has to be asked."""
    places = (
        "*associations*contacts*batch/read", "*/contacts/batch/upsert", "*associations*deals*batch/read",
        "*/batch/upsert",
    )  # fmt: skip
    in_turn: list[Faults] = [{"hubspot": [{"kind": "expire-token", "path": path, "count": 1}]} for path in places]
    with company(tmp_path, oauth=True) as ours:
        verdict = play(ours, {}, in_turn=in_turn)
        assert healed(verdict)
        assert verdict.struck["expire-token"] == len(places)
        signed_in = sum(one.kind == "sign-in" for one in ours.sandboxes["hubspot"].calls.log)
    assert signed_in > len(places)
