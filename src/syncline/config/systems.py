"""The connected systems: their connectors, addresses and secrets, and who leads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from rapidfuzz.distance import OSA

from syncline.config.check import RESERVED_SYSTEMS, Check
from syncline.config.problems import Path, meant, quoted
from syncline.config.schema import SystemBlock
from syncline.config.secret import InVault, Secret, filled
from syncline.config.settings import System

_UNSHARED = frozenset({"custom", "communication"})
LEAST_SECONDS = {"poll": 1.0, "sweep": 60.0}
_HOST = re.compile(r"[^\s\\\x00-\x1f\x7f%]+")


def systems_of(check: Check, secrets: Mapping[Path, Any], environment: Mapping[str, str]) -> dict[str, System]:
    """Every system, in the order of the file."""
    found = {
        name: _system(check, name, block, secrets, environment) for name, block in check.hub.systems.items()
    }  # fmt: skip
    _leaders(check)
    _accounts(check, found)
    return found


def _system(
    check: Check, name: str, block: SystemBlock, secrets: Mapping[Path, Any], environment: Mapping[str, str]
) -> System:
    path: Path = ("systems", name)
    if name in RESERVED_SYSTEMS:
        check.at_key(path, f"{quoted(name)} is a word of the grammar, and no name of a system", "name it otherwise")
    connector = check.connectors.get(block.connector)
    if connector is None:
        here: Path = (*path, "connector")
        check.error(here, f"unknown connector {quoted(block.connector)}", meant(block.connector, check.connectors))
    an_app = "client_id" in (block.model_extra or {})  # its tokens are made by consent, and are always in the vault
    if connector is not None and connector.auth is not None and block.secret is None and not an_app:
        check.lacks(path, f"{quoted(name)} has no secret", "add `secret: vault` or `secret: ${NAME}`")
    return System(
        name=name, connector=block.connector, roles=tuple(block.roles), primary=block.primary, mode=block.mode,
        poll=_often(check, path, "poll", block.poll), sweep=_often(check, path, "sweep", block.sweep),
        url=_url(check, path, block, environment), secret=_secret(secrets, (*path, "secret")),
        options=_options(check, path, block, secrets, environment),
    )  # fmt: skip


def _secret(secrets: Mapping[Path, Any], path: Path) -> Secret | InVault | None:
    found: Secret | InVault | None = secrets.get(path)
    return found


def _options(
    check: Check, path: Path, block: SystemBlock, secrets: Mapping[Path, Any], environment: Mapping[str, str]
) -> dict[str, Any]:
    """The connector's own keys; one that is a slip of the pen away from a key of ours is not one."""
    options: dict[str, Any] = {}
    for key, value in (block.model_extra or {}).items():
        here: Path = (*path, key)
        slip = next((known for known in SystemBlock.model_fields if _slipped(key, known)), None)
        if slip is not None:
            check.at_key(here, f"unknown key {quoted(key)}", f"did you mean {quoted(slip)}?")
        elif here in secrets:
            options[key] = secrets[here]
        elif isinstance(value, str):
            options[key] = filled(check.tree, here, value, environment, check.report)
        elif isinstance(value, dict):
            check.error(here, "a connector's own setting is text, a number, true or false, or a list")
        else:
            options[key] = value
    return options


def _slipped(word: str, known: str) -> bool:
    """One letter too many, too few, or two in the wrong order; another letter may well be another word."""
    return OSA.distance(word, known) == 1 and (len(word) != len(known) or sorted(word) == sorted(known))


def _often(check: Check, path: Path, key: str, seconds: float | None) -> float | None:
    """Never without end, and not so often that it does nothing else."""
    if seconds is not None and seconds < LEAST_SECONDS[key]:
        least = f"{LEAST_SECONDS[key]:.0f}s"
        check.error((*path, key), f"{quoted(key)} is shorter than {least}", f"write `{least}` or more")
    return seconds


def _url(check: Check, path: Path, block: SystemBlock, environment: Mapping[str, str]) -> str | None:
    if block.url is None:
        return None
    here: Path = (*path, "url")
    url = filled(check.tree, here, block.url, environment, check.report)
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        check.error(here, "is no address", "write it as `https://acme.example`")
        return None
    if parts.scheme not in ("http", "https"):
        check.error(here, "the address begins with neither `https://` nor `http://`", "write `https://...`")
    elif "@" in parts.netloc:
        check.error(here, "an address with a user or password in it (`//user:password@`)", "use `secret`")
    elif not host or not _HOST.fullmatch(url) or port == 0:
        check.error(here, "is no address", "write it as `https://acme.example`")
    elif parts.query or parts.fragment:
        check.error(here, "the address has more than a path", "end it before `?` and `#`")
    elif parts.scheme == "http" and not _is_here(host):
        check.warn(here, "the address is not encrypted (`http://`)")
    return url


def _is_here(host: str) -> bool:
    """Does it stay on this machine?"""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _leaders(check: Check) -> None:
    """Where several systems share a role, one of them is primary."""
    roles = {role for block in check.hub.systems.values() for role in block.roles} - _UNSHARED
    for role in sorted(roles):
        sharing = [name for name, block in check.hub.systems.items() if role in block.roles]
        leading = [name for name in sharing if check.hub.systems[name].primary]
        if len(sharing) > 1 and not leading:
            check.error(
                ("systems", sharing[-1], "roles"), f"{' and '.join(sharing)} are both {quoted(role)}",
                "say `primary: true` at the one that leads",
            )  # fmt: skip
        for name in leading[1:]:
            check.error(
                ("systems", name, "primary"), f"{quoted(leading[0])} is primary for {quoted(role)} already",
                "one system leads",
            )  # fmt: skip


def _accounts(check: Check, systems: Mapping[str, System]) -> None:
    """Two systems on one account would each take the other's writes for edits."""
    seen: dict[Any, str] = {}
    for name, system in systems.items():
        open_options = {key: value for key, value in system.options.items() if not isinstance(value, Secret | InVault)}
        url = None if system.url is None else system.url.rstrip("/").lower()
        # Where nothing else tells accounts apart, the secret does; each system's own place in the vault tells nothing.
        told = url is not None or bool(open_options)
        secret = system.secret if isinstance(system.secret, Secret) and not told else None
        if not told and secret is None:
            continue
        key = (system.connector, url, repr(sorted(open_options.items(), key=str)), secret)
        other = seen.setdefault(key, name)
        if other != name:
            check.at_key(("systems", name), f"is the same account as {quoted(other)}", "leave one of them out")
