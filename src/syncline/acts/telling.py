"""After a decision: what became due of its records is told at once, so that the person sees it happen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from syncline.model.link import Link
from syncline.sync import deliver, observe, rounds
from syncline.sync.hub import Hub
from syncline.sync.observe import NotNow
from syncline.sync.rounds import NotRead

PAGE = 500
ROUNDS = 5
"""A new row's id lets what refers to it go on, and so on; what is left after that goes on with the next sync."""


def tell_records(hub: Hub, records: Iterable[int], not_now: NotRead) -> None:
    """Looks at what is to be looked at now, and tells what is due of these records; what the mode forbids stays due."""
    wanted = sorted(set(records))
    for _ in range(ROUNDS):
        look(hub, not_now)
        rounds.derive_all(hub)
        told = 0
        for at in range(0, len(wanted), PAGE):
            found = hub.ledger.links_of(wanted[at : at + PAGE]).values()
            told += tell(hub, [link for links in found for link in links], not_now)
        rounds.derive_all(hub)
        if not told:
            return


def tell_links(hub: Hub, links: Sequence[int], not_now: NotRead) -> None:
    """The same for links: an undo tells its own, and nothing else of their records."""
    wanted = list(dict.fromkeys(links))
    for at in range(0, len(wanted), PAGE):
        tell(hub, list(hub.ledger.links(wanted[at : at + PAGE]).values()), not_now)
    look(hub, not_now)
    rounds.derive_all(hub)


def look(hub: Hub, not_now: NotRead) -> None:
    """At what hints name now."""
    rounds.in_turns(rounds.places(hub), lambda system, stream: observe.look(hub, system, stream) > 0, not_now)


def tell(hub: Hub, links: Sequence[Link], not_now: NotRead) -> int:
    """Parents before children; a system that cannot be told is named, and holds up no other. # L2"""
    told = 0
    for place in rounds.places(hub):
        mine = [link for link in links if (link.system, link.stream) == place and link.due_at is not None]
        if mine and place not in not_now:
            try:
                told += deliver.deliver_first(hub, *place, mine)
            except NotNow as reason:
                not_now[place] = reason
    return told
