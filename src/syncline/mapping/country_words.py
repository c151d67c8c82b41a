"""What people say for countries beside the names that languages have for them, without case, accents and points.

USUAL names mean one whole country and nothing else. What would be a guess is listed with what it may mean, so that it
is refused with a reason that helps.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_USUAL = {
    "AE": "uae",
    "AT": "oesterreich, republik osterreich, republic of austria",
    "BA": "bosnia, bosnia herzegovina, bosnia and hercegovina",
    "BN": "brunei darussalam",
    "BO": "bolivia plurinational state of, plurinational state of bolivia",
    "BQ": "bonaire sint eustatius and saba",
    "BY": "weissrussland, belorussia",
    "CD": "dr congo, drc, democratic republic of congo, democratic republic of the congo, congo democratic republic of"
    " the, congo the democratic republic of the, demokratische republik kongo",
    "CG": "republic of congo, republic of the congo, congo republic of the, republik kongo",
    "CI": "ivory coast, cote divoire, elfenbeinkuste",
    "CN": "prc, people s republic of china, peoples republic of china, volksrepublik china, mainland china",
    "CV": "cape verde, cabo verde",
    "CZ": "czech republic, czechia, tschechische republik, ceska republika",
    "DE": "bundesrepublik deutschland, federal republic of germany, brd",
    "FK": "falkland islands, falkland islands malvinas, falklands",
    "FM": "federated states of micronesia, micronesia federated states of",
    "GB": "great britain, britain, great britain and northern ireland, united kingdom of great britain and northern"
    " ireland, grossbritannien, grande bretagne, gran bretana, gran bretagna, gra bretanha, groot brittannie,"
    " storbritannien, wielka brytania, velka britanie",
    "GM": "republic of the gambia",
    "HK": "hong kong, hongkong",
    "IE": "republic of ireland, eire, republik irland",
    "IR": "islamic republic of iran, iran islamic republic of",
    "KP": "dprk, democratic people s republic of korea, korea democratic people s republic of",
    "KR": "republic of korea, korea republic of, korea south",
    "LA": "lao pdr, lao people s democratic republic",
    "MD": "republic of moldova, moldova republic of, moldavia",
    "MF": "saint martin french part",
    "MK": "macedonia, fyrom, republic of north macedonia, mazedonien",
    "MM": "myanmar, burma, birma",
    "MO": "macao, macau",
    "NL": "holland, kingdom of the netherlands",
    "PS": "palestine, state of palestine, palestine state of, palastina",
    "RU": "russian federation, russische foderation",
    "SA": "ksa, kingdom of saudi arabia",
    "SK": "slovak republic, slowakische republik",
    "SX": "sint maarten dutch part",
    "SY": "syrian arab republic",
    "SZ": "swaziland, eswatini",
    "TL": "east timor, timor leste",
    "TR": "turkey, turkiye",
    "TW": "taiwan, taiwan province of china",
    "TZ": "united republic of tanzania, tanzania united republic of",
    "US": "united states of america, vereinigte staaten von amerika, etats unis d amerique, stati uniti d america,"
    " estados unidos de america, estados unidos da america, ee uu, eeuu, verenigde staten van amerika",
    "VA": "vatican, holy see, holy see vatican city state",
    "VE": "bolivarian republic of venezuela, venezuela bolivarian republic of",
    "VG": "virgin islands british",
    "VI": "us virgin islands, virgin islands us, united states virgin islands",
    "VN": "viet nam, vietnam",
    "ZA": "rsa, republic of south africa",
}

USUAL: Mapping[str, str] = MappingProxyType(
    {name: code for code, names in _USUAL.items() for name in names.split(", ")}
)
"""Name to code."""

DOUBTFUL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("korea", "corea", "coree", "coreia"), ("KR", "KP")),
        **dict.fromkeys(("congo", "kongo"), ("CD", "CG")),
        **dict.fromkeys(("virgin islands", "jungferninseln"), ("VG", "VI")),
        "republic of china": ("TW", "CN"),
    }
)
"""Name to what it may mean."""

PARTS: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(
        (
            "england", "scotland", "wales", "northern ireland", "schottland", "nordirland", "angleterre", "ecosse",
            "inglaterra", "inghilterra", "escocia", "scozia", "engeland", "schotland", "anglia", "anglie",
        ),
        "GB",
    )
)  # fmt: skip
"""Name of a part to its country. That it lies there is certain, but which part it is would be lost."""

_GONE = (
    "yugoslavia, jugoslawien, czechoslovakia, tschechoslowakei, ussr, udssr, soviet union, sowjetunion, ddr, gdr,"
    " east germany, ostdeutschland, serbia and montenegro, serbien und montenegro, netherlands antilles, europe,"
    " europa, eu, european union, europaische union, america, amerika, amerique, africa, afrika, asia, asien"
)
GONE = frozenset(_GONE.split(", "))
"""States that ended, and names for many countries."""
