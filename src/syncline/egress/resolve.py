"""The guard at connect: a name is resolved once, every answer is checked, and the connection goes to one of them."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from syncline.egress.address import IP, Allowed, Forbidden, Place, refusal, unmapped

Resolver = Callable[[str, int], Sequence[str]]
"""The addresses of a host, as text. Raises OSError where there are none."""


def by_system(host: str, port: int) -> list[str]:
    """As this machine resolves names."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(where[0]) for *_, where in found))


def is_own(ip: IP) -> bool:
    """Is it an address of this machine? Nothing is sent: a datagram socket only chooses where it would speak from."""
    family = socket.AF_INET if ip.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as asked:
            asked.connect((str(ip), 9))
            return ip_address(asked.getsockname()[0]) == ip
    except OSError:  # no way leads there: it is not here
        return False


@dataclass(frozen=True, kw_only=True)
class Guard:
    """Checks where a connection goes."""

    allowed: Allowed
    resolve: Resolver = by_system
    own: Callable[[IP], bool] = is_own

    def addresses(self, place: Place) -> list[IP]:
        """Where to connect to, all of them checked. Raises Forbidden, or OSError where the name has no address."""
        if place.literal is not None:
            answers = [place.literal]
        else:
            answers = [ip_address(one) for one in self.resolve(place.host, place.port)]
        if not answers:
            raise OSError("the name has no address")
        for ip in answers:
            why = refusal(place, ip, self.allowed, own=self.own(unmapped(ip)))
            if why is not None:
                raise Forbidden(f"{place.host}: {why}; if that is meant, allow `{place.door}`")
        return answers
