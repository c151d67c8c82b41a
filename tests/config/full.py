"""A declaration of six systems, with two patterns under it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncline.patterns.pattern import DoesNotFit, UnknownPattern

FULL = """\
hub: acme
mode: read-only                    # read-only | approve | live
zone: Europe/Berlin
currency: EUR
systems:
  hubspot:   {connector: hubspot,   roles: [crm],           secret: vault}
  odoo:      {connector: odoo,      roles: [erp, finance],  url: "https://acme.odoo.example", database: acme,
              secret: "${ODOO_API_KEY}", empty_is: false}
  mailchimp: {connector: mailchimp, roles: [marketing],     audience: 7c1f0a2b, secret: "${MAILCHIMP_API_KEY}"}
  zendesk:   {connector: zendesk,   roles: [support],       url: "https://acme.zendesk.example", secret: vault}
  shopify:   {connector: shopify,   roles: [shop],          store: acme, secret: "${SHOPIFY_TOKEN}"}
  slack:     {connector: slack,     roles: [communication], secret: "${SLACK_WEBHOOK}"}
patterns:
  crm-erp:       {order_on: deal.won, inventory: 1h, catalogue: 24h}
  crm-support:
first_sync:
  match:  {account: [erp_number, vat_id, domain], contact: [email]}
  differ: truth
create:
  account: {odoo: "won_deals > 0"}
  contact: {mailchimp: "account.erp_number IS NOT NULL AND marketing_consent = 'given'"}
fields:
  account.sales_region:
    type: enum
    truth: odoo
    at: {odoo: res.partner.x_region, hubspot: company.sales_region, zendesk: organization.sales_region}
    values:
      dach:    {odoo: DACH,    hubspot: "Germany, Austria, Switzerland", zendesk: region_dach}
      nordics: {odoo: NORDICS, hubspot: Nordics,                         zendesk: region_nordics}
    unmapped: park
  account.name:                    # an ownership change (the pattern says hubspot)
    truth: odoo
  account.payment_risk:
    type: enum
    is: "CASE WHEN days_overdue > 30 THEN 'high' WHEN days_overdue > 0 THEN 'watch' ELSE 'none' END"
    at: {hubspot: company.payment_risk, zendesk: organization.payment_risk}
  contact.phone: {policy: last-write-wins, empty: keep}
entities:
  contact: {mode: approve, on_delete: {mailchimp: unlink}, settle_after: 30s}
rules:
  escalation_reaches_the_seller:
    when: ticket.escalated
    if: account.open_pipeline >= 10000
    make: {task: {in: hubspot, for: account.rep, title: "Escalated: {ticket.subject}", due: 1d}}
    notify: [account.rep, sales_leads]
addressees: {sales_leads: [slack], governance: ["mailto:data@acme.example"], integration: ["mailto:it@acme.example"]}
alerts:
  conflict_rate: {above: 3%, over: 12h, at_least: 50, to: [governance]}
"""

CRM_ERP = {
    "systems": {"evil": {"connector": "open"}},
    "fields": {
        "account.name": {
            "type": "text", "truth": "hubspot", "at": {"hubspot": "company.name", "odoo": "res.partner.name"},
        },
        "account.erp_number": {"type": "text", "truth": "odoo", "at": {"odoo": "res.partner.ref"}},
        "account.vat_id": {"type": "text", "at": {"hubspot": "company.vat", "odoo": "res.partner.vat"}},
        "account.domain": {"type": "text", "case": "ignore", "at": {"hubspot": "company.domain"}},
        "account.days_overdue": {
            "type": "integer", "truth": "odoo", "at": {"odoo": {"field": "res.partner.days_late", "custom": True}},
        },
        "account.rep": {"type": "text", "policy": "manual", "at": {"hubspot": "company.owner_id"}},
        "account.won_deals": {"rollup": "count", "of": "deal", "where": "stage = 'won'"},
        "account.open_pipeline": {"rollup": "sum", "of": "deal", "value": "amount", "where": "stage = 'open'"},
        "deal.account": {"type": "reference", "of": "account", "at": {"hubspot": "deal.company_id"}},
        "deal.amount": {"type": "money", "at": {"hubspot": {"field": "deal.amount", "as": "cents"}}},
        "deal.stage": {"type": "enum", "values": ["won", "lost", "open"], "at": {"hubspot": "deal.dealstage"}},
        "contact.email": {
            "type": "email", "at": {"hubspot": "contact.email", "mailchimp": "member.email_address"},
        },
        "contact.account": {"type": "reference", "of": "account", "at": {"hubspot": "contact.company_id"}},
        "contact.phone": {"type": "phone", "empty": "clear", "at": {"hubspot": "contact.phone"}},
        "contact.marketing_consent": {
            "type": "enum", "values": ["given", "withdrawn"], "merge": "consent", "order": ["withdrawn", "given"],
            "at": {"hubspot": "contact.consent", "mailchimp": "member.status"},
        },
    }
}  # fmt: skip
CRM_SUPPORT = {
    "fields": {
        "ticket.subject": {"type": "text", "at": {"zendesk": "ticket.subject"}},
        "ticket.account": {"type": "reference", "of": "account", "at": {"zendesk": "ticket.organization_id"}},
        "ticket.priority": {"type": "text", "at": {"zendesk": "ticket.priority"}},
        "task.title": {"type": "text", "at": {"hubspot": "task.subject"}},
        "task.rep": {"type": "text", "at": {"hubspot": {"field": "task.owner", "custom": True}}},
        "task.due": {"type": "date", "at": {"hubspot": {"field": "task.due", "custom": True}}},
    },
    "events": {"ticket.escalated": "priority = 'urgent'"},
}
PATTERNS: Mapping[str, Any] = {"crm-erp": CRM_ERP, "crm-support": CRM_SUPPORT}


def expand(name: str, options: Mapping[str, Any], members: Any) -> Mapping[str, Any]:
    if name not in PATTERNS:
        raise UnknownPattern(tuple(PATTERNS))
    if options.get("inventory") == "often":
        raise DoesNotFit("`inventory` is a duration", "write it as `1h`", option="inventory")
    return PATTERNS[name]  # type: ignore[no-any-return]
