"""Match rules: keys made of a record's values and of what systems call its rows, never of empty ones."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from syncline.mapping.field_type import FieldType, Unfit, Value
from syncline.merge.policy import EntityPolicy

Key = tuple[str, str]
"""(entity and rule, the values' equality keys as text)."""

Name = tuple[str, str, str]
"""(system, stream, external id): what one system calls a row of the record."""


@dataclass(frozen=True, kw_only=True)
class MatchRule:
    """Records whose `fields` are all filled and equal are one.

    id_of:  (system, stream) whose external id the one field holds, such as an ERP's number kept in the CRM.
    shared: what it means when two rows of one stream have the key: ask a person (they may be duplicates),
            or nothing, since different things may share it (a family's address).
    """

    fields: tuple[str, ...]
    id_of: tuple[str, str] | None = None
    shared: Literal["ask", "distinct"] = "ask"

    @cached_property
    def name(self) -> str:
        """The rule's name in keys and messages."""
        return "+".join(self.fields)


def in_order(rules: Iterable[MatchRule]) -> list[MatchRule]:
    """External ids first, then the others as declared."""
    found = list(rules)
    return sorted(found, key=lambda rule: rule.id_of is None) if len(found) > 1 else found


def rule_of(key: Key, rules: Iterable[MatchRule]) -> MatchRule:
    """The rule that a key was made by."""
    return next(rule for rule in rules if key[0].partition(":")[2] == rule.name)


def keys_of(
    policy: EntityPolicy, rules: Iterable[MatchRule], values: Mapping[str, Value], names: Sequence[Name] = ()
) -> tuple[Key, ...]:
    """The match keys of a set of canonical values and of the names of its rows, in the order of the rules."""
    keys: dict[Key, None] = {}
    for rule in in_order(rules):
        types = [policy.of(name).type for name in rule.fields]
        filled = [[values.get(name) for name in rule.fields]]
        if rule.id_of is not None:
            filled += [[fitted(types[0], name[2])] for name in names if rule.id_of == name[:2]]
        for parts in filled:
            text = key_text(types, parts)
            if text is not None:
                keys[f"{policy.name}:{rule.name}", text] = None
    return tuple(keys)


def fitted(kind: FieldType, external_id: str) -> Value:
    """A row's name as the field that holds it would say it; EMPTY where it cannot."""
    try:
        return kind.normal(external_id)
    except Unfit:
        return None


def key_text(types: Sequence[FieldType], parts: Sequence[Value]) -> str | None:
    """Equal texts: equal values under their types. None where one of them is empty."""
    if len(parts) == 1 and type(parts[0]) is str and parts[0].strip():
        only = types[0].key(parts[0])  # the usual rule, told at once
        if type(only) is str and only != types[0].key(None):
            return only
    if any(is_blank(part) or kind.equal(part, None) for kind, part in zip(types, parts, strict=True)):
        return None  # I14: never on an empty value
    shown = [kind.key(part) for kind, part in zip(types, parts, strict=True)]
    return shown[0] if len(shown) == 1 and isinstance(shown[0], str) else json.dumps([plain(one) for one in shown])


def is_blank(value: Value) -> bool:
    """Nothing, only white space, or a set, list or group in which there is nothing else."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, dict):
        return all(is_blank(part) for part in value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return all(is_blank(item) for item in value)
    return value is None


def plain(key: Any) -> Any:
    """An equality key as data whose text is the same in every process: a set has no order of its own."""
    if isinstance(key, frozenset):
        return {"set": sorted((plain(one) for one in key), key=json.dumps)}
    if isinstance(key, tuple):
        return [plain(one) for one in key]
    if key is None or isinstance(key, bool | int | float | str):
        return key
    return {type(key).__name__: str(key)}
