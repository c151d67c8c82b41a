"""A HubSpot sandbox: in this process under a clock that stands, and on a socket for the vendor's own client."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hubspot import HubSpot

from syncline.sandbox.call import Reply, json_call
from syncline.sandbox.clock import Clock
from syncline.sandbox.hubspot import sandbox as made
from syncline.sandbox.remote import Remote, in_process
from syncline.sandbox.sandbox import Sandbox
from syncline.sandbox.serve import running

NOON = 1_790_000_000.0

Ask = Callable[..., Reply]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    one = made(clock=Clock(lambda: NOON))
    yield one
    one.store.close()


@pytest.fixture
def control(sandbox: Sandbox) -> Remote:
    return in_process(sandbox)


@pytest.fixture
def ask(sandbox: Sandbox) -> Ask:
    """A call with the private app's token, in this process."""

    def ask(method: str, target: str, body: Any = None, token: str = "pat-sandbox") -> Reply:
        reply = sandbox.answer(json_call(method, target, body, {"authorization": f"Bearer {token}"}))
        assert isinstance(reply, Reply)
        return reply

    return ask


@pytest.fixture
def address(sandbox: Sandbox) -> Iterator[str]:
    with running([sandbox]) as addresses:
        yield addresses[0]


@pytest.fixture
def client(address: str) -> HubSpot:
    """The vendor's own client, as it is."""
    return HubSpot(access_token="pat-sandbox", api_key="sandbox-developer-key", host=address)
