"""Countries: ISO 3166-1 codes of two letters, read from codes and from names in many languages.

Names are Unicode's (CLDR), by the package babel, and `country_words` has what is usual beside them. A name that could
mean two countries, or that means a part of one, does not fit: the reason says what to write instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from random import Random
from types import MappingProxyType
from typing import Any
from unicodedata import category, combining, normalize

from babel import localedata
from babel.core import get_global
from rapidfuzz import fuzz, process

from syncline.mapping.country_words import DOUBTFUL, GONE, PARTS, USUAL
from syncline.mapping.field_type import FieldType, Unfit, Value
from syncline.mapping.lens import Lens, reader
from syncline.mapping.text import clean, itself, never_lost, shown

_LANGUAGES = (
    "en de fr it es pt nl da sv nb fi is et lv lt pl cs sk sl hr sr hu ro bg el tr ru uk ca ga ar he hi th id ja ko zh"
    " zh_Hant"
)
LANGUAGES = tuple(_LANGUAGES.split())
"""In which countries are read, and may be written. A language whose accents tell words apart (Vietnamese) is none."""

_CODES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA"
    " CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA"
    " GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP"
    " KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS"
    " MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS"
    " RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW"
    " TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW"
)
CODES = frozenset(_CODES.split())
"""ISO 3166-1 alpha-2, and XK, which everybody uses for Kosovo."""

_WITHDRAWN = frozenset({"BUR", "DDR", "FXX", "TMP", "YMD", "ZAR"})
_ALIKE = 80  # of 100: how like a known name a slip of the pen is
_CACHED = 4096
_MARKS_OF_LETTERS = 200  # the combining class from which a mark is an accent, and no letter of its script
_AE = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


@cache
def country() -> FieldType:
    """A country: its code of two letters."""
    codes = sorted(CODES)

    def normal(value: Any) -> Value:
        cleaned = clean(value)
        return None if cleaned is None else country_code(cleaned)

    def sample(random: Random) -> Value:
        return random.choice(codes)

    return FieldType(name="country", normal=normal, key=itself, lost=never_lost, sample=sample, dump=normal)


def country_names(raw: str, *, language: str = "en", empty: str | bool | None = None) -> Lens:
    """A system that holds names: read like any country, this language's own words first; written in that language."""
    if language not in LANGUAGES:
        raise ValueError(f"{language!r} is no language that countries are written in: {', '.join(LANGUAGES)}")
    names = names_in(language)
    own = {folded(name): code for code, name in names.items()}

    def read(told: Any) -> Value:
        cleaned = clean(told)
        return None if cleaned is None else own.get(folded(cleaned)) or country_code(cleaned)

    def put(value: Value) -> dict[str, Any]:
        return {raw: empty if value is None else names[value]}

    return Lens(reads=(raw,), get=reader(raw, read, empty=empty), put=put)


@lru_cache(maxsize=_CACHED)
def country_code(told: str) -> str:
    """The code of a country that is told in a code or a name; raises Unfit."""
    letters = told.replace(".", "").replace(" ", "").upper()
    if letters.isascii() and (letters in CODES or letters in alpha_3()):
        return alpha_3().get(letters, letters)
    words = folded(told)
    found = known_names().get(words)
    if found is None:
        raise Unfit(told, why_not(told, words))
    return found


def why_not(told: str, words: str) -> str:
    """Why this names no country, and what would."""
    if words in DOUBTFUL:
        either = " or ".join(f"{names_in('en')[code]} ({code})" for code in DOUBTFUL[words])
        return f"{shown(told)} may be {either}: write which"
    if words in PARTS:
        code = PARTS[words]
        return f"{shown(told)} is a part of a country: write '{names_in('en')[code]}' or {code}"
    if words in GONE:
        return f"{shown(told)} is no one country of today: write which, by name or code"
    near = process.extractOne(words, known_names().keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE)
    meant = f"; is {names_in('en')[known_names()[near[0]]]} meant?" if near else ""
    return f"{shown(told)} is no country that ISO 3166 knows{meant}: write its code of two letters, or its name"


def folded(name: str) -> str:
    """A name without case, accents, punctuation and what may be left out of it."""
    spelled = normalize("NFKD", normalize("NFKD", name).casefold()).replace("ı", "i").replace("&", " and ")
    bare = "".join(one if one.isalnum() or is_letter_mark(one) else "" if combining(one) else " " for one in spelled)
    words = ["saint" if word == "st" else word for word in bare.split()]
    return " ".join(words[1:] if words[:1] == ["the"] else words)


def is_letter_mark(one: str) -> bool:
    """Vowel signs and the like are parts of a word; accents are not."""
    return category(one).startswith("M") and combining(one) < _MARKS_OF_LETTERS


@cache
def alpha_3() -> Mapping[str, str]:
    """What is also said for a code of two letters: ISO's three letters, and the two that the European Union uses."""
    codes = {
        alias: codes[0]
        for alias, codes in get_global("territory_aliases").items()
        if len(alias) == 3 and alias.isalpha() and alias not in _WITHDRAWN and len(codes) == 1 and codes[0] in CODES
    }
    return MappingProxyType({**codes, "XKX": "XK", "UK": "GB", "EL": "GR"})


@cache
def names_in(language: str) -> Mapping[str, str]:
    """Each country's name in a language."""
    territories = localedata.load(language)["territories"]
    # babel would keep every locale whole and for good: 40 MB, of calendars mostly.
    getattr(localedata, "_cache", {}).pop(language, None)
    return MappingProxyType({code: clean(str(territories[code])) or code for code in sorted(CODES)})


@cache
def known_names() -> Mapping[str, str]:
    """Every name that means one country only, as `folded` makes it, to its code."""
    meanings: dict[str, set[str]] = {}
    for language in LANGUAGES:
        for code, name in names_in(language).items():
            for spelling in (name, name.translate(_AE)) if language == "de" else (name,):
                meanings.setdefault(folded(spelling), set()).add(code)
    sure = {name: min(codes) for name, codes in meanings.items() if len(codes) == 1 and name not in DOUBTFUL}
    return MappingProxyType({**sure, **USUAL})
