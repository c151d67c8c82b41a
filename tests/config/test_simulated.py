"""The simulated company, declared in a file: the same policies and bindings, and the simulation runs on them."""

from __future__ import annotations

from typing import Any

import pytest
from declaring import connector, loaded, stream

from syncline.mapping.binding import Reading
from syncline.testing import company
from syncline.testing.world import World

SIMULATED = """\
hub: sim
mode: live
systems:
  crm: {connector: sim, empty_is: ""}
  erp: {connector: plain}
  shop: {connector: sim, empty_is: "", place: shop}
first_sync: {match: {contact: [email]}}
create:
  contact: {crm: true, erp: true, shop: "email <> 'p1@x'"}
fields:
  contact.email: {type: text, case: ignore, at: {crm: contact.email, erp: contact.email, shop: contact.email}}
  contact.name: {type: text, case: ignore, at: {crm: contact.name, erp: contact.name, shop: contact.name}}
  contact.addr: {type: text, case: ignore, empty: clear, at: {crm: contact.addr, erp: contact.addr, shop: contact.addr}}
  contact.price:
    {type: text, case: ignore, truth: erp, at: {crm: contact.price, erp: contact.price, shop: contact.price}}
  contact.code:
    {type: text, case: ignore, truth: origin, at: {crm: contact.code, erp: contact.code, shop: contact.code}}
  contact.rep: {type: text, case: ignore, policy: manual, at: {crm: contact.rep, erp: contact.rep, shop: contact.rep}}
  contact.tags:
    type: set
    of: text
    merge: union
    empty: clear
    at:
      crm: {field: contact.tags, separator: ","}
      erp: {field: contact.tags, separator: ",", empty_is: null}
      shop: {field: contact.tags, separator: ","}
"""


def simulated() -> Any:
    names = " ".join(company.FIELDS)
    connectors = {name: connector(name, stream("contact", names), auth=None) for name in ("sim", "plain")}
    return loaded(SIMULATED, connectors=connectors).declaration


def test_the_simulated_company_can_be_declared_in_a_file() -> None:
    found, wanted = simulated(), company.declaration()
    assert (found.name, found.order, found.mode) == (wanted.name, wanted.order, wanted.mode)
    assert found.matching == wanted.matching
    for name, policy in wanted.entities["contact"].fields.items():
        mine = found.entities["contact"].fields[name]
        assert (mine.policy, mine.truth, mine.empty, mine.strict) == (
            policy.policy, policy.truth, policy.empty, policy.strict,
        )  # fmt: skip
    for system in wanted.order:
        mine, theirs = found.binding(system, "contact"), wanted.binding(system, "contact")
        values = {"email": "A@x", "addr": None, "price": "3"}
        assert mine.writable == theirs.writable
        assert mine.write(values) == theirs.write(values)
        raw = {"email": "a@X", "name": "", "tags": "b,a", "code": None}
        assert reading(mine.read(raw, lambda ref: None)) == reading(theirs.read(raw, lambda ref: None))


def reading(found: Reading) -> Any:
    return found.told, found.misfits, found.unresolved


def test_the_simulation_runs_on_the_declared_company(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = simulated()
    monkeypatch.setattr(company, "declaration", lambda: declared)
    assert World(3, steps=60).violations == []
