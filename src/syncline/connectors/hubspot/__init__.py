"""HubSpot: companies, contacts, deals with their lines, products, tickets, owners and pipelines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncline.connect.auth import Auth, Bearer, OAuth2
from syncline.connect.connector import Connector, Limit
from syncline.connect.stream import Field, SettlesIn, Stream
from syncline.connect.template import EVERYTHING, Use
from syncline.connectors.hubspot import account, errors, history, paths, people, properties, reading, screens, writing
from syncline.connectors.hubspot.by_hand import BY_HAND
from syncline.connectors.hubspot.kinds import DEAL, KEY_PROPERTY, KINDS, LINE_ITEM, LINES, Kind
from syncline.connectors.hubspot.rows import asked
from syncline.connectors.hubspot.template import TEMPLATE
from syncline.connectors.hubspot.webhook import WEBHOOK

SEARCH_SECONDS = 120.0
"""Searches were seen to lag by half a minute; what they show is believed to be no older than this."""

FIND_SECONDS = 60.0

TIERS = {"starter": (100, 250_000), "professional": (190, 650_000), "enterprise": (190, 1_000_000)}
"""An account's calls in ten seconds, and in a day."""

OAUTH_CALLS = 110


def connector(use: Use = EVERYTHING) -> Connector:
    """HubSpot for one hub.

    Options: `tier` (starter, professional, enterprise: the default is professional); `client_id` (and
    `client_secret`): an OAuth app, in place of a token of the account's own, whose page is `authorize` where it is not
    HubSpot's usual one; `portal`: the account's number, which addresses of pages need; `app`: the number of the app
    whose token it is, by which `writers` knows this hub.
    """
    return Connector(
        name="hubspot", base_url=paths.BASE_URL, auth=auth(use.options), limits=limits(use.options), reads=paths.READS,
        streams=(*(records(kind, use) for kind in KINDS), people.owners(), people.pipelines()),
        webhook=WEBHOOK, errors=errors.problem, template=TEMPLATE,
        by_hand=BY_HAND,
        page_of=screens.page_of(use.options.get("portal")), named_by=screens.named_by,
        account=account.token_of_an_app if "client_id" in use.options else account.token_of_its_own,
        rights=account.rights(app="client_id" in use.options),
    )  # fmt: skip


def auth(options: Mapping[str, Any]) -> Auth:
    """A token in a header: the account's own, or one that an OAuth app makes."""
    if "client_id" not in options:
        return Bearer()
    return OAuth2(token=paths.TOKEN, authorize=str(options.get("authorize", paths.AUTHORIZE)))


def limits(options: Mapping[str, Any]) -> tuple[Limit, ...]:
    """HubSpot's numbers. Searches have their own limit, which all apps of the account share."""
    left = "x-hubspot-ratelimit-remaining"
    search = Limit(name="searches", amount=5, per_seconds=1.0, kinds=("search",), shared=True)
    if "client_id" in options:
        return (Limit(name="ten seconds", amount=OAUTH_CALLS, per_seconds=10.0, remaining=left), search)
    calls, day = TIERS[options.get("tier", "professional")]
    return (
        Limit(name="ten seconds", amount=calls, per_seconds=10.0, remaining=left),
        Limit(
            name="day", amount=day, per_seconds=86_400.0, shared=True, remaining="x-hubspot-ratelimit-daily-remaining"
        ),
        search,
    )


def records(kind: Kind, use: Use) -> Stream:
    """One type of records, read and written."""
    wanted = asked(kind, use)
    app = str(use.options["app"]) if use.options.get("app") else None
    is_part = kind is LINE_ITEM
    return Stream(
        name=kind.stream, key="id", fields=kind.fields, page=reading.page,
        changes=reading.parts(wanted, DEAL.stream, DEAL.plural) if is_part else reading.changes(wanted),
        get=reading.get(wanted), sweep=reading.sweep(wanted), deleted=reading.deleted(wanted),
        find=reading.find(wanted), find_any=reading.find_any(wanted),
        create=writing.create(kind), update=writing.update(kind),
        delete=writing.delete(kind), done=writing.done, batch=writing.batch(kind),
        batch_takes=writing.batch_takes(kind), receipts=writing.receipts,
        described=properties.described(kind), defined=properties.defined(kind), define=properties.define(kind),
        undefine=properties.undefine(kind), writers=history.writers(kind, app),
        needs=(Field(name=KEY_PROPERTY),),
        changed_at=kind.changed, created_at="createdAt",
        unstamped=(*(one.field for one in kind.related), *((LINES,) if kind.lines else ())),
        settles_in=SettlesIn(changes=SEARCH_SECONDS, find=FIND_SECONDS),
        deletes_proven_by="feed", create_is_safe_by="external_id",
        children=(LINE_ITEM.stream,) if wanted.lines else (), batch_size=100,
    )  # fmt: skip
