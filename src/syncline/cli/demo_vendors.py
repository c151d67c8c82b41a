"""The little that the people of the demo know of each vendor's API: they work through it, as an app of theirs would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from syncline.sandbox.caller import Caller
from syncline.sandbox.remote import Remote, over_http

HUBSPOT_TOKEN = "pat-sandbox"
HUBSPOT_APP_KEY, HUBSPOT_APP_SECRET, HUBSPOT_APP = "sandbox-developer-key", "sandbox-secret", 77
ODOO_KEY = "a1b2c3d4e5" * 4
Row = Mapping[str, Any]


TYPES = {("contacts", "companies"): 279, ("deals", "companies"): 341, ("line_items", "deals"): 20}
"""HubSpot's numbers of the plain associations."""


def born(kind: str, values: Row, at: Mapping[str, str]) -> dict[str, Any]:
    """A new object as HubSpot takes it."""
    ends = [
        {
            "to": {"id": other_id},
            "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": TYPES[kind, other]}],
        }
        for other, other_id in at.items()
    ]
    return {"properties": dict(values), "associations": ends}


class HubSpot:
    """Sellers work here. Ids are text, and so is every value."""

    def __init__(self, address: str) -> None:
        self._caller = Caller(address, {"authorization": f"Bearer {HUBSPOT_TOKEN}"})
        self._screens = over_http(address)

    def make(self, kind: str, values: Row, at: Mapping[str, str] | None = None) -> str:
        """A new object, and what it belongs to: kind to id. Its id."""
        return str(self._caller.ask("POST", f"/crm/v3/objects/{kind}", born(kind, values, at or {}))["id"])

    def make_many(self, kind: str, rows: Sequence[Row], at: Mapping[str, str]) -> None:
        """Several new objects that belong to the same."""
        body = {"inputs": [born(kind, values, at) for values in rows]}
        self._caller.ask("POST", f"/crm/v3/objects/{kind}/batch/create", body)

    def change(self, kind: str, rid: str, values: Row) -> None:
        """Some values of one object."""
        self._caller.ask("PATCH", f"/crm/v3/objects/{kind}/{rid}", {"properties": dict(values)})

    def objects(self, kind: str, names: Sequence[str]) -> dict[str, Row]:
        """Every object of a kind: id to these properties of it."""
        found: dict[str, Row] = {}
        after = ""
        while True:
            path = f"/crm/v3/objects/{kind}?limit=100&properties={','.join(names)}"
            page = self._caller.ask("GET", path + (f"&after={after}" if after else ""))
            found |= {str(row["id"]): row["properties"] for row in page["results"]}
            after = page.get("paging", {}).get("next", {}).get("after")
            if not after:
                return found

    def belonging(self, kind: str, ids: Sequence[str], other: str) -> dict[str, list[str]]:
        """Id to what it is associated with, the primary one first."""
        found: dict[str, list[str]] = {}
        for at in range(0, len(ids), 100):
            body = {"inputs": [{"id": one} for one in ids[at : at + 100]]}
            for one in self._caller.ask("POST", f"/crm/v4/associations/{kind}/{other}/batch/read", body)["results"]:
                ends = sorted(one["to"], key=lambda end: "Primary" not in str(end["associationTypes"]))
                found[str(one["from"]["id"])] = [str(end["toObjectId"]) for end in ends]
        return found

    def owners(self) -> dict[str, str]:
        """Id to e-mail address."""
        return {str(one["id"]): one["email"] for one in self._caller.ask("GET", "/crm/v3/owners?limit=100")["results"]}

    def hire(self, email: str, first_name: str, last_name: str) -> str:
        """A new owner, on the screens of the account: there is no API for it. The id."""
        values = {"email": email, "firstName": first_name, "lastName": last_name}
        return str(self._screens.save("owners", values)["id"])

    def subscribe(self, url: str, kinds: Mapping[str, Sequence[str]]) -> None:
        """Webhooks of an app of ours: each kind's births, deletes, associations, and changes of these properties."""
        root, key = f"/webhooks/v3/{HUBSPOT_APP}", f"?hapikey={HUBSPOT_APP_KEY}"
        self._caller.ask("PUT", f"{root}/settings{key}", {"targetUrl": url})
        for kind, names in kinds.items():
            whats = [{"eventType": f"{kind}.{what}"} for what in ("creation", "deletion", "associationChange")]
            changes = [{"eventType": f"{kind}.propertyChange", "propertyName": name} for name in names]
            for one in (*whats, *changes):
                self._caller.ask("POST", f"{root}/subscriptions{key}", {**one, "active": True})

    def calls(self) -> dict[str, Any]:
        """What its API was asked, without the calls one by one."""
        return dict(self._screens.ask("GET", "calls?limit=0"))

    @property
    def made(self) -> int:
        """How many calls people made."""
        return self._caller.made

    def close(self) -> None:
        """Ends its connection."""
        self._caller.close()


class Odoo:
    """The back office works here. Ids are numbers."""

    def __init__(self, address: str) -> None:
        self._caller = Caller(address, {"authorization": f"Bearer {ODOO_KEY}"})
        self._screens: Remote = over_http(address)

    def call(self, model: str, method: str, **what: Any) -> Any:
        """One method of a model."""
        return self._caller.ask("POST", f"/json/2/{model}/{method}", what)

    def make(self, model: str, values: Row) -> int:
        """A new row. Its id."""
        return int(self.call(model, "create", vals_list=[dict(values)])[0])

    def change(self, model: str, rid: int, values: Row) -> None:
        """Some values of one row."""
        self.call(model, "write", ids=[rid], vals=dict(values))

    def press(self, model: str, rid: int, button: str) -> None:
        """A button: confirm, post."""
        self.call(model, button, ids=[rid])

    def rows(self, model: str, names: Sequence[str], domain: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Rows with these fields, in the order of their ids; references are `[id, name]`."""
        found = self.call(model, "search_read", domain=list(domain), fields=list(names), order="id")
        return list(found)

    def pay(self, invoice: int) -> None:
        """The money came: registered on Odoo's screen, which no API method of the sandbox stands for."""
        self._screens.act("pay", id=invoice)

    def subscribe(self, url: str, models: Sequence[str]) -> None:
        """Automation rules that tell this address which row was touched."""
        rules = [
            {"model": model, "url": url, "trigger": trigger}
            for model in models for trigger in ("on_create_or_write", "on_unlink")
        ]  # fmt: skip
        self._screens.ask("POST", "hooks", rules)

    def calls(self) -> dict[str, Any]:
        """What its API was asked, without the calls one by one."""
        return dict(self._screens.ask("GET", "calls?limit=0"))

    @property
    def made(self) -> int:
        """How many calls people made."""
        return self._caller.made

    def close(self) -> None:
        """Ends its connection."""
        self._caller.close()


@contextmanager
def working(where: Mapping[str, str]) -> Iterator[tuple[HubSpot, Odoo]]:
    """Both, as long as the block lasts."""
    hubspot, odoo = HubSpot(where["hubspot"]), Odoo(where["odoo"])
    try:
        yield hubspot, odoo
    finally:
        hubspot.close()
        odoo.close()
