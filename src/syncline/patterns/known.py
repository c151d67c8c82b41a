"""The patterns there are, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from syncline.patterns.crm_erp import crm_erp
from syncline.patterns.pattern import Member, Pattern, UnknownPattern

PATTERNS: Mapping[str, Pattern] = MappingProxyType({"crm-erp": crm_erp})

NEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType({"crm-erp": ("crm", "erp")})
"""The roles without which a pattern does not fit."""


def expand(name: str, options: Mapping[str, Any], members: Sequence[Member]) -> Mapping[str, Any]:
    """What a pattern says for these systems. Raises UnknownPattern, or DoesNotFit."""
    if name not in PATTERNS:
        raise UnknownPattern(tuple(PATTERNS))
    return PATTERNS[name](options, members)
