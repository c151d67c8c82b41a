"""Whose HubSpot it is, and the scopes that a token needs for what is bound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncline.connect.account import Account, Environment, Rights
from syncline.connect.auth import Slot
from syncline.connect.request import Answer, Conversation, Request
from syncline.connectors.hubspot import errors, paths
from syncline.connectors.hubspot.kinds import KINDS, LINE_ITEM, LINES, Kind

KINDS_OF_ACCOUNT: Mapping[str, Environment] = {
    "STANDARD": "production", "SANDBOX": "sandbox", "DEVELOPER_TEST": "test", "APP_DEVELOPER": "test",
}  # fmt: skip
"""`accountType`; one that is not here says nothing."""

TOKENS = (
    (
        "A service key: for one account, without an app",
        (
            "In HubSpot: Development, Keys, Service keys (nv): create one, with the scopes below, and copy it.",
            "It cannot receive webhooks; the hub polls all the same.",
        ),
    ),
    (
        "A token of an app for this account alone (static authentication), or of a private app made before 2026-10-26",
        ("In HubSpot: Development, Legacy apps or Projects, the app, Auth (nv): copy its access token.",),
    ),
    (
        "An app with OAuth, for webhooks and for several accounts",
        (
            "Put its `client_id` and `client_secret: vault` into the system's block, and type the command again:",
            "it then asks for consent in the browser.",
        ),
    ),
)
"""The kinds that can be made today, the simplest first, and where. New private apps cannot be made any more."""


def token_of_its_own(address: str) -> Conversation:
    """By a token of the account's own."""
    return conversation(Request(method="POST", path=paths.TOKEN_INFO, json={"tokenKey": Slot("secret")}))


def token_of_an_app(address: str) -> Conversation:
    """By a token that an OAuth app makes."""
    form = {
        "client_id": Slot("client_id"), "client_secret": Slot("client_secret"), "token": Slot("access_token"),
        "token_type_hint": "access_token",
    }  # fmt: skip
    return conversation(Request(method="POST", path=paths.INTROSPECT, form=form))


def conversation(about_token: Request) -> Conversation:
    """The account's details, then what its token may do. A token that may not be told the details may be good."""
    details: Answer = yield Request(method="GET", path=paths.ACCOUNT)
    if details.status >= 400 and details.status not in (403, 404):
        return errors.outcome(details)
    token: Answer = yield about_token
    about, known = told(details), told(token)
    number = about.get("portalId") or known.get("hubId") or known.get("hub_id")
    if number is None and token.status == 401:
        return errors.outcome(token)
    scopes = known.get("scopes")
    return Account(
        name=named(about, known, number), id=f"hubspot {number}" if number is not None else None,
        environment=KINDS_OF_ACCOUNT.get(str(about.get("accountType")), "unknown"),
        user=user_in(known), scopes=tuple(map(str, scopes)) if isinstance(scopes, list) else None,
    )  # fmt: skip


def told(answer: Answer) -> Mapping[str, Any]:
    """What an answer says, if it is one."""
    return answer.body if answer.status < 300 and isinstance(answer.body, dict) else {}


def named(about: Mapping[str, Any], known: Mapping[str, Any], number: Any) -> str:
    """Newer versions of the API tell a name; an app is told the account's domain; else there is only a number."""
    name = about.get("portalName") or known.get("hub_domain")
    called = f"account {number}" if number is not None else "an account that does not say which"
    return f"{name} ({called})" if name else called


def user_in(known: Mapping[str, Any]) -> str | None:
    """Who let the token in."""
    user, number = known.get("user"), known.get("user_id") or known.get("userId")
    return str(user) if user else f"user {number}" if number else None


# ---- scopes
def of_kind(kind: Kind, right: str) -> tuple[str, ...]:
    """Of one type of records."""
    return ("tickets",) if kind.plural == "tickets" else (f"crm.objects.{kind.plural}.{right}",)


def rights(*, app: bool) -> Rights:
    """What each stream needs. app: the token is made by an OAuth app."""
    plural = {kind.plural: kind for kind in KINDS}
    related = {f"{kind.stream}.{one.field}": plural[one.plural] for kind in KINDS for one in kind.related}
    lines = f"deal.{LINES}"
    return Rights(
        always=("oauth",) if app else (),
        read={
            **{kind.stream: of_kind(kind, "read") for kind in KINDS},
            **{name: of_kind(kind, "read") for name, kind in related.items()},
            lines: (*of_kind(LINE_ITEM, "read"), *of_kind(plural["products"], "read")),
            "owner": ("crm.objects.owners.read",),
            "pipeline": ("crm.objects.deals.read",),
        },
        write={**{kind.stream: of_kind(kind, "write") for kind in KINDS}, lines: of_kind(LINE_ITEM, "write")},
        define={kind.stream: (f"crm.schemas.{kind.plural}.write",) for kind in KINDS if kind.plural != "tickets"},
        covers={
            "e-commerce": tuple(
                f"crm.objects.{one}.{right}" for one in ("products", "line_items") for right in ("read", "write")
            )
        },
    )  # fmt: skip
