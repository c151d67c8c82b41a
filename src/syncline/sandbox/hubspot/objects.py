"""Objects made, changed, archived and restored, by whatever hand: what all ways of writing share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from syncline.sandbox.call import Call
from syncline.sandbox.hubspot.asked import object_id
from syncline.sandbox.hubspot.computed import computed
from syncline.sandbox.hubspot.errors import invalid, missing_values, taken_email, wrong_values
from syncline.sandbox.hubspot.events import Subscriptions, happened, subscriptions
from syncline.sandbox.hubspot.kinds import Kind
from syncline.sandbox.hubspot.properties import properties, unique_names
from syncline.sandbox.hubspot.schema import Property
from syncline.sandbox.hubspot.tell import BEFORE, MADE_BY
from syncline.sandbox.hubspot.times import moment
from syncline.sandbox.hubspot.values import written
from syncline.sandbox.relations import remember
from syncline.sandbox.sandbox import Sandbox
from syncline.sandbox.store import Row, Store, Taken

FIRST_ID = 101


@dataclass(frozen=True, kw_only=True)
class Hand:
    """Who writes objects of one kind. source, by: what histories and webhooks name it, as `INTEGRATION` and `1`."""

    sandbox: Sandbox
    kind: Kind
    properties: Mapping[str, Property]
    wanted: Subscriptions
    source: str
    by: str
    call: Call | None = None

    @property
    def store(self) -> Store:
        """What the account holds."""
        return self.sandbox.store

    @property
    def now(self) -> int:
        """The moment of a write."""
        return moment(self.sandbox.clock)

    @property
    def named(self) -> dict[str, str]:
        """As webhooks name it."""
        return {"changeSource": self.source, "sourceId": self.by}

    def told(self, what: str, row: Row, **more: Any) -> None:
        """A webhook, for whom it concerns."""
        if self.wanted:
            happened(self.sandbox, self.wanted, self.kind, what, row.id, {**self.named, **more})


def hand(sandbox: Sandbox, kind: Kind, source: str, by: str, call: Call | None = None) -> Hand:
    """A hand that writes."""
    return Hand(
        sandbox=sandbox, kind=kind, properties=properties(sandbox.store, kind.name), wanted=subscriptions(sandbox),
        source=source, by=by, call=call,
    )  # fmt: skip


def create(hand: Hand, sent: Mapping[str, Any]) -> Row:
    """A new object. Raises Refused."""
    checked = written(hand.store, hand.kind, hand.properties, sent, {})
    if missing := [name for name in hand.kind.required if name not in checked]:
        raise missing_values(hand.kind.one, missing)
    values = computed(hand.store, hand.kind, checked, born=True)
    id = hand.store.next("object", FIRST_ID)
    made = {**values, MADE_BY: f"{hand.source} {hand.by}"}
    row = hand.store.insert(hand.kind.name, id, made, hand.now, hand.sandbox.shown(hand.call))
    hold(hand, row, {})
    hand.told("creation", row, changeFlag="NEW")
    for name, value in values.items():
        hand.told("propertyChange", row, propertyName=name, propertyValue=value)
    return row


def update(hand: Hand, row: Row, sent: Mapping[str, Any]) -> Row:
    """Some properties change; the stamp moves in any case. Raises Refused."""
    checked = written(hand.store, hand.kind, hand.properties, sent, row.values)
    return put(hand, row, computed(hand.store, hand.kind, checked, born=False))


def put(hand: Hand, row: Row, values: Mapping[str, str]) -> Row:
    """The object has these values now, and remembers those it had."""
    after = replace(row, values=dict(values), changed=hand.now)
    hand.store.write(hand.kind.name, after, hand.sandbox.shown(hand.call))
    hold(hand, after, row.values)
    for name in dict.fromkeys((*row.values, *values)):
        if row.values.get(name) != values.get(name):
            keep_history(hand, row, name, values.get(name), after.changed)
            hand.told("propertyChange", after, propertyName=name, propertyValue=values.get(name) or "")
    return after


def keep_history(hand: Hand, before: Row, name: str, value: str | None, at: int) -> None:
    """The value, and at the first change the one before it."""
    key = (hand.kind.name, before.id, name)
    if name in before.values and not hand.store.run(
        "select 1 from history where stream = ? and id = ? and name = ? limit 1", key
    ):
        remember(hand.store, *key, before.values[name], before.created, before.values.get(MADE_BY, BEFORE))
    remember(hand.store, *key, value, at, f"{hand.source} {hand.by}")


def archive(hand: Hand, row: Row) -> None:
    """Into the recycle bin; its unique values are free."""
    hand.store.write(hand.kind.name, replace(row, archived=hand.now), hand.sandbox.shown(hand.call))
    hand.store.let_go(hand.kind.name, row.id)
    hand.told("deletion", row, changeFlag="DELETED")


def restore(hand: Hand, row: Row) -> Row:
    """Out of the recycle bin. Raises Refused where another has its unique values by now."""
    alive = replace(row, archived=None, changed=hand.now)
    hand.store.write(hand.kind.name, alive, hand.sandbox.shown(hand.call))
    hold(hand, alive, {})
    hand.told("restore", alive, changeFlag="NEW")
    return alive


# --- unique values ---


def hold(hand: Hand, row: Row, before: Mapping[str, str]) -> None:
    """The object alone has its unique values. Raises Refused."""
    if hand.kind.name == "contacts" and addresses(row.values) != addresses(before):
        hold_addresses(hand, row)
    for name in unique_names(hand.properties):
        if row.values.get(name) != before.get(name):
            try:
                hand.store.hold(hand.kind.name, name, row.values.get(name), row.id)
            except Taken as taken:
                message = f"{taken.by} already has that value."
                found = {"name": name, "error": "CONFLICTING_UNIQUE_VALUE", "message": message}
                raise wrong_values([found]) from taken


def hold_addresses(hand: Hand, row: Row) -> None:
    """No two contacts share an address, be it the first or a further one of either."""
    mine = addresses(row.values)
    for address in mine:
        by = hand.store.holder("contacts", "email", address)
        if by is not None and by != row.id:
            raise taken_email(by)
    hand.store.hold("contacts", "email", None, row.id)
    for address in mine:
        hand.store.hold_also("contacts", "email", address, row.id)


def addresses(values: Mapping[str, str]) -> list[str]:
    """All e-mail addresses of a contact."""
    further = values.get("hs_additional_emails", "").split(";")
    return [address.lower() for address in (values.get("email", ""), *further) if address]


# --- finding one ---


def find(store: Store, kind: Kind, known: Mapping[str, Property], text: str, by: str | None) -> Row | None:
    """The object with that id, or that value of a unique property; who was merged away is its winner now."""
    if by in (None, "", "hs_object_id"):
        id = object_id(text)
    elif by in known and known[by]["hasUniqueValue"]:
        held = store.holder(kind.name, by, text.strip().lower() if by == "email" else text)
        id = held if isinstance(held, int) else None
    else:
        raise invalid(f"idProperty {by} is not a unique property of {kind.name}")
    return None if id is None else store.get(kind.name, winner(store, kind, id))


def winner(store: Store, kind: Kind, id: int) -> int:
    """The id under which the object is known today."""
    while (by := store.setting(f"merged/{kind.name}/{id}")) is not None:
        id = int(by)
    return id
