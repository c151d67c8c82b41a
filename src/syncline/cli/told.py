"""What a command says when it cannot go on: what is wrong, why, and the next command to type."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, TypeVar

import typer

OK, NOT_DONE, BAD_INPUT, NOT_REACHED, UNEXPECTED, INTERRUPTED = 0, 1, 2, 3, 70, 130
"""What an exit says: done, or agreed; not done, or differs; asked for what cannot be; a system unreachable; ..."""

SAFE = "Stopped. What was on its way to a system is journalled, and looked at by the next command; nothing is lost."
"""What Ctrl-C leaves."""

Command = TypeVar("Command", bound=Callable[..., Any])


def stop(problem: str, remedy: str, code: int = NOT_DONE) -> NoReturn:
    """Ends the command with two lines on stderr."""
    typer.echo(f"{problem}\n  {remedy}", err=True)
    raise typer.Exit(code)


def answering(command: Command) -> Command:
    """The command, whose every failure is said in a sentence: never a traceback."""

    @wraps(command)
    def answered(*args: Any, **options: Any) -> Any:
        try:
            return command(*args, **options)
        except (typer.Exit, typer.Abort, typer.BadParameter, BrokenPipeError):
            raise
        except KeyboardInterrupt:
            stop(f"\n{SAFE}", "syncline status", INTERRUPTED)
        except Exception as error:
            problem, remedy, code = meaning(error)
            stop(problem, remedy, code)

    return answered  # type: ignore[return-value]


def meaning(error: Exception) -> tuple[str, str, int]:
    """Problem, next command and exit code. What nobody expected leaves a report."""
    found = known(error)
    if found is not None:
        return found
    file = report(error)
    return (
        f"Syncline met something it does not know ({type(error).__name__}); nothing is half done.",
        f"please report it with the file {file}: it names places in the program, and no values or secrets",
        UNEXPECTED,
    )


def known(error: Exception) -> tuple[str, str, int] | None:
    """Imported only now: a program that starts needs none of it."""
    import sqlite3

    from sqlalchemy.exc import DBAPIError

    from syncline.config.problems import DeclarationErrors
    from syncline.connect.door import NoAnswer, Unreachable
    from syncline.egress.address import Forbidden
    from syncline.ledger.copies import NoBackup
    from syncline.ledger.epoch import WentBack
    from syncline.ledger.errors import LeaseHeld, LedgerError, LedgerTooNew, NoLedger, Unusable
    from syncline.vault.errors import VaultError

    if isinstance(error, DeclarationErrors):
        return "\n".join(map(str, error.problems)), "correct that, then: syncline check", BAD_INPUT
    if isinstance(error, LeaseHeld):
        return str(error), "syncline status", NOT_DONE
    if isinstance(error, NoLedger):
        return f"{error}.", "syncline plan", NOT_DONE
    if isinstance(error, Unusable | WentBack | NoBackup):
        return str(error), error.remedy, NOT_DONE
    if isinstance(error, LedgerTooNew):
        return str(error), "syncline --version", NOT_DONE
    if isinstance(error, LedgerError | VaultError):
        return str(error), "syncline check", NOT_DONE
    if isinstance(error, Unreachable | NoAnswer):
        return str(error), "syncline check", NOT_REACHED
    if isinstance(error, Forbidden):
        return f"{error}; see docs/egress.md", "syncline check", BAD_INPUT
    if isinstance(error, DBAPIError):
        error = error.orig if isinstance(error.orig, Exception) else error
    if isinstance(error, sqlite3.DatabaseError):  # its texts name tables and files, never values
        return f"The ledger cannot be used: {error}.", "syncline status", NOT_DONE
    if isinstance(error, OSError):
        named = error.filename or "a file"
        return f"{named} cannot be used: {error.strerror or error}.", "syncline status", NOT_DONE
    return None


def report(error: BaseException) -> str:
    """A file, for its owner only, of where it happened. No values: they may be secrets or a person's data. # I18"""
    descriptor, file = tempfile.mkstemp(prefix="syncline-report-", suffix=".txt")  # mode 0600
    with os.fdopen(descriptor, "w", encoding="utf-8") as text:
        text.write(f"syncline {version()}, Python {sys.version.split()[0]}, {sys.platform}\n")
        text.writelines(frames(error))
    return file


def frames(error: BaseException | None) -> list[str]:
    """Of an error and of those behind it: their types and places, the latest first."""
    lines: list[str] = []
    while error is not None and len(lines) < 1000:
        lines.append(f"\n{type(error).__module__}.{type(error).__qualname__}\n")
        for frame in traceback.extract_tb(error.__traceback__):
            lines.append(f"  {frame.filename}:{frame.lineno} {frame.name}\n")
        error = error.__cause__ or error.__context__
    return lines


def version() -> str:
    """Of this program."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as version_of

    try:
        return version_of("syncline")
    except PackageNotFoundError:
        return "from its source"
