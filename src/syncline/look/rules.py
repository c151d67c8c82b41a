"""The rules of a declaration, and how far each is from being armed."""

from __future__ import annotations

from msgspec import Struct

from syncline.look.looking import Looking


class RuleView(Struct, frozen=True, kw_only=True):
    """armed: since when what becomes true makes it fire; None: it has still to look at what was true before."""

    name: str
    entity: str
    when: str
    condition: str
    makes: tuple[str, ...]
    notify: tuple[str, ...]
    armed: float | None


def armed(looking: Looking) -> list[RuleView]:
    """Those that somebody wrote; events by themselves are none."""
    known = looking.ledger.armed()
    return [
        RuleView(
            name=rule.name, entity=rule.entity, when=f"{rule.entity}.{rule.event}",
            condition="" if rule.condition is None else " ".join(rule.condition.text.split()),
            makes=tuple(f"{one.entity} in {one.system}" if one.system else one.entity for one in rule.makes),
            notify=rule.notify, armed=known[rule.name].at if rule.name in known else None,
        )
        for rule in looking.declaration.rules
        if not rule.events
    ]  # fmt: skip
