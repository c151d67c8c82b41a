"""`syncline connector new` writes what the page on connectors shows, and it runs."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MOST_LINES = 60


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=60, check=False)


def test_the_page_shows_the_file_that_is_written() -> None:
    text = files("syncline.cli").joinpath("smallest.py.txt").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "connector.md").read_text(encoding="utf-8")
    assert re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)[0] == text
    assert len([line for line in text.splitlines() if line.strip()]) <= MOST_LINES


def test_what_is_written_passes_its_own_test(tmp_path: Path) -> None:
    done = run("-m", "syncline", "connector", "new", "our_crm", "--folder", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert sorted(file.name for file in tmp_path.iterdir()) == ["our_crm.py", "test_our_crm.py"]
    tried = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path))
    assert "3 passed" in tried.stdout, tried.stdout
    assert "acme" not in (tmp_path / "our_crm.py").read_text()


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text("precious")
    done = run("-m", "syncline", "connector", "new", "mine", "--folder", str(tmp_path))
    assert done.returncode == 2
    assert "nothing was written" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["test_mine.py"]


def test_a_name_that_python_cannot_import_is_refused(tmp_path: Path) -> None:
    for name in ("Our-CRM", "../evil", "7up", "", "class", "json"):
        assert run("-m", "syncline", "connector", "new", name, "--folder", str(tmp_path)).returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run("-m", "syncline", "connector", "new", "our_crm", "--folder", str(tmp_path / "file" / "in"))
    assert done.returncode == 1
    assert "--folder" in done.stderr
    assert "Traceback" not in done.stderr
