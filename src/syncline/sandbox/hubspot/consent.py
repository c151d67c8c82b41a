"""The page where a person lets an app in, which HubSpot has at app.hubspot.com, and the code that it sends back."""

from __future__ import annotations

import hashlib
import html
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from syncline.sandbox.call import Refused, Reply
from syncline.sandbox.hubspot.asked import Asked

HTML = {"content-type": "text/html; charset=utf-8", "cache-control": "no-store"}
PATH = "/oauth/authorize"
TAKEN = ("client_id", "redirect_uri", "scope", "optional_scope", "state", "code_challenge", "code_challenge_method")


def page(asked: Asked) -> Reply:
    """What the app wants, and two buttons."""
    given = {name: asked.call.first(name) for name in TAKEN}
    problem = wrong(asked, given)
    if problem:
        return Reply(status=400, body=shown("Authorization failed", problem), headers=HTML)
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">' for name, value in given.items() if value
    )
    wanted = "".join(f"<li>{html.escape(one)}</li>" for one in given["scope"].split())
    number = asked.sandbox.options["portal_id"]
    text = (
        f"<p>An app asks for account {number}, to be allowed:</p><ul>{wanted}</ul>"
        f'<form method="post" action="{PATH}">{hidden}<button name="answer" value="allow">Connect app</button> '
        '<button name="answer" value="cancel">Cancel</button></form>'
    )
    return Reply(body=shown("Connect an app", text), headers=HTML)


def answered(asked: Asked) -> Reply:
    """The person pressed a button. Who cancels stays here: no request is sent to the app."""
    given = {**dict.fromkeys((*TAKEN, "answer"), ""), **asked.call.form()}
    problem = wrong(asked, given)
    if problem:
        return Reply(status=400, body=shown("Authorization failed", problem), headers=HTML)
    if given["answer"] != "allow":
        return Reply(body=shown("Cancelled", "<p>Nothing was granted.</p>"), headers=HTML)
    code = f"code-{asked.store.next('code', 1):06d}"
    kept = {
        "scopes": [*given["scope"].split(), *given["optional_scope"].split()], "redirect": given["redirect_uri"],
        "challenge": given["code_challenge"] or None,
        "until": asked.sandbox.clock.now() + float(asked.sandbox.options["code_lasts"]),
    }  # fmt: skip
    asked.store.set(f"code/{code}", kept)
    parts = urlsplit(given["redirect_uri"])
    query = [*parse_qsl(parts.query), ("code", code), *([("state", given["state"])] if given["state"] else [])]
    return Reply(status=302, headers={"location": urlunsplit(parts._replace(query=urlencode(query)))})


def wrong(asked: Asked, given: Mapping[str, str]) -> str:
    """Why the page cannot be shown; empty: it can."""
    where = urlsplit(given["redirect_uri"])
    if given["client_id"] != asked.sandbox.options["client_id"]:
        return "<p>Couldn't find an app with this client id.</p>"
    if where.scheme != "https" and not (where.scheme == "http" and where.hostname in ("localhost", "127.0.0.1")):
        return "<p>The redirect URL must begin with https, or be http on localhost.</p>"
    return "" if given["scope"].split() else "<p>The scope is missing.</p>"


def shown(title: str, text: str) -> bytes:
    """A page."""
    return f"<!doctype html><title>{title} (sandbox)</title><h1>{title}</h1>{text}".encode()


def redeemed(asked: Asked, form: Mapping[str, str]) -> dict[str, Any]:
    """What a code is worth, once: `{"scopes"}`, None for all. Raises Refused."""
    name = f"code/{form.get('code')}"
    kept = asked.store.setting(name)
    if not kept:
        raise refused("BAD_AUTH_CODE", "missing or unknown auth code")
    asked.store.set(name, None)
    if kept is True:  # the one that every account begins with
        return {"scopes": None}
    if kept["until"] <= asked.sandbox.clock.now():
        raise refused("BAD_AUTH_CODE", "missing or unknown auth code")
    if kept["redirect"] != form.get("redirect_uri"):
        raise refused("BAD_REDIRECT_URI", "redirect_uri does not match the one that the code was asked for with")
    if kept["challenge"] is not None and challenge(form.get("code_verifier", "")) != kept["challenge"]:
        raise refused("BAD_CODE_VERIFIER", "code_verifier does not match the challenge")
    return {"scopes": kept["scopes"]}


def challenge(verifier: str) -> str:
    """PKCE, S256."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def refused(status: str, message: str) -> Refused:
    """A sign-in that failed."""
    return Refused(Reply(status=400, body={"status": status, "message": message, "error": "invalid_grant"}))
