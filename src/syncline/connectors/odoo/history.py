"""Who wrote a row last. Odoo tells it of rows, not of fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncline.connect.request import Conversation, Page
from syncline.connect.stream import Writer
from syncline.connectors.odoo.calls import Calls, numbers, rows_of
from syncline.connectors.odoo.model import Model
from syncline.connectors.odoo.reading import seconds

ODOO_ITSELF = 1
"""The user under whose name Odoo's own jobs and automation rules run."""


def writers(model: Model, calls: Calls, ids: Sequence[str]) -> Conversation:
    """The user of the last write of each row. Whether he is a person or another's integration, Odoo does not tell."""
    domain = [["id", "in", numbers(ids)]]
    rows = rows_of((yield calls.search_read(model.name, domain, ["write_uid", "write_date"])))
    uids = sorted({row["write_uid"] for row in rows if row["write_uid"]})
    names: Mapping[int, str] = {}
    if uids:
        users = rows_of((yield calls.search_read("res.users", [["id", "in", uids]], ["name"])))
        names = {user["id"]: user["name"] for user in users}
    us = (yield calls.who_we_are()).body
    ours = us.get("uid") if isinstance(us, dict) else None
    return Page(records=tuple(told(row, names, ours) for row in rows))


def told(row: Mapping[str, Any], names: Mapping[int, str], ours: Any) -> dict[str, Any]:
    """One row's last writer."""
    uid, at = row["write_uid"], seconds(row["write_date"])
    kind: Writer = "us" if uid and uid == ours else "automation" if uid == ODOO_ITSELF else "unknown"
    by = " ".join(filter(None, (f"user {uid}", names.get(uid)))) if uid else "not told"
    return {"id": str(row["id"]), "by": by, "kind": kind} | ({} if at is None else {"at": at})
