"""A person lets the hub into HubSpot: over the sandbox's own page, on real sockets, with a client for a browser."""

from __future__ import annotations

import html
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from served_hub import SECRETS, Folder, served

pytestmark = [pytest.mark.outside, pytest.mark.slow]
SECONDS = 60
SECRET = "sandbox-secret"
FIELD = re.compile(r'name="(\w+)" value="([^"]*)"')


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with served(tmp_path) as found:
        page = f"{found.addresses['hubspot']}/oauth/authorize"
        app = f"client_id: sandbox-client\n    client_secret: vault\n    authorize: {page}"
        found.change(("secret: ${HUBSPOT_TOKEN}", app), ("mode: live", "mode: read-only"))
        assert (
            found.typed("connect", "hubspot", "--name", "client_secret", "--token-stdin", stdin=SECRET).returncode == 0
        )
        yield found


# ---- the browser
def call(method: str, address: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Status, where it points, and the text. A redirect is not followed."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        body = urlencode(form) if form is not None else None
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, target, body, {"content-type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        return answer.status, answer.headers.get("location", ""), answer.read().decode()
    finally:
        connection.close()


def pressed(address: str, button: str) -> tuple[int, str]:
    """Opens the page that the command named, and presses one of its buttons."""
    status, _, text = call("GET", address)
    assert status == 200, text
    form = {name: html.unescape(value) for name, value in FIELD.findall(text) if name != "answer"}
    parts = urlsplit(address)
    status, to, _ = call("POST", f"http://{parts.netloc}{parts.path}", {**form, "answer": button})
    return status, to


# ---- the command
class Asking:
    """`syncline connect hubspot`, up to the page that it names."""

    def __init__(self, folder: Folder, *words: str) -> None:
        env = {name: value for name, value in os.environ.items() if name not in SECRETS}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "syncline", "connect", "hubspot", *words], cwd=folder.path, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**env, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        self.said = ""
        self.page = self.until(rf"({re.escape(folder.addresses['hubspot'])}/oauth/authorize\S+)")

    def until(self, pattern: str) -> str:
        assert self.process.stderr is not None
        alarm = threading.Timer(SECONDS, self.process.kill)
        alarm.start()
        try:
            for line in self.process.stderr:
                self.said += line
                if found := re.search(pattern, line):
                    return found[1]
        finally:
            alarm.cancel()
        raise AssertionError(f"it ended: {self.said}")

    def ended(self) -> tuple[int, str, str]:
        """Exit, stdout and all of stderr."""
        out, err = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, out, self.said + err


@contextmanager
def asking(folder: Folder, *words: str) -> Iterator[Asking]:
    found = Asking(folder, *words)
    try:
        yield found
    finally:
        if found.process.poll() is None:
            found.process.kill()
            found.process.communicate()


def kept(folder: Folder) -> set[str]:
    return {one["name"] for one in json.loads(folder.typed("vault", "--json").stdout)}


def test_a_person_consents_in_a_browser_and_the_hub_is_let_in(folder: Folder) -> None:
    with asking(folder, "--port", "0") as command:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(command.page).query).items()}
        assert asked["code_challenge_method"] == "S256"
        assert "crm.objects.companies.read" in asked["scope"].split()
        assert not [one for one in asked["scope"].split() if one.endswith("write")], "the mode is read-only"
        back = asked["redirect_uri"]
        assert call("GET", f"{back}?code=theirs&state=forged")[0] == 400, "somebody else's comes first"
        status, to = pressed(command.page, "allow")
        assert (status, to.startswith(back)) == (302, True)
        assert call("GET", to)[0] == 200
        code, out, err = command.ended()
    assert code == 0, err
    assert "a sandbox" in out
    assert "user@example.test" in out
    assert kept(folder) == {"client_secret", "oauth"}
    worth = parse_qs(urlsplit(to).query)["code"][0]
    files = b"".join(one.read_bytes() for one in (folder.path / ".syncline").iterdir())
    for secret in (worth, SECRET, "access-000001", "sandbox-refresh"):
        assert secret not in out + err
        assert secret.encode() not in files
    checked = folder.run("check")
    assert checked.returncode == 0, checked.stderr
    folder.change(("mode: read-only", "mode: live"))
    lacking = folder.run("check")
    assert lacking.returncode == 1
    assert "its token lacks crm.objects.companies.write" in lacking.stderr
    assert "syncline connect hubspot" in lacking.stderr.splitlines()[-1]


def test_the_address_is_pasted_where_there_is_no_browser(folder: Folder) -> None:
    with asking(folder, "--paste", "--token-stdin", "--json") as command:
        _, to = pressed(command.page, "allow")
        assert to.startswith("http://localhost:8765/connected?")
        assert command.process.stdin is not None
        command.process.stdin.write(f"{to}\n")
        command.process.stdin.flush()
        code, out, err = command.ended()
    assert code == 0, err
    told = json.loads(out)
    assert (told["account"]["environment"], told["account"]["id"]) == ("sandbox", "hubspot 1")
    assert "crm.objects.companies.write" in told["rights"]["later"]
    assert "oauth" in kept(folder)


@pytest.mark.parametrize(
    ("pasted", "said"),
    [("http://localhost:8765/connected?code=x&state=forged", "not what came back"), ("", "Nothing was pasted"),
     ("http://localhost:8765/connected", "not what came back"), ("code-canary", "does not take the code")],
)  # fmt: skip
def test_what_did_not_come_of_this_consent_is_worth_nothing(folder: Folder, pasted: str, said: str) -> None:
    done = folder.typed("connect", "hubspot", "--paste", "--token-stdin", stdin=f"{pasted}\n")
    assert done.returncode != 0
    assert said in done.stderr
    assert "syncline connect hubspot" in done.stderr.splitlines()[-1]
    assert "oauth" not in kept(folder)
    assert "canary" not in done.stderr


def test_a_code_that_came_too_late_says_what_to_do(folder: Folder) -> None:
    with asking(folder, "--paste", "--token-stdin") as command:
        _, to = pressed(command.page, "allow")
        folder.sandboxes["hubspot"].clock.advance(601)
        assert command.process.stdin is not None
        command.process.stdin.write(f"{to}\n")
        command.process.stdin.flush()
        code, _, err = command.ended()
    assert code == 1
    assert "it has expired" in err
    assert "Nothing was kept" in err
    assert "oauth" not in kept(folder)


def test_a_consent_that_was_denied_says_so(folder: Folder) -> None:
    with asking(folder, "--port", "0") as command:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(command.page).query).items()}
        assert pressed(command.page, "cancel")[0] == 200, "HubSpot itself sends nothing then"
        assert call("GET", f"{asked['redirect_uri']}?error=access_denied&state={asked['state']}")[0] == 200
        code, _, err = command.ended()
    assert code == 1
    assert "access_denied" in err
    assert "oauth" not in kept(folder)


def test_nobody_consents_and_the_remedy_is_named(folder: Folder) -> None:
    done = folder.typed("connect", "hubspot", "--port", "0", "--wait", "1")
    assert done.returncode == 1
    assert "Nobody consented within 1 s" in done.stderr
    assert "--paste" in done.stderr.splitlines()[-1]


def test_ctrl_c_keeps_nothing(folder: Folder) -> None:
    with asking(folder, "--port", "0") as command:
        command.until("(Ctrl-C stops it)")
        command.process.send_signal(signal.SIGINT)
        code, _, err = command.ended()
    assert code == 130
    assert "nothing was kept" in err
    assert "Traceback" not in err
    assert "oauth" not in kept(folder)


def test_a_wrong_secret_of_the_app_is_said(folder: Folder) -> None:
    folder.typed("connect", "hubspot", "--name", "client_secret", "--token-stdin", stdin="wrong")
    with asking(folder, "--port", "0") as command:
        call("GET", pressed(command.page, "allow")[1])
        code, _, err = command.ended()
    assert code == 1
    assert "client_secret` right?" in err
    assert "wrong" not in err


def test_an_address_elsewhere_is_pasted_and_never_listened_on(folder: Folder) -> None:
    done = folder.typed("connect", "hubspot", "--redirect", "https://acme.example/back", "--wait", "1")
    assert done.returncode == 2
    assert "--paste --redirect https://acme.example/back" in done.stderr.splitlines()[-1]
