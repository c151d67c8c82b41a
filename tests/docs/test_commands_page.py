"""docs/commands.md is what the program says of itself."""

from __future__ import annotations

from pathlib import Path

from typer.main import get_command

from syncline.cli.main import program
from syncline.cli.page import commands, page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "commands.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m syncline.cli.page"


def test_every_command_and_every_option_of_its_own_has_a_sentence() -> None:
    found = list(commands(get_command(program()), "syncline"))
    assert len(found) > 30
    for name, command in found:
        assert command.help, name
        for one in command.params:
            assert one.name == "help" or one.help, f"{name} {one.name}"
