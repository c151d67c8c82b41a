"""The addresses that are refused, each range with its first, last and neighbouring addresses (F12, section of I18)."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from syncline.egress.address import (
    DENIED,
    Allowed,
    Forbidden,
    Place,
    allowed,
    denied,
    opening,
    place,
    refusal,
)

# Each range with the nearest addresses outside that are public; None: there is a denied range next to it.
RANGES = [
    ("0.0.0.0/8", None, "1.0.0.0"),
    ("10.0.0.0/8", "9.255.255.255", "11.0.0.0"),
    ("100.64.0.0/10", "100.63.255.255", "100.128.0.0"),
    ("127.0.0.0/8", "126.255.255.255", "128.0.0.0"),
    ("169.254.0.0/16", "169.253.255.255", "169.255.0.0"),
    ("172.16.0.0/12", "172.15.255.255", "172.32.0.0"),
    ("192.0.0.0/24", "191.255.255.255", "192.0.1.0"),
    ("192.0.2.0/24", "192.0.1.255", "192.0.3.0"),
    ("192.88.99.0/24", "192.88.98.255", "192.88.100.0"),
    ("192.168.0.0/16", "192.167.255.255", "192.169.0.0"),
    ("198.18.0.0/15", "198.17.255.255", "198.20.0.0"),
    ("198.51.100.0/24", "198.51.99.255", "198.51.101.0"),
    ("203.0.113.0/24", "203.0.112.255", "203.0.114.0"),
    ("224.0.0.0/4", "223.255.255.255", None),
    ("240.0.0.0/4", None, None),
    ("::/3", None, "2003::"),
    ("::1/128", None, None),
    ("64:ff9b::/96", None, None),
    ("64:ff9b:1::/48", None, None),
    ("100::/64", None, None),
    ("2001::/32", None, None),
    ("2001::/23", None, "2001:200::"),
    ("2001:db8::/32", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"),
    ("2002::/16", "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::"),
    ("3fff::/20", "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::"),
    ("4000::/2", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", None),
    ("5f00::/16", None, None),
    ("8000::/1", None, None),
    ("fc00::/7", None, None),
    ("fe80::/10", None, None),
    ("fec0::/10", None, None),
    ("ff00::/8", None, None),
]


@pytest.mark.parametrize(("network", "before", "after"), RANGES)
def test_a_range_is_denied_from_its_first_to_its_last_address(
    network: str, before: str | None, after: str | None
) -> None:
    found = ip_network(network)
    for inside in (found[0], found[1] if found.num_addresses > 1 else found[0], found[-1]):
        if inside != ip_address("3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") and network != "::/3":
            assert denied(inside), inside
    for outside in (before, after):
        assert outside is None or denied(ip_address(outside)) is None, outside


def test_every_denied_range_is_in_the_table() -> None:
    assert {str(network) for network, _ in DENIED} <= {network for network, _, _ in RANGES}


@pytest.mark.parametrize(("network", "why"), DENIED)
def test_each_entry_denies_by_itself(network: object, why: str) -> None:
    """Without this entry its first address would be let out, or be denied for another reason."""
    assert denied(network[0]) is not None  # type: ignore[index]
    assert why


@pytest.mark.parametrize(
    "ip",
    [
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::7f00:1", "::", "::ffff:0:127.0.0.1"),
        *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "fe80::1%1", "100::1", "100:0:0:1::1"),
        *("255.255.255.255", "169.254.169.254", "fd00:ec2::254", "1fff:ffff::1"),
    ],
)
def test_dressed_up_addresses_are_denied(ip: str) -> None:
    assert denied(ip_address(ip))


@pytest.mark.parametrize("ip", ["1.1.1.1", "8.8.8.8", "::ffff:8.8.8.8", "2606:4700::1111", "2a00:1450:4001::1"])
def test_public_addresses_are_let_through(ip: str) -> None:
    assert denied(ip_address(ip)) is None


def test_nothing_that_python_calls_private_is_let_through() -> None:
    for network, _, _ in RANGES:
        for ip in (ip_network(network)[0], ip_network(network)[-1]):
            assert ip.is_global or denied(ip), ip


ODD = [
    *("https://0x7f.1", "https://2130706433", "https://127.1", "https://0177.0.0.1", "https://0x7f000001"),
    *("https://127.0.0.1.1", "https://1.2.3.256", "https://①②⑦.⓪.⓪.①", "https://１２７.0.0.1"),
    *("https://good.example@evil.example", "https://user:word@good.example", "https://a%2eexample", "https://%61.example"),
    *("https://a..example", "https://.example", "https://example..", "https://", "https:///path", "https://-a.example"),
    *("https://exa mple", "https://exa\tmple", "https://example\r\nHost: x", "https://evil\\good.example", "//a.b"),
    *("file:/etc/passwd", "unix:/run/x", "ftp://a.example", "gopher://a.example", "javascript:alert(1)", "a.example"),
    *("https://a.example:0", "https://a.example:65536", "https://a.example:x", "https://[::1", "https://[fe80::1%25eth0]"),
    *("https://[zz::1]", "https://a.example/?q=1", "https://a.example/#x", "", "https://ümlaut.example"),
    *("https://a,b", "https://[v1.a]"),
    *("https://" + "a" * 64 + ".example", "https://" + "a." * 130 + "example", "https://1.2.3.0x4", "https://[::ffff:1.2.3]"),
]  # fmt: skip


@pytest.mark.parametrize("url", ODD)
def test_an_address_that_can_be_read_in_two_ways_is_refused(url: str) -> None:
    with pytest.raises(Forbidden):
        place(url)


@pytest.mark.parametrize(
    ("url", "origin", "path"),
    [
        ("https://Acme.Example", "https://acme.example", ""),
        ("https://acme.example./odoo/", "https://acme.example", "/odoo"),
        ("https://acme.example:443/a/b", "https://acme.example", "/a/b"),
        ("https://acme.example:8443", "https://acme.example:8443", ""),
        ("http://127.0.0.1:8069", "http://127.0.0.1:8069", ""),
        ("http://[::FFFF:7f00:1]:80", "http://[::ffff:7f00:1]", ""),
        ("https://xn--mlaut-jva.example", "https://xn--mlaut-jva.example", ""),
        ("https://a_b.example", "https://a_b.example", ""),
        ("https://localhost.", "https://localhost", ""),
    ],
)
def test_an_address_has_one_spelling(url: str, origin: str, path: str) -> None:
    assert (place(url).origin, place(url).path) == (origin, path)


@pytest.mark.parametrize(
    "entry",
    ["10.0.0.0/33", "a.example:0", "a.example:x", "a.example:99999", "127.1", "10.0.0.1/8", "[::1", "a..b", ":80"],
)  # fmt: skip
def test_an_entry_that_cannot_be_read_allows_nothing(entry: str) -> None:
    with pytest.raises(Forbidden):
        opening(entry)


def refused(url: str, ip: str, *entries: str, own: bool = False) -> str | None:
    return refusal(place(url), ip_address(ip), allowed(entries), own=own)


# url, what it resolves to, what is allowed, whether that is enough
CASES = [
    ("https://acme.example", "1.1.1.1", [], True),
    ("http://acme.example", "1.1.1.1", [], False),
    ("http://acme.example", "1.1.1.1", ["acme.example"], True),
    ("http://acme.example", "1.1.1.1", ["acme.example:443"], False),
    ("https://acme.example:8443", "1.1.1.1", [], False),
    ("https://acme.example:8443", "1.1.1.1", ["acme.example"], False),
    ("https://acme.example:8443", "1.1.1.1", ["acme.example:8443"], True),
    ("https://acme.example:22", "1.1.1.1", ["1.1.1.0/24:22"], True),
    ("https://acme.example", "10.1.2.3", [], False),
    ("https://acme.example", "10.1.2.3", ["acme.example"], True),
    ("https://acme.example", "10.1.2.3", ["other.example"], False),
    ("https://acme.example", "10.1.2.3", ["10.0.0.0/8"], True),
    ("http://acme.example:8069", "10.1.2.3", ["10.0.0.0/8"], False),
    ("http://acme.example:8069", "10.1.2.3", ["10.0.0.0/8:8069"], True),
    ("http://acme.example:8069", "10.1.2.3", ["acme.example:8069"], True),
    ("http://127.0.0.1:8700", "127.0.0.1", ["127.0.0.1:8700"], True),
    ("http://127.0.0.1:8700", "127.0.0.1", ["127.0.0.1:8701"], False),
    ("http://[::1]:8700", "::1", ["[::1]:8700"], True),
    ("https://v6.example", "fd00::5", ["fd00::/8"], True),
    ("https://v6.example", "fd00::5", ["v6.example"], True),
    ("https://v6.example", "fd00::5", ["10.0.0.0/8"], False),
    ("https://mapped.example", "::ffff:10.1.2.3", ["10.0.0.0/8"], True),
    # A name that is allowed never stands for where clouds keep their credentials.
    ("https://acme.example", "169.254.169.254", ["acme.example"], False),
    ("https://acme.example", "fd00:ec2::254", ["acme.example"], False),
    ("https://acme.example", "fd20:ce::254", ["acme.example"], False),
    ("https://acme.example", "100.100.100.200", ["acme.example"], False),
    ("https://acme.example", "::ffff:100.100.100.200", ["acme.example"], False),
    ("https://acme.example", "fd00:ec2::254", ["fd00:ec2::254"], True),
    ("https://acme.example", "169.254.169.254", ["169.254.169.254"], True),
    ("https://acme.example", "fe80::1", ["acme.example"], False),
    ("https://acme.example", "224.0.0.1", ["acme.example"], False),
    ("https://acme.example", "0.0.0.0", ["acme.example"], False),
]


@pytest.mark.parametrize(("url", "ip", "entries", "enough"), CASES)
def test_what_is_allowed(url: str, ip: str, entries: list[str], enough: bool) -> None:
    assert (refused(url, ip, *entries) is None) == enough


def test_this_machines_own_public_address_is_refused_unless_it_is_allowed() -> None:
    assert "own address" in str(refused("https://acme.example", "1.1.1.1", own=True))
    assert refused("https://acme.example", "1.1.1.1", "acme.example", own=True) is None
    assert refused("https://acme.example", "1.1.1.1", "1.1.1.1", own=True) is None


def test_an_empty_list_allows_nothing() -> None:
    assert allowed([]) == Allowed()
    where = Place(scheme="https", host="a.example", port=443)
    assert refusal(where, ip_address("10.0.0.1"), Allowed(), own=False)


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("100.100.100.200", "100.64.0.0/10"),
        ("169.254.169.254", "169.254.0.0/16"),
        ("169.254.169.254", "0.0.0.0/0"),
        ("fd00:ec2::254", "fd00::/8"),
        ("fd20:ce::254", "fc00::/7"),
        ("fe80::1", "::/0"),
        ("::ffff:169.254.169.254", "169.254.0.0/16"),
    ],
)
def test_a_network_that_is_allowed_opens_no_place_of_credentials(ip: str, network: str) -> None:
    assert refused("http://inside.example", ip, network) is not None
    assert refused("http://inside.example", ip, ip.removeprefix("::ffff:")) is None, "only by itself"
