"""Real processes that make one token, against a server where a refresh token is good once."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from vault_world import HOST, found_in, vault_in

from syncline.config.secret import Secret
from syncline.connect.door import NotAdmitted, Unreachable
from syncline.egress.consent import Token
from syncline.ledger.lease import Holder
from syncline.ledger.sql import open_ledger
from syncline.vault.tokens import LEASE_SECONDS, Kept, TokenShelf
from syncline.vault.vault import rotate_file

CHILD = """
import contextlib, json, os, sys, urllib.error, urllib.parse, urllib.request
from pathlib import Path
from syncline.config.secret import Secret
from syncline.connect.auth import OAuth2
from syncline.connect.request import Answer
from syncline.egress.consent import Client
from syncline.egress.oauth import Alone, Tokens
from syncline.ledger.secrets import open_secrets
from syncline.vault.master import from_file
from syncline.vault.tokens import TokenShelf
from syncline.vault.vault import Vault

folder, server, dies = Path(sys.argv[1]), sys.argv[2], sys.argv[3]

def post(system, address, form):
    plain = {name: one.reveal() if isinstance(one, Secret) else one for name, one in form.items()}
    asked = urllib.request.Request(server + address, urllib.parse.urlencode(plain).encode())
    try:
        with urllib.request.urlopen(asked, timeout=20) as came:
            answer = Answer(status=200, body=json.load(came))
    except urllib.error.HTTPError as error:
        answer = Answer(status=error.code, body=json.load(error))
    if dies == "before it is kept":
        print("answered", flush=True)
        os.kill(os.getpid(), 9)
    return answer

if dies == "no lock":
    TokenShelf.alone = lambda shelf, system: contextlib.nullcontext(Alone())
vault = Vault(open_secrets(folder / "hub.db"), "hub 17", lambda: from_file(folder / "master.key"))
client = Client(auth=OAuth2(token="/token", authorize=""), id="client-17", secret=Secret("client-canary"))
tokens = Tokens({"crm": client}, TokenShelf(vault, {"crm": "https://crm.example"}), post)
print("ready", flush=True)
sys.stdin.readline()
try:
    print(tokens.access("crm"), flush=True)
except Exception as error:
    print(f"{type(error).__name__}: {error}", flush=True)
"""


@dataclass
class Made:
    """What the server made. slow: seconds until it answers."""

    rotates: bool = True
    refresh: str = "refresh-canary-0"
    asked: int = 0
    url: str = ""
    turn: threading.Lock = field(default_factory=threading.Lock)
    all_came: threading.Event = field(default_factory=threading.Event)

    def answer(self, form: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        with self.turn:
            self.asked += 1
            if form["refresh_token"] != [self.refresh]:
                return 400, {"error": "invalid_grant"}
            found: dict[str, Any] = {"access_token": f"access-canary-{self.asked}", "expires_in": 1800}
            if self.rotates:
                self.refresh = found["refresh_token"] = f"refresh-canary-{self.asked}"
        self.all_came.wait(1.0)  # the others have time to come, too
        return 200, found


@contextmanager
def served(made: Made) -> Iterator[Made]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            status, body = made.answer(form)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    worker = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    worker.start()
    made.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield made
    finally:
        made.all_came.set()
        server.shutdown()
        server.server_close()
        worker.join(10)


class Child:
    """A process that waits for its sign to begin."""

    def __init__(self, folder: Path, made: Made, dies: str = "") -> None:
        command = [sys.executable, "-c", CHILD, str(folder), made.url, dies]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.said() == "ready"

    def said(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def begin(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("now\n")
        self.process.stdin.flush()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=10)


@contextmanager
def children(folder: Path, made: Made, number: int, dies: str = "") -> Iterator[list[Child]]:
    found: list[Child] = []
    try:
        found += [Child(folder, made, dies) for _ in range(number)]
        for one in found:
            one.begin()
        yield found
    finally:
        for one in found:
            one.end()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a token that has ended."""
    shelf = TokenShelf(vault_in(tmp_path), {"crm": HOST})
    ended = Token(access=Secret("access-canary-0"), refresh=Secret("refresh-canary-0"), made=0.0, ends=1800.0)
    shelf.put("crm", ended)
    shelf.vault.tables.close()
    return tmp_path


@pytest.mark.slow
def test_processes_that_come_at_once_make_one_token(folder: Path) -> None:
    # the hub's own process holds the ledger meanwhile
    with open_ledger(folder / "hub.db"), served(Made()) as made, children(folder, made, 3) as all_:
        assert [one.said() for one in all_] == ["access-canary-1"] * 3
        assert made.asked == 1
    shelf = TokenShelf(vault_in(folder), {"crm": HOST})
    token = shelf.read("crm")
    assert token is not None
    assert token.refresh == Secret("refresh-canary-1")
    assert [text for text in ("access-canary", "refresh-canary", "client-canary") if found_in(folder, text)] == []


@pytest.mark.slow
def test_processes_without_the_lock_are_found(folder: Path) -> None:
    """A broken twin: each asks as soon as it sees that the token has ended."""
    with served(Made()) as made, children(folder, made, 2, "no lock") as all_:
        assert [one.said() for one in all_] != ["access-canary-1"] * 2
        assert made.asked > 1


@pytest.mark.slow
def test_a_process_that_dies_with_the_answer_in_its_hand_and_a_refresh_token_good_once(folder: Path) -> None:
    with served(Made()) as made:
        made.all_came.set()
        with children(folder, made, 1, "before it is kept") as [dying]:
            assert dying.said() == "answered"
            assert dying.process.wait(10) == -9
        with children(folder, made, 1) as [next_one]:
            text = next_one.said()
    assert text.startswith("Expired: crm does not know us any more")
    assert "or the token that was asked for at 20" in text
    assert text.endswith("never arrived here; run `syncline connect crm`")
    assert "canary" not in text


@pytest.mark.slow
def test_a_process_that_dies_with_the_answer_in_its_hand_and_a_refresh_token_that_stays(folder: Path) -> None:
    with served(Made(rotates=False)) as made:
        made.all_came.set()
        with children(folder, made, 1, "before it is kept") as [dying]:
            assert dying.said() == "answered"
            assert dying.process.wait(10) == -9
        with children(folder, made, 1) as [next_one]:
            assert next_one.said() == "access-canary-2"


# ---- the shelf


class Clock:
    def __init__(self) -> None:
        self.now = 1e9

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_a_token_is_read_as_it_was_kept(tmp_path: Path) -> None:
    shelf = TokenShelf(vault_in(tmp_path), {"crm": HOST})
    assert shelf.read("crm") is None
    for token in (
        Token(access=Secret("a"), refresh=None, made=5.0),
        Token(access=Secret("a"), refresh=Secret("r"), made=5.0, ends=9.5, scopes=("x", "y"), lost=("y",)),
    ):
        with shelf.alone("crm") as alone:
            shelf.write("crm", token, alone)
        assert shelf.read("crm") == token
    rotate_file(shelf.vault, tmp_path / "master.key")
    assert shelf.read("crm") == token


def test_the_token_of_a_system_that_moved_is_not_used(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    TokenShelf(vault, {"crm": HOST}).put("crm", Token(access=Secret("a"), refresh=None, made=5.0))
    with pytest.raises(NotAdmitted, match="if that is right, run `syncline connect crm`"):
        TokenShelf(vault, {"crm": "https://moved.example"}).read("crm")


def test_who_slept_while_another_took_over_keeps_nothing(tmp_path: Path) -> None:
    clock = Clock()
    vault, token = vault_in(tmp_path), Token(access=Secret("a"), refresh=None, made=5.0)
    sleeper, other = (TokenShelf(vault, {"crm": HOST}, wall=clock, sleep=clock.sleep) for _ in range(2))
    with sleeper.alone("crm") as slept:
        clock.now += LEASE_SECONDS + 1
        with other.alone("crm") as alone:
            assert alone.abandoned == 1e9
            other.write("crm", token, alone)
            with pytest.raises(Unreachable, match="taken over token of crm"):
                sleeper.write("crm", Token(access=Secret("stale"), refresh=None, made=6.0), slept)
    assert sleeper.read("crm") == token


def test_nobody_waits_for_ever(tmp_path: Path) -> None:
    clock = Clock()
    vault = vault_in(tmp_path)
    shelf = TokenShelf(vault, {"crm": HOST}, wall=clock, sleep=clock.sleep)
    elsewhere = Holder(owner="syncline", host="another machine", process="7@1")
    with vault.tables.unit() as unit:
        unit.take("token of crm", elsewhere, clock(), LEASE_SECONDS)
    began = clock()
    with pytest.raises(Unreachable, match="process 7 on another machine has been making"), shelf.alone("crm"):
        raise AssertionError("it is not ours")
    assert 30 <= clock() - began < 31


def test_nothing_that_is_shown_holds_a_token(tmp_path: Path) -> None:
    shelf = TokenShelf(vault_in(tmp_path), {"crm": HOST})
    shelf.put("crm", Token(access=Secret("access-canary"), refresh=Secret("refresh-canary"), made=5.0))
    with shelf.alone("crm") as alone:
        assert "canary" not in f"{shelf!r} {shelf.read('crm')!r} {alone!r}"
    assert repr(Kept("access-canary", None, 0.0, None, (), ())) == "Kept(***)"
    assert found_in(tmp_path, "access-canary") == found_in(tmp_path, "refresh-canary") == []
