"""Every broken twin is caught: a simulation that never sees a known wrong design is blind.

Where a twin is caught changes whenever the simulation or the hub does; so it is searched for, within bounds.
"""

from collections.abc import Iterator

import pytest

from syncline.testing import twins
from syncline.testing.kinds import KINDS
from syncline.testing.trial import Trial, attempt, rule_of

pytestmark = pytest.mark.slow

CONTACTS = [name for name, kind in KINDS.items() if kind.cast is None]
SEEDS_OF_A_KIND = 40

WHERE: dict[str, tuple[str, int]] = {
    "cursor >": ("unswept", 3),
    "cursor >=": ("unswept", 3),
    "early reads forgotten": ("hasty", 0),
    "cursor before page": ("fickle", 0),
    "answer before commit": ("crowded", 4),
    "stale page revives": ("mourned", 0),
    "absence is a delete": ("hiding", 5),
    "newest wins": ("disputed", 1),
    "204 is trusted": ("disputed", 0),
    "late arrival is a move": ("plain", 3),
    "merged from the old value": ("tagged", 23),
    "joined row is no side": ("mourned", 1),
    "source is always a side": ("mourned", 5),
    "parked for ever": ("disputed", 2),
    "cut values flow on": ("regretted", 0),
    "conflicts are written": ("regretted", 2),
    "undo over later edits": ("regretted", 0),
    "undo in a conflict": ("regretted", 1),
    "find without waiting": ("crowded", 3),
    "sent create forgotten": ("fickle", 2),
    "new version keeps parked": ("disputed", 2),
}
"""Where the rarer ones were seen last: looked at first, and believed by nobody."""


def places(title: str) -> Iterator[tuple[str, int]]:
    """Kinds and seeds, the last known one first, and then others of its kind."""
    if title in WHERE:
        yield WHERE[title]
        yield from ((WHERE[title][0], seed) for seed in range(SEEDS_OF_A_KIND))
    yield from ((kind, seed) for seed in range(SEEDS_OF_A_KIND) for kind in CONTACTS)


def is_caught(trial: Trial) -> bool:
    """By a rule: a twin that breaks down shows nothing about the oracle."""
    return any(rule_of(violation) != "E" for violation in trial.violations)


def catch(twin: twins.Twin) -> Trial | None:
    """The first world that the twin fails and the hub itself does not."""
    for kind, seed in places(twin.title):
        with twins.in_place(twin):
            broken = attempt(seed, kind=kind)
        if is_caught(broken) and not attempt(seed, kind=kind).violations:
            print(f"{twin.title}: {kind} seed {seed}: {broken.violations[0]}")
            return broken
    return None


@pytest.mark.parametrize("twin", twins.TWINS, ids=lambda twin: twin.title.replace(" ", "-"))
def test_a_twin_is_caught(twin: twins.Twin) -> None:
    assert catch(twin), f"{twin.title} was not caught in {len(CONTACTS) * SEEDS_OF_A_KIND} worlds"


def test_a_twin_is_gone_when_it_is_no_longer_in_place() -> None:
    twin = twins.TWINS[0]
    own = getattr(twin.module, twin.name)
    with twins.in_place(twin):
        assert getattr(twin.module, twin.name) is twin.broken
    assert getattr(twin.module, twin.name) is own
