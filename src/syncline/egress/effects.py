"""What may leave, by what it does and not by its verb: in mode read-only only reads, and reads that are known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote

from syncline.config.settings import Mode
from syncline.connect.connector import Connector
from syncline.connect.door import Refused, Unreachable
from syncline.connect.request import Effect, Request

LOOK_AGAIN_SECONDS = 600.0
"""A mode is changed by a person."""

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

_METHOD = re.compile(r"[A-Z]{3,10}")
_PATH = re.compile(r"/[\x21-\x22\x24-\x3e\x40-\x5b\x5d-\x7e]*")  # plain ASCII without blank, #, ? and backslash
_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def check(connector: Connector, system: str, mode: Mode, request: Request, effect: Effect) -> None:
    """Raises Refused, or Unreachable where another mode would let it out."""
    check_form(system, request)
    if effect == "write":
        if mode == "read-only":
            reason = f"{system}: nothing is written in mode read-only; when it should be, set `mode` in hub.yaml"
            raise Unreachable(reason, LOOK_AGAIN_SECONDS)
        return
    if not is_read(connector.reads, request.method, request.path):
        raise Refused(
            f"{system}: {request.method} {short(request.path)} is none of the reads of its connector, so it does not"
            f" leave; see `reads` in docs/connectors/{connector.name}.md"
        )


def check_form(system: str, request: Request) -> None:
    """A path means one thing only, to us and to the server: no way up, nothing empty, nothing hidden."""
    parts = parts_of(request.path)
    if not _METHOD.fullmatch(request.method) or not _PATH.fullmatch(request.path) or _ESCAPE.search(request.path):
        raise Refused(f"{system}: {request.method[:20]!r} {short(request.path)!r} is no request that can be sent")
    if any(climbs(part) for part in parts) or "" in parts[:-1]:
        raise Refused(f"{system}: the path {short(request.path)} leads elsewhere than it says")


def is_read(reads: Sequence[tuple[str, str]], method: str, path: str) -> bool:
    """Is it one of these? `*` stands for one part, not empty."""
    found = [unquote(part) for part in parts_of(path)]
    return any(method == verb and matches(parts_of(pattern), found, method) for verb, pattern in reads)


def matches(pattern: Sequence[str], found: Sequence[str], method: str) -> bool:
    """Part by part."""
    return len(pattern) == len(found) and all(fits(*both, method) for both in zip(pattern, found, strict=True))


def fits(wanted: str, found: str, method: str) -> bool:
    """One part of a path, decoded. Behind `*` of a POST nothing may hide that a server could take for more parts."""
    if wanted != "*":
        return wanted == found
    hides = any(mark in found for mark in "/\\%?#;")
    return found != "" and (method in SAFE_METHODS or not hides)


def parts_of(path: str) -> list[str]:
    """`/a/b` is `a` and `b`."""
    return path.removeprefix("/").split("/")


def climbs(part: str) -> bool:
    """Does some server take this part for `.` or `..`, or for several with one of these among them?"""
    decoded = part
    for _ in range(3):  # some servers decode twice
        decoded = unquote(decoded)
    inner = decoded.replace("\\", "/").split("/")
    return any(one.partition(";")[0].strip() in (".", "..") for one in inner) or any(ord(sign) < 32 for sign in decoded)


def short(path: str) -> str:
    """For a message."""
    return path if len(path) <= 120 else f"{path[:120]}..."
