"""`conflicts`: first differences apart from conflicts, chosen by field and condition, and settled all at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from served_hub import Folder, served

pytestmark = [pytest.mark.outside, pytest.mark.slow]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    """Three first differences and a conflict."""
    with served(tmp_path_factory.mktemp("hub")) as found:
        found.change(("  contact.job_title:\n", "  contact.job_title:\n    policy: manual\n"))
        for n in (1, 2, 3):
            differ(found, n)
        found.agree()
        differ(found, 4)
        found.agree()
        yield found


def differ(folder: Folder, n: int) -> None:
    """Both say what the other does not."""
    who = {"email": f"contact{n}@example.test"}
    folder.edit("hubspot", "contacts", who, {"jobtitle": f"Buyer {n}"})
    folder.edit("odoo", "res.partner", who, {"function": f"Head {n}"})


def listed(folder: Folder, *words: str) -> list[Any]:
    done = folder.typed("conflicts", *words, "--json")
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def test_first_differences_are_listed_apart(folder: Folder) -> None:
    assert [one["kind"] for one in listed(folder)] == ["conflict", "difference", "difference", "difference"]
    assert [one["kind"] for one in listed(folder, "--first")] == ["difference"] * 3
    assert [one["kind"] for one in listed(folder, "--conflicts")] == ["conflict"]
    assert listed(folder, "--field", "contact.phone") == []
    where = ("--only", "contact", "--where", "email = 'contact2@example.test'")
    assert [one["kind"] for one in listed(folder, *where)] == ["difference"]
    shown = folder.typed("conflicts", "--limit", "1").stdout
    assert shown.startswith("1 conflict, 3 first differences, 0 withheld fields.")
    assert "syncline conflicts take SYSTEM --all --dry" in " ".join(shown.split())
    open_ = json.loads(folder.typed("status", "--json").stdout)["open"]
    assert (open_["conflict"], open_["difference"]) == (1, 3)
    for wrong in (("--field", "phone"), ("--where", "email IS NULL"), ("--only", "task")):
        assert folder.typed("conflicts", *wrong).returncode == 2


def test_they_are_settled_all_at_once_by_a_run_that_is_named(folder: Folder) -> None:
    words = ("conflicts", "take", "odoo", "--all", "--first", "--field", "contact.job_title")
    dry = folder.typed(*words, "--dry")
    assert dry.returncode == 0, dry.stderr
    assert "Would settle 3, 0 left as they are." in dry.stdout
    asked = folder.typed(*words)
    assert asked.returncode == 1
    assert "--yes" in asked.stderr
    assert len(listed(folder, "--first")) == 3
    done = folder.typed(*words, "--yes")
    assert done.returncode == 0, done.stderr
    assert "3 settled" in done.stdout
    assert [one["kind"] for one in listed(folder)] == ["conflict"]
    run = done.stdout.split("syncline undo ")[1].split()[0]
    undone = folder.typed("undo", run, "--yes")
    assert undone.returncode == 0, undone.stderr
    assert "3 put back" in undone.stdout
    redone = json.loads(folder.typed("conflicts", "redo", "--all", "--yes", "--json").stdout)
    assert redone["settled"] == 4
    assert listed(folder) == []
    assert folder.typed("conflicts", "redo", "--all", "--yes").returncode == 1, "there is nothing"


def test_one_or_all_is_said(folder: Folder) -> None:
    for words in (("take", "odoo"), ("keep",), ("redo", "5", "--all"), ("take", "shop", "--all", "--yes")):
        done = folder.typed("conflicts", *words)
        assert done.returncode == 2, (words, done)
        assert done.stderr
