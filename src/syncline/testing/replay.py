"""Runs a seed again: `python -m syncline.testing.replay SEED [--trace] [--shrink] [--script FILE] [--twin TITLE]`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from syncline.testing import twins
from syncline.testing.kinds import KINDS
from syncline.testing.ledgers import LEDGERS, ledgers
from syncline.testing.shrink import SECONDS, Shrunk, shrink
from syncline.testing.trial import STEPS, NewLedger, Trial, attempt

FAILURES = Path(".storm") / "failures"


def main(words: Sequence[str] | None = None) -> int:
    """Exit code 1 if the seed fails."""
    asked = arguments().parse_args(words)
    script = read_script(asked.script) if asked.script else None
    with ExitStack() as stack:
        directory = Path(stack.enter_context(TemporaryDirectory()))
        stack.enter_context(twin_called(asked.twin))
        new_ledger = ledgers(asked.ledger, directory)
        if asked.shrink:
            return tell_shrunk(asked, script, new_ledger)
        trial = attempt(
            asked.seed, steps=asked.steps, script=script, new_ledger=new_ledger, trace=asked.trace, kind=asked.kind
        )
    return tell(trial)


def arguments() -> argparse.ArgumentParser:
    """What may be said on the command line."""
    parser = argparse.ArgumentParser(prog="python -m syncline.testing.replay", description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--script", type=Path, help="a file with the steps' numbers, as --shrink leaves it")
    parser.add_argument("--trace", action="store_true", help="show every step")
    parser.add_argument("--twin", metavar="TITLE", help="with this wrong design in place: a title of twins.TWINS")
    parser.add_argument("--ledger", choices=LEDGERS, default="memory")
    parser.add_argument("--kind", choices=KINDS, default="plain", help="of the world: see testing/kinds.py")
    parser.add_argument("--shrink", action="store_true", help="find the shortest script that still fails")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long shrinking may take")
    return parser


def twin_called(title: str | None) -> AbstractContextManager[None]:
    """The hub as it is, or with a broken twin."""
    if title is None:
        return nullcontext()
    found = [twin for twin in twins.TWINS if twin.title == title]
    if not found:
        raise SystemExit("there is no such twin; there are: " + ", ".join(twin.title for twin in twins.TWINS))
    return twins.in_place(found[0])


def read_script(file: Path) -> list[int]:
    """The numbers of the steps."""
    return [int(number) for number in json.loads(file.read_text(encoding="utf-8"))]


def tell(trial: Trial) -> int:
    """Prints the trace, where there is one, and what is wrong."""
    for line in (*trial.log, *(f"violation: {violation}" for violation in trial.violations)):
        print(line)
    print(f"seed {trial.seed}: {trial.steps} steps, {len(trial.violations)} violations")
    return 1 if trial.violations else 0


def tell_shrunk(asked: argparse.Namespace, script: list[int] | None, new_ledger: NewLedger) -> int:
    """Prints the shortest trace, and the command that runs it again."""
    found = shrink(
        asked.seed, steps=asked.steps, script=script, new_ledger=new_ledger, kind=asked.kind, seconds=asked.seconds,
    )  # fmt: skip
    if found is None:
        print(f"seed {asked.seed} does not fail")
        return 0
    print(keep(found, FAILURES, ledger=asked.ledger, kind=asked.kind, twin=asked.twin))
    return 1


def keep(
    found: Shrunk, directory: Path, *, ledger: str = "memory", kind: str = "plain", twin: str | None = None
) -> str:
    """Writes a failure's script and report; returns the report."""
    directory.mkdir(parents=True, exist_ok=True)
    script = directory / f"{found.seed}.json"
    script.write_text(json.dumps(list(found.script)), encoding="utf-8")
    said = {"ledger": ledger, "kind": kind, "twin": twin and f"'{twin}'"}
    usual = {"ledger": "memory", "kind": "plain", "twin": None}
    options = "".join(f" --{name} {one}" for name, one in said.items() if one != usual[name])
    report = "\n".join(
        [
            f"seed {found.seed}: {len(found.script)} steps are enough, found in {found.tries} tries"
            + ("" if found.whole else "; there was no time to look for fewer"),
            *(f"violation: {violation}" for violation in found.violations),
            "",
            *found.log,
            "",
            "run it again:",
            f"  python -m syncline.testing.replay {found.seed} --script {script} --trace{options}",
        ]
    )
    (directory / f"{found.seed}.txt").write_text(report + "\n", encoding="utf-8")
    return report


if __name__ == "__main__":
    sys.exit(main())
