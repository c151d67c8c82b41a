"""One call, all the way out over a socket and back in."""

from __future__ import annotations

import pytest
from hostile_server import reply, served
from outlets import CANARY, Kept, door, get, post, raised

from syncline.config.secret import InVault, Secret
from syncline.connect.auth import Basic, Bearer, Slot
from syncline.connect.door import NoAnswer, NotAdmitted, Refused, Unreachable
from syncline.connect.request import Answer, Request
from syncline.egress.door import Lane


def plain() -> Kept:
    return Kept({"secret": "s3cret-word", "key": "an0ther-word"})


def test_a_read_goes_out_and_comes_back_decoded() -> None:
    date = {"date": "Sun, 22 Nov 2026 12:00:00 GMT", "X-Left": "7"}
    with served({"/api/things": reply(200, {"results": [1]}, date)}) as server:
        with door(server, url=server.url + "/api/") as out:
            answer = out.call("toy", get(params={"a": ["1", "x y"], "b": None, "c": True, "d": 2.5}), "read")
        assert answer == Answer(status=200, body={"results": [1]}, headers=answer.headers, date=1795348800.0)
        assert answer.headers["x-left"] == "7"
        [heard] = server.heard
        assert heard.target == "/api/things?a=1&a=x+y&c=true&d=2.5"
        assert heard.headers["accept-encoding"] == "gzip"


def test_json_and_forms_are_sent_as_what_they_are() -> None:
    with served({"*": reply(200, {})}) as server, door(server) as out:
        out.call("toy", post("/things", {"name": "Contact 17 \u00e4", "n": 1.5}), "write")
        out.call("toy", Request(method="POST", path="/things", form={"a": "1 2", "b": "&"}), "write")
        out.call("toy", Request(method="DELETE", path="/things/7"), "write")
        first, second, third = server.heard
    assert first.body == '{"name":"Contact 17 \u00e4","n":1.5}'.encode()
    assert first.headers["content-type"] == "application/json"
    assert second.body == b"a=1+2&b=%26"
    assert second.headers["content-type"] == "application/x-www-form-urlencoded"
    assert (third.method, third.body) == ("DELETE", b"")


def test_connections_are_kept_for_the_next_request() -> None:
    with served({"*": reply(200, [])}) as server:
        with door(server) as out:
            for _ in range(5):
                out.call("toy", get(), "read")
        assert (len(server.heard), server.connections) == (5, 1)


# ---- secrets go where they belong
def test_a_bearer_token_is_put_in_its_header() -> None:
    with served({"*": reply(200, [])}) as server:
        with door(server, Bearer(), secrets=plain()) as out:
            out.call("toy", get(), "read")
        with door(server, Bearer(header="X-Key", scheme=""), secrets=plain()) as out:
            out.call("toy", get(), "read")
        assert server.heard[0].headers["authorization"] == "Bearer s3cret-word"
        assert server.heard[1].headers["x-key"] == "s3cret-word"


def test_basic_takes_the_user_from_the_systems_block() -> None:
    with served({"*": reply(200, [])}) as server:
        with door(server, Basic(), secrets=plain(), options={"login": "contact17@example.test"}) as out:
            out.call("toy", get(), "read")
        assert server.heard[0].headers["authorization"] == "Basic Y29udGFjdDE3QGV4YW1wbGUudGVzdDpzM2NyZXQtd29yZA=="


def test_slots_are_filled_in_params_headers_json_and_forms() -> None:
    options = {"database": "acme", "key": InVault("toy"), "other": Secret("third-word")}
    request = post(
        "/jsonrpc",
        {"args": [Slot("database"), 7, Slot("secret")], "deep": [{"k": Slot("key")}]},
        params={"db": Slot("database")},
        headers={"X-Other": Slot("other")},
    )
    with served({"*": reply(200, [])}) as server, door(server, secrets=plain(), options=options) as out:
        out.call("toy", request, "write")
        [heard] = server.heard
    assert heard.body == b'{"args":["acme",7,"s3cret-word"],"deep":[{"k":"an0ther-word"}]}'
    assert heard.target == "/jsonrpc?db=acme"
    assert heard.headers["x-other"] == "third-word"


def test_without_its_secret_nothing_is_sent() -> None:
    with served({"*": reply(200, [])}) as server:
        with door(server, Bearer(), secrets=Kept({})) as out:
            text = raised(NotAdmitted, lambda: out.call("toy", get(), "read"))
        assert "syncline connect toy" in text
        assert server.heard == []


@pytest.mark.parametrize("secret", ["w\u00f6rd", "word\n", "word\r\nHost: evil.example", "\x00"])
def test_a_secret_that_no_header_can_hold_is_not_sent(secret: str) -> None:
    with served({"*": reply(200, [])}) as server:
        with door(server, Bearer(), secrets=Kept({"secret": secret})) as out:
            text = raised(NotAdmitted, lambda: out.call("toy", get(), "read"))
        assert "copied whole" in text
        assert secret not in text
        assert server.connections == 0


# ---- what cannot be sent
@pytest.mark.parametrize(
    "request_",
    [
        get(headers={"X-Key": "a\r\nHost: evil.example"}),
        get(headers={"Host": "evil.example"}),
        get(headers={"Transfer-Encoding": "chunked"}),
        get(headers={"X Key": "a"}),
        get(headers={"X-Key": "\u20ac"}),
        get(params={"a": object()}),
        post("/things/search", {"a": float("nan")}),
        post("/things/search", {"a": "\ud800"}),
        post("/things/search", {"a": {1, 2}}),
    ],
)
def test_what_cannot_be_put_into_bytes_is_refused_and_not_sent(request_: Request) -> None:
    with served({"*": reply(200, [])}) as server:
        with door(server) as out:
            text = raised(Refused, lambda: out.call("toy", request_, "read"))
        assert text.startswith("toy: ")
        assert server.heard == []


def test_a_whole_address_is_taken_only_where_it_is_the_systems_own() -> None:
    with served({"*": reply(200, [])}) as server, served({"*": reply(200, [])}) as other:
        with door(server, Bearer(), secrets=plain(), url=server.url + "/api") as out:
            out.call("toy", get(f"{server.url}/api/things?after=7&after=8", params={"b": 1}), "read")
            for url in (
                f"{other.url}/api/things", f"{server.url}/things", f"{server.url}/apis/things", "https://evil.example/things",
                f"https://127.0.0.1:{server.port}/api/things", f"{server.url}/api/../things", "//evil.example/things",
            ):  # fmt: skip
                with pytest.raises(Unreachable):
                    out.call("toy", get(url), "read")
        assert [heard.target for heard in server.heard] == ["/api/things?after=7&after=8&b=1"]
        assert other.heard == []


# ---- answers
def test_an_error_comes_back_for_the_connector_to_read() -> None:
    page = reply(502, b"<html>bad gateway</html>", {"content-type": "text/html"})
    acts = {"/things": reply(404, {"message": "no"}), "/things/1": page, "/things/2": reply(204, b"")}
    with served(acts) as server, door(server) as out:
        assert out.call("toy", get(), "read").status == 404
        answer = out.call("toy", get("/things/1"), "read")
        assert (answer.status, answer.body) == (502, "<html>bad gateway</html>")
        assert out.call("toy", get("/things/2"), "read").body is None


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"content-type": "text/html"}, b"<html>sign in here</html>"),
        ({"content-type": "text/html; charset=utf-8"}, b"<html>maintenance</html>"),
        ({}, b"{"),
        ({}, b'{"a": 1} trailing'),
        ({"content-type": ""}, b"<html>"),
        ({}, b'{"a": 1, "a": 2}'),
        ({}, b"[" * 100_000 + b"]" * 100_000),
        ({"content-encoding": "br"}, b"{}"),
        ({"content-encoding": "gzip"}, b"no gzip"),
    ],
)
def test_a_success_that_cannot_be_read_is_no_answer(headers: dict[str, str], body: bytes) -> None:
    with served({"*": reply(200, body, headers)}) as server, door(server) as out:
        for effect, request in (("read", get()), ("write", post())):
            text = raised(NoAnswer, lambda r=request, e=effect: out.call("toy", r, e))  # type: ignore[misc]
            assert text.startswith("toy: 127.0.0.1")


def test_the_connectors_own_faults_are_no_crash() -> None:
    def broken(*any_: object) -> object:
        raise KeyError("category")

    with served({"*": reply(200, [])}) as server:
        with door(server, dress=broken) as out:
            raised(Refused, lambda: out.call("toy", post(), "write"))
        assert server.heard == []
        with door(server, undress=broken) as out:
            raised(NoAnswer, lambda: out.call("toy", post(), "write"))
        with door(server, errors=broken) as out:
            assert out.call("toy", post(), "write").body == []


def test_a_lane_is_the_same_door() -> None:
    with served({"*": reply(200, [])}) as server, door(server) as out:
        assert Lane(egress=out).call("toy", get(), "read").body == []


def test_nobody_is_there() -> None:
    with served({}) as server:
        pass
    with door(server) as out:
        text = raised(Unreachable, lambda: out.call("toy", post(), "write"))
    assert "127.0.0.1" in text
    assert "`url` of toy" in text
    assert CANARY not in text
