"""Whose system it is, in words: a production account must never be taken for a sandbox."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from syncline.connect.account import Account, Environment

if TYPE_CHECKING:
    from syncline.config.declaration import Declaration
    from syncline.connect.connector import Connector

SAID: Mapping[Environment, str] = {
    "production": "a PRODUCTION account",
    "sandbox": "a sandbox",
    "test": "made for tests",
    "unknown": "which does not say what it is for: treat it as PRODUCTION",
}


class AccountOf(Struct, frozen=True, kw_only=True):
    """What a system said of itself.

    why: why it could not be asked. missing: what its token lacks for this mode. another: why it must be another account
    than the one whose rows the hub knows.
    """

    system: str
    name: str = ""
    id: str | None = None
    environment: Environment = "unknown"
    user: str | None = None
    version: str | None = None
    missing: tuple[str, ...] = ()
    why: str = ""
    another: str = ""


def account_of(system: str, found: Account, declaration: Declaration, connector: Connector) -> AccountOf:
    """With what is missing, where the system tells what the token may do."""
    from syncline.sync.rights import lacking, needed

    lacks: tuple[str, ...] = ()
    if found.scopes is not None and connector.rights is not None:
        wanted = needed(declaration, system, connector)
        now = [one for one in wanted.now if one not in wanted.define]
        lacks = lacking(now, found.scopes, connector.rights.covers)
    return AccountOf(
        system=system, name=found.name, id=found.id, environment=found.environment, user=found.user,
        version=found.version, missing=lacks,
    )  # fmt: skip


def in_words(one: AccountOf) -> str:
    """`My Company (database acme), made for tests, version 19.0, as hub@acme.example`."""
    version = f", version {one.version}" if one.version else ""
    return f"{one.name}, {SAID[one.environment]}{version}" + (f"; in the name of {one.user}" if one.user else "")


def lacks(one: AccountOf) -> str:
    """What its token may not do that it must."""
    return f"{one.system}: its token lacks {', '.join(one.missing)}."


def twice(systems: Iterable[str]) -> str:
    """Of systems that are one account."""
    named = list(systems)
    return (
        f"{' and '.join(named)} are the same account: each row of it would be met twice, and told to itself. "
        f"Give {named[-1]} the token of another account, or take it out."
    )
