"""`syncline init`: what it writes is right at once, each example of it too, and nothing is written over."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from syncline import app
from syncline.cli.main import program
from syncline.config.load import Loaded

SECRETS = {"HUBSPOT_TOKEN": "pat-7", "ODOO_API_KEY": "a1b2c3d4e5" * 4, "A_API_KEY": "k", "B_API_KEY": "l"}


def run(*words: str) -> Any:
    return CliRunner().invoke(program(), list(words))


def init(folder: Path, *words: str) -> str:
    """What was written to hub.yaml."""
    file = folder / "hub.yaml"
    done = run("init", *words, "--hub", str(file))
    assert done.exit_code == 0, done.stderr
    return file.read_text(encoding="utf-8")


def declared(text: str) -> Loaded:
    return app.declared(text, SECRETS)


@pytest.mark.parametrize("words", [(), ("crm-erp",), ("crm-erp", "--system", "hubspot=hubspot")])
def test_a_first_file_is_hubspot_and_odoo_by_the_pattern_and_only_looks(tmp_path: Path, words: tuple[str, ...]) -> None:
    found = declared(init(tmp_path, *words)).declaration
    assert found.mode == "read-only"
    assert {name: one.roles for name, one in found.systems.items()} == {"hubspot": ("crm",), "odoo": ("erp",)}
    assert {"account", "deal", "order", "invoice"} <= set(found.entities)


def test_it_passes_check_with_its_variables_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    init(tmp_path)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    done = run("check", "--offline", "--hub", str(tmp_path / "hub.yaml"))
    assert done.exit_code == 0, done.stderr
    monkeypatch.delenv("ODOO_API_KEY")
    done = run("check", "--offline", "--hub", str(tmp_path / "hub.yaml"))
    assert done.exit_code == 2
    assert "ODOO_API_KEY" in done.stderr


def test_every_variable_of_it_stands_in_the_example_and_no_secret(tmp_path: Path) -> None:
    text = init(tmp_path)
    example = (tmp_path / ".env.example").read_text(encoding="utf-8")
    names = set(re.findall(r"\$\{([A-Z_]+)\}", text))
    assert names == set(re.findall(r"^([A-Z_]+)=$", example, flags=re.MULTILINE)) == {"HUBSPOT_TOKEN", "ODOO_API_KEY"}
    assert not (tmp_path / ".env").exists()


def examples(text: str) -> list[str]:
    """The parts that are commented out, each without its `# `: they begin at the margin."""
    lines = text.partition("take the `# ` away:\n")[2].splitlines()
    found: list[str] = []
    for line in (each.removeprefix("# ") for each in lines if each):
        if not line.startswith(" "):
            found.append("")
        found[-1] += f"{line}\n"
    return found


def test_each_example_may_be_taken_in_as_it_stands(tmp_path: Path) -> None:
    text = init(tmp_path)
    several = examples(text)
    assert len(several) >= 6
    for one in (*several, "".join(several)):
        assert declared(text + one).declaration != declared(text).declaration


def test_for_sandboxes_all_is_there_to_try_at_once(tmp_path: Path) -> None:
    text = init(tmp_path, "--sandbox")
    file = tmp_path / ".env"
    assert file.stat().st_mode & 0o777 == 0o600
    environment = dict(line.split("=") for line in file.read_text().splitlines() if "=" in line)
    found = app.declared(text, environment).declaration
    assert [one.url for one in found.systems.values()] == ["http://127.0.0.1:8700", "http://127.0.0.1:8701"]
    assert found.allow == ("127.0.0.1:8700", "127.0.0.1:8701")
    assert found.systems["odoo"].options == {"database": "sandbox", "login": "admin"}
    assert found.mode == "read-only"
    done = run("check", "--offline", "--hub", str(tmp_path / "hub.yaml"))
    assert done.exit_code == 0, done.stderr


def test_nothing_is_written_over_unless_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / ".env.example").write_text("MINE=1\n")
    done = run("init", "--hub", str(tmp_path / "hub.yaml"))
    assert done.exit_code == 2
    assert "exists already; nothing was written" in done.stderr
    assert "syncline init --force" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == [".env.example"]
    init(tmp_path, "--force")
    assert "MINE" not in (tmp_path / ".env.example").read_text()


def test_two_of_one_kind_take_the_roles_that_are_free(tmp_path: Path) -> None:
    found = declared(init(tmp_path, "crm-erp", "--system", "a=odoo", "--system", "b=odoo")).declaration
    assert {name: one.roles for name, one in found.systems.items()} == {"a": ("erp",), "b": ("crm",)}


def test_systems_alone_are_a_hub_without_a_pattern(tmp_path: Path) -> None:
    text = init(tmp_path, "--system", "hubspot=hubspot")
    assert "patterns:" not in text
    assert list(declared(text).declaration.systems) == ["hubspot"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("crm-rep",), "did you mean `crm-erp`?"),
        (("--system", "odoo"), "'odoo' is no NAME=CONNECTOR"),
        (("--system", "vault=odoo"), "'vault=odoo' is no NAME=CONNECTOR"),
        (("--system", "books=oddo"), "did you mean `odoo`?"),
        (("--system", "a=odoo", "--system", "a=hubspot"), "two systems 'a'"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = run("init", *words, "--hub", str(tmp_path / "hub.yaml"))
    assert done.exit_code == 2
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_as_data(tmp_path: Path) -> None:
    done = run("init", "--json", "--hub", str(tmp_path / "hub.yaml"))
    told = json.loads(done.stdout)
    assert [Path(one).name for one in told["wrote"]] == ["hub.yaml", ".env.example"]
    assert "syncline check" in told["next"]
