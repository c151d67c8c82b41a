"""Tokens are made anew in time, once, kept before they are used; and what happens when that fails."""

import threading
from typing import Any

import pytest
from budget_world import Clock
from token_world import Shelf, System, first, tokens_of

from syncline.config.secret import Secret
from syncline.connect.door import NoAnswer, NotAdmitted, Unreachable
from syncline.connect.request import Answer
from syncline.egress.consent import Token
from syncline.egress.oauth import Expired, Tokens

CANARIES = ("refresh-0", "access-0", "client-canary")


def world(token: Token | None = None, **system: Any) -> tuple[Clock, System, Shelf, Tokens]:
    clock, made = Clock(0.0), System(**system)
    shelf = Shelf(token or first())
    return clock, made, shelf, tokens_of(made, shelf, clock)


def refusal(tokens: Tokens, kind: type[Exception], refused: str | None = None) -> str:
    with pytest.raises(kind) as told:
        tokens.access("crm") if refused is None else tokens.refused("crm", refused)
    assert type(told.value) is kind
    for canary in CANARIES:
        assert canary not in f"{told.value}{told.value!r}{told.value.__cause__!r}"
    return str(told.value)


def test_a_token_that_lives_is_used_and_nothing_is_asked() -> None:
    clock, system, shelf, tokens = world()
    for _ in range(5):
        assert tokens.access("crm") == "access-0"
        clock.now += 300
    assert system.asked == []
    assert shelf.done == ["read"]


@pytest.mark.parametrize(("lasts", "margin"), [(1800, 60), (300, 30), (10, 1), ("3600", 60)])
def test_it_is_made_anew_before_its_end(lasts: Any, margin: float) -> None:
    clock, system, _, tokens = world(first(ends=float(lasts)))
    clock.now = float(lasts) - margin - 0.1
    assert tokens.access("crm") == "access-0"
    clock.now += 0.2
    assert tokens.access("crm") == "access-1"
    assert len(system.asked) == 1


def test_it_is_kept_before_it_is_used_under_the_lock_after_reading_again() -> None:
    clock, _, shelf, tokens = world()
    clock.now = 1790
    assert tokens.access("crm") == "access-1"
    assert shelf.done == ["read", "lock", "read", "write access-1", "unlock"]


def test_what_another_made_meanwhile_is_used() -> None:
    clock, system, shelf, tokens = world()
    clock.now = 1790
    newer = Token(access=Secret("theirs"), refresh=Secret("refresh-9"), made=1789.0, ends=3600.0)

    def another() -> None:
        shelf.token = newer

    shelf.before_lock = another
    assert tokens.access("crm") == "theirs"
    assert system.asked == []


def test_many_threads_make_one_token() -> None:
    clock, system, _, tokens = world()
    clock.now = 1790
    barrier, found = threading.Barrier(8), []

    def come() -> None:
        barrier.wait(10)
        found.append(tokens.access("crm"))

    workers = [threading.Thread(target=come) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(10)
    assert found == ["access-1"] * 8
    assert len(system.asked) == 1


@pytest.mark.parametrize("rotates", [True, False])
def test_it_goes_on_for_days_also_where_no_new_refresh_token_comes(rotates: bool) -> None:
    clock, system, shelf, tokens = world(rotates=rotates)
    for n in range(100):
        assert tokens.access("crm") == f"access-{n}"
        clock.now += 1750
    assert shelf.token is not None
    assert shelf.token.refresh == Secret(system.refresh)


# ---- refused


def test_a_token_without_an_end_is_good_until_it_is_refused() -> None:
    clock, system, _, tokens = world(first(ends=None), lasts=None)
    clock.now = 1e7
    assert tokens.access("crm") == "access-0"
    assert tokens.refused("crm", "access-0") == "access-1"
    assert tokens.access("crm") == "access-1"
    assert tokens.refused("crm", "access-0") == "access-1"  # another thread's, which left before
    assert len(system.asked) == 1


def test_a_token_that_is_refused_as_soon_as_it_was_made_is_not_made_again() -> None:
    clock, system, _, tokens = world()
    clock.now = 1000
    assert tokens.refused("crm", "access-0") == "access-1"
    clock.now += 59
    assert "just made" in refusal(tokens, Expired, "access-1")
    assert len(system.asked) == 1
    clock.now += 2
    assert tokens.refused("crm", "access-1") == "access-2"


@pytest.mark.parametrize("body", [{"error": "invalid_grant"}, {"status": "BAD_REFRESH_TOKEN", "message": "no"}])
def test_revoked_access_says_what_to_do(body: dict[str, str]) -> None:
    clock, system, shelf, tokens = world()
    clock.now = 1790
    system.next = [Answer(status=400, body=body)]
    text = refusal(tokens, Expired)
    assert text == "crm does not know us any more: access was revoked or has ended; run `syncline connect crm`"
    assert shelf.done == ["read", "lock", "read", "read", "unlock"]  # once more, in case somebody rotated it


def test_a_refresh_token_that_another_used_is_read_again_once() -> None:
    clock, system, shelf, tokens = world()
    clock.now = 1790
    system.refresh = "refresh-7"
    real = system.post

    def rotated_meanwhile(*given: Any) -> Answer:
        if shelf.token is not None and shelf.token.refresh == Secret("refresh-0"):
            shelf.token = first(refresh=Secret("refresh-7"), access=Secret("theirs"))  # ends soon, too
        return real(*given)

    tokens.post = rotated_meanwhile
    assert tokens.access("crm") == "access-1"
    assert [one["refresh_token"] for one in system.asked] == ["refresh-0", "refresh-7"]


def test_a_good_token_that_another_made_is_used_after_invalid_grant() -> None:
    clock, system, shelf, tokens = world()
    clock.now = 1790
    system.refresh = "refresh-7"
    real = system.post

    def rotated_meanwhile(*given: Any) -> Answer:
        shelf.token = first(now=1790.0, refresh=Secret("refresh-7"), access=Secret("theirs"))
        return real(*given)

    tokens.post = rotated_meanwhile
    assert tokens.access("crm") == "theirs"
    assert len(system.asked) == 1


def test_two_refresh_tokens_that_are_not_good_are_enough() -> None:
    clock, system, shelf, tokens = world()
    clock.now = 1790
    real = system.post
    system.refresh = "nobody has it"

    def rotated_meanwhile(*given: Any) -> Answer:
        shelf.token = first(refresh=Secret(f"refresh-{len(system.asked) + 7}"))
        return real(*given)

    tokens.post = rotated_meanwhile
    refusal(tokens, Expired)
    assert len(system.asked) == 2


def test_without_a_refresh_token_its_end_is_the_end() -> None:
    clock, _, _, tokens = world(first(refresh=None))
    clock.now = 1790
    assert "gave no refresh token" in refusal(tokens, Expired)


def test_without_a_consent_there_is_nothing() -> None:
    _, _, shelf, tokens = world()
    shelf.token = None
    assert refusal(tokens, NotAdmitted) == "crm has no token: run `syncline connect crm`"


def test_rights_that_were_taken_away_stop_the_system_until_they_are_back() -> None:
    clock, system, shelf, tokens = world(scope="read")
    clock.now = 1790
    assert refusal(tokens, Expired) == "crm has taken rights away (write): run `syncline connect crm`"
    refusal(tokens, Expired)
    assert len(system.asked) == 1
    assert shelf.token is not None
    assert shelf.token.refresh == Secret("refresh-1")  # the new token is kept all the same
    system.scope = "write read more"
    clock.now += 1790
    assert tokens.access("crm") == "access-2"


def test_a_system_that_names_no_rights_took_none_away() -> None:
    clock, _, _, tokens = world(scope=None)
    clock.now = 1790
    assert tokens.access("crm") == "access-1"


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (Answer(status=401, body={"error": "invalid_client"}), NotAdmitted, r"(invalid_client): are `client_id`"),
        (Answer(status=400, body={"error": "it says refresh-0 back"}), NotAdmitted, "(400)"),
        (Answer(status=403, body="<html>"), NotAdmitted, "(403)"),
        (Answer(status=503, body=""), Unreachable, "makes no token now (503)"),
        (Answer(status=429, body={}, headers={"retry-after": "77"}), Unreachable, "makes no token now (429)"),
        (Answer(status=200, body={"access_token": ""}), Unreachable, "answered 200 without a token"),
        (Answer(status=200, body=["access-0"]), Unreachable, "answered 200 without a token"),
        (Answer(status=302, body=""), Unreachable, "answered 302 without a token"),
    ],
)
def test_what_else_may_come_instead_of_a_token(answer: Answer, kind: type[Exception], says: str) -> None:
    clock, system, _, tokens = world()
    clock.now = 2000
    system.next = [answer]
    assert says in refusal(tokens, kind)
    assert tokens.access("crm") == "access-1"


def test_the_wait_that_it_names_is_handed_on() -> None:
    clock, system, _, tokens = world()
    clock.now = 2000
    system.next = [Answer(status=429, headers={"retry-after": "77"})]
    with pytest.raises(Unreachable) as told:
        tokens.access("crm")
    assert told.value.after == 77


def test_while_the_old_one_lives_a_failure_can_wait() -> None:
    clock, system, _, tokens = world()
    clock.now = 1790
    system.next = [Answer(status=503), Unreachable("down", 5.0), NoAnswer("cut")]
    for _ in range(3):
        assert tokens.access("crm") == "access-0"
        clock.now += 1
    assert tokens.access("crm") == "access-1"
    clock.now = 3000
    system.next = [Answer(status=503)]
    assert "503" in refusal(tokens, Unreachable, "access-1")  # a refused one is not used again


# ---- lost


def test_a_lost_answer_mends_itself_where_the_old_refresh_token_is_still_good() -> None:
    clock, system, _, tokens = world(rotates=False)
    clock.now = 2000
    system.next = [NoAnswer("cut")]
    assert "did not answer for a token" in refusal(tokens, Unreachable)
    assert tokens.access("crm") == "access-1"


def test_a_lost_answer_with_a_refresh_token_that_is_good_once_says_so() -> None:
    clock, system, _, tokens = world()
    clock.now = 2000
    real = system.post

    def lost(*given: Any) -> Answer:
        real(*given)
        raise NoAnswer("cut")

    tokens.post = lost
    refusal(tokens, Unreachable)
    tokens.post = real
    text = refusal(tokens, Expired)
    assert "or the token that was asked for at 1970-01-01 00:33:20 UTC never arrived here; run `syncline" in text


def test_what_a_dead_process_left_behind_is_said() -> None:
    clock, system, shelf, tokens = world()
    clock.now, shelf.abandoned, system.refresh = 2000, 1000.0, "the dead one had it"
    assert "asked for at 1970-01-01 00:16:40 UTC never arrived" in refusal(tokens, Expired)


def test_a_token_that_cannot_be_kept_is_not_used_and_not_lost() -> None:
    clock, system, shelf, tokens = world()
    clock.now = 2000
    shelf.broken = OSError("no space left")
    assert "could not be written down (OSError: no space left)" in refusal(tokens, Unreachable)
    refusal(tokens, Unreachable)
    assert len(system.asked) == 1
    shelf.broken = None
    assert tokens.access("crm") == "access-1"
    assert shelf.token is not None
    assert shelf.token.refresh == Secret("refresh-1")


def test_a_token_that_could_not_be_kept_does_not_replace_a_newer() -> None:
    clock, system, shelf, tokens = world()
    clock.now = 2000
    shelf.broken = Unreachable("another process has taken over")
    refusal(tokens, Unreachable)
    shelf.broken = None
    clock.now = 2100
    shelf.token = first(now=2050.0, access=Secret("theirs"))
    assert tokens.access("crm") == "theirs"
    assert len(system.asked) == 1


def test_nothing_that_is_shown_holds_a_token() -> None:
    _, system, shelf, tokens = world()
    tokens.access("crm")
    shown = f"{tokens!r} {shelf.token!r} {tokens.clients!r}"
    for canary in CANARIES:
        assert canary not in shown
    assert system.asked == []
