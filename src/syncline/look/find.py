"""From what people have, an e-mail, an order number, a page's address, to the record they mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from urllib.parse import urlsplit

from msgspec import Struct

from syncline.config.declaration import Declaration
from syncline.connect.connector import SHARED
from syncline.identity.match import fitted, key_text
from syncline.look.looking import Looking
from syncline.look.named import FIRST, name_of
from syncline.look.opened import name_of_row
from syncline.look.place import NoPlace, Place, parse
from syncline.model.record import Record

MOST = 20
PAGE = 2000
NEAR = 0.7
"""So alike is a name that was mistyped."""
TEXTS = frozenset({*FIRST, "phone", "domain", "last_name", "vat_id"})
"""Fields that are searched for a text, where nothing else finds it."""

Row = tuple[str, str, str]


class Found(Struct, frozen=True, kw_only=True):
    """A record, or (record 0) a row that belongs to none. at: its place. by: what was found of it."""

    record: int
    at: str
    entity: str
    name: str
    by: str


class NotFound(LookupError):
    """Nothing is called so."""


class Several(LookupError):
    """More than one is called so; `found` has them, the first few."""

    def __init__(self, what: str, found: list[Found]) -> None:
        super().__init__(f"{what!r} is more than one")
        self.found = found


def one(looking: Looking, what: str) -> tuple[Found, Place]:
    """The one that is meant, and the place that was named (its field and system, where there are any).

    Raises NotFound or Several.
    """
    found, place = find(looking, what)
    if not found:
        raise NotFound(f"Nothing is called {what!r}: no record, row, page, key or name.")
    if len(found) > 1:
        raise Several(what, found)
    return found[0], place


def find(looking: Looking, what: str) -> tuple[list[Found], Place]:
    """All that may be meant, the surest way first: what a surer way finds, the others are not asked for."""
    text = what.strip()
    place = place_of(looking, text)
    if place is not None:
        found = at_place(looking, place)
        if found:
            return found, place
    ways = (by_address, by_row, by_key, by_text)
    return next((found for way in ways if (found := way(looking, text))), []), Place()


def exactly(looking: Looking, what: str) -> Found:
    """The one that an act is about: by a place, a page's address or a whole match key, never by a part of a name.

    Raises NotFound or Several.
    """
    text = what.strip()
    place = place_of(looking, text)
    ways = (by_address, by_row, by_key)
    found = at_place(looking, place) if place is not None else []
    found = found or next((seen for way in ways if (seen := way(looking, text))), [])
    if not found:
        meant = near(looking.declaration, text)
        also = f"; did you mean {meant}?" if meant else ": say its number, its row or all of a match key's value"
        raise NotFound(f"Nothing is called exactly {what!r}{also}")
    if len(found) > 1:
        raise Several(what, found)
    return found[0]


def near(declaration: Declaration, text: str) -> str:
    """The system or entity that was probably meant; empty where none is near."""
    known = {name.casefold(): name for name in (*declaration.order, *declaration.entities)}
    word = text.casefold()
    found = get_close_matches(word, known, n=1, cutoff=NEAR) or [k for k in known if word and k.startswith(word)]
    return known[found[0]] if found else ""


# ---- a place
def place_of(looking: Looking, text: str) -> Place | None:
    """As commands write it."""
    try:
        place = parse(text)
    except NoPlace:
        return None
    return place if not place.system or place.system in looking.declaration.order else None


def at_place(looking: Looking, place: Place) -> list[Found]:
    """A record by its number, or a row."""
    if place.record:
        return of_records(looking, [place.record], f"record {place.record}")
    return of_rows(looking, [place.row] if place.row is not None else [])


def of_rows(looking: Looking, rows: Iterable[Row]) -> list[Found]:
    """What these rows are: records, or rows that belong to none."""
    rows = list(dict.fromkeys(rows))
    links, out = looking.ledger.links_at(rows), []
    for row in rows:
        if row in links:
            out += of_records(looking, [links[row].record], " ".join(row))
    for row, parked in looking.ledger.parked_rows(row for row in rows if row not in links).items():
        at = str(Place(system=row[0], stream=row[1], id=row[2]))
        entity = next((b.entity for b in looking.declaration.bindings if (b.system, b.stream) == row[:2]), "")
        out.append(Found(record=0, at=at, entity=entity, name=name_of_row(parked), by="a row without a record"))
    return distinct(out)


def of_records(looking: Looking, ids: Iterable[int], by: str) -> list[Found]:
    """Records; a merged one stands for the one that took it over."""
    out = []
    for rid in dict.fromkeys(ids):
        record = present(looking, rid)
        if record is not None:
            name = name_of(record, looking.declaration)
            out.append(Found(record=record.id, at=str(record.id), entity=record.entity, name=name, by=by))
    return distinct(out)


def present(looking: Looking, rid: int) -> Record | None:
    """The record that this number means today."""
    met: set[int] = set()
    while rid not in met:
        met.add(rid)
        record = looking.ledger.records([rid]).get(rid)
        if record is None or record.merged_into is None:
            return record
        rid = record.merged_into
    return None


def distinct(found: Iterable[Found]) -> list[Found]:
    """Each thing once."""
    return list({one.at: one for one in found}.values())


# ---- an address
def by_address(looking: Looking, text: str) -> list[Found]:
    """The page of a record, copied from the browser. A system at that very host is meant before all others."""
    if "://" not in text:
        return []
    host = urlsplit(text).netloc if "[" not in text else ""
    named = [
        (system, *row)
        for system, connector in looking.connectors.items()
        if (row := connector.named_by(text)) is not None
    ]
    there = [row for row in named if urlsplit(looking.declaration.systems[row[0]].url or "").netloc == host]
    return of_rows(looking, streams_of(looking, there or named))


def streams_of(looking: Looking, rows: Iterable[Row]) -> Iterator[Row]:
    """A stream that several entities share has a name for each of them."""
    for system, stream, rid in rows:
        for binding in looking.declaration.bindings:
            if binding.system == system and binding.stream.partition(SHARED)[0] == stream:
                yield system, binding.stream, rid


def by_row(looking: Looking, text: str) -> list[Found]:
    """`SYSTEM/ID` in any stream, and `SYSTEM/STREAM/ID` of a stream that several entities share."""
    system, _, rest = text.partition("/")
    if not rest or system not in looking.declaration.order:
        return []
    stream, _, rid = rest.rpartition("/")
    if stream:
        return of_rows(looking, streams_of(looking, [(system, stream, rid)]))
    bound = [b.stream for b in looking.declaration.bindings if b.system == system]
    return of_rows(looking, ((system, name, rid) for name in bound))


# ---- a value
def by_key(looking: Looking, text: str) -> list[Found]:
    """A value of any match rule of one field."""
    keys = {}
    for entity, rules in looking.declaration.matching.items():
        for rule in rules:
            if len(rule.fields) != 1:
                continue
            kind = looking.declaration.entities[entity].of(rule.fields[0]).type
            told = key_text([kind], [fitted(kind, text)])
            if told is not None:
                keys[f"{entity}:{rule.name}", told] = f"{entity}.{rule.name}"
    found = looking.ledger.records_with(keys)
    return distinct(one for key, ids in found.items() for one in of_records(looking, ids, keys[key]))


def by_text(looking: Looking, text: str) -> list[Found]:
    """A name or another text that tells one from another: equal, else a part of it. Every record is read for that."""
    wanted, equal, part, after = text.casefold(), list[Record](), list[Record](), 0
    if not wanted:
        return []
    while ids := looking.ledger.scan(after, PAGE):
        after = ids[-1]
        for record in looking.ledger.records(ids).values():
            held = [
                str(one.value).casefold() for f, one in record.fields.items() if f in TEXTS and one.value is not None
            ]
            if record.state == "merged":
                continue
            if wanted in held:
                equal.append(record)
            elif len(part) < MOST and any(wanted in one for one in held):
                part.append(record)
    chosen = equal or part
    by = "that name" if equal else "a part of a name"
    return of_records(looking, (record.id for record in chosen[:MOST]), by)
