"""Frozen values: what is left out costs nothing in the ledger, and everything comes back as it was."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from syncline.model.entry import Entry
from syncline.model.event import Event
from syncline.model.intent import Intent, Told
from syncline.model.link import UNKNOWN_FIELD, Doubt, Known, Link, Rewrite, Sent, Stopped, Turn, Withheld
from syncline.model.observation import Gone, Observation
from syncline.model.outcome import Clash, Denied, Done, Exists, Later, Missing, Outcome, Rejected, Unknown
from syncline.model.record import NOTHING, Conflict, Episode, FieldValue, Parking, Record
from syncline.model.rows import Armed, Cursor, Held, Hint, ParkedRow, Run, Staged, SystemState, Wake

PARKED = Parking(code="value-was-cut", reason="cut", remedy="shorten", ours="long", theirs="lo", at=3.0)
KNOWN = Known(
    agreed=2, emptied=1, has_base=True, base=["a"], sent=(Sent(value="x", version=2, stood=1),),
    doubts=(Doubt(intent=4, value=None, version=None, expires=9.0),), rewrites=(Rewrite(sent="a", back="b", times=2),),
    parked=PARKED, withheld=Withheld(before=None, written=True, undo=7), turns=(Turn(was="a", new=None, at=1.5),),
)  # fmt: skip
LINK = Link(
    id=1, record=2, entity="deal", system="crm", stream="deals", external_id="d1", fingerprint=b"\x00\xff",
    seen={"lines": [{"id": 1}]}, known={"name": KNOWN}, lines={"1": "a"}, line_receipts={"1": 2.0},
    held=(Stopped(kind="rewrite", field="name", version=2),), version=7, parked=PARKED,
)  # fmt: skip
RECORD = Record(
    id=1, entity="deal", origin="crm", fields={"name": FieldValue(value="x", version=1, source=1)},
    conflicts={"name": Conflict(sides={"1": "a", "record": None}, gone=("1",))}, parked=PARKED,
    episodes={"won": Episode(number=1, made=(3, 0))}, unfit={"score": PARKED}, distinct_from=(4,),
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    LINK, RECORD, KNOWN, PARKED,
    Intent(
        id=1, link=1, record=1, system="crm", stream="deals", kind="update",
        values={"name": Told(value="x", version=None)},
    ),
    Entry(kind="taken", record=1, field="name", before=None, after=["x"]),
    Event(id="e", type="deal.won", subject="deal/1", at=1.0, data={"n": 1}),
    Observation(id="1", raw={"a": None}, began=1.0, as_of=0.5),
    Gone(id="1", at=2.0, into="deals/2"),
    Cursor(system="crm", stream="deals"), Hint(system="crm", stream="deals", id="1", at=1.0),
    ParkedRow(system="crm", stream="deals", id="1", parking=PARKED),
    Staged(system="crm", stream="deals", id="1", raw={}),
    Wake(record=1, at=1.0), Armed(rule="won"), Run(id=1, kind="poll", at=0.0),
    Held(system="crm", stream="deals", kind="delete", count=3, since=1.0), SystemState(system="crm"),
)  # fmt: skip
OUTCOMES: tuple[Outcome, ...] = (
    Done(id="1"), Later(after=1.0), Rejected(reason="no"), Denied(), Clash(), Missing(), Exists(id="1"), Unknown(),
)  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_comes_back_from_the_ledgers_form_as_it_was(value):
    assert msgspec.json.decode(msgspec.json.encode(value), type=type(value)) == value
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(value), type=type(value)) == value


@pytest.mark.parametrize("value", [*VALUES, *OUTCOMES], ids=lambda value: type(value).__name__)
def test_a_value_is_frozen(value):
    names = value.__struct_fields__
    with pytest.raises(AttributeError):
        setattr(value, names[0] if names else "anything", None)


def test_what_is_as_usual_is_left_out():
    assert msgspec.json.encode(UNKNOWN_FIELD) == b"{}"
    assert msgspec.json.encode(Known(agreed=0)) == b'{"agreed":0}'


def test_the_parts_of_a_records_field_keep_their_places():
    assert msgspec.json.encode(NOTHING) == b'[null,0,null,0.0,0.0,0,""]'
    assert msgspec.json.decode(b'["x",3,7]', type=FieldValue) == FieldValue(value="x", version=3, source=7)


def test_a_part_is_replaced_and_the_value_before_it_stays():
    later = replace(LINK, state="tombstone")
    assert (later.state, LINK.state, later.known) == ("tombstone", "active", LINK.known)


def test_two_values_do_not_share_what_was_left_out():
    one, other = (
        Link(id=1, record=1, entity="e", system="s", stream="t"),
        Link(id=2, record=1, entity="e", system="s", stream="t"),
    )
    assert one.known is not other.known
    assert one.seen is not other.seen


def test_each_outcome_is_told_from_every_other():
    assert len({type(one) for one in OUTCOMES}) == len(OUTCOMES) == len(Outcome.__args__)


def test_a_state_outside_the_design_is_refused():
    with pytest.raises(msgspec.ValidationError, match="state"):
        msgspec.json.decode(msgspec.json.encode(LINK).replace(b'"deals"', b'"deals","state":"lost"', 1), type=Link)
