"""The page: all agree, or what needs somebody with the command to type; whatever a vendor holds is only text in it."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

import pytest
from msgspec.structs import replace

from syncline.api.status_page import POLICY, AwayView, Running, page
from syncline.look.opened import Opened
from syncline.look.status import RunView, Status, StreamView, SystemView
from syncline.model.rows import Held

NASTY = "<script>alert('x')</script>\"&"
SYSTEM = SystemView(name="crm", connector="hubspot", mode="live", paused=False, why="", read=100.0, delay=20.0)
STREAM = StreamView(
    system="crm", stream="contact", entity="contact", links=1200, due=0, later=0, hints=0, parked=0, read=100.0
)
STATUS = Status(
    hub="acme", mode="live", at=120.0, writer=None, systems=(SYSTEM,), streams=(STREAM,), records={}, open={}, held=(),
    runs=(RunView(id=7, kind="poll", at=110.0, written={"update": 3}, undo="syncline undo 7"),),
)  # fmt: skip
HELD = Held(system="crm", stream="contact", kind="delete", count=21, since=1.0, why="many")
UP = Running(up=3700.0, version="1")


def text(status: Status = STATUS, opened: tuple[Opened, ...] = (), running: Running = UP) -> str:
    return page(status, opened, running, "UTC")


def test_all_agree() -> None:
    shown = text()
    assert '<p class="verdict good">All systems agree</p>' in shown
    assert "read 20 s ago; 1,200 links" in shown
    assert "<code>syncline undo 7</code>" in shown
    assert "up for 62 min" in shown
    assert "<title>acme - Syncline</title>" in shown


@pytest.mark.parametrize(
    ("status", "running", "said"),
    [
        (replace(STATUS, open={"parked": 3}), UP, "3 parked <br><code>syncline parked</code>"),
        (replace(STATUS, open={"conflict": 1}), UP, "<code>syncline conflicts</code>"),
        (
            replace(STATUS, held=(HELD,)),
            UP, "<code>syncline brake release crm/contact/delete</code>",
        ),
        (
            replace(STATUS, systems=(replace(SYSTEM, paused=True, why="denied"),)), UP,
            "<b>crm</b> is paused: denied <br><code>syncline resume crm</code>",
        ),
        (
            STATUS, Running(up=1.0, version="1", away=[AwayView(system="crm", why="no answer", since=60.0)]),
            "<b>crm</b> cannot be worked on since 1970-01-01 00:01:00: no answer",
        ),
        (STATUS, Running(up=1.0, version="1", troubles=["derive has stopped"]), "derive has stopped"),
        (replace(STATUS, mode="approve", streams=(replace(STREAM, due=2),)), UP, "<code>syncline plan</code>"),
    ],
)  # fmt: skip
def test_what_needs_somebody_is_said_with_what_to_type(status: Status, running: Running, said: str) -> None:
    shown = text(status, (), running)
    assert "1 thing to look at" in shown
    assert said in shown
    assert "<title>! acme" in shown


def test_what_goes_on_by_itself_needs_nobody() -> None:
    assert "Nothing needs you; 5 things on the way" in text(replace(STATUS, streams=(replace(STREAM, due=5),)))
    assert "first reading" in text(replace(STATUS, streams=(replace(STREAM, read=0.0),)))


def test_nothing_that_a_vendor_or_a_person_wrote_is_anything_but_text() -> None:
    opened = Opened(
        at=NASTY, kind=NASTY, code=NASTY, entity=NASTY, name=NASTY, system=NASTY, field=NASTY, why=NASTY, remedy=NASTY,
        since=1.0,
    )  # fmt: skip
    system = replace(SYSTEM, name=NASTY, connector=NASTY, mode=NASTY, paused=True, why=NASTY)
    status = Status(
        hub=NASTY, mode=NASTY, at=1.0, writer=None, systems=(system,), streams=(), records={}, open={NASTY: 1},
        held=(Held(system=NASTY, stream=NASTY, kind=NASTY, count=1, since=1.0, why=NASTY),),
        runs=(RunView(id=1, kind=NASTY, at=1.0, written={NASTY: 1}, undo=NASTY),),
    )  # fmt: skip
    away = [AwayView(system=f"b{NASTY}", why=NASTY, since=1.0)]
    shown = text(status, (opened,), Running(up=1.0, version=NASTY, away=away, troubles=[NASTY]))
    assert "<script" not in shown
    assert "alert(&#x27;x&#x27;)" in shown
    tags = set(re.findall(r"<(/?[a-z0-9!]+)", shown))
    assert tags <= {
        "!doctype", "html", "head", "meta", "title", "/title", "style", "/style", "/head", "body", "/body", "/html",
        "h1", "/h1", "h2", "/h2", "p", "/p", "ul", "/ul", "li", "/li", "b", "/b", "br", "code", "/code",
        "span", "/span",
    }  # fmt: skip


def test_it_works_without_a_script_and_a_browser_loads_nothing_but_its_style() -> None:
    shown = text()
    style = re.search(r"<style>(.*?)</style>", shown, re.DOTALL)
    assert style is not None
    assert b64encode(sha256(style[1].encode()).digest()).decode() in POLICY
    assert POLICY.startswith("default-src 'none'")
    assert 'http-equiv="refresh"' in shown
    assert "style=" not in shown, "no style that the policy does not know"
    assert "width=device-width" in shown
    assert "prefers-color-scheme:dark" in shown
