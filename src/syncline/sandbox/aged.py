"""A company whose CRM and ERP were filled by hand for years: what each of the two holds, and what is true of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Literal

from syncline.sandbox.company import Account, Company, Contact, Deal, Size, company

Side = Literal["crm", "erp"]

ACCOUNTS = {
    "same": 38, "phone differs": 10, "phone blank": 10, "name differs": 5, "address blank": 5, "crm only": 12,
    "erp only": 9, "twice in crm": 3, "twice in erp": 2, "look-alike": 3, "nameless in crm": 2, "nameless in erp": 1,
}  # fmt: skip
"""How many of a hundred accounts are so. Where a kind names no side, both have it, and the ERP's is the odd one.

address blank: in the CRM. twice: a second row with the same domain. look-alike: the ERP has it without a domain, and
spelled as somebody else would. nameless: only that side has it, and without the domain that would tell which it is.
"""

CONTACTS = {
    "same": 44, "phone differs": 10, "phone blank": 10, "phone invalid": 3, "crm only": 16, "erp only": 10,
    "twice in erp": 3, "nameless in crm": 4,
}  # fmt: skip
"""The same of a hundred contacts; what tells which one it is is the e-mail."""

NO_PHONE = "call the office"
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]


@dataclass(frozen=True, kw_only=True)
class Planted:
    """One real thing: what years did to it, and its rows' numbers in each system's version of the company."""

    number: int
    kind: str
    crm: tuple[int, ...]
    erp: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Aged:
    """Both versions, whose numbers count from 1 in each, and what is known of all that is in them."""

    crm: Company
    erp: Company
    accounts: tuple[Planted, ...]
    contacts: tuple[Planted, ...]


@dataclass(kw_only=True)
class Filled:
    """What one system holds so far, and where each real thing is found in it."""

    side: Side
    accounts: list[Account] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    account_at: dict[int, int] = field(default_factory=dict)
    contact_at: dict[int, int] = field(default_factory=dict)

    def add_accounts(self, real: int, rows: Iterator[Account]) -> tuple[int, ...]:
        """Their numbers here; the first of them is what others refer to."""
        first = len(self.accounts) + 1
        self.accounts += [replace(one, number=first + at) for at, one in enumerate(rows)]
        return self._told(first, len(self.accounts), real, self.account_at)

    def add_contacts(self, real: int, rows: Iterator[Contact]) -> tuple[int, ...]:
        """The same for contacts, each at its account if that is here."""
        first = len(self.contacts) + 1
        self.contacts += [
            replace(one, number=first + at, account=self.account_at.get(one.account or 0))
            for at, one in enumerate(rows)
        ]
        return self._told(first, len(self.contacts), real, self.contact_at)

    def _told(self, first: int, last: int, real: int, at: dict[int, int]) -> tuple[int, ...]:
        numbers = tuple(range(first, last + 1))
        if numbers:
            at[real] = first
        return numbers

    def version(self, whole: Company) -> Company:
        """The company as this system has it: of the deals those whose customer and buyer are here."""
        deals = (
            replace(one, account=self.account_at[one.account], contact=self.contact_at[one.contact])
            for one in whole.deals if one.account in self.account_at and one.contact in self.contact_at
        )  # fmt: skip
        return replace(
            whole, accounts=tuple(self.accounts), contacts=tuple(self.contacts), deals=tuple(again(deals))
        )  # fmt: skip


def again(deals: Iterator[Deal]) -> Iterator[Deal]:
    """Numbered from 1."""
    for number, one in enumerate(deals, start=1):
        yield replace(one, number=number)


def version(size: Size) -> Company:
    """A made-up company, as one of two old systems holds it where that is asked."""
    whole = company(size)
    if not size.aged:
        return whole
    old = aged(whole, size.seed)
    return old.crm if size.aged == "crm" else old.erp


def aged(whole: Company, seed: int) -> Aged:
    """What years made of a company; the same for the same seed."""
    chance, crm, erp = Random(seed), Filled(side="crm"), Filled(side="erp")
    accounts, contacts = [], []
    for kind, account in zip(drawn(chance, ACCOUNTS, len(whole.accounts)), map(spoken, whole.accounts), strict=True):
        rows = [one.add_accounts(account.number, accounts_in(one.side, kind, account)) for one in (crm, erp)]
        accounts.append(Planted(number=account.number, kind=kind, crm=rows[0], erp=rows[1]))
    for kind, contact in zip(drawn(chance, CONTACTS, len(whole.contacts)), whole.contacts, strict=True):
        rows = [one.add_contacts(contact.number, contacts_in(one.side, kind, contact)) for one in (crm, erp)]
        contacts.append(Planted(number=contact.number, kind=kind, crm=rows[0], erp=rows[1]))
    return Aged(
        crm=crm.version(whole), erp=erp.version(whole), accounts=tuple(accounts), contacts=tuple(contacts)
    )  # fmt: skip


def drawn(chance: Random, shares: Mapping[str, int], number: int) -> list[str]:
    """So many of each kind, to the nearest below; the rest are of the first."""
    kinds = [kind for kind, share in shares.items() for _ in range(number * share // 100)]
    kinds += [next(iter(shares))] * (number - len(kinds))
    chance.shuffle(kinds)
    return kinds


def is_in(side: Side, kind: str) -> bool:
    """Does this system have it at all?"""
    other = "erp" if side == "crm" else "crm"
    return kind not in (f"{other} only", f"nameless in {other}")


def accounts_in(side: Side, kind: str, real: Account) -> Iterator[Account]:
    """Its rows there. What both have alike is spelled in each system's own way, and is equal all the same."""
    if not is_in(side, kind):
        return
    if kind == f"nameless in {side}":
        real = replace(real, domain="")
    if side == "crm":
        here = replace(real, domain=real.domain.capitalize())
        yield replace(here, street="", city="", zip="", country="") if kind == "address blank" else here
    else:
        yield accounts_in_erp(kind, real)
    if kind == f"twice in {side}":
        yield replace(real, name=f"{real.name} (2)", phone="")


def accounts_in_erp(kind: str, real: Account) -> Account:
    """The ERP's row of an account."""
    here = replace(real, phone=real.phone.replace(" ", "-"), domain=f"www.{real.domain}/" if real.domain else "")
    match kind:
        case "phone differs":
            return replace(here, phone=f"{here.phone}-9")
        case "phone blank":
            return replace(here, phone="")
        case "name differs":
            return replace(here, name=f"{here.name} Holding")
        case "look-alike":
            return replace(here, name=here.name.replace(" GmbH", " Ges.m.b.H."), domain="")
    return here


def contacts_in(side: Side, kind: str, real: Contact) -> Iterator[Contact]:
    """Its rows there."""
    if not is_in(side, kind):
        return
    here = replace(real, email="") if kind == f"nameless in {side}" else real
    if side == "erp":
        odd = {"phone differs": f"{real.phone} 9", "phone blank": "", "phone invalid": NO_PHONE}
        here = replace(here, email=here.email.upper(), phone=odd.get(kind, here.phone.replace(" ", "/")))
    yield here
    if kind == f"twice in {side}":
        yield replace(here, first_name="Kontakt", phone="")


def spoken(account: Account) -> Account:
    """With a name that is like no other one, and a domain of that name."""
    name = f"{word(account.number)} {word(account.number * 7919)}"
    return replace(account, name=f"{name} GmbH", domain=f"{name.replace(' ', '-').lower()}.example.test")


def word(number: int) -> str:
    """Three syllables; numbers below 343,000 that follow one another have nothing in common."""
    mixed, sounds = number * 130_307 % len(SYLLABLES) ** 3, []
    for _ in range(3):
        mixed, at = divmod(mixed, len(SYLLABLES))
        sounds.append(SYLLABLES[at])
    return "".join(sounds).capitalize()
