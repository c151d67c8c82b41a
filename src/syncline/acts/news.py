"""What is open now that was not before: two ordered lists, the earlier one kept aside in a file.

So memory does not grow with what is open.
"""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

import msgspec

from syncline.ledger.open_items import OpenItem, order_of
from syncline.look.opened import PAGE, Opened, described, of_row
from syncline.model.rows import ParkedRow
from syncline.sync.hub import Hub

IN_MEMORY_BYTES = 1_000_000
SHOWN = 100

Key = tuple[int, int, str, str, str]
"""Of an item: its order and its code. Rows come behind all items: (END, the place of their stream, id, "", code)."""

END = 2**62

_json = msgspec.json.Encoder()
_key = msgspec.json.Decoder(Key)


class Before:
    """What was open when this was made."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.text: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115
        for key, _ in everything(hub):
            self.text.write(_json.encode(key) + b"\n")

    def keys(self) -> Iterator[Key]:
        """In their order."""
        self.text.seek(0)
        return (_key.decode(line) for line in self.text)

    def news(self) -> tuple[tuple[Opened, ...], int, int]:
        """The first of what is new since, how much is new, and how much is open at all."""
        old, last = self.keys(), None
        new: list[OpenItem | ParkedRow] = []
        count = total = 0
        last = next(old, None)
        for key, one in everything(self.hub):
            total += 1
            while last is not None and last[:4] < key[:4]:
                last = next(old, None)
            if last != key:
                count += 1
                if len(new) < SHOWN:
                    new.append(one)
        self.text.close()
        return shown(self.hub, new), count, total


def shown(hub: Hub, new: list[OpenItem | ParkedRow]) -> tuple[Opened, ...]:
    """For people."""
    items = [one for one in new if isinstance(one, OpenItem)]
    return (*described(hub, items), *(of_row(hub, one) for one in new if isinstance(one, ParkedRow)))


def everything(hub: Hub) -> Iterator[tuple[Key, OpenItem | ParkedRow]]:
    """All that is open, in one order."""
    after: OpenItem | None = None
    while page := hub.ledger.open_items(after=after, limit=PAGE):
        yield from (((*order_of(item), item.code), item) for item in page)
        after = page[-1]
    streams = dict.fromkeys((one.system, one.stream) for one in hub.declaration.bindings)
    for number, (system, stream) in enumerate(streams):
        last = ""
        while rows := hub.ledger.parked_after(system, stream, last, PAGE):
            yield from (((END, number, row.id, "", row.parking.code), row) for row in rows)
            last = rows[-1].id
