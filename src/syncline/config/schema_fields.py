"""The grammar of a field: its type, its truth, and how it stands in each system."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from syncline.config.words import Expr, Name, Plain, SystemName, Text
from syncline.mapping.types import TYPES


class Block(BaseModel):
    """A part of hub.yaml. An unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _kind(value: Any) -> str:
    return "name" if isinstance(value, str) else "list" if isinstance(value, list) else "block"


TypeName = Literal[
    "text", "email", "phone", "country", "decimal", "money", "integer", "boolean", "date", "datetime", "enum", "set",
    "address", "group", "reference", "lines", "json",
]  # fmt: skip
assert set(TypeName.__args__) == set(TYPES), "every field type has its name in the grammar"  # type: ignore[attr-defined]

Rows = dict[Text, dict[SystemName, str | int | bool]]
"""Canonical value to what each system calls it."""


class TypeBlock(Block):
    """A type with its settings."""

    type: TypeName | None = Field(default=None, description="What the values are.")
    case: Literal["keep", "ignore"] | None = Field(default=None, description="`text`: `ignore` compares without case.")
    max_length: int | None = Field(default=None, ge=1, description="`text`: the most characters.")
    region: str | None = Field(
        default=None, description="`phone`: the country of numbers without country code, as `DE`."
    )
    places: int | None = Field(default=None, ge=0, le=38, description="`decimal`: the most decimal places.")
    currency: str | None = Field(
        default=None, description="`money`: the currency of a plain number, or that `rates` convert to; else the hub's."
    )
    zone: str | None = Field(
        default=None, description="`datetime`: the zone of times told without one; else the hub's."
    )
    of: str | None = Field(
        default=None,
        description="`set`: the type of its items; `reference`: the entity; `rollup`: the child entity.",
    )
    parts: dict[Name, PartType] | None = Field(default=None, description="`group`: each part with its type.")
    columns: dict[Name, PartType] | None = Field(default=None, description="`lines`: each column with its type.")
    values: RowsOrName | None = Field(
        default=None,
        description="`enum`: its values: a list, a table (value to each system's name for it), or a name in `tables`.",
    )


class LensBlock(Block):
    """How one system spells a value. What comes in through it goes out through it, exactly."""

    as_: Literal["number", "cents", "amount", "name"] | None = Field(
        default=None,
        alias="as",
        description="`number`: a JSON number; `cents`: a whole number of the smallest unit; `amount`: money as "
        "text in the field's currency (the default of `money`); `name`: a country by its name, not its code.",
    )
    language: str | None = Field(default=None, description="`as: name`: the language, as `de`; else English.")
    currency: str | None = Field(
        default=None, description="`cents`, `amount`: the currency here, where it is another one."
    )
    currency_field: str | None = Field(default=None, description="`cents`: the raw field that tells the currency.")
    places: int | None = Field(
        default=None, ge=0, le=10, description="`cents`: decimal places, where not those of ISO 4217."
    )
    format: str | None = Field(default=None, description="`date`, `datetime`: the spelling, as `%d.%m.%Y`.")
    zone: str | None = Field(
        default=None, description="`format`: the zone of times spelled without one; else the hub's."
    )
    separator: str | None = Field(
        default=None, min_length=1, description="Between pieces: a set in one text, or a join."
    )
    to: str | None = Field(
        default=None, description="`reference`: the stream of the id, where the entity has several here."
    )
    empty_is: Literal["", False] | None = Field(
        default=None, description="How this system says empty, besides null: `''` or `false`."
    )


class PartBlock(LensBlock):
    """A part of a group, or a column of lines."""

    field: str = Field(description="The raw field.")


class AtBlock(LensBlock):
    """One place of a field in one system."""

    field: str | None = Field(default=None, description="`STREAM.FIELD`.")
    fields: list[str] | None = Field(
        default=None, min_length=2, description="`[STREAM.FIELD, ...]`: pieces of one text, as first and last name."
    )
    stream: str | None = Field(default=None, description="The stream, for `parts` and for a `read` of several fields.")
    parts: dict[Name, PartOf] | None = Field(
        default=None, description="`group`, `address`, `money`: each part's raw field, in `stream`."
    )
    columns: dict[Name, PartOf] | None = Field(
        default=None,
        description="`lines`: each column's raw field, in the list of `field`; without it the columns' own names.",
    )
    line_id: str | None = Field(default=None, description="`lines`: where this system keeps the id of a line.")
    read: Expr | None = Field(default=None, description="What is read, computed from the stream's raw fields; one way.")
    write: Expr | None = Field(
        default=None, description="What is written to `field`, computed from this field; one way."
    )
    only: Literal["read", "write"] | None = Field(default=None, description="One way only.")
    custom: bool = Field(
        default=False, description="The raw field is the company's own; the connector does not list it."
    )
    mapping: str | None = Field(default=None, description="A name in `mappings`, whose settings are taken.")


class FieldBlock(TypeBlock):
    """One canonical field, in all systems at once."""

    truth: str | None = Field(
        default=None, description="The only system that may set it; `origin`: the one where the record was born; `hub`."
    )
    policy: Literal["truth", "last-write-wins", "manual"] | None = Field(
        default=None,
        description="What settles a conflict. Default `truth` where one is declared, else `last-write-wins`.",
    )
    merge: Literal["union", "append", "max", "min", "longest", "sum", "first-set", "consent"] | None = Field(
        default=None, description="Both sides' changes are kept."
    )
    order: list[Text] | None = Field(
        default=None, min_length=1, description="`merge: consent`: the statements, the strictest first."
    )
    empty: Literal["keep", "clear"] | None = Field(
        default=None,
        description="May a blank that somebody made overwrite a value? Default `keep`; at the field's truth it may.",
    )
    strict: bool = Field(default=False, description="No other system may set it, even while the truth holds nothing.")
    exempt: bool = Field(
        default=False, description="Consent, opt-out or access: told also to a link that sleeps. `merge: consent` is."
    )
    differ: Literal["truth", "newest", "ask"] | None = Field(
        default=None, description="What settles a first difference. Default `first_sync.differ`."
    )
    is_: Expr | None = Field(default=None, alias="is", description="Computed here, one way; its truth is the hub.")
    rollup: Literal["count", "sum", "min", "max", "avg", "latest", "any", "list"] | None = Field(
        default=None, description="Aggregated over linked children; its truth is the hub."
    )
    value: Name | None = Field(default=None, description="`rollup`: the field of the child.")
    where: Expr | None = Field(default=None, description="`rollup`: only these children.")
    by: Name | None = Field(default=None, description="`rollup`: the child's reference, where it has several.")
    latest_by: Name | None = Field(default=None, description="`rollup: latest`: the child's field that says which is.")
    rates: dict[str, str | int | float] | None = Field(
        default=None, description="`rollup` of money: what one unit of another currency is in `currency`."
    )
    at: dict[SystemName, At] = Field(
        default_factory=dict, description="System to `STREAM.FIELD`, to a block, or to a list of these."
    )
    unmapped: Literal["park", "keep", "default"] = Field(default="park", description="A value that the table lacks.")
    default: str | None = Field(default=None, description="`unmapped: default`: the value it is taken for.")


PartType = Annotated[Annotated[TypeName, Tag("name")] | Annotated[TypeBlock, Tag("block")], Discriminator(_kind)]
PartOf = Annotated[Annotated[str, Tag("name")] | Annotated[PartBlock, Tag("block")], Discriminator(_kind)]
RowsOrName = Annotated[
    Annotated[str, Tag("name")] | Annotated[list[Text], Tag("list")] | Annotated[Rows, Tag("block")],
    Discriminator(_kind),
]
OneAt = Annotated[Annotated[str, Tag("name")] | Annotated[AtBlock, Tag("block")], Discriminator(_kind)]
At = Annotated[
    Annotated[str, Tag("name")] | Annotated[AtBlock, Tag("block")] | Annotated[list[OneAt], Tag("list")],
    Discriminator(_kind),
]
RawValues = dict[Text, Plain]

for _block in (TypeBlock, PartBlock, AtBlock, FieldBlock):
    _block.model_rebuild()
