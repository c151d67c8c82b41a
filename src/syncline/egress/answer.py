"""What came back as the hub's Answer: decoded where it says what it is, and no answer where it says nothing."""

from __future__ import annotations

from syncline.connect.door import NoAnswer, Unreachable
from syncline.connect.request import Answer, Effect
from syncline.egress.address import Forbidden, Place
from syncline.egress.body import Unreadable, date_of, decoded, text_of
from syncline.egress.client import REDIRECTS, Incoming, whereabouts

NOT_DONE = (307, 308)
"""Redirects that say: nothing was done, ask there."""


def answer_of(came: Incoming, *, accept: str = "") -> Answer:
    """Raises Unreadable for a success that cannot be read. An error may come as anything: its connector decides."""
    try:
        body = decoded(came.headers.get("content-type", ""), came.content, accept=accept)
    except Unreadable:
        if came.status < 400:
            raise
        body = text_of(came.content)
    return Answer(status=came.status, body=body, headers=came.headers, date=date_of(came.headers))


def points_elsewhere(came: Incoming, system: str, where: Place, effect: Effect | None) -> Unreachable | NoAnswer | None:
    """What to raise for a redirect. None: it is none."""
    if came.status not in REDIRECTS:
        return None
    try:
        there = whereabouts(came.headers.get("location", "")).origin
    except Forbidden:
        there = "another path"
    text = f"{system}: {where.host} points to {there} instead of answering; should that be `url` of {system}?"
    if effect == "write" and came.status not in NOT_DONE:
        return NoAnswer(text)
    return Unreachable(text)
