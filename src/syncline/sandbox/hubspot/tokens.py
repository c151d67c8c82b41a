"""Who may call: the tokens of an account, made, refreshed, looked into and expired."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from syncline.sandbox.call import Call, Refused, Reply
from syncline.sandbox.hubspot.asked import Asked
from syncline.sandbox.hubspot.consent import redeemed, refused
from syncline.sandbox.hubspot.errors import expired, missing_scopes, not_found, unknown_token
from syncline.sandbox.hubspot.kinds import KINDS
from syncline.sandbox.sandbox import Sandbox

LASTS_SECONDS = 1800
OF_APPS = ("/webhooks/", "/app-webhooks/")
"""What belongs to an app and no account: a developer's key opens it too."""

USER = "user@example.test"
APP = 1
"""The number of the account's own app; others come with the act `token`."""

E_COMMERCE = ("products", "line_items", "quotes")
EVERY_SCOPE = (
    "oauth", "tickets", "crm.objects.owners.read",
    *(
        f"crm.{what}.{kind.name}.{right}"
        for kind in KINDS if kind.name != "tickets" for what in ("objects", "schemas") for right in ("read", "write")
    ),
)  # fmt: skip


def found(sandbox: Sandbox) -> None:
    """The account's private app, and an app whose consent was given: see the options in the vendor's page."""
    sandbox.store.set(f"token/{sandbox.options['token']}", {"kind": "private", "until": None, "app": APP})
    sandbox.store.set(f"code/{sandbox.options['code']}", True)
    sandbox.store.set(f"refresh/{sandbox.options['refresh_token']}", True)


# --- every call ---


def admit(sandbox: Sandbox, call: Call, scopes: Sequence[str]) -> None:
    """Lets a call in whose token is good and holds one of these scopes. Raises Refused."""
    if call.path.startswith(OF_APPS) and call.first("hapikey") == sandbox.options["developer_key"]:
        return
    token = sandbox.store.setting(f"token/{bearer(call)}")
    if token is None:
        raise unknown_token()
    if token["until"] is not None and token["until"] <= sandbox.clock.now():
        raise expired(int(sandbox.clock.now() - token["until"]))
    granted = sandbox.store.setting("scopes", token.get("scopes"))  # None: all
    if scopes and granted is not None and not set(scopes) & set(granted):
        raise missing_scopes(scopes)


def app_of(sandbox: Sandbox, call: Call) -> str:
    """The number of the app whose token came with a call, as histories tell it."""
    return str((sandbox.store.setting(f"token/{bearer(call)}") or {}).get("app", APP))


def bearer(call: Call) -> str:
    """The token that came with a call."""
    kind, _, token = call.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def expire(sandbox: Sandbox, call: Call) -> Reply:
    """The token of this call has expired just now; a private app's never does, but is refused all the same."""
    name = f"token/{bearer(call)}"
    token = sandbox.store.setting(name)
    if token and token["kind"] == "oauth":
        sandbox.store.set(name, {**token, "until": sandbox.clock.now()})
    return expired(7).reply


def scopes_of(kind: str, writes: bool) -> list[str]:
    """What allows reading or writing objects of a kind: one of these."""
    if kind == "tickets":
        return ["tickets"]
    own = f"crm.objects.{kind}.{'write' if writes else 'read'}"
    return [own, "e-commerce"] if kind in E_COMMERCE else [own]


# --- the API ---


def token(asked: Asked) -> Reply:
    """A new access token for a code or a refresh token."""
    form, options = asked.call.form(), asked.sandbox.options
    if (form.get("client_id"), form.get("client_secret")) != (options["client_id"], options["client_secret"]):
        raise refused("BAD_CLIENT_ID", "missing or unknown client id or secret")
    grant = form.get("grant_type")
    if grant == "authorization_code":
        worth = redeemed(asked, form)
        refresh = options["refresh_token"]
        asked.store.set(f"refresh/{refresh}", worth)
    elif grant == "refresh_token":
        refresh = form.get("refresh_token", "")
        if not asked.store.setting(f"refresh/{refresh}"):
            raise refused("BAD_REFRESH_TOKEN", "missing or unknown refresh token")
    else:
        raise refused("BAD_GRANT_TYPE", f"missing or unknown grant type: {grant}")
    access = f"access-{asked.store.next('access', 1):06d}"
    lasts, kept = int(options["token_lasts"]), asked.store.setting(f"refresh/{refresh}")
    known = {
        "kind": "oauth", "until": asked.sandbox.clock.now() + lasts, "app": APP,
        "scopes": kept["scopes"] if isinstance(kept, dict) else None,
    }  # fmt: skip
    asked.store.set(f"token/{access}", known)
    body = {
        "token_type": "bearer", "access_token": access, "refresh_token": refresh, "expires_in": lasts,
        "hub_id": options["portal_id"], "user_id": 1, "scopes": scopes(asked, known), "token_use": "access_token",
    }  # fmt: skip
    return Reply(body=body)


def about_access(asked: Asked) -> Reply:
    """What an access token is good for."""
    return Reply(body=told_access(asked, asked.parts["token"]))


def about_refresh(asked: Asked) -> Reply:
    """What a refresh token is good for."""
    if not asked.store.setting(f"refresh/{asked.parts['token']}"):
        raise not_found()
    body = {"token": asked.parts["token"], "client_id": asked.sandbox.options["client_id"], "token_type": "refresh"}
    kept = asked.store.setting(f"refresh/{asked.parts['token']}")
    return Reply(body={**body, **whose(asked, kept)})


def about_private(asked: Asked) -> Reply:
    """What a token of the account's own is good for, which is told in the body and not only in the header."""
    kept = asked.store.setting(f"token/{asked.call.json().get('tokenKey')}")
    if kept is None or kept["kind"] != "private":
        raise unknown_token()
    hub = asked.sandbox.options["portal_id"]
    return Reply(body={"hubId": hub, "userId": 1, "appId": kept["app"], "scopes": scopes(asked, kept)})


def revoke_refresh(asked: Asked) -> Reply:
    """A refresh token is good for nothing any more."""
    asked.store.set(f"refresh/{asked.parts['token']}", None)
    return Reply(status=204)


def introspect(asked: Asked) -> Reply:
    """The same as a form, for either kind of token."""
    sent = asked.call.form().get("token", "")
    if kept := asked.store.setting(f"refresh/{sent}"):
        return Reply(body={"active": True, "token_use": "refresh_token", **whose(asked, kept)})
    try:
        return Reply(body={"active": True, "token_use": "access_token", **told_access(asked, sent)})
    except Refused:
        return Reply(body={"active": False})


def revoke(asked: Asked) -> Reply:
    """Either kind of token is good for nothing any more."""
    sent = asked.call.form().get("token", "")
    asked.store.set(f"refresh/{sent}", None)
    asked.store.set(f"token/{sent}", None)
    return Reply(status=204)


def told_access(asked: Asked, access: str) -> dict[str, Any]:
    """What an access token is good for. Raises Refused."""
    kept = asked.store.setting(f"token/{access}")
    now = asked.sandbox.clock.now()
    if kept is None or kept["kind"] != "oauth" or kept["until"] <= now:
        raise not_found()
    return {
        "token": access,
        "app_id": APP,
        "token_type": "access",
        "expires_in": int(kept["until"] - now),
        **whose(asked, kept),
    }


def whose(asked: Asked, kept: Any) -> dict[str, Any]:
    """The account and the user behind a token, of which this is kept."""
    return {
        "hub_id": asked.sandbox.options["portal_id"], "user_id": 1, "user": USER, "hub_domain": "sandbox.example.test",
        "scopes": scopes(asked, kept),
    }  # fmt: skip


def scopes(asked: Asked, kept: Any) -> list[str]:
    """What was granted to a token of which this is kept."""
    own = kept.get("scopes") if isinstance(kept, dict) else None
    granted = asked.store.setting("scopes", own)
    return list(EVERY_SCOPE if granted is None else granted)
