"""Answers that are made to hurt: every one ends, in time and in size, and says what it was (F13)."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpcore2
import pytest
from hostile_server import Act, drip, head, raw, reply, served
from outlets import Kept, door, get, post, raised

from syncline.connect.auth import Bearer
from syncline.connect.door import NoAnswer, Unreachable
from syncline.egress.address import allowed
from syncline.egress.client import Client, Failed, Outgoing
from syncline.egress.resolve import Guard
from syncline.egress.wire import Limits

OK = head(200, {"content-type": "application/json"})
QUICK = Limits(connect=1, read=0.5, total=1.0, body=1_000_000, head=8192)
CHUNKED = head(200, {"content-type": "application/json", "transfer-encoding": "chunked"})

HOSTILE: dict[str, tuple[Act, str]] = {
    "nothing at all": (drip(b"", b"", 0.05, most=40), "nothing came"),
    "headers, one byte at a time": (drip(b"HTTP/1.1 200 X\r\nA: ", b"a", 0.02), "within 1 s"),
    "headers without an end": (drip(b"HTTP/1.1 200 X\r\n", b"A: " + b"a" * 500 + b"\r\n", 0), "headers of more than"),
    "one huge header": (raw(head(200, {"a": "a" * 9000}) + b"{}"), "headers of more than"),
    "informational answers for ever": (drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0), "headers of more than"),
    "a body, one byte at a time": (drip(OK, b" ", 0.02), "within 1 s"),
    "a body without an end": (drip(OK, b"a" * 65536, 0), "larger than"),
    "chunks without an end": (drip(CHUNKED, b"a\r\n" + b"a" * 10 + b"\r\n", 0, most=200_000), "larger|within 1 s"),
    "cut before its headers": (raw(b""), "connection broke"),
    "cut in its headers": (raw(b"HTTP/1.1 200 X\r\nA: "), "connection broke"),
    "cut after its headers": (raw(head(200, {"content-length": "10"})), "connection broke"),
    "less than it says": (raw(head(200, {"content-length": "10"}) + b"[]"), "connection broke"),
    "two lengths": (raw(b"HTTP/1.1 200 X\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n[]"), "connection broke"),
    "no HTTP": (raw(b"220 mail.example.test ESMTP\r\n"), "connection broke"),
    "an odd status": (raw(b"HTTP/1.1 99999 X\r\n\r\n"), "connection broke"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_ends_and_is_no_answer(name: str) -> None:
    act, why = HOSTILE[name]
    with served({"*": act}) as server, door(server, limits=QUICK) as out:
        began = time.monotonic()
        with pytest.raises(NoAnswer, match=why) as caught:
            out.call("toy", post(json={"a": 1}), "write")
        assert time.monotonic() - began < 4
        assert str(caught.value).startswith("toy: 127.0.0.1:")


def test_a_server_that_takes_a_body_bit_by_bit_does_not_hold_us_for_longer_than_any_may() -> None:
    """A timeout of the socket begins anew with each bit that it takes."""
    over = threading.Event()

    def sips(connection: socket.socket) -> None:
        with connection:
            while not over.wait(0.02) and connection.recv(2048):
                continue

    def narrow(*where: Any, **how: Any) -> httpcore2.NetworkStream:
        stream = httpcore2.SyncBackend().connect_tcp(*where, **how)
        stream.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        return stream

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        where = f"127.0.0.1:{listener.getsockname()[1]}"
        server = threading.Thread(target=lambda: sips(listener.accept()[0]))
        server.start()
        client = Client(Guard(allowed=allowed([where])), replace(QUICK, total=1.5, read=1.0), connect=narrow)
        began = time.monotonic()
        try:
            answer = client.send(Outgoing(method="POST", url=f"http://{where}/", content=b"a" * 500_000))
        finally:
            over.set()
            server.join(5)
            client.close()
    assert isinstance(answer, Failed)
    assert answer.sent
    assert "within 1.5 s" in answer.why
    assert time.monotonic() - began < 3


def test_a_small_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(b"[" + b" " * 100_000_000)
    assert len(bomb) < 120_000
    with served({"*": reply(200, bomb, {"content-encoding": "gzip"})}) as server, door(server, limits=QUICK) as out:
        tracemalloc.start()
        try:
            raised(NoAnswer, lambda: out.call("toy", get(), "read"))
            assert tracemalloc.get_traced_memory()[1] < 10_000_000
        finally:
            tracemalloc.stop()


def test_a_packed_answer_is_unpacked() -> None:
    whole = gzip.compress(b'{"a": 1}')
    acts = {
        "/things": reply(200, whole, {"content-encoding": "gzip"}),
        "/things/1": reply(200, whole[:-9], {"content-encoding": "gzip"}),
    }
    with served(acts) as server, door(server) as out:
        assert out.call("toy", get(), "read").body == {"a": 1}
        assert "ends too early" in raised(NoAnswer, lambda: out.call("toy", get("/things/1"), "read"))


def test_after_a_hostile_answer_the_next_request_is_well() -> None:
    with served({"/things/1": raw(OK + b"["), "*": reply(200, [1])}) as server, door(server, limits=QUICK) as out:
        for _ in range(25):  # more than there are connections
            raised(NoAnswer, lambda: out.call("toy", get("/things/1"), "read"))
        assert out.call("toy", get(), "read").body == [1]


def test_an_answer_before_the_whole_request_was_taken_is_an_answer() -> None:
    with served({"*": raw(head(413, {"content-length": "0"}))}) as server, door(server, limits=QUICK) as out:
        assert out.call("toy", post(json="a" * 3_000_000), "write").status == 413


# ---- redirects
def elsewhere(to: str, status: int = 302) -> Act:
    return reply(status, b"", {"location": to})


@pytest.mark.parametrize(
    ("status", "effect", "kind"),
    [
        (301, "read", Unreachable),
        (307, "read", Unreachable),
        (308, "write", Unreachable),
        (307, "write", Unreachable),
        (301, "write", NoAnswer),  # it may have been done before it was sent on
        (302, "write", NoAnswer),
        (303, "write", NoAnswer),
    ],
)
def test_a_redirect_is_not_followed(status: int, effect: str, kind: type[Exception]) -> None:
    with served({"*": elsewhere("https://evil.example/x?token=1", status)}) as server, door(server) as out:
        request = get() if effect == "read" else post()
        text = raised(kind, lambda: out.call("toy", request, effect))  # type: ignore[arg-type]
        assert "https://evil.example" in text
        assert "token" not in text
        assert len(server.heard) == 1


def test_a_redirect_is_followed_where_that_is_said_and_only_a_read() -> None:
    acts = {"/things": elsewhere("/things/7?x=1#top"), "/things/7": reply(200, [7])}
    with served(acts) as server, door(server, Bearer(), follow=True, secrets=Kept({"secret": "word-of-ours"})) as out:
        assert out.call("toy", get(), "read").body == [7]
        raised(NoAnswer, lambda: out.call("toy", post(), "write"))
        assert [heard.target for heard in server.heard] == ["/things", "/things/7?x=1", "/things"]
        assert all(heard.headers["authorization"] == "Bearer word-of-ours" for heard in server.heard)


def test_a_redirect_to_another_host_takes_no_secret_along() -> None:
    kept = Kept({"secret": "word-of-ours"})
    with served({"*": reply(200, [1])}) as other, served({"*": elsewhere(other.url + "/things?a=1")}) as server:
        allowed = (server.place, other.place)
        with door(server, Bearer(header="X-Key"), follow=True, allowed=allowed, secrets=kept) as out:
            assert out.call("toy", get(headers={"X-Plain": "1"}), "read").body == [1]
        [heard] = other.heard
        assert "x-key" not in heard.headers
        assert heard.headers["x-plain"] == "1"
        assert heard.headers["host"] == other.place
        with door(server, Bearer(), follow=True, secrets=kept) as out:  # where it is not allowed it gets nothing at all
            raised(Unreachable if not server.heard else NoAnswer, lambda: out.call("toy", get(), "read"))
        assert len(other.heard) == 1


@pytest.mark.parametrize(
    "to",
    [
        "http://169.254.169.254/latest/meta-data/", "http://127.0.0.1:22/", "http://localhost/", "https://2130706433/",
        "https://user:word@evil.example/", "file:/etc/passwd", "gopher://evil.example/", "//0x7f.1/", "https://[::1]/",
    ],
)  # fmt: skip
def test_a_redirect_is_guarded_like_any_address(to: str) -> None:
    with served({"*": elsewhere(to)}) as server, door(server, follow=True) as out:
        raised(NoAnswer, lambda: out.call("toy", get(), "read"))
        assert len(server.heard) == 1


def test_redirects_end() -> None:
    with served({"*": elsewhere("/things")}) as server, door(server, follow=True) as out:
        assert "more than 5 times" in raised(NoAnswer, lambda: out.call("toy", get(), "read"))
        assert len(server.heard) == 6


# ---- the environment
def test_neither_proxy_nor_password_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login contact17 password word\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with served({"*": reply(200, [], {"set-cookie": "a=1"})}) as server, door(server) as out:
        out.call("toy", get(), "read")
        out.call("toy", get(), "read")
        assert all("authorization" not in heard.headers and "cookie" not in heard.headers for heard in server.heard)
