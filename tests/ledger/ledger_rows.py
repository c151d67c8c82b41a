"""Rows as a ledger keeps them, values that are hard to keep, and a unit in one call."""

from typing import Any

from syncline.model.link import Link
from syncline.model.record import Record
from syncline.sync.store import Ledger

HERE = ("crm", "contact")
WORDS = [
    "",
    "plain",
    'it\'s 100 % "quoted" \\ ;--',
    "Zoë Żółć 李 🜂 \u2028 \u200f e\u0301",
    "line\nbreak\ttab",
    "x" * 300_000,
]
NUMBERS = [0, -1, 2**31, -(2**31) - 1, 2**53 + 1, 2**63 - 1, -(2**63), 2**64 - 1, 2**64, -(2**63) - 1, 10**40]
VALUES = [None, True, False, 0.1, -1e300, [], {}, [None, ["a"], {"b": None}], {"": {"deep": [1, 2.5, "x"]}}]


class Boom(Exception):
    """A unit ends badly."""


def record(n: int, **more: Any) -> Record:
    return Record(**{"id": n, "entity": "contact", "origin": "crm", **more})


def link(n: int, **more: Any) -> Link:
    here = {"record": 1, "entity": "contact", "system": "crm", "stream": "contact", "external_id": f"x{n}"}
    return Link(**{"id": n, **here, **more})


def row(name: str) -> tuple[str, str, str]:
    return (*HERE, name)


def write(ledger: Ledger, method: str, *arguments: Any) -> None:
    with ledger.unit() as unit:
        getattr(unit, method)(*arguments)


def save(ledger: Ledger, *links: Link) -> None:
    with ledger.unit() as unit:
        unit.save_records([record(n) for n in sorted({one.record for one in links})])
        unit.save_links(links)
