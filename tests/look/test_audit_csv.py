"""An audit as lists: whatever a system holds is text there, one line a record, for its owner's eyes only."""

from __future__ import annotations

import csv
import os
import stat
import tracemalloc
from pathlib import Path

import pytest
from audit_report import FORMULA, HOSTILE, report

from syncline.look.audit_csv import RECORDS, Folder, cell
from syncline.look.audit_scan import Finding
from syncline.look.audited import RowAt


def finding(word: str) -> Finding:
    rows = [RowAt(system="crm", stream="contact", id=word, page=f"https://crm.example/{word}")]
    return Finding(entity="contact", at=word, name=word, marks=[word], rows=rows, values={word: {"crm": word}})


def lines(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.reader(opened))


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d"])
def test_no_cell_is_a_formula(first: str) -> None:
    found = cell(f"{first}1+1")
    assert found.startswith("'")
    assert cell(f"a{first}1") == cell(f"a{first}1").lstrip("'")


def test_numbers_stay_numbers_and_what_is_long_is_cut() -> None:
    assert [cell(-5), cell(0), cell("plain")] == ["-5", "0", "plain"]
    assert len(cell("x" * 1_000_000)) == 32_000
    assert cell("a\r\nb\x1b[2J\u202ec") == r"a\x0d\x0ab\x1b[2J\u202ec"


def test_no_cell_becomes_two_of_which_one_is_a_formula() -> None:
    assert cell("Company 1; =1+1") == "Company 1; '=1+1"
    assert cell("Company 1;@a") == "Company 1;'@a"
    assert cell("phone: +4315550001; fax: 2") == "phone: +4315550001; fax: 2"


def test_each_record_is_one_line_of_plain_cells(tmp_path: Path) -> None:
    with Folder(tmp_path / "lists") as folder:
        for word in HOSTILE:
            folder.add(finding(word))
        folder.finish(report())
    found = lines(tmp_path / "lists" / "records.csv")
    assert found[0] == list(RECORDS)
    assert len(found) == len(HOSTILE) + 1
    text = (tmp_path / "lists" / "records.csv").read_bytes().decode("utf-8-sig")
    assert text.count("\r\n") == len(found), "a line each, whatever is in it"
    for name in ("records", "entities", "fields"):
        for row in lines(tmp_path / "lists" / f"{name}.csv"):
            assert not [one for one in row if one.startswith(("=", "+", "-", "@", "\t", "\r", "\0"))]
    assert f"'{FORMULA}" in [row[2] for row in found]


def test_only_its_owner_may_read_them_whatever_was_there(tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "records.csv").write_text("old")
    (folder / "records.csv").chmod(0o666)
    with Folder(folder) as opened:
        opened.finish(report())
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}
    assert "old" not in (folder / "records.csv").read_text()
    (folder / "fields.csv").unlink()
    os.symlink(tmp_path / "elsewhere", folder / "fields.csv")
    with pytest.raises(OSError, match="fields"), Folder(folder) as opened:
        opened.finish(report())
    assert not (tmp_path / "elsewhere").exists()


def test_memory_does_not_grow_with_lines(tmp_path: Path) -> None:
    with Folder(tmp_path) as folder:
        folder.add(finding("first"))
        tracemalloc.start()
        for number in range(5_000):
            folder.add(finding(f"contact {number} " + "x" * 500))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 1_000_000
    assert (tmp_path / "records.csv").stat().st_size > 5_000 * 2_000
