"""A person's consent: the page, the state that is good once, the code and what it is worth."""

import hashlib
from base64 import urlsafe_b64decode
from math import inf, nan
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from token_world import CLIENT, first

from syncline.config.secret import Secret
from syncline.connect.auth import OAuth2
from syncline.connect.request import Answer
from syncline.egress.consent import Client, Consents, challenge, code_form, granted, page, scopes_of, seconds_of

BACK = "http://127.0.0.1:8123/connected"


class Drawn:
    """Bytes that count up: no two are the same."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, size: int) -> bytes:
        self.number += 1
        return self.number.to_bytes(size, "big")


def test_the_page_has_all_that_the_system_must_know_and_not_what_only_we_know() -> None:
    auth = OAuth2(
        token="/t", authorize="https://crm.example/consent?tenant=7", scopes=("read", "write"),
        more={"prompt": "consent"},
    )  # fmt: skip
    client = Client(auth=auth, id="client 17", secret=Secret("client-canary"))
    consent = Consents(Drawn()).begin("crm", BACK, 0.0)
    address = page(client, consent)
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "crm.example", "/consent")
    hashed = hashlib.sha256(consent.verifier.reveal().encode()).digest()
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert urlsafe_b64decode(asked.pop("code_challenge") + "=") == hashed
    assert asked == {
        "tenant": "7", "prompt": "consent", "response_type": "code", "client_id": "client 17", "redirect_uri": BACK,
        "scope": "read write", "state": consent.state.reveal(), "code_challenge_method": "S256",
    }  # fmt: skip
    assert consent.verifier.reveal() not in address
    assert "client-canary" not in address


def test_the_challenge_is_that_of_the_standard() -> None:
    # RFC 7636, appendix B
    assert (
        challenge(Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))
        == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )


def test_a_state_is_good_once() -> None:
    consents = Consents(Drawn())
    mine, other = consents.begin("crm", BACK, 0.0), consents.begin("erp", BACK, 0.0)
    assert consents.redeem("forged", 1.0) is None
    assert consents.redeem("", 1.0) is None
    assert consents.redeem(mine.state.reveal(), 1.0) == mine
    assert consents.redeem(mine.state.reveal(), 1.0) is None
    assert consents.redeem(other.state.reveal(), 1.0) == other


def test_a_state_that_is_too_old_is_worth_nothing() -> None:
    consents = Consents(Drawn())
    old = consents.begin("crm", BACK, 0.0)
    assert consents.redeem(old.state.reveal(), 600.0) is None
    assert consents.redeem(old.state.reveal(), 1.0) is None
    for n in range(1000):
        consents.begin("crm", BACK, n * 100.0)
    assert len(consents.pending) <= 6


def test_the_code_is_exchanged_with_the_verifier_and_the_same_address() -> None:
    consent = Consents(Drawn()).begin("crm", BACK, 0.0)
    form = code_form(CLIENT, consent, Secret("code-canary"))
    assert form == {
        "grant_type": "authorization_code", "code": Secret("code-canary"), "redirect_uri": BACK,
        "code_verifier": consent.verifier, "client_id": "client-17", "client_secret": Secret("client-canary"),
    }  # fmt: skip
    assert "canary" not in repr((form, consent))
    public = Client(auth=CLIENT.auth, id="client-17")
    assert "client_secret" not in code_form(public, consent, Secret("code"))


def body(**more: Any) -> Answer:
    return Answer(status=200, body={"access_token": "a", **more})


def test_a_first_token_keeps_what_was_consented_to() -> None:
    token = granted(body(refresh_token="r", expires_in=1800, scope="b a a"), None, 100.0)
    assert token is not None
    assert (token.access, token.refresh) == (Secret("a"), Secret("r"))
    assert (token.made, token.ends, token.scopes, token.lost) == (100.0, 1900.0, ("a", "b"), ())


def test_the_old_refresh_token_is_kept_where_no_new_one_came() -> None:
    for empty in ({}, {"refresh_token": ""}, {"refresh_token": None}, {"refresh_token": 7}):
        token = granted(body(**empty), first(), 100.0)
        assert token is not None
        assert token.refresh == Secret("refresh-0")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(1800, 1800.0), ("3600", 3600.0), (0, None), (-5, None), (None, None), ("soon", None), (nan, None), (inf, None),
     ([], None), (1e12, None)],
)  # fmt: skip
def test_an_end_that_cannot_be_meant_is_none(value: Any, seconds: float | None) -> None:
    assert seconds_of(value) == seconds


def test_rights_come_as_text_or_as_a_list() -> None:
    assert scopes_of({"scopes": ["b", "a"]}) == scopes_of({"scope": "b a"}) == ("a", "b")
    assert scopes_of({"scope": 7}) == scopes_of({}) == ()
