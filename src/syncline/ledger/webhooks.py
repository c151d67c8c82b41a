"""Where each system's webhooks arrive. Every statement on `webhook`: hashes only, so that a copy tells no address."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from syncline.ledger.schema import webhook
from syncline.ledger.sql import SqlLedger
from syncline.ledger.statement import Statement, saving

SAVE = saving("Keeps where webhooks arrive", webhook)
ALL = Statement("Where all webhooks arrive", (), lambda d: select(webhook).order_by(webhook.c.system))


def paths(ledger: SqlLedger) -> Mapping[str, bytes]:
    """System to the hash of its path's secret."""
    with ledger.session() as session:
        return {system: path for system, path, _ in session.rows(ALL)}


def save(ledger: SqlLedger, system: str, path: bytes, at: float) -> None:
    """In the place of an earlier one, which nobody is heard at any more. The lease must be held."""
    with ledger.unit() as unit:
        unit.session.do(SAVE, (system, path, at))
