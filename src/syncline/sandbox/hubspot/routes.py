"""HubSpot's paths, in both styles, and the scopes that each needs."""

from __future__ import annotations

import re
from collections.abc import Callable

from syncline.sandbox.call import Call, Refused, Reply
from syncline.sandbox.hubspot import (
    account,
    associations,
    consent,
    groups,
    many,
    merge,
    owners,
    pipelines,
    properties,
    search,
    single,
    tokens,
    webhooks,
)
from syncline.sandbox.hubspot.asked import Asked
from syncline.sandbox.hubspot.errors import bad_json, bare_not_found
from syncline.sandbox.hubspot.kinds import BY_NAME
from syncline.sandbox.routes import Routes
from syncline.sandbox.sandbox import Sandbox

Answer = Callable[[Asked], Reply]

VERSIONS = ("2025-09", "2026-03", "2026-09")
DATED = (
    (r"/crm/objects/VERSION/([^/]+/[^/]+/associations/.*)", r"/crm/v4/objects/\1"),
    (r"/crm/(objects|pipelines|owners|properties)/VERSION(/.*)?", r"/crm/v3/\1\2"),
    (r"/crm/associations/VERSION/(.*)", r"/crm/v4/associations/\1"),
    (r"/app-webhooks/VERSION/(.*)", r"/webhooks/v3/\1"),
    (r"/account-info/VERSION/(.*)", r"/account-info/v3/\1"),
    (r"/oauth/(?:v3|VERSION)/(.*)", r"/oauth/v1/\1"),
)
STYLES = [(re.compile(pattern.replace("VERSION", f"(?:{'|'.join(VERSIONS)})")), older) for pattern, older in DATED]

OBJECTS, ONE = "/crm/v3/objects/{type}", "/crm/v3/objects/{type}/{id}"
PAIR, PAIRS = "/crm/v4/objects/{type}/{id}/associations", "/crm/v4/associations/{type}/{other}"
PROPERTIES, PIPELINES = "/crm/v3/properties/{type}", "/crm/v3/pipelines/{type}"
APP = "/webhooks/v3/{app}"

ROUTES: Routes[Answer] = Routes(
    [
        ("GET", OBJECTS, single.list_all),
        ("POST", OBJECTS, single.create),
        ("POST", f"{OBJECTS}/search", search.search),
        ("POST", f"{OBJECTS}/merge", merge.merge),
        ("POST", "/crm/v3/objects/{type}/gdpr-delete", merge.forget),
        ("POST", f"{OBJECTS}/batch/read", many.read),
        ("POST", f"{OBJECTS}/batch/create", many.create),
        ("POST", f"{OBJECTS}/batch/update", many.update),
        ("POST", f"{OBJECTS}/batch/upsert", many.upsert),
        ("POST", f"{OBJECTS}/batch/archive", many.archive),
        ("GET", ONE, single.get),
        ("PATCH", ONE, single.update),
        ("DELETE", ONE, single.archive),
        ("PUT", f"{PAIR}/default/{{other}}/{{other_id}}", associations.put_default),
        ("GET", f"{PAIR}/{{other}}", associations.list_all),
        ("PUT", f"{PAIR}/{{other}}/{{other_id}}", associations.put),
        ("DELETE", f"{PAIR}/{{other}}/{{other_id}}", associations.delete),
        ("POST", f"{PAIRS}/batch/read", associations.batch_read),
        ("POST", f"{PAIRS}/batch/create", associations.batch_create),
        ("POST", f"{PAIRS}/batch/associate/default", associations.batch_default),
        ("POST", f"{PAIRS}/batch/archive", associations.batch_archive),
        ("POST", f"{PAIRS}/batch/labels/archive", associations.batch_labels_archive),
        ("GET", f"{PAIRS}/labels", associations.labels),
        ("POST", f"{PAIRS}/labels", associations.create_label),
        ("DELETE", f"{PAIRS}/labels/{{number}}", associations.delete_label),
        ("GET", "/crm/v3/owners", owners.list_all),
        ("GET", "/crm/v3/owners/{id}", owners.get),
        ("GET", PIPELINES, pipelines.list_all),
        ("POST", PIPELINES, pipelines.create),
        ("GET", f"{PIPELINES}/{{pipeline}}", pipelines.get),
        ("PATCH", f"{PIPELINES}/{{pipeline}}", pipelines.update),
        ("PUT", f"{PIPELINES}/{{pipeline}}", pipelines.update),
        ("DELETE", f"{PIPELINES}/{{pipeline}}", pipelines.archive),
        ("GET", f"{PIPELINES}/{{pipeline}}/stages", pipelines.list_stages),
        ("POST", f"{PIPELINES}/{{pipeline}}/stages", pipelines.create_stage),
        ("GET", f"{PIPELINES}/{{pipeline}}/stages/{{stage}}", pipelines.get_stage),
        ("PATCH", f"{PIPELINES}/{{pipeline}}/stages/{{stage}}", pipelines.update_stage),
        ("PUT", f"{PIPELINES}/{{pipeline}}/stages/{{stage}}", pipelines.update_stage),
        ("DELETE", f"{PIPELINES}/{{pipeline}}/stages/{{stage}}", pipelines.archive_stage),
        ("GET", PROPERTIES, properties.list_all),
        ("POST", PROPERTIES, properties.create),
        ("POST", f"{PROPERTIES}/batch/read", properties.batch_read),
        ("POST", f"{PROPERTIES}/batch/create", properties.batch_create),
        ("POST", f"{PROPERTIES}/batch/archive", properties.batch_archive),
        ("GET", f"{PROPERTIES}/groups", groups.list_all),
        ("POST", f"{PROPERTIES}/groups", groups.create),
        ("GET", f"{PROPERTIES}/groups/{{name}}", groups.get),
        ("DELETE", f"{PROPERTIES}/groups/{{name}}", groups.archive),
        ("GET", f"{PROPERTIES}/{{name}}", properties.get),
        ("PATCH", f"{PROPERTIES}/{{name}}", properties.update),
        ("DELETE", f"{PROPERTIES}/{{name}}", properties.archive),
        ("GET", f"{APP}/settings", webhooks.settings),
        ("PUT", f"{APP}/settings", webhooks.put_settings),
        ("DELETE", f"{APP}/settings", webhooks.delete_settings),
        ("GET", f"{APP}/subscriptions", webhooks.list_all),
        ("POST", f"{APP}/subscriptions", webhooks.create),
        ("POST", f"{APP}/subscriptions/batch/update", webhooks.batch_update),
        ("GET", f"{APP}/subscriptions/{{id}}", webhooks.get),
        ("PATCH", f"{APP}/subscriptions/{{id}}", webhooks.update),
        ("DELETE", f"{APP}/subscriptions/{{id}}", webhooks.delete),
        ("GET", "/account-info/v3/details", account.details),
        ("GET", consent.PATH, consent.page),
        ("POST", consent.PATH, consent.answered),
        ("POST", "/oauth/v1/token", tokens.token),
        ("POST", "/oauth/v1/token/introspect", tokens.introspect),
        ("POST", "/oauth/v1/token/revoke", tokens.revoke),
        ("POST", "/oauth/v2/private-apps/get/access-token-info", tokens.about_private),
        ("GET", "/oauth/v1/access-tokens/{token}", tokens.about_access),
        ("GET", "/oauth/v1/refresh-tokens/{token}", tokens.about_refresh),
        ("DELETE", "/oauth/v1/refresh-tokens/{token}", tokens.revoke_refresh),
    ]
)

READING_POSTS = ("/search", "/batch/read")


def answer(sandbox: Sandbox, call: Call) -> Reply:
    """One call of HubSpot's API. Raises Refused, with an id to quote to the vendor."""
    path = legacy(call.path)
    try:
        found = ROUTES.find(call.method, path)
        if not path.startswith("/oauth/"):
            tokens.admit(sandbox, call, scopes(call.method, path))
        if found is None:
            raise bare_not_found()
        return found.target(Asked(sandbox=sandbox, call=call, parts=found.parts))
    except Refused as refusal:
        raise Refused(with_id(sandbox, refusal.reply)) from refusal
    except (AttributeError, TypeError, ValueError, KeyError) as problem:
        # a body of the wrong shape fails wherever it is first looked into
        raise Refused(with_id(sandbox, bad_json(f"{type(problem).__name__}: {problem}").reply)) from problem


def writes(call: Call) -> bool:
    """Does the call change anything? Sign-ins do not: they make only tokens."""
    return call.method != "GET" and not call.path.endswith(READING_POSTS) and not call.path.startswith("/oauth/")


def with_id(sandbox: Sandbox, reply: Reply) -> Reply:
    """A refusal with the id of the call."""
    number = f"00000000-0000-4000-8000-{sandbox.calls.count + 1:012d}"
    return Reply(status=reply.status, body={**reply.body, "correlationId": number}, headers=reply.headers)


def legacy(path: str) -> str:
    """A path of the dated style in the older one; every other as it is."""
    plain = path.rstrip("/") or "/"
    for pattern, older in STYLES:
        if found := pattern.fullmatch(plain):
            return found.expand(older)
    return plain


def scopes(method: str, path: str) -> list[str]:
    """What a call needs; one of these is enough."""
    parts, changing = path.strip("/").split("/"), method != "GET" and not path.endswith(READING_POSTS)
    if parts[:2] == ["crm", "v3"] and len(parts) > 2 and parts[2] == "owners":
        return ["crm.objects.owners.read"]
    if parts[0] != "crm" or len(parts) < 4 or parts[3] not in BY_NAME:
        return []
    kind = BY_NAME[parts[3]].name
    if parts[2] in ("properties", "pipelines"):
        return [f"crm.schemas.{kind}.{'write' if changing else 'read'}", *tokens.scopes_of(kind, changing)]
    return tokens.scopes_of(kind, changing)
