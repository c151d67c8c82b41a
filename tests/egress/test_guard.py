"""Names are resolved once, and the connection goes to an address that was checked: rebinding finds no gap."""

from __future__ import annotations

import datetime
import ssl
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path

import httpcore2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hostile_server import reply, served
from outlets import Kept, door, get, post, raised

from syncline.connect.auth import Bearer
from syncline.connect.door import NotAllowed, Unreachable
from syncline.egress.address import IP, Forbidden, Place, allowed, place
from syncline.egress.client import Client, Failed, Outgoing
from syncline.egress.resolve import Guard, by_system, is_own

A_DAY = datetime.timedelta(days=1)


class Names:
    """A resolver that answers otherwise each time it is asked."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers, self.asked = list(answers), 0

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self.answers[min(self.asked, len(self.answers)) - 1]


class ChecksThenResolvesAgain(Guard):
    """The broken twin: what it checked is not where it connects."""

    def addresses(self, place: Place) -> list[IP]:
        super().addresses(place)
        return [ip_address(one) for one in self.resolve(place.host, place.port)]


class ChecksTheFirstOnly(Guard):
    """The broken twin that looks at one answer of several."""

    def addresses(self, place: Place) -> list[IP]:
        answers = self.resolve(place.host, place.port)
        Guard(allowed=self.allowed, resolve=lambda host, port: answers[:1], own=self.own).addresses(place)
        return [ip_address(one) for one in answers]


def connected(guard: Guard) -> list[str]:
    """Where a client with that guard tries to connect to, for a name that is nowhere allowed."""
    went: list[str] = []

    def connect(host: str, port: int, timeout: float | None = None) -> httpcore2.NetworkStream:
        went.append(host)
        raise httpcore2.ConnectError("down")

    client = Client(guard, connect=connect)
    for _ in range(2):
        assert isinstance(client.send(Outgoing(method="GET", url="https://acme.example/things")), Failed)
    client.close()
    return went


def guard(kind: type[Guard], *answers: Sequence[str]) -> Guard:
    return kind(allowed=allowed([]), resolve=Names(*answers), own=lambda ip: False)


REBINDING = (["1.1.1.1"], ["127.0.0.1"])


def test_a_name_that_changes_after_the_check_leads_nowhere() -> None:
    assert connected(guard(Guard, *REBINDING)) == ["1.1.1.1"]  # the second request is checked anew, and refused


def test_the_twin_that_resolves_again_is_caught() -> None:
    assert "127.0.0.1" in connected(guard(ChecksThenResolvesAgain, *REBINDING))


def test_every_answer_is_checked() -> None:
    both = ["1.1.1.1", "10.0.0.1"]
    assert connected(guard(Guard, both)) == []
    assert connected(guard(Guard, both[::-1])) == []
    assert "10.0.0.1" in connected(guard(ChecksTheFirstOnly, both))


def test_each_of_several_addresses_is_tried_within_the_time_of_one() -> None:
    waits: list[float] = []

    def connect(host: str, port: int, timeout: float) -> httpcore2.NetworkStream:
        waits.append(timeout)
        raise httpcore2.ConnectTimeout("no")

    client = Client(guard(Guard, ["1.1.1.1", "2606:4700::1111"]), connect=connect, clock=lambda: 0.0)
    answer = client.send(Outgoing(method="GET", url="https://acme.example/"))
    client.close()
    assert answer == Failed(why="no connection within 5 s", sent=False)
    assert waits == [2.5, 5.0]  # by a clock that stands still


@pytest.mark.parametrize(
    ("problem", "why"),
    [
        (httpcore2.PoolTimeout(), "all 20 connections are in use"),
        (httpcore2.LocalProtocolError("of ours"), "the connection broke (of ours)"),
        (RuntimeError("word-of-ours"), "it could not be asked (RuntimeError)"),
        (UnicodeError("word-of-ours"), "it could not be asked (UnicodeError)"),
    ],
)
def test_whatever_goes_wrong_is_a_failure_and_no_crash(problem: Exception, why: str) -> None:
    def connect(host: str, port: int, timeout: float) -> httpcore2.NetworkStream:
        raise problem

    client = Client(guard(Guard, ["1.1.1.1"]), connect=connect)
    assert client.send(Outgoing(method="GET", url="https://acme.example/")) == Failed(why=why, sent=False)
    client.close()


@pytest.mark.parametrize("answer", [["127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"], ["169.254.169.254"], ["fe80::1%1"]])
def test_a_name_that_stands_for_a_denied_address_is_not_asked(answer: list[str]) -> None:
    with served({"*": reply(200, [])}) as server:
        url = f"https://acme.example:{server.port}"
        with door(server, url=url, allowed=(), resolve=Names(answer), secrets=Kept()) as out:
            text = raised(NotAllowed, lambda: out.call("toy", post(), "write"))
        assert text.startswith("toy: acme.example: it is at ")
        assert f"allow `acme.example:{server.port}`" in text
        assert server.connections == 0


def test_a_name_without_addresses_cannot_be_reached() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError(-2, "Name or service not known")

    with served({}) as server:
        for resolve in (unknown, Names([])):
            with door(server, url="https://acme.example", resolve=resolve) as out:
                text = raised(Unreachable, lambda: out.call("toy", get(), "read"))
            assert "acme.example" in text


def test_an_odd_address_is_not_even_resolved() -> None:
    names = Names(["1.1.1.1"])
    with served({}) as server:
        for url in ("https://0x7f.1", "https://2130706433", "https://a@b.example", "http://[::ffff:7f00:1"):
            with door(server, url=url, resolve=names) as out:
                assert "docs/egress.md" in raised(NotAllowed, lambda: out.call("toy", get(), "read"))
    assert names.asked == 0


def test_without_an_allowance_nothing_goes_without_encryption_or_to_another_port() -> None:
    with served({"*": reply(200, [])}) as server:
        for url in ("http://acme.example", f"https://acme.example:{server.port}"):
            with door(server, url=url, allowed=(), resolve=Names(["1.1.1.1"])) as out:
                raised(NotAllowed, lambda: out.call("toy", get(), "read"))
        assert server.connections == 0


def test_an_allowed_name_reaches_a_private_address() -> None:
    with served({"*": reply(200, [1])}) as server:
        where = f"erp.acme.example:{server.port}"
        with door(server, url=f"http://{where}", allowed=(where,), resolve=Names(["127.0.0.1"])) as out:
            assert out.call("toy", get(), "read").body == [1]
        assert server.heard[0].headers["host"] == where


def test_what_is_allowed_for_one_system_is_not_for_another() -> None:
    """The allowance is a system's, not the hub's."""
    with served({"*": reply(200, [1])}) as server, door(server, allowed=("127.0.0.1:1",)) as out:
        raised(NotAllowed, lambda: out.call("toy", get(), "read"))
        assert server.connections == 0


def test_this_machine_knows_its_own_addresses() -> None:
    assert is_own(ip_address("127.0.0.1"))
    assert not is_own(ip_address("192.0.2.1"))
    assert not is_own(ip_address("255.255.255.255"))
    assert by_system("127.0.0.1", 80) == ["127.0.0.1"]
    with pytest.raises(Forbidden, match="own address"):
        Guard(allowed=allowed([]), resolve=Names(["8.8.8.8"]), own=lambda ip: True).addresses(
            place("https://a.example")
        )


# ---- encryption
@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate of `erp.acme.example`, signed by itself."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "erp.acme.example")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - A_DAY).not_valid_after(now + A_DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("erp.acme.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(secret)
    return folder


def server_side(folder: Path, asked: list[str]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    context.sni_callback = lambda connection, name, _: asked.append(name or "")
    return context


@pytest.mark.parametrize(
    ("name", "trusts", "works"),
    [("erp.acme.example", True, True), ("erp.acme.example", False, False), ("other.example", True, False)],
)
def test_the_certificate_is_of_the_name_whatever_the_address_is(
    authority: Path, name: str, trusts: bool, works: bool
) -> None:
    asked: list[str] = []
    trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if trusts:
        trusted.load_verify_locations(authority / "certificate.pem")
    with served({"*": reply(200, [1])}, tls=server_side(authority, asked)) as server:
        where = f"{name}:{server.port}"
        given = {"url": f"https://{where}", "allowed": (where,), "resolve": Names(["127.0.0.1"]), "trusted": trusted}
        with door(server, Bearer(), secrets=Kept({"secret": "word-of-ours"}), **given) as out:
            if works:
                assert out.call("toy", get(), "read").body == [1]
            else:
                text = raised(Unreachable, lambda: out.call("toy", post(), "write"))  # nothing of it was sent
                assert name in text
                assert server.heard == []
        assert asked == [name]
