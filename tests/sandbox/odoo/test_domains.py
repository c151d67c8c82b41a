"""What a search finds: every operator, with the store's help and without it."""

from itertools import product
from typing import Any

import pytest

from syncline.sandbox.odoo.domain import All, Leaf, Not, Some, low, parsed
from syncline.sandbox.odoo.errors import BadValue
from syncline.sandbox.odoo.match import test_of as predicate
from syncline.sandbox.odoo.narrow import narrowed
from syncline.sandbox.odoo.service import env_for

from .calling import No, Odoo

ROWS = (
    {"name": "Ann", "email": "ann@example.test", "color": 1, "is_company": True, "country_id": 1},
    {"name": "ann b", "phone": "1_0", "color": 2, "country_id": 2},
    {"name": "Bob", "color": 3, "type": "other", "category_id": [(0, 0, {"name": "Tag"})]},
    {"name": "100%", "email": "x@example.test", "credit_limit": 2.5, "active": False},
)
OWN: list[Any] = ["id", ">", 7]


def filled(odoo: Odoo) -> dict[int, str]:
    ids = [odoo.make("res.partner", **row) for row in ROWS]
    odoo.call("res.partner", "write", [ids[2]], vals={"parent_id": ids[0]})
    return dict(zip(ids, ("Ann", "ann b", "Bob", "100%"), strict=True))


@pytest.mark.parametrize(
    ("domain", "names"),
    [
        ([["name", "=", "Ann"]], "Ann"),
        ([["name", "!=", "Ann"]], "ann b,Bob"),
        ([["name", "in", ["Ann", "Bob"]]], "Ann,Bob"),
        ([["name", "not in", ["Ann", "Bob"]]], "ann b"),
        ([["name", "like", "nn"]], "Ann,ann b"),
        ([["name", "like", "Ann"]], "Ann"),
        ([["name", "ilike", "ANN"]], "Ann,ann b"),
        ([["name", "not ilike", "ann"]], "Bob"),
        ([["name", "=like", "A%"]], "Ann"),
        ([["name", "=ilike", "a__"]], "Ann"),
        ([["phone", "like", "1_0"]], "ann b"),
        ([["name", "=like", "___"]], "Ann,Bob"),
        ([["name", "=ilike", r"___\%"], ["active", "=", False]], "100%"),
        ([["name", "like", r"\_"]], ""),
        ([["email", "=", False]], "ann b,Bob"),
        ([["email", "!=", False]], "Ann"),
        ([["email", "in", [False, "ann@example.test"]]], "Ann,ann b,Bob"),
        ([["email", "not in", [False]]], "Ann"),
        ([["email", "not like", "zzz"]], "Ann,ann b,Bob"),
        ([["color", ">", 1]], "ann b,Bob"),
        ([["color", "<=", 2], ["color", ">=", 2]], "ann b"),
        ([["credit_limit", "=", 0]], "Ann,ann b,Bob"),
        ([["credit_limit", "=", False]], "Ann,ann b,Bob"),
        ([["is_company", "=", True]], "Ann"),
        ([["is_company", "=", False]], "ann b,Bob"),
        ([["is_company", "!=", True]], "ann b,Bob"),
        ([["active", "=", False]], "100%"),
        ([["active", "in", [True, False]]], "Ann,ann b,Bob,100%"),
        ([["country_id", "=", 1]], "Ann"),
        ([["country_id", "=", False]], "Bob"),
        ([["country_id", "!=", 1]], "ann b,Bob"),
        ([["country_id", "in", [1, 2]]], "Ann,ann b"),
        ([["country_id", "ilike", "german"]], "ann b"),
        ([["country_id", "not ilike", "german"]], "Ann,Bob"),
        ([["country_id", "=", "Austria"]], "Ann"),
        ([["country_id.code", "=", "AT"]], "Ann"),
        ([["country_id.currency_id.name", "=", "EUR"]], "Ann,ann b"),
        ([["parent_id.name", "ilike", "ann"]], "Bob"),
        ([["child_ids", "!=", False]], "Ann"),
        ([["child_ids.name", "=", "Bob"]], "Ann"),
        ([["child_ids", "any", [["color", "=", 3]]]], "Ann"),
        ([["child_ids", "not any", [["color", "=", 3]]]], "ann b,Bob"),
        ([["category_id.name", "=", "Tag"]], "Bob"),
        ([["category_id", "=", False]], "Ann,ann b"),
        ([["display_name", "=", "Ann, Bob"]], "Bob"),
        (["|", ["name", "=", "Ann"], ["color", "=", 3]], "Ann,Bob"),
        (["!", ["name", "=", "Ann"]], "ann b,Bob"),
        (["&", "!", ["color", "=", 1], "|", ["color", "=", 2], ["color", "=", 1]], "ann b"),
        ([[1, "=", 1]], "Ann,ann b,Bob"),
        ([[0, "=", 1]], ""),
        ([["name", "=?", False]], "Ann,ann b,Bob"),
        ([["create_date", "<", "2027-01-15"]], ""),
        ([["create_date", "<=", "2027-01-15"]], "Ann,ann b,Bob"),
        ([["write_date", ">=", "2027-01-15 08:00:00"]], "Ann,ann b,Bob"),
        ([["write_date", "=", False]], ""),
    ],
)
def test_a_domain_finds(odoo: Odoo, domain: list[Any], names: str) -> None:
    known = filled(odoo)
    found = odoo.call("res.partner", "search", domain=[OWN, *domain], order="id")
    assert ",".join(known[id] for id in found) == names
    assert odoo.call("res.partner", "search_count", domain=[OWN, *domain]) == len(found)


def test_kin_is_found_up_and_down(odoo: Odoo) -> None:
    known = filled(odoo)
    ann, _, bob, _ = known
    assert odoo.call("res.partner", "search", domain=[["id", "child_of", [ann]]], order="id") == [ann, bob]
    assert odoo.call("res.partner", "search", domain=[["id", "parent_of", [bob]]], order="id") == [ann, bob]
    assert odoo.call("res.partner", "search", domain=[["parent_id", "child_of", "Ann"], OWN]) == [bob]


@pytest.mark.parametrize(
    "domain",
    ["x", [["name", "="]], [["name", "~", "x"]], ["|", ["name", "=", "x"]], ["!"], [5], [["create_date", ">", "soon"]]],
)
def test_a_domain_that_means_nothing_is_refused(odoo: Odoo, domain: Any) -> None:
    with pytest.raises(No) as refused:
        odoo.call("res.partner", "search", domain=domain)
    assert (refused.value.code, refused.value.name) == (500, "builtins.ValueError")


def test_order_limit_and_offset(odoo: Odoo) -> None:
    known = filled(odoo)

    def found(**how: Any) -> str:
        return ",".join(known[id] for id in odoo.call("res.partner", "search", domain=[OWN], **how))

    assert found(order="name desc") == "ann b,Bob,Ann"
    assert found(order="email desc, color desc") == "Bob,ann b,Ann"  # what is empty is the greatest
    assert found(order="email nulls first, id") == "ann b,Bob,Ann"
    assert found(order="country_id, id") == "Ann,ann b,Bob"  # by the name of the country
    assert found(order="color", offset=1, limit=1) == "ann b"
    assert found(order="write_date, id", limit=0) == "Ann,ann b,Bob"
    with pytest.raises(No, match='Invalid "order"'):
        found(order="name; drop table row")


def test_prefix_notation_becomes_a_tree() -> None:
    a, b, c = Leaf("a", "=", 1), Leaf("b", "=", 2), Leaf("c", "=", 3)
    plain: list[Any] = [["a", "=", 1], ["b", "=", 2], ["c", "=", 3]]
    assert parsed(plain) == All((a, b, c))
    assert parsed(["|", *plain]) == All((Some((a, b)), c))
    assert parsed(["&", "|", plain[0], plain[1], "!", plain[2]]) == All((Some((a, b)), Not(c)))
    assert parsed([]) == All(())
    with pytest.raises(BadValue):
        parsed(["&", plain[0]])


def test_the_lowest_stamp_that_a_keyset_page_can_hold() -> None:
    page: list[Any] = ["|", ["write_date", ">", "b"], "&", ["write_date", "=", "b"], ["id", ">", 5]]
    assert low(parsed(page), "write_date") == "b"
    assert low(parsed([["write_date", ">=", "a"], *page]), "write_date") == "b"
    assert low(parsed(["|", ["name", "=", "x"], ["write_date", ">", "b"]]), "write_date") is None
    assert low(parsed(["!", ["write_date", ">", "b"]]), "write_date") is None


def test_what_the_store_looks_for_agrees_with_the_test_of_each_row(odoo: Odoo) -> None:
    """A condition in SQL never leaves out a row that is meant, and if it is whole it lets in no other."""
    filled(odoo)
    env = env_for(odoo.sandbox, 2, {}, "search")
    model = env.model("res.partner")
    values: list[Any] = ["Ann", "", False, 0, 1, 2, True, "2027-01-15 08:00:00", ["Ann", False], [1, 2]]
    fields = ("name", "email", "color", "is_company", "country_id", "id", "write_date", "credit_limit", "child_ids")
    whole = 0
    operators = ("=", "!=", "in", "not in", ">", "<=", "ilike")
    for denied, name, operator, value in product(((), ("!",)), fields, operators, values):
        try:
            tree = parsed([*denied, [name, operator, value], "|", ["color", "!=", 2], "!", ["name", "=", "Ann"]])
            test = predicate(env, model, tree)
            meant = {row.id for row in env.store.select(model.name) if test(row)}
        except (BadValue, TypeError):
            continue  # it is refused before the store is asked
        condition = narrowed(model, tree)
        found = {row.id for row in env.store.select(model.name, condition.where, condition.parameters)}
        assert meant <= found, (denied, name, operator, value)
        assert not condition.whole or meant == found, (denied, name, operator, value)
        whole += condition.whole
    assert whole > 100


def test_a_look_for_very_many_keys_is_no_deeper_than_one_for_two(every: Odoo) -> None:
    ids = [every.make("res.partner", name=f"Key {number}", website=f"https://k{number}.example") for number in (1, 2)]
    keys = [["website", "=ilike", f"HTTPS://K{number}.example"] for number in range(300)]
    names = [["name", "=", f"Key {number}"] for number in range(300)]
    for each in (keys, names, [*keys, *names]):
        domain = ["|"] * (len(each) - 1) + each
        assert every.call("res.partner", "search", domain=domain, order="id") == ids
    assert every.call("res.partner", "search", domain=[*["&"] * 299, *([["name", "=", "Key 1"]] * 300)]) == ids[:1]
