"""The secrets of every system, from the environment and from the vault, as egress asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncline.config.secret import InVault, Secret
from syncline.config.settings import System
from syncline.connect.door import NotAdmitted
from syncline.vault.errors import NoSecret, VaultError
from syncline.vault.vault import Vault

SECRET = "secret"


@dataclass(frozen=True, kw_only=True)
class Home:
    """One system's secrets by the keys of its block, and the origin of its address."""

    host: str
    secrets: Mapping[str, Secret | InVault] = field(default_factory=dict)


def home_of(system: System, host: str) -> Home:
    """As hub.yaml has it."""
    found = {SECRET: system.secret, **system.options}
    return Home(host=host, secrets={k: value for k, value in found.items() if isinstance(value, Secret | InVault)})


class SystemSecrets:
    """What egress asks. Nothing else is given one of these."""

    def __init__(self, homes: Mapping[str, Home], vault: Vault | None) -> None:
        """vault: None where no system keeps a secret there."""
        self.homes, self.vault = homes, vault

    def __repr__(self) -> str:
        return f"SystemSecrets({', '.join(self.homes)})"

    def secret(self, system: str, name: str) -> str:
        """Raises LookupError where there is none, NotAdmitted where it may not be used."""
        home = self.homes[system]
        found = home.secrets[name]
        if isinstance(found, Secret):
            return found.reveal()
        if self.vault is None:
            raise NotAdmitted(f"{system} keeps {name!r} in the vault, and the vault is not open")
        try:
            return self.vault.secret(found.system, name, home.host)
        except NoSecret:
            raise
        except VaultError as error:
            raise NotAdmitted(str(error)) from None
