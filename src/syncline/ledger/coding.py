"""Frozen values as bytes and back: msgpack, with whole numbers of any size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec
from msgspec.msgpack import Ext

T = TypeVar("T")

BIG_NUMBER = 1
"""The kind of extension that holds a whole number beyond 64 bits, as decimal text."""

_encoder = msgspec.msgpack.Encoder()


def encode(value: Any) -> bytes:
    """Any plain data or frozen value. Vendors do send numbers that msgpack has no room for."""
    try:
        return _encoder.encode(value)
    except OverflowError:
        return _encoder.encode(with_room(msgspec.to_builtins(value, builtin_types=(bytes,))))


def with_room(value: Any) -> Any:
    """The same data with every number beyond 64 bits as an extension."""
    if isinstance(value, dict):
        return {key: with_room(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [with_room(one) for one in value]
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return Ext(BIG_NUMBER, str(value).encode())
    return value


def number_back(kind: int, data: memoryview) -> int:
    """The number in an extension."""
    if kind != BIG_NUMBER:
        raise ValueError(f"the ledger holds data of an unknown kind ({kind})")
    return int(bytes(data))


def decoder(kind: type[T]) -> Callable[[bytes], T]:
    """Bytes to a value of this type."""
    return msgspec.msgpack.Decoder(kind, ext_hook=number_back).decode


class Remembered(Generic[T]):
    """Bytes to values of one frozen type. The latest are remembered by their bytes.

    A batch asks for the same records and links several times, by row, by id and by record. Only what was decoded
    here is remembered: nobody else holds a part of it. Two generations: the elder goes when the younger is full.
    """

    def __init__(self, kind: type[T], size: int = 1024) -> None:
        self.size, self._decode = size, decoder(kind)
        self.young: dict[bytes, T] = {}
        self.old: dict[bytes, T] = {}

    def decode(self, body: bytes) -> T:
        """As it was written."""
        known = self.young.get(body)
        if known is None:
            known = self.old.get(body)
            if len(self.young) >= self.size:
                self.old, self.young = self.young, {}
            self.young[body] = known = self._decode(body) if known is None else known
        return known


decode_any: Callable[[bytes], Any] = decoder(Any)
