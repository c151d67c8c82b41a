"""One system as the door knows it: where it is, how it speaks, and what may leave for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from syncline.config.settings import Mode
from syncline.connect.connector import Connector
from syncline.connect.door import Refused
from syncline.connect.request import Request
from syncline.egress.address import Forbidden, Place, place


@dataclass(frozen=True, kw_only=True)
class Outlet:
    """A system.

    url:     its address; None: the connector's own.
    options: the keys of its block in hub.yaml; secrets among them as Secret or InVault.
    mode:    the more careful one of the hub's and the system's.
    allowed: hosts and networks beyond the public internet: `erp.acme.local:8069`, `10.0.0.0/8`.
    follow:  redirects of reads are followed.
    """

    system: str
    connector: Connector
    url: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    mode: Mode = "live"
    allowed: tuple[str, ...] = ()
    follow: bool = False

    @cached_property
    def place(self) -> Place:
        """Raises Forbidden."""
        return place(self.url or self.connector.base_url)

    def addressed(self, request: Request) -> tuple[Place, Request]:
        """Where a request goes, and the request relative to that.

        A whole address, as in a link to the next page, is taken where it is the system's own, or a host that its
        connector names: nobody else gets what we send (I18). Raises Refused; Forbidden for the system's own address.
        """
        if not request.path.lower().startswith(("https:", "http:")):
            return self.place, request
        bare, _, query = request.path.partition("?")
        try:
            there = place(bare)
        except Forbidden as error:
            raise Refused(f"{self.system}: it points elsewhere: {error}") from None
        if there.origin == self.place.origin and (there.path + "/").startswith(self.place.path + "/"):
            base, path = self.place, there.path[len(self.place.path) :]
        elif (there.scheme, there.port) == ("https", 443) and there.host in self.connector.hosts:
            base, path = replace(there, path=""), there.path
        else:
            raise Refused(f"{self.system}: {there.origin} is not its own address, so nothing is sent there")
        asked: dict[str, Any] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            asked.setdefault(name, []).append(value)
        return base, replace(request, path=path or "/", params=asked | dict(request.params))
