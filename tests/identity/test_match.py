"""Match keys: never of an empty value, equal exactly where the values are, the same text in every process."""

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline.identity.match import MatchRule, in_order, is_blank, keys_of, plain, rule_of
from syncline.mapping.choices import set_of
from syncline.mapping.groups import address
from syncline.mapping.numbers import boolean, integer
from syncline.mapping.text import text
from syncline.merge.policy import EntityPolicy, FieldPolicy

PLAIN = text(case="ignore")
TYPES = {
    "email": PLAIN,
    "code": text(),
    "number": integer(),
    "flag": boolean(),
    "tags": set_of(PLAIN),
    "home": address(),
}
POLICY = EntityPolicy(name="contact", fields={name: FieldPolicy(name=name, type=kind) for name, kind in TYPES.items()})
EACH = tuple(MatchRule(fields=(name,)) for name in TYPES)

BLANKS = st.recursive(
    st.sampled_from([None, "", " ", "\t\n", "\u00a0\u2003"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from(list(TYPES)), BLANKS))
def test_nothing_is_ever_matched_by_a_blank(values: dict[str, object]) -> None:  # I14
    assert keys_of(POLICY, EACH, values) == ()


@given(BLANKS, st.sampled_from(list(TYPES)))
def test_one_blank_part_makes_no_key_of_several(blank: object, name: str) -> None:  # I14
    rule = MatchRule(fields=("email", name)) if name != "email" else MatchRule(fields=("email", "code"))
    assert keys_of(POLICY, [rule], {"code": "x", "email": "a@x", name: blank}) == ()


@given(BLANKS)
def test_what_is_blank_is_seen_as_blank(value: object) -> None:
    assert is_blank(value)


@given(st.sampled_from([0, False, "x", [["", 0]], {"a": {"b": "c"}}, 0.0]))
def test_what_is_something_is_not_blank(value: object) -> None:
    assert not is_blank(value)


@given(st.text(max_size=8), st.text(max_size=8))
def test_keys_are_equal_exactly_where_the_type_says_so(one: str, other: str) -> None:
    values = [PLAIN.normal(text.replace("\x00", "")) for text in (one, other)]
    if None in values:
        return
    keys = [keys_of(POLICY, [MatchRule(fields=("email",))], {"email": value}) for value in values]
    assert (keys[0] == keys[1]) == PLAIN.equal(*values)


def test_a_rule_of_several_fields_does_not_run_their_values_together() -> None:
    rule = [MatchRule(fields=("email", "code"))]
    assert keys_of(POLICY, rule, {"email": "a", "code": "bc"}) != keys_of(POLICY, rule, {"email": "ab", "code": "c"})


def test_false_and_zero_are_values() -> None:
    assert len(keys_of(POLICY, EACH, {"flag": False, "number": 0})) == 2


@pytest.mark.parametrize("nothing", [None, ""])
def test_what_a_type_holds_equal_to_nothing_makes_no_key(nothing: str | None) -> None:  # I14
    kind = replace(PLAIN, key=lambda value: nothing if value in (None, "n/a") else value)
    policy = EntityPolicy(name="contact", fields={"email": FieldPolicy(name="email", type=kind)})
    assert keys_of(policy, [MatchRule(fields=("email",))], {"email": "n/a"}) == ()
    assert keys_of(policy, [MatchRule(fields=("email",))], {"email": "a@x"}) == (("contact:email", "a@x"),)


def test_external_ids_come_first_then_the_declared_order() -> None:
    rules = [MatchRule(fields=("email",)), MatchRule(fields=("tags",)), MatchRule(fields=("code",), id_of=("erp", "c"))]
    assert [rule.name for rule in in_order(rules)] == ["code", "email", "tags"]
    keys = keys_of(POLICY, rules, {"email": "a@x", "tags": ["b"], "code": "7"})
    assert [rule_of(key, rules).name for key in keys] == ["code", "email", "tags"]


def test_what_a_system_calls_a_row_is_the_key_of_the_field_that_holds_it() -> None:
    rules = [MatchRule(fields=("number",), id_of=("erp", "contact"))]
    held = keys_of(POLICY, rules, {"number": 7})
    named = keys_of(POLICY, rules, {}, [("erp", "contact", "7"), ("crm", "contact", "8"), ("erp", "lead", "9")])
    assert held == named != ()


def test_a_name_that_the_field_cannot_hold_is_no_key() -> None:
    rules = [MatchRule(fields=("number",), id_of=("erp", "contact"))]
    assert keys_of(POLICY, rules, {}, [("erp", "contact", "no number"), ("erp", "contact", " ")]) == ()


def test_sets_have_one_text_in_every_process() -> None:
    rules = (MatchRule(fields=("tags",)),)
    here = keys_of(POLICY, rules, {"tags": ["b", "a", "c"]})
    assert here == keys_of(POLICY, rules, {"tags": ["c", "a", "b"]})
    program = (
        "from syncline.identity.match import plain; import json; "
        "print(json.dumps(plain(frozenset(['b', 'a', 'c', frozenset(['x', 'y'])]))))"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(seen) == 1


def test_plain_keeps_apart_what_is_apart() -> None:
    class Odd:
        def __repr__(self) -> str:
            return "odd"

    shown = [plain(one) for one in (None, True, 1, "1", ("1", 2), frozenset(["1"]), Odd())]
    assert shown == [None, True, 1, "1", ["1", 2], {"set": ["1"]}, {"Odd": "odd"}]
