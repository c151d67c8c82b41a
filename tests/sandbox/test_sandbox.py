"""The sandbox around a toy vendor: quotas, faults, log, control, all under a fake clock and without a socket."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from syncline.sandbox.call import Call, Cut, Lost, Reply, Slow, json_call
from syncline.sandbox.clock import Clock
from syncline.sandbox.deliver import deliver, is_loopback
from syncline.sandbox.remote import in_process
from syncline.sandbox.sandbox import Sandbox

from .toy import TOY


@pytest.fixture
def toy() -> Iterator[Sandbox]:
    sandbox = Sandbox(TOY, clock=Clock(lambda: 1_000_000.0))
    yield sandbox
    sandbox.store.close()


def ask(toy: Sandbox, method: str, target: str, body: Any = None, others: tuple[str, ...] = ()) -> Reply:
    reply = toy.answer(json_call(method, target, body), others)
    assert isinstance(reply, Reply)
    return reply


def test_the_vendor_answers_and_the_call_is_logged(toy: Sandbox) -> None:
    assert ask(toy, "POST", "/notes", {"text": "a"}) == Reply(
        status=201, body={"id": 1, "text": "a"}, headers={"Date": "Mon, 12 Jan 1970 13:46:40 GMT", "X-Left": "4"}
    )
    assert ask(toy, "GET", "/notes/1").body == {"id": 1, "text": "a"}
    shown = in_process(toy).calls()
    assert (shown["count"], shown["cost"], shown["by_kind"]) == (2, 3, {"write": 1, "read": 1})
    assert shown["left"]["calls"] == 3
    assert [(one["method"], one["status"]) for one in shown["calls"]] == [("POST", 201), ("GET", 200)]
    assert [one["number"] for one in in_process(toy).calls(after=1)["calls"]] == [2]


def test_a_rolling_quota_refuses_until_its_window_has_passed(toy: Sandbox) -> None:
    for _ in range(5):
        assert ask(toy, "GET", "/notes/1").status == 404
    refused = ask(toy, "GET", "/notes/1")
    assert (refused.status, refused.body) == (429, {"error": "calls"})
    in_process(toy).clock(advance=9.9)
    assert ask(toy, "GET", "/notes/1").status == 429
    in_process(toy).clock(advance=0.1)
    assert ask(toy, "GET", "/notes/1").status == 404
    assert in_process(toy).calls()["cost"] == 6


def test_a_quota_of_calls_at_one_time_counts_only_its_kind(toy: Sandbox) -> None:
    assert ask(toy, "POST", "/notes", {}, others=("write",)).body == {"error": "writes at once"}
    assert ask(toy, "POST", "/notes", {}, others=("read", "read")).status == 201


def test_a_fixed_window_ends_at_midnight(toy: Sandbox) -> None:
    in_process(toy).ask("PUT", "quotas", [{"name": "day", "amount": 1, "per_seconds": 86_400, "window": "fixed"}])
    assert [ask(toy, "GET", "/notes/1").status for _ in range(2)] == [404, 429]
    in_process(toy).clock(now=(1_000_000 // 86_400 + 1) * 86_400 - 1)
    assert ask(toy, "GET", "/notes/1").status == 429
    in_process(toy).clock(advance=1)
    assert ask(toy, "GET", "/notes/1").status == 404


def test_what_is_refused_leaves_nothing_behind(toy: Sandbox) -> None:
    ask(toy, "POST", "/notes", {"code": "x"})
    assert ask(toy, "POST", "/notes", {"code": "x"}).body == {"error": "taken", "by": 1}
    assert len(in_process(toy).rows("notes")) == 1


@pytest.mark.parametrize(
    ("kind", "how", "status", "rows"),
    [
        ("rate-limit", {}, 429, 0),
        ("expire-token", {}, 401, 0),
        ("reject", {}, 422, 0),
        ("server-error", {"status": 503}, 503, 0),
        ("server-error", {"done": True}, 500, 1),
    ],
)
def test_a_planted_fault_is_worded_by_the_vendor(
    toy: Sandbox, kind: str, how: dict[str, Any], status: int, rows: int
) -> None:
    in_process(toy).plant(kind, count=1, **how)
    assert ask(toy, "POST", "/notes", {}).status == status
    assert len(in_process(toy).rows("notes")) == rows
    assert ask(toy, "POST", "/notes", {}).status == 201
    assert [one["fault"] for one in in_process(toy).calls()["calls"]] == [kind, None]


@pytest.mark.parametrize(
    ("kind", "how", "expected", "rows"),
    [
        ("timeout", {"seconds": 9.0}, Lost(done=False, hangs_seconds=9.0), 0),
        ("timeout", {"seconds": 9.0, "done": True}, Lost(done=True, hangs_seconds=9.0), 1),
        ("lose-answer", {}, Lost(done=True), 1),
    ],
)
def test_a_lost_answer_says_whether_the_work_was_done(
    toy: Sandbox, kind: str, how: dict[str, Any], expected: Lost, rows: int
) -> None:
    in_process(toy).plant(kind, **how)
    assert toy.answer(json_call("POST", "/notes", {})) == expected
    in_process(toy).heal()
    assert len(in_process(toy).rows("notes")) == rows
    assert in_process(toy).calls()["by_status"] == {"lost": 1}


def test_answers_may_be_cut_or_slow(toy: Sandbox) -> None:
    in_process(toy).plant("cut", count=1)
    in_process(toy).plant("slow", count=1, seconds=2.0)
    assert isinstance(toy.answer(json_call("GET", "/notes/1")), Cut)
    assert isinstance(toy.answer(json_call("GET", "/notes/1")), Slow)


def test_a_fault_keeps_to_its_method_path_and_rate(toy: Sandbox) -> None:
    toy.quotas.quotas = ()
    in_process(toy).plant("server-error", method="GET", path="/notes/*", rate=0.5, seed=3)
    assert ask(toy, "POST", "/notes", {}).status == 201
    assert ask(toy, "GET", "/notes").status == 200
    struck = sum(ask(toy, "GET", "/notes/1").status == 500 for _ in range(200))
    assert 70 < struck < 130
    assert in_process(toy).ask("GET", "faults")[0]["struck"] == struck


def test_a_vendor_says_which_calls_write_and_by_which_paths_they_go() -> None:
    vendor = replace(TOY, writes=lambda call: call.body == b"{}", places=lambda call: (call.path, "/create"))
    toy = Sandbox(vendor, clock=Clock(lambda: 1_000_000.0))
    in_process(toy).plant("reject", count=1)
    in_process(toy).plant("server-error", path="/create")
    assert ask(toy, "POST", "/notes", {"text": "a"}).status == 500
    assert ask(toy, "POST", "/notes", {}).status == 422
    toy.store.close()


def test_lists_lag_while_that_is_planted(toy: Sandbox) -> None:
    in_process(toy).plant("lag", seconds=5.0, method="POST")
    ask(toy, "POST", "/notes", {"text": "a"})
    assert ask(toy, "GET", "/notes?text=a").body == []
    assert ask(toy, "GET", "/notes/1").status == 200
    in_process(toy).clock(advance=5.0)
    assert ask(toy, "GET", "/notes?text=a").body == [{"id": 1, "text": "a"}]


def test_people_edit_and_the_api_sees_it(toy: Sandbox) -> None:
    control = in_process(toy)
    id = str(control.save("notes", {"text": "by hand"})["id"])
    assert ask(toy, "GET", f"/notes/{id}").body["text"] == "by hand"
    control.save("notes", {"text": "again"}, id)
    assert control.row("notes", id)["text"] == "again"
    assert control.act("shout", text="hey") == {"said": "hey"}
    control.remove("notes", id)
    assert ask(toy, "GET", f"/notes/{id}").status == 404
    assert control.calls()["count"] == 2


@pytest.mark.parametrize(
    ("method", "target", "body", "sentence"),
    [
        ("GET", "nothing", None, "the control API has no GET"),
        ("GET", "records/cats", None, "toy has no 'cats'"),
        ("GET", "records/notes/9", None, "it is not there"),
        ("DELETE", "records/notes/9", None, "it is not there"),
        ("PUT", "records/notes/9", {}, "there is no note 9"),
        ("POST", "acts/dance", {}, "here people can shout"),
        ("POST", "faults", {"kind": "flood"}, "no fault is called 'flood'"),
        ("POST", "faults", {"kind": "slow", "seconds": "x"}, "float"),
        ("POST", "clock", {"stop": 1}, "not stop"),
        ("POST", "seed", {"contacts": "many"}, "int"),
        ("POST", "seed", {"contcts": 5}, "there is no contcts here, only accounts"),
        ("POST", "seed", {"contacts": -5}, "fewer than none"),
        ("POST", "seed", {"differs": 2}, "between 0 and 1"),
        ("POST", "faults", {"kind": "cut", "cuont": 7}, "there is no cuont here"),
        ("POST", "faults", {"kind": "cut", "rate": 7}, "between 0 and 1"),
        ("POST", "faults", {"kind": "cut", "count": -1}, "negative"),
        ("POST", "records/notes", [], "must be a JSON object"),
        ("POST", "acts/shout", [], "must be a JSON object"),
        ("POST", "acts/shout", {}, "text is missing"),
        ("POST", "clock", [1], "must be a JSON object"),
        ("POST", "clock", {"now": 1e300}, "from 1970 to 9999"),
        ("POST", "clock", {"advance": -1e30}, "from 1970 to 9999"),
        ("PUT", "quotas", {}, "quotas are a list"),
        ("PUT", "quotas", [{"name": "x", "amuont": 1}], "there is no amuont here"),
        ("GET", "calls?limit=-1", None, "limit must be a whole number"),
        ("GET", "calls?after=x", None, "after must be a whole number"),
    ],
)
def test_the_control_api_says_what_cannot_be(toy: Sandbox, method: str, target: str, body: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        in_process(toy).ask(method, target, body)


def test_a_body_that_is_nested_too_deeply_is_refused(toy: Sandbox) -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    reply = toy.answer(Call(method="POST", path="/_sandbox/faults", body=deep))
    assert isinstance(reply, Reply)
    assert reply.status == 400


def test_a_clock_that_is_refused_stays(toy: Sandbox) -> None:
    control = in_process(toy)
    with pytest.raises(ValueError, match="1970"):
        control.clock(now=1e300)
    assert control.clock() == 1_000_000.0


def test_the_control_api_is_there_without_a_last_slash(toy: Sandbox) -> None:
    assert ask(toy, "GET", "/_sandbox").body["vendor"] == "toy"
    assert toy.calls.count == 0


def test_reset_is_the_first_day_and_the_clock_goes_on(toy: Sandbox) -> None:
    control = in_process(toy)
    control.seed(contacts=3)
    control.plant("reject")
    now = control.clock(advance=7.0)
    control.reset()
    assert control.rows("notes") == []
    assert control.ask("GET", "faults") == []
    assert control.calls()["count"] == 0
    assert control.clock() == now
    assert control.save("notes", {})["id"] == 1


def test_the_same_size_is_the_same_company(toy: Sandbox) -> None:
    other = Sandbox(TOY)
    in_process(toy).seed(seed=4, contacts=9)
    in_process(other).seed(seed=4, contacts=9)
    rows = in_process(toy).rows("notes")
    assert rows == in_process(other).rows("notes")
    assert len(rows) == 9


def test_the_clock_can_stand_and_go_on() -> None:
    real = [100.0]
    clock = Clock(lambda: real[0])
    clock.set(1000.0)
    real[0] = 101.0
    assert clock.now() == 1001.0
    clock.freeze()
    real[0] = 150.0
    clock.advance(5.0)
    assert clock.now() == 1006.0
    clock.freeze(False)
    real[0] = 151.0
    assert clock.now() == 1007.0
    assert clock.micros() == 1_007_000_000


# --- webhooks ---


def sent(toy: Sandbox) -> list[bytes]:
    bodies = []
    while deliver(toy, lambda delivery: bodies.append(delivery.body) or 200):
        continue
    return bodies


def test_a_webhook_is_sent_once_and_its_outcome_told(toy: Sandbox) -> None:
    in_process(toy).ask("POST", "hooks", {"url": "http://127.0.0.1:9/x"})
    ask(toy, "POST", "/notes", {})
    assert sent(toy) == [b'{"note": 1}']
    assert toy.store.setting("outcomes") == [[1, 200]]


def test_webhooks_can_be_dropped_repeated_and_turned_round(toy: Sandbox) -> None:
    control = in_process(toy)
    control.ask("POST", "hooks", {"url": "http://127.0.0.1:9/x"})
    control.plant("webhook-drop", count=1)
    ask(toy, "POST", "/notes", {})
    assert sent(toy) == []
    assert toy.store.setting("outcomes") == [[1, None]]
    control.plant("webhook-repeat", count=1)
    control.plant("webhook-shuffle", count=1)
    ask(toy, "POST", "/notes", {})
    ask(toy, "POST", "/notes", {})
    assert sent(toy) == [b'{"note": 3}', b'{"note": 2}', b'{"note": 2}']


def test_webhooks_stay_on_this_machine_unless_allowed(toy: Sandbox) -> None:
    in_process(toy).ask("POST", "hooks", {"url": "http://hub.example.test/x"})
    ask(toy, "POST", "/notes", {})
    assert sent(toy) == []
    toy.calls_out = True
    ask(toy, "POST", "/notes", {})
    assert sent(toy) == [b'{"note": 2}']


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:80/", True),
        ("http://[::1]/", True),
        ("http://localhost/", True),
        ("http://10.0.0.1/", False),
        ("http://example.test/", False),
        ("", False),
    ],
)
def test_what_leads_back_to_this_machine(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected
