"""The properties that every account has, in the shape of the Properties API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from syncline.sandbox.hubspot.kinds import KINDS

Property = dict[str, Any]
"""One property, as the Properties API tells it."""

LIFECYCLE = (
    *("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead"),
    *("opportunity", "customer", "evangelist", "other"),
)
PLAIN = {"string": "text", "number": "number", "date": "date", "datetime": "date", "bool": "booleancheckbox"}
READ_ONLY, CALCULATED = "read-only", "calculated"

ADDRESS = ("address", "city", "state", "zip", "country", "phone")
OWNED = [("hubspot_owner_id", "enumeration")]

# name, type, and what else there is to say of it: options, read-only, calculated
OF: dict[str, Sequence[tuple[Any, ...]]] = {
    "contacts": [
        *((name, "string") for name in ("email", "firstname", "lastname", "mobilephone", "jobtitle", "company")),
        *((name, "string") for name in ADDRESS),
        *OWNED,
        ("website", "string"),
        ("lifecyclestage", "enumeration", LIFECYCLE),
        ("hs_lead_status", "enumeration", ("NEW", "OPEN", "IN_PROGRESS", "UNQUALIFIED", "CONNECTED")),
        ("hs_additional_emails", "enumeration"),
        ("hs_email_optout", "bool", READ_ONLY),
        ("hs_email_domain", "string", CALCULATED),
        ("hs_merged_object_ids", "enumeration", READ_ONLY),
    ],
    "companies": [
        *((name, "string") for name in ("name", "domain", "website", "address2", "description")),
        *((name, "string") for name in ADDRESS),
        *OWNED,
        ("industry", "enumeration", ("COMPUTER_SOFTWARE", "CONSTRUCTION", "RETAIL", "MACHINERY", "TELECOMMUNICATIONS")),
        ("numberofemployees", "number"),
        ("annualrevenue", "number"),
        ("lifecyclestage", "enumeration", LIFECYCLE),
        ("hs_parent_company_id", "number", READ_ONLY),
        ("hs_merged_object_ids", "enumeration", READ_ONLY),
    ],
    "deals": [
        ("dealname", "string"),
        ("description", "string"),
        ("amount", "number"),
        ("closedate", "datetime"),
        ("pipeline", "enumeration"),
        ("dealstage", "enumeration"),
        ("dealtype", "enumeration", ("newbusiness", "existingbusiness")),
        ("deal_currency_code", "enumeration", ("EUR", "USD", "GBP", "CHF")),
        *OWNED,
        ("hs_is_closed", "bool", CALCULATED),
        ("hs_is_closed_won", "bool", CALCULATED),
        ("hs_deal_stage_probability", "number", CALCULATED),
        ("amount_in_home_currency", "number", CALCULATED),
        ("hs_merged_object_ids", "enumeration", READ_ONLY),
    ],
    "tickets": [
        ("subject", "string"),
        ("content", "string"),
        ("hs_pipeline", "enumeration"),
        ("hs_pipeline_stage", "enumeration"),
        ("hs_ticket_priority", "enumeration", ("LOW", "MEDIUM", "HIGH", "URGENT")),
        ("hs_ticket_category", "enumeration", ("PRODUCT_ISSUE", "BILLING_ISSUE", "FEATURE_REQUEST", "GENERAL_INQUIRY")),
        *OWNED,
        ("hs_merged_object_ids", "enumeration", READ_ONLY),
    ],
    "products": [
        *((name, "string") for name in ("name", "description", "hs_sku", "hs_url")),
        *((name, "number") for name in ("price", "hs_cost_of_goods_sold")),
        ("recurringbillingfrequency", "enumeration", ("monthly", "quarterly", "annually")),
        ("hs_recurring_billing_period", "string"),
        *OWNED,
    ],
    "line_items": [
        *((name, "string") for name in ("name", "description", "hs_sku")),
        *((name, "number") for name in ("hs_product_id", "quantity", "price", "discount", "hs_discount_percentage")),
        ("hs_position_on_quote", "number"),
        ("hs_line_item_currency_code", "enumeration", ("EUR", "USD", "GBP", "CHF")),
        ("amount", "number", CALCULATED),
    ],
    "quotes": [
        ("hs_title", "string"),
        ("hs_expiration_date", "date"),
        ("hs_status", "enumeration", ("DRAFT", "PENDING_APPROVAL", "APPROVAL_NOT_NEEDED", "APPROVED", "REJECTED")),
        ("hs_quote_amount", "number", CALCULATED),
        *OWNED,
    ],
}
MANY_OF_MANY = ("hs_additional_emails", "hs_merged_object_ids")
FREE = (*MANY_OF_MANY, "hubspot_owner_id", "pipeline", "dealstage", "hs_pipeline", "hs_pipeline_stage")
"""Enumerations whose options are no list of the property's own."""


def built_in(name: str, type: str, *more: Any) -> Property:
    """One property of HubSpot's own."""
    options = next((one for one in more if isinstance(one, tuple)), ())
    computed = CALCULATED in more
    field_type = "calculation_equation" if computed else PLAIN.get(type, "select")
    return {
        "name": name, "label": name.removeprefix("hs_").replace("_", " ").capitalize(), "description": "",
        "type": type, "fieldType": "checkbox" if name in MANY_OF_MANY else field_type, "groupName": "information",
        "options": [option(value, at) for at, value in enumerate(options)], "displayOrder": -1, "hidden": False,
        "hubspotDefined": True, "calculated": computed, "externalOptions": name in FREE, "formField": False,
        "hasUniqueValue": name in ("email", "hs_object_id"), "archived": False,
        "createdAt": "2020-01-01T00:00:00.000Z", "updatedAt": "2020-01-01T00:00:00.000Z",
        "modificationMetadata": {
            "archivable": False, "readOnlyDefinition": True, "readOnlyOptions": name in FREE,
            "readOnlyValue": computed or READ_ONLY in more,
        },
    }  # fmt: skip


def option(value: str, at: int) -> dict[str, Any]:
    """One option of an enumeration."""
    label = value.replace("_", " ").capitalize()
    return {"label": label, "value": value, "displayOrder": at, "hidden": False}


BUILT_IN: dict[str, dict[str, Property]] = {
    kind.name: {
        row[0]: built_in(*row)
        for row in [
            *OF[kind.name],
            ("createdate", "datetime", READ_ONLY),
            (kind.stamp, "datetime", READ_ONLY),
            ("hs_object_id", "number", READ_ONLY),
        ]
    }
    for kind in KINDS
}
