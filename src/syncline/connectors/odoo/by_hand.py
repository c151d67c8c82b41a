"""What a person clicks in Odoo in place of the hub, with the developer mode on. Where things are is (nv): they move."""

from __future__ import annotations

from syncline.connect.stream import Field
from syncline.connect.template import ByHand
from syncline.connectors.odoo.fields import KINDS, label


def field(stream: str, wanted: Field) -> tuple[str, ...]:
    """How a field is made."""
    named = wanted.label or label(wanted.name)
    return (
        f"Settings, Technical, Database Structure, Fields: New, of the model {stream}.",
        f"Field name {wanted.name}, label {named!r}, type {KINDS.get(wanted.type, 'char')}.",
    )


BY_HAND = ByHand(
    field=field,
    webhooks=(
        "Odoo 17 and later: Settings, Technical, Automation Rules: New, one for each model that hub.yaml names,",
        "on save, and one on deletion; action Send Webhook Notification.",
        "URL: the address that `syncline run --public-url URL` prints for this system.",
    ),
)
