"""Mode read-only is kept by what a request does, and a read is one that its connector names; all else stays here."""

from __future__ import annotations

from typing import Any

import pytest
from hostile_server import reply, served
from outlets import connector, door, get, post, raised

from syncline.config.settings import Mode
from syncline.connect.auth import SignIn
from syncline.connect.door import Refused, Unreachable
from syncline.connect.request import Answer, Conversation, Request
from syncline.egress import effects

READ_BY_POST = post("/things/search", {"q": "x"})
WRITES = [
    post("/things", {"a": 1}),
    Request(method="PATCH", path="/things/7", json={}),
    Request(method="DELETE", path="/things/7"),
    Request(method="PUT", path="/things/7", json={}),
    get("/things/7/trigger"),  # a GET that does something
    READ_BY_POST,  # it looks like a read, but came from a function that writes
]


@pytest.mark.parametrize("request_", WRITES)
def test_in_mode_read_only_no_write_leaves_whatever_it_looks_like(request_: Request) -> None:
    with served({"*": reply(200, [])}) as server:
        with door(server, mode="read-only") as out:
            text = raised(Unreachable, lambda: out.call("toy", request_, "write"))
        assert "mode read-only" in text
        assert server.connections == 0


def by_its_verb(connector: Any, system: str, mode: Mode, request: Request, effect: Any) -> None:
    """The broken twin: a GET reads and a POST writes."""
    if mode == "read-only" and request.method != "GET":
        raise Unreachable("mode read-only")


def by_what_the_hub_says(connector: Any, system: str, mode: Mode, request: Request, effect: Any) -> None:
    """The broken twin: whatever is called a read leaves."""
    if mode == "read-only" and effect == "write":
        raise Unreachable("mode read-only")


@pytest.mark.parametrize(
    ("twin", "request_", "effect"),
    [(by_its_verb, get("/things/7/trigger"), "write"), (by_what_the_hub_says, post("/res.partner/unlink"), "read")],
)
def test_a_twin_that_knows_less_lets_a_write_out(
    twin: Any, request_: Request, effect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served({"*": reply(200, [])}) as server, door(server, mode="read-only") as out:
        with pytest.raises(Unreachable):
            out.call("toy", request_, effect)
        assert server.heard == []
        monkeypatch.setattr(effects, "check", twin)
        out.call("toy", request_, effect)
        assert len(server.heard) == 1


@pytest.mark.parametrize("mode", ["read-only", "approve", "live"])
def test_reads_leave_in_every_mode_by_whatever_verb(mode: Mode) -> None:
    with served({"*": reply(200, [])}) as server, door(server, mode=mode) as out:
        for request in (get(), get("/things/7"), READ_BY_POST, post("/res.partner/search_read")):
            assert out.call("toy", request, "read").status == 200
        assert len(server.heard) == 4


NO_READS = [
    *[("POST", path) for path in ("/things", "/things/7", "/things/search/7", "/search", "/res.partner/unlink")],
    *[("GET", path) for path in ("/", "/thing", "/things/7/8", "/things/", "/Things", "/things/7/")],
    *[(verb, "/things/7") for verb in ("DELETE", "PATCH", "PUT", "OPTIONS", "HEAD", "TRACE")],
    ("POST", "/x%2Funlink%3F/search_read"),  # a server that decodes first would take it for another path
    ("POST", "/x%5Cunlink/search_read"),
    ("POST", "/x;unlink/search_read"),
    ("POST", "/x%253Funlink/search_read"),
    ("POST", "//search_read"),
]


@pytest.mark.parametrize("mode", ["read-only", "live"])
@pytest.mark.parametrize(("verb", "path"), NO_READS)
def test_a_read_that_the_connector_does_not_name_does_not_leave(verb: str, path: str, mode: Mode) -> None:
    with served({"*": reply(200, [])}) as server:
        with door(server, mode=mode) as out:
            text = raised(Refused, lambda: out.call("toy", Request(method=verb, path=path), "read"))
        assert "docs/connectors/toy.md" in text or "leads elsewhere" in text
        assert server.connections == 0


TRICKS = [
    *("/things/..", "/things/../admin", "/things/%2e%2e", "/things/%2E./x", "/things/.%2e", "/things/%252e%252e/x"),
    *("/things/./7", "/things//7", "//evil.example/things", "/things/..%2fadmin", "/things/a%2f..%2fadmin", "/..;/x"),
    *("/things/..\\admin", "/things/..%5cadmin", "/things?x=1", "/things#x", "/things/7%3fx%00", "/things/a b", "x"),
    *("/things/\u00e4", "/things/7\r\nHost: evil", "/things/%zz", "/things/7%0d%0aX: 1", "/things/%2e%2e%2f%2e%2e", ""),
]  # fmt: skip


@pytest.mark.parametrize("effect", ["read", "write"])
@pytest.mark.parametrize("path", TRICKS)
def test_a_path_that_leads_elsewhere_does_not_leave(path: str, effect: Any) -> None:
    """An id is opaque text: one that climbs is no way to another part of the system."""
    with served({"*": reply(200, [])}) as server:
        with door(server, reads=(("GET", "/*"), ("GET", "/*/*"), ("GET", "/*/*/*"))) as out:
            raised(Refused, lambda: out.call("toy", get(path), effect))
        assert server.connections == 0


@pytest.mark.parametrize("verb", ["get", "GET /", "", "G\r\nET", "GETGETGETGET"])
def test_a_verb_is_a_verb(verb: str) -> None:
    with served({"*": reply(200, [])}) as server:
        with door(server) as out:
            raised(Refused, lambda: out.call("toy", Request(method=verb, path="/things"), "write"))
        assert server.connections == 0


def test_ids_that_only_look_odd_are_asked_for() -> None:
    with served({"*": reply(200, [])}) as server, door(server) as out:
        for one in ("a.b", "...", "7%2F8", "contact17%40example.test", "%F0%9F%98%80", "a" * 300, "..a", "x:y('z')"):
            assert out.call("toy", get(f"/things/{one}"), "read").status == 200
        assert server.heard[2].target == "/things/7%2F8"


def test_a_way_up_is_seen_however_often_it_is_escaped() -> None:
    assert all(
        effects.climbs(part) for part in ("..", "%2e.", "%252e%252e", "%25252e.", ".. ", ".;x", "a%2f..", "\x00")
    )
    assert not any(effects.climbs(part) for part in ("...", "a..b", "..a", "", "a%2fb", "%e2%80%a4"))


# ---- the form in which it is spoken
def in_rpc(request: Request, told: Any) -> Request:
    return post("/jsonrpc", {"method": request.path})


def test_both_forms_of_a_read_are_matched() -> None:
    named = (("POST", "/*/search_read"), ("POST", "/jsonrpc"))
    with served({"*": reply(200, [])}) as server:
        with door(server, dress=in_rpc, reads=named, mode="read-only") as out:
            assert out.call("toy", post("/res.partner/search_read"), "read").status == 200
            raised(Refused, lambda: out.call("toy", post("/res.partner/unlink"), "read"))
        with door(server, dress=in_rpc, reads=named[:1]) as out:
            raised(Refused, lambda: out.call("toy", post("/res.partner/search_read"), "read"))
        assert [heard.path for heard in server.heard] == ["/jsonrpc"]


def test_a_sign_in_leaves_in_mode_read_only_but_not_along_a_trick() -> None:
    def steps(path: str) -> Any:
        def signing() -> Conversation:
            answer: Answer = yield post(path)
            return {"uid": answer.body}

        return signing

    with served({"/login": reply(200, 7), "*": reply(200, [])}) as server:
        with door(server, SignIn(steps=steps("/login")), mode="read-only") as out:
            assert out.call("toy", get(), "read").status == 200
        assert [heard.path for heard in server.heard] == ["/login", "/things"]
        with door(server, SignIn(steps=steps("/a/../login")), mode="read-only") as out:
            raised(Refused, lambda: out.call("toy", get(), "read"))
        with door(server, SignIn(steps=steps("https://evil.example/login")), mode="read-only") as out:
            raised(Refused, lambda: out.call("toy", get(), "read"))
        assert len(server.heard) == 2


def test_the_default_connector_of_these_tests_names_its_reads() -> None:
    assert all(
        effects.is_read(connector().reads, verb, path) for verb, path in (("GET", "/things/7"), ("GET", "/things"))
    )
    assert not effects.is_read((), "GET", "/things")
