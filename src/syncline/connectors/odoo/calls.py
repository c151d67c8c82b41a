"""Requests to a model's methods, in the form of JSON-2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from syncline.connect.request import Answer, Request
from syncline.connectors.odoo.model import Values

QUIET = {
    "tracking_disable": True, "mail_create_nolog": True, "mail_create_nosubscribe": True, "mail_notrack": True,
    "disable_cancel_warning": True, "tz": "UTC",
}  # fmt: skip
"""The context of writes: nobody is mailed because two systems agree, and moments are in UTC."""


@dataclass(frozen=True, kw_only=True)
class Calls:
    """How one hub asks. `context`: language and companies, the same for what is read and what is written."""

    context: Mapping[str, Any] = field(default_factory=dict)

    def search_read(
        self, model: str, domain: Sequence[Any], fields: Sequence[str], *, order: str = "id", limit: int | None = None,
        archived: bool = True,
    ) -> Request:  # fmt: skip
        """Rows with their fields; a many2one as the bare id. `archived`: these rows too."""
        json: Values = {"domain": list(domain), "fields": list(fields), "order": order, "load": None}
        if limit is not None:
            json["limit"] = limit
        return self.call(model, "search_read", {**json, "context": {**self.context, "active_test": not archived}})

    def fields_get(self, model: str, names: Sequence[str] = (), attributes: Sequence[str] = ("type",)) -> Request:
        """What fields are; without names all."""
        return self.call(
            model, "fields_get",
            {"allfields": list(names), "attributes": list(attributes), "context": dict(self.context)},
        )  # fmt: skip

    def who_we_are(self) -> Request:
        """Our own context, with our `uid`."""
        return self.call("res.users", "context_get", {"context": dict(self.context)})

    def change(self, model: str, method: str, **arguments: Any) -> Request:
        """A method that changes something."""
        return self.call(model, method, {**arguments, "context": {**self.context, **QUIET}})

    def call(self, model: str, method: str, arguments: Mapping[str, Any]) -> Request:
        """Any method; `ids` among its arguments are the rows that it is called on."""
        return Request(method="POST", path=f"/json/2/{model}/{method}", json=dict(arguments))


def rows_of(answer: Answer) -> list[Values]:
    """The rows of a `search_read`. Raises ValueError for anything else, so that nothing is concluded from it."""
    body = answer.body
    if not isinstance(body, list) or not all(isinstance(row, dict) and type(row.get("id")) is int for row in body):
        raise ValueError(f"no rows, but {type(body).__name__} with status {answer.status}")
    return [{name: bare(value) for name, value in row.items()} for row in body]


def bare(value: Any) -> Any:
    """A many2one as its id, where a server sends it with its name."""
    if isinstance(value, list) and len(value) == 2 and type(value[0]) is int and isinstance(value[1], str):
        return value[0]
    return value


def numbers(ids: Sequence[str]) -> list[int]:
    """Ids as numbers; what is none names no row of Odoo."""
    return [int(one) for one in ids if one.isascii() and one.isdigit()]
