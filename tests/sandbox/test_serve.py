"""Sandboxes on real sockets."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx2
import pytest

from syncline.sandbox.remote import Remote, over_http
from syncline.sandbox.sandbox import Sandbox
from syncline.sandbox.serve import running

from .toy import TOY


@pytest.fixture
def address() -> Iterator[str]:
    with running([Sandbox(TOY, quotas=())]) as addresses:
        yield addresses[0]


@pytest.fixture
def control(address: str) -> Remote:
    return over_http(address)


@pytest.fixture
def client(address: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=address, trust_env=False, timeout=5.0) as client:
        yield client


def test_a_call_goes_through_a_socket(client: httpx2.Client, control: Remote) -> None:
    made = client.post("/notes", json={"text": "Grüße"})
    assert (made.status_code, made.json()) == (201, {"id": 1, "text": "Grüße"})
    assert "date" in made.headers
    assert client.get("/notes", params={"text": "Grüße"}).json() == [{"id": 1, "text": "Grüße"}]
    assert control.calls()["count"] == 2


def test_answers_are_not_held_back(client: httpx2.Client) -> None:
    """Where small answers wait for an acknowledgement, each takes 40 ms and these take four seconds at least."""
    began = time.monotonic()
    for _ in range(100):
        client.get("/notes/1")
    assert time.monotonic() - began < 3.5


def test_a_lost_answer_closes_the_connection_after_the_work(client: httpx2.Client, control: Remote) -> None:
    control.plant("lose-answer", count=1)
    with pytest.raises(httpx2.RemoteProtocolError):
        client.post("/notes", json={})
    assert len(control.rows("notes")) == 1
    assert client.get("/notes/1").status_code == 200


def test_a_timeout_says_nothing_until_the_caller_has_had_enough(client: httpx2.Client, control: Remote) -> None:
    control.plant("timeout", count=1)
    began = time.monotonic()
    with pytest.raises(httpx2.ReadTimeout):
        client.post("/notes", json={}, timeout=0.2)
    assert time.monotonic() - began < 3.0
    assert control.rows("notes") == []


def test_a_timeout_ends_by_itself(client: httpx2.Client, control: Remote) -> None:
    control.plant("timeout", count=1, seconds=0.2)
    with pytest.raises(httpx2.RemoteProtocolError):
        client.post("/notes", json={})


def test_a_cut_answer_ends_in_the_middle(client: httpx2.Client, control: Remote) -> None:
    control.plant("cut", count=1)
    with pytest.raises(httpx2.RemoteProtocolError, match="complete"):
        client.post("/notes", json={"text": "long enough"})
    assert len(control.rows("notes")) == 1


def test_an_empty_answer_that_is_cut_is_none(client: httpx2.Client, control: Remote) -> None:
    control.plant("cut", count=1)
    control.save("notes", {})
    with pytest.raises(httpx2.RemoteProtocolError):
        client.delete("/notes/1")
    assert control.rows("notes") == []


def test_a_slow_answer_comes_whole_in_its_time(client: httpx2.Client, control: Remote) -> None:
    control.plant("slow", count=1, seconds=0.3)
    began = time.monotonic()
    assert client.post("/notes", json={"text": "a"}).json() == {"id": 1, "text": "a"}
    assert time.monotonic() - began >= 0.25


def test_calls_at_one_time_are_counted_while_one_is_answered(client: httpx2.Client, control: Remote) -> None:
    control.ask("PUT", "quotas", [{"name": "one", "amount": 1}])
    control.plant("slow", count=1, seconds=2.0, path="/notes/1")
    with client.stream("GET", "/notes/1") as slow:
        assert slow.status_code == 404
        assert httpx2.get(client.base_url.join("notes/2"), trust_env=False).status_code == 429
    deadline = time.monotonic() + 5.0
    while client.get("/notes/2").status_code == 429 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert client.get("/notes/2").status_code == 404


def test_several_are_served_side_by_side() -> None:
    with running([Sandbox(TOY), Sandbox(TOY)]) as (one, other):
        over_http(one).save("notes", {})
        assert (len(over_http(one).rows("notes")), over_http(other).rows("notes")) == (1, [])
    with pytest.raises(httpx2.ConnectError):
        over_http(one).rows("notes")


SERVED = """
from syncline.sandbox.known import named
from syncline.sandbox.serve import serve
serve([named("hubspot"), named("hubspot")], 0, lambda line: print(line, flush=True))
"""


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("before", ["", "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"])
def test_it_serves_until_it_is_interrupted(ending: signal.Signals, before: str) -> None:
    """Also where a shell started it in the background, with Ctrl-C ignored."""
    command = [sys.executable, "-c", before + SERVED]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        lines = [process.stdout.readline().split() for _ in range(2)]
        assert [over_http(address).ask("GET", "")["vendor"] for _, address in lines] == ["hubspot", "hubspot"]
        process.send_signal(ending)
        assert process.stdout.read() == "stopped\n"
        assert process.wait(timeout=10) == 0


def test_a_port_that_is_taken_is_an_error(address: str) -> None:
    with pytest.raises(OSError, match="in use"), running([Sandbox(TOY)], port=int(address.rpartition(":")[2])):
        pytest.fail("two on one port")


def test_a_webhook_arrives_over_http(client: httpx2.Client, control: Remote) -> None:
    bodies: list[bytes] = []

    class Hear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Quiet."""

    hub = HTTPServer(("127.0.0.1", 0), Hear)
    hub.timeout = 5.0
    control.ask("POST", "hooks", {"url": f"http://127.0.0.1:{hub.server_port}/"})
    client.post("/notes", json={})
    thread = threading.Thread(target=hub.handle_request)
    thread.start()
    thread.join()
    hub.server_close()
    assert bodies == [b'{"note": 1}']
