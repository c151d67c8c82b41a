"""The page on hub.yaml, written from the grammar's own descriptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syncline.config.json_schema import json_schema

_BLOCKS = (
    ("SystemBlock", "A system", "systems.NAME"),
    ("FirstSyncBlock", "The first meeting", "first_sync"),
    ("AlikeBlock", "Records that look the same", "first_sync.alike.ENTITY"),
    ("FieldBlock", "A field", "fields.ENTITY.FIELD"),
    ("AtBlock", "A field in one system", "fields.ENTITY.FIELD.at.SYSTEM"),
    ("EntityBlock", "An entity", "entities.ENTITY"),
    ("ChoiceBlock", "A value for new records", "on_create.ENTITY.SYSTEM.FIELD"),
    ("RuleBlock", "A rule", "rules.NAME"),
    ("MakeBlock", "What a rule makes", "rules.NAME.make.ENTITY"),
    ("AlertBlock", "An alert", "alerts.NAME"),
    ("BrakesBlock", "Brakes", "brakes"),
    ("BrakeBlock", "A brake", "brakes.KIND"),
    ("EgressBlock", "What may be called", "egress"),
    ("PeopleBlock", "Persons", "people"),
    ("ExampleBlock", "An example", "examples.NAME"),
)

EXAMPLE = """\
hub: acme
mode: read-only
zone: Europe/Berlin
currency: EUR
systems:
  hubspot: {connector: hubspot, roles: [crm], secret: vault}
  odoo: {connector: odoo, roles: [erp], url: "https://acme.odoo.example", secret: "${ODOO_API_KEY}", empty_is: false}
first_sync:
  match: {account: [vat_id, domain]}
create:
  account: {odoo: "sales_region IS NOT NULL"}
fields:
  account.name:
    type: text
    truth: hubspot
    at: {hubspot: company.name, odoo: res.partner.name}
  account.domain: {type: text, case: ignore, at: {hubspot: company.domain}}
  account.vat_id: {type: text, at: {hubspot: company.vat, odoo: res.partner.vat}}
  account.sales_region:
    type: enum
    truth: odoo
    at: {hubspot: company.sales_region, odoo: res.partner.x_region}
    values:
      dach: {hubspot: "Germany, Austria, Switzerland", odoo: DACH}
      nordics: {hubspot: Nordics, odoo: NORDICS}
  account.overdue:
    type: integer
    truth: odoo
    at: {odoo: {field: res.partner.credit_limit, only: read}}
  account.payment_risk:
    type: text
    is: "CASE WHEN overdue > 30 THEN 'high' ELSE 'none' END"
    at: {hubspot: company.payment_risk}
"""

LONG_FORMS = """\
hub: acme
currency: EUR
systems:
  hubspot: {connector: hubspot, roles: [crm], secret: vault}
  odoo: {connector: odoo, roles: [erp], url: "https://acme.odoo.example", secret: vault, empty_is: false}
tables:
  stages:
    won: {hubspot: closedwon, odoo: sale}
    lost: {hubspot: closedlost, odoo: cancel}
mappings:
  whole_cents: {as: cents}
create:
  order: {odoo: "stage = 'won'"}
on_create:
  order:
    odoo:
      payment_term_id: 3
      warehouse_id: [{when: "amount > 10000", value: 2}, {value: 1}]
fields:
  account.address:
    type: address
    truth: odoo
    at:
      odoo: {stream: res.partner, parts: {street: street, city: city, postcode: zip}}
  contact.name:
    type: text
    at:
      hubspot: {fields: [contact.firstname, contact.lastname]}
  contact.birthday:
    type: date
    at:
      hubspot: {field: contact.birthday, format: "%d.%m.%Y"}
  contact.tags:
    type: set
    merge: union
    at:
      hubspot: {field: contact.tags, separator: ";"}
  order.number: {type: text, truth: odoo, at: {odoo: sale.order.name, hubspot: deal.dealname}}
  order.customer:
    type: reference
    of: account
    at:
      odoo: {field: sale.order.partner_id, as: number}
  order.amount:
    type: money
    at:
      hubspot: {field: deal.amount, mapping: whole_cents}
      odoo: sale.order.amount_total
  order.stage:
    type: enum
    values: stages
    unmapped: park
    at:
      hubspot: deal.dealstage
      odoo: {field: sale.order.state, custom: true}
  order.lines:
    type: lines
    columns: {product: text, quantity: decimal}
    at:
      odoo:
        field: sale.order.order_line
        line_id: id
        columns: {product: default_code, quantity: {field: product_uom_qty, as: number}}
      hubspot: {field: deal.line_items, custom: true}
  account.orders: {rollup: count, of: order, where: "stage = 'won'"}
events:
  order.cancelled: stage = 'lost'
entities:
  order: {line_key: [product]}
rules:
  large_orders_are_seen:
    when: order.won
    if: amount >= 10000
    notify: [sales]
    text: "{order.number} is worth {amount}"
addressees: {sales: ["mailto:sales@acme.example"]}
"""

_INTRODUCTION = f"""\
# hub.yaml

One file declares which systems take part, which owns which field, and how records map. It is field-first: one field is
one block, for all systems at once. `syncline check` says everything that is wrong with it, with line, column and what
may have been meant; `syncline check --explain` shows what holds, and which line or default said so.

```yaml
{EXAMPLE}```

In `at:`, the longest stream name that the connector knows is the stream, the rest is the field: `res.partner.x_region`
is the field `x_region` of the stream `res.partner`. A field that the connector does not list is taken as the company's
own; one that looks like a slip of the pen says `custom: true`.

**Secrets are never in the file.** A `secret` is `vault` or `${{NAME}}` from the environment, and so is each key of a
system that ends in `password`, `token`, `api_key` or the like. Addresses hold no user and no password.

**Expressions** are SQL over the fields of the record, and over those of a record it refers to (`account.name`).
Durations carry their unit (`30s`, `15 min`, `1h`, `7 days`), shares a `%`. Tags, merge keys and keys that come twice
are refused; a number with leading zeros is text.

**A document owns lines**: a field of the type `lines`, whose `columns` stand in the objects of one list in each
system. A line is known by that system's `line_id`, else by the entity's `line_key`, else by its place; each column is
settled by itself, under the settings of the field. Expressions do not read lines; a rule takes them over:
`lines: "{{deal.lines}}"`.

**A stream may hold records of several entities**, as partners who are companies or persons. Each of these entities then
has a `scope` there that reads a boolean or an enum of the row, and no two of them may hold of one row. A row that comes
to be of the other kind sleeps as the record it was. What a new row must say to be in scope is a field too, computed
perhaps: `contact.kind: {{type: enum, values: [company, person], is: "'person'", at: {{odoo: res.partner.kind}}}}`.

**Events** are what becomes true of a record: `order.won` needs no declaration where one enum of the order has the value
`won`. Each is emitted once when it becomes true; a rule adds what is made of it, and who is told.

What a place in a system needs beside its name is said there, or once under `mappings`; lookup tables that several
fields share stand under `tables`:

```yaml
{LONG_FORMS}```
"""


def page() -> str:
    """The text of docs/hub-yaml.md."""
    schema = json_schema()
    parts = [_INTRODUCTION, "## The file\n", _table(schema)]
    for name, title, path in _BLOCKS:
        block = schema["$defs"][name]
        parts += [f"## {title}\n", f"`{path}`. {block['description']}\n", _table(block)]
    return "\n".join(parts)


def _table(block: Mapping[str, Any]) -> str:
    required = block.get("required", ())
    lines = ["| key | value | meaning |", "| --- | --- | --- |"]
    for key, one in block["properties"].items():
        name = f"`{key}` (required)" if key in required else f"`{key}`"
        meaning = one.get("description", "").replace("|", "\\|")
        lines.append(f"| {name} | {', '.join(dict.fromkeys(_values(one)))} | {meaning} |")
    return "\n".join([*lines, ""])


def _values(node: Mapping[str, Any]) -> Iterator[str]:
    """What may stand there, in a word."""
    if "$ref" in node:
        yield "a block"
    elif "enum" in node or "const" in node:
        yield from (f"`{_spelled(value)}`" for value in node.get("enum", [node.get("const")]))
    elif "anyOf" in node or "oneOf" in node:
        for one in (*node.get("anyOf", ()), *node.get("oneOf", ())):
            yield from _values(one)
    elif "examples" in node:
        yield f"as `{node['examples'][0]}`"
    else:
        types = node.get("type", [])
        yield from (_WORDS[one] for one in ([types] if isinstance(types, str) else types) if one in _WORDS)


_WORDS = {
    "string": "text", "integer": "a number", "number": "a number", "boolean": "true, false", "array": "a list",
    "object": "a block",
}  # fmt: skip


def _spelled(value: Any) -> str:
    return "false" if value is False else str(value) or "''"
