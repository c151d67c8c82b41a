"""A line of history is told to people as what moved, from where to where, and why."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from looked_at import looked_at, set_in
from small_world import Small, contacts

from syncline.look.named import naming
from syncline.look.sentence import Sentence, Words, sentence, sentences
from syncline.model.entry import Entry, EntryKind
from syncline.model.record import FieldValue, Record


def told(small: Small, since: int = 0) -> tuple[list[Sentence], int]:
    """What is told of contact 0 from that entry on, and how many entries there are."""
    record, ledger = small.case_of("crm").record, small.hub.ledger
    entries = ledger.history([record.id])[record.id]
    links = {link.id: (link.system, link.stream) for link in ledger.links_of([record.id])[record.id]}
    return sentences(record, entries, since, links, words(small)), len(entries)


def words(small: Small) -> Words:
    declaration = small.hub.declaration
    return Words(declaration=declaration, record=naming(declaration, small.hub.ledger), system=str.upper)


def test_first_values_are_not_told_and_what_is_made_is(tmp_path: Path) -> None:
    with looked_at(tmp_path) as (small, _):
        found, _ = told(small)
        assert [str(one) for one in found] == ["Contact 0  new in ERP: contact erp0"]


def test_an_edit_is_told_once_with_where_it_came_from(tmp_path: Path) -> None:
    with looked_at(tmp_path) as (small, _):
        _, since = told(small)
        set_in(small, "erp", 0, name="Contact Zero")
        small.settle()
        found, _ = told(small, since)
        assert [(one.kind, one.field, one.what) for one in found] == [
            ("told", "name", "ERP -> CRM  Contact 0 -> Contact Zero")
        ]
        assert found[0].at > 0


def test_a_conflict_waits_for_a_person_and_then_is_carried_over(tmp_path: Path) -> None:
    with looked_at(tmp_path) as (small, _):
        _, since = told(small)
        set_in(small, "crm", 0, rep="rep 2")
        set_in(small, "erp", 0, rep="rep 3")
        small.settle()
        (one,), _ = told(small, since)
        assert one.kind == "conflict"
        assert "rep 2" in one.what
        assert "rep 3" in one.what
        assert one.what.endswith("a person must choose")
        assert one.why == "both sides changed it"


RECORD = Record(id=7, entity="contact", origin="crm", fields={"name": FieldValue(value="Contact 7", version=1)})
LINKS = {1: ("crm", "contact"), 2: ("erp", "contact")}


def last(*entries: Entry, record: Record = RECORD) -> Sentence | None:
    """What is told of the last of these, or of the one before where the last only explains it."""
    number = len(entries) - 1
    return sentence(record, entries, number, LINKS, words(Small(contacts("crm", "erp"))))


def entry(kind: str, **more: object) -> Entry:
    return Entry(kind=kind, record=7, **{"field": "name", "at": 5.0, **more})  # type: ignore[arg-type]


def test_what_takes_an_edit_back_is_put_back() -> None:
    refused = entry("refused", link=2, before="Contact 7", after="Contact X")
    one = last(refused, entry("told", link=2, before="Contact X", after="Contact 7"))
    assert one is not None
    assert (one.kind, one.what) == ("put-back", "put back in ERP  Contact X -> Contact 7")
    first = last(refused)
    assert first is not None
    assert first.what == "Contact X of ERP is refused, Contact 7 stands"


def test_of_two_edits_the_one_that_stands_is_named_whoever_came_first() -> None:
    small = Small(contacts("crm", "erp"))
    lost = entry("conflict-lost", link=2, before="a", after="b", why="the later one")
    stayed = sentence(RECORD, [lost], 0, LINKS, words(small))
    won = [
        entry("conflict-lost", link=2, before="b", after="a", why="the later one"),
        entry("taken", after="a", link=1),
    ]
    came = sentence(RECORD, won, 0, LINKS, words(small))
    for one in (stayed, came):
        assert one is not None
        assert one.what == "both sides changed it: a stands, b of ERP does not"
        assert one.why == "the later one"


def test_of_an_address_only_what_differs_is_told() -> None:
    before = {"street": "Street 1", "city": "Vienna", "country": "AT"}
    one = last(entry("told", link=2, field="address", before=before, after={**before, "street": "Street 2"}))
    assert one is not None
    assert one.what == "computed -> ERP  Street 1 -> Street 2"


def test_what_a_rule_made_says_of_what() -> None:
    by_rule = Record(id=7, entity="contact", origin="crm", made_by="hash", fields=RECORD.fields)
    made = entry("made", field=None, after=9, why="rule won")
    assert last(made, record=by_rule) is None
    one = last(made, entry("created", field=None, link=2, after="erp7"), record=by_rule)
    assert one is not None
    assert str(one) == "record 7  new in ERP: contact erp7  (made of record 9 by the rule won)"


def test_every_kind_of_history_can_be_told() -> None:
    for kind in get_args(EntryKind):
        one = last(entry(kind, link=2, before="a", after=9 if kind in ("candidate", "made") else "b"))
        assert one is None or (one.what and "None" not in one.what), kind
