"""How long to wait after so many failures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

Jitter = Literal["half", "none"]

CAP_SECONDS = 300.0


def backoff(
    failures: int, random: Callable[[], float], *, cap: float = CAP_SECONDS, jitter: Jitter = "half"
) -> float:  # fmt: skip
    """Seconds: min(cap, 2^failures), times 0.5 to 1.0 so that not all who failed together come back together (L3).

    random: draws from [0, 1). `none` draws nothing and gives exactly 1, 2, 4, 8 ... for 0, 1, 2, 3 ...
    """
    doubled = min(cap, 2.0 ** min(max(failures, 0), 62))
    return doubled if jitter == "none" else doubled * (0.5 + 0.5 * random())
