"""The canonical words are a declaration: it compiles, and every reference leads to an entity."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from syncline.config.schema_fields import FieldBlock
from syncline.patterns.vocabulary import VOCABULARY

FIELDS = [(entity, name, block) for entity, fields in VOCABULARY.items() for name, block in fields.items()]


@pytest.mark.parametrize(("entity", "name", "block"), FIELDS, ids=[f"{one[0]}.{one[1]}" for one in FIELDS])
def test_each_field_is_one_of_hub_yaml(entity: str, name: str, block: dict[str, Any]) -> None:
    parsed = FieldBlock.model_validate(block)
    assert parsed.type is not None
    assert not parsed.at, "where it stands in a system is said by that system's template"
    if parsed.type == "reference":
        assert parsed.of in VOCABULARY


def test_a_field_that_is_none_is_found() -> None:
    with pytest.raises(ValidationError):
        FieldBlock.model_validate({"type": "txt"})


def test_a_document_has_one_list_of_lines() -> None:
    with_lines = [entity for entity, fields in VOCABULARY.items() if "lines" in fields]
    assert with_lines == ["deal", "order", "invoice"]
    for fields in VOCABULARY.values():
        assert sum(block["type"] == "lines" for block in fields.values()) <= 1
