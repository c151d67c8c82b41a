"""Sign-ins: once for each system, again when the system no longer knows us, and never in place of an answer."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hostile_server import Act, Heard, head, raw, reply, served
from outlets import Kept, connector, door, get, post, raised

from syncline.config.secret import Secret
from syncline.connect.auth import Bearer, OAuth2, SignIn, Slot
from syncline.connect.door import NoAnswer, NotAdmitted, Refused, Unreachable
from syncline.connect.request import Answer, Conversation, Request
from syncline.egress.outlet import Outlet
from syncline.egress.signin import SignIns
from syncline.model.outcome import Denied


def steps() -> Conversation:
    answer: Answer = yield post("/login", {"db": Slot("database"), "password": Slot("secret")})
    if answer.body["uid"] is False:
        return Denied(reason="the password")
    return {"uid": answer.body["uid"], "session": answer.body.get("session", "")}


def with_uid(request: Request, told: Any) -> Request:
    """Every request repeats who we are."""
    return Request(**{**vars(request), "headers": {"X-Uid": Slot("uid"), "X-Session": Slot("session")}})


class Vendor:
    """Knows one session; `sessions` counts how many there were."""

    def __init__(self) -> None:
        self.sessions, self.good = 0, ""
        self.lock = threading.Lock()

    def login(self, connection: Any, heard: Heard) -> None:
        with self.lock:
            self.sessions += 1
            self.good = f"session-{self.sessions}"
            reply(200, {"uid": 7, "session": self.good})(connection, heard)

    def things(self, connection: Any, heard: Heard) -> None:
        known = heard.headers.get("x-session") == self.good
        reply(200 if known else 401, [self.sessions] if known else "who?")(connection, heard)

    def acts(self) -> dict[str, Act]:
        return {"/login": self.login, "*": self.things}


OPTIONS = {"database": "acme"}
PLAIN = Kept({"secret": "word-of-ours"})


def test_a_sign_in_is_done_once_and_its_slots_are_filled() -> None:
    vendor = Vendor()
    with served(vendor.acts()) as server:
        with door(server, SignIn(steps=steps), dress=with_uid, options=OPTIONS, secrets=PLAIN) as out:
            for _ in range(3):
                assert out.call("toy", get(), "read").body == [1]
        assert [heard.path for heard in server.heard] == ["/login", "/things", "/things", "/things"]
        assert server.heard[0].body == b'{"db":"acme","password":"word-of-ours"}'
        assert server.heard[1].headers["x-uid"] == "7"


def test_when_the_system_no_longer_knows_us_the_request_is_made_once_more() -> None:
    vendor = Vendor()
    with served(vendor.acts()) as server:
        with door(server, SignIn(steps=steps), dress=with_uid, options=OPTIONS, secrets=PLAIN) as out:
            out.call("toy", get(), "read")
            vendor.good = "another"  # the server was restarted
            assert out.call("toy", post("/things", {}), "write").body == [2]
        assert vendor.sessions == 2


def test_a_second_denial_is_the_answer() -> None:
    with served({"/login": reply(200, {"uid": 7}), "*": reply(401, "no right")}) as server:
        with door(server, SignIn(steps=steps), options=OPTIONS, secrets=PLAIN) as out:
            assert out.call("toy", get(), "read").status == 401
        assert [heard.path for heard in server.heard] == ["/login", "/things", "/login", "/things"]


def test_a_sign_in_lasts_as_long_as_is_said() -> None:
    now = [0.0]
    vendor = Vendor()
    with served(vendor.acts()) as server:
        signing = SignIn(steps=steps, lasts=100)
        with door(server, signing, dress=with_uid, options=OPTIONS, secrets=PLAIN, clock=lambda: now[0]) as out:
            for moment in (0.0, 99.0, 100.0, 101.0):
                now[0] = moment
                out.call("toy", get(), "read")
        assert vendor.sessions == 2


def test_many_at_once_sign_in_once() -> None:
    vendor = Vendor()
    with served(vendor.acts()) as server:
        with door(server, SignIn(steps=steps), dress=with_uid, options=OPTIONS, secrets=PLAIN) as out:
            told: list[Any] = []
            threads = [threading.Thread(target=lambda: told.append(out.call("toy", get(), "read"))) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=10)
        assert [answer.body for answer in told] == [[1]] * 8
        assert vendor.sessions == 1


def test_what_another_learnt_meanwhile_is_not_forgotten() -> None:
    signins = SignIns(["toy"], clock=lambda: 0.0)
    signing = SignIn(steps=steps)
    first = signins.known("toy", signing, lambda: {"uid": 1})
    signins.forget("toy", first)
    second = signins.known("toy", signing, lambda: {"uid": 2})
    signins.forget("toy", first)  # who was told late that the first is over
    assert signins.known("toy", signing, lambda: {"uid": 3}) is second


def test_a_sign_in_that_told_nothing_is_none() -> None:
    def nothing() -> Conversation:
        yield post("/login")

    with served({"*": reply(200, {})}) as server, door(server, SignIn(steps=nothing)) as out:
        assert "told nothing" in raised(Unreachable, lambda: out.call("toy", get(), "read"))


def test_then_bearer_takes_what_was_learnt() -> None:
    def learning() -> Conversation:
        answer: Answer = yield post("/login", {"password": Slot("secret")})
        return {"secret": answer.body["session"]}

    vendor = Vendor()
    with served(vendor.acts()) as server:
        with door(server, SignIn(steps=learning, then=Bearer(header="X-Session", scheme="")), secrets=PLAIN) as out:
            assert out.call("toy", get(), "read").body == [1]
            vendor.good = "another"
            assert out.call("toy", get(), "read").body == [
                2
            ]  # it signs in with our own secret, not with the learnt one
        assert server.heard[3].body == b'{"password":"word-of-ours"}'


REFUSALS: list[tuple[Act, type[Exception]]] = [
    (reply(200, {"uid": False}), NotAdmitted),
    (reply(401, "who?"), NotAdmitted),
    (reply(429, "", {"retry-after": "9"}), Unreachable),
    (reply(500, "down"), Unreachable),
    (reply(200, {"nothing": "known"}), Unreachable),
    (reply(200, b"<html>", {"content-type": "text/html"}), Unreachable),
    (raw(b""), Unreachable),
    (raw(head(302, {"location": "https://evil.example"})), Unreachable),
]


@pytest.mark.parametrize(("act", "kind"), REFUSALS)
@pytest.mark.parametrize("effect", ["read", "write"])
def test_without_a_sign_in_nothing_else_leaves(act: Act, kind: type[Exception], effect: Any) -> None:
    """Of a write nobody need wonder whether it was done."""
    with served({"/login": act, "*": reply(200, [])}) as server:
        with door(server, SignIn(steps=steps), options=OPTIONS, secrets=PLAIN) as out:
            text = raised(kind, lambda: out.call("toy", get(), effect))
        assert text.startswith("toy")
        assert [heard.path for heard in server.heard] == ["/login"]
        assert kind is not NotAdmitted or "its secret is wrong" in text


def test_what_undress_makes_of_an_answer_counts() -> None:
    def undress(answer: Answer, told: Any) -> Answer:
        return Answer(status=answer.body["error"]["code"], body="who?") if "error" in answer.body else answer

    body = {"error": {"code": 401}}
    with served({"/login": reply(200, {"uid": 7}), "*": reply(200, body)}) as server:
        with door(server, SignIn(steps=steps), undress=undress, options=OPTIONS, secrets=PLAIN) as out:
            assert out.call("toy", get(), "read").status == 401
        assert len(server.heard) == 4


# ---- OAuth2
class Tokens:
    """Makes `t1`, `t2` ... one after another."""

    def __init__(self) -> None:
        self.made, self.refusals = 1, []

    def access(self, system: str) -> str:
        return f"token-number-{self.made}"

    def refused(self, system: str, token: str) -> str:
        self.refusals.append(token)
        self.made += 1
        if self.made > 2:
            raise NotAdmitted(f"{system}: the refresh token has ended")
        return self.access(system)


def takes(good: str) -> Act:
    def act(connection: Any, heard: Heard) -> None:
        known = heard.headers.get("authorization") == f"Bearer {good}"
        reply(200 if known else 401, [])(connection, heard)

    return act


def test_a_token_that_is_refused_is_made_anew_once() -> None:
    tokens = Tokens()
    auth = OAuth2(token="/oauth/v1/token", authorize="https://toy.example/authorize")
    with served({"*": takes("token-number-2")}) as server:
        with door(server, auth, tokens=lambda post: tokens) as out:
            assert out.call("toy", post("/things", {}), "write").status == 200
            assert out.call("toy", get(), "read").status == 200
        assert tokens.refusals == ["token-number-1"]
        assert len(server.heard) == 3


def test_where_there_is_no_other_token_the_system_is_not_asked_again() -> None:
    tokens = Tokens()
    auth = OAuth2(token="/oauth/v1/token", authorize="https://toy.example/authorize")
    with served({"*": takes("none")}) as server:
        with door(server, auth, tokens=lambda post: tokens) as out:
            assert out.call("toy", get(), "read").status == 401  # the second is no better
            text = raised(NotAdmitted, lambda: out.call("toy", get(), "read"))
        assert "has ended" in text
        with door(server, auth) as out:
            assert "syncline connect toy" in raised(NotAdmitted, lambda: out.call("toy", get(), "read"))


@pytest.mark.parametrize("url", ["/oauth/v1/token", "{}/oauth/v1/token"])
def test_a_token_is_asked_for_through_the_same_door(url: str) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": Secret("word-of-ours")}
    with served({"*": reply(200, {"access_token": "a"}), "/other": reply(400, {"error": "word-of-ours"})}) as server:
        with door(server, OAuth2(token=url.format(server.url), authorize=""), mode="read-only") as out:
            assert out.post("toy", url.format(server.url), form).body == {"access_token": "a"}
            assert out.post("toy", "/other", form).body == {"error": "***"}
            raised(Refused, lambda: out.post("toy", "https://evil.example/token", form))
        assert server.heard[0].body == b"grant_type=refresh_token&refresh_token=word-of-ours"
        assert "authorization" not in server.heard[0].headers


def test_a_host_that_the_connector_names_may_get_the_secret_and_no_other() -> None:
    outlet = Outlet(system="toy", connector=connector(hosts=("login.example",)))
    for url in ("https://login.example/token", "https://toy.example/a"):
        assert outlet.addressed(get(url))[0].host == url.split("/")[2]
    for url in (
        "http://login.example/token",
        "https://login.example:8443/token",
        "https://evil.login.example/",
        "https://b.example",
    ):
        raised(Refused, lambda one=url: outlet.addressed(get(one)))  # type: ignore[misc]


def test_a_lost_answer_is_not_asked_for_again() -> None:
    """There is no retry in the door: it would do a write twice."""
    with served({"*": raw(b"")}) as server:
        with door(server, OAuth2(token="/t", authorize=""), tokens=lambda post: Tokens()) as out:
            raised(NoAnswer, lambda: out.call("toy", post("/things", {}), "write"))
        assert len(server.heard) == 1
