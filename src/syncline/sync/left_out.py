"""What a hub remembers of frozen fields between two looks into the ledger: which, and the connector without them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncline.connect.connector import Connector

Fields = Mapping[str, frozenset[str]]
"""Stream to raw fields."""


@dataclass
class LeftOut:
    """Of each system; a system that is not in it was not looked up yet."""

    fields: dict[str, Fields] = field(default_factory=dict)
    connectors: dict[str, Connector] = field(default_factory=dict)

    def keep(self, system: str, fields: Fields, connector: Connector) -> None:
        """Reads and writes of that system go by this connector from now on."""
        self.connectors[system] = connector
        self.fields[system] = fields
