"""What must come of a first day, worked out from what was planted and from nothing that the hub says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from first_day import Old

from syncline.sandbox.aged import Aged, Planted
from syncline.sandbox.company import Account, Contact

Side = Literal["crm", "erp"]
Row = tuple[str, str, str]
"""(system, stream, id)"""

LINKED = {"same", "phone differs", "phone blank", "name differs", "address blank", "phone invalid"}
COMPANY_ADDRESS = ("address", "zip", "city", "country")
ADDRESS = {"street", "zip", "city", "country_id"}
INHERITED = {*ADDRESS, "child_ids", "commercial_partner_id", "complete_name", "display_name"}
"""What Odoo itself does to a person who gets another company: the address is copied, and stays."""
STAMPS = {"hs_lastmodifieddate", "lastmodifieddate", "write_date", "write_uid", "phone_sanitized"}


@dataclass
class Expected:
    """edits: pre-existing rows' raw fields and what they come to. born: how many new rows each stream gets."""

    edits: dict[tuple[Row, str], Any] = field(default_factory=dict)
    born: Counter[tuple[str, str]] = field(default_factory=Counter)
    linked: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Ids:
    """Where the seeds put the rows: each kind follows one another."""

    companies: int
    contacts: int
    accounts: int
    people: int

    def of(self, side: Side, kind: str, number: int) -> Row:
        """Of a number in one system's version of the company."""
        if side == "crm":
            first = self.companies if kind == "accounts" else self.contacts
            return "hubspot", "companies" if kind == "accounts" else "contacts", str(first + number - 1)
        return "odoo", "res.partner", str((self.accounts if kind == "accounts" else self.people) + number - 1)


def ids_of(old: Old) -> Ids:
    """As the systems have them before anything was written."""
    partners, truth = old.rows("odoo", "res.partner"), old.truth
    first = min(int(id) for id, row in partners.items() if row.get("name") == truth.erp.accounts[0].name)
    return Ids(
        companies=min(map(int, old.rows("hubspot", "companies"))),
        contacts=min(map(int, old.rows("hubspot", "contacts"))), accounts=first,
        people=first + len(truth.erp.accounts),
    )  # fmt: skip


def expected(truth: Aged, ids: Ids) -> Expected:
    """After everything was applied, and nobody has answered a question."""
    found = Expected(linked={
        kind: sum(one.kind in LINKED for one in planted)
        for kind, planted in (("account", truth.accounts), ("contact", truth.contacts))
    })  # fmt: skip
    won = {deal.account for deal in truth.crm.deals if deal.stage == "won"}
    in_erp, in_crm = set[int](), set[int]()
    for one in truth.accounts:
        if one.kind in LINKED:
            in_crm.add(one.number)
            in_erp.add(one.number)
            account_edits(found, ids, one, truth)
        elif one.kind in ("erp only", "nameless in erp"):
            found.born["hubspot", "companies"] += 1
            in_crm.add(one.number)
        elif one.kind in ("crm only", "nameless in crm") and one.crm[0] in won:
            found.born["odoo", "res.partner"] += 1
            in_erp.add(one.number)
    by_row = {
        (side, number): one.number
        for one in truth.accounts for side in ("crm", "erp") for number in getattr(one, side)
    }  # fmt: skip
    for one in truth.contacts:
        here = by_row.get(("crm", truth.crm.contacts[one.crm[0] - 1].account or 0)) if one.crm else None
        there = by_row.get(("erp", truth.erp.contacts[one.erp[0] - 1].account or 0)) if one.erp else None
        if one.kind in LINKED:
            contact_edits(found, ids, one, truth)
            if there is None and here in in_erp:
                found.edits[ids.of("erp", "contacts", one.erp[0]), "parent_id"] = ...
        elif one.kind in ("crm only", "nameless in crm") and here in in_erp:
            found.born["odoo", "res.partner"] += 1
        elif one.kind == "erp only" and there in in_crm:
            found.born["hubspot", "contacts"] += 1
    return found


def account_edits(found: Expected, ids: Ids, one: Planted, truth: Aged) -> None:
    """A name and an address are the ERP's; a phone is nobody's, so that a blank one is filled and another one stays."""
    here, there = ids.of("crm", "accounts", one.crm[0]), ids.of("erp", "accounts", one.erp[0])
    mine: Account = truth.crm.accounts[one.crm[0] - 1]
    theirs: Account = truth.erp.accounts[one.erp[0] - 1]
    if one.kind == "name differs":
        found.edits[here, "name"] = theirs.name
    elif one.kind == "address blank":
        told = (theirs.street, theirs.zip, theirs.city, ...)
        found.edits |= {(here, name): value for name, value in zip(COMPANY_ADDRESS, told, strict=True)}
    elif one.kind == "phone blank":
        found.edits[there, "phone"] = mine.phone.replace(" ", "")


def contact_edits(found: Expected, ids: Ids, one: Planted, truth: Aged) -> None:
    """A blank phone is filled."""
    mine: Contact = truth.crm.contacts[one.crm[0] - 1]
    if one.kind == "phone blank":
        found.edits[ids.of("erp", "contacts", one.erp[0]), "phone"] = mine.phone.replace(" ", "")


Rows = dict[tuple[str, str], dict[str, dict[str, Any]]]


def edits(before: Rows, after: Rows) -> Iterator[tuple[Row, str, Any, Any]]:
    """Every raw field of a row that was there before, and is not as it was."""
    for (system, stream), rows in before.items():
        for rid, row in rows.items():
            now = after[system, stream].get(rid)
            if now is None:
                yield (system, stream, rid), "", row, None
                continue
            for name in {*row, *now} - STAMPS - (INHERITED if system == "odoo" else set()):
                if (row.get(name) or None) != (now.get(name) or None):
                    yield (system, stream, rid), name, row.get(name), now.get(name)
