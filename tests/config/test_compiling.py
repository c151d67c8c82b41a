"""What a declaration compiles to: policies, bindings, births, and everything beside them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from declaring import CONNECTORS, ENVIRONMENT, HEAD, connector, loaded, only, problems, stream
from full import FULL, expand

from syncline.config.settings import ALERTS, BRAKES, Brake
from syncline.config.words import Threshold
from syncline.mapping.field_type import Unfit
from syncline.mapping.lens import NOT_TOLD
from syncline.merge.policy import HUB


def test_a_full_declaration() -> None:
    found = loaded(FULL, expand_pattern=expand)
    declaration = found.declaration
    assert found.problems == ()
    assert declaration.order == ("hubspot", "odoo", "mailchimp", "zendesk", "shopify", "slack")
    assert (declaration.mode, declaration.zone, declaration.currency) == ("read-only", "Europe/Berlin", "EUR")
    assert declaration.systems["odoo"].options == {"database": "acme"}
    assert "evil" not in declaration.systems
    account = declaration.entities["account"].fields
    assert [account[name].policy for name in ("name", "vat_id", "rep", "payment_risk", "won_deals")] == [
        "truth", "last-write-wins", "manual", "truth", "truth",
    ]  # fmt: skip
    assert (account["name"].truth, account["payment_risk"].truth, account["vat_id"].truth) == ("odoo", HUB, None)
    assert [account[name].differ for name in ("name", "vat_id")] == ["truth", "ask"]
    contact = declaration.entities["contact"]
    assert (contact.settle_after, contact.on_delete) == (30.0, {"mailchimp": "unlink"})
    assert contact.fields["phone"].empty == "keep"
    assert contact.fields["marketing_consent"].exempt
    assert declaration.mode_of("hubspot", "contact") == "read-only"
    assert {(b.entity, b.system, b.stream) for b in declaration.births} == {
        ("account", "odoo", "res.partner"), ("contact", "mailchimp", "member"),
    }  # fmt: skip
    assert declaration.births[1].when.reads == {"account.erp_number", "marketing_consent"}
    assert [rule.name for rule in declaration.matching["account"]] == ["erp_number", "vat_id", "domain"]
    assert [(one.field, one.rollup.kind, one.rollup.by) for one in declaration.rollups] == [
        ("won_deals", "count", "account"), ("open_pipeline", "sum", "account"),
    ]  # fmt: skip
    emitted, rule = declaration.rules
    assert (emitted.name, emitted.events, emitted.makes) == ("ticket.escalated", ("ticket.escalated",), ())
    assert (rule.entity, rule.event, rule.when, rule.events) == ("ticket", "escalated", emitted.when, ())
    assert (rule.notify, rule.persons) == (("sales_leads",), ("account.rep",))
    assert (rule.makes[0].entity, rule.makes[0].system, sorted(rule.makes[0].given)) == (
        "task", "hubspot", ["due", "rep", "title"],
    )  # fmt: skip
    alert = declaration.alerts["conflict_rate"]
    assert (alert.above, alert.over_seconds, alert.at_least) == (Threshold(0.03, "share"), 43200.0, 50)
    assert declaration.alerts["pending"].to == ("integration",)


def test_a_lookup_speaks_each_systems_words() -> None:
    declaration = loaded(FULL, expand_pattern=expand).declaration
    odoo, hubspot = declaration.binding("odoo", "res.partner"), declaration.binding("hubspot", "company")
    assert odoo.write({"sales_region": "dach"}) == {"x_region": "DACH"}
    assert hubspot.write({"sales_region": "dach"}) == {"sales_region": "Germany, Austria, Switzerland"}
    assert odoo.read({"x_region": False}, lambda ref: None).told == {"sales_region": None}
    assert "payment_risk" in hubspot.writable
    assert not hubspot.by_field["payment_risk"].inward


def test_patterns_that_cannot_be_expanded_are_all_that_is_said_of_what_they_leave_out() -> None:
    (unknown,) = problems(FULL.replace("crm-support:", "crm-suport:"), expand_pattern=expand)
    assert (unknown.message, unknown.suggestion) == ("unknown pattern `crm-suport`", "did you mean `crm-support`?")
    (wrong,) = problems(FULL.replace("inventory: 1h", "inventory: often"), expand_pattern=expand)
    assert (wrong.path, wrong.message) == ("patterns.crm-erp.inventory", "`inventory` is a duration")
    assert wrong.suggestion == "write it as `1h`"
    assert only(HEAD + "patterns: {a: 1}\n").message == "should be a block of keys with values"


def test_what_is_wrong_in_a_pattern_is_at_the_pattern() -> None:
    broken = {"fields": {"account.name": {"type": "txt"}, "account.list": {"type": "set", "order": ["a"]}}}
    found = problems(HEAD + "patterns: {mine: {}}\n", expand_pattern=lambda name, options, members: broken)
    assert {(one.place.line, one.place.column) for one in found} == {(5, 12)}
    expression = {"fields": {"account.name": {"type": "text", "is": "upper(nme)"}}}
    found = problems(HEAD + "patterns:\n  mine:\n", expand_pattern=lambda name, options, members: expression)
    assert {one.place.line for one in found} == {6}


def test_defaults_hold_where_the_file_says_nothing() -> None:
    declaration = loaded(HEAD).declaration
    assert (declaration.mode, declaration.unmatched, declaration.brakes_from_links) == ("read-only", "park", 50)
    assert declaration.brakes == BRAKES
    assert {name: alert.above for name, alert in declaration.alerts.items()} == {
        name: alert.above for name, alert in ALERTS.items()
    }
    text = HEAD + "brakes: {delete: {above: 5}, from_links: 10}\npeople: {unmatched: leave-blank}\n"
    declaration = loaded(text).declaration
    assert declaration.brakes["delete"] == Brake(above=5, share=0.05, always_above=500)
    assert (declaration.brakes_from_links, declaration.unmatched) == (10, "leave-blank")
    assert loaded(HEAD + "people: {unmatched: desk@acme.example}\n").declaration.unmatched == "desk@acme.example"
    alerts = loaded(HEAD + "alerts: {delay: {above: 5 min}, pending: {above: 10}}\n").declaration.alerts
    assert alerts["delay"].above == Threshold(300.0, "seconds")
    assert alerts["pending"].above == Threshold(10.0, "count")


@pytest.mark.parametrize(
    ("hub", "system", "entity", "mode"),
    [
        ("live", "approve", "live", "approve"),
        ("live", "live", "read-only", "read-only"),
        ("approve", "live", "live", "approve"),
    ],
)
def test_the_most_careful_mode_holds(hub: str, system: str, entity: str, mode: str) -> None:
    text = (
        f"hub: a\nmode: {hub}\nsystems: {{x: {{connector: open, mode: {system}}}}}\n"
        f"fields: {{contact.a: {{type: text, at: {{x: thing.a}}}}}}\n"
        f"entities: {{contact: {{mode: {entity}, associations: ignore, on_delete: ask}}}}\n"
    )
    declaration = loaded(text).declaration
    assert declaration.mode_of("x", "contact") == mode
    assert declaration.ignored == {"contact"}
    assert declaration.entities["contact"].on_delete == {"x": "ask"}
    assert declaration.mode_of("other", "other") == hub


def test_what_is_read_in_its_own_way_may_be_empty_as_the_system_says_it() -> None:
    text = (
        "hub: a\nsystems: {x: {connector: open, empty_is: false}}\nfields:\n"
        "  contact.name: {type: text, at: {x: {field: thing.a, read: upper(a)}}}\n"
        "  contact.other: {type: text, at: {x: {field: thing.b, read: upper(b), empty_is: ''}}}\n"
    )
    binding = loaded(text).declaration.bindings[0]
    reading = binding.read({"a": False, "b": ""}, lambda ref: None)
    assert (reading.told, reading.misfits) == ({"name": None, "other": None}, {})


def test_a_system_may_speak_its_own_way() -> None:
    text = (
        "hub: a\nsystems: {x: {connector: open}}\nfields:\n"
        "  contact.name:\n    type: text\n    at:\n"
        "      x: {field: thing.a, read: \"trim(a) || ' ' || b\", write: upper(name)}\n"
        "  contact.flag: {type: boolean, at: {x: {field: thing.c, only: read}}}\n"
        "  contact.sum: {type: decimal, at: {x: {field: thing.d, write: sum * 2}}}\n"
        "  contact.day: {type: date, at: {x: {field: thing.e, write: day}}}\n"
    )
    binding = loaded(text).declaration.bindings[0]
    name = binding.by_field["name"]
    assert name.lens.get({"a": " Ada", "b": "King "}) == "Ada King"
    assert name.lens.get({"a": "Ada"}) is NOT_TOLD
    assert name.lens.put is not None
    assert name.lens.put("Ada") == {"a": "ADA"}
    assert (binding.by_field["flag"].outward, binding.by_field["sum"].inward) == (False, False)
    assert binding.write({"sum": "1.5", "day": "2026-11-05"}) == {"d": "3.0", "e": "2026-11-05"}
    assert (
        binding.read({"a": 3, "b": "x", "d": "9"}, lambda ref: None).misfits["name"].reason == "is a number, not text"
    )
    assert "sum" not in binding.read({"d": "9"}, lambda ref: None).told


def test_lenses_of_every_kind() -> None:
    text = (
        "hub: a\ncurrency: EUR\nsystems: {x: {connector: wide}}\n"
        "mappings: {small: {as: cents, places: 3}}\n"
        "tables: {truths: {'true': {x: Y}, 'false': {x: N}}}\n"
        "fields:\n"
        "  contact.net: {type: decimal, at: {x: {field: thing.p1, as: cents}}}\n"
        "  contact.gross: {type: money, at: {x: {field: thing.p2, as: cents, currency_field: cur}}}\n"
        "  contact.fee: {type: money, at: {x: {field: thing.p3, mapping: small}}}\n"
        "  contact.total:\n    type: money\n"
        "    at: {x: {stream: thing, parts: {amount: {field: p4, as: number}, currency: p5}}}\n"
        "  contact.count: {type: decimal, at: {x: {field: thing.p6, as: number}}}\n"
        "  contact.ok: {type: boolean, values: truths, at: {x: thing.p7}}\n"
        "  contact.stage: {type: enum, values: {a: {x: A}, b: {}}, unmapped: default, default: a, at: {x: thing.p8}}\n"
        "  contact.whole: {type: group, parts: {first: text, last: text}, at: {x: {field: thing.p9, separator: ' '}}}\n"
        "  contact.born: {type: datetime, at: {x: {field: thing.p10, format: '%d.%m.%Y %H:%M:%S', zone: UTC}}}\n"
        "  contact.items:\n    type: lines\n    columns: {sku: text, qty: {type: decimal}}\n    at:\n"
        "      x: {field: thing.p11, columns: {sku: s, qty: {field: q, as: number}}, line_id: no}\n"
        "  contact.place: {type: group, parts: {a: text}, at: {x: {stream: thing, parts: {a: p12}}}}\n"
        "  contact.boss: {type: reference, of: contact, at: {x: thing.p13}}\n"
        "  contact.names: {type: set, of: enum, values: [u, v], at: {x: {field: thing.p14, separator: ','}}}\n"
        "  contact.plain: {type: money, at: {x: thing.p15}}\n"
        "  contact.figure: {type: money, at: {x: {field: thing.p19, as: number}}}\n"
        "  contact.mail: {type: set, of: email, at: {x: thing.p16}}\n"
        "  contact.data: {type: json, at: {x: thing.p17}}\n"
        "  contact.size: {type: text, values: {s: {x: small}}, unmapped: keep, at: {x: thing.p18}}\n"
    )  # fmt: skip
    binding = loaded(text).declaration.bindings[0]
    euro = {"amount": "12.50", "currency": "EUR"}
    assert binding.write({"net": "12.5", "gross": euro, "fee": euro, "total": euro, "count": "3"}) == {
        "p1": 1250, "p2": 1250, "cur": "EUR", "p3": 12500, "p4": 12.5, "p5": "EUR", "p6": 3,
    }  # fmt: skip
    whole = {"first": "Ada", "last": "King"}
    assert binding.write({"ok": True, "stage": "a", "whole": whole, "place": {"a": "x"}}) == {
        "p7": "Y", "p8": "A", "p9": "Ada King", "p12": "x",
    }  # fmt: skip
    assert binding.write({"born": "2026-11-05T09:30:00Z", "boss": 7, "names": ["u", "v"], "size": "s"}) == {
        "p10": "05.11.2026 09:30:00", "p13": "7", "p14": "u,v", "p18": "small",
    }  # fmt: skip
    assert binding.write({"plain": euro}) == {"p15": "12.50"}
    assert binding.lines is not None
    assert binding.lines.write([("1", {"sku": "a", "qty": "2"})]) == [{"s": "a", "q": 2, "no": "1"}]
    assert binding.by_field["stage"].lens.get({"p8": "?"}) == "a"
    assert binding.write({"plain": None, "figure": euro}) == {"p15": None, "p19": 12.5}
    with pytest.raises(ValueError, match="holds EUR here, not USD"):
        binding.write({"plain": {"amount": "1.00", "currency": "USD"}})


def test_births_know_their_values_and_whom_a_system_serves() -> None:
    text = (
        "hub: a\nsystems:\n  x: {connector: open, roles: [crm], primary: true, serves: \"country = 'DE'\"}\n"
        "  y: {connector: open, roles: [crm], place: b}\n"
        "fields:\n  contact.country: {type: text, at: {x: thing.a, y: thing.a}}\n"
        "  order.name: {type: text, at: {x: other.a}}\n"
        "create: {contact: {x.thing: true, y: \"country <> 'FR'\"}, order: {x: true}}\n"
        "on_create:\n  contact:\n"
        "    x.thing: {b: 1, c: [{when: \"country = 'DE'\", value: 2}, {value: 3}], d: {value: 4}}\n"
        "    y: {b: 9}\n"
        "  order: {x: {thing_id: 1}}\n"
        'entities: {contact: {scope: {x: "country IS NOT NULL"}}}\n'
    )
    declaration = loaded(text).declaration
    first, second, third = declaration.births
    assert [first.when.evaluate(lambda name, c=c: c) for c in ("DE", "FR", None)] == [True, False, False]  # type: ignore[misc]
    assert first.when.next_change is not None
    assert first.when.next_change(lambda name: None) is None
    assert second.when.evaluate(lambda name: "DE") is True
    assert third.when.evaluate(lambda name: None) is True, "orders have no country, so the system serves them all"
    assert first.defaults == {"b": 1, "d": 4}
    assert [(choice.field, choice.value, choice.when is None) for choice in first.choices] == [
        ("c", 2, False),
        ("c", 3, True),
    ]
    assert second.defaults == {"b": 9}
    scope = declaration.binding("x", "thing").scope
    assert scope is not None
    assert scope.evaluate(lambda name: "DE") is True
    assert declaration.binding("y", "thing").scope is None
    found = only(text.replace('serves: "country', 'serves: "cuntry'))
    assert (found.path, found.suggestion) == ("systems.x.serves", "did you mean `country`?")


def test_a_field_of_ones_own_may_be_read_in_ones_own_way() -> None:
    text = HEAD + (
        "fields:\n  account.size:\n    type: text\n"
        "    at: {odoo: {field: res.partner.x_size, read: upper(x_size), custom: true}}\n"
    )
    binding = loaded(text).declaration.bindings[0]
    assert binding.read({"x_size": "xl"}, lambda ref: None).told == {"size": "XL"}
    assert binding.writable == ()


def test_a_table_may_lack_a_system_that_keeps_what_is_unmapped() -> None:
    text = (
        "hub: a\nsystems: {x: {connector: open}, y: {connector: open, place: b}}\nfields:\n"
        "  contact.a: {type: enum, values: {one: {x: EINS}}, unmapped: keep, at: {x: thing.a, y: thing.a}}\n"
    )
    declaration = loaded(text).declaration
    assert [one.write({"a": "one"}) for one in declaration.bindings] == [{"a": "EINS"}, {"a": "one"}]


def test_a_boolean_may_have_words_and_a_default() -> None:
    text = (
        "hub: a\nsystems: {x: {connector: open}}\nfields:\n"
        "  contact.a: {type: boolean, values: {true: {x: J}, false: {x: N}}, unmapped: default, default: 'false',\n"
        "    at: {x: thing.a}}\n"
    )
    binding = loaded(text).declaration.bindings[0]
    assert binding.read({"a": "?"}, lambda ref: None).told == {"a": False}
    assert binding.write({"a": True}) == {"a": "J"}
    assert "`true` has no" not in only(text.replace("false: {x: N}", "false: {}")).message


def test_rates_and_line_keys() -> None:
    text = (
        "hub: a\ncurrency: EUR\nsystems: {x: {connector: open}}\nfields:\n"
        "  account.sum: {rollup: sum, of: deal, value: amount, rates: {USD: 0.9, GBP: '1.15'}}\n"
        "  deal.amount: {type: money}\n  deal.account: {type: reference, of: account}\n"
        "  deal.lines: {type: lines, columns: {sku: text}}\nentities: {deal: {line_key: [sku]}}\n"
    )
    declaration = loaded(text).declaration
    (found,) = declaration.rollups
    assert (found.rollup.currency, found.rollup.rates) == ("EUR", {"USD": Decimal("0.9"), "GBP": Decimal("1.15")})
    assert declaration.entities["deal"].line_key == ("sku",)


def test_references_that_meet_are_no_circle() -> None:
    names = ("account", "contact", "deal", "order")
    streams = [stream(name, "a account_id! contact_id! deal_id!") for name in names]
    refers = {"order": ("deal", "contact"), "deal": ("account",), "contact": ("account",), "account": ()}
    fields = "".join(
        f"  {name}.a: {{type: text, at: {{x: {name}.a}}}}\n"
        + "".join(f"  {name}.{to}: {{type: reference, of: {to}, at: {{x: {name}.{to}_id}}}}\n" for to in refers[name])
        for name in names
    )
    given = "".join(f"  {name}: {{x: {{account_id: 1, contact_id: 1, deal_id: 1}}}}\n" for name in names)
    births = "".join(f"  {name}: {{x: true}}\n" for name in names)
    text = f"hub: a\nsystems: {{x: {{connector: c}}}}\nfields:\n{fields}create:\n{births}on_create:\n{given}"
    connectors = {"c": connector("c", *streams, auth=None)}
    assert len(loaded(text, connectors=connectors).declaration.births) == 4
    circle = text.replace(
        "  account.a:", "  account.order: {type: reference, of: deal, at: {x: account.deal_id}}\n  account.a:"
    )
    found = only(circle, connectors=connectors)
    assert found.message.startswith("every side requires the other: x.")


def test_a_connectors_own_settings() -> None:
    text = "hub: a\nsystems: {x: {connector: open, size: 3, open: true, names: [a, b]}}\n"
    assert loaded(text).declaration.systems["x"].options == {"size": 3, "open": True, "names": ["a", "b"]}


def test_a_changed_mapping_has_another_version() -> None:
    text = "hub: a\nsystems: {x: {connector: open}}\nfields: {contact.a: {type: text, at: {x: thing.a}}}\n"
    texts = (text, text + "mode: live\n", text.replace("type: text", "type: email"), text.replace("g.a", "g.b"))
    versions = {loaded(changed).declaration.bindings[0].version for changed in texts}
    assert len(versions) == 3


def test_examples_and_computed_fields_in_order() -> None:
    text = (
        "hub: a\nsystems: {x: {connector: open}}\nfields:\n"
        "  contact.c: {type: text, is: upper(b)}\n  contact.b: {type: text, is: lower(a)}\n"
        "  contact.a: {type: text, at: {x: thing.a}}\n"
        "examples:\n  names: {entity: contact, given: {x: {a: Ada}}, expect: {record: {b: ada}, x: {a: Ada}}}\n"
    )
    declaration = loaded(text).declaration
    assert [one.field for one in declaration.computed] == ["b", "c"]
    assert declaration.examples[0].given == {"x": {"a": "Ada"}}


def test_warnings_do_not_keep_a_declaration_from_being_used() -> None:
    text = HEAD.replace("https://acme.odoo", "http://acme.odoo") + (
        "fields:\n  account.name: {type: text, at: {odoo: res.partner.x_own}}\n"
        "  account.place: {type: address, at: {odoo: {stream: res.partner, parts: {city: city}}}}\n"
    )
    found = loaded(text)
    assert [one.severity for one in found.problems] == ["warning"] * 3
    assert [one.message.split(" ")[0] for one in found.problems] == ["the", "the", "res.partner"]


@pytest.mark.parametrize("host", ["127.0.0.1:8700", "localhost:8700", "[::1]:8700"])
def test_what_stays_on_this_machine_need_not_be_encrypted(host: str) -> None:
    text = HEAD.replace("https://acme.odoo.example", f"http://{host}")
    assert host in text
    assert not [one for one in loaded(text).problems if "encrypted" in one.message]


ADDRESS = """fields:
  account.address:
    type: address
    truth: odoo
    at:
      hubspot: {stream: company, parts: {city: city, country: {field: name, as: name, language: de}}}
      odoo: {stream: res.partner, parts: {city: city, country: ref}}
"""


def test_names_of_countries_in_one_system_are_codes_in_another() -> None:
    hubspot, odoo = loaded(HEAD + ADDRESS).declaration.bindings
    here = hubspot.read({"city": "Wien", "name": "Oesterreich"}, lambda ref: None).told
    there = odoo.read({"city": "Wien", "ref": "AT"}, lambda ref: None).told
    assert here == there
    assert hubspot.write(there) == {"city": "Wien", "name": "Österreich"}
    assert odoo.write(here) == {"city": "Wien", "ref": "AT"}


def test_a_place_that_is_only_written_may_lack_a_part_and_takes_no_value_that_has_it() -> None:
    """An address that is whole in one system would be cut in the other: it parks there (see the lens of groups)."""
    cut = ADDRESS.replace("{city: city, country: ref}}", "{city: city}, only: write}").replace(
        "truth: odoo", "truth: hubspot"
    )
    hubspot, odoo = loaded(HEAD + cut).declaration.bindings
    town = hubspot.read({"city": "Wien", "name": ""}, lambda ref: None).told
    assert odoo.write(town) == {"city": "Wien"}
    with pytest.raises(Unfit, match=r"this system has no place for country \('AT'\)"):
        odoo.write(dict(hubspot.read({"city": "Wien", "name": "Austria"}, lambda ref: None).told))


def test_a_system_with_a_role_of_its_own_leads_it() -> None:
    text = HEAD + "  x: {connector: open, roles: [crm], primary: true}\n"
    assert loaded(text).declaration.systems["x"].primary
    text = text.replace("roles: [crm], secret", "roles: [crm], primary: true, secret")
    assert "`hubspot` is primary for `crm` already" in only(text).message


def test_the_environment_and_connectors_are_arguments() -> None:
    assert set(ENVIRONMENT) > {"ODOO_API_KEY"}
    assert "ODOO_API_KEY is not set" in only(HEAD, environment={}).message
    assert "unknown connector" in only("hub: a\nsystems: {x: {connector: y}}\n", connectors={}).message
    assert CONNECTORS["open"].auth is None


def test_what_may_be_called_inside_the_company_is_declared() -> None:
    declaration = loaded(HEAD + "egress:\n  allow: [10.20.0.0/16, odoo.acme.internal, '127.0.0.1:8700']\n").declaration
    assert declaration.allow == ("10.20.0.0/16", "odoo.acme.internal", "127.0.0.1:8700")
    assert loaded(HEAD).declaration.allow == ()
