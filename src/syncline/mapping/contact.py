"""How people are reached: e-mail addresses and phone numbers.

Both have a short way for the usual spelling, which gives what the library gives (the tests compare
them), and a cache, since the same addresses come back with every read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from random import Random
from typing import Any

import phonenumbers
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberFormat, ValidationResult

from syncline.mapping.field_type import FieldType, Unfit, Value
from syncline.mapping.text import clean, cut_off, folded, itself, shown

_CACHED = 16384

_EMAIL_MAX_LENGTH = 254
_ATOM = r"[A-Za-z0-9_!#$%&'*+\-/=?^`{|}~]+"
# No label with two hyphens in third place: that is punycode or reserved, and the library's business.
_LABEL = r"(?!..--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN_EMAIL = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@((?:{_LABEL}\.)+{_LABEL}(?<=[A-Za-z]))")
_RESERVED = tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES)

_PUNCTUATION = " ()./\\-\u00a0\u2010-\u2015"
_PHONE = re.compile(
    rf"(\+?[\d{_PUNCTUATION}]*\d)"
    r"(?:[ ,]*(?:;ext=|extension|extn?\.?|x|#):? ?([0-9]{1,15}))?",
    re.IGNORECASE,
)
_UNPUNCTUATED = str.maketrans("", "", " ()./-")
_LONGEST_CALLING_CODE = 3
_SAMPLE_NUMBERS = (("+4930", 7), ("+1212555", 4), ("+44207946", 4), ("+331990", 5), ("+9723555", 4))
_SAMPLE_DOMAINS = ("example.com", "mail.example.org", "b\u00fccher.example")


@cache
def email() -> FieldType:
    """One e-mail address, without a display name; no look-up is made."""
    return FieldType(name="email", normal=_email, key=folded, lost=cut_off, sample=_some_email, dump=_email)


def phone(*, region: str | None = None) -> FieldType:
    """One phone number; `region` (ISO 3166, as "DE") is where a number without country code is from."""
    if region is not None and region not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"{region!r} is not a region of two letters with a numbering plan")

    def normal(value: Any) -> Value:
        cleaned = clean(value)
        return None if cleaned is None else phone_number(cleaned, region)

    return FieldType(name="phone", normal=normal, key=itself, lost=cut_off, sample=_some_phone, dump=normal)


def _email(value: Any) -> Value:
    cleaned = clean(value)
    return None if cleaned is None else email_address(cleaned)


@lru_cache(maxsize=_CACHED)
def email_address(address: str) -> str:
    """The normal form of an address; raises Unfit."""
    plain = _PLAIN_EMAIL.fullmatch(address)
    if plain is not None and len(address) <= _EMAIL_MAX_LENGTH:
        return f"{plain[1]}@{plain[2].lower()}"
    return email_by_library(address)


def email_by_library(address: str) -> str:
    """The normal form of any address, the long way.

    A domain that the internet does not know is one too: a CRM holds `.local` addresses of printers and test systems.
    The library refuses those whatever it is told, so it judges them before another ending.
    """
    ending = ".com" if address.lower().endswith(_RESERVED) else ""
    try:
        found = validate_email(address + ending, check_deliverability=False)
    except EmailNotValidError as error:
        raise Unfit(address, f"{shown(address)} is not an e-mail address: {error}") from None
    # The library lower-cases "Info" and its like; the spelling stays here, equality ignores it anyway.
    return f"{address.rpartition('@')[0]}@{found.domain.removesuffix(ending)}"


@lru_cache(maxsize=_CACHED)
def phone_number(number: str, region: str | None) -> str:
    """The normal form of a number: E.164, with ";ext=" where it has an extension; raises Unfit."""
    if is_plainly_possible(number):
        return number
    spelled, extension = number, None
    bare = number.translate(_UNPUNCTUATED)
    if not (number.isascii() and bare.removeprefix("+").isdigit() and number.rfind("+") <= 0 and number[-1].isdigit()):
        found = _PHONE.fullmatch(number)
        if found is None:
            raise Unfit(number, f"{shown(number)} is not written as a phone number")
        spelled, extension = found.groups()
        bare = spelled.translate(_UNPUNCTUATED)
    if is_plainly_possible(bare):
        normal = bare
    else:
        normal = (region and plainly_national(bare, region)) or phone_by_library(spelled, region)
    return f"{normal};ext={extension}" if extension else normal


def is_plainly_possible(number: str) -> bool:
    """Whether a number is in E.164, of a possible length, and the library would leave it as it is."""
    if number[:1] != "+" or not (number.isascii() and number[1:].isdigit()):
        return False
    for length in range(2, _LONGEST_CALLING_CODE + 2):
        plan = _numbering_plan(number[1:length])
        if plan is not None:
            possible = len(number) - length in plan.lengths
            return possible and (plan.prefix is None or _strips_nothing(plan.prefix, number[length:]))
    return False


def plainly_national(number: str, region: str) -> str | None:
    """E.164 of digits dialled inside a region, where the library could read them in no other way."""
    plan = _dialling_plan(region)
    if plan is None or not (number.isascii() and number.isdigit()) or plan.abroad.match(number):
        return None
    national = number
    if plan.prefix is not None and not _strips_nothing(plan.prefix, number):
        national = number.removeprefix(plan.plain_prefix)
        if national == number or len(national) not in plan.lengths or not plan.digits.fullmatch(national):
            return None
    normal = f"+{plan.calling_code}{national}"
    return normal if is_plainly_possible(normal) else None


def phone_by_library(number: str, region: str | None) -> str:
    """E.164 of any spelling without an extension, the long way."""
    international = number.startswith("+")
    if region is None and not international:
        raise Unfit(number, f"{shown(number)} has no country code, and no region is declared")
    normal = _parsed(number, number, None if international else region)
    # A few plans strip a prefix from what is already a full number; such a number has no normal form.
    if not is_plainly_possible(normal) and _parsed(number, normal, None) != normal:
        raise Unfit(number, f"{shown(number)} can be read as {normal} and otherwise")
    return normal


def _parsed(original: str, number: str, region: str | None) -> str:
    try:
        found = phonenumbers.parse(number, region)
    except NumberParseException as error:
        raise Unfit(original, f"{shown(original)} is not a phone number: {error}") from None
    if phonenumbers.is_possible_number_with_reason(found) != ValidationResult.IS_POSSIBLE:
        raise Unfit(original, f"{shown(original)} has too many or too few digits for its country")
    return phonenumbers.format_number(found, PhoneNumberFormat.E164)


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What the library knows of the numbers of one country or of one calling code.

    lengths: of a whole number. prefix: what is stripped in front of one, also one in E.164.
    plain_prefix: that, where it is always the same digits. abroad: how a number begins that may be
    meant to have a country code.
    """

    calling_code: int
    lengths: frozenset[int]
    digits: re.Pattern[str]
    prefix: re.Pattern[str] | None
    plain_prefix: str
    abroad: re.Pattern[str]


@cache
def _numbering_plan(calling_code: str) -> _Plan | None:
    code = int(calling_code)
    if str(code) != calling_code or code not in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
        return None
    region = phonenumbers.region_code_for_country_code(code)
    return _plan(PhoneMetadata.metadata_for_region_or_calling_code(code, region))


@cache
def _dialling_plan(region: str) -> _Plan | None:
    return _plan(PhoneMetadata.metadata_for_region(region, None))


def _plan(metadata: PhoneMetadata | None) -> _Plan | None:
    digits = None if metadata is None else metadata.general_desc
    if metadata is None or digits is None or metadata.country_code is None:
        return None  # no plan, no short way
    prefix = metadata.national_prefix_for_parsing or ""
    plain = prefix.isdigit() and not metadata.national_prefix_transform_rule
    abroad = f"{metadata.international_prefix}|" if metadata.international_prefix else ""
    return _Plan(
        calling_code=metadata.country_code,
        lengths=frozenset(digits.possible_length),
        digits=re.compile(digits.national_number_pattern or ""),
        prefix=re.compile(prefix) if prefix else None,
        plain_prefix=prefix if plain else "",
        abroad=re.compile(f"{abroad}{metadata.country_code}"),
    )


def _strips_nothing(prefix: re.Pattern[str], national: str) -> bool:
    found = prefix.match(national)
    return found is None or (found.end() == 0 and found.lastindex is None)


def _some_email(random: Random) -> Value:
    local = "".join(random.choices("abcxyzABC0189.+-_", k=random.randint(1, 12))).strip(".").replace("..", ".")
    return _email(f"{local.replace('..', '.') or 'x'}@{random.choice(_SAMPLE_DOMAINS)}")


def _some_phone(random: Random) -> Value:
    start, digits = random.choice(_SAMPLE_NUMBERS)
    extension = random.choice(("", "", f";ext={random.randint(1, 999)}"))
    return f"{start}{''.join(random.choices('123456789', k=digits))}{extension}"
