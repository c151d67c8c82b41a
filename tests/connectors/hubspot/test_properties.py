"""Properties of ours are made and taken away, all are described, and their histories tell who wrote them."""

from __future__ import annotations

from typing import Any

import pytest
from canned import answer, hubspot, play, stream

from syncline.connect.request import Answer
from syncline.connect.stream import Field
from syncline.connectors.hubspot.kinds import KEY_PROPERTY
from syncline.connectors.hubspot.paths import VERSION
from syncline.model.outcome import Denied, Done, Exists, Missing, Outcome, Rejected

AT = f"/crm/properties/{VERSION}/contacts"
KEY = Field(name=KEY_PROPERTY)


def one(name: str, **more: Any) -> dict[str, Any]:
    """A property as HubSpot tells it."""
    told = {"name": name, "label": name.capitalize(), "type": "string", "fieldType": "text", "groupName": "information"}
    return {**told, "hubspotDefined": True, "modificationMetadata": {"readOnlyValue": False}, **more}


def ours(name: str, **more: Any) -> dict[str, Any]:
    return one(name, hubspotDefined=False, groupName="syncline", **more)


def defined(field: Field, *answers: Answer) -> tuple[list[str], list[Any], Outcome]:
    """What was asked, what was sent, and what became of it."""
    define = stream("contact").define
    assert define is not None
    requests, end = play(define(field), *answers)
    return [f"{r.method} {r.path.removeprefix(AT)}" for r in requests], [r.json for r in requests if r.json], end


def undefined(name: str, *answers: Answer) -> tuple[list[str], Outcome]:
    undefine = stream("contact").undefine
    assert undefine is not None
    requests, end = play(undefine(Field(name=name)), *answers)
    return [f"{r.method} {r.path.removeprefix(AT)}" for r in requests], end


# ---- made
def test_a_property_is_made_in_a_group_of_ours_and_our_ids_are_unique() -> None:
    asked, sent, end = defined(KEY, answer(one("email")), answer(), answer(status=201), answer(status=201))
    assert asked == ["GET ", "GET /groups", "POST /groups", "POST "]
    assert sent == [
        {"name": "syncline", "label": "Syncline", "displayOrder": -1},
        {
            "name": KEY_PROPERTY, "label": "Syncline key", "type": "string", "fieldType": "text",
            "groupName": "syncline", "hasUniqueValue": True,
        },
    ]  # fmt: skip
    assert end == Done(id=KEY_PROPERTY)


@pytest.mark.parametrize(("type", "shape"), [("boolean", "booleancheckbox"), ("date", "date"), ("text", "text")])
def test_the_group_is_made_once_and_types_are_hubspots(type: str, shape: str) -> None:
    field = Field(name="syncline_x", type=type, label="X")
    asked, sent, _ = defined(field, answer(), answer({"name": "syncline"}), answer(status=201))
    assert asked == ["GET ", "GET /groups", "POST "]
    assert (sent[0]["fieldType"], sent[0]["label"], "hasUniqueValue" in sent[0]) == (shape, "X", False)


def test_a_property_that_is_there_is_left_alone_if_it_will_do() -> None:
    assert defined(KEY, answer(ours(KEY_PROPERTY, hasUniqueValue=True))) == (["GET "], [], Exists(id=KEY_PROPERTY))
    _, sent, end = defined(KEY, answer(ours(KEY_PROPERTY, hasUniqueValue=False)))
    assert isinstance(end, Rejected)
    assert "its values are not unique; rename or delete that property in HubSpot" in end.reason
    _, more, other = defined(KEY, answer(ours(KEY_PROPERTY, type="number", hasUniqueValue=True)))
    assert isinstance(other, Rejected)
    assert "of type number is there, and string is needed" in other.reason
    assert sent + more == []


def test_a_property_that_somebody_makes_just_now_is_there() -> None:
    body = {"category": "OBJECT_ALREADY_EXISTS", "message": "A property named 'syncline_key' already exists."}
    twice = Answer(status=409, body=body)
    assert defined(KEY, answer(), answer(), twice, twice)[2] == Exists(id=KEY_PROPERTY)


def test_what_is_refused_is_said_and_nothing_more_is_asked() -> None:
    no = Answer(status=403, body={"category": "MISSING_SCOPES", "message": "no"})
    assert defined(KEY, no) == (["GET "], [], Denied(reason="no"))
    assert isinstance(defined(KEY, answer(), answer(), no)[2], Denied)
    assert isinstance(defined(KEY, answer(), answer(), answer(status=201), no)[2], Denied)


# ---- taken away
def test_only_a_property_of_ours_is_taken_away() -> None:
    gone = undefined("syncline_x", answer(ours("syncline_x")), Answer(status=204))
    assert gone == (["GET ", "DELETE /syncline_x"], Done(id="syncline_x"))
    assert undefined("syncline_x", answer()) == (["GET "], Missing())
    for foreign in (one("email"), one("region", hubspotDefined=False), one("syncline_own", groupName="syncline")):
        asked, end = undefined(foreign["name"], answer(foreign))
        assert asked == ["GET "]
        assert isinstance(end, Rejected)


# ---- described
def test_properties_are_described_as_hubspot_tells_them() -> None:
    described = stream("deal").described
    assert described is not None
    options = [{"value": "new", "label": "New"}, {"value": "old", "label": "Old"}]
    _, page = play(described(), answer(
        one("dealname"), one("hs_x", type="number", calculated=True), ours("syncline_x"),
        one("dealtype", type="enumeration", options=options, modificationMetadata={"readOnlyValue": True}),
        one("hubspot_owner_id", type="enumeration", options=options, externalOptions=True),
        one("is_vip", type="bool", options=options, modificationMetadata=None),
    ))  # fmt: skip
    rows = {row["name"]: row for row in page.records}
    assert rows["dealname"] == {
        "name": "dealname", "label": "Dealname", "type": "string", "required": True, "writable": True, "ours": False,
    }  # fmt: skip
    assert [name for name, row in rows.items() if not row["writable"]] == ["hs_x", "dealtype"]
    assert [name for name, row in rows.items() if row["ours"]] == ["syncline_x"]
    assert {name: row["choices"] for name, row in rows.items() if "choices" in row} == {"dealtype": ["new", "old"]}


# ---- who wrote
def history(rid: str, **entries: Any) -> dict[str, Any]:
    """A record with the newest entry of each property."""
    return {"id": rid, "properties": {}, "propertiesWithHistory": {
        name: [{"value": "x", "timestamp": "2026-11-05T09:30:00Z", **one} for one in each]
        for name, each in entries.items()
    }}  # fmt: skip


def app(number: str) -> dict[str, str]:
    return {"sourceType": "INTEGRATION", "sourceId": number}


def test_the_newest_entry_tells_who_wrote() -> None:
    writers = stream("contact").writers
    assert writers is not None
    names = ("a", "b", "c", "d", "e", "f", "company_id")
    requests, page = play(writers(["1"], names), answer(history(
        "1", a=[{"sourceType": "CRM_UI", "sourceId": "userId:7"}, app("9")], b=[{**app("123"), "sourceLabel": "Old"}],
        c=[{"sourceType": "IMPORT", "sourceId": "88"}], d=[{"sourceType": "AUTOMATION_PLATFORM", "sourceId": "5"}],
        e=[{"sourceType": "MIGRATION"}], f=[],
    )))  # fmt: skip
    assert requests[0].json["propertiesWithHistory"] == ["a", "b", "c", "d", "e", "f", KEY_PROPERTY]
    told = {row["field"]: (row["kind"], row["by"]) for row in page.records}
    assert told == {
        "a": ("person", "user 7"), "b": ("integration", "integration 123 (Old)"), "c": ("import", "import 88"),
        "d": ("automation", "workflow 5"), "e": ("unknown", "migration"),
    }  # fmt: skip
    assert {row["at"] for row in page.records} == {1793871000.0}


def test_we_are_the_app_that_wrote_our_ids_or_the_one_that_the_file_names() -> None:
    records = (
        history("1", email=[app("5")], syncline_key=[{"sourceType": "CRM_UI"}, app("5")]),
        history("2", email=[app("6")]),
    )
    for connector, kinds in ((hubspot(), ["us", "integration"]), (hubspot(None, app=6), ["integration", "us"])):
        writers = connector.stream("contact").writers
        assert writers is not None
        _, page = play(writers(["1", "2"], ["email"]), answer(*records))
        assert [row["kind"] for row in page.records] == kinds


def test_histories_are_read_fifty_at_a_time_and_of_associations_there_are_none() -> None:
    writers = stream("contact").writers
    assert writers is not None
    requests, _ = play(writers([str(n) for n in range(120)], ["email"]), answer(), answer(), answer())
    assert [len(one.json["inputs"]) for one in requests] == [50, 50, 20]
    nothing = writers(["1"], ["company_id", "id"])
    with pytest.raises(StopIteration) as end:
        next(nothing)  # type: ignore[arg-type]
    assert end.value.value.records == ()
