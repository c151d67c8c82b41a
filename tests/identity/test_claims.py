"""Which record a row belongs to: every way of sharing a key, and that nothing is guessed."""

from hypothesis import given
from hypothesis import strategies as st

from syncline.identity.alias import resolve_alias
from syncline.identity.claims import Claim, Verdict, decide
from syncline.model.record import Record

CLAIMS = st.lists(
    st.builds(Claim, record=st.integers(1, 9), living=st.booleans(), here=st.booleans(), returned=st.booleans(),
              candidate=st.booleans()),
    unique_by=lambda claim: claim.record, max_size=4,
)  # fmt: skip


def claim(record: int, **facts: bool) -> Claim:
    return Claim(record=record, **{"living": True, **facts})  # type: ignore[arg-type]


@given(CLAIMS, st.booleans())
def test_a_row_joins_only_the_one_living_record_that_has_no_row_there(claims: list[Claim], distinct: bool) -> None:
    verdict = decide(claims, distinct=distinct)
    living = [one for one in claims if one.living and not one.returned]
    if verdict is not None and verdict.kind == "joins":
        assert [one.record for one in living] == list(verdict.records)
        assert not living[0].here
        assert not living[0].candidate
    elif verdict is None:
        assert all(one.here for one in living) if distinct else not living


@given(CLAIMS)
def test_the_order_of_the_claims_decides_nothing(claims: list[Claim]) -> None:
    assert decide(claims) == decide(claims[::-1])


def test_no_record_no_verdict() -> None:
    assert decide([]) is None
    assert decide([claim(1, living=False)]) is None, "a record without rows claims nothing"


def test_one_record_is_joined() -> None:
    assert decide([claim(3)]) == Verdict(kind="joins", records=(3,))


def test_two_records_park_with_all_ids() -> None:
    assert decide([claim(3), claim(2)]) == Verdict(kind="ambiguous", records=(2, 3))


def test_a_record_that_is_there_already_makes_a_duplicate_of_the_row() -> None:
    assert decide([claim(3, here=True)]) == Verdict(kind="duplicate", records=(3,))
    assert decide([claim(2, here=True, candidate=True), claim(3, here=True)]) == Verdict(kind="duplicate", records=(3,))


def test_where_the_rule_says_that_different_things_share_the_key_the_next_rule_decides() -> None:
    assert decide([claim(3, here=True)], distinct=True) is None
    assert decide([claim(3, here=True), claim(4)], distinct=True) == Verdict(kind="ambiguous", records=(3, 4))


def test_a_candidate_is_matched_by_nothing() -> None:
    assert decide([claim(3, candidate=True)]) == Verdict(kind="ambiguous", records=(3,))


def test_what_was_deleted_is_asked_about_unless_another_lives() -> None:
    gone = claim(3, living=False, returned=True)
    assert decide([gone]) == Verdict(kind="returned", records=(3,))
    assert decide([gone, claim(4)]) == Verdict(kind="joins", records=(4,))


def test_an_alias_is_its_survivor_through_any_number_of_merges() -> None:
    records = {
        rid: Record(id=rid, entity="contact", origin="crm", merged_into=into)
        for rid, into in ((1, None), (2, 1), (3, 2))
    }
    assert [resolve_alias(records, rid) for rid in (1, 2, 3, 4)] == [1, 1, 1, 4]
