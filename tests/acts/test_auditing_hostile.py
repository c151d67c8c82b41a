"""What somebody types into a CRM to harm whoever looks at it: an audit shows it, bounded, and it does nothing."""

from __future__ import annotations

import csv
import json
import stat
from pathlib import Path

import pytest
from acting_world import ActingWorld

from syncline.acts.act import Audit
from syncline.acts.told import Audited, Refused, decoded, encoded
from syncline.cli.audit import show
from syncline.look.audit_page import page
from syncline.look.said import MOST_CHARACTERS

SCRIPT = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("http://evil.example","click")'
TURNED = "\u202egpj.exe\u200f"
STEERS = "\x1b]0;owned\x07\x1b[2J"
LONG = "n" * 1_000_000
NAMES = (SCRIPT, FORMULA, TURNED, STEERS, LONG, "@SUM(1)", "\t=1", "a\r\nb")


def told_of(world: ActingWorld, folder: Path | None = None) -> Audited:
    for n, name in enumerate(NAMES):
        world.type("crm", email=f"e{n}@example.test", name=name, phone=name)
        world.type("erp", email=f"e{n}@example.test", name=f"{name}!", phone=None, visits=name)
    world.type("crm", email="alone@example.test", name=LONG)
    return world.done(Audited, Audit(csv=None if folder is None else str(folder)))


def test_what_is_told_is_bounded_whatever_is_there(world: ActingWorld) -> None:
    told = told_of(world)
    assert len(encoded(told)) < 200_000
    assert decoded(encoded(told)) == told
    examples = [one for field in told.entities[0].fields for one in field.differ_examples]
    assert examples
    assert all(len(value) <= MOST_CHARACTERS for one in examples for value in (one.name, *one.values.values()))


def test_the_page_and_the_screen_show_it_as_text(world: ActingWorld, capsys: pytest.CaptureFixture[str]) -> None:
    told = told_of(world)
    text = page(told, "UTC")
    assert SCRIPT not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    show(told, None)
    for said in (text, capsys.readouterr().out):
        assert len(said) < 200_000
        for sign in {*TURNED, *STEERS} - set(" !"):
            assert sign.isprintable() or sign not in said, repr(sign)


def test_the_list_holds_each_on_one_line_and_no_formula(world: ActingWorld, tmp_path: Path) -> None:
    told_of(world, tmp_path / "lists")
    file = tmp_path / "lists" / "records.csv"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.reader(opened))
    assert len(rows) == 1 + len(NAMES) + 1
    assert file.read_bytes().count(b"\n") == len(rows)
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert max(len(cell) for row in rows for cell in row) <= 32_001
    assert f"'{FORMULA}" in [row[2] for row in rows]


def test_lists_that_cannot_be_written_stop_it_before_it_reads(world: ActingWorld, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    refused = world.act(Audit(csv=str(tmp_path / "file")))
    assert isinstance(refused, Refused)
    assert "cannot be written" in refused.why
    assert world.calls == []


def test_json_is_one_document_of_plain_numbers(world: ActingWorld) -> None:
    found = json.loads(encoded(told_of(world)))
    contact = found["entities"][0]
    assert contact["rows"] == {"crm": len(NAMES) + 1, "erp": len(NAMES)}
    assert {"compared", "equal", "blank", "differs", "invalid"} <= contact["fields"][0].keys()
