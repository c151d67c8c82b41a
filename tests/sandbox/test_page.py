"""docs/sandbox.md says what there is, and its examples run."""

import re
from pathlib import Path

import pytest

from syncline.sandbox.control import ROUTES
from syncline.sandbox.faults import STRIKES
from syncline.sandbox.hubspot import OPTIONS
from syncline.sandbox.hubspot.quotas import TIERS
from syncline.sandbox.hubspot.users import ACTS

PAGE = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")
EXAMPLES = [code for code in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "import" in code]


@pytest.mark.parametrize("what", [*STRIKES, *OPTIONS, *TIERS, *(f"{name} {{" for name in ACTS if name != "associate")])
def test_the_page_names(what: str) -> None:
    assert re.search(rf"`[^`]*{re.escape(what)}".replace(r"dissociate\ \{", r"dissociate\s+\{"), PAGE)


def test_the_page_names_every_call_of_the_control_api() -> None:
    told = set(re.findall(r"`(GET|POST|PUT|DELETE) ([a-z/A-Z]+)`", PAGE))
    there = {
        (method, re.sub(r"\{(\w+)\}", lambda part: part[1].upper(), pattern) or "/")
        for method, pattern in ROUTES.patterns()
    }
    assert told == there


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_examples_run(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(code, "docs/sandbox.md", "exec"), {})
    assert re.search(r"^(http://127.0.0.1:\d+ 50|201 101)$", capsys.readouterr().out, re.MULTILINE)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 2
