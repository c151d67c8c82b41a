"""The proof of agreement: both sides read now, the score, and each difference that is there on a second look too."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from syncline.acts.act import Say, Step, Verify
from syncline.acts.chosen import chosen
from syncline.acts.syncing import not_reached
from syncline.acts.told import Difference, NotReached, Verified
from syncline.look.named import name_of, names_of
from syncline.look.opened import place
from syncline.sync import verify as verifying
from syncline.sync.hub import Hub
from syncline.sync.verify import Compared


def verify(hub: Hub, act: Verify, who: str, say: Say) -> Verified:
    """Nothing is written, to any system or record. Raises Refusal for an entity that there is not."""
    only, began = chosen(hub.declaration, act.only, None, None).only, hub.clock()
    score = verifying.verify(hub, only, lambda records: say(Step(what="comparing", done=records)))
    return Verified(
        compared=sum(score.counts.values()), equal=score.counts["equal"], stored=score.counts["stored"],
        open=score.counts["open"], differing=score.counts["differs"], records=score.records,
        waiting=score.counts["waits"], differs=tuple(difference(hub, one) for one in score.differs),
        names=dict(names_in(hub, score.differs)),
        not_reached=(*not_reached(score.not_reached), *unread(hub, only, score.not_reached)),
        seconds=hub.clock() - began, waited=score.waited,
    )  # fmt: skip


def unread(hub: Hub, only: str | None, said: Collection[tuple[str, str]]) -> Iterator[NotReached]:
    """Streams that were never read to their end: of what they hold nothing was compared."""
    for one in verifying.bound(hub, only):
        place = (one.system, one.stream)
        if place not in said and not hub.ledger.cursor(*place, "changes").baselined:
            why = "it was never read to its end, so nothing there was compared"
            yield NotReached(system=one.system, stream=one.stream, why=why, what="not read", remedy="syncline sync")


def names_in(hub: Hub, found: Iterable[Compared]) -> Mapping[int, str]:
    """What people call the records that are referred to in what differs."""
    refer = [one for one in found if one.field in hub.reference_fields.get(one.case.record.entity, ())]
    ids = [value for one in refer for value in (one.record, one.there) if isinstance(value, int)]
    return names_of(ids, hub.declaration, hub.ledger)


def difference(hub: Hub, one: Compared) -> Difference:
    """With its place and what people call the record."""
    return Difference(
        at=place(one.case, one.link, one.field), entity=one.case.record.entity,
        name=name_of(one.case.record, hub.declaration), field=one.field, system=one.link.system,
        stream=one.link.stream, id=one.link.external_id or "", record=one.record, there=one.there,
    )  # fmt: skip
