"""The grammar for editors: JSON Schema, draft 2020-12."""

from __future__ import annotations

import json
from typing import Any

from syncline.config.schema import HubBlock

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The schema of hub.yaml. It holds what has a shape; names and expressions are checked by loading."""
    found = HubBlock.model_json_schema()
    return {"$schema": DIALECT, **_untitled(found), "title": "hub.yaml"}


def schema_file() -> str:
    """The text of `hub.schema.json`, which ships beside this module."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def _untitled(node: Any, *, names: bool = False) -> Any:
    """Without pydantic's titles, which repeat the keys. Under `properties` a `title` is a key of ours."""
    if isinstance(node, list):
        return [_untitled(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _untitled(value, names=key in ("properties", "$defs", "patternProperties") and not names)
        for key, value in node.items()
        if key != "title" or names
    }
