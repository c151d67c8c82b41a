"""What a system calls a row, and many of them by stream."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

Row = tuple[str, str, str]
"""(system, stream, external id)"""


def by_stream(rows: Iterable[Row]) -> Mapping[tuple[str, str], Sequence[str]]:
    """External ids by (system, stream), each once."""
    found: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for system, stream, external_id in rows:
        found[system, stream][external_id] = None
    return {stream: list(ids) for stream, ids in found.items()}
