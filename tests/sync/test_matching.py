"""Match rules and duplicate candidates in the path of a record."""

import pytest
from merge_world import MergeWorld

from syncline.identity.match import MatchRule
from syncline.sync import answers, observe, people

EMAIL = MatchRule(fields=("email",))
VAT = MatchRule(fields=("vat",))
ERP_ID = MatchRule(fields=("erp_id",), id_of=("erp", "contact"))


def test_a_rule_that_finds_a_record_decides() -> None:
    world = MergeWorld(rules=(VAT, EMAIL))
    world.type("crm", email="a@x", vat="V1")
    world.type("crm", email="b@x", vat="V2")
    world.quiet()
    world.type("erp", email="b@x", vat="V1")
    world.quiet()
    assert world.link("erp", "erp0").record == world.link("crm", "crm0").record


def test_external_ids_come_before_every_other_rule() -> None:
    world = MergeWorld(rules=(EMAIL, ERP_ID))
    world.type("erp", email="e@x")
    world.quiet()
    world.type("shop", email="b@x")
    world.quiet()
    world.type("crm", email="b@x", erp_id="erp0")
    world.quiet()
    assert world.link("crm", "crm0").record == world.link("erp", "erp0").record


def test_a_new_row_is_found_by_the_id_that_another_system_keeps_of_it() -> None:
    world = MergeWorld(rules=(EMAIL, ERP_ID))
    world.type("crm", email="a@x", erp_id="erp0")
    world.quiet()
    world.type("erp", email="other@x")
    world.quiet()
    assert world.link("erp", "erp0").record == world.link("crm", "crm0").record


@pytest.mark.parametrize("blank", [None, "", "  ", "\u00a0"])
def test_blank_rows_are_never_joined(blank: str | None) -> None:  # I14
    world = MergeWorld(rules=(EMAIL, VAT))
    for system in ("crm", "erp", "shop"):
        world.type(system, email=blank, name="x")
    world.quiet()
    assert len({world.link(s, f"{s}0").record for s in ("crm", "erp", "shop")}) == 3


# ---- ambiguous
def ambiguous(**world: object) -> MergeWorld:
    """Two records have one e-mail, and a row of the shop asks for it."""
    small = MergeWorld(rules=(VAT, EMAIL), **world)  # type: ignore[arg-type]
    small.type("crm", email="a@x", vat="V1")
    small.type("erp", email="b@x", vat="V2")
    small.quiet()
    small.edit("erp", "erp0", email="a@x")
    small.quiet()
    small.type("shop", email="a@x")
    return small.quiet()


def test_two_candidates_park_with_all_ids_and_the_remedy() -> None:  # I14
    world = ambiguous()
    parked = world.parked("shop", "shop0")
    assert parked.code == "ambiguous-match"
    assert "record 1, 2" in parked.reason
    assert "links add" in parked.remedy
    assert "merge" in parked.remedy


def test_a_parked_row_is_looked_at_again_when_the_records_of_its_key_change() -> None:
    world = ambiguous()
    world.edit("erp", "erp0", email="b@x")
    world.quiet()
    assert world.parked("shop", "shop0") is None
    assert world.link("shop", "shop0").record == world.link("crm", "crm0").record


def test_a_parked_row_is_looked_at_again_when_its_records_are_merged() -> None:
    world = ambiguous()
    answers.merge_records(world.hub, 1, 2, "anna")
    world.quiet()
    assert world.link("shop", "shop0").record == 1


def test_a_parked_row_is_looked_at_again_when_one_record_is_deleted() -> None:
    world = ambiguous()
    world.delete("erp", "erp0")
    world.quiet()
    assert world.link("shop", "shop0").record == world.link("crm", "crm0").record


def test_a_parked_row_that_was_hidden_when_its_time_came_is_met_when_a_list_shows_it() -> None:
    world = ambiguous()
    row = world.row("shop", "shop0")
    row.hidden_until = world.now + 1000.0
    world.edit("erp", "erp0", email="b@x")
    world.quiet()
    assert world.parked("shop", "shop0") is not None, "a look that finds nothing proves nothing"
    row.hidden_until = 0.0
    while observe.poll(world.hub, "shop", "contact", path="sweep"):
        continue
    world.quiet()
    assert world.parked("shop", "shop0") is None
    assert world.link("shop", "shop0").record == world.link("crm", "crm0").record


def test_a_parked_row_that_is_edited_is_asked_about_again() -> None:
    world = ambiguous()
    world.edit("shop", "shop0", email="s@x")
    world.quiet()
    assert world.parked("shop", "shop0") is None
    assert world.record_of("shop", "shop0").candidate_of is None


def test_a_parked_row_that_is_deleted_is_parked_no_more() -> None:
    world = ambiguous()
    world.delete("shop", "shop0")
    world.quiet()
    assert world.parked("shop", "shop0") is None


def test_a_row_of_a_stream_that_one_of_the_two_has_is_not_guessed_either() -> None:
    """It may be the other record's row, or a duplicate of the first's."""
    world = ambiguous()
    world.type("crm", email="a@x")
    world.quiet()
    assert world.parked("crm", "crm1").code == "ambiguous-match"


# ---- candidates
def duplicates(**world: object) -> MergeWorld:
    """The CRM holds one person twice."""
    small = MergeWorld(**world)  # type: ignore[arg-type]
    small.type("crm", email="a@x", name="Ann")
    small.quiet()
    small.type("crm", email="a@x", name="Anne", phone="7")
    return small.quiet()


def test_a_candidate_is_observed_and_shown_with_its_reason_and_born_nowhere() -> None:
    world = duplicates(born=["erp"])
    record = world.record_of("crm", "crm1")
    assert record.candidate_of == world.link("crm", "crm0").record
    assert "both have email 'a@x' in crm" in [e.why for e in world.kinds(record.id, "candidate")]
    world.edit("crm", "crm1", name="Anna")
    world.quiet()
    assert world.value(record.id, "name") == "Anna"
    assert list(world.systems["erp"].rows["contact"]) == ["erp0"]


def test_a_candidate_is_matched_by_nothing() -> None:
    world = MergeWorld(rules=(VAT, EMAIL))
    world.type("crm", email="a@x")
    world.type("crm", email="a@x", vat="V")
    world.quiet()
    world.type("erp", vat="V")
    world.quiet()
    assert world.parked("erp", "erp0").code == "ambiguous-match"
    assert world.links(world.link("crm", "crm1").record) == [world.link("crm", "crm1")]


def test_a_key_that_a_candidate_shares_stays_ambiguous_and_links_made_before_stay() -> None:
    world = duplicates(born=["erp"])
    world.type("shop", email="a@x")
    world.quiet()
    assert world.parked("shop", "shop0").code == "ambiguous-match"
    assert world.link("erp", "erp0").record == world.link("crm", "crm0").record


def test_a_third_row_is_a_candidate_too() -> None:
    world = duplicates()
    world.type("crm", email="a@x")
    world.quiet()
    assert world.record_of("crm", "crm2").candidate_of == world.link("crm", "crm0").record


def test_not_the_same_makes_it_a_record_of_its_own() -> None:
    world = duplicates(born=["erp"])
    people.not_the_same(world.hub, world.link("crm", "crm1").record, "anna")
    world.quiet()
    assert len(world.systems["erp"].rows["contact"]) == 2
    world.type("shop", email="a@x")
    world.quiet()
    assert world.parked("shop", "shop0").code == "ambiguous-match", "two records have the key"


def test_who_is_not_the_same_is_not_suspected_again() -> None:
    world = duplicates()
    people.not_the_same(world.hub, world.link("crm", "crm1").record, "anna")
    for email in ("b@x", "a@x"):
        world.edit("crm", "crm1", email=email)
        world.quiet()
    assert world.record_of("crm", "crm1").candidate_of is None


def test_a_candidate_is_merged_into_the_record_it_duplicates() -> None:
    world = duplicates(born=["erp"])
    world.type("shop", email="a@x")
    world.quiet()
    one, other = world.link("crm", "crm0").record, world.link("crm", "crm1").record
    assert answers.merge_records(world.hub, one, other, "anna") == one
    world.quiet()
    assert world.link("crm", "crm1").state == "shadow"
    assert world.value(one, "phone") == "7"
    assert world.there("erp", "erp0", "phone") == "7"
    assert world.link("shop", "shop0").record == one, "the key has one record again"


def test_a_record_whose_key_is_typed_later_becomes_a_candidate() -> None:
    """Most duplicates begin with a blank e-mail: they are not born into a clean ERP."""
    world = MergeWorld(born=["erp"])
    world.type("crm", email="a@x")
    world.type("crm", name="nobody")
    world.quiet()
    world.edit("crm", "crm1", email="a@x")
    world.quiet()
    record = world.record_of("crm", "crm1")
    assert record.candidate_of == world.link("crm", "crm0").record
    assert len(world.systems["erp"].rows["contact"]) == 2, "links made before stay"


def test_a_birth_that_was_not_sent_waits_until_a_person_has_said_who_it_is() -> None:
    from syncline.sync import observe

    world = MergeWorld(born=["erp"])
    world.type("crm", email="a@x")
    world.quiet()
    world.type("crm", name="nobody")
    observe.advance(world.hub, "crm", "contact")
    world.edit("crm", "crm1", email="a@x")
    observe.advance(world.hub, "crm", "contact")
    birth = world.links(world.link("crm", "crm1").record)[1]
    assert birth.state == "birth"
    assert birth.parked is not None
    assert birth.parked.code == "duplicate-candidate"
    world.quiet()
    assert len(world.systems["erp"].rows["contact"]) == 1
    people.not_the_same(world.hub, world.link("crm", "crm1").record, "anna")
    world.quiet()
    assert len(world.systems["erp"].rows["contact"]) == 2


def test_a_rule_of_the_declaration_may_say_that_different_things_share_the_key() -> None:
    world = duplicates(rules=(MatchRule(fields=("email",), shared="distinct"),), born=["erp"])
    assert world.record_of("crm", "crm1").candidate_of is None
    assert len(world.systems["erp"].rows["contact"]) == 2
    world.edit("crm", "crm1", email="b@x")
    world.quiet()
    world.edit("crm", "crm1", email="a@x")
    world.quiet()
    assert world.record_of("crm", "crm1").candidate_of is None


def test_page_order_decides_nothing_at_the_baseline() -> None:
    """The same rows in another order make the same families."""
    families = set()
    for order in (("a@x", "b@x"), ("b@x", "a@x")):
        world = MergeWorld()
        for email in order:
            world.type("crm", email=email)
        for email in ("a@x", "b@x"):
            world.type("erp", email=email)
        world.quiet()
        found = {
            frozenset(f"{k.system}:{world.there(k.system, str(k.external_id), 'email')}" for k in world.links(r.id))
            for r in world.records()
        }
        families.add(frozenset(found))
    assert len(families) == 1
