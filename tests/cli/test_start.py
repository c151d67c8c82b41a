"""The program starts at once, says what it cannot do and what to type next, and its exit code means something."""

from __future__ import annotations

import socket
import subprocess
import sys
import time

import pytest

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
