"""What went back, a system or the hub's own ledger, is read anew; then a person lets it be written again."""

from __future__ import annotations

from syncline.acts.act import Baseline, Say
from syncline.acts.patience import patiently
from syncline.acts.refusal import refuse
from syncline.acts.tally import Tally
from syncline.acts.told import Done
from syncline.model.rows import Held
from syncline.sync import anew, rebaseline, rounds, run
from syncline.sync.hub import Hub
from syncline.sync.rebaseline import Place

PAGE = 500
THEN = "syncline plan shows what it comes to, and syncline conflicts; then: syncline baseline confirm"
AT_MOST_NAMED = 3


def baseline(hub: Hub, act: Baseline, who: str, say: Say) -> Done:
    """Raises Refusal for what is not bound, not stopped, or not read to its end."""
    places = named(hub, act.what)
    return begin(hub, places, who, say) if act.how == "begin" else confirm(hub, places, act.what, who)


def named(hub: Hub, what: str | None) -> list[Place]:
    """The streams that are meant."""
    known = rebaseline.bound(hub)
    if what is None:
        return sorted((one.system, one.stream) for one in rebaseline.stopped(hub))
    system, _, stream = what.partition("/")
    found = [place for place in known if place[0] == system and stream in ("", place[1])]
    if not found:
        names = ", ".join(dict.fromkeys([*(place[0] for place in known), *("/".join(place) for place in known)]))
        raise refuse(f"{what} is no system or stream of this hub.", f"one of: {names}")
    return found


def begin(hub: Hub, places: list[Place], who: str, say: Say) -> Done:
    """Reads them anew, and everything else that changed; what cannot be read now is read by the next sync."""
    if not places:
        raise refuse("Nothing has gone back.", "to read a system anew all the same, name it: baseline begin SYSTEM")
    working = Tally(say).watching(run.begin(hub, "rebaseline", f"{who}: {in_words(places)} read anew"))
    anew.begin_these(working, places, f"{who} asked for it")
    patiently(hub, lambda: rounds.read_all(working))
    left = [place for place in places if not anew.is_read(hub, *place)]
    if left:
        return Done(count=0, said=f"{in_words(left)}: being read anew. syncline sync goes on with that.")
    lost = unread(hub, places)
    also = f" {gone_in_words(lost)}" if lost else ""
    return Done(count=len(places), said=f"{in_words(places)}: read anew, nothing was written.{also}\nnext: {THEN}")


def gone_in_words(number: int) -> str:
    """Rows that nobody showed."""
    them = "row that was known is" if number == 1 else "rows that were known are"
    return f"{number:,} {them} not there any more: left alone, and nothing is deleted anywhere."


def unread(hub: Hub, places: list[Place]) -> int:
    """How many known rows nobody showed."""
    number, after = 0, 0
    while ids := hub.ledger.scan(after, PAGE):
        after = ids[-1]
        links = [link for several in hub.ledger.links_of(ids).values() for link in several]
        number += sum(anew.unread(link) for link in links if (link.system, link.stream) in places)
    return number


def confirm(hub: Hub, places: list[Place], what: str | None, who: str) -> Done:
    """All of them, or none."""
    waiting = [one for one in rebaseline.stopped(hub) if (one.system, one.stream) in places]
    if not waiting:
        raise refuse(f"{what} is not stopped." if what else "Nothing is stopped.", "syncline status")
    for one in waiting:
        state, name = rebaseline.state_of(hub, one), f"{one.system} {one.stream}"
        if state == "stopped":
            raise refuse(f"{name} is not read anew yet: {one.why}", f"syncline baseline begin {one.system}")
        if state == "reading":
            raise refuse(f"{name} is not read to its end yet.", "syncline sync reads on, then confirm it again")
    these = [(one.system, one.stream) for one in waiting]
    for one in anew.waited_for(hub, waiting):
        refuse_before(hub, one, in_words(these))
    if not anew.confirm_these(hub, these, who):
        raise refuse("Something of it is being read again.", "syncline status, then confirm it again")
    return Done(count=len(these), said=f"{in_words(these)}: written again, from the next sync on.")


def refuse_before(hub: Hub, one: Held, these: str) -> None:
    """The whole ledger went back: what this stream shows may be what is to be made there."""
    why = f"The hub's ledger went back, so {these} goes on only when {one.system} {one.stream} is read anew too."
    if rebaseline.state_of(hub, one) == "stopped":
        raise refuse(why, f"syncline baseline begin {one.system}, then confirm all: syncline baseline confirm")
    raise refuse(why, "syncline sync reads on, then confirm all: syncline baseline confirm")


def in_words(places: list[Place]) -> str:
    """`odoo res.partner, odoo sale.order and 4 more`."""
    some = ", ".join(" ".join(place) for place in places[:AT_MOST_NAMED])
    more = len(places) - AT_MOST_NAMED
    return f"{some} and {more} more" if more > 0 else some
