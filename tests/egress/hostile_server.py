"""A small server on loopback that answers byte by byte as a test says, well or badly."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Heard:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


Act = Callable[[socket.socket, Heard], None]


@dataclass
class Server:
    """acts: path to what is done there; `*`: anywhere else. heard: all requests."""

    port: int = 0
    acts: dict[str, Act] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    connections: int = 0
    tls: ssl.SSLContext | None = None
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextmanager
def served(acts: Mapping[str, Act], tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(acts=dict(acts), tls=tls)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.01)
    server.port = listener.getsockname()[1]
    threads = [threading.Thread(target=accept, args=(server, listener, threads_of := []))]
    threads[0].start()
    try:
        yield server
    finally:
        server.stopping.set()
        for thread in [*threads, *threads_of]:
            thread.join(timeout=5)
            assert not thread.is_alive()
        listener.close()


def accept(server: Server, listener: socket.socket, threads: list[threading.Thread]) -> None:
    while not server.stopping.is_set():
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        server.connections += 1
        thread = threading.Thread(target=serve, args=(server, connection))
        threads.append(thread)
        thread.start()


def serve(server: Server, connection: socket.socket) -> None:
    connection.settimeout(5)
    try:
        connection = connection if server.tls is None else server.tls.wrap_socket(connection, server_side=True)
    except OSError:  # no handshake: the client does not trust us
        connection.close()
        return
    connection.settimeout(0.02)
    with connection:
        while not server.stopping.is_set():
            try:
                heard = hear(connection)
            except TimeoutError:
                continue
            except OSError:
                return
            if heard is None:
                return
            server.heard.append(heard)
            act = server.acts.get(heard.path) or server.acts["*"]
            try:
                act(connection, heard)
            except OSError:
                return  # the client went away
            if heard.headers.get("connection") == "close" or getattr(act, "ends", False):
                return


def hear(connection: socket.socket) -> Heard | None:
    data = b""
    while b"\r\n\r\n" not in data:
        try:
            more = connection.recv(65536)
        except TimeoutError:
            if not data:
                raise
            continue
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    method, target, _ = lines[0].split(" ")
    return Heard(method, target, headers, body)


def reply(status: int = 200, body: Any = None, headers: Mapping[str, str] | None = None) -> Act:
    """A good answer. body: bytes as they are, else as JSON."""

    def act(connection: socket.socket, heard: Heard) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        told = {"content-type": "application/json", "content-length": str(len(content)), **(headers or {})}
        connection.sendall(head(status, told) + content)

    return act


def head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in headers.items() if value)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def raw(*parts: bytes) -> Act:
    """These bytes, and then the connection ends."""

    def act(connection: socket.socket, heard: Heard) -> None:
        for part in parts:
            connection.sendall(part)

    act.ends = True  # type: ignore[attr-defined]
    return act


def drip(start: bytes, piece: bytes, every: float, most: int = 10_000) -> Act:
    """After a start, a piece again and again, until the client goes away."""

    def act(connection: socket.socket, heard: Heard) -> None:
        connection.settimeout(5)
        connection.sendall(start)
        for _ in range(most):
            connection.sendall(piece)
            threading.Event().wait(every)

    act.ends = True  # type: ignore[attr-defined]
    return act
