"""How alike two records are: what is compared, what it is worth, and what is never compared at all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline.identity.alike import (
    ALONE,
    AlikeRule,
    Measure,
    block_rules,
    blocks,
    compare,
    folded,
    measure_of,
    own_host,
    profile_of,
    words_of,
)
from syncline.mapping.choices import enum
from syncline.mapping.contact import email, phone
from syncline.mapping.groups import address
from syncline.mapping.reference import reference
from syncline.mapping.text import text
from syncline.merge.policy import EntityPolicy, FieldPolicy

KINDS = {
    "name": text(), "address": address(), "phone": phone(region="AT"), "email": email(), "domain": text(),
    "account": reference("account"), "kind": enum(["one", "two"]),
}  # fmt: skip
POLICY = EntityPolicy(name="account", fields={n: FieldPolicy(name=n, type=kind) for n, kind in KINDS.items()})
ALL = measure_of(POLICY, AlikeRule(fields=tuple(KINDS)))
WIEN = {"street": "Hauptstra\u00dfe 1", "postcode": "1010", "city": "Wien"}


def by(*fields: str) -> Measure:
    return measure_of(POLICY, AlikeRule(fields=fields))


def score(one: dict[str, Any], other: dict[str, Any], measure: Measure = ALL) -> float | None:
    found = compare(measure, profile_of(measure, one), profile_of(measure, other))
    return None if found is None else found.score


def share(one: dict[str, Any], other: dict[str, Any], measure: Measure = ALL) -> bool:
    """Have they a block in common?"""
    found = [set(blocks(measure, profile_of(measure, values))) for values in (one, other)]
    return not found[0].isdisjoint(found[1])


# ---- names
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("M\u00fcller GmbH", "Mueller Ges.m.b.H."), ("Contact 17 AG", "contact 17"), ("Anna Huber", "Huber, Anna"),
        ("B\u00e4cker & Co KG", "Baecker"), ("Stra\u00dfenbau Ltd.", "Strassenbau"), ("GmbH", "gmbh"),
        ("\u0141\u00f3d\u017a sp. z o.o.", "Lodz Sp z oo"),
    ],
)  # fmt: skip
def test_names_that_mean_the_same(one: str, other: str) -> None:
    assert score({"name": one}, {"name": other}) == 100.0 - ALONE
    assert share({"name": one}, {"name": other})


def test_a_slip_of_the_pen_is_very_alike() -> None:
    one, other = {"name": "Brauhaus Sixtus GmbH", "address": WIEN}, {"name": "Brauhaus Sixtsu", "address": WIEN}
    assert 90 <= score(one, other) < 100  # type: ignore[operator]
    assert share(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("Company 17", "Company 18"), ("Filiale 2", "Filiale"), ("Gasthof Adler", "Brauhaus Sixtus")]
)
def test_names_that_are_other_names(one: str, other: str) -> None:
    assert (score({"name": one}, {"name": other}) or 0.0) < 60


def test_words_are_folded_and_abbreviations_are_words() -> None:
    assert words_of("M\u00fcller Ges.m.b.H. & Co.KG") == ["muller", "gesmbh", "cokg"]
    assert folded("\u00c9COLE") == "ecole"


# ---- the score
def test_blanks_count_neither_way() -> None:  # I14
    whole = {"name": "Contact 17", "address": WIEN, "phone": "+4312345678"}
    assert score(whole, {"name": "Contact 17", "address": WIEN}) == 100.0
    assert score(whole, {"address": WIEN, "phone": "+4312345678"}) is None, "without a name nothing is said"
    assert score({}, {}) is None
    assert score({"name": ""}, {"name": ""}) is None


def test_addresses_that_have_no_part_in_common_count_neither_way() -> None:  # I14
    one, other = (
        {"name": "Contact 17", "address": {"city": "Wien"}},
        {"name": "Contact 17", "address": {"street": "Ring"}},
    )
    assert score(one, other) == score({"name": "Contact 17"}, {"name": "Contact 17"})


def test_every_block_is_of_a_rule_that_is_named() -> None:
    whole = {"name": "Contact 17", "address": WIEN, "phone": "+4312345678", "email": "a@acme.example", "kind": "one"}
    made = {rule for rule, _ in blocks(ALL, profile_of(ALL, whole))}
    assert made == set(block_rules("account"))


def test_another_phone_says_less_than_another_address() -> None:
    whole = {"name": "Contact 17", "address": WIEN, "phone": "+4312345678"}
    elsewhere = {"street": "Ring 5", "postcode": "8010", "city": "Graz"}
    assert score(whole, {**whole, "phone": "+4376543210"}) > 90  # type: ignore[operator]
    assert score(whole, {**whole, "address": elsewhere}) < 80  # type: ignore[operator]


def test_reasons_are_said_in_words() -> None:
    one = {"name": "M\u00fcller Bau", "address": WIEN, "phone": "+4312345678"}
    other = {"name": "Mueler Bau", "address": {"city": "1010 Wien"}, "phone": "0043 1 2345678"}
    found = compare(ALL, profile_of(ALL, one), profile_of(ALL, other))
    assert found is not None
    assert found.reasons == ("name 95 alike", "same postcode", "same city", "same phone")


def test_a_company_has_several_mailboxes_on_one_host() -> None:
    one, other = ({"name": "Contact 17", "email": f"{box}@acme.example"} for box in ("office", "info"))
    assert score(one, other) > 90  # type: ignore[operator]
    assert own_host("a@gmail.com") is None
    assert own_host("a@acme.example") == "acme.example"


def test_a_rule_without_a_name_needs_two_fields() -> None:
    measure = by("phone", "email")
    assert score({"phone": "+4312345678"}, {"phone": "+4312345678"}, measure) is None
    both = {"phone": "+4312345678", "email": "a@acme.example"}
    assert score(both, both, measure) == 100.0


def test_people_of_one_account_with_one_name_are_alike_and_of_two_are_not() -> None:
    one = {"name": "Contact 17", "account": 5}
    assert score(one, {"name": "contact 17", "account": 5}) == 100.0
    assert score(one, {"name": "contact 17", "account": 6}) < 80  # type: ignore[operator]
    assert share(one, {"name": "contact 17", "account": 5})


# ---- what always holds
NAMES = st.text(alphabet="abcdeMueller \u00fc\u00df.&17", max_size=12)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "name": st.one_of(st.none(), NAMES),
        "phone": st.sampled_from([None, "", "+4312345678", "+4312345679", "12"]),
        "email": st.sampled_from([None, "a@acme.example", "b@acme.example", "a@gmail.com"]),
        "domain": st.sampled_from([None, "", "https://www.acme.example/", "acme.example", "gmail.com"]),
        "account": st.sampled_from([None, 1, 2]),
        "kind": st.sampled_from([None, "one", "two"]),
        "address": st.sampled_from([None, WIEN, {"city": "1010 Wien"}, {"city": None, "street": " "}]),
    },
)


@given(VALUES, VALUES)
def test_it_is_symmetric_and_between_nothing_and_all(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert score(one, other) == score(other, one)
    assert 0.0 <= (score(one, other) or 0.0) <= 100.0


@given(VALUES)
def test_a_record_is_as_alike_to_itself_as_can_be(one: dict[str, Any]) -> None:
    found = score(one, one)
    assert found is None or found in (100.0, 100.0 - ALONE)


@given(VALUES)
def test_no_block_is_of_nothing(one: dict[str, Any]) -> None:  # I14
    for rule, value in blocks(ALL, profile_of(ALL, one)):
        assert rule.startswith("account:~")
        assert value.strip() == value != ""


@given(VALUES, VALUES)
def test_a_blank_changes_nothing(one: dict[str, Any], other: dict[str, Any]) -> None:  # I14
    filled = {name: value for name, value in one.items() if value is not None}
    assert score(filled, other) == score(one, other)
    assert blocks(ALL, profile_of(ALL, filled)) == blocks(ALL, profile_of(ALL, one))


@given(VALUES, VALUES)
def test_names_that_are_the_same_share_a_block(one: dict[str, Any], other: dict[str, Any]) -> None:
    if profile_of(ALL, one)[0] is not None and profile_of(ALL, one)[0] == profile_of(ALL, other)[0]:
        assert share(one, other)
