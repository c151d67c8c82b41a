"""A field of an Odoo model as data, and its values in the three forms: given by a client, stored, and read.

Stored: text, numbers, booleans, ids; nothing at all for what is empty. Read: `False` stands for what is empty, but 0 in
numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from syncline.sandbox.odoo.errors import BadValue

Kind = Literal[
    "char", "text", "html", "integer", "float", "monetary", "boolean", "date", "datetime", "selection",
    "many2one", "one2many", "many2many",
]  # fmt: skip
TEXTS = {"char", "text", "html"}
NUMBERS = {"integer", "float", "monetary"}
LISTS = {"one2many", "many2many"}
LEAST, MOST = -(2**31), 2**31 - 1  # a column of the database has 32 bits
MOMENT = "%Y-%m-%d %H:%M:%S"
DAY = "%Y-%m-%d"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field.

    relation: the model that a many2one or x2many points to; `inverse`: the many2one by which a one2many is found.
    options:  a selection's keys and labels.
    default:  a stored value, or a function of (env, values given) to one.
    compute:  a function of (env, row) to the stored form of a value that is never stored.
    put:      a function of (env, row, stored value) for what a client writes to a computed field.
    settled:  stored, but written by the model's own rules only; what a client writes there is dropped without a word.
    locked:   read only in the screens, and told so; a client may write it all the same.
    owned:    a one2many whose records are part of this one, and are copied with it.
    since, until: the versions of Odoo that have it, both included.
    """

    name: str
    type: Kind
    label: str = ""
    required: bool = False
    relation: str = ""
    inverse: str = ""
    options: tuple[tuple[str, str], ...] = ()
    default: Any = None
    compute: Callable[[Any, Any], Any] | None = None
    put: Callable[[Any, Any, Any], None] | None = None
    settled: bool = False
    copied: bool = True
    owned: bool = False
    digits: int | None = None
    since: int = 0
    until: int = 99
    manual: bool = False
    locked: bool = False
    deletes: Literal["cascade", "restrict", "set null"] = "set null"

    @property
    def string(self) -> str:
        """What a person reads above the field."""
        return self.label or self.name.removesuffix("_ids").removesuffix("_id").replace("_", " ").capitalize()

    @property
    def readonly(self) -> bool:
        """Whether what a client writes is dropped."""
        return self.settled or (self.compute is not None and self.put is None)

    @property
    def stored(self) -> bool:
        """Whether it has a column of its own."""
        return self.compute is None and self.type not in LISTS


def stored(field: Field, model: str, value: Any) -> Any:
    """The form in which a value given by a client is kept; None for empty. Raises BadValue.

    Lists of records are commands, and another's work.
    """
    where = f"{model}.{field.name}"
    match field.type:
        case "char" | "text" | "html":
            return str(value) if value not in (None, False, "") else None
        case "boolean":
            return bool(value)
        case "integer":
            return _in_range(_number(int, where, value))
        case "float" | "monetary":
            digits = 2 if field.type == "monetary" else field.digits
            number = _number(float, where, value)
            return number if digits is None else rounded(number, digits)
        case "date":
            return _day(value)
        case "datetime":
            return _moment(value)
        case "selection":
            if value in (None, False, ""):
                return None
            if value not in {key for key, _ in field.options}:
                raise BadValue(f"Wrong value for {where}: {value!r}")
            return value
        case _:
            if value in (None, False, ""):
                return None
            if isinstance(value, bool) or not isinstance(value, int):
                raise BadValue(f"Wrong value for {where}: {value!r}")
            return value


def read(field: Field, value: Any) -> Any:
    """What a client reads for a stored value. References stay bare ids here."""
    if field.type in NUMBERS:
        return value or (0 if field.type == "integer" else 0.0)
    if field.type in LISTS:
        return list(value or ())
    if field.type == "datetime" and value:
        return value[:19]  # microseconds stay inside
    return value if value is not None else False


def rounded(number: float, digits: int = 2) -> float:
    """Half up, away from zero, as Odoo rounds money; -0.0 is 0.0."""
    step = Decimal(1).scaleb(-digits)
    # The number as it is written, not its binary neighbour: 2.675 rounds to 2.68.
    return float(Decimal(repr(number)).quantize(step, ROUND_HALF_UP)) + 0.0


def _number(kind: Callable[[Any], Any], where: str, value: Any) -> Any:
    if value in (None, False, ""):
        return kind(0)
    try:
        return kind(value)
    except (TypeError, ValueError) as error:
        raise BadValue(f"Wrong value for {where}: {value!r}") from error


def _in_range(number: int) -> int:
    if not LEAST <= number <= MOST:
        raise BadValue("integer out of range\n")
    return number


def _day(value: Any) -> str | None:
    if value in (None, False, ""):
        return None
    text = str(value)[:10]
    return _parsed(text, DAY).strftime(DAY)


def _moment(value: Any) -> str | None:
    if value in (None, False, ""):
        return None
    text = str(value)
    return _parsed(text, MOMENT if len(text) > 10 else DAY).strftime(MOMENT)


def _parsed(text: str, form: str) -> datetime:
    try:
        return datetime.strptime(text, form)
    except ValueError as error:
        raise BadValue(str(error)) from error
