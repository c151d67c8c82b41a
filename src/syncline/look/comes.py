"""What a plan does to one entity in one system, in words."""

from __future__ import annotations

from syncline.sync.sheet import Comes

FIELDS = {"blank": "blanked", "rewrite": "rewritten", "fill": "filled"}
"""What happens to a value, the riskiest first, as people say it."""


def comes(one: Comes) -> str:
    """`3 created, 14 updated (values: 2 blanked, 12 filled)`."""
    values = ", ".join(f"{one.fields[effect]:,} {said}" for effect, said in FIELDS.items() if effect in one.fields)
    rows = {"created": one.created, "updated": one.updated, "deleted": one.deleted}
    told = ", ".join(f"{number:,} {said}" for said, number in rows.items() if number)
    return told + (f" (values: {values})" if values else "")
