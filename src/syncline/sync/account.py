"""Whose system it is that lets us in: asked once, by reads, when a person wants to know."""

from __future__ import annotations

from syncline.connect.account import Account
from syncline.connect.request import Request
from syncline.sync import endless, observe, poison
from syncline.sync.hub import Hub
from syncline.sync.observe import NotNow


def account_of(hub: Hub, system: str) -> Account | None:
    """What it says of itself; None: its connector cannot ask. Raises NotNow."""
    connector = hub.connectors[system]
    if connector.account is None:
        return None
    declared = hub.declaration.systems.get(system)
    telling, steps = connector.account(declared.url if declared and declared.url else connector.base_url), 0
    try:
        step = next(telling)
        while True:
            steps += 1
            assert isinstance(step, Request), "an account is only read"
            if steps > endless.MOST_STEPS:
                raise NotNow(system, f"more than {endless.MOST_STEPS} requests for its account")
            step = telling.send(observe.asked_of(hub, system, step)[0])
    except StopIteration as end:
        if isinstance(end.value, Account):
            return end.value
        observe.refused(hub, system, end.value)
    except poison.POISON as error:
        raise NotNow(system, f"what it says of its account cannot be read ({type(error).__name__}: {error})") from error
