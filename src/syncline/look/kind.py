"""What kind of value a declared field has."""

from __future__ import annotations

from syncline.config.declaration import Declaration
from syncline.merge.policy import FieldPolicy

REFERENCE = "reference to "
"""How the type of a field that refers to a record is named; the entity follows."""


def policy_of(declaration: Declaration, entity: str, field: str) -> FieldPolicy | None:
    """Of a field, of a line's among them; None: it is not declared any more."""
    known = declaration.entities.get(entity)
    if known is None:
        return None
    try:
        return known.of(field)
    except (KeyError, IndexError):
        return None


def kind_of(declaration: Declaration, entity: str, field: str) -> str:
    """The name of its type; empty where it is not declared."""
    policy = policy_of(declaration, entity, field)
    return "" if policy is None else policy.type.name
