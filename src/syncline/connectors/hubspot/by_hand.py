"""What a person clicks in HubSpot in place of the hub. Where things are in its screens is (nv): they move."""

from __future__ import annotations

from collections.abc import Mapping

from syncline.connect.stream import Field
from syncline.connect.template import ByHand
from syncline.connectors.hubspot.kinds import GROUP, KEY_PROPERTY
from syncline.connectors.hubspot.properties import PROPERTY_TYPES

SHAPES: Mapping[str, str] = {
    "text": "Single-line text", "textarea": "Multi-line text", "number": "Number", "date": "Date picker",
    "booleancheckbox": "Single checkbox",
}  # fmt: skip
"""HubSpot's kinds of fields, as its screens call them."""


def field(stream: str, wanted: Field) -> tuple[str, ...]:
    """How a property is made."""
    type, shape = PROPERTY_TYPES.get(wanted.type, ("string", "text"))
    kind = "Date and time picker" if type == "datetime" else SHAPES[shape]
    label = wanted.label or wanted.name.replace("_", " ").capitalize()
    lines = (
        f"Settings, Properties: select {stream.replace('_', ' ')} properties, then Create property.",
        f"Label {label!r}, internal name {wanted.name} (the </> beside the label), group Syncline ({GROUP}): make it.",
        f"Field type: {kind}.",
    )
    if wanted.name == KEY_PROPERTY:
        return (*lines, "Rules: require unique values for this property. It cannot be set afterwards.")
    return lines


BY_HAND = ByHand(
    field=field,
    webhooks=(
        "Only an app has webhooks: the private app whose token it is (Settings, Integrations, Private Apps, Webhooks).",
        "Target URL: the address that `syncline run --public-url URL` prints for this system.",
        "Subscribe, for companies, contacts, deals, line items, products and tickets, to: created, deleted, merged,",
        "restored, association changed, and property changed of each property that hub.yaml names.",
    ),
)
