"""Sandboxes on real sockets: what is lost, cut or slow is so on the wire."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import Any
from urllib.parse import parse_qsl, unquote

import httpx2
import uvicorn

from syncline.sandbox.call import Answered, Call, Cut, Lost, Reply, Slow
from syncline.sandbox.deliver import deliver, sender
from syncline.sandbox.sandbox import Sandbox

HOST = "127.0.0.1"
DROPS = 10  # pieces of a slow answer
DELIVERS_EVERY_SECONDS = 0.02

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[Mapping[str, Any], Receive, Send], Awaitable[None]]


def serve(sandboxes: Sequence[Sandbox], port: int, told: Callable[[str], None] = print) -> None:
    """Until Ctrl-C: the first on that port, each further on the next. `told` hears one address each."""
    with interrupted() as over, running(sandboxes, port) as addresses:
        for sandbox, address in zip(sandboxes, addresses, strict=True):
            told(f"{sandbox.vendor.name} {address}")
        over.wait()
        told("stopped")


@contextmanager
def interrupted() -> Iterator[threading.Event]:
    """Set by Ctrl-C, or when the process is told to end. # L4

    A shell starts what runs in the background with Ctrl-C ignored, and Python then leaves it so.
    """
    over = threading.Event()
    before = {one: signal.signal(one, lambda *_: over.set()) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield over
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextmanager
def running(sandboxes: Sequence[Sandbox], port: int = 0) -> Iterator[list[str]]:
    """The addresses, as long as the block lasts; port 0: free ones. Raises OSError for a port that is taken."""
    with ExitStack() as open_:
        addresses = []
        for number, sandbox in enumerate(sandboxes):
            bound = open_.enter_context(closing(listening(port + number if port else 0)))
            open_.enter_context(serving(app(sandbox), bound))
            open_.enter_context(delivering(sandbox))
            addresses.append(f"http://{HOST}:{bound.getsockname()[1]}")
        yield addresses


def listening(port: int) -> socket.socket:
    """A socket on loopback."""
    # named as TCP, since only then asyncio sends at once what is written: else each answer waits 40 ms for an ACK
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((HOST, port))
    except OSError:
        bound.close()
        raise
    return bound


@contextmanager
def serving(answers: Any, bound: socket.socket) -> Iterator[None]:
    """An ASGI application on a socket, in a thread of its own."""
    config = uvicorn.Config(
        answers,
        log_level="critical",
        access_log=False,
        lifespan="off",
        date_header=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([bound],), daemon=True)
    bound.listen(128)  # whoever calls before the server is up waits in line
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def delivering(sandbox: Sandbox) -> Iterator[None]:
    """Webhooks go out as long as the block lasts."""
    over = threading.Event()

    def rounds() -> None:
        with httpx2.Client(trust_env=False) as client:
            while not over.wait(DELIVERS_EVERY_SECONDS):
                deliver(sandbox, sender(client))

    thread = threading.Thread(target=rounds, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def app(sandbox: Sandbox) -> App:
    """The sandbox as an ASGI application under uvicorn."""
    at_work: list[str] = []  # kinds of the calls that are being answered

    async def answer(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        call = await as_call(scope, receive)
        kind = sandbox.vendor.kind(call)
        others = tuple(at_work)
        at_work.append(kind)
        try:
            await told(sandbox.answer(call, others), receive, send)
        finally:
            at_work.remove(kind)

    return answer


async def as_call(scope: Mapping[str, Any], receive: Receive) -> Call:
    """The request, read to its end."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    raw = scope["raw_path"].decode("latin-1").partition("?")[0]
    query = scope["query_string"].decode("latin-1")
    return Call(
        method=scope["method"], path=unquote(raw), query=tuple(parse_qsl(query, keep_blank_values=True)),
        headers=headers, body=body,
        url=f"{scope['scheme']}://{headers.get('host', '')}{raw}" + (f"?{query}" if query else ""),
    )  # fmt: skip


async def told(answered: Answered, receive: Receive, send: Send) -> None:
    """What the caller gets to hear of it."""
    match answered:
        case Reply():
            await start(answered, send)
            await send({"type": "http.response.body", "body": answered.content()})
        case Lost(hangs_seconds=seconds):
            await hung_up(receive, seconds)
            await close(receive, send)
        case Cut(reply=reply) if not reply.content():  # an answer without a body cannot be half there
            await close(receive, send)
        case Cut(reply=reply):
            content = reply.content()
            await start(reply, send)
            await send({"type": "http.response.body", "body": content[: len(content) // 2], "more_body": True})
            await close(receive, send)
        case Slow(reply=reply, seconds=seconds):
            await start(reply, send)
            content = reply.content()
            size = len(content) // DROPS + 1
            for at in range(0, len(content), size):
                await hung_up(receive, seconds / DROPS)
                await send({"type": "http.response.body", "body": content[at : at + size], "more_body": True})
            await send({"type": "http.response.body", "body": b""})


async def start(reply: Reply, send: Send) -> None:
    """Status and headers."""
    length = {} if reply.status == 204 else {"content-length": str(len(reply.content()))}
    headers = {**reply.wire_headers(), **length}
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": raw})


async def hung_up(receive: Receive, seconds: float) -> None:
    """Waits so long, or until the caller has had enough."""
    try:
        await asyncio.wait_for(receive(), seconds)
    except TimeoutError:
        return


async def close(receive: Receive, send: Send) -> None:
    """The connection ends without another byte: ASGI has no word for it, uvicorn's transport has."""
    send.__self__.transport.close()  # type: ignore[attr-defined]
    while (await receive())["type"] != "http.disconnect":
        continue
