"""The order in which computed fields are computed, and the circles that forbid one."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline.mapping.lineage import circle, in_order

READS = st.dictionaries(st.sampled_from("abcdef"), st.sets(st.sampled_from("abcdefx"), max_size=3))


def above(name, reads):
    """All that a name reads, near and far."""
    found, news = set(), set(reads.get(name, ()))
    while news:
        found |= news
        news = {other for one in news for other in reads.get(one, ())} - found
    return found


@given(READS)
def test_each_comes_after_what_it_reads_unless_there_is_a_circle(reads):
    found = circle(reads)
    assert (found is not None) == any(name in above(name, reads) for name in reads)
    if found is not None:
        assert found[0] == found[-1]
        assert all(other in reads[name] for name, other in pairwise(found))
        with pytest.raises(ValueError, match="is computed from itself"):
            in_order(reads)
        return
    order = in_order(reads)
    assert sorted(order) == sorted(reads)
    for name in reads:
        assert all(order.index(other) < order.index(name) for other in reads[name] if other in reads)


def test_what_is_no_key_reads_nothing():
    assert in_order({"total": ["net", "tax"], "tax": ["net"]}) == ("tax", "total")


def test_a_circle_is_named_from_where_it_closes():
    reads = {"a": ["b", "z"], "b": ["c"], "c": ["d", "b"], "d": []}
    assert circle(reads) == ("b", "c", "b")
    with pytest.raises(ValueError, match=r"^is computed from itself: b <- c <- b$"):
        in_order(reads)


def test_a_field_of_itself_is_a_circle():
    assert circle({"a": ["a"]}) == ("a", "a")


def test_two_that_read_the_same_are_no_circle():
    assert circle({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}) is None
    assert in_order({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}) == ("d", "b", "c", "a")
