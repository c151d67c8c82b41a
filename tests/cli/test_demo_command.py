"""The demo ends in agreement but for the planted cases, says so, says if not, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from syncline.cli.demo_planted import PLANTED
from syncline.cli.demo_script import DEEDS, script

SECONDS = 20
AT_MOST_SECONDS = SECONDS + 20
SABOTAGED = """
from syncline.cli import demo_play
def sabotage(sellers, office):
    contacts = sellers.objects("contacts", ["email"]).items()
    (contact,) = (rid for rid, row in contacts if row["email"] == "contact16@example.test")
    sellers.change("contacts", contact, {"jobtitle": "Nobody told the hub"})
raise SystemExit(0 if demo_play.play(seconds=10, port=0, seed=3, picture=False, echo=print, sabotage=sabotage) else 1)
"""


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "syncline", "demo", *arguments]


def environment(folder: Path) -> dict[str, str]:
    """Temporary files go to a folder of the test's own, so that it sees what is left of them."""
    return {**os.environ, "TMPDIR": str(folder), "COLUMNS": "80"}


def free_ports() -> int:
    """Two in a row that nobody listens on."""
    for port in range(18_700, 19_700, 2):
        with socket.socket() as one, socket.socket() as other:
            try:
                one.bind(("127.0.0.1", port))
                other.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    raise AssertionError("no two free ports")


def is_free(port: int) -> bool:
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return one.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.slow
def test_all_agrees_but_exactly_the_planted_cases(tmp_path: Path) -> None:
    port, began = free_ports(), time.monotonic()
    done = subprocess.run(
        command("--seconds", str(SECONDS), "--headless", "--port", str(port)), capture_output=True, text=True,
        timeout=120, check=False, env=environment(tmp_path), start_new_session=True,
    )  # fmt: skip
    said = done.stdout
    assert done.returncode == 0, said + done.stderr
    assert time.monotonic() - began < AT_MOST_SECONDS + 10  # for the start of the program on a busy machine
    assert re.search(rf"All \d+ fields of \d+ records agree, except exactly the {len(PLANTED)} planted cases\.", said)
    assert "WRONG" not in said
    assert "Traceback" not in said + done.stderr
    assert done.stderr == ""
    assert "\x1b" not in said
    for one in PLANTED:
        assert one.told in " ".join(said.split()), one.told
    summary = said[said.index("What people did") :]
    assert summary.count("why: ") == summary.count("do:  ") == len(PLANTED)
    assert re.findall(r"(\d+) refused", " ".join(summary.split())) == ["0", "0"]
    assert max(len(line) for line in summary.splitlines()) <= 80
    assert "pat-sandbox" not in said
    assert list(tmp_path.iterdir()) == []
    assert is_free(port)
    assert is_free(port + 1)


@pytest.mark.slow
def test_a_difference_that_nobody_planted_is_named(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SABOTAGED], capture_output=True, text=True, timeout=120, check=False,
        env=environment(tmp_path),
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert "WRONG  differs: contact Contact 16, job_title: Nobody told the hub in HubSpot" in done.stdout
    assert "Not as it should be: one thing" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("early", [True, False])
def test_ctrl_c_ends_it_with_the_same_summary(tmp_path: Path, early: bool) -> None:
    with subprocess.Popen(
        command("--headless"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(tmp_path)
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if early or ": Deal 1 is won" in line:
                break
        child.send_signal(signal.SIGINT)
        said, errors = child.communicate(timeout=60)
    assert child.returncode == 0, said + errors
    assert errors == ""
    assert re.search(r"All \d+ fields of \d+ records agree", said)
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            command("--port", str(port)), capture_output=True, text=True, timeout=60, check=False,
            env=environment(tmp_path),
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == f"Port {port} cannot be used: Address already in use.\n  syncline demo --port {port + 100}\n"
    assert list(tmp_path.iterdir()) == []


# ---- what people do
@pytest.mark.parametrize("seconds", [7.0, 14.0, 42.0, 300.0])
def test_the_script_is_the_same_for_the_same_seed_and_has_all_in_it(seconds: float) -> None:
    one, other, another = (list(script(Random(seed), seconds)) for seed in (1, 1, 2))
    assert one == other
    assert one != another
    assert [at for at, _ in one] == sorted(at for at, _ in one)
    assert one[-1][0] <= seconds
    whats = [what for _, what in one]
    assert [what for what in whats if what in PLANTED] == list(PLANTED)
    if seconds >= 14.0:
        assert {deed for deed, _ in DEEDS} <= set(whats)


def test_a_script_without_an_end_has_each_planted_case_once() -> None:
    endless = script(Random(1), None)
    whats = [next(endless)[1] for _ in range(400)]
    assert [what for what in whats if what in PLANTED] == list(PLANTED)
