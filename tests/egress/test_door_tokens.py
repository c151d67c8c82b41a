"""The door with OAuth2: tokens are made anew on the way out, by the same door, and shown to nobody."""

import socket
import traceback
from urllib.parse import parse_qs

import pytest
from budget_world import Clock
from hostile_server import Act, Heard, Server, reply, served
from outlets import door, get
from token_world import Shelf, first

from syncline.config.secret import Secret
from syncline.connect.auth import OAuth2
from syncline.connect.door import Refused, Unreachable
from syncline.egress.consent import Client
from syncline.egress.door import Egress
from syncline.egress.oauth import Expired, Post, Tokens

AUTH = OAuth2(token="/token", authorize="https://toy.example/consent")
CANARIES = ("access-0", "refresh-0", "client-canary", "made-canary", "next-canary")


class Parts:
    """What makes the tokens, once there is a door to ask for them."""

    def __init__(self, auth: OAuth2, shelf: Shelf, clock: Clock) -> None:
        self.client = Client(auth=auth, id="client-17", secret=Secret("client-canary"))
        self.shelf, self.clock = shelf, clock

    def tokens(self, post: Post) -> Tokens:
        return Tokens({"toy": self.client}, self.shelf, post, wall=self.clock)


def only_with(token: str, otherwise: int = 401) -> Act:
    """Lets in who shows that token."""

    def act(connection: socket.socket, heard: Heard) -> None:
        good = heard.headers.get("authorization") == f"Bearer {token}"
        reply(200 if good else otherwise, [])(connection, heard)

    return act


MADE = reply(200, {"access_token": "made-canary", "refresh_token": "next-canary", "expires_in": 1800})


def said(egress: Egress, kind: type[Exception]) -> str:
    with pytest.raises(kind) as told:
        egress.call("toy", get(), "read")
    text = "".join(traceback.format_exception(told.value)) + repr(told.value)
    assert not any(canary in text for canary in CANARIES)
    return str(told.value)


def calls(server: Server) -> list[str]:
    return [heard.path for heard in server.heard]


def test_a_token_that_ended_is_made_anew_before_the_call_also_in_mode_read_only() -> None:
    shelf, clock = Shelf(first()), Clock(2000.0)
    parts = Parts(AUTH, shelf, clock)
    with (
        served({"/token": MADE, "*": only_with("made-canary")}) as server,
        door(server, AUTH, tokens=parts.tokens, mode="read-only") as out,
    ):
        assert out.call("toy", get(), "read").status == 200
        assert out.call("toy", get(), "read").status == 200
        assert calls(server) == ["/token", "/things", "/things"]
        assert parse_qs(server.heard[0].body.decode()) == {
            "grant_type": ["refresh_token"], "refresh_token": ["refresh-0"], "client_id": ["client-17"],
            "client_secret": ["client-canary"],
        }  # fmt: skip
        assert "authorization" not in server.heard[0].headers
        assert not any(canary in out.redacted(" ".join(CANARIES[1:4])) for canary in CANARIES[1:4])


def test_a_token_that_is_refused_is_made_anew_once() -> None:
    parts = Parts(AUTH, Shelf(first()), Clock(1000.0))
    with (
        served({"/token": MADE, "*": only_with("made-canary")}) as server,
        door(server, AUTH, tokens=parts.tokens) as out,
    ):
        assert out.call("toy", get(), "read").status == 200
        assert calls(server) == ["/things", "/token", "/things"]


def test_a_system_that_refuses_every_token_is_not_asked_for_one_again_and_again() -> None:
    parts = Parts(AUTH, Shelf(first()), Clock(1000.0))
    with (
        served({"/token": MADE, "*": only_with("nobody has it")}) as server,
        door(server, AUTH, tokens=parts.tokens) as out,
    ):
        assert out.call("toy", get(), "read").status == 401
        for _ in range(5):
            assert "refuses a token that it has just made" in said(out, Expired)
        assert calls(server).count("/token") == 1


def test_revoked_access_is_said_with_its_remedy_and_without_what_the_system_echoes() -> None:
    parts = Parts(AUTH, Shelf(first()), Clock(2000.0))
    refusal = reply(400, {"error": "invalid_grant", "error_description": "refresh-0 of client-canary is revoked"})
    with served({"/token": refusal}) as server, door(server, AUTH, tokens=parts.tokens) as out:
        assert "run `syncline connect toy`" in said(out, Expired)
        assert calls(server) == ["/token"]


def test_a_place_for_tokens_that_is_not_the_systems_own_gets_none() -> None:
    auth = OAuth2(token="https://evil.example/token", authorize="")
    parts = Parts(auth, Shelf(first()), Clock(2000.0))
    with served({"*": MADE}) as server, door(server, auth, tokens=parts.tokens) as out:
        assert "not its own address, so nothing is sent there" in said(out, Refused)
        assert server.heard == []


def test_a_system_that_is_down_makes_no_token_now() -> None:
    parts = Parts(AUTH, Shelf(first()), Clock(2000.0))
    with served({"/token": reply(502, "bad gateway")}) as server, door(server, AUTH, tokens=parts.tokens) as out:
        assert "makes no token now (502)" in said(out, Unreachable)
