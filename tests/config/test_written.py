"""The editors' schema and the page are written from the grammar and true; `explain` says where each line is from."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from declaring import HEAD, loaded
from full import FULL, expand
from ruamel.yaml import YAML

from syncline.config import json_schema as module
from syncline.config.explain import Line, explain
from syncline.config.json_schema import DIALECT, json_schema, schema_file
from syncline.config.page import page
from syncline.config.schema import HubBlock
from syncline.config.validate import keys_at

ROOT = Path(__file__).resolve().parents[2]


def test_the_schema_file_is_the_grammar() -> None:
    shipped = Path(module.__file__).with_name("hub.schema.json").read_text(encoding="utf-8")
    assert shipped == schema_file(), "write it again: json_schema.schema_file()"
    found = json.loads(shipped)
    assert found["$schema"] == DIALECT
    assert found["required"] == ["hub", "systems"]
    assert found["additionalProperties"] is False
    assert found["$defs"]["SystemBlock"]["additionalProperties"] is True
    assert "title" in found["$defs"]["MakeBlock"]["properties"], "a key of ours, not pydantic's"


def test_every_key_has_a_description() -> None:
    schema = json_schema()
    blocks = [schema, *(one for one in schema["$defs"].values() if "properties" in one)]
    missing = [key for block in blocks for key, one in block["properties"].items() if "description" not in one]
    assert missing == []


def test_the_schema_and_the_loader_agree_on_the_examples() -> None:
    for text in [FULL, *examples()]:
        data = YAML(typ="safe", pure=True).load(text)
        HubBlock.model_validate(data)
        assert shape_errors(data, json_schema(), json_schema()) == []
    wrong = {"hub": "a", "systems": {"x": {"connector": 1}}, "mod": "live", "fields": {"a.b": {"at": {"x": 1}}}}
    assert len(shape_errors(wrong, json_schema(), json_schema())) == 3


def test_the_page_is_the_grammar() -> None:
    shipped = (ROOT / "docs" / "hub-yaml.md").read_text(encoding="utf-8")
    assert shipped == page(), "write it again: page.page()"
    assert "None" not in shipped


def examples() -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", page(), flags=re.DOTALL)


@pytest.mark.parametrize("text", examples(), ids=["short", "long"])
def test_every_example_of_the_page_loads(text: str) -> None:
    assert loaded(text).declaration.name == "acme"


def test_the_keys_at_a_path() -> None:
    assert {"hub", "systems"} <= keys_at(())
    assert {"when", "value"} <= keys_at(("on_create", "order", "odoo", "x", 0))
    assert {"read", "write"} <= keys_at(("fields", "a.b", "at", "odoo", 1))
    assert keys_at(("zone", "x")) == frozenset()


def test_each_line_says_where_it_came_from() -> None:
    lines = {line.path: line for line in explain(loaded(FULL, expand_pattern=expand))}
    assert told(lines["mode"]) == ("read-only", "hub.yaml:2")
    assert told(lines["systems.hubspot.mode"]) == ("read-only", "hub.yaml:2")
    assert told(lines["systems.odoo.secret"]) == ("***", "hub.yaml:8")
    assert told(lines["systems.hubspot.secret"]) == ("vault", "hub.yaml:6")
    assert told(lines["systems.odoo.database"]) == ("acme", "hub.yaml:7")
    assert told(lines["fields.account.name.truth"]) == ("odoo", "hub.yaml:32")
    assert told(lines["fields.account.name.type"]) == ("text", "pattern crm-erp (hub.yaml:14)")
    assert told(lines["fields.account.name.policy"]) == ("truth", "hub.yaml:32")
    assert told(lines["fields.account.name.differ"]) == ("truth", "hub.yaml:18")
    assert told(lines["fields.account.vat_id.policy"]) == ("last-write-wins", "default")
    assert told(lines["fields.account.vat_id.differ"]) == ("ask", "default")
    assert told(lines["fields.account.payment_risk.at.hubspot"]) == ("company.payment_risk (written)", "hub.yaml:36")
    assert told(lines["fields.contact.marketing_consent.exempt"]) == ("true", "pattern crm-erp (hub.yaml:14)")
    assert told(lines["entities.contact.mode"]) == ("approve", "hub.yaml:39")
    assert told(lines["entities.contact.settle_after"]) == ("30 s", "hub.yaml:39")
    assert told(lines["entities.contact.on_delete.mailchimp"]) == ("unlink", "hub.yaml:39")
    assert told(lines["entities.account.settle_after"]) == ("0 s", "default")
    assert told(lines["alerts.conflict_rate.above"]) == ("3%", "hub.yaml:48")
    assert told(lines["alerts.delay.above"]) == ("900 s", "default")
    assert told(lines["create.account.odoo"]) == ("won_deals > 0", "hub.yaml:20")
    assert told(lines["events.ticket.escalated"]) == ("priority = 'urgent'", "pattern crm-support (hub.yaml:15)")
    assert told(lines["rules.escalation_reaches_the_seller"]) == ("ticket.escalated", "hub.yaml:41")
    assert told(lines["first_sync.match.contact"]) == ("email", "hub.yaml:17")
    assert told(lines["brakes.delete.share"]) == ("5%", "default")


def test_what_a_variable_holds_is_not_explained() -> None:
    text = (
        "hub: a\nsystems:\n  x: {connector: open, url: 'https://${HOST}', key_file: '${FILE}', api_key: '${KEY}'}\n"
        "fields:\n  contact.a: {type: text, at: {x: thing.a}}\ncreate: {contact: {x: true}}\n"
        "on_create: {contact: {x: {b: 1, c: [{when: a = 'x', value: 2}]}}}\n"
        "entities: {contact: {on_delete: ask, fields: {d: {type: text, at: {x: {field: thing.d, only: read}}}}}}\n"
        "examples: {one: {entity: contact, given: {x: {a: b}}, expect: {}}}\n"
    )
    environment = {"HOST": "hidden.example", "FILE": "hidden", "KEY": "hidden"}
    lines = {line.path: line for line in explain(loaded(text, environment=environment))}
    assert "hidden" not in repr(lines)
    assert told(lines["systems.x.url"]) == ("https://${HOST}", "hub.yaml:3")
    assert told(lines["on_create.contact.x.b"]) == ("1", "hub.yaml:7")
    assert told(lines["on_create.contact.x.c"]) == ("2", "hub.yaml:7")
    assert told(lines["entities.contact.fields.d.at.x"]) == ("thing.d (read)", "hub.yaml:8")
    assert told(lines["entities.contact.on_delete.x"]) == ("ask", "hub.yaml:8")
    assert told(lines["examples.one"]) == ("contact", "hub.yaml:9")


def test_nothing_declared_is_all_default() -> None:
    lines = explain(loaded(HEAD))
    assert {line.source for line in lines if not line.path.startswith(("hub", "systems"))} == {"default"}


def told(line: Line) -> tuple[str, str]:
    return line.value, line.source


def shape_errors(data: Any, node: Any, schema: Any) -> list[str]:
    """As much of JSON Schema as our schema uses."""
    node = schema["$defs"][node["$ref"].rsplit("/", 1)[-1]] if "$ref" in node else node
    for choice in ("anyOf", "oneOf"):
        if choice in node:
            found = [shape_errors(data, one, schema) for one in node[choice]]
            return [] if [] in found else found[-1] or ["none fits"]
    types = {"string": str, "object": dict, "array": list, "boolean": bool, "integer": int, "number": (int, float)}
    allowed = node.get("type", [])
    named = [allowed] if isinstance(allowed, str) else allowed
    fits = not named or any(data is None if one == "null" else isinstance(data, types[one]) for one in named)
    if not fits or ("enum" in node and data not in node["enum"]):
        return [f"{data!r} is none of {node}"]
    if isinstance(data, list):
        return [error for one in data for error in shape_errors(one, node.get("items", {}), schema)]
    if not isinstance(data, dict):
        return []
    errors = [f"{key} is missing" for key in node.get("required", ()) if key not in data]
    for key, value in data.items():
        inner = node.get("properties", {}).get(key) or next(iter(node.get("patternProperties", {}).values()), None)
        other = node.get("additionalProperties", True)
        if inner is not None or isinstance(other, dict):
            errors += shape_errors(value, inner or other, schema)
        elif other is False:
            errors.append(f"{key} is unknown")
    return errors
