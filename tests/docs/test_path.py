"""The reading tour leads to the lines it speaks of."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def relink() -> ModuleType:
    """docs/relink.py, which is no package."""
    spec = importlib.util.spec_from_file_location("relink", DOCS / "relink.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_link_of_the_tour_leads_to_its_line() -> None:
    text = (DOCS / "path-of-a-record.md").read_text(encoding="utf-8")
    assert relink().relinked(text, DOCS) == text, "run: python docs/relink.py"
    assert text.count("#L") > 30


def test_a_name_that_is_gone_is_told() -> None:
    with pytest.raises(LookupError, match="nobody"):
        relink().relinked("[`nobody`](../src/syncline/sync/hub.py#L1)", DOCS)
