"""docs/commands.md: every command with its arguments and options, as the program itself has them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from syncline.cli.main import program

HEAD = """\
# Commands

Written by `python -m syncline.cli.page`, from the program itself.

Every command reads `hub.yaml` here, or the file that `--hub` or the variable `SYNCLINE_HUB` names, and `.env` beside it
(`NAME=value`, a line each; what the environment already has wins). The ledger is `.syncline/ledger.sqlite` beside the
hub.yaml, or what `--ledger` names. With `--json` a command prints one JSON document on stdout; progress and problems
are on stderr.

**Looking** (`status`, `runs`, `show`, `explain`, and every list) opens the ledger read-only, whoever writes it.
**Acting** takes the hub's lease; while `syncline run` holds it, the command hands its request to the service, follows
it and tells what came of it, the same as if it had been done here.

| exit | `sync` | other commands |
| --- | --- | --- |
| 0 | all agree | done |
| 1 | something new is open, held or waiting for approval; with `--strict`: anything is open | not done, or differs |
| 2 | the declaration or what was asked for is wrong | the same |
| 3 | a system could not be reached; the others were | the same |
| 70 | something nobody expected: a report was written, without values | the same |
| 130 | Ctrl-C: what was on its way is journalled, and looked at by the next command | the same |

A command that fails ends with the next command to type.

**What a record is called.** `WHAT` is what people have: an e-mail, an order number or another match key, a name, a
record's number, `system/stream/id`, or the address of its page copied from the browser. A place in a list is written
`RECORD`, `RECORD.field`, `RECORD@SYSTEM`, `RECORD.field@SYSTEM` or `SYSTEM/STREAM/ID`, and every command takes it so.
"""
EVERYWHERE = {"hub", "ledger", "json"}
HELP = "help"


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for name, command in commands(get_command(program()), "syncline"):
        parts.append("\n".join(of_command(name, command)))
    return "\n".join(parts)


def commands(whole: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Each by its full name; what a name does by itself before the words that may follow it."""
    for name, command in whole.commands.items():
        full = f"{path} {name}"
        words = getattr(command, "commands", None)
        if words is None or command.invoke_without_command:
            yield full, command
        if words is not None:
            yield from commands(command, full)


def of_command(name: str, command: Any) -> Iterator[str]:
    """Its use, what it does, and what it takes."""
    own = [one for one in command.params if one.name not in EVERYWHERE and one.name != HELP]
    arguments = [one for one in own if one.param_type_name == "argument"]
    options = [one for one in own if one.param_type_name == "option"]
    words = " ".join(shown(one) for one in arguments)
    also = " ".join(f"[{one.opts[0]}]" for one in command.params if one.name in EVERYWHERE)
    yield f"## {name}\n"
    yield "`" + " ".join(part for part in (name, words, "[OPTIONS]" if options else "", also) if part) + "`\n"
    yield " ".join((command.help or "").split()) + "\n"
    for one in arguments:
        yield f"- `{one.metavar or str(one.name).upper()}`: {one.help or ''}"
    for one in options:
        yield f"- `{', '.join(one.opts)}{meta(one)}`: {one.help or ''}{default(one)}"
    if own:
        yield ""


def shown(argument: Any) -> str:
    """In brackets where it may be left out."""
    name = str(argument.metavar or str(argument.name).upper())
    return name if argument.required else f"[{name}]"


def meta(option: Any) -> str:
    """What follows it."""
    return "" if option.is_flag else f" {option.metavar or str(option.name).upper()}"


def default(option: Any) -> str:
    """What holds without it."""
    told = option.default
    return "" if told in (None, False, "", ()) or callable(told) else f" (default: {told})"


if __name__ == "__main__":
    target = Path(__file__).resolve().parents[3] / "docs" / "commands.md"
    target.write_text(page(), encoding="utf-8")
