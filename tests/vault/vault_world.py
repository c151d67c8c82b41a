"""A vault on a ledger of the test, and a place to look for what must not be there."""

import base64
import json
from collections.abc import Callable, Iterable
from pathlib import Path

from syncline.config.secret import Secret
from syncline.ledger.secrets import SecretTables, open_secrets
from syncline.vault.master import Masters, from_file, make_file
from syncline.vault.vault import Vault

HOST = "https://crm.example"
CANARY = 'c4nary/S3cret+"word'


def vault_in(folder: Path, *, hub: str = "hub 17", masters: Callable[[], Masters] | None = None) -> Vault:
    """Its master key is beside it."""
    key = folder / "master.key"
    if masters is None and not key.exists():
        make_file(key)
    return Vault(tables_in(folder), hub, masters or (lambda: from_file(key)))


def tables_in(folder: Path) -> SecretTables:
    return open_secrets(folder / "hub.db")


def filled(vault: Vault, value: str = CANARY) -> Vault:
    vault.put("crm", "secret", Secret(value), [HOST])
    return vault


def forms_of(text: str) -> Iterable[bytes]:
    """As it might be found."""
    yield text.encode()
    yield text.encode("utf-16-le")
    yield base64.b64encode(text.encode()).rstrip(b"=")[:-1]
    yield text.encode().hex().encode()
    yield json.dumps(text)[1:-1].encode()


def found_in(folder: Path, text: str) -> list[str]:
    """Files of a folder that hold it in some form."""
    return [
        path.name
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(form in path.read_bytes() for form in forms_of(text))
    ]
