"""How alike two records are that no match rule joins: block keys say which are compared at all, a score says how much.

Nothing here decides that two records are one. Blank fields count neither way; what nobody can tell apart is left
to a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal
from unicodedata import combining, normalize

from rapidfuzz.fuzz import ratio, token_set_ratio

from syncline.identity.match import Key
from syncline.mapping.field_type import FieldType, Value
from syncline.merge.policy import EntityPolicy

Role = Literal["name", "address", "phone", "email", "domain", "same"]
"""How a field is compared: by its type, and text by its name."""

MOST = 50
"""A block of more records than this is not compared: what so many share says nothing of any two of them."""

ALONE = 8.0
"""What a score loses where one field only could be compared."""

WEIGHTS: Mapping[Role, float] = {"name": 5.0, "address": 3.0, "phone": 2.0, "email": 3.0, "domain": 3.0, "same": 3.0}
AGAINST: Mapping[Role, float] = {"name": 1.0, "address": 1.0, "phone": 0.25, "email": 0.25, "domain": 0.5, "same": 1.0}
"""The part of its weight with which a field counts that differs: a company has several phones, and one name."""


@dataclass(frozen=True, kw_only=True)
class AlikeRule:
    """Records of an entity are compared by `fields`; from `at_least` (0 to 100) on a person is asked.

    apart: fields which, filled and different, say that the two are not the same.
    """

    fields: tuple[str, ...]
    at_least: float = 90.0
    apart: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """How alike two records are, from 0 to 100, and why, as people say it."""

    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """A name without legal forms: its words in order of the alphabet; the words with digits in them; its sound."""

    words: str
    numbers: frozenset[str]
    sound: str
    start: str


@dataclass(frozen=True, slots=True)
class Place:
    """An address; parts that are not told are empty."""

    postcode: str
    city: str
    street: str


Part = Any
"""A Name, a Place, text, a number, or None where the field is blank."""

Profile = tuple[Part, ...]
"""What is compared of a record, in the order of the rule's fields."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """By what records of one entity are compared: the rule's fields, each with its role and its type."""

    entity: str
    rule: AlikeRule
    roles: tuple[Role, ...]
    kinds: tuple[FieldType, ...]


def measure_of(policy: EntityPolicy, rule: AlikeRule) -> Measure:
    """The measure of a rule."""
    kinds = tuple(policy.of(name).type for name in rule.fields)
    roles = tuple(role_of(name, kind) for name, kind in zip(rule.fields, kinds, strict=True))
    return Measure(entity=policy.name, rule=rule, roles=roles, kinds=kinds)


# ---- what is compared
def role_of(name: str, kind: FieldType) -> Role:
    """How a field is compared."""
    if kind.name == "phone":
        return "phone"
    if kind.name == "email":
        return "email"
    if kind.name in ("address", "group"):
        return "address"
    if kind.name == "text":
        return "domain" if any(word in name for word in ("domain", "website", "url")) else "name"
    return "same"


def profile_of(measure: Measure, values: Mapping[str, Value]) -> Profile:
    """What a set of canonical values is compared by."""
    found = zip(measure.rule.fields, measure.roles, measure.kinds, strict=True)
    return tuple(part_of(role, kind, values.get(name)) for name, role, kind in found)


def part_of(role: Role, kind: FieldType, value: Value) -> Part:
    """One field in the form in which it is compared; None where there is nothing to compare."""
    if value is None:
        return None
    if role == "same":
        key = kind.key(value)
        return None if key == kind.key(None) else key
    if role == "address":
        return place_of(value) if isinstance(value, dict) else None
    text = value if isinstance(value, str) else ""
    if role == "name":
        return name_of(text)
    if role == "phone":
        digits = "".join(one for one in text if one.isdigit())
        return digits[-PHONE_DIGITS:] if len(digits) >= PHONE_DIGITS - 1 else None
    if role == "email":
        return text.strip().lower() or None
    return host_of(text) or None


PHONE_DIGITS = 7
"""The last digits of a phone number that are compared: how a country is written before them differs."""

LEGAL = frozenset({
    "gmbh", "gesmbh", "mbh", "ges", "ag", "kg", "kgaa", "ohg", "og", "eu", "ek", "ev", "gen", "ug", "gbr", "se",
    "inc", "incorporated", "corp", "corporation", "ltd", "limited", "llc", "llp", "plc", "co", "cie", "sa", "sas",
    "sarl", "srl", "spa", "sro", "bv", "nv", "ab", "as", "oy", "aps", "kft", "doo", "zoo", "sp", "und", "and", "et",
    "the",
})  # fmt: skip
"""Words of a name that say which form a company has, or nothing."""

_DOTTED = re.compile(r"(?<=\w)\.(?=\w)")
_WORD = re.compile(r"[^\W_]+")
_DOUBLED = re.compile(r"(.)\1+")
_VOWELS = str.maketrans("", "", "aeiouyh")
_SPELLED = (("ae", "a"), ("oe", "o"), ("ue", "u"), ("ph", "f"), ("th", "t"), ("ck", "k"))


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """Small letters without marks, and one spelling for what is spelled in two ways."""
    text = text.lower()
    if not text.isascii():
        text = normalize("NFKD", text.replace("ß", "ss").replace("ø", "o").replace("æ", "a").replace("ł", "l"))
        text = "".join(one for one in text if not combining(one))
    for two, one in _SPELLED:
        text = text.replace(two, one)
    return text


def words_of(text: str) -> list[str]:
    """Its words; an abbreviation with dots is one of them."""
    return _WORD.findall(_DOTTED.sub("", folded(text)))


@lru_cache(maxsize=8192)
def name_of(text: str) -> Name | None:
    """A name as it is compared."""
    every = words_of(text)
    words = sorted(one for one in every if one not in LEGAL) or sorted(every)
    if not words:
        return None
    longest = max(words, key=len)
    return Name(
        words=" ".join(words), numbers=frozenset(one for one in words if any(map(str.isdigit, one))),
        sound=" ".join(sound_of(one) for one in words), start=sound_of(longest)[:4],
    )  # fmt: skip


def sound_of(word: str) -> str:
    """Its first letter and its consonants, none of them doubled; a number is itself."""
    if any(map(str.isdigit, word)):
        return word
    return _DOUBLED.sub(r"\1", word[0] + word[1:].translate(_VOWELS))


def place_of(value: Mapping[str, Value]) -> Place | None:
    """An address as it is compared: a postcode that stands before the city is a postcode."""
    told = {part: folded(str(value.get(part) or "")) for part in ("postcode", "city", "street")}
    words = _WORD.findall(told["city"])
    digits = [one for one in words if one.isdigit()]
    postcode = "".join(_WORD.findall(told["postcode"])) or (digits[0] if digits else "")
    street = " ".join(_STREET.get(one, one) for one in _WORD.findall(told["street"].replace("strasse", "str")))
    place = Place(postcode, " ".join(one for one in words if not one.isdigit()), street)
    return place if place.postcode or place.city or place.street else None


_STREET: Mapping[str, str] = {"street": "str", "st": "str", "road": "rd", "avenue": "ave", "platz": "pl"}


def host_of(text: str) -> str:
    """The host of an address in the web."""
    host = text.strip().lower().partition("://")
    return (host[2] or host[0]).partition("/")[0].removeprefix("www.")


PUBLIC = frozenset({
    "gmail", "googlemail", "gmx", "web", "outlook", "hotmail", "live", "msn", "yahoo", "ymail", "icloud", "me",
    "mac", "aol", "aon", "chello", "t-online", "freenet", "mail", "proton", "protonmail", "posteo", "bluewin",
    "orange", "free", "laposte", "libero", "yandex", "a1", "kabsi", "inode", "arcor",
})  # fmt: skip
"""The first part of the hosts where anybody has a mailbox."""


def own_host(address: str) -> str | None:
    """The host of an e-mail address, if it is a company's own."""
    host = address.rpartition("@")[2]
    return host if host and host.partition(".")[0] not in PUBLIC else None


# ---- blocks
def blocks(measure: Measure, profile: Profile) -> tuple[Key, ...]:
    """The keys under which a record is found by those that may be alike. Two that share none are never compared."""
    return tuple(dict.fromkeys((f"{measure.entity}:~{kind}", text) for kind, text in _blocks(measure.roles, profile)))


KINDS = ("name", "sound", "place", "phone", "host", "same")
"""Of blocks."""


def block_rules(entity: str) -> tuple[str, ...]:
    """The rules of an entity's block keys."""
    return tuple(f"{entity}:~{kind}" for kind in KINDS)


def _blocks(roles: Sequence[Role], profile: Profile) -> Iterator[tuple[str, str]]:
    names = [part for role, part in zip(roles, profile, strict=True) if role == "name" and part is not None]
    start = names[0].start if names else ""
    for role, part in zip(roles, profile, strict=True):
        if part is None:
            continue
        if role == "name" and part is names[0]:
            yield "name", " ".join(sorted(one.words for one in names))
            yield "sound", " ".join(sorted(one.sound for one in names))
        elif role == "address" and start and (part.postcode or part.city):
            yield "place", f"{part.postcode or part.city} {start}"
        elif role == "phone":
            yield "phone", part
        elif role == "email" and own_host(part) is not None:
            yield "host", f"{own_host(part)}"
        elif role == "domain" and part.partition(".")[0] not in PUBLIC:
            yield "host", part
        elif role == "same" and start:
            yield "same", f"{part} {start}"


# ---- score
def compare(measure: Measure, one: Profile, other: Profile) -> Likeness | None:
    """How alike they are; None where too little of them can be compared."""
    fields, roles = measure.rule.fields, measure.roles
    total = weight = 0.0
    compared, named = 0, "name" not in roles
    reasons: list[str] = []
    for name, role, mine, theirs in zip(fields, roles, one, other, strict=True):
        if mine is None or theirs is None:
            continue  # I14: a blank counts neither way
        alike, why = _alike(name, role, mine, theirs)
        if alike is None:
            continue
        counts = WEIGHTS[role] * (AGAINST[role] + (1 - AGAINST[role]) * alike / 100)
        total, weight, compared = total + counts * alike, weight + counts, compared + 1
        named = named or role == "name"
        reasons += why
    if not named or not weight or (compared < 2 and "name" not in roles):
        return None
    score = total / weight - (ALONE if compared == 1 else 0.0)
    return Likeness(score=round(max(score, 0.0), 1), reasons=tuple(reasons))


def _alike(name: str, role: Role, one: Part, other: Part) -> tuple[float | None, list[str]]:
    """Of one field, with what to say of it."""
    if role == "address":
        return _places(one, other)
    if role == "name":
        alike = names(one, other)
    elif role == "email":
        alike = 100.0 if one == other else 0.0
        if alike == 0.0 and own_host(one) is not None and own_host(one) == own_host(other):
            return 70.0, [f"same host of {name}"]
    else:
        alike = 100.0 if one == other else 0.0
    return alike, [said(name, alike)]


def said(name: str, alike: float) -> str:
    """A field's part of the score, in words."""
    if alike > ALMOST:
        return f"same {name}"
    return f"{name} {alike:.0f} alike" if alike >= LIKE else f"other {name}"


LIKE = 60.0
"""Below this a field is said to be another."""


def names(one: Name, other: Name) -> float:
    """Names with other numbers in them are other names."""
    if one.words == other.words:
        return 100.0
    if one.numbers != other.numbers:
        return 0.0
    part = PART_OF * token_set_ratio(one.words, other.words)
    return float(min(max(ratio(one.words, other.words), ratio(_joined(one), _joined(other)), part), ALMOST))


ALMOST, PART_OF = 99.0, 0.92
"""What names are at most that are not the same, and what it is worth that all words of one are in the other."""


def _joined(name: Name) -> str:
    return name.words.replace(" ", "")


def _places(one: Place, other: Place) -> tuple[float | None, list[str]]:
    """By the parts that both tell."""
    total = weight = 0.0
    reasons = []
    for name, counts in (("postcode", 2.0), ("city", 2.0), ("street", 2.0)):
        mine, theirs = getattr(one, name), getattr(other, name)
        if mine and theirs:
            alike = 100.0 if mine == theirs else 0.0 if name == "postcode" else ratio(mine, theirs)
            alike = 0.0 if alike < LIKE else alike
            total, weight = total + counts * alike, weight + counts
            reasons.append(said(name, alike))
    return (total / weight, reasons) if weight else (None, [])


# ---- who asks about whom
def asked_key(entity: str, record: int) -> Key:
    """The key under which those are found that may be this record."""
    return f"{entity}:~may be", str(record)
