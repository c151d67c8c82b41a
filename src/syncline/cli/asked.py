"""A command that acts, from its words to its exit: asks the hub, shows what it told, or why it was refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import typer

from syncline.cli.opened import Declared, declared
from syncline.cli.told import BAD_INPUT, NOT_DONE, NOT_REACHED, OK, stop

if TYPE_CHECKING:
    from syncline.acts.act import Act
    from syncline.acts.told import NotReached

CODES = {"bad-input": BAD_INPUT, "not-reached": NOT_REACHED, "failed": NOT_DONE}
"""How a refusal ends."""

T = TypeVar("T")


def ask(
    act: Act, hub: Path, ledger: Path | None, kind: type[T], *, json: bool, opened: Declared | None = None
) -> tuple[T, Declared]:
    """Does it, here or by the service that runs. What is refused ends the command."""
    from syncline.acts.told import Refused
    from syncline.cli.acting import act_on
    from syncline.cli.shown import document, progress

    opened = opened or declared(hub, ledger)
    opened.make_folder()
    with progress() as say:
        told = act_on(
            opened.declaration, opened.ledger, act, say, who=opened.who, environment=opened.environment
        )  # fmt: skip
    if json:
        document(told)
    if isinstance(told, Refused):
        stop(told.why, told.remedy, CODES[told.code])
    assert isinstance(told, kind), f"{type(act).__name__} told {type(told).__name__}"
    return told, opened


def do(act: Act, hub: Path, ledger: Path | None, *, json: bool, opened: Declared | None = None) -> None:
    """A short act: a sentence says what became of it; 1 where nothing did."""
    from syncline.acts.told import Done

    done, _ = ask(act, hub, ledger, Done, json=json, opened=opened)
    if not json:
        typer.echo(done.said)
    raise typer.Exit(OK if done.count else NOT_DONE)


def not_reached(found: Sequence[NotReached]) -> None:
    """On stderr: which streams could not be worked on, and why; each reason once for its system."""
    for what, system, why in dict.fromkeys((one.what, one.system, one.why) for one in found):
        streams = ", ".join(one.stream for one in found if (one.system, one.why) == (system, why))
        reason = why if why.startswith(f"{system}: ") else f"{system}: {why}"
        typer.echo(f"{what}: {reason} ({streams})", err=True)


def lets_go_on(found: Sequence[NotReached]) -> str:
    """What to type where these could not be worked on."""
    return next((one.remedy for one in found if one.remedy), "syncline check")


def ends(code: int, then: str = "", show: Callable[[str], None] | None = None) -> NoReturn:
    """The exit; one that is not 0 ends with the next command to type, on stderr."""
    if then and code:
        typer.echo(f"next: {then}", err=True)
    elif then and show is not None:
        show(f"next: {then}")
    raise typer.Exit(code)
