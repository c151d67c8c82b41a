"""One run of `sockets`: people work while faults strike, all heals, the hub comes to rest, and the judge looks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from syncline.app import Running
from syncline.sandbox.quotas import Quotas
from syncline.sync import rounds
from syncline.testing.sockets import ENVIRONMENT, SYSTEMS, Company, Watched, hub_of, prepare
from syncline.testing.sockets_oracle import hub_differs, judge, listed
from syncline.testing.sockets_people import EXPECTED, MOMENTS, Said

Faults = Mapping[str, Sequence[Mapping[str, Any]]]
"""System to the faults that are planted in it."""

BETWEEN_SECONDS = 60.0
HEALED_EVERY_SECONDS = 900.0
MOST_ROUNDS = 20
STILL_ROUNDS = 2


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """violations: what is wrong; struck: how often each kind of fault struck; rounds: until all was well again."""

    violations: Sequence[str]
    struck: Mapping[str, int] = field(default_factory=dict)
    rounds: int = 0


def plant(company: Company, faults: Faults) -> None:
    """From now on. A fault `quotas` is none of the sandbox's: it says what the vendor's quotas are meanwhile."""
    for system, own in faults.items():
        for one in own:
            if one["kind"] == "quotas":
                company.people[system].ask("PUT", "quotas", one["quotas"])
            else:
                company.people[system].plant(**one)


def heal(company: Company) -> Counter[str]:
    """No fault is left, and the vendors' own quotas are back. How often each kind struck, and each quota refused."""
    struck: Counter[str] = Counter()
    for name, sandbox in company.sandboxes.items():
        for one in sandbox.faults.planted:
            struck[one.fault.kind] += one.struck
        if sandbox.quotas.quotas != sandbox.vendor.quotas:
            for quota in sandbox.quotas.quotas:
                struck[quota.name] += sum(one.refused_by == quota.name for one in sandbox.calls.log)
            sandbox.quotas = Quotas(sandbox.vendor.quotas)
        company.people[name].heal()
    return struck


def play(
    company: Company, faults: Faults, *, from_start: bool = False, in_turn: Sequence[Faults] = (),
    said: Said | None = None,
) -> Verdict:  # fmt: skip
    """from_start: the first meeting is struck too. in_turn: planted as well, one at each moment.

    said: what further people say, beside those of the moments.
    """
    said = {} if said is None else said
    with hub_of(company.setting) as (running, door):
        begin(company, running, faults if from_start else {})
        plant(company, {} if from_start else faults)
        for number, moment in enumerate(MOMENTS):
            moment(company, said)
            plant(company, in_turn[number] if number < len(in_turn) else {})
            work(company, running)
        work(company, running)
        struck = heal(company)
        let_in_again(company, running)
        number, violations = rest(company, running, door, said)
        return Verdict(violations=violations, struck=struck, rounds=number)


def begin(company: Company, running: Running, faults: Faults) -> None:
    """The first meeting of the two systems."""
    prepare(running.hub)
    plant(company, faults)
    work(company, running)
    work(company, running)


def let_in_again(company: Company, running: Running) -> None:
    """People see that a system is paused since it denied us: Odoo gets its key back, and the hub is told to go on."""
    if running.ledger.system_state("odoo").paused:
        company.people["odoo"].act("key", login="admin", key=ENVIRONMENT["ODOO_KEY"])
    with running.ledger.unit() as unit:
        for system in SYSTEMS:
            unit.save_system_state(replace(running.ledger.system_state(system), paused=False, why=""))


def work(company: Company, running: Running) -> None:
    """The hub does all that it can, and a while passes."""
    rounds.sync(running.hub, 4)
    company.later(BETWEEN_SECONDS)


def rest(company: Company, running: Running, door: Watched, said: Said) -> tuple[int, list[str]]:
    """All has healed: rounds until the hub is at rest, and what is wrong then."""
    number, still, wrong = 0, 0, ["L1 never at rest"]
    while wrong and number < MOST_ROUNDS:
        number += 1
        company.later(HEALED_EVERY_SECONDS)
        before = len(door.writes)
        rounds.sync(running.hub)
        still = still + 1 if len(door.writes) == before else 0
        if still >= STILL_ROUNDS:
            wrong = list(verdict(company, running, said))
    before = len(door.writes)
    company.later(HEALED_EVERY_SECONDS)
    rounds.sync(running.hub)
    return number, [*wrong, *(f"I5 {system} {request.path} at rest" for system, request in door.writes[before:])]


def verdict(company: Company, running: Running, said: Said) -> Iterator[str]:
    """The judge's, and what the hub knows itself."""
    yield from hub_differs(running)
    yield from judge(company, said, EXPECTED, listed(running))
