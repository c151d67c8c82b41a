"""Master keys: from a file that nobody else can read, or from the environment."""

from __future__ import annotations

import base64
import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syncline.config.problems import HIDDEN
from syncline.vault.errors import NoMasterKey, UnsafeKeyFile
from syncline.vault.seal import ID_BYTES, KEY_BYTES

VARIABLE = "SYNCLINE_MASTER_KEY"

PRIVATE = 0o600
OTHERS = 0o077


@dataclass(frozen=True, repr=False)
class MasterKey:
    """32 bytes. Its id tells keys apart and tells nothing of the key."""

    key: bytes

    @property
    def id(self) -> str:
        """16 hexadecimal digits."""
        return hashlib.sha256(b"syncline master key" + self.key).digest()[:ID_BYTES].hex()

    @property
    def text(self) -> str:
        """As it stands in the file."""
        return base64.b64encode(self.key).decode()

    def __repr__(self) -> str:
        return f"MasterKey({self.id}, {HIDDEN})"

    def __reduce__(self) -> Any:
        raise TypeError("a master key is not written to disk or to another process")


Masters = tuple[MasterKey, ...]
"""The one that seals, then older ones that still open."""


def new_key(random: Callable[[int], bytes] = os.urandom) -> MasterKey:
    """random: so many bytes that nobody can guess."""
    return MasterKey(random(KEY_BYTES))


def from_environment(environment: Mapping[str, str]) -> Masters | None:
    """Of the variable, one or several, the newest first; None: it is not set. Raises NoMasterKey."""
    text = environment.get(VARIABLE)
    return None if text is None else parsed(text, f"the environment variable {VARIABLE}")


def from_file(path: Path) -> Masters:
    """Of a file that only its owner, who is this user, may read. Raises NoMasterKey, UnsafeKeyFile."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise NoMasterKey(
            f"there is no master key at {path}: put the file back, or set {VARIABLE}; "
            f"without it the secrets cannot be opened, and have to be given anew"
        ) from None
    with open(file, encoding="ascii", errors="replace") as opened:
        found = os.fstat(file)  # of what was opened, whatever the path means by now
        if not stat.S_ISREG(found.st_mode) or found.st_mode & OTHERS or found.st_uid != os.geteuid():
            raise UnsafeKeyFile(
                f"{path} is not yours alone (mode {stat.S_IMODE(found.st_mode):o}): run `chmod 600 {path}` as its "
                f"owner, and `syncline vault rotate` if anybody else may have read it"
            )
        return parsed(opened.read(), str(path))


def parsed(text: str, where: str) -> Masters:
    """Keys with spaces, commas or line ends between them. Raises NoMasterKey."""
    found = []
    for word in text.replace(",", " ").split():
        try:
            key = base64.b64decode(word, validate=True)
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise NoMasterKey(f"{where} holds something that is no key: {KEY_BYTES} bytes in base64 each") from None
        found.append(MasterKey(key))
    if not found:
        raise NoMasterKey(f"{where} holds no key: {KEY_BYTES} bytes in base64")
    return tuple(found)


def make_file(path: Path, random: Callable[[int], bytes] = os.urandom) -> MasterKey:
    """A new key in a new file of mode 600. Raises FileExistsError rather than replace one."""
    key = new_key(random)
    write(path, [key], os.O_EXCL)
    return key


def replace_file(path: Path, keys: Iterable[MasterKey]) -> None:
    """The file holds these keys or the ones before, whatever happens in between."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    write(beside, keys, os.O_EXCL)
    os.replace(beside, path)
    synced(path.parent)


def write(path: Path, keys: Iterable[MasterKey], flags: int) -> None:
    """Durable when it returns."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | flags, PRIVATE)
    with open(file, "w", encoding="ascii") as opened:
        os.fchmod(file, PRIVATE)
        opened.writelines(f"{key.text}\n" for key in keys)
        opened.flush()
        os.fsync(file)
    synced(path.parent)


def synced(folder: Path) -> None:
    """A name in it is durable once the folder is."""
    file = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
