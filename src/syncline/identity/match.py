"""Match rules: keys made of a record's values, never of empty ones."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from syncline.mapping.field_type import Value
from syncline.merge.policy import EntityPolicy

Key = tuple[str, str]
"""(entity and rule, the values' equality keys as text)."""


@dataclass(frozen=True, kw_only=True)
class MatchRule:
    """Records whose `fields` are all filled and equal are one. Rules are tried in the declared order."""

    fields: tuple[str, ...]

    @property
    def name(self) -> str:
        """The rule's name in keys and messages."""
        return "+".join(self.fields)


def keys_of(policy: EntityPolicy, rules: Iterable[MatchRule], values: Mapping[str, Value]) -> tuple[Key, ...]:
    """The match keys of a set of canonical values, in the order of the rules."""
    keys: list[Key] = []
    for rule in rules:
        parts = [values.get(name) for name in rule.fields]
        if any(part is None or part == "" for part in parts):
            continue  # I14: never on an empty value
        shown = [policy.of(name).type.key(part) for name, part in zip(rule.fields, parts, strict=True)]
        text = shown[0] if len(shown) == 1 and isinstance(shown[0], str) else json.dumps(shown, default=str)
        keys.append((f"{policy.name}:{rule.name}", text))
    return tuple(keys)
