"""Is a delivery from whom it says? Checked over its raw bytes, against every key that is active, in constant time."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence

from syncline.connect.webhook import Signed

HASHES = {"hmac-sha1": hashlib.sha1, "hmac-sha256": hashlib.sha256, "hmac-sha512": hashlib.sha512}
PER_SECOND = {"seconds": 1.0, "milliseconds": 1000.0}


class Forged(Exception):
    """Not signed as it must be. The text says what is wrong with it, and nothing about the key."""


def check(
    signed: Signed, keys: Sequence[str], *, method: str, url: str, headers: Mapping[str, str], body: bytes, now: float
) -> None:
    """Raises Forged. `headers` have lower-case names; `now` is in seconds; without a key nothing is believed."""
    found = headers.get(signed.header.lower())
    if found is None:
        raise Forged(f"no header {signed.header}")
    stamp = fresh(signed, headers, now) if signed.timestamp is not None else ""
    given = headers.get(signed.id.lower(), "") if signed.id is not None else ""
    content = content_of(signed, method, url, body, stamp, given)
    secrets = [key_of(signed, key) for key in keys]
    if not all(secrets):  # anybody can sign with nothing
        raise Forged("the signing secret that was stored here is empty: connect it again")
    ours = [encoded(signed, hmac.digest(secret, content, HASHES[signed.algorithm])) for secret in secrets]
    theirs = signatures_in(signed, found)
    # Every pair is compared, so that the time taken says nothing of which came near.
    if sum(hmac.compare_digest(one, other) for one in ours for other in theirs) == 0:
        raise Forged("the signature is not right")


def fresh(signed: Signed, headers: Mapping[str, str], now: float) -> str:
    """The time of sending as it was signed. One too far from now, on either side, may be a recording."""
    assert signed.timestamp is not None
    stamp = headers.get(signed.timestamp.lower(), "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 16):
        raise Forged(f"no time in header {signed.timestamp}")
    if abs(int(stamp) / PER_SECOND[signed.unit] - now) > signed.tolerance:
        raise Forged(f"it was sent more than {signed.tolerance:.0f} s from now")
    return stamp


def content_of(signed: Signed, method: str, url: str, body: bytes, stamp: str, given: str) -> bytes:
    """What was signed: the parts in the vendor's order, the body as its raw bytes."""
    before, _, after = signed.content.partition("{body}")
    parts = {"{method}": method, "{url}": url, "{timestamp}": stamp, "{id}": given}

    def filled(text: str) -> bytes:
        for name, value in parts.items():
            text = text.replace(name, value)
        return text.encode()

    return filled(before) + body + filled(after)


def key_of(signed: Signed, key: str) -> bytes:
    """The key's bytes from the secret's text."""
    try:
        if signed.key == "text":
            return key.encode()
        return b64decode(key.removeprefix("whsec_") if signed.key == "whsec" else key, validate=True)
    except ValueError:  # also of signs that no key holds
        raise Forged("the signing secret that was stored here is not of the vendor's form: connect it again") from None


def encoded(signed: Signed, digest: bytes) -> bytes:
    """A signature as the vendor writes it."""
    return digest.hex().encode() if signed.encoding == "hex" else b64encode(digest)


def signatures_in(signed: Signed, header: str) -> list[bytes]:
    """The signatures that a header holds, without their prefix; those of other versions are left out."""
    entries = header.split(signed.separator) if signed.separator is not None else [header]
    return [
        entry.strip().removeprefix(signed.prefix).encode("utf-8", "replace")
        for entry in entries
        if entry.strip().startswith(signed.prefix)
    ]
