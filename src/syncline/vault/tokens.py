"""Tokens in the vault, and one process at a time that makes them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec

from syncline.config.secret import Secret
from syncline.connect.door import NotAdmitted, Unreachable
from syncline.egress.consent import Token
from syncline.egress.oauth import Alone
from syncline.ledger.lease import Holder
from syncline.ledger.short_lease import Other, Taken
from syncline.vault.errors import NoSecret, TakenOver, VaultError
from syncline.vault.vault import Vault

NAME = "oauth"

LEASE_SECONDS = 180.0
"""Longer than any request takes. Of a process of this machine that is gone one need not wait for its end."""

PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 0.1


class Kept(msgspec.Struct, frozen=True):
    """A token as it is sealed."""

    access: str
    refresh: str | None
    made: float
    ends: float | None
    scopes: tuple[str, ...]
    lost: tuple[str, ...]

    def __repr__(self) -> str:
        return "Kept(***)"


@dataclass(frozen=True, kw_only=True)
class Leased(Alone):
    """With the short lease that says so."""

    taken: Taken


class TokenShelf:
    """egress.oauth's Shelf. hosts: the origin of each system's address, for which its token is sealed."""

    def __init__(
        self, vault: Vault, hosts: Mapping[str, str], *, owner: str = "syncline",
        wall: Callable[[], float] = time.time, sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self.vault, self.hosts, self.wall, self.sleep = vault, hosts, wall, sleep
        self.holder = Holder.here(owner)

    def read(self, system: str) -> Token | None:
        """What is kept now. Raises NotAdmitted where it may not be used."""
        try:
            text = self.vault.secret(system, NAME, self.hosts[system])
        except NoSecret:
            return None
        except VaultError as error:
            raise NotAdmitted(str(error)) from None
        kept = msgspec.json.decode(text, type=Kept)
        return Token(
            access=Secret(kept.access), refresh=None if kept.refresh is None else Secret(kept.refresh), made=kept.made,
            ends=kept.ends, scopes=kept.scopes, lost=kept.lost,
        )  # fmt: skip

    def write(self, system: str, token: Token, alone: Alone) -> None:
        """Durable when it returns. Raises Unreachable where somebody else took over meanwhile."""
        taken = alone.taken if isinstance(alone, Leased) else None
        try:
            self.put(system, token, during=taken)
        except TakenOver as error:
            raise Unreachable(f"{system}: {error}", LOOK_SECONDS) from None

    def put(self, system: str, token: Token, during: Taken | None = None) -> None:
        """Of a new consent: whatever was there before is replaced. during: only while that is ours."""
        kept = Kept(
            token.access.reveal(), None if token.refresh is None else token.refresh.reveal(), token.made, token.ends,
            token.scopes, token.lost,
        )  # fmt: skip
        text = msgspec.json.encode(kept).decode()
        self.vault.put(system, NAME, Secret(text), [self.hosts[system]], during=during)

    @contextmanager
    def alone(self, system: str) -> Iterator[Leased]:
        """One at a time over all threads and processes. Raises Unreachable where another takes too long."""
        deadline = self.wall() + PATIENCE_SECONDS
        while isinstance(taken := self.take(system), Other):
            if self.wall() >= deadline:
                raise Unreachable(
                    f"{system}: process {taken.process} on {taken.host} has been making its token for a while",
                    LOOK_SECONDS,
                )
            self.sleep(LOOK_SECONDS)
        try:
            yield Leased(taken=taken, abandoned=taken.abandoned)
        finally:
            with self.vault.tables.unit() as unit:
                unit.give_back(taken)

    def take(self, system: str) -> Taken | Other:
        """One try."""
        with self.vault.tables.unit() as unit:
            return unit.take(f"token of {system}", self.holder, self.wall(), LEASE_SECONDS)
