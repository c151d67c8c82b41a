"""A text sealed under a key and for one place: AES-256-GCM; opened anywhere else it is nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
KEY_BYTES = 32
ID_BYTES = 8
NONCE_BYTES = 12
HEAD_BYTES = len(VERSION) + ID_BYTES + NONCE_BYTES

Place = Sequence[str | Sequence[str]]
"""What a sealed text belongs to: (hub, system, name, hosts). It is not in the sealed text, and must be said again."""


class Broken(Exception):
    """Another key, another place, or not what was sealed: which of them cannot be told."""


def seal(plain: bytes, key_id: str, key: bytes, place: Place, nonce: bytes) -> bytes:
    """Version, the key's id (16 hexadecimal digits), nonce (12 bytes, never used twice with a key), and the rest."""
    head = VERSION + bytes.fromhex(key_id) + nonce
    assert len(head) == HEAD_BYTES
    return head + AESGCM(key).encrypt(nonce, plain, bound(head, place))


def key_of(sealed: bytes) -> str:
    """The id of the key that it is sealed under. Raises Broken."""
    if len(sealed) <= HEAD_BYTES or sealed[:1] != VERSION:
        raise Broken
    return sealed[1 : 1 + ID_BYTES].hex()


def unseal(sealed: bytes, key: bytes, place: Place) -> bytes:
    """What was sealed. Raises Broken."""
    head, rest = sealed[:HEAD_BYTES], sealed[HEAD_BYTES:]
    try:
        return AESGCM(key).decrypt(head[-NONCE_BYTES:], rest, bound(head, place))
    except InvalidTag:
        raise Broken from None


def bound(head: bytes, place: Place) -> bytes:
    """What is not hidden but must be the same; as JSON no two places read alike."""
    return head + json.dumps(place, ensure_ascii=True, separators=(",", ":")).encode()
