"""Logs as lines of JSON, or as text for people; neither holds a secret. # I18"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, MutableMapping, Sequence
from datetime import UTC, datetime
from typing import Any, TextIO

import structlog

from syncline.config.declaration import Declaration

Redacted = Callable[[str], str]
Event = MutableMapping[str, Any]

log = structlog.get_logger("syncline.service")


def configure(*, as_json: bool, redacted: Redacted, stream: TextIO | None = None) -> None:
    """All of this process, from now on. redacted: takes secrets out of a text."""

    def clean(logger: Any, name: str, event: Event) -> Event:
        return {redacted(str(key)): redacted_value(value, redacted) for key, value in event.items()}

    written = structlog.processors.JSONRenderer(default=str) if as_json else readable
    structlog.configure(
        processors=[structlog.processors.add_log_level, dated, placed, clean, written],
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )


def dated(logger: Any, name: str, event: Event) -> Event:
    """When, in UTC."""
    event["at"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return event


def placed(logger: Any, name: str, event: Event) -> Event:
    """Of an error where in the program, and no values: they may be a person's data."""
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        event["where"] = " > ".join(f"{one.filename.rpartition('/')[2]}:{one.lineno}" for one in frames[-6:])
    return event


def redacted_value(value: Any, redacted: Redacted) -> Any:
    """Plain data without secrets."""
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, int | float | bool | None):
        return value
    if isinstance(value, dict):
        return {redacted(str(key)): redacted_value(one, redacted) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [redacted_value(one, redacted) for one in value]
    return redacted(str(value))


def readable(logger: Any, name: str, event: Event) -> str:
    """A line: when, how bad, what; then the rest, and what to do last."""
    at, level, what, do = event.pop("at"), event.pop("level"), event.pop("event"), event.pop("do", "")
    rest = " ".join(f"{key}={one_line(value)}" for key, value in event.items())
    return f"{at} {level:7} {what}{': ' if rest else ''}{rest}{f' -- {do}' if do else ''}"


def one_line(value: Any) -> str:
    """What a vendor says may hold line ends, and signs that a terminal obeys."""
    text = "".join(sign if sign.isprintable() else " " for sign in str(value))
    return f'"{text}"' if " " in text else text


def started(declaration: Declaration, address: str) -> None:
    """The service is at work."""
    log.info(
        "started", hub=declaration.name, mode=declaration.mode, systems=list(declaration.systems), at_address=address
    )


def ending(grace: float) -> None:
    """It was told to end, or cannot go on."""
    log.info("ending", within_seconds=grace, do="what is under way is awaited; a second signal ends it at once")


def ended(left: Sequence[str], lost: str) -> None:
    """It is over. left: who did not come to an end in time."""
    if left:
        log.warning(
            "ended before all had come to an end", left=list(left),
            do="nothing is lost: what was sent is journalled, and looked at when the hub is opened again",
        )  # fmt: skip
    if lost:
        log.error("ended", why=lost)
    else:
        log.info("ended")
