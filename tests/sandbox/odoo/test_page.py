"""docs/sandbox.md says what the Odoo sandbox has."""

import re
from pathlib import Path

import pytest

from syncline.sandbox.odoo import logins
from syncline.sandbox.odoo.hooks import TRIGGERS
from syncline.sandbox.odoo.invoke import ON_MODEL, ON_ROWS
from syncline.sandbox.odoo.models import models_of
from syncline.sandbox.odoo.screens import ACTS
from syncline.sandbox.odoo.vendor import VERSIONS

PAGE = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text(encoding="utf-8").partition("## Odoo")[2]
METHODS = {*ON_MODEL, *ON_ROWS} | {
    name for model in models_of(19).values() for name in (*model.on_model, *model.on_rows)
}


@pytest.mark.parametrize(
    "what",
    [*sorted(METHODS), *TRIGGERS, *(f"{name} {{" for name in ACTS), *map(str, VERSIONS), *logins.LOGINS.values()],
)
def test_the_page_names(what: str) -> None:
    assert re.search(rf"`{re.escape(what)}", PAGE)


def test_the_page_tells_the_keys_and_the_database() -> None:
    assert logins.KEYS[logins.ADMIN] == "a1b2c3d4e5" * 4
    assert logins.KEYS[logins.SELLER] == "5e4d3c2b1a" * 4
    assert f"| `database` | `{logins.DATABASE}` |" in PAGE
    for key in ("a1b2c3d4e5", "5e4d3c2b1a"):
        assert f"`{key}` four times" in PAGE
