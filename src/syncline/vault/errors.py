"""What can go wrong with secrets. Each message says what to do, and none holds a secret (I18).

VaultError
├── NoSecret       nothing was given under that name
├── OtherHost      it was given for another address
├── NotAsSealed    it was moved, changed, or is another hub's
├── NoMasterKey    the key it is sealed by is not here
├── UnsafeKeyFile  others may read the master key
└── TakenOver      another process took over what this one was doing
"""

from __future__ import annotations


class VaultError(Exception):
    """The vault cannot do this."""


class NoSecret(VaultError, LookupError):
    """Nothing was given under that name."""


class OtherHost(VaultError):
    """The secret was given for another address."""


class NotAsSealed(VaultError):
    """The secret was moved, changed, or is another hub's."""


class NoMasterKey(VaultError):
    """The master key is not here, or is none."""


class UnsafeKeyFile(VaultError):
    """Others may read the master key."""


class TakenOver(VaultError):
    """Another process took over what this one was doing."""
