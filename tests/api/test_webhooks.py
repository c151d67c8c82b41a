"""The webhook door: 2xx only once the hint is durable, nothing believed that is not signed, and no flood that hurts."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest
from signing import NOW, URL, V3, v3
from structlog.testing import capture_logs

from syncline.api import webhooks
from syncline.api.webhooks import Delivery, Endpoint, WebhookDoor
from syncline.connect.webhook import Signed, Touched, Webhook

BODY = json.dumps([{"objectId": 7}, {"objectId": 8}]).encode()


def touched(body: Any, headers: Any) -> tuple[Touched, ...]:
    return tuple(Touched(stream="contact", id=str(one["objectId"])) for one in body)


SIGNED = Endpoint(system="crm", webhook=Webhook(signed=V3, touched=touched), url=URL, keys=("secret",))
PLAIN = Endpoint(system="erp", webhook=Webhook(signed=None, touched=touched), url="https://hub.acme.example/webhooks/p")


class Kept:
    """What was made durable; `fails` before that, as often as it says."""

    def __init__(self, fails: int = 0) -> None:
        self.batches: list[list[Delivery]] = []
        self.fails = fails
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, deliveries: Sequence[Delivery]) -> None:
        self.gate.wait(10)
        if self.fails:
            self.fails -= 1
            raise OSError("no space left")
        self.batches.append(list(deliveries))

    @property
    def ids(self) -> list[str]:
        return [one.id for batch in self.batches for delivery in batch for one in delivery.touched]


def door(kept: Kept) -> WebhookDoor:
    return WebhookDoor({"abc": SIGNED, "p": PLAIN}, kept, lambda: NOW)


async def send(
    app: WebhookDoor, path: str = "/webhooks/abc", body: bytes = BODY, *, method: str = "POST",
    headers: dict[str, str] | None = None, parts: Sequence[bytes] | None = None,
) -> int:  # fmt: skip
    """One delivery; returns the status."""
    told = {"content-type": "application/json", **(v3("secret", body=body) if headers is None else headers)}
    pieces = list(parts if parts is not None else [body])
    out: list[Any] = []

    async def receive() -> dict[str, Any]:
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def answer(message: Any) -> None:
        out.append(message)

    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told.items()]
    await app({"type": "http", "path": path, "method": method, "headers": raw}, receive, answer)
    return int(out[0]["status"])


def once(*args: Any, kept: Kept | None = None, **kwargs: Any) -> tuple[int, Kept]:
    kept = kept or Kept()
    return asyncio.run(send(door(kept), *args, **kwargs)), kept


def test_a_signed_delivery_becomes_hints_and_is_answered_afterwards() -> None:
    status, kept = once()
    assert (status, kept.ids) == (200, ["7", "8"])


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"headers": {}}, 401),
        ({"headers": v3("other", body=BODY)}, 401),
        ({"path": "/webhooks/abd"}, 404),
        ({"path": "/webhooks/"}, 404),
        ({"path": "/abc"}, 404),
        ({"path": "/webhooks/abc/../p"}, 404),
        ({"method": "GET"}, 405),
        ({"headers": {**v3("secret", body=BODY), "content-type": "multipart/form-data; boundary=x"}}, 415),
        ({"headers": {**v3("secret", body=BODY), "content-length": "9" * 30}}, 413),
        ({"headers": {**v3("secret", body=BODY), "content-length": "-1"}}, 413),
        ({"body": b"x" * (webhooks.MOST_BYTES + 1)}, 413),
        ({"body": b"not json"}, 400),
        ({"body": b'{"a": NaN}'}, 400),
        ({"body": b"\xff\xfe"}, 400),
        ({"body": b"[" * 100_000}, 400),
        ({"body": b'{"no": "list"}'}, 400),
        ({"body": b'[{"other": 1}]'}, 400),
        ({"body": b""}, 400),
    ],
)
def test_what_is_no_delivery_leaves_nothing(changed: dict[str, Any], status: int) -> None:
    got, kept = once(**changed)
    assert (got, kept.batches) == (status, [])


def test_an_unsigned_vendor_is_guarded_by_its_path() -> None:
    status, kept = once("/webhooks/p", headers={})
    assert (status, kept.ids) == (200, ["7", "8"])
    assert once("/webhooks/q", headers={})[0] == 404


def test_no_2xx_before_it_is_durable() -> None:  # I3
    kept = Kept(fails=1)
    with capture_logs() as logs:
        assert once(kept=kept)[0] == 503
    assert "no space left" in logs[0]["why"]
    assert once(kept=kept)[0] == 200


def test_answering_first_would_lose_it() -> None:
    """The broken twin: a door that answers before the hint is kept says 200 to what is then lost."""

    class AnswersFirst(WebhookDoor):
        async def made_durable(self, delivery: Delivery) -> None:
            asyncio.get_running_loop().run_in_executor(None, self.keep, [delivery])

    kept = Kept(fails=1)
    assert asyncio.run(send(AnswersFirst({"abc": SIGNED}, kept, lambda: NOW))) == 200
    assert kept.ids == [], "what the test above would catch"


def test_those_that_come_together_share_a_transaction() -> None:
    kept = Kept()

    async def many() -> list[int]:
        app = door(kept)
        kept.gate.clear()
        tasks = [asyncio.create_task(send(app, "/webhooks/p", headers={}))]
        while not (app.writer and not app.waiting):
            await asyncio.sleep(0.001)
        tasks += [asyncio.create_task(send(app, "/webhooks/p", headers={})) for _ in range(199)]
        while len(app.waiting) < 199:
            await asyncio.sleep(0.001)
        kept.gate.set()
        return await asyncio.gather(*tasks)

    assert asyncio.run(asyncio.wait_for(many(), 20)) == [200] * 200
    assert sorted(map(len, kept.batches)) == [1, 199]


def test_one_transaction_that_fails_refuses_those_in_it_and_no_others() -> None:
    kept = Kept(fails=1)

    async def two() -> list[int]:
        app = door(kept)
        first = await send(app, "/webhooks/p", headers={})
        return [first, await send(app, "/webhooks/p", headers={})]

    assert asyncio.run(two()) == [503, 200]


def test_a_door_that_is_full_says_so_and_loses_none_that_it_took(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "MOST_WAITING", 5)
    kept = Kept()

    async def flood() -> list[int]:
        app = door(kept)
        kept.gate.clear()
        first = asyncio.create_task(send(app, "/webhooks/p", headers={}))
        while not (app.writer and not app.waiting):
            await asyncio.sleep(0.001)
        rest = [asyncio.create_task(send(app, "/webhooks/p", headers={})) for _ in range(20)]
        while sum(task.done() for task in rest) < 15:
            await asyncio.sleep(0.001)
        kept.gate.set()
        return await asyncio.gather(first, *rest)

    statuses = asyncio.run(asyncio.wait_for(flood(), 20))
    assert (statuses.count(200), statuses.count(503)) == (6, 15)
    assert len(kept.ids) == 12


def test_a_body_that_trickles_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "READ_SECONDS", 0.05)
    out: list[Any] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b" ", "more_body": True}

    async def answer(message: Any) -> None:
        out.append(message)

    raw = [(b"content-type", b"application/json")]
    app, begun = door(Kept()), time.monotonic()
    asyncio.run(app({"type": "http", "path": "/webhooks/p", "method": "POST", "headers": raw}, receive, answer))
    assert out[0]["status"] == 408
    assert time.monotonic() - begun < 5


def test_ids_that_name_no_row_are_left_out_and_the_others_kept() -> None:
    body = json.dumps([{"objectId": "x" * 600}, {"objectId": "a\0b"}, {"objectId": ""}, {"objectId": 9}]).encode()
    with capture_logs() as logs:
        status, kept = once("/webhooks/p", body, headers={})
    assert (status, kept.ids) == (200, ["9"])
    assert logs == [{"event": "webhook names no row", "system": "erp", "rows": 3, "log_level": "warning"}]


def test_a_sender_learns_nothing_and_the_log_no_secret() -> None:
    with capture_logs() as logs:
        once(headers=v3("other", body=BODY))
    assert "secret" not in repr(logs)
    assert "secret" not in repr(SIGNED)


def test_a_body_in_parts_is_one_body() -> None:
    status, kept = once(parts=[BODY[:5], BODY[5:9], BODY[9:]])
    assert (status, kept.ids) == (200, ["7", "8"])


def test_a_signature_of_another_scheme_needs_its_own_key() -> None:
    nothing = Endpoint(
        system="crm", webhook=Webhook(signed=Signed(header="x-signature"), touched=touched), url=URL, keys=()
    )
    kept = Kept()
    app = WebhookDoor({"abc": nothing}, kept, lambda: NOW)
    assert asyncio.run(send(app, headers={"x-signature": "00"})) == 401
    assert kept.batches == []
