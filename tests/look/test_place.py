"""Places are read as they are written, and what is none is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline.look.place import NoPlace, Place, parse


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("17", Place(record=17)),
        (" 17 ", Place(record=17)),
        ("17.phone", Place(record=17, field="phone")),
        ("17@odoo", Place(record=17, system="odoo")),
        ("17.phone@odoo", Place(record=17, field="phone", system="odoo")),
        ("17.lines/3/qty@odoo", Place(record=17, field="lines/3/qty", system="odoo")),
        ("17.birth in odoo.res.partner", Place(record=17, field="birth in odoo.res.partner")),
        ("17@odoo/res.partner/42", Place(record=17, system="odoo", stream="res.partner", id="42")),
        ("17.a@m/member/c@x.test", Place(record=17, field="a", system="m", stream="member", id="c@x.test")),
        ("odoo/res.partner/42", Place(system="odoo", stream="res.partner", id="42")),
        ("mail/member/a/b@c", Place(system="mail", stream="member", id="a/b@c")),
    ],
)
def test_a_place_is_read_and_written(text: str, place: Place) -> None:
    assert parse(text) == place
    assert str(place) == text.strip()


@pytest.mark.parametrize("text", ["", "0", "phone", "17.", "17@", "17@Odoo!", "17@odoo/x", "odoo/res.partner", "-3"])
def test_what_is_no_place_is_said(text: str) -> None:
    with pytest.raises(NoPlace, match=r"names nothing|after @"):
        parse(text)


names = st.from_regex(r"[a-z][a-z0-9_-]{0,9}", fullmatch=True)
ids = st.text(min_size=1, max_size=9).filter(lambda text: text == text.strip())


@given(
    st.builds(
        Place, record=st.integers(1, 10**9), field=st.one_of(st.just(""), names), system=names, stream=names, id=ids
    )
)
def test_every_place_comes_back(place: Place) -> None:
    assert parse(str(place)) == place
