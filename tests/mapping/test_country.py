"""Countries: codes and names come to one code, and a guess is refused with what to write instead."""

import pytest
from some_lenses import misfit
from unfit import reason

from syncline.mapping.country import CODES, LANGUAGES, alpha_3, country, country_names, folded, known_names, names_in
from syncline.mapping.country_words import DOUBTFUL, GONE, PARTS, USUAL
from syncline.mapping.field_type import Unfit

SPELLED = {
    "AT": ["AT", "at", " A.T. ", "AUT", "Austria", "AUSTRIA", "Österreich", "O\u0308sterreich", "osterreich",
           "Oesterreich", "Autriche", "Rakousko", "Αυστρία", "Австрия", "オーストリア", "Austria\u200b"],
    "US": ["US", "usa", "U.S.", "U. S. A.", "United States", "The United States of America", "Vereinigte Staaten"],
    "GB": ["GB", "UK", "U.K.", "gbr", "Great Britain", "United Kingdom", "Royaume-Uni", "Großbritannien"],
    "DE": ["Germany", "Deutschland", "ALEMANIA", "Bundesrepublik Deutschland"],
    "GR": ["EL", "GRC", "Greece", "Griechenland", "Ελλάδα"],
    "CI": ["Côte d’Ivoire", "Cote d'Ivoire", "Ivory Coast"],
    "AG": ["Antigua & Barbuda", "Antigua and Barbuda"],
    "LC": ["St. Lucia", "Saint Lucia", "SAINT-LUCIA"],
    "NL": ["The Netherlands", "netherlands", "Holland"],
    "KR": ["South Korea", "Korea, Republic of", "KOR"],
    "CD": ["Congo - Kinshasa", "DR Congo"],
    "XK": ["Kosovo", "XKX"],
    "TR": ["Turkey", "Türkiye", "TURKIYE"],
    "IN": ["India", "Indie", "भारत", "IND"],
}  # fmt: skip


@pytest.mark.parametrize(("code", "spellings"), SPELLED.items())
def test_every_spelling_of_a_country_is_its_code(code: str, spellings: list[str]) -> None:
    assert {told: country().normal(told) for told in spellings} == dict.fromkeys(spellings, code)


def test_every_code_has_its_three_letters_and_a_name_in_every_language_that_leads_back_to_it() -> None:
    assert len(CODES) == 250
    assert {country().normal(three) for three in alpha_3()} == CODES
    wrong = [
        (language, code, name)
        for language in LANGUAGES
        for code, name in names_in(language).items()
        if folded(name) not in DOUBTFUL and country().normal(name) != code
    ]
    assert wrong == []


def test_no_name_of_a_language_means_two_countries_but_for_those_that_are_listed() -> None:
    meant: dict[str, set[str]] = {}
    for language in LANGUAGES:
        for code, name in names_in(language).items():
            meant.setdefault(folded(name), set()).add(code)
    assert {name for name, codes in meant.items() if len(codes) > 1} <= DOUBTFUL.keys()


def test_the_words_beside_the_languages_names_are_folded_and_of_one_kind() -> None:
    kinds = (USUAL.keys(), DOUBTFUL.keys(), PARTS.keys(), GONE)
    for name in {name for words in kinds for name in words}:
        assert folded(name) == name
        assert sum(name in words for words in kinds) == 1
    assert set(USUAL.values()) <= CODES
    assert not known_names().keys() & (DOUBTFUL.keys() | PARTS.keys() | GONE)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("England", "'England' is a part of a country: write 'United Kingdom' or GB"),
        ("Schottland", "is a part of a country"),
        ("Korea", "'Korea' may be South Korea (KR) or North Korea (KP): write which"),
        ("Kongo", "may be Congo - Kinshasa (CD) or Congo - Brazzaville (CG): write which"),
        ("Yugoslavia", "'Yugoslavia' is no one country of today: write which, by name or code"),
        ("DDR", "is no one country of today"),
        ("America", "is no one country of today"),
        ("Autsria", "is no country that ISO 3166 knows; is Austria meant?: write its code of two letters, or its name"),
        ("EN", "'EN' is no country that ISO 3166 knows: write its code of two letters, or its name"),
        ("-", "'-' is no country that ISO 3166 knows: write"),
        ("040", "is no country"),
        ("Wien, Österreich", "is no country"),
    ],
)
def test_a_guess_is_refused_and_the_reason_says_what_to_write(told: str, why: str) -> None:
    assert why in reason(country(), told)


def test_what_is_no_text_is_no_country() -> None:
    assert country().normal("  ") is None
    assert reason(country(), 40) == "is a number, not text"


def test_a_system_that_holds_names_is_written_names_and_read_in_any_language() -> None:
    lens = country_names("country", language="de", empty="")
    assert lens.put is not None
    assert [lens.put(code) for code in ("AT", "US", None)] == [
        {"country": "Österreich"}, {"country": "Vereinigte Staaten"}, {"country": ""},
    ]  # fmt: skip
    told = ("Österreich", "austria", "AT", "Autriche", "", None, " ")
    assert [lens.get({"country": one}) for one in told] == ["AT"] * 4 + [None] * 3
    assert misfit(lens.get, {"country": "England"})[0] == "country"
    assert misfit(lens.get, {"country": 7}) == ("country", "is a number, not text")


def test_a_word_that_is_doubtful_elsewhere_is_read_in_its_own_language() -> None:
    """Polish says `Kongo` for one of the two, and what is written must come back."""
    lens = country_names("country", language="pl")
    assert lens.put is not None
    assert lens.get(lens.put("CG")) == "CG"
    with pytest.raises(Unfit):
        country().normal(lens.put("CG")["country"])


def test_a_language_that_countries_are_not_written_in() -> None:
    with pytest.raises(ValueError, match="'vi' is no language that countries are written in: en, de, fr"):
        country_names("country", language="vi")


def test_babel_keeps_no_locale_for_names_alone() -> None:
    from babel import localedata

    names_in("fr")
    assert "fr" not in localedata._cache
