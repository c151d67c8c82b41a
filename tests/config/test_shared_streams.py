"""Two entities in one stream of a system, told apart by scopes that never hold of the same row."""

from __future__ import annotations

import pytest
from declared_world import DeclaredWorld, connectors
from declaring import ENVIRONMENT, unmarked

from syncline.config.declaration import Declaration
from syncline.config.load import load
from syncline.config.problems import DeclarationErrors

STREAMS = {"crm": {"account": "name", "contact": "email name account"}, "erp": {"partner": "name email kind parent x"}}
TEXT = """\
hub: acme
mode: live
systems: {crm: {connector: crm}, erp: {connector: erp}}
first_sync: {match: {account: [name], contact: [email]}}
create:
  contact: {crm: email IS NOT NULL, erp: account.name IS NOT NULL}
  account: {crm: true, erp: true}
entities:
  contact: {scope: {erp: kind = 'person'}}
  account: {scope: {erp.partner: kind = 'company'}}
fields:
  contact.email: {type: text, at: {crm: contact.email, erp: partner.email}}
  contact.name: {type: text, at: {crm: contact.name, erp: partner.name}}
  contact.account: {type: reference, of: account, at: {crm: contact.account, erp: partner.parent}}
  contact.kind: {type: enum, values: [company, person], is: "'person'", at: {erp: partner.kind}}
  account.name: {type: text, at: {crm: account.name, erp: partner.name}}
  account.kind: {type: enum, values: [company, person], is: "'company'", at: {erp: partner.kind}}
"""


def declared(text: str) -> Declaration:
    return load(text, connectors(STREAMS), environment=ENVIRONMENT).declaration


def partners(world: DeclaredWorld) -> list[tuple[str, str, str | None]]:
    names = {row.id: row.now.values["name"] for row in world.rows("erp", "partner")}
    rows = [row for row in world.held("erp", "partner") if row["kind"] is not None]
    return sorted((row["kind"], row["name"], names.get(row["parent"])) for row in rows)


def test_each_entity_has_a_binding_of_its_own() -> None:
    found = declared(TEXT)
    assert {(b.system, b.stream, b.entity) for b in found.bindings if b.system == "erp"} == {
        ("erp", "partner", "account"), ("erp", "partner#contact", "contact"),
    }  # fmt: skip
    assert {(b.entity, b.stream) for b in found.births if b.system == "erp"} == {
        ("account", "partner"), ("contact", "partner#contact"),
    }  # fmt: skip
    head, _, fields = TEXT.partition("fields:\n")
    turned = declared(f"{head}fields:\n" + "".join(reversed(fields.splitlines(keepends=True))))
    assert {(b.stream, b.entity) for b in turned.bindings} == {(b.stream, b.entity) for b in found.bindings}


def test_both_go_both_ways() -> None:
    world = DeclaredWorld(TEXT, STREAMS)
    acme = world.type("crm", "account", name="Acme")
    world.type("crm", "contact", email="ann@acme", name="Ann", account=acme)
    bolt = world.type("erp", "partner", name="Bolt", kind="company")
    world.type("erp", "partner", name="Bea", kind="person", email="bea@bolt", parent=bolt)
    world.type("erp", "partner", name="a printer", kind=None)
    world.settle(16)
    assert partners(world) == [
        ("company", "Acme", None), ("company", "Bolt", None), ("person", "Ann", "Acme"), ("person", "Bea", "Bolt"),
    ]  # fmt: skip
    names = {row.id: row.now.values["name"] for row in world.rows("crm", "account")}
    assert sorted(names.values()) == ["Acme", "Bolt"]
    assert sorted((row["name"], names[row["account"]]) for row in world.held("crm", "contact")) == [
        ("Ann", "Acme"), ("Bea", "Bolt"),
    ]  # fmt: skip
    (ann,) = [row for row in world.rows("erp", "partner") if row.now.values["name"] == "Ann"]
    world.edit("erp", "partner", ann.id, name="Anne")
    world.edit("erp", "partner", bolt, name="Bolt AG")
    world.settle()
    assert sorted(row["name"] for row in world.held("crm", "contact")) == ["Anne", "Bea"]
    assert sorted(row["name"] for row in world.held("crm", "account")) == ["Acme", "Bolt AG"]
    before = len(world.systems["erp"].written)
    world.settle()
    assert len(world.systems["erp"].written) == before  # I3


def test_a_row_that_was_deleted_is_gone_for_its_own_entity_only() -> None:
    world = DeclaredWorld(TEXT, STREAMS)
    bolt = world.type("erp", "partner", name="Bolt", kind="company")
    bea = world.type("erp", "partner", name="Bea", kind="person", email="bea@bolt", parent=bolt)
    world.settle(16)
    world.systems["erp"].kill("partner", bea)
    world.settle()
    assert world.rows("crm", "contact") == []
    assert [row["name"] for row in world.held("crm", "account")] == ["Bolt"]


def test_a_search_before_a_create_does_not_find_the_other_kind() -> None:
    text = TEXT.replace("contact: [email]", "contact: [name]")
    world = DeclaredWorld(text, STREAMS)
    world.type("erp", "partner", name="Smith", kind="company")
    world.settle(8)
    acme = world.type("crm", "account", name="Acme")
    world.type("crm", "contact", email="s@x", name="Smith", account=acme)
    world.settle(16)
    found = [row for row in world.held("erp", "partner") if row["name"] == "Smith"]
    assert sorted(row["kind"] for row in found) == ["company", "person"]


def test_a_row_that_becomes_of_the_other_kind_changes_its_record() -> None:
    text = TEXT.replace("is: \"'person'\", ", "").replace("is: \"'company'\", ", "")
    world = DeclaredWorld(text, STREAMS)
    row = world.type("erp", "partner", name="Kim", kind="company", email="kim@x")
    world.settle()
    assert [one["name"] for one in world.held("crm", "account")] == ["Kim"]
    world.edit("erp", "partner", row, kind="person")
    world.settle()
    assert world.link("erp", "partner", row).state == "asleep"
    assert world.link("erp", "partner#contact", row).state == "active"
    assert [one["name"] for one in world.held("crm", "contact")] == ["Kim"]
    written = len(world.systems["erp"].written)
    world.edit("crm", "account", world.rows("crm", "account")[0].id, name="Not Kim")
    world.settle()
    assert len(world.systems["erp"].written) == written  # what sleeps is not written
    world.edit("erp", "partner", row, kind="company", name="Kim AG")
    world.settle()
    assert world.link("erp", "partner", row).state == "active"
    assert world.link("erp", "partner#contact", row).state == "asleep"


WRONG = [
    (TEXT.replace("  contact: {scope: {erp: kind = 'person'}}\n", "").replace(
        "contact.email: {type: text, at: {crm: contact.email, erp: partner",
        "contact.email: {type: text, at: {crm: contact.email, erp: §partner"),
     "partner of erp holds account too, and contact has no scope there", "entities"),
    (TEXT.replace("scope: {erp: kind = 'person'}", "scope: {erp: §kind IS NOT NULL}"),
     "may hold of one row together with that of account", "kind = 'company'"),
    (TEXT.replace("scope: {erp: kind = 'person'}", "scope: {erp: §email IS NOT NULL}"),
     "nobody can tell", "a boolean or an enum"),
    (TEXT.replace("scope: {erp: kind = 'person'}", "scope: {erp: §account.name = 'x'}"),
     "nobody can tell", "a boolean or an enum"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "suggestion"), WRONG)
def test_scopes_that_do_not_tell_them_apart_are_refused(text: str, message: str, suggestion: str) -> None:
    whole, line, column = unmarked(text)
    with pytest.raises(DeclarationErrors) as raised:
        declared(whole)
    assert len(raised.value.problems) == 1, "\n".join(map(str, raised.value.problems))
    (problem,) = raised.value.problems
    assert message in problem.message, str(problem)
    assert (problem.place.line, problem.place.column) == (line, column), str(problem)
    assert suggestion in (problem.suggestion or "")
