"""When the people of the demo do what: the same for the same seed and the same number of seconds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from random import Random

from syncline.cli import demo_people, demo_sales
from syncline.cli.demo_people import Deed
from syncline.cli.demo_planted import PLANTED, Planted

ENDLESS_SECONDS = 60.0
"""Where no end is named, planted cases come as in a demo of that length."""
SLOWEST_SECONDS, QUICKEST_SECONDS = 1.2, 0.5
PLANTED_FROM, PLANTED_TO = 0.15, 0.75
"""Shares of the time that people work."""

DEEDS: tuple[tuple[Deed, int], ...] = (
    (demo_sales.sale_goes_on, 10), (demo_people.phone_in_hubspot, 2), (demo_people.title_in_hubspot, 2),
    (demo_people.company_in_hubspot, 1), (demo_people.price_in_hubspot, 1), (demo_people.phone_in_odoo, 2),
    (demo_people.email_in_odoo, 1), (demo_people.address_in_odoo, 2), (demo_people.price_in_odoo, 2),
    (demo_people.company_in_odoo, 1), (demo_people.both_at_once, 1),
)  # fmt: skip
"""Each with its weight."""
A_WHOLE_SALE = 5
"""Steps from a deal that is opened to the money."""
MOST_NEW = 40
"""Rows that are made, at most: a demo that is left alone stays small."""


def script(random: Random, seconds: float | None) -> Iterator[tuple[float, Deed | Planted]]:
    """(seconds from the start, what is done then), without end where no seconds are given.

    Each deed comes once, and one sale is seen through, before chance decides.
    """
    length = seconds or ENDLESS_SECONDS
    pace = min(SLOWEST_SECONDS, max(QUICKEST_SECONDS, length / 30))
    step = (PLANTED_TO - PLANTED_FROM) * length / max(1, len(PLANTED) - 1)
    planted = [(PLANTED_FROM * length + number * step, one) for number, one in enumerate(PLANTED)]
    first = [deed for deed, _ in DEEDS] + [demo_sales.sale_goes_on] * (A_WHOLE_SALE - 1)
    random.shuffle(first)
    for number in count():
        at = number * pace
        while planted and planted[0][0] <= at:
            yield planted.pop(0)
        if seconds is not None and at >= seconds:
            yield from planted
            return
        yield at, first[number] if number < len(first) else weighted(random)


def weighted(random: Random) -> Deed:
    """Any of them."""
    return random.choices([deed for deed, _ in DEEDS], [weight for _, weight in DEEDS])[0]
