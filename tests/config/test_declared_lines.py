"""Documents of a hub.yaml: lines declared as one field go both ways between two systems that spell them otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from declared_world import DeclaredWorld, connectors
from declaring import ENVIRONMENT, unmarked

from syncline.config.explain import explain
from syncline.config.load import Loaded, load
from syncline.config.problems import DeclarationErrors
from syncline.testing.systems import Habits

STREAMS = {"crm": {"deal": "title stage lines other"}, "erp": {"order": "ref state lines"}}
CALM = {"lag": 0.0, "lost_before": 0.0, "lost_after": 0.0, "lands_late": 0.0, "page_size": 100}
SYSTEMS = """\
hub: acme
mode: live
systems:
  crm: {connector: crm}
  erp: {connector: erp, empty_is: ""}
first_sync: {match: {order: [ref]}}
entities: {order: {line_key: [product]}}
"""
REST = """\
create: {order: {crm: true, erp: true}}
fields:
  order.ref: {type: text, at: {crm: deal.title, erp: order.ref}}
"""
LINES = """\
  order.items:
    type: lines
    columns: {product: text, qty: integer, price: {type: decimal, places: 2}, kind: {type: enum, values: kinds}}
    at:
      crm: {field: deal.lines, line_id: id, columns: {product: product, qty: qty, price: price, kind: kind}}
      erp: {field: order.lines, columns: {product: sku, qty: amount, price: {field: each, as: number}, kind: kind}}
"""
TABLES = "tables: {kinds: {good: {crm: g, erp: GOOD}, service: {crm: s, erp: SERVICE}}}\n"
TEXT = SYSTEMS + REST + LINES + TABLES


def declared(text: str) -> Loaded:
    return load(text, connectors(STREAMS), environment=ENVIRONMENT)


def world(text: str = TEXT) -> DeclaredWorld:
    made = DeclaredWorld(text, STREAMS, {"crm": Habits(**CALM), "erp": Habits(**CALM, line_ids=False, empty="")})
    made.settle(4)
    return made


def crm_line(product: str, qty: int, price: str = "2.5", kind: str = "g") -> dict[str, Any]:
    return {"product": product, "qty": qty, "price": price, "kind": kind}


def erp_line(sku: str, amount: int, each: float = 2.5, kind: str = "GOOD") -> dict[str, Any]:
    return {"sku": sku, "amount": amount, "each": each, "kind": kind}


def listed(found: DeclaredWorld, system: str) -> list[dict[str, Any]]:
    (row,) = found.held(system, STREAMS[system].copy().popitem()[0])
    return sorted(({k: v for k, v in line.items() if k != "id"} for line in row["lines"]), key=str)


def test_an_order_with_its_lines_is_born_in_the_other_system() -> None:
    found = world()
    found.type("crm", "deal", title="d1", lines=[crm_line("a", 1), crm_line("b", 2, "3", "s")])
    found.settle()
    assert listed(found, "erp") == [erp_line("a", 1), erp_line("b", 2, 3, "SERVICE")]


def test_edits_of_lines_go_both_ways() -> None:
    found = world()
    deal = found.type("crm", "deal", title="d1", lines=[crm_line("a", 1), crm_line("b", 2)])
    found.settle()
    (order,) = found.rows("erp", "order")
    found.edit("erp", "order", order.id, lines=[erp_line("a", 7), erp_line("b", 2), erp_line("c", 3)])
    (row,) = found.rows("crm", "deal")
    first, second = row.now.values["lines"]
    found.edit("crm", "deal", deal, lines=[first, {**second, "price": "9.75"}])
    found.settle()
    assert listed(found, "crm") == [crm_line("a", 7), crm_line("b", 2, "9.75"), crm_line("c", 3)]
    assert listed(found, "erp") == [erp_line("a", 7), erp_line("b", 2, 9.75), erp_line("c", 3)]
    found.edit("erp", "order", order.id, lines=[erp_line("b", 2, 9.75), erp_line("c", 3)])
    found.settle()
    assert listed(found, "crm") == [crm_line("b", 2, "9.75"), crm_line("c", 3)]
    (row,) = found.rows("crm", "deal")
    found.edit("crm", "deal", deal, lines=row.now.values["lines"][:1])
    found.settle()
    assert listed(found, "erp") == [erp_line("b", 2, 9.75)]
    before = [len(system.written) for system in found.systems.values()]
    found.settle()
    assert [len(system.written) for system in found.systems.values()] == before  # I3


def test_the_policies_of_a_field_are_those_of_its_columns() -> None:
    text = TEXT.replace("type: lines\n", "type: lines\n    truth: erp\n    strict: true\n    differ: newest\n")
    policies = declared(text).declaration.entities["order"].fields
    assert set(policies) == {"ref", "lines/*", *(f"lines/*/{name}" for name in ("product", "qty", "price", "kind"))}
    for name, policy in policies.items():
        if name != "ref":
            assert (policy.name, policy.truth, policy.strict, policy.differ) == (name, "erp", True, "newest")
    assert policies["lines/*"].empty == "clear"  # a line that somebody removed is removed
    assert policies["lines/*/qty"].empty == "keep"
    kept = declared(text.replace("strict: true", "empty: keep")).declaration.entities["order"].fields
    assert kept["lines/*"].empty == "keep"


def test_lines_whose_truth_is_elsewhere_are_put_back() -> None:
    found = world(TEXT.replace("type: lines\n", "type: lines\n    truth: erp\n"))
    found.type("erp", "order", ref="d1", lines=[erp_line("a", 1)])
    found.settle()
    (deal,) = found.rows("crm", "deal")
    found.edit("crm", "deal", deal.id, lines=[{**deal.now.values["lines"][0], "qty": 5}, crm_line("b", 2)])
    found.settle()
    assert listed(found, "crm") == [crm_line("a", 1)]
    assert listed(found, "erp") == [erp_line("a", 1)]


def test_lines_that_are_only_read_are_never_written() -> None:
    found = world(TEXT.replace("erp: {field: order.lines,", "erp: {field: order.lines, only: read,"))
    deal = found.type("crm", "deal", title="d1", lines=[crm_line("a", 1)])
    found.settle()
    assert listed(found, "erp") == []
    (order,) = found.rows("erp", "order")
    found.edit("erp", "order", order.id, lines=[erp_line("z", 1)])
    found.settle()
    assert crm_line("z", 1) in listed(found, "crm")
    found.edit("crm", "deal", deal, title="d2")
    found.settle()
    assert listed(found, "erp") == [erp_line("z", 1)]


def test_columns_stand_under_their_own_names_where_none_are_given() -> None:
    text = (
        SYSTEMS + REST + "  order.lines: {type: lines, columns: {product: text, qty: integer}, "
        "at: {crm: deal.lines, erp: order.lines}}\n"
    )
    for system, stream in (("crm", "deal"), ("erp", "order")):
        lines = declared(text).declaration.binding(system, stream).lines
        assert lines is not None
        assert (lines.raw, sorted(lines.columns), lines.id_field) == ("lines", ["product", "qty"], None)


def test_a_rule_takes_the_lines_over() -> None:
    streams = {"crm": {"deal": "title stage lines"}, "erp": {"order": "ref lines"}}
    text = """\
hub: acme
mode: live
systems: {crm: {connector: crm}, erp: {connector: erp}}
fields:
  deal.title: {type: text, at: {crm: deal.title}}
  deal.stage: {type: enum, values: [open, won], at: {crm: deal.stage}}
  deal.lines: {type: lines, columns: {product: text, qty: integer, margin: decimal}, at: {crm: deal.lines}}
  order.ref: {type: text, at: {erp: order.ref}}
  order.lines: {type: lines, columns: {product: text, qty: integer, note: text}, at: {erp: order.lines}}
rules:
  won: {when: deal.won, make: {order: {in: erp, ref: "{title}", lines: "{deal.lines}"}}}
"""
    found = DeclaredWorld(text, streams)
    found.settle(4)
    deal = found.type(
        "crm",
        "deal",
        title="d1",
        stage="open",
        lines=[{"product": "a", "qty": 1, "margin": "3"}, {"product": "b", "qty": 2, "margin": "4"}],
    )
    found.settle(4)
    found.edit("crm", "deal", deal, stage="won")
    found.settle()
    (order,) = found.held("erp", "order")
    assert [(line["product"], line["qty"], "margin" in line) for line in order["lines"]] == [
        ("a", 1, False), ("b", 2, False),
    ]  # fmt: skip


def test_lines_are_explained() -> None:
    lines = {line.path: line for line in explain(declared(TEXT))}
    assert lines["fields.order.items.type"].value == "lines"
    assert lines["fields.order.items.type"].source == "hub.yaml:12"
    assert lines["fields.order.items.at.erp"].value == "order.lines (both ways)"
    assert not any("*" in path for path in lines)


FULL = SYSTEMS + REST
WRONG = [
    (FULL + LINES + TABLES + "events: {order.big: §items IS NOT NULL}\n", "unknown column `items`", None),
    (FULL + LINES.replace("type: lines\n", "type: lines\n    §merge: first-set\n") + TABLES,
     "`merge` is not for the type lines", None),
    (FULL + LINES.replace("type: lines\n", "type: lines\n    §is: ref\n") + TABLES, "lines are not computed", None),
    (FULL + LINES + "  §order.more: {type: lines, columns: {a: text}, at: {crm: deal.other}}\n" + TABLES,
     "order has lines already: `order.items`", None),
    (FULL + "  order.items: {type: lines, columns: {product: {type: §reference, of: product}}, at: {}}\n",
     "a column is no reference", "number"),
    (FULL + LINES.replace("crm: {field: deal.lines", "crm: §{field: deal.other.lines") + TABLES,
     "a list inside another field", None),
    (FULL + LINES.replace("field: order.lines,", "field: order.lines, only: §write,") + TABLES,
     "lines are not only written", None),
    (FULL + LINES.replace("field: order.lines,", "field: order.lines, read: §ref,") + TABLES,
     "lines are not computed", None),
    (FULL + LINES.replace("{product: sku", "{§prodct: sku") + TABLES, "has no column `prodct`", "`product`"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "suggestion"), WRONG)
def test_what_is_wrong_with_lines_is_said_at_its_place(text: str, message: str, suggestion: str | None) -> None:
    whole, line, column = unmarked(text)
    with pytest.raises(DeclarationErrors) as raised:
        declared(whole)
    errors = [one for one in raised.value.problems if one.severity == "error"]
    assert len(errors) == 1, "\n".join(map(str, errors))
    assert (errors[0].place.line, errors[0].place.column) == (line, column), str(errors[0])
    assert message in errors[0].message
    assert suggestion is None or suggestion in (errors[0].suggestion or "")
