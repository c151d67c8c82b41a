"""A marked secret in every place of a request is found in no exception, log, representation or answer (I18)."""

from __future__ import annotations

import base64
import json
import logging
import pickle
import traceback
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hostile_server import Act, Heard, drip, raw, reply, served
from outlets import CANARY, Kept, connector, door, errors, get, post

from syncline.config.secret import Secret
from syncline.connect.auth import Auth, Basic, Bearer, OAuth2, SignIn, Slot
from syncline.connect.door import NoAnswer, Unreachable
from syncline.connect.request import Answer, Conversation, Request
from syncline.egress.client import Incoming, Outgoing
from syncline.egress.door import Egress, Who
from syncline.egress.fill import Credential
from syncline.egress.outlet import Outlet
from syncline.egress.redact import Redactor, forms
from syncline.egress.signin import Known
from syncline.egress.wire import Limits
from syncline.model.outcome import Rejected

PLAIN = "c4nary-Secret+of/ours=="  # as a header can hold it


def marks(secret: str) -> list[str]:
    """What would give it away, in any spelling."""
    packed = base64.b64encode(secret.encode()).decode()
    joined = base64.b64encode(f"contact17@example.test:{secret}".encode()).decode()
    return [
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        packed.rstrip("=")[:-1],
        joined,
    ]


def assert_clean(text: str, secret: str) -> None:
    for mark in marks(secret):
        assert mark.lower() not in text.lower()


def everything_of(error: BaseException) -> str:
    """All that a log or a crash report could show of an exception: the frames of others with their locals, too."""
    seen = [repr(error), str(error), repr(vars(error)), *traceback.format_exception(error)]
    frames = traceback.walk_tb(error.__traceback__)
    seen += [
        repr(frame.f_locals)
        for frame, _ in frames
        if "/egress/" in frame.f_code.co_filename.replace("tests/egress", "")
    ]
    for inner in (error.__cause__, error.__context__):
        if inner is not None:
            seen.append(everything_of(inner))
    return "\n".join(seen)


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """Everything that any logger of this process says."""
    said: list[str] = []

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(f"{record.name} {record.getMessage()} {vars(record)!r}")

    listening = Listening(level=logging.DEBUG)
    root = logging.getLogger()
    before = root.level
    root.addHandler(listening)
    root.setLevel(logging.DEBUG)
    logging.getLogger("toy").debug("heard")
    yield said
    root.removeHandler(listening)
    root.setLevel(before)
    assert any("heard" in line for line in said)


def echo(status: int) -> Act:
    """Says back all that it got, in body and headers, as some vendors do in their errors."""

    def act(connection: Any, heard: Heard) -> None:
        body = {"message": f"bad key in {heard.target}", "sent": heard.body.decode(), "headers": heard.headers}
        told = {"x-echo": heard.headers.get("authorization", ""), "set-cookie": quote(heard.target, safe="")}
        reply(status, body, told)(connection, heard)

    return act


def learning() -> Conversation:
    answer: Answer = yield post("/login", {"password": Slot("secret")})
    return {"session": answer.body["session"], "uid": 7}


PLACES: dict[str, tuple[Auth | None, Request]] = {
    "header": (Bearer(), get()),
    "another header": (Bearer(header="X-Key", scheme=""), get()),
    "basic": (Basic(), get()),
    "param": (None, get(params={"key": Slot("secret"), "also": ["a", Slot("secret")]})),
    "header slot": (None, get(headers={"X-Key": Slot("secret")})),
    "json": (None, post("/things/search", {"args": [Slot("secret"), {"deep": Slot("secret")}]})),
    "form": (None, Request(method="POST", path="/things/search", form={"key": Slot("secret")})),  # type: ignore[dict-item]
    "another secret": (None, get(params={"key": Slot("client_secret")})),
    "token": (OAuth2(token="/t", authorize=""), get()),
    "session": (SignIn(steps=learning), get(params={"session": Slot("session")})),
}

HURT: dict[str, Act] = {
    "denied": echo(401),
    "rejected": echo(422),
    "broken": echo(500),
    "elsewhere": lambda to, heard: reply(302, b"", {"location": f"http://evil.example{heard.target}"})(to, heard),
    "unreadable": lambda to, heard: reply(200, heard.body + b"{")(to, heard),
    "cut": raw(b""),
    "silent": drip(b"", b"", 0.01, most=60),
}


class Tokens:
    def __init__(self, secret: str) -> None:
        self.secret = secret

    def access(self, system: str) -> str:
        return self.secret

    def refused(self, system: str, token: str) -> str:
        raise Unreachable(f"no other token than {token}")


def shown(place: str, hurt: str, logged: list[str]) -> tuple[str, str]:
    """All that anybody is shown of one call, and the secret that was sent with it."""
    auth, request = PLACES[place]
    secret = CANARY if place in ("param", "json", "form", "basic", "another secret") else PLAIN
    options = {"login": "contact17@example.test", "client_secret": Secret(secret)}
    given = {"options": options, "tokens": lambda post: Tokens(secret), "limits": Limits(connect=1, read=0.3, total=1)}
    acts = {"/login": reply(200, {"session": secret}), "*": HURT[hurt]}
    seen = []
    with served(acts) as server, door(server, auth, secrets=Kept({"secret": secret}), **given) as out:
        try:
            answer = out.call("toy", request, "read")
            seen += [repr(answer), json.dumps(answer.body), repr(errors(answer))]
        except (Unreachable, NoAnswer) as error:
            seen += [everything_of(error), repr(pickle.dumps(error))]
        seen += [repr(out), out.redacted(f"the key is {secret}"), *logged]
    sent = "".join(f"{one.target} {one.headers} {one.body.decode()}" for one in server.heard)
    assert any(mark in sent for mark in [*marks(secret), json.dumps(secret, ensure_ascii=False)[1:-1]])
    return "\n".join(seen), secret


@pytest.mark.parametrize("hurt", HURT)
@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_found_nowhere(place: str, hurt: str, logged: list[str]) -> None:
    assert_clean(*shown(place, hurt, logged))


def test_the_twin_that_redacts_nothing_is_caught(monkeypatch: pytest.MonkeyPatch, logged: list[str]) -> None:
    monkeypatch.setattr(Redactor, "text", lambda self, text: text)
    for place in PLACES:
        with pytest.raises(AssertionError):
            assert_clean(*shown(place, "denied", logged))


def test_the_twin_that_lets_the_library_log_is_caught(monkeypatch: pytest.MonkeyPatch, logged: list[str]) -> None:
    for name in ("connection", "http11"):
        monkeypatch.setattr(logging.getLogger(f"httpcore2.{name}"), "filters", [])
        monkeypatch.setattr(logging.getLogger(f"httpcore2.{name}"), "addFilter", lambda one: None)
    with pytest.raises(AssertionError):
        assert_clean(*shown("header", "denied", logged))


def test_a_secret_is_not_in_what_is_raised_when_nobody_is_there(logged: list[str]) -> None:
    with served({}) as server:
        pass
    options = {"login": "contact17@example.test", "client_secret": Secret(PLAIN)}
    given: dict[str, Any] = {
        "secrets": Kept({"secret": PLAIN}),
        "options": options,
        "tokens": lambda post: Tokens(PLAIN),
    }
    for auth, request in PLACES.values():
        with door(server, auth, **given) as out, pytest.raises(Unreachable) as caught:
            out.call("toy", request, "read")
        assert_clean(everything_of(caught.value), PLAIN)
    assert_clean("\n".join(logged), PLAIN)


def test_records_that_hold_the_same_text_are_not_changed() -> None:
    """Only what is no success is redacted: a word that is somebody's secret may well be another's name."""
    kept = Kept({"secret": PLAIN})
    with served({"*": reply(200, {"name": PLAIN})}) as server, door(server, Bearer(), secrets=kept) as out:
        assert out.call("toy", get(), "read").body == {"name": PLAIN}


def test_an_error_inside_a_success_is_redacted() -> None:
    body = {"error": {"message": f"{PLAIN} is no key", PLAIN: [PLAIN]}, "n": 7}
    with served({"*": reply(200, body)}) as server:
        given = {"errors": lambda answer: Rejected(reason="no") if "error" in answer.body else None}
        with door(server, Bearer(), secrets=Kept({"secret": PLAIN}), **given) as out:
            found = out.call("toy", get(), "read").body
    assert found == {"error": {"message": "*** is no key", "***": ["***"]}, "n": 7}


def test_what_holds_secrets_shows_none() -> None:
    values = (
        Outgoing(method="GET", url=f"https://a.example?{PLAIN}", headers=(("a", PLAIN),), content=PLAIN.encode()),
        Incoming(status=200, headers={"a": PLAIN}, content=PLAIN.encode()),
        Credential(header="Authorization", value=PLAIN),
        Known(told={"session": PLAIN}, at=0.0),
        Who(token=PLAIN),
        Outlet(system="toy", connector=connector(), options={"client_secret": PLAIN}),
    )
    for value in values:
        assert_clean(repr(value), PLAIN)
        assert_clean(str(value), PLAIN)


@pytest.mark.parametrize(
    "secret", [CANARY, PLAIN, "abc", "a b", "\u00e4\u20ac\U0001f600", "C:\\path\\n", "tab\there", "x" * 5000]
)
def test_a_secret_is_seen_in_every_form(secret: str) -> None:
    redactor = Redactor()
    redactor.learn(secret)
    redactor.learn("another")
    redactor.learn("")
    shown = [secret, quote(secret), quote(secret, safe=""), quote_plus(secret), json.dumps(secret), repr(secret)]
    shown += [quote(secret, safe="").lower(), json.dumps(secret, ensure_ascii=False), f"<{secret}>"]
    for text in shown:
        assert_clean(redactor.text(f"before {text} after another"), secret)
        assert redactor.text("before and after") == "before and after"
    assert secret not in repr(redactor)


def test_of_secrets_without_end_the_latest_are_kept() -> None:
    """A system that gives another session at each sign-in makes us neither slow nor large."""
    redactor = Redactor(most=3)
    for number in range(10):
        redactor.learn(f"session-{number}")
        redactor.learn("the key of always")
    assert repr(redactor) == "Redactor(3 secrets)"
    assert redactor.text("session-9 the key of always") == "*** ***"


def test_the_longest_form_goes_first() -> None:
    """`abc` inside `abcdef` leaves no `def` behind."""
    redactor = Redactor()
    redactor.learn("abc")
    redactor.learn("abcdef")
    assert redactor.text("abcdef abc") == "*** ***"
    assert "" not in forms("abc")


def test_the_door_learns_a_secret_before_it_is_used() -> None:
    egress = Egress([Outlet(system="toy", connector=connector(Bearer()))], Kept({"secret": PLAIN}))
    assert "0 secrets" in repr(egress._redactor)
    egress.close()
