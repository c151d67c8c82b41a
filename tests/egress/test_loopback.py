"""The page that a browser comes back to: for one consent, whoever else asks, and nothing it is told is said again."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator, Mapping

import pytest

from syncline.egress.address import Forbidden
from syncline.egress.loopback import Loopback, listening

pytestmark = pytest.mark.outside
REDIRECT = "http://localhost:0/connected"
SECONDS = 5.0


class Heard:
    """Takes what has the state `mine`."""

    def __init__(self) -> None:
        self.all: list[Mapping[str, str]] = []

    def __call__(self, given: Mapping[str, str]) -> bool:
        self.all.append(given)
        return given.get("state") == "mine"


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def open_page(heard: Heard) -> Iterator[Loopback]:
    with listening(REDIRECT, heard) as found:
        yield found


def asked(page: Loopback, target: str, *, method: str = "GET", host: str | None = None) -> tuple[int, str]:
    port = port_of(page)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request(method, target, headers={"host": host or f"localhost:{port}"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def port_of(page: Loopback) -> int:
    return int(page.address.rpartition(":")[2].partition("/")[0])


def test_what_is_ours_ends_it_and_is_not_said_back(open_page: Loopback, heard: Heard) -> None:
    assert open_page.address.startswith("http://localhost:")
    assert open_page.address.endswith("/connected")
    status, text = asked(open_page, "/connected?code=canary-17&state=mine&x=")
    assert status == 200
    assert "canary" not in text
    assert open_page.wait(SECONDS)
    assert heard.all == [{"code": "canary-17", "state": "mine", "x": ""}]


def test_what_is_not_ours_is_answered_and_it_goes_on_waiting(open_page: Loopback, heard: Heard) -> None:
    assert asked(open_page, "/connected?code=theirs&state=forged")[0] == 400
    assert asked(open_page, "/connected")[0] == 400
    assert asked(open_page, "/favicon.ico")[0] == 404
    assert asked(open_page, "/connected?state=mine", method="POST")[0] == 501
    assert not open_page.ended.is_set()
    assert asked(open_page, "/connected?code=1&state=mine")[0] == 200
    assert open_page.ended.is_set()
    assert asked(open_page, "/connected?code=2&state=mine")[0] == 400, "it is good once"
    assert [one.get("code") for one in heard.all] == ["theirs", None, "1"]


def test_a_name_that_somebody_else_leads_here_is_not_answered(open_page: Loopback, heard: Heard) -> None:
    port = port_of(open_page)
    for host in (f"evil.example:{port}", "localhost", f"localhost:{port + 1}", "evil.example"):
        assert asked(open_page, "/connected?state=mine", host=host)[0] == 421
    assert heard.all == []
    assert asked(open_page, "/connected?state=mine", host=f"127.0.0.1:{port}")[0] == 200


def test_a_connection_that_says_nothing_holds_up_no_other(open_page: Loopback) -> None:
    with socket.create_connection(("127.0.0.1", port_of(open_page)), SECONDS):
        assert asked(open_page, "/connected?state=mine")[0] == 200


def test_nothing_is_printed(open_page: Loopback, capfd: pytest.CaptureFixture[str]) -> None:
    asked(open_page, "/connected?code=canary-17&state=forged")
    with socket.create_connection(("127.0.0.1", port_of(open_page)), SECONDS) as raw:
        raw.sendall(b"\x00 canary-17\r\n\r\n")
        raw.recv(1000)
    with socket.create_connection(("127.0.0.1", port_of(open_page)), SECONDS) as raw:
        raw.sendall(b"GET /connected?code=canary-17&state=mine HTTP/1.1\r\n")
    assert asked(open_page, "/connected?state=mine")[0] == 200
    assert capfd.readouterr() == ("", "")


def test_it_listens_on_this_machine_only_and_ends_with_the_block(heard: Heard) -> None:
    with listening(REDIRECT, heard) as page:
        port = port_of(page)
        assert not page.wait(0.01), "nobody came"
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), SECONDS):
        pass
    assert not [one for one in threading.enumerate() if one.name == "consent"]


def test_a_port_that_is_taken_is_said(heard: Heard) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"), listening(f"http://localhost:{port}/connected", heard):
            pass


@pytest.mark.parametrize(
    "redirect",
    ["https://localhost:1/x", "http://acme.example:1/x", "http://0.0.0.0:1/x", "http://localhost:1/x?a=1", "nothing"],
)
def test_only_an_address_of_this_machine_can_be_listened_on(redirect: str, heard: Heard) -> None:
    with pytest.raises(Forbidden), listening(redirect, heard):
        pass
