"""Lenses' tables, types and columns that several tests use, and what a misfit says."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from syncline.mapping.amounts import cents
from syncline.mapping.choices import enum
from syncline.mapping.groups import group
from syncline.mapping.lens import Misfit, rename
from syncline.mapping.lines import lines
from syncline.mapping.nested import reference_lens
from syncline.mapping.numbers import decimal
from syncline.mapping.reference import reference
from syncline.mapping.text import text

STAGES = {"won": "Closed Won", "lost": "Closed Lost"}
STAGE = enum(["won", "lost"])
LETTERS = enum(["a", "b", "c"])
FULL = group({"first": text(), "last": text()})
# Who has only a last name cannot be split from it: refused, see below.
NAMES = replace(FULL, sample=lambda random: {"first": random.choice(["Ada", "Bob"]), "last": text().sample(random)})
ADDRESS = {part: rename(f"address.{part}", text()) for part in ("street", "street2", "postcode", "city", "region")}
ORDER = lines({"sku": text(), "price": decimal(places=2), "product": reference("product")})
COLUMNS = {
    "sku": rename("sku", text()),
    "price": cents("unit.price", currency="EUR"),
    "product": reference_lens("product_id", "shop", "Product"),
}


def misfit(call: Callable[[Any], Any], told: Any) -> tuple[str, str]:
    with pytest.raises(Misfit) as caught:
        call(told)
    return caught.value.field, caught.value.reason
