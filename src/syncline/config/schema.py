"""The grammar of hub.yaml, field-first. What a key means is said here, once, for the page and for editors."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag

from syncline.config.schema_fields import Block, FieldBlock, LensBlock, RawValues, Rows
from syncline.config.words import Above, Expr, FieldPath, Name, Plain, Seconds, Share, SystemName, Text

Role = Literal["crm", "erp", "finance", "marketing", "support", "shop", "warehouse", "communication", "custom"]
Mode = Literal["read-only", "approve", "live"]
OnDelete = Literal["archive", "delete", "unlink", "restore", "ask", "ignore"]


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return "name"
    return "block" if isinstance(value, dict) else "list" if isinstance(value, list) else "value"


class SystemBlock(Block):
    """One connected application. Further keys are the connector's own, as `database` or `store`."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    connector: str = Field(description="What makes it readable and writable: `odoo`, `hubspot`.")
    roles: list[Role] = Field(default_factory=list, description="What it is to the company.")
    primary: bool = Field(default=False, description="It leads where several systems share a role.")
    serves: Expr | None = Field(default=None, description="Which records are born in it, as `country = 'DE'`.")
    url: Text | None = Field(default=None, description="Its address, without user and password; may hold `${NAME}`.")
    secret: str | None = Field(default=None, description="`vault` (put there by `syncline connect`) or `${NAME}`.")
    mode: Mode | None = Field(default=None, description="At most this, whatever the hub's mode.")
    poll: Seconds | None = Field(default=None, description="How often the service reads what changed. Default `60s`.")
    sweep: Seconds | None = Field(
        default=None, description="After how long the service reads all of it again, bit by bit. Default `7 days`."
    )
    empty_is: Literal["", False] | None = Field(
        default=None, description="How it says empty, besides null; a field's `at` may say otherwise."
    )


class AlikeBlock(Block):
    """Records that no match rule joins and that look the same: born nowhere until a person says whether they are."""

    fields: list[Name] = Field(description="What they are compared by: names, addresses, phones, e-mails, references.")
    from_: Share = Field(default=0.9, alias="from", description="How alike two must be. Default `90%`.")
    apart: list[Name] = Field(
        default_factory=list, description="Fields which, filled and different, say that they are not the same."
    )


AlikeSetting = Annotated[
    Annotated[Literal["never"], Tag("name")] | Annotated[AlikeBlock, Tag("block")], Discriminator(_kind)
]


class FirstSyncBlock(Block):
    """The first meeting of records that exist already."""

    match: dict[Name, list[Name | list[Name]]] = Field(
        default_factory=dict, description="Entity to the fields that tell that two are one; a list: all of them."
    )
    alike: dict[Name, AlikeSetting] = Field(
        default_factory=dict, description="Entity to how two of it are asked about that look the same; `never`: not."
    )
    differ: Literal["truth", "newest", "ask"] = Field(
        default="truth", description="What settles a first difference; `truth` asks where a field has none."
    )


class ChoiceBlock(Block):
    """A value under a condition."""

    when: Expr | None = Field(default=None, description="When it is taken; without it always.")
    value: Plain = Field(description="The raw value.")


OnCreateValue = Annotated[
    Annotated[list[ChoiceBlock], Tag("list")]
    | Annotated[Plain, Tag("value")]
    | Annotated[Plain, Tag("name")]
    | Annotated[ChoiceBlock, Tag("block")],
    Discriminator(_kind),
]
DeleteSetting = Annotated[
    Annotated[OnDelete, Tag("name")] | Annotated[dict[SystemName, OnDelete], Tag("block")], Discriminator(_kind)
]


class EntityBlock(Block):
    """Settings of one entity; with `fields`, an entity of the company's own."""

    fields: dict[Name, FieldBlock] = Field(default_factory=dict, description="Its fields, as under `fields`.")
    mode: Mode | None = Field(default=None, description="At most this, whatever the hub's mode.")
    on_delete: DeleteSetting | None = Field(
        default=None, description="What a proven delete means, everywhere or by system. Default: at the record's "
        "origin `archive`, elsewhere `unlink`, against a later edit `ask`.",
    )  # fmt: skip
    settle_after: Seconds = Field(default=0.0, description="Wait until the person stopped typing. Default `0s`.")
    associations: Literal["watch", "ignore"] = Field(
        default="watch", description="Relations whose change does not touch the last-modified time are swept, or not."
    )
    line_key: list[Name] = Field(
        default_factory=list, description="The columns that tell one line from another where no line id does."
    )
    scope: dict[str, Expr] = Field(default_factory=dict, description="System to which of its records take part.")


class MakeBlock(Block):
    """A record that a rule makes. Further keys are fields of it: a value, `{field}`, or text with `{field}` in it.

    `{deal}` alone is the deal itself, where the rule is about deals: for a field that refers to it.
    """

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    in_: SystemName | None = Field(default=None, alias="in", description="The system it is made in.")
    for_: str | None = Field(default=None, alias="for", description="Whose it is, as `account.rep`: its field `rep`.")
    title: Text | None = Field(default=None, description="Its title; `{entity.field}` is replaced.")
    due: Seconds | None = Field(default=None, description="How long after it was made its field `due` is.")
    leaving: Literal["keep", "cancel", "credit", "ask"] = Field(
        default="ask", description="What becomes of it when the condition ends."
    )
    cancelled: dict[Name, Any] = Field(
        default_factory=dict, description="`leaving: cancel`: fields and the values that mean cancelled; else deleted."
    )
    credit: dict[Name, MakeBlock] | None = Field(
        default=None, description="`leaving: credit`: entity to what is made; `{field}` is of what is credited."
    )
    follows_until: Expr | None = Field(
        default=None, description="Over what was made: until then it follows its source; else it is a snapshot."
    )


class RuleBlock(Block):
    """When this is true of a record, make or notify that."""

    when: Text = Field(description="An event of `events`, or ENTITY and a value of its one enum, as `deal.won`.")
    if_: Expr | None = Field(default=None, alias="if", description="Only where this is true of the record.")
    make: dict[Name, MakeBlock] = Field(default_factory=dict, description="Entity to what is made.")
    notify: list[Text] = Field(default_factory=list, description="Addressees, or persons as `account.rep`.")
    text: Text | None = Field(default=None, description="`notify`: what is said; `{entity.field}` is replaced.")
    after: Seconds | None = Field(default=None, description="This long after it, as `1h`.")
    without: Name | None = Field(default=None, description="Only if no such entity came meanwhile.")


class AlertBlock(Block):
    """When to say that something is wrong, and to whom."""

    above: Above | None = Field(default=None, description="The threshold: a share, a number or a duration.")
    over: Seconds | None = Field(default=None, description="The window.")
    at_least: int | None = Field(default=None, ge=0, description="Not below this many records.")
    to: list[Text] | None = Field(default=None, description="Addressees.")


class BrakeBlock(Block):
    """How many writes of a kind may fall together before a person is asked."""

    above: int | None = Field(default=None, ge=0, description="More than this many, and")
    share: Share | None = Field(default=None, description="more than this share of the links or of the field's values;")
    always_above: int | None = Field(default=None, ge=0, description="or, whatever the share, more than this many.")


class BrakesBlock(Block):
    """Brakes by kind of write."""

    delete: BrakeBlock | None = Field(default=None, description="Default `{above: 20, share: 5%, always_above: 500}`.")
    blank: BrakeBlock | None = Field(default=None, description="Default `{above: 50, share: 10%}`.")
    rewrite: BrakeBlock | None = Field(default=None, description="Default `{above: 50, share: 10%}`.")
    create: BrakeBlock | None = Field(default=None, description="Default `{above: 200, share: 20%}`.")
    from_links: int = Field(default=50, ge=0, description="No brake in a stream with fewer links.")


class EgressBlock(Block):
    """What may be called beside public addresses by https."""

    allow: list[Text] = Field(
        default_factory=list,
        description="Systems in the company's own network, and sandboxes: `HOST`, `HOST:PORT`, an address, or a range "
        "as `10.20.0.0/16`. Only there may an address be private, or spoken to without TLS.",
    )


class PeopleBlock(Block):
    """Persons who work here and have another id in each system."""

    unmatched: Text = Field(
        default="park", description="A person without a twin: `park`, `leave-blank`, or a stand-in's e-mail."
    )


class ExampleBlock(Block):
    """A stored case, run by `syncline test`."""

    entity: Name = Field(description="The kind of record.")
    given: dict[str, RawValues] = Field(description="`SYSTEM` or `SYSTEM.STREAM` to its raw fields.")
    expect: dict[str, dict[str, Any]] = Field(
        description="`record` to canonical fields, or a system to the raw fields it is sent."
    )


class HubBlock(Block):
    """hub.yaml."""

    hub: SystemName = Field(description="The hub's name.")
    mode: Mode = Field(
        default="read-only", description="`read-only` looks, `approve` asks before it writes, `live` writes."
    )
    zone: str = Field(default="UTC", description="The company's time zone, as `Europe/Berlin`.")
    currency: str | None = Field(default=None, description="The company's currency, as `EUR`.")
    systems: dict[SystemName, SystemBlock] = Field(
        min_length=1, description="The connected systems; of edits that overlap in time the first system's wins."
    )
    patterns: dict[str, dict[str, Any] | None] = Field(
        default_factory=dict, description="Ready-made parts of a declaration, by name, with their options."
    )
    first_sync: FirstSyncBlock = Field(default_factory=lambda: FirstSyncBlock(), description="The first meeting.")
    create: dict[Name, dict[str, Expr]] = Field(
        default_factory=dict,
        description="Entity and system to when a record may be born there; else it is matched or left.",
    )
    on_create: dict[Name, dict[str, dict[Text, OnCreateValue]]] = Field(
        default_factory=dict, description="Entity and system to raw values that a new record gets there."
    )
    fields: dict[FieldPath, FieldBlock] = Field(default_factory=dict, description="`ENTITY.FIELD` to its block.")
    entities: dict[Name, EntityBlock | None] = Field(default_factory=dict, description="Settings by entity.")
    events: dict[FieldPath, Expr] = Field(
        default_factory=dict, description="`ENTITY.EVENT` to what becomes true when it happens; it is emitted then."
    )
    rules: dict[Name, RuleBlock] = Field(default_factory=dict, description="What follows from what.")
    addressees: dict[Name, list[Text]] = Field(
        default_factory=dict, description="Name to systems, `mailto:` addresses or `${NAME}`."
    )
    alerts: dict[Name, AlertBlock] = Field(default_factory=dict, description="Changes to what is watched.")
    tables: dict[Name, Rows] = Field(default_factory=dict, description="Lookup tables that several fields use.")
    mappings: dict[Name, LensBlock] = Field(default_factory=dict, description="Settings that several `at` use.")
    brakes: BrakesBlock = Field(default_factory=lambda: BrakesBlock(), description="Brakes.")
    egress: EgressBlock = Field(default_factory=lambda: EgressBlock(), description="What may be called.")
    people: PeopleBlock = Field(default_factory=lambda: PeopleBlock(), description="Persons.")
    examples: dict[Text, ExampleBlock] = Field(default_factory=dict, description="Stored cases.")
