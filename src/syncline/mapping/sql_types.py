"""The types of expressions, which types of fields they come from, and which they fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncline.mapping.field_type import FieldType


@dataclass(frozen=True, slots=True)
class SqlType:
    """choices: the values that an enum has, so that a literal which can never be equal is found."""

    name: str
    item: SqlType | None = None
    choices: tuple[str, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        return self.name if self.item is None else f"{self.name} of {self.item}"


ColumnType = SqlType | FieldType | str
"""What a column is: a field's type, the name of one (`text`, `set of text`), or the type itself."""

TEXT = SqlType("text")
INTEGER = SqlType("integer")
DECIMAL = SqlType("decimal")
MONEY = SqlType("money")
BOOLEAN = SqlType("boolean")
DATE = SqlType("date")
DATETIME = SqlType("datetime")
INTERVAL = SqlType("interval")
DAYS = SqlType("interval of days")  # whole days, weeks, months or years: a date stays a date
JSON = SqlType("json")
REFERENCE = SqlType("reference")
OBJECT = SqlType("object")  # a group or lines: opaque, but for IS NULL and ->>
NULL = SqlType("null")  # the type of NULL itself, which fits every place
BROKEN = SqlType("broken")  # an error was reported: whatever holds this reports no second one

NUMBERS = (INTEGER, DECIMAL)
TIMES = (DATE, DATETIME)
SPANS = (DAYS, INTERVAL)
SPELLED = (TEXT, INTEGER, DECIMAL, MONEY, BOOLEAN, DATE, DATETIME)  # what has a form as text

_BY_FIELD_TYPE: Mapping[str, SqlType] = {
    **dict.fromkeys(("text", "email", "phone", "country", "enum"), TEXT),
    **dict.fromkeys(("group", "address", "lines"), OBJECT),
    **{kind.name: kind for kind in (INTEGER, DECIMAL, MONEY, BOOLEAN, DATE, DATETIME, JSON, REFERENCE, OBJECT)},
    "set": SqlType("set", TEXT),
}

# A date told as text would have to be guessed at, an integer of a decimal rounded: those need a CAST.
_FITS: Mapping[SqlType, frozenset[str]] = {
    TEXT: frozenset({"text", "email", "phone", "country", "enum"}),
    INTEGER: frozenset({"integer", "decimal", "money"}),
    DECIMAL: frozenset({"decimal", "money"}),
    **{kind: frozenset({kind.name}) for kind in (MONEY, BOOLEAN, DATE, DATETIME, JSON)},
}


def sql_type(column: ColumnType) -> SqlType:
    """The type of a column's loaded values; raises ValueError for a name that is none."""
    if isinstance(column, SqlType):
        return column
    name = column if isinstance(column, str) else column.name
    if name in _BY_FIELD_TYPE:
        return _BY_FIELD_TYPE[name]
    if name.startswith("set of "):
        return SqlType("set", sql_type(name.removeprefix("set of ")))
    if name.startswith("reference to "):
        return REFERENCE
    if isinstance(column, str):
        raise ValueError(f"there is no type {column!r} of columns")
    return OBJECT  # a group under a name of its own


def fits(result: SqlType | str, column: ColumnType) -> bool:
    """Whether values of an expression's type can be dumped by a field's type."""
    kind = result if isinstance(result, SqlType) else _named(result)
    name = column if isinstance(column, str) else column.name
    if kind == NULL:
        return True
    if kind.name == "set":
        return kind == sql_type(column)
    if kind in _FITS:
        return name in _FITS[kind]
    return kind == sql_type(column) and kind in (REFERENCE, OBJECT)


def _named(name: str) -> SqlType:
    return NULL if name == NULL.name else sql_type(name)
