"""The program starts at once, says what it cannot do and what to type next, and its exit code means something."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.main import get_command

from syncline.cli.main import program

ROOT = Path(__file__).resolve().parents[2]
PROSE = {"master", "import"}
"""What follows the name where it is no command."""
FOLLOWS = {"settles", "lists", "shows", "says", "and", "or", "has", "of", "does", "puts", "where"}
"""What follows a command in a sentence."""
HEAVY = ("sqlalchemy", "httpx2", "pydantic", "sqlglot", "uvicorn", "phonenumbers", "cryptography", "msgspec", "rich")


def syncline(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "syncline", *words], capture_output=True, text=True, timeout=60, check=False
    )


def test_help_loads_the_command_library_and_nothing_else() -> None:
    code = (
        "import sys; sys.argv = ['syncline', '--help']\n"
        "from syncline.cli.main import program\n"
        "try:\n program()()\n"
        "except SystemExit as end:\n assert end.code == 0\n"
        f"print('loaded:', *[name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.rstrip().endswith("loaded:"), done.stdout
    assert "sandbox" in done.stdout


def words_of_all() -> list[tuple[str, ...]]:
    """Every command, and every word of those that have some."""
    found: list[tuple[str, ...]] = []
    for name, command in get_command(program()).commands.items():  # type: ignore[attr-defined]
        found.append((name,))
        found += [(name, word) for word in getattr(command, "commands", {})]
    return found


def test_the_help_of_every_command_loads_nothing_heavy_either() -> None:
    # the command library itself loads pydantic where a command has options
    code = (
        "import sys\n"
        "from syncline.cli.main import program\n"
        f"for words in {words_of_all()!r}:\n"
        " sys.argv = ['syncline', *words, '--help']\n"
        " try:\n  program()()\n"
        " except SystemExit as end:\n  assert end.code == 0, words\n"
        f" loaded = [name for name in {[name for name in HEAVY if name != 'pydantic']!r} if name in sys.modules]\n"
        " assert not loaded, (words, loaded)\n"
        "print('all of them')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().endswith("all of them")


def test_every_command_that_a_message_names_is_there() -> None:
    known = {" ".join(words) for words in words_of_all()}
    alone = {words[0] for words in words_of_all() if len(words) == 1}
    families = {words[0] for words in words_of_all() if len(words) == 2}
    named = set()
    for file in (ROOT / "src").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        named |= set(re.findall(r"[`\"' ]syncline ([a-z]+(?: [a-z]+)?)(?![a-z.\-_])", text))
    for page in [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]:
        named |= set(re.findall(r"`syncline ([a-z]+(?: [a-z]+)?)", page.read_text(encoding="utf-8")))
    assert len(named) > 20
    for words in named:
        first, _, second = words.partition(" ")
        if first in PROSE:
            continue
        assert first in alone, f"syncline {words}"
        if first in families and second and f"{first} {second}" not in known:
            assert second in FOLLOWS, f"syncline {words}"


def test_help_is_there_at_once() -> None:
    took = []
    for _ in range(3):
        begun = time.perf_counter()
        assert syncline("--help").returncode == 0
        took.append(time.perf_counter() - begun)
    assert min(took) < 1.5, "0.3 s on a quiet machine"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sandbox",), "syncline sandbox hubspot odoo"),
        (("sandbox", "hubspt"), "There is no sandbox hubspt."),
        (("sandbox", "odoo", "--port", "99999"), "--port"),
        (("nonsense",), "nonsense"),
    ],
)
def test_what_cannot_be_is_said_with_the_next_thing_to_type(words: tuple[str, ...], said: str) -> None:
    done = syncline(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_of_the_demo_that_is_taken_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        words = (sys.executable, "-m", "syncline", "demo", "--port", port)
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[0].startswith(f"Port {port} cannot be used: ")
    assert "syncline demo" in done.stderr.splitlines()[1]
