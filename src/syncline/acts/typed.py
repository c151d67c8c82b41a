"""What a person types becomes a value of a field: text from a terminal as well as data from a form."""

from __future__ import annotations

import json
from typing import Any

from syncline.acts.refusal import refuse
from syncline.mapping.field_type import FieldType, Unfit, Value
from syncline.merge.order import referred_entity
from syncline.merge.policy import HUB
from syncline.sync.hub import Hub

TRUE, FALSE = ("yes", "y", "true", "1"), ("no", "n", "false", "0")


def typed(hub: Hub, entity: str, field: str, given: Any) -> Value:
    """In the normal form of the field's type; blank text is EMPTY. Raises Unfit, or Refusal."""
    policy = hub.declaration.entities[entity].of(field)
    if policy.truth == HUB:
        raise refuse(f"{field} is computed here, and nobody sets it.", f"correct what it is made of, in {entity}")
    if given is None or (isinstance(given, str) and not given.strip()):
        return None
    target = referred_entity(hub.declaration.entities[entity], field) if "/" not in field else None
    if target is not None:
        return record_number(hub, given, target)
    if not isinstance(given, str):
        return policy.type.normal(given)
    return of_text(policy.type, given)


def of_text(kind: FieldType, text: str) -> Value:
    """As it stands, as JSON, as `12.50 EUR`, or (of a list) with commas between its parts."""
    if kind.name == "boolean" and text.strip().lower() in TRUE + FALSE:
        return text.strip().lower() in TRUE
    try:
        return kind.normal(text)
    except Unfit as unfit:
        for other in readings(kind, text):
            try:
                return kind.normal(other)
            except Unfit:
                continue
        raise Unfit(text, unfit.reason) from None


def readings(kind: FieldType, text: str) -> list[Any]:
    """What else a text may mean."""
    found = []
    if text.lstrip()[:1] in ("[", "{"):
        try:
            found.append(json.loads(text))
        except ValueError:
            found = []
    if kind.name == "money" and (parts := text.split()) and len(parts) == 2:
        found.append({"amount": parts[0], "currency": parts[1]})
    if kind.name.startswith("set"):
        found.append([part.strip() for part in text.split(",") if part.strip()])
    return found


def record_number(hub: Hub, given: Any, entity: str) -> int:
    """Of the record that a reference is to mean."""
    try:
        number = int(given)
    except (TypeError, ValueError):
        raise Unfit(given, f"say the number of a record of {entity}") from None
    found = hub.ledger.records([number]).get(number)
    if found is None or found.entity != entity:
        raise Unfit(given, f"there is no {entity} with this number")
    return number
