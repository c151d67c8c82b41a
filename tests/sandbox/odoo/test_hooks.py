"""Webhooks in both directions: unsigned, in one second, once."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from typing import Any

import httpx2
import pytest

from syncline.sandbox.call import json_call
from syncline.sandbox.deliver import Delivery, deliver
from syncline.sandbox.odoo.vendor import odoo as odoo_vendor
from syncline.sandbox.remote import in_process, over_http
from syncline.sandbox.sandbox import Sandbox
from syncline.sandbox.serve import running

from .calling import KEY, No, Odoo, answered, opened, over_jsonrpc

HERE = "http://127.0.0.1:1/hook"


def told(odoo: Odoo) -> list[dict[str, Any]]:
    """What is sent now."""
    sent: list[Delivery] = []

    def send(delivery: Delivery) -> int:
        sent.append(delivery)
        return 200

    deliver(odoo.sandbox, send)
    assert all(one.timeout_seconds == 1.0 for one in sent)
    assert all(set(one.headers) == {"content-type"} for one in sent)  # nothing is signed
    return [json.loads(one.body) for one in sent]


def listen(odoo: Odoo, **rule: Any) -> None:
    in_process(odoo.sandbox).ask("POST", "hooks", {"model": "res.partner", "url": HERE, **rule})


def test_a_rule_tells_what_was_touched_once_for_each_record(every: Odoo) -> None:
    listen(every, name="To the hub", fields=["name", "country_id", "phone"])
    id = every.make("res.partner", name="Contact 1", country_id=1)
    every.call("res.partner", "write", [id], vals={"name": "Contact 2"})
    first = {"_action": "To the hub(#1)", "_id": id, "_model": "res.partner", "country_id": 1, "id": id, "phone": False}
    assert told(every) == [{**first, "name": "Contact 1"}, {**first, "name": "Contact 2"}]
    every.make("crm.lead", name="Deal 1")
    assert told(every) == []


@pytest.mark.parametrize(
    ("trigger", "events"),
    [
        ("on_create", 1),
        ("on_write", 3),
        ("on_archive", 1),
        ("on_unarchive", 1),
        ("on_unlink", 1),
        ("on_create_or_write", 4),
    ],
)
def test_each_trigger_hears_its_own(odoo: Odoo, trigger: str, events: int) -> None:
    listen(odoo, trigger=trigger)
    id = odoo.make("res.partner", name="Contact 1")
    odoo.call("res.partner", "write", [id], vals={"phone": "1"})
    odoo.call("res.partner", "action_archive", [id])
    odoo.call("res.partner", "action_unarchive", [id])
    odoo.call("res.partner", "unlink", [id])
    heard = told(odoo)
    assert heard == [{"_action": "Send Webhook Notification(#1)", "_id": id, "_model": "res.partner"}] * events


def test_a_person_s_edit_is_told_too(odoo: Odoo) -> None:
    listen(odoo)
    row = in_process(odoo.sandbox).save("res.partner", {"name": "By hand"})
    assert [one["_id"] for one in told(odoo)] == [row["id"]]


@pytest.mark.parametrize(("version", "heard"), [(17, 1), (19, 0)])
def test_version_17_tells_of_what_was_then_taken_back(version: int, heard: int) -> None:
    odoo = opened(version, over_jsonrpc)
    listen(odoo)
    with pytest.raises(No):
        odoo.call("res.partner", "create", vals_list=[{"name": "Contact 1"}, {"name": False}])
    assert len(told(odoo)) == heard
    assert odoo.call("res.partner", "search", domain=[["name", "=", "Contact 1"]]) == []


def test_what_a_rule_cannot_be(odoo: Odoo) -> None:
    for rule in ({"trigger": "on_moon"}, {"model": "no.such"}, {"url": 5}):
        with pytest.raises(ValueError, match=r"triggered|no model|Expected"):
            listen(odoo, **rule)


def test_an_incoming_webhook_is_guarded_by_its_address_only(odoo: Odoo) -> None:
    path = in_process(odoo.sandbox).act("listen", secret="s3", values={"phone": "1"})["path"]
    id = odoo.make("res.partner", name="Contact 1")
    body = {"_model": "res.partner", "_id": id}
    assert answered(odoo.sandbox, json_call("POST", path, body)).body == {"status": "ok"}
    assert odoo.read("res.partner", id, "phone") == "1"
    asked = answered(odoo.sandbox, json_call("GET", f"{path}?_model=res.partner&_id={id}"))
    assert asked.body == {"status": "ok"}
    wrong = answered(odoo.sandbox, json_call("POST", "/web/hook/other", body))
    assert (wrong.status, wrong.body) == (404, {"status": "error"})
    for bad in ({}, {"_model": "res.partner", "_id": 9999}, {"_model": "x", "_id": 1}):
        assert answered(odoo.sandbox, json_call("POST", path, bad)).status == 500


@pytest.fixture
def receiver() -> Iterator[tuple[str, Queue[bytes]]]:
    heard: Queue[bytes] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.put(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(500)  # which changes nothing: there is no second try
            self.end_headers()

        def log_message(self, *about: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", heard
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_webhook_arrives_over_http_once(receiver: tuple[str, "Queue[bytes]"]) -> None:
    url, heard = receiver
    sandbox = Sandbox(odoo_vendor(19))
    with running([sandbox]) as [address]:
        over_http(address).ask("POST", "hooks", {"model": "res.partner", "url": url})
        bearer = {"Authorization": f"bearer {KEY}"}
        made = [
            httpx2.post(
                f"{address}/json/2/res.partner/create", json={"vals_list": [{"name": "A"}]}, headers=bearer
            ).json()
            for _ in range(2)
        ]
        payloads = [json.loads(heard.get(timeout=10)) for _ in made]
    assert [[one["_id"]] for one in payloads] == made
    assert heard.empty()
    sandbox.store.close()
