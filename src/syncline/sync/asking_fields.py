"""Are fields of ours there? Asked before a stream is first read, after a refusal, and while one is missing.

What is known is kept in the ledger; once a field is there, what waited for it is told by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from syncline.connect.request import Page, Request
from syncline.mapping.binding import Binding
from syncline.model.link import Link
from syncline.model.outcome import Missing
from syncline.model.rows import Hint, OwnField
from syncline.sync import frozen, observe, own_fields, poison, thaw
from syncline.sync.hub import Hub
from syncline.sync.needs import Need, plainly
from syncline.sync.own_fields import PUT_OFF_SECONDS

ASK_AGAIN_SECONDS = 600.0
"""How often a system is asked for a field that is missing: somebody may have made it by hand."""

PAGE = 500


def ask(hub: Hub, system: str, stream: str) -> bool:
    """Asks for what is not known of this stream's fields, or is to be asked again. Always False: there is no more.

    Raises NotNow. Whoever may not ask is told nothing, and that stops nothing.
    """
    ask_for_frozen(hub, system, stream)
    needed = hub.needed_in(system, stream)
    if not needed:
        return False
    rows = {(one.stream, one.name): one for one in hub.ledger.own_fields(system)}
    for name in dict.fromkeys(one.stream for one in needed):
        mine = [one for one in needed if one.stream == name]
        if any(is_to_be_asked(rows.get((name, one.field.name)), hub.clock()) for one in mine):
            learnt(hub, mine, there_now(hub, system, name, mine))
    return False


def ask_for_frozen(hub: Hub, system: str, stream: str) -> None:
    """Fields that were refused: is any there again? Then its values meet anew; until it is, all goes on without. # I15

    Raises NotNow.
    """
    if hub.without is None:
        return
    rows = [one for one in frozen.rows(hub, system, stream) if is_to_be_asked(one, hub.clock())]
    if rows:
        plain = plainly(stream)
        there = named_there(hub, system, plain, tuple(one.name for one in rows))
        kept = [replace(one, there=one.there if there is None else one.name in there, at=hub.clock()) for one in rows]
        came = [one.name for one, before in zip(kept, rows, strict=True) if one.there and before.there is False]
        if came:
            thaw.forget(hub, system, plain, came)
        with hub.ledger.unit() as unit:
            unit.save_own_fields(kept)
    hub.look_up_left_out(system)


def is_to_be_asked(row: OwnField | None, now: float) -> bool:
    """Is nothing known, or a refusal, or that it was missing a while ago?"""
    if row is None or row.at == 0.0:
        return True
    return row.there is False and not 0.0 <= now - row.at < ASK_AGAIN_SECONDS


def there_now(hub: Hub, system: str, stream: str, needed: Sequence[Need]) -> Collection[str] | None:
    """The names of those that are there; None: it cannot be told."""
    return named_there(hub, system, stream, tuple(one.field.name for one in needed))


def named_there(hub: Hub, system: str, stream: str, names: tuple[str, ...]) -> Collection[str] | None:
    """The same of any field. A refusal to tell is no refusal to speak to us."""
    defined = hub.stream(system, stream).defined
    if defined is None:
        return None
    asked = defined(names)
    try:
        if isinstance(asked, Request):
            answer, problem = observe.asked_of(hub, system, asked)
            page = None if problem else hub.stream(system, stream).page(answer)
        else:
            page = conversed(hub, system, asked)
    except poison.POISON:
        return None  # what cannot be read tells nothing (I11)
    return None if page is None else {str(one.get("name")) for one in page.records}


def conversed(hub: Hub, system: str, asked: object) -> Page | None:
    """The page of a conversation; None where it was refused."""
    try:
        step = next(asked)  # type: ignore[call-overload]
        while True:
            answer, problem = observe.asked_of(hub, system, step)
            if problem is not None and not isinstance(problem, Missing):
                return None
            step = asked.send(answer)  # type: ignore[attr-defined]
    except StopIteration as end:
        page: Page = end.value
        return page


def learnt(hub: Hub, needed: Sequence[Need], there: Collection[str] | None) -> None:
    """What the system told of the fields of one stream is kept; what waited for those that came is told."""
    came = keep(hub, needed, {one.field.name: None if there is None else one.field.name in there for one in needed})
    if came:
        tell_what_waited(hub, came)


def keep(
    hub: Hub, needed: Sequence[Need], there: dict[str, bool | None], run: int | None = None, by: str = ""
) -> list[Need]:
    """Keeps it. run, by: who made them; None: nobody did. Returns those that were missing, and are there."""
    rows = {(one.stream, one.name): one for one in hub.ledger.own_fields(needed[0].system)}
    kept, came = [], []
    for one in needed:
        before, now = rows.get((one.stream, one.field.name)), there[one.field.name]
        made = OwnField(system=one.system, stream=one.stream, name=one.field.name, there=now, at=hub.clock())
        if run is not None:
            made = replace(made, run=run, by=by)
        elif before is not None and now is not False:
            made = replace(made, run=before.run, by=before.by)
        kept.append(made)
        came += [one] if now and before is not None and before.there is False else []
    with hub.ledger.unit() as unit:
        unit.save_own_fields(kept)
    return came


# ---- told by themselves
def tell_what_waited(hub: Hub, came: Sequence[Need]) -> None:
    """Fields of one stream are there by now: new rows that waited are made, and rows with values for them looked at."""
    system, stream = came[0].system, came[0].stream
    for binding in hub.declaration.bindings:
        plain = plainly(binding.stream)
        if binding.system != system or stream not in (plain, *hub.stream(system, plain).children):
            continue
        if own_fields.stops_births(came):
            wake_births(hub, system, binding.stream)
        if stream == plain and (names := own_fields.untellable(came, binding)):
            look_at_rows(hub, binding, names)


def look_at_rows(hub: Hub, binding: Binding, names: Collection[str]) -> None:
    """A look shows that the field is there and empty: then it is told, as everything that a system lacks."""
    after, place = 0, (binding.system, binding.stream)
    while ids := hub.ledger.scan(after, PAGE):
        after = ids[-1]
        records, links = hub.ledger.records(ids), hub.ledger.links_of(ids)
        full = [
            record.id for record in records.values() if record.entity == binding.entity
            and any(name in record.fields and record.fields[name].value is not None for name in names)
        ]  # fmt: skip
        there = [link for rid in full for link in links.get(rid, ()) if (link.system, link.stream) == place]
        with hub.ledger.unit() as unit:
            unit.put_hints(
                [Hint(system=k.system, stream=k.stream, id=k.external_id, at=hub.clock())
                 for k in there if k.state == "active" and k.external_id is not None]
            )  # fmt: skip


def wake_births(hub: Hub, system: str, stream: str) -> None:
    """All new rows of a stream that wait are thought of now; a page of records in a transaction."""
    after, now = 0, hub.clock()
    while ids := hub.ledger.scan(after, PAGE):
        after = ids[-1]
        with hub.turn("tell", system, stream), hub.ledger.unit() as unit:
            links = (link for own in hub.ledger.links_of(ids).values() for link in own)
            unit.save_links([replace(one, due_at=now) for one in links if is_waiting(one, (system, stream), now)])
        hub.point("births woken")


def is_waiting(link: Link, place: tuple[str, str], now: float) -> bool:
    """Is it a new row there that was put off?"""
    here = (link.system, link.stream) == place and link.state == "birth"
    return here and link.due_at is not None and now < link.due_at <= now + PUT_OFF_SECONDS
