"""The vault: what is put in comes out for egress only, and only for the host it was given for."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syncline.config.secret import Secret
from syncline.ledger.secrets import SealedKey, SealedSecret, SecretReads, SecretTables, SecretUnit
from syncline.ledger.short_lease import Taken
from syncline.vault import master, seal
from syncline.vault.errors import NoMasterKey, NoSecret, NotAsSealed, OtherHost, TakenOver
from syncline.vault.master import MasterKey, Masters


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What may be known of a secret: whose it is, where it may go, and when it was given."""

    system: str
    name: str
    hosts: tuple[str, ...]
    at: float


class Vault:
    """Each secret is sealed by a data key, and that by a master key, which is never in the ledger (I18).

    hub:     whose secrets they are; another hub cannot open them, not even with the same master key.
    masters: reads the master keys; asked again when a key turns up that it did not know, since another process may
             have rotated them.
    A host is the origin of an address, as egress says it: `https://acme.example`.
    """

    def __init__(
        self, tables: SecretTables, hub: str, masters: Callable[[], Masters], *,
        wall: Callable[[], float] = time.time, random: Callable[[int], bytes] = os.urandom,
    ) -> None:  # fmt: skip
        self.tables, self.hub, self.masters, self.wall, self.random = tables, hub, masters, wall, random
        self._keys: dict[str, bytes] = {}

    def __repr__(self) -> str:
        return f"Vault({self.hub})"

    def __reduce__(self) -> Any:
        raise TypeError("a vault is not written to disk or to another process")

    def put(self, system: str, name: str, value: Secret, hosts: Iterable[str], *, during: Taken | None = None) -> None:
        """Seals a secret for these hosts, in the place of one of the same name.

        during: a short lease that must still be ours. Raises TakenOver, NoMasterKey.
        """
        bound = tuple(sorted({host.lower() for host in hosts}))
        assert bound, "a secret is given for a host"
        with self.tables.unit() as unit:
            if during is not None and not unit.stands(during):
                raise TakenOver(f"another process has taken over {during.name}")
            keys = unit.data_keys()
            key = max(keys, key=lambda one: one.at) if keys else self._new_key(unit, self.masters()[0])
            row = SealedSecret(system=system, name=name, hosts=bound, sealed=b"", at=self.wall())
            unit.save(self._sealed(row, value.reveal().encode(), key.id, self._opened(key)))

    def secret(self, system: str, name: str, host: str) -> str:
        """For egress, which sends it to that host. Raises NoSecret, OtherHost, NotAsSealed, NoMasterKey."""
        for _ in range(3):  # a rotation may come between two looks
            with self.tables.look() as rows:
                row = rows.one(system, name)
                if row is None:
                    raise NoSecret(f"the vault holds no {name!r} of {system}: run `syncline connect {system}`")
                if host.lower() not in row.hosts:
                    raise OtherHost(
                        f"{name!r} of {system} was given for {', '.join(row.hosts)} and not for {host}: "
                        f"if that is right, run `syncline connect {system}`"
                    )
                try:
                    return self._plain(rows, row).decode()
                except NotAsSealed:
                    if rows.one(system, name) == row:
                        raise
        raise NotAsSealed(f"{name!r} of {system} is being written all the time: try again")

    def forget(self, system: str, name: str) -> None:
        """It is gone, or was not there."""
        with self.tables.unit() as unit:
            unit.drop(system, name)

    def kept(self) -> tuple[Kept, ...]:
        """What is there, by system and name; no values."""
        with self.tables.look() as rows:
            return tuple(Kept(system=one.system, name=one.name, hosts=one.hosts, at=one.at) for one in rows.all())

    def rotate(self) -> MasterKey:
        """Seals every secret anew, under a new data key and the first master key, in one transaction: all or none.

        Returns that master key: the others are not needed any more. Raises NotAsSealed, NoMasterKey.
        """
        current = self.masters()[0]
        with self.tables.unit() as unit:
            old = unit.data_keys()
            plain = [(row, self._plain(unit, row)) for row in unit.all()]
            key = self._new_key(unit, current)
            for row, value in plain:
                unit.save(self._sealed(row, value, key.id, self._opened(key)))
            for one in old:
                unit.drop_key(one.id)
        return current

    def close(self) -> None:
        """Ends its connections to the ledger."""
        self.tables.close()

    # ---- keys
    def _new_key(self, unit: SecretUnit, sealing: MasterKey) -> SealedKey:
        """A data key, kept sealed."""
        key_id, key = self.random(seal.ID_BYTES).hex(), self.random(seal.KEY_BYTES)
        sealed = seal.seal(key, sealing.id, sealing.key, self._place_of(key_id), self.random(seal.NONCE_BYTES))
        row = SealedKey(id=key_id, master=sealing.id, sealed=sealed, at=self.wall())
        unit.save_key(row)
        return row

    def _opened(self, row: SealedKey) -> bytes:
        """The data key itself. Raises NoMasterKey, NotAsSealed."""
        if row.id not in self._keys:
            known = {one.id: one for one in self.masters()}
            if row.master not in known:
                raise NoMasterKey(
                    f"the secrets of {self.hub} are sealed by the master key {row.master}, and here is "
                    f"{', '.join(known)}: bring the right one, or give each secret anew with `syncline connect SYSTEM`"
                )
            try:
                self._keys[row.id] = seal.unseal(row.sealed, known[row.master].key, self._place_of(row.id))
            except seal.Broken:
                raise NotAsSealed(
                    f"the key of the secrets is not {self.hub}'s, or was changed: restore the ledger, "
                    f"or give each secret anew with `syncline connect SYSTEM`"
                ) from None
        return self._keys[row.id]

    # ---- secrets
    def _sealed(self, row: SealedSecret, plain: bytes, key_id: str, key: bytes) -> SealedSecret:
        sealed = seal.seal(plain, key_id, key, self._place_in(row), self.random(seal.NONCE_BYTES))
        return SealedSecret(system=row.system, name=row.name, hosts=row.hosts, sealed=sealed, at=row.at)

    def _plain(self, rows: SecretReads, row: SealedSecret) -> bytes:
        try:
            key_id = seal.key_of(row.sealed)
            key = next(one for one in rows.data_keys() if one.id == key_id)
            return seal.unseal(row.sealed, self._opened(key), self._place_in(row))
        except (seal.Broken, StopIteration):
            raise NotAsSealed(
                f"{row.name!r} of {row.system} was not sealed for it, or was changed: "
                f"give it anew with `syncline connect {row.system}`"
            ) from None

    def _place_in(self, row: SealedSecret) -> seal.Place:
        """I18: sealed for one hub, system, name and its hosts, so that it cannot be moved to another."""
        return ("secret", self.hub, row.system, row.name, row.hosts)

    def _place_of(self, key_id: str) -> seal.Place:
        return ("key", self.hub, key_id)


def rotate_file(vault: Vault, path: Path) -> None:
    """A new master key in the file that the vault reads its keys from; the old one opens nothing any more.

    Until every secret is sealed anew the file holds both, so that it can be stopped anywhere and begun again.
    """
    fresh = master.new_key(vault.random)
    master.replace_file(path, [fresh, *master.from_file(path)])
    if vault.rotate() != fresh:
        raise NoMasterKey(f"the vault does not read its keys from {path}: change them where they come from")
    master.replace_file(path, [fresh])
