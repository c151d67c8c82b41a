"""The page about policies: each piece of a hub.yaml on it is one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from syncline import app
from syncline.config.problems import DeclarationErrors
from syncline.connectors import hubspot, odoo
from syncline.patterns.standard import standard

PAGE = Path(__file__).parents[2] / "docs" / "policies.md"
PIECES = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
ENVIRONMENT = {"HUBSPOT_TOKEN": "pat-1", "ODOO_KEY": "a1b2"}


def whole() -> dict[str, Any]:
    """Two systems and what they have in common."""
    templates = {"hubspot": hubspot.connector().template, "odoo": odoo.connector().template}
    part = standard({k: t for k, t in templates.items() if t}, ("person", "account", "contact", "product"))
    part["fields"]["account.won_deals"] = {"rollup": "count", "of": "deal"}
    part["fields"]["deal.name"] = {"type": "text", "at": {"hubspot": "deal.dealname"}}
    part["fields"]["deal.account"] = {"type": "reference", "of": "account", "at": {"hubspot": "deal.company_id"}}
    systems = {
        "hubspot": {"connector": "hubspot", "roles": ["crm"], "secret": "${HUBSPOT_TOKEN}"},
        "odoo": {
            "connector": "odoo", "roles": ["erp"], "url": "https://acme.odoo.example", "database": "acme",
            "secret": "${ODOO_KEY}", "empty_is": False,
        },
    }  # fmt: skip
    return {"hub": "acme", "mode": "live", "currency": "EUR", "systems": systems, **part}


def laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Blocks key by key, all else as a whole."""
    result = dict(below)
    for key, value in above.items():
        mine = result.get(key)
        result[key] = laid_over(mine, value) if isinstance(mine, dict) and isinstance(value, Mapping) else value
    return result


def load(folder: Path, piece: str) -> None:
    file = folder / "hub.yaml"
    with file.open("w", encoding="utf-8") as text:
        YAML().dump(laid_over(whole(), YAML(typ="safe").load(piece)), text)
    app.declared(file, ENVIRONMENT)


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.split("\n")[1].strip(" :"))
def test_each_piece_is_a_declaration(piece: str, tmp_path: Path) -> None:
    load(tmp_path, piece)
    assert len(PIECES) >= 10


def test_a_wrong_piece_would_be_seen(tmp_path: Path) -> None:
    with pytest.raises(DeclarationErrors):
        load(tmp_path, "fields:\n  product.price: {truth: nobody}\n")
