"""One door out: only egress opens connections, and what stands in for the other side (I18)."""

from __future__ import annotations

import ast

import pytest

from test_house import HEAD, Source, imports, is_one_of, package_sources

HAS_THE_NETWORK = {"egress", "sandbox", "testing"}
LISTENS = {"syncline/service/web.py"}
"""May have a socket to be spoken to by, and none to speak."""
SPEAKS = {"connect", "connect_ex", "sendto", "create_connection"}
NETWORK_MODULES = [
    *("socket", "_socket", "ssl", "_ssl", "socketserver", "asyncio.streams", "multiprocessing.connection"),
    *("urllib.request", "urllib.robotparser", "http.client", "http.server", "xmlrpc", "wsgiref"),
    *("smtplib", "ftplib", "poplib", "imaplib", "nntplib", "telnetlib", "webbrowser", "logging.handlers"),
    *("httpx", "httpx2", "httpcore", "httpcore2", "requests", "urllib3", "aiohttp", "h11", "h2", "websockets"),
    *("anyio", "trio", "dns", "hubspot", "odoorpc", "paramiko", "pycurl", "boto3", "grpc"),
]
# These can be reached without an import of their own: `import urllib` does, once somebody imported the other.
INNER_MODULES = [name for name in NETWORK_MODULES if "." in name]
# Whoever names one of these opens a connection, whatever it is of.
NETWORK_NAMES = {
    *("open_connection", "open_unix_connection", "create_connection", "create_unix_connection"),
    *("create_datagram_endpoint", "sock_connect", "urlopen", "urlretrieve"),
}


def network_stays_behind_egress(source: Source) -> list[str]:
    if source.layer in HAS_THE_NETWORK:
        return []
    found = [
        f"line {line}: imports {name}" for line, name in imports(source)
        if opens_connections(name) and not (source.path in LISTENS and name == "socket")
    ]  # fmt: skip
    if source.path in LISTENS:
        spoken = [node for node in ast.walk(source.tree) if isinstance(node, ast.Attribute) and node.attr in SPEAKS]
        found += [f"line {node.lineno}: {node.attr}" for node in spoken]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and opens_connections(dotted(node), INNER_MODULES):
            found.append(f"line {node.lineno}: names {dotted(node)}")
    return found


def opens_connections(name: str, modules: list[str] = NETWORK_MODULES) -> bool:
    return is_one_of(name, modules) or name.rpartition(".")[2] in NETWORK_NAMES


def dotted(node: ast.expr) -> str:
    """`urllib.request.urlopen`, as far as it is made of names."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([*([node.id] if isinstance(node, ast.Name) else []), *reversed(parts)])


def test_the_package_opens_connections_in_egress_only() -> None:
    sources = list(package_sources())
    assert sources
    found = [f"{source.path}: {what}" for source in sources for what in network_stays_behind_egress(source)]
    assert not found, "\n" + "\n".join(found)


def test_egress_itself_would_be_found_elsewhere() -> None:
    """The door's own sources, in another layer, break the rule."""
    sources = [one for one in package_sources() if one.path.endswith(("egress/client.py", "egress/resolve.py"))]
    assert len(sources) == 2
    for one in sources:
        assert network_stays_behind_egress(Source(one.path.replace("egress", "sync"), one.text))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("syncline/sync/a.py", "import socket\n"),
        ("syncline/sync/a.py", "def late():\n    import ssl\n"),
        ("syncline/connectors/odoo.py", "import httpx2\n"),
        ("syncline/connectors/odoo.py", "from xmlrpc.client import ServerProxy\n"),
        ("syncline/connectors/odoo.py", "from xmlrpc import client\n"),
        ("syncline/connectors/odoo.py", "import xmlrpc.client as rpc\n"),
        ("syncline/connectors/odoo.py", "import odoorpc\n"),
        ("syncline/connectors/hubspot.py", "from hubspot import HubSpot\n"),
        ("syncline/vault/a.py", "from urllib import request\n"),
        ("syncline/vault/a.py", "import urllib.request as r\n"),
        ("syncline/vault/a.py", "import urllib\nurllib.request.urlopen('https://x')\n"),
        ("syncline/vault/a.py", "import http\nopened = http.client.HTTPSConnection\n"),
        ("syncline/api/a.py", "from http.client import HTTPConnection\n"),
        ("syncline/api/a.py", "from http import client\n"),
        ("syncline/watch/a.py", "import urllib3\n"),
        ("syncline/watch/a.py", "import requests.sessions\n"),
        ("syncline/watch/a.py", "import smtplib\n"),
        ("syncline/watch/a.py", "from ftplib import FTP\n"),
        ("syncline/watch/a.py", "from logging.handlers import HTTPHandler\n"),
        ("syncline/bus/a.py", "import httpcore2\n"),
        ("syncline/bus/a.py", "import asyncio\nasyncio.open_connection('x', 1)\n"),
        ("syncline/bus/a.py", "import asyncio as a\na.open_connection('x', 1)\n"),
        ("syncline/bus/a.py", "from asyncio import open_connection\n"),
        ("syncline/bus/a.py", "from asyncio import open_connection as o\n"),
        ("syncline/bus/a.py", "async def f(loop):\n    await loop.create_connection(p)\n"),
        ("syncline/service/web.py", "import socket\nsocket.socket().connect(('x', 1))\n"),
        ("syncline/service/web.py", "import httpx2\n"),
        ("syncline/service/worker.py", "import socket\n"),
        ("syncline/app.py", "__import__('requests')\n"),
        ("syncline/app.py", "import importlib\nimportlib.import_module('http.client')\n"),
        ("syncline/app.py", "from importlib import import_module as m\nm('httpx2')\n"),
    ],
)
def test_every_way_to_the_network_is_found(path: str, text: str) -> None:
    assert network_stays_behind_egress(Source(path, HEAD + text))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("syncline/egress/a.py", "import socket, ssl, httpx2\n"),
        ("syncline/sandbox/a.py", "import httpx2\n"),
        ("syncline/sync/a.py", "from urllib.parse import quote\nfrom http import HTTPStatus\n"),
        ("syncline/app.py", "from syncline.connectors import hubspot\nmade = hubspot.connector()\n"),
        ("syncline/sync/a.py", "import asyncio, logging, multiprocessing\nself.connection.connect(request.url)\n"),
    ],
)
def test_what_is_no_network_is_left_alone(path: str, text: str) -> None:
    assert network_stays_behind_egress(Source(path, HEAD + text)) == []
