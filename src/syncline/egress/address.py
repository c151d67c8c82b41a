"""Which addresses the hub connects to: the public internet over https, and what a person allowed by name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

IP = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PORTS = {"https": 443, "http": 80}

# Python's own `is_global` calls several of these public, and not the same ones in every version.
DENIED: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), why)
    for network, why in (
        ("0.0.0.0/8", "this machine"),
        ("10.0.0.0/8", "a private network"),
        ("100.64.0.0/10", "a provider's private network"),
        ("127.0.0.0/8", "this machine"),
        ("169.254.0.0/16", "a link-local address, where clouds keep their credentials"),
        ("172.16.0.0/12", "a private network"),
        ("192.0.0.0/24", "reserved for protocols"),
        ("192.0.2.0/24", "for documentation only"),
        ("192.88.99.0/24", "a relay of 6to4"),
        ("192.168.0.0/16", "a private network"),
        ("198.18.0.0/15", "for benchmarks only"),
        ("198.51.100.0/24", "for documentation only"),
        ("203.0.113.0/24", "for documentation only"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::1/128", "this machine"),
        ("64:ff9b::/96", "an IPv4 address in IPv6 (NAT64)"),
        ("64:ff9b:1::/48", "an IPv4 address in IPv6 (NAT64)"),
        ("2001::/32", "an IPv4 address in IPv6 (Teredo)"),
        ("2001::/23", "reserved for protocols"),
        ("2001:db8::/32", "for documentation only"),
        ("2002::/16", "an IPv4 address in IPv6 (6to4)"),
        ("3fff::/20", "for documentation only"),
        ("5f00::/16", "for segment routing"),
        ("fc00::/7", "a private network"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a private network"),
        ("ff00::/8", "multicast"),
    )
)
PUBLIC_IPV6 = IPv6Network("2000::/3")

# Where clouds keep their credentials, inside networks that are private else.
CREDENTIALS: frozenset[IP] = frozenset(
    ip_address(one) for one in ("100.100.100.200", "fd00:ec2::254", "fd20:ce::254", "fd00:42::42", "fd00:c1::a9fe:a9fe")
)

# What a name may stand for once a person allowed that name; CREDENTIALS never.
PRIVATE: tuple[Network, ...] = tuple(
    ip_network(network)
    for network in (
        *("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
        *("::1/128", "fc00::/7"),
    )
)

_PLAIN = re.compile(r"[\x21-\x5b\x5d-\x7e]+")  # printable ASCII without the backslash
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_ENTRY = re.compile(
    r"(?:\[(?P<six>[^\[\]]+)\]|(?P<host>[^\[\]:]+))(?::(?P<port>[0-9]{1,6}))?|(?P<bare>[^\[\]]*(?::[^\[\]]*){2})"
)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


class Forbidden(ValueError):
    """The hub does not connect there. The text says why, and what to write in hub.yaml if it is meant."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a system is. host: in lower case, without a trailing dot; path: without a slash at its end."""

    scheme: str
    host: str
    port: int
    path: str = ""
    literal: IP | None = None

    @property
    def origin(self) -> str:
        """`https://acme.example`, with the port where it is not the scheme's own."""
        return f"{self.scheme}://{self.door.removesuffix(f':{PORTS[self.scheme]}')}"

    @property
    def door(self) -> str:
        """`acme.example:443`."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def denied(ip: IP) -> str | None:
    """Why the hub does not connect to this address; None: it is a public one."""
    ip = unmapped(ip)
    if ip in CREDENTIALS:
        return "where clouds keep their credentials"
    why = next((why for network, why in DENIED if ip.version == network.version and ip in network), None)
    if why is None and ip.version == 6 and ip not in PUBLIC_IPV6:
        return "not a public address"
    return why


def unmapped(ip: IP) -> IP:
    """`::ffff:127.0.0.1` is 127.0.0.1."""
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return ip if mapped is None else mapped


def place(url: str) -> Place:
    """The parts of an address, in one spelling. Raises Forbidden for one that can be read in two ways."""
    if not _PLAIN.fullmatch(url):
        raise Forbidden("an address is of plain ASCII, without blanks or backslashes; write a name as `xn--...`")
    try:
        parts = urlsplit(url)
        scheme, port = parts.scheme, parts.port
    except ValueError as error:
        raise Forbidden(f"is no address ({error})") from None
    if scheme not in PORTS:
        raise Forbidden("an address begins with `https://`")
    if "@" in parts.netloc:
        raise Forbidden("an address holds no user or password")
    if parts.query or parts.fragment:
        raise Forbidden("an address ends before `?` and `#`")
    if port == 0:
        raise Forbidden("there is no port 0")
    if "[" in parts.netloc and ":" not in (parts.hostname or ""):
        raise Forbidden("in brackets stands an IPv6 address")
    host = one_spelling(parts.hostname or "")
    return Place(
        scheme=scheme, host=host, port=PORTS[scheme] if port is None else port, path=parts.path.rstrip("/"),
        literal=literal(host),
    )  # fmt: skip


def one_spelling(host: str) -> str:
    """A host in lower case; raises Forbidden for numbers that resolvers take for addresses (`0x7f.1`, `2130706433`)."""
    if ":" in host:
        try:
            return str(IPv6Address(host if "%" not in host else ""))
        except ValueError:
            raise Forbidden(f"{host} is no address") from None
    host = host.lower().removesuffix(".")
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Forbidden(f"{host!r} is no name of a host")
    if _NUMBER.fullmatch(labels[-1]) and literal(host) is None:
        raise Forbidden(f"{host} is an odd spelling of an address; write it as four decimal numbers")
    return host


def literal(host: str) -> IP | None:
    """The address that a host is, where it is no name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


# ---- what a person allowed
@dataclass(frozen=True, kw_only=True)
class Opening:
    """One entry: a name or a network, at one port (None: at 80 and 443)."""

    host: str | None = None
    network: Network | None = None
    port: int | None = None

    def fits(self, port: int) -> bool:
        """Is it for this port?"""
        return port in PORTS.values() if self.port is None else port == self.port


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """What may be reached beyond the public internet."""

    openings: tuple[Opening, ...] = ()

    def names(self, host: str, port: int) -> bool:
        """Is this host allowed by its name?"""
        return any(one.host == host and one.fits(port) for one in self.openings)

    def holds(self, ip: IP, port: int) -> bool:
        """Is this address allowed as such? Where clouds keep their credentials only by itself, not by a network."""
        ip = unmapped(ip)
        alone = ip in CREDENTIALS or ip.is_link_local
        networks = [one.network for one in self.openings if one.network is not None and one.fits(port)]
        return any(
            ip.version == network.version and ip in network and (network.num_addresses == 1 or not alone)
            for network in networks
        )


def allowed(entries: Iterable[str]) -> Allowed:
    """`erp.acme.local:8069`, `erp.acme.local`, `10.0.0.0/8`, `10.1.2.3:8069`, `[fd00::1]:8069`. Raises Forbidden."""
    return Allowed(openings=tuple(opening(entry) for entry in entries))


def opening(entry: str) -> Opening:
    """One entry."""
    found = _ENTRY.fullmatch(entry)
    if found is None:
        raise Forbidden(f"`{entry}` is neither a host nor a network, with or without a port")
    host, port = found["six"] or found["bare"] or found["host"], found["port"]
    number = int(port) if port else None
    if number == 0 or (number or 0) > 65535:
        raise Forbidden(f"`{entry}` names no port")
    try:
        return Opening(network=ip_network(host), port=number)
    except ValueError:
        if "/" in host:
            raise Forbidden(f"`{entry}` is no network; write it as `10.1.0.0/16`") from None
    return Opening(host=one_spelling(host), port=number)


def refusal(place: Place, ip: IP, allowed: Allowed, *, own: bool) -> str | None:
    """Why the hub does not connect to this answer of the resolver; None: it does. own: it is this machine's."""
    if allowed.holds(ip, place.port):
        return None
    named = allowed.names(place.host, place.port)
    why = "this machine's own address" if own else denied(ip)
    private = unmapped(ip) not in CREDENTIALS and any(unmapped(ip) in network for network in PRIVATE)
    if why is not None and not (named and (own or private)):
        return f"it is at {ip}, which is {why}"
    if not named and place.scheme != "https":
        return "it would be asked without encryption (`http://`)"
    if not named and place.port not in PORTS.values():
        return f"port {place.port} is not one of the web"
    return None
