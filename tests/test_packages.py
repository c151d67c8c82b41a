"""What is installed with Syncline: few packages, and each that it asks for is used."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
MOST = 45
IMPORTED_AS = {"google-re2": "re2", "ruamel-yaml": "ruamel"}
"""Modules under another name than their package's."""


def closure(needed: Iterable[str]) -> set[str]:
    """These requirements, and what they require in turn on this machine, as installed."""
    found: set[str] = set()
    waiting = [Requirement(one) for one in needed]
    asked: set[tuple[str, str]] = set()
    while waiting:
        one = waiting.pop()
        name = canonicalize_name(one.name)
        for extra in ("", *one.extras):
            if (name, extra) in asked:
                continue
            asked.add((name, extra))
            for inner in map(Requirement, metadata.requires(name) or ()):
                if inner.marker is None or inner.marker.evaluate({**default_environment(), "extra": extra}):
                    waiting.append(inner)
        found.add(name)
    return found


def locked() -> set[str]:
    return {line.partition("==")[0] for line in LOCK.splitlines() if "==" in line and not line.startswith((" ", "#"))}


def imported() -> set[str]:
    """The top-level modules that the package imports, wherever in a file."""
    found: set[str] = set()
    for file in (ROOT / "src" / "syncline").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found


def test_the_engine_and_the_commands_need_few_packages() -> None:
    found = closure(PROJECT["dependencies"])
    assert len(found) <= MOST, f"{len(found)}: {' '.join(sorted(found))}"
    assert found <= locked(), "each of them is in the lock, with its hashes"


def test_each_package_that_is_required_is_imported() -> None:
    names, used = [canonicalize_name(Requirement(one).name) for one in PROJECT["dependencies"]], imported()
    assert [name for name in names if IMPORTED_AS.get(name, name.replace("-", "_")) not in used] == []


def test_what_a_requirement_requires_is_counted_with_its_extras_and_only_here() -> None:
    assert "h2" in closure(["httpx2[http2]"])
    assert "h2" not in closure(["httpx2"])
    assert "colorama" not in closure(["click"]) or default_environment()["platform_system"] == "Windows"
    with pytest.raises(metadata.PackageNotFoundError):
        closure(["a-package-that-nobody-has"])
