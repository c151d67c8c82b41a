"""Records, their match keys and references: every statement on `record`, `match_key` and `reference`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, delete, func, select

from syncline.identity.match import Key
from syncline.ledger import opened
from syncline.ledger.coding import Remembered, encode
from syncline.ledger.open_items import of_record
from syncline.ledger.schema import match_key, record, reference
from syncline.ledger.statement import Session, Statement, adding, page, saving
from syncline.model.record import Record

coded = Remembered(Record)

SAVE = saving("Keeps records", record)
BY_ID = Statement(
    "Records by id",
    ("ids",),
    lambda d: select(record.c.id, record.c.body).where(d.one_of(record.c.id, "ids")),
)
SCAN = Statement(
    "Ids of records beyond one, in order",
    ("after", "limit"),
    lambda d: page(select(record.c.id).where(record.c.id > bindparam("after")).order_by(record.c.id)),
)

ADD_KEYS = adding("Adds match keys", match_key)
DROP_KEYS = Statement(
    "Removes match keys",
    ("rule", "value", "record"),
    lambda d: delete(match_key).where(
        match_key.c.rule == bindparam("rule"),
        match_key.c.value == bindparam("value"),
        match_key.c.record == bindparam("record"),
    ),
)
KEYS_OF = Statement(
    "The match keys of records",
    ("ids",),
    lambda d: select(match_key.c.record, match_key.c.rule, match_key.c.value).where(
        d.one_of(match_key.c.record, "ids")
    ),
)
WITH_KEY = Statement(
    "The records that have match keys of one rule",
    ("rule", "wanted"),
    lambda d: select(match_key.c.value, match_key.c.record).where(
        match_key.c.rule == bindparam("rule"), d.one_of(match_key.c.value, "wanted")
    ),
)

SHARING = Statement(
    "The first records that have a key",
    ("rule", "value", "limit"),
    lambda d: page(
        select(match_key.c.record)
        .where(match_key.c.rule == bindparam("rule"), match_key.c.value == bindparam("value"))
        .order_by(match_key.c.record)
    ),
)
CROWDED = Statement(
    "The keys of a rule that more than so many records have",
    ("rule", "most", "limit"),
    lambda d: page(
        select(match_key.c.value, func.count())
        .where(match_key.c.rule == bindparam("rule"))
        .group_by(match_key.c.value)
        .having(func.count() > bindparam("most"))
        .order_by(func.count().desc(), match_key.c.value)
    ),
)

ADD_REFERENCES = adding("Adds references", reference)
DROP_REFERENCES = Statement(
    "Removes references",
    ("record", "refers_to"),
    lambda d: delete(reference).where(
        reference.c.record == bindparam("record"), reference.c.refers_to == bindparam("refers_to")
    ),
)
REFERENCES_OF = Statement(
    "The records that records refer to",
    ("ids",),
    lambda d: select(reference.c.record, reference.c.refers_to).where(d.one_of(reference.c.record, "ids")),
)
REFERRING = Statement(
    "The records that refer to records",
    ("ids",),
    lambda d: select(reference.c.refers_to, reference.c.record).where(d.one_of(reference.c.refers_to, "ids")),
)


def save(session: Session, records: Sequence[Record]) -> None:
    """The last state of each, and what is open on it."""
    last = {one.id: one for one in records}
    session.many(SAVE, ((one.id, one.entity, encode(one)) for one in last.values()))
    opened.replace_of_records(session, last, [item for one in last.values() for item in of_record(one)])


def by_id(session: Session, ids: Iterable[int]) -> Mapping[int, Record]:
    """In the order asked for."""
    wanted = list(ids)
    found = dict(session.rows(BY_ID, (session.pack(wanted),)))
    return {rid: coded.decode(found[rid]) for rid in wanted if rid in found}


def scan(session: Session, after: int, limit: int) -> Sequence[int]:
    """A page of ids."""
    return [rid for (rid,) in session.rows(SCAN, (after, limit))]


def save_keys(session: Session, keys: Sequence[tuple[int, Sequence[Key]]]) -> None:
    """Replaces the keys of each record. Most changes of a record leave its keys: only what differs is written."""
    wanted = {(*key, rid) for rid, own in dict(keys).items() for key in own}
    ids = session.pack([rid for rid, _ in keys])
    held = {(rule, value, rid) for rid, rule, value in session.rows(KEYS_OF, (ids,))}
    session.many(DROP_KEYS, sorted(held - wanted))
    session.many(ADD_KEYS, sorted(wanted - held))


def with_keys(session: Session, keys: Iterable[Key]) -> Mapping[Key, Sequence[int]]:
    """In the order asked for; keys that no record has are not in it."""
    wanted = list(keys)
    by_rule = defaultdict(list)
    for rule, value in wanted:
        by_rule[rule].append(value)
    found: dict[Key, list[int]] = defaultdict(list)
    for rule, values in by_rule.items():
        for value, rid in session.rows(WITH_KEY, (rule, session.pack(values))):
            found[rule, value].append(rid)
    return {key: sorted(found[key]) for key in wanted if key in found}


def sharing(session: Session, keys: Iterable[Key], most: int) -> Mapping[Key, Sequence[int]]:
    """Key by key: of a key that a hundred thousand records have, no more is read than of any other."""
    found = {key: [rid for (rid,) in session.rows(SHARING, (*key, most))] for key in keys}
    return {key: ids for key, ids in found.items() if ids}


def crowded(session: Session, rule: str, most: int, limit: int) -> Sequence[tuple[str, int]]:
    """Values with their numbers, the largest first."""
    return [(value, number) for value, number in session.rows(CROWDED, (rule, most, limit))]


def save_references(session: Session, references: Sequence[tuple[int, Sequence[int]]]) -> None:
    """Replaces what each record refers to; only what differs is written."""
    wanted = {(rid, other) for rid, to in dict(references).items() for other in to}
    held = set(session.rows(REFERENCES_OF, (session.pack([rid for rid, _ in references]),)))
    session.many(DROP_REFERENCES, sorted(held - wanted))
    session.many(ADD_REFERENCES, sorted(wanted - held))


def referring_to(session: Session, records: Iterable[int]) -> Mapping[int, Sequence[int]]:
    """In the order asked for; records that nothing refers to are not in it."""
    wanted = list(records)
    found: dict[int, list[int]] = defaultdict(list)
    for other, rid in session.rows(REFERRING, (session.pack(wanted),)):
        found[other].append(rid)
    return {rid: sorted(found[rid]) for rid in wanted if rid in found}
