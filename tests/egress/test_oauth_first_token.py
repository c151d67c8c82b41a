"""What a person's consent is worth: kept before anything is done with it, or said why not; never half."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import pytest
from token_world import Shelf, System, first, tokens_of

from syncline.config.secret import Secret
from syncline.connect.door import NoAnswer, NotAdmitted, Unreachable
from syncline.connect.request import Answer
from syncline.egress.consent import Back, Consent, Consents, came_back, pasted
from syncline.egress.oauth import Tokens

BACK = "http://localhost:8765/connected"
CODE = Secret("code-canary")


def begun(consents: Consents) -> Consent:
    return consents.begin("crm", BACK, 0.0)


def consents() -> Consents:
    numbers = iter(range(1, 100))
    return Consents(lambda size: next(numbers).to_bytes(size, "big"))


def world(*answers: Answer | Exception, kept: bool = False) -> tuple[Tokens, System, Shelf, Consent]:
    system, shelf = System(next=list(answers)), Shelf(first() if kept else None)
    return tokens_of(system, shelf, lambda: 100.0), system, shelf, begun(consents())


def good(**more: Any) -> Answer:
    body = {"access_token": "access-new", "refresh_token": "refresh-new", "expires_in": 1800, "scope": "read", **more}
    return Answer(status=200, body=body)


def test_the_token_is_kept_under_the_lock_and_takes_the_place_of_what_was_there() -> None:
    tokens, system, shelf, consent = world(good(), kept=True)
    assert tokens.access("crm") == "access-0"
    tokens.consented("crm", consent, CODE)
    assert shelf.done[-3:] == ["lock", "write access-new", "unlock"]
    assert shelf.token is not None
    assert (shelf.token.scopes, shelf.token.lost) == (("read",), ()), (
        "less was consented to, and nothing was taken away"
    )
    assert tokens.access("crm") == "access-new"
    assert system.asked[-1]["code"] == "code-canary"
    assert system.asked[-1]["code_verifier"] == consent.verifier.reveal()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(status=400, body={"status": "BAD_AUTH_CODE", "error": "invalid_grant"}), "does not take the code"),
        (Answer(status=400, body={"status": "BAD_CLIENT_ID"}), "`client_id` and `client_secret`"),
        (Answer(status=401, body={"error": "invalid_client"}), "`client_id` and `client_secret`"),
        (Answer(status=503, body=None), "the code is spent"),
        (Answer(status=200, body={"token": "none"}), "does not take the code"),
        (Answer(status=400, body={"error": "code-canary says back\nwhat it was sent"}), "does not take the code (400)"),
    ],
)
def test_a_code_that_is_worth_nothing_leaves_what_was_kept(answer: Answer, said: str) -> None:
    tokens, _, shelf, consent = world(answer, kept=True)
    with pytest.raises(NotAdmitted) as refused:
        tokens.consented("crm", consent, CODE)
    assert said in str(refused.value)
    assert "syncline connect crm" in str(refused.value)
    assert "canary" not in str(refused.value)
    assert shelf.token == first()


@pytest.mark.parametrize("problem", [NoAnswer("crm: nothing came"), Unreachable("crm: away")])
def test_no_answer_keeps_nothing(problem: Exception) -> None:
    tokens, _, shelf, consent = world(problem)
    with pytest.raises(type(problem)):
        tokens.consented("crm", consent, CODE)
    assert shelf.token is None


def test_a_token_that_cannot_be_written_down_is_not_used() -> None:
    tokens, _, shelf, consent = world(good())
    shelf.broken = OSError("no space left")
    with pytest.raises(Unreachable, match="could not be written down"):
        tokens.consented("crm", consent, CODE)
    assert shelf.token is None


def test_another_process_that_makes_the_token_now_is_waited_for() -> None:
    class Busy(Shelf):
        def alone(self, system: str) -> AbstractContextManager[Any]:
            raise Unreachable("crm: another process has been making its token for a while")

    system = System(next=[good()])
    tokens = tokens_of(system, Busy(None), lambda: 100.0)
    with pytest.raises(Unreachable):
        tokens.consented("crm", begun(consents()), CODE)
    assert system.asked == [], "the code is not spent"


# ---- what comes back
def test_what_comes_back_is_ours_once_or_nothing() -> None:
    known = consents()
    mine = begun(known)
    state = mine.state.reveal()
    assert came_back(known, {"code": "c", "state": "forged"}, 1.0) is None
    assert came_back(known, {"code": "c"}, 1.0) is None
    assert came_back(known, {"code": "c", "state": state}, 1.0) == Back(consent=mine, code=Secret("c"))
    assert came_back(known, {"code": "c", "state": state}, 1.0) is None


@pytest.mark.parametrize(
    ("given", "error"),
    [({"error": "access_denied"}, "access_denied"), ({"error": "access_denied", "code": "c"}, "access_denied"),
     ({}, "no code came with it"), ({"error": "two words\nand more"}, "no code came with it")],
)  # fmt: skip
def test_a_consent_that_was_not_given_says_why_in_a_word(given: dict[str, str], error: str) -> None:
    known = consents()
    mine = begun(known)
    back = came_back(known, {**given, "state": mine.state.reveal()}, 1.0)
    assert back == Back(consent=mine, error=error)


def test_what_is_pasted_is_the_address_or_the_code() -> None:
    for text in ("{back}?code=c%20d&state={state}", "{back}/?state={state}&code=c+d", "?state={state}&code=c+d"):
        known = consents()
        mine = begun(known)
        found = pasted(known, mine, f"  {text.format(back=BACK, state=mine.state.reveal())}\n", 1.0)
        assert found == Back(consent=mine, code=Secret("c d")), text
    known = consents()
    mine = begun(known)
    assert pasted(known, mine, " c-d ", 1.0) == Back(consent=mine, code=Secret("c-d"))
    assert pasted(known, mine, "c-d", 1.0) is None, "once"
    assert pasted(consents(), mine, f"{BACK}?code=c&state=forged", 1.0) is None
    assert pasted(consents(), mine, "c-d", 700.0) is None
