"""The field types by the names that a declaration uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from syncline.mapping.choices import enum, set_of
from syncline.mapping.contact import email, phone
from syncline.mapping.country import country
from syncline.mapping.field_type import FieldType
from syncline.mapping.groups import address, group
from syncline.mapping.json_value import json_
from syncline.mapping.lines import lines
from syncline.mapping.numbers import boolean, decimal, integer, money
from syncline.mapping.reference import reference
from syncline.mapping.text import text
from syncline.mapping.times import date, datetime_

TYPES: Mapping[str, Callable[..., FieldType]] = MappingProxyType(
    {
        "text": text,
        "email": email,
        "phone": phone,
        "country": country,
        "decimal": decimal,
        "money": money,
        "integer": integer,
        "boolean": boolean,
        "date": date,
        "datetime": datetime_,
        "enum": enum,
        "set": set_of,
        "address": address,
        "group": group,
        "reference": reference,
        "lines": lines,
        "json": json_,
    }
)
