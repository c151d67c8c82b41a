"""What the demo shows in a terminal fits into it, at any size from 80 columns and 24 lines."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from syncline.cli.demo_play import INTRO
from syncline.cli.demo_view import Picture, Plain, State
from syncline.look.sentence import Sentence

MOVED = Sentence(
    at=0.0, kind="told", entity="contact", name="Contact 3", field="phone",
    what="HubSpot -> Odoo  +4315550003 -> +4315552001", why="a seller corrected it, " * 5,
)  # fmt: skip
COUNTS = {"done by people": 12, "values written by the hub": 3456, "calls of its API, by all": 7}


def state(waiting: int) -> State:
    lines = [f"Contact {number}  email  not an e-mail address, whoever reads it" * 2 for number in range(waiting)]
    return State(
        equal=99, compared=100, left=12.0, phase="people work", open=lines,
        systems={"hubspot": COUNTS, "odoo": COUNTS},
    )  # fmt: skip


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 30), (200, 60)])
@pytest.mark.parametrize("waiting", [0, 1, 12])
def test_it_fits(width: int, height: int, waiting: int) -> None:
    console = Console(file=StringIO(), force_terminal=True, width=width, height=height)
    picture = Picture(console, INTRO)
    try:
        for _ in range(100):
            picture.deed("hubspot", "a seller corrects the phone of Contact 3")
            picture.moved(MOVED)
        picture.state(state(waiting))
        lines = ["".join(part.text for part in line) for line in console.render_lines(picture.drawn(), pad=False)]
    finally:
        picture.close()
    text = "\n".join(lines)
    assert len(lines) == height
    assert max(len(line) for line in lines) <= width
    assert all(line in text for line in INTRO)
    assert "HubSpot -> Odoo  +4315550003 -> +4315552001" in text
    assert f"waits for a person: {waiting}" in text
    assert "99 of 100 fields agree" in text
    assert "12 s left" in text
    assert ("more" in text) == (waiting > 9 and height < 60)


def test_plain_lines_are_complete_in_themselves() -> None:
    lines: list[str] = []
    plain = Plain(lines.append, INTRO)
    plain.moved(MOVED)
    plain.deed("odoo", "SKU-0001 now costs 2.00")
    assert len(lines) == len(INTRO) + 1 + 2
    assert "Contact 3  phone  HubSpot -> Odoo  +4315550003 -> +4315552001  (a seller" in lines[-2]
    assert lines[-1].endswith("people in Odoo: SKU-0001 now costs 2.00")
