"""Ledgers for worlds: in memory, or an SQLite file copied from a template, which a simulation need not fsync."""

from __future__ import annotations

from pathlib import Path

from syncline.testing.trial import NewLedger, in_memory

KINDS = ("memory",)


def ledgers(kind: str, directory: Path) -> NewLedger:
    """New ledgers of this kind; their files are in `directory`."""
    return in_memory
