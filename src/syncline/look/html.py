"""Elements of a page. What is not an element is text, and is escaped: nothing that a system holds becomes markup."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from syncline.look.said import readable

VOID = frozenset({"meta", "br"})


class Html(str):
    """Markup that was made here."""

    __slots__ = ()


def el(name: str, /, *children: object, **attributes: object) -> Html:
    """`el("a", "text", href=address)`; an attribute that is None is left out, `_` at an end and within are dropped."""
    told = "".join(
        f' {key.strip("_").replace("_", "-")}="{escape(readable(str(value)), quote=True)}"'
        for key, value in attributes.items() if value is not None
    )  # fmt: skip
    if name in VOID:
        return Html(f"<{name}{told}>")
    return Html(f"<{name}{told}>{joined(children)}</{name}>")


def joined(children: Iterable[object]) -> Html:
    """One after the other; None is nothing."""
    return Html(
        "".join(one if isinstance(one, Html) else escape(readable(str(one))) for one in children if one is not None)
    )


def told(text: object) -> Html:
    """What a system holds: by itself, so that its direction turns nothing that stands beside it."""
    return el("bdi", text)


def link(address: str | None, text: object) -> Html:
    """To a vendor's page; of an address that is no web page only the text."""
    if address is None or not address.lower().startswith(("https://", "http://")):
        return told(text)
    return el("a", told(text), href=address, rel="noopener noreferrer", target="_blank")
