"""The addresses of records' pages in Odoo: what a person copies from the browser, and opens from here."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from syncline.connectors.odoo.models import MODELS

PATHS = {
    "contacts": "res.partner", "customers": "res.partner", "sales": "sale.order", "orders": "sale.order",
    "quotations": "sale.order", "customer-invoices": "account.move", "invoicing": "account.move",
}  # fmt: skip
"""The names that 18 and later give to pages, beside the models' own (nv)."""

_STREAMS = frozenset(model.name for model in MODELS)
_ID = re.compile(r"[1-9][0-9]*")


def named_by(address: str) -> tuple[str, str] | None:
    """The stream and id of `/odoo/contacts/17`, `/odoo/res.partner/17`, or `/web#id=17&model=res.partner`."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https"):
        return None
    words = [word for word in parts.path.split("/") if word]
    if "odoo" in words:
        return of_path(words[words.index("odoo") + 1 :])
    if "web" in words:
        told = parse_qs(parts.fragment or parts.query)
        model, rid = told.get("model", [""])[0], told.get("id", [""])[0]
        return (model, rid) if model in _STREAMS and _ID.fullmatch(rid) else None
    return None


def of_path(words: list[str]) -> tuple[str, str] | None:
    """The page on top is the last: a name and a number."""
    if len(words) < 2 or not _ID.fullmatch(words[-1]):
        return None
    name = words[-2].removeprefix("m-")
    stream = PATHS.get(name, name)
    return (stream, words[-1]) if stream in _STREAMS else None


def page_of(stream: str, id: str) -> str | None:
    """Beneath the system's address; every version opens this form."""
    return f"/web#id={id}&model={stream}&view_type=form" if stream in _STREAMS else None
