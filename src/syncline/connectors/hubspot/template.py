"""HubSpot's standard objects as canonical records."""

from __future__ import annotations

from syncline.connect.template import Setup, Template
from syncline.connectors.hubspot.account import TOKENS

STAGES = {
    "new": "appointmentscheduled",
    "qualified": "qualifiedtobuy",
    "proposal": "presentationscheduled",
    "negotiation": "decisionmakerboughtin",
    "contract": "contractsent",
    "won": "closedwon",
    "lost": "closedlost",
}
"""The stages of the pipeline that every account begins with."""

SETUP = Setup(
    roles=("crm", "marketing"),
    secret=(
        "TOKEN",
        (
            "HubSpot: a service key (Development, Keys, Service keys; new private apps cannot be made any more);",
            "which scopes it needs for this declaration: syncline connect hubspot",
        ),
    ),
    tokens=TOKENS,
    sandbox=("hubspot", {}, "pat-sandbox"),
)

TEMPLATE = Template(
    setup=SETUP,
    at={
        "account": {
            "name": "company.name",
            "domain": "company.domain",
            "phone": "company.phone",
            "address": {
                "stream": "company",
                "parts": {
                    "street": "address", "street2": "address2", "postcode": "zip", "city": "city", "region": "state",
                    "country": {"field": "country", "as": "name"},
                },
            },
            "rep": "company.hubspot_owner_id",
        },
        "contact": {
            "name": {"fields": ["contact.firstname", "contact.lastname"]},
            "first_name": "contact.firstname",
            "last_name": "contact.lastname",
            "email": "contact.email",
            "phone": "contact.phone",
            "mobile": "contact.mobilephone",
            "job_title": "contact.jobtitle",
            "account": "contact.company_id",
            "rep": "contact.hubspot_owner_id",
        },
        "person": {
            "email": {"field": "owner.email", "only": "read"},
            "name": {"fields": ["owner.firstName", "owner.lastName"], "only": "read"},
        },
        "product": {
            "name": "product.name",
            "sku": "product.hs_sku",
            "price": "product.price",
            "cost": "product.hs_cost_of_goods_sold",
            "description": "product.description",
        },
        "deal": {
            "name": "deal.dealname",
            "amount": {"stream": "deal", "parts": {"amount": "amount", "currency": "deal_currency_code"}},
            "stage": "deal.dealstage",
            "pipeline": "deal.pipeline",
            "close_date": "deal.closedate",
            "account": "deal.company_id",
            "contact": "deal.contact_id",
            "rep": "deal.hubspot_owner_id",
            "lines": {
                "field": "deal.line_items",
                "line_id": "id",
                "columns": {"product": "hs_sku", "quantity": "quantity", "price": "price"},
            },
            "order_number": "deal.syncline_order_number",
            "order_stage": "deal.syncline_order_status",
            "invoice_number": "deal.syncline_invoice_number",
            "invoice_status": "deal.syncline_invoice_status",
        },
        "ticket": {
            "subject": "ticket.subject",
            "description": "ticket.content",
            "priority": "ticket.hs_ticket_priority",
            "stage": "ticket.hs_pipeline_stage",
            "account": "ticket.company_id",
            "contact": "ticket.contact_id",
            "rep": "ticket.hubspot_owner_id",
        },
    },
    values={
        "deal": {"stage": STAGES},
        "ticket": {
            "stage": {"new": "1", "waiting": "2", "open": "3", "closed": "4"},
            "priority": {"low": "LOW", "medium": "MEDIUM", "high": "HIGH", "urgent": "URGENT"},
        },
    },
    ids={"account": {"field": "company.id", "only": "read"}},
    keys={"account": ("domain",), "contact": ("email",), "product": ("sku",), "person": ("email",)},
)  # fmt: skip
