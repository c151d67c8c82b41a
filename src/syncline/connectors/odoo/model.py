"""What the connector must know of an Odoo model, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from syncline.connect.stream import Field

Kind = Literal[
    "char", "html", "boolean", "integer", "float", "date", "datetime", "selection", "many2one", "many2many"
]  # fmt: skip
Deed = Literal["create", "update", "delete"]
Domain = tuple[Any, ...]
Values = dict[str, Any]

AS_FIELD = {"boolean": "boolean", "integer": "integer", "float": "decimal", "date": "date"}
"""Our word for a kind; the rest is text: moments come without a zone, and `false` stands for empty."""

EVERYWHERE = ("id", "create_date", "write_date")


@dataclass(frozen=True, kw_only=True)
class Column:
    """A field of a model.

    folded: is found whatever the case of its letters.
    asked:  is there only with some app, so it is read only where a hub binds it.
    """

    name: str
    kind: Kind = "char"
    writable: bool = True
    required: bool = False
    folded: bool = False
    asked: bool = False


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """A raw field of ours beside a many2one: what the row behind it is called, as `country_code` by `country_id`.

    within:   a field of that row which is the same as this row's field of that name, as a state is of its country.
    may_come: such rows are made by the hub too: one that is not there may only be late.
    """

    name: str
    field: str
    model: str
    by: str
    within: str | None = None
    may_come: bool = False
    writable: bool = True


@dataclass(frozen=True, kw_only=True)
class Named:
    """A raw field of ours: the id of the row that a text of this row names, as the order that an invoice is of."""

    name: str
    field: str
    model: str
    by: str


@dataclass(frozen=True, kw_only=True)
class Lines:
    """The rows that a document owns: objects in its raw field `field`, rows of `model` that name it in `parent`."""

    field: str
    model: str
    parent: str
    columns: tuple[Column, ...]
    lookups: tuple[Lookup, ...] = ()
    domain: Domain = ()
    writable: bool = True


@dataclass(frozen=True, kw_only=True)
class Model:
    """One model, as a stream.

    domain:  which of its rows take part at all.
    moves:   (state, wanted state) to the methods that lead there: `state` is not written as other fields are.
    parents: the stream that these rows are parts of, and the field with the ids of its rows.
    page:    rows of one read.
    """

    name: str
    columns: tuple[Column, ...]
    domain: Domain = ()
    lookups: tuple[Lookup, ...] = ()
    named: tuple[Named, ...] = ()
    lines: Lines | None = None
    moves: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    parents: tuple[str, str] | None = None
    may: frozenset[Deed] = frozenset()
    page: int = 500

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """The columns by name."""
        return {column.name: column for column in self.columns}

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Its raw fields, as a stream declares them."""
        own = [
            Field(name=c.name, type=AS_FIELD.get(c.kind, "text"), writable=c.writable, required=c.required)
            for c in self.columns
        ]
        ours = [Field(name=lookup.name, writable=lookup.writable) for lookup in self.lookups]
        ours += [Field(name=one.name, writable=False) for one in self.named]
        lines = [Field(name=self.lines.field, type="json", writable=self.lines.writable)] if self.lines else []
        stamps = [Field(name=name, type="integer" if name == "id" else "text", writable=False) for name in EVERYWHERE]
        return (*stamps, *own, *ours, *lines)
