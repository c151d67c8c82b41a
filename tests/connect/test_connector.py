"""A connector is data and pure functions."""

from dataclasses import FrozenInstanceError

import pytest

from syncline.connect.connector import Connector, Limit
from syncline.connect.request import Answer, Page, Request, Write
from syncline.connect.stream import Field, Stream, WriteOrder, seconds
from syncline.model.observation import Gone
from syncline.model.outcome import Done


def page(answer: Answer) -> Page:
    return Page(records=tuple(answer.body["rows"]), next=answer.body.get("next"))


def update(id, values, version):
    """Two calls: look, then write."""
    looked = yield Request(method="GET", path=f"/contacts/{id}")
    answer = yield Write(request=Request(method="PATCH", path=f"/contacts/{id}", json=dict(values)))
    return Done(id=id, version=looked.body["v"] + answer.body["v"])


CONTACTS = Stream(
    name="contacts", key="id", fields=(Field(name="email", required=True),), page=page, update=update,
    get=lambda ids: Request(method="GET", path="/contacts", params={"ids": ",".join(ids)}),
)  # fmt: skip
ACME = Connector(
    name="acme", base_url="https://acme.example", streams=(CONTACTS,), limits=(Limit(name="all", amount=9),)
)


def test_a_stream_is_found_by_its_name():
    assert ACME.stream("contacts") is CONTACTS


def test_there_is_no_stream_of_another_name():
    with pytest.raises(StopIteration):
        ACME.stream("deals")


def test_an_answer_is_a_success_unless_the_connector_says_what_it_means():
    assert ACME.errors(Answer(status=500)) is None


def test_a_capability_is_a_function_that_is_present():
    present = {
        name for name in ("changes", "get", "sweep", "create", "update", "delete", "find") if getattr(CONTACTS, name)
    }
    assert present == {"get", "update"}


def test_a_read_is_described_and_its_answer_read_without_any_call():
    assert CONTACTS.get(["1", "2"]) == Request(method="GET", path="/contacts", params={"ids": "1,2"})
    shown = CONTACTS.page(Answer(status=200, body={"rows": [{"id": 1}], "next": "p2"}))
    assert (shown.records, shown.next, shown.gone) == (({"id": 1},), "p2", ())


def test_a_write_of_several_calls_is_a_conversation_that_ends_in_an_outcome():
    talk = CONTACTS.update("1", {"email": "a@x"}, None)
    assert next(talk) == Request(method="GET", path="/contacts/1")
    assert talk.send(Answer(status=200, body={"v": 1})).request.json == {"email": "a@x"}
    with pytest.raises(StopIteration) as end:
        talk.send(Answer(status=200, body={"v": 2}))
    assert end.value.value == Done(id="1", version=3)


@pytest.mark.parametrize(
    ("told", "when"),
    [
        (None, None),
        ("", None),
        (5, 5.0),
        (5.25, 5.25),
        ("1970-01-01T00:01:00Z", 60.0),
        ("1970-01-01T01:00:00+01:00", 0.0),
        ("1970-01-01T00:00:00.500+00:00", 0.5),
    ],
)
def test_a_systems_time_is_seconds_on_our_axis(told, when):
    assert seconds(told) == when


def test_a_time_that_is_none_is_refused():
    with pytest.raises(ValueError, match="yesterday"):
        seconds("yesterday")


def test_what_describes_a_system_cannot_be_changed_by_the_way():
    for thing, name in ((ACME, "name"), (CONTACTS, "key"), (Request(method="GET", path="/"), "path")):
        with pytest.raises(FrozenInstanceError):
            setattr(thing, name, "other")


def test_two_answers_do_not_share_what_was_left_out():
    assert Answer(status=200).headers is not Answer(status=200).headers
    assert Request(method="GET", path="/").params is not Request(method="GET", path="/").params


def test_an_order_of_a_batch_and_a_proven_delete_say_all_by_themselves():
    order = WriteOrder(kind="create", id=None, values={"email": "a@x"}, key="k1")
    assert (order.version, Gone(id="1", at=2.0).into) == (None, None)
