"""`syncline run`: the service that keeps a hub in agreement until it is told to end."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from syncline.cli.opened import HUB, Declared, HubFile, LedgerFile, declared
from syncline.cli.told import BAD_INPUT, NOT_DONE, OK, stop, version

if TYPE_CHECKING:
    from syncline.service.hooks import Hooks
    from syncline.service.web import Bound
    from syncline.service.worker import Ending

GRACE_SECONDS = 15.0
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(
    port: Annotated[int, typer.Option(help="Of the page and of webhooks. 0: a free one.", min=0, max=65535)] = 8080,
    host: Annotated[str, typer.Option(help="The address it listens at; by default only this machine.")] = "127.0.0.1",
    public_url: Annotated[
        str | None, typer.Option("--public-url", metavar="URL", help="Where vendors reach it, for webhooks.")
    ] = None,
    new_address: Annotated[
        list[str] | None, typer.Option("--new-address", metavar="SYSTEM", help="A new webhook address; the old ends.")
    ] = None,
    grace: Annotated[float, typer.Option(help="Seconds for what is under way at its end.", min=0)] = GRACE_SECONDS,
    log_json: Annotated[bool, typer.Option("--log-json", help="Logs as lines of JSON.")] = False,
    hub: HubFile = HUB, ledger: LedgerFile = None,
) -> None:  # fmt: skip
    """Keeps all systems in agreement, until Ctrl-C: reads what changed, takes webhooks, tells what is due."""
    opened = declared(hub, ledger)
    base = base_of(public_url)
    unknown = [name for name in new_address or () if name not in opened.declaration.systems]
    if unknown:
        stop(f"There is no system {', '.join(unknown)}.", f"one of {', '.join(opened.declaration.systems)}", BAD_INPUT)
    opened.make_folder()
    from syncline.service.web import listening

    try:
        bound = listening(host, port)
    except OSError as error:
        stop(f"Port {port} of {host} cannot be used: {error.strerror}.", f"syncline run --port {port + 1}")
    with bound:
        at = f"[{host}]" if ":" in host else host
        address = f"http://{at}:{bound.getsockname()[1]}"
        lost = serve(opened, bound, address, base or address, frozenset(new_address or ()), grace, log_json)
    if lost:
        stop(f"The service ended: {lost}.", "syncline status", NOT_DONE)
    raise typer.Exit(OK)


def base_of(url: str | None) -> str | None:
    """Where vendors deliver to."""
    if url is None:
        return None
    parts = urlsplit(url)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.query
        or parts.fragment
        or "@" in parts.netloc
    ):
        stop(f"{url} is no address that vendors can deliver to.", "--public-url https://hub.example", BAD_INPUT)
    return url.rstrip("/")


def serve(
    opened: Declared, bound: Bound, address: str, base: str, anew: frozenset[str], grace: float, log_json: bool
) -> str:
    """Until it is told to end. Returns why it had to end by itself; empty: it was told to. # L4"""
    from syncline import app
    from syncline.cli.acting import ours
    from syncline.config.secret import Secret
    from syncline.egress.redact import Redactor
    from syncline.ledger.requests import SERVICE, open_requests
    from syncline.service import hooks, logs
    from syncline.service.service import Service
    from syncline.service.web import served

    app.share_the_interpreter()
    redactor = Redactor()
    for system in opened.declaration.systems.values():
        for value in (system.secret, *system.options.values()):
            if isinstance(value, Secret):
                redactor.learn(value.reveal())
    with app.running(
        opened.declaration, opened.ledger, environment=opened.environment, owner=SERVICE
    ) as running:  # fmt: skip
        for key in (key for keys in running.signing.values() for key in keys):
            redactor.learn(key)
        logs.configure(as_json=log_json, redacted=lambda text: running.egress.redacted(redactor.text(text)))
        requests = open_requests(opened.ledger, running.hub.clock)
        service = Service(running=running, requests=requests, perform=ours(), version=version())
        prepared = hooks.prepared(running, base, anew)
        with ending_on_signals(service.ending), served(service.web(prepared, str(bound.getsockname()[0])), bound):
            service.start()
            say_where(opened, address, prepared)
            logs.started(opened.declaration, address)
            service.ending.over.wait()
            logs.ending(grace)
            left = service.stop(grace)
        requests.close()
        logs.ended(left, service.ending.lost)
    return service.ending.lost


def say_where(opened: Declared, address: str, prepared: Hooks) -> None:
    """On stdout: where it is, and addresses that are told only now."""
    typer.echo(f"{opened.declaration.name}: mode {opened.declaration.mode}; {address}/ says how it is; Ctrl-C ends it.")
    for system, url in prepared.fresh.items():
        typer.echo(f"Webhooks of {system} go to this address, which is shown only now: {url}")
        typer.echo(f"  for another one later: syncline run --new-address {system}")
    for system in prepared.unsigned:
        typer.echo(
            f"No webhooks of {system}: write `webhook_secret: vault` or `${{NAME}}`, the key that signs them, "
            "into its block in hub.yaml"
        )


@contextmanager
def ending_on_signals(ending: Ending) -> Iterator[None]:
    """The first ends the service as it should; the second at once, which is safe: what was sent is journalled."""

    def told(number: int, _: object) -> None:
        if ending.over.is_set():
            os._exit(128 + number)
        ending.over.set()

    before = {one: signal.signal(one, told) for one in SIGNALS}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
