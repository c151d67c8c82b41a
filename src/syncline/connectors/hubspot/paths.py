"""Where things are in HubSpot's API, and which requests only read."""

from __future__ import annotations

VERSION = "2026-09"
"""The version of the API, for every path: HubSpot supports each for 18 months."""

BASE_URL = "https://api.hubapi.com"
TOKEN = "/oauth/v1/token"  # the one of the vendor's own client; it has no dated form that is known to last longer
AUTHORIZE = "https://app.hubspot.com/oauth/authorize"

OWNERS = f"/crm/owners/{VERSION}"
ACCOUNT = f"/account-info/{VERSION}/details"
INTROSPECT = "/oauth/v3/token/introspect"
TOKEN_INFO = (
    "/oauth/v2/private-apps/get/access-token-info"  # of a token of the account's own, which it takes in its body
)


def objects(plural: str, rest: str = "") -> str:
    """Records of one type: `contacts`, and what is done with them."""
    return f"/crm/objects/{VERSION}/{plural}{rest}"


def associations(one: str, other: str, rest: str) -> str:
    """What records of one type are associated with of another."""
    return f"/crm/associations/{VERSION}/{one}/{other}/{rest}"


def pipelines(plural: str) -> str:
    """The pipelines of a type, with their stages."""
    return f"/crm/pipelines/{VERSION}/{plural}"


def properties(plural: str, rest: str = "") -> str:
    """The properties of a type."""
    return f"/crm/properties/{VERSION}/{plural}{rest}"


GROUPS = "/groups"
"""Beneath a type's properties: the groups in which they are shown."""


READS = (
    ("GET", objects("*")),
    ("GET", objects("*", "/*")),
    ("POST", objects("*", "/search")),
    ("POST", objects("*", "/batch/read")),
    ("POST", associations("*", "*", "batch/read")),
    ("GET", OWNERS),
    ("GET", f"{OWNERS}/*"),
    ("GET", pipelines("*")),
    ("GET", properties("*")),
    ("GET", properties("*", GROUPS)),
    ("GET", ACCOUNT),
    ("POST", INTROSPECT),
    ("POST", TOKEN_INFO),
)
