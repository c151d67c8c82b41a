"""E-mail addresses and phone numbers: the short way to their normal forms against the long one."""

from random import Random

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from unfit import or_unfit, reason

from syncline.mapping import contact
from syncline.mapping.contact import email, phone
from syncline.mapping.field_type import Unfit

NEAR_EMAILS = st.from_regex(
    r"[A-Za-z.+'_-]{1,8}@([A-Za-z0-9-]{1,6}\.){0,2}(com|COM|test|local|x1|example|xn--p1ai|de-)", fullmatch=True
)


@given(NEAR_EMAILS)
def test_the_short_way_of_an_email_is_the_long_way(address: str) -> None:
    assert or_unfit(contact.email_address, address) == or_unfit(contact.email_by_library, address)


def test_the_short_way_of_an_email_keeps_its_limits() -> None:
    for length in (61, 62, 63, 64):
        address = f"a@{'b' * length}.com"
        assert or_unfit(contact.email_address, address) == or_unfit(contact.email_by_library, address)
    for length in range(50, 64):
        address = f"{'a' * 70}@{'b' * 60}.{'c' * 60}.{'d' * length}.com"
        assert or_unfit(contact.email_address, address) == or_unfit(contact.email_by_library, address)


def test_email() -> None:
    assert email().normal(" Info@EXAMPLE.com ") == "Info@example.com"
    assert email().normal("a@xn--bcher-kva.example") == "a@bücher.example"
    assert email().normal("Jürgen@BÜCHER.example") == "Jürgen@bücher.example"
    assert email().normal(" ") is None
    assert email().equal("Ada@example.com", "ada@example.com")
    assert email().lost("ada@example.com", "ADA@example.co")
    assert "not an e-mail address" in reason(email(), "Ada <ada@example.com>")
    assert email().normal("printer@Acme.local") == "printer@acme.local"
    assert email().normal("jürgen@acme.test") == "jürgen@acme.test"
    assert "not an e-mail address" in reason(email(), "jürgen@localhost")
    assert "not an e-mail address" in reason(email(), "a b@acme.test")
    assert "not text" in reason(email(), ["ada@example.com"])


REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
DIGITS = st.text("0123456789", max_size=9)


@st.composite
def dialled(draw: st.DrawFn) -> tuple[str, str]:
    """A region, and digits that begin like a number there, with and without codes."""
    region = draw(st.sampled_from(REGIONS))
    example = phonenumbers.example_number(region)
    assert example is not None
    national = phonenumbers.national_significant_number(example)
    start = national[: draw(st.integers(0, len(national)))]
    code = str(example.country_code)
    before = draw(st.sampled_from(["", "0", "1", "8", "00", "011", f"+{code}", f"+{code} (0)", code]))
    return region, draw(
        st.sampled_from([f"{before}{start}{draw(DIGITS)}", f"{before} {national}", f"({before}){national}"])
    )


@given(dialled())
def test_the_short_way_of_a_phone_number_is_the_long_way(case: tuple[str, str]) -> None:
    region, number = case
    if contact._PHONE.fullmatch(number):
        found = or_unfit(contact.phone_number, number, region)
        assert found == or_unfit(contact.phone_by_library, number, region)
        if found is not None:
            assert contact.phone_number(found, None) == found


def test_the_short_way_of_a_phone_number_is_the_long_way_in_every_region() -> None:
    random = Random(1)
    for region in REGIONS:
        example = phonenumbers.example_number(region)
        assert example is not None
        national = phonenumbers.national_significant_number(example)
        for before in ("", "0", "1", str(example.country_code), f"+{example.country_code}"):
            for kept in (0, 1, 2, 3, len(national) - 1):
                for length in (len(national) - 1, len(national), len(national) + 1):
                    rest = "".join(random.choices("0123456789", k=max(length - kept, 2)))
                    number = f"{before}{national[:kept]}{rest}"
                    long = or_unfit(contact.phone_by_library, number, region)
                    assert or_unfit(contact.phone_number, number, region) == long, (number, region)


@given(st.sampled_from(REGIONS))
def test_the_usual_spellings_of_a_number_take_the_short_way(region: str) -> None:
    example = phonenumbers.example_number(region)
    assert example is not None
    normal = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert phone(region=region).normal(normal) == normal
    written = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    assert phone().normal(written) == normal


def test_phone() -> None:
    assert contact.is_plainly_possible("+493012345678")
    assert contact.plainly_national("03012345678", "DE") == "+493012345678"
    assert contact.plainly_national("2125550123", "US") == "+12125550123"
    assert phone(region="DE").normal("(030) 1234-5678") == "+493012345678"
    assert phone(region="DE").normal("0049 30 12345678") == "+493012345678"
    assert phone().normal("+49 (0)30 12345678, ext. 007") == "+493012345678;ext=007"
    assert phone().normal("+493012345678;ext=7") == "+493012345678;ext=7"
    assert phone().normal("") is None
    assert phone().lost("+493012345678;ext=7", "+493012345678")
    assert "no country code" in reason(phone(), "030 12345678")
    assert "too many or too few digits" in reason(phone(), "+4930")
    assert "not a phone number" in reason(phone(), "+0301234567")
    for number in ("call 030 12345678", "1-800-FLOWERS", "030 12345678, 030 87654321", "+"):
        assert "not written as a phone number" in reason(phone(region="DE"), number)
    with pytest.raises(ValueError, match="not a region"):
        phone(region="Germany")


def test_a_number_with_two_readings_is_not_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    readings = iter(["+78001234567", "+7001234567"])
    monkeypatch.setattr(contact, "_parsed", lambda *_: next(readings))
    with pytest.raises(Unfit, match="can be read as"):
        contact.phone_by_library("8 800 123 45 67", "RU")


def test_a_region_or_code_without_a_plan_takes_the_long_way() -> None:
    assert contact._plan(None) is None
    assert not contact.is_plainly_possible("+9991234567")
    assert not contact.is_plainly_possible("+0491234567")
    assert contact.plainly_national("1234567", "ZZ") is None
