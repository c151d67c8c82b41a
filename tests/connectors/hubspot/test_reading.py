"""What the connector asks to read, and what it makes of the answers."""

from __future__ import annotations

from typing import Any

import pytest
from canned import AT, answer, hubspot, linked, play, record, stream

from syncline.connect.request import Answer, Request
from syncline.connect.webhook import Touched
from syncline.connectors.hubspot import reading
from syncline.connectors.hubspot.paths import VERSION
from syncline.model.observation import Gone

HALF_PAST = 1793871000.0
SEARCH = f"/crm/objects/{VERSION}/companies/search"


def filters(request: Request) -> list[tuple[str, str, str]]:
    """The conditions of a search."""
    [group] = request.json["filterGroups"]
    return [(one["propertyName"], one["operator"], one["value"]) for one in group["filters"]]


# ---- changes
def test_changes_are_a_search_by_the_stamp_for_what_is_bound() -> None:
    company = stream("company", "name", "my_own")
    assert company.changes is not None
    [asked], page = play(company.changes(HALF_PAST + 0.25, None), answer(record(1, 300, name="A")))
    assert (asked.method, asked.path, asked.kind) == ("POST", SEARCH, "search")
    assert filters(asked) == [("hs_lastmodifieddate", "GTE", "1793871000250")]
    assert asked.json["sorts"] == [{"propertyName": "hs_lastmodifieddate", "direction": "ASCENDING"}]
    assert asked.json["properties"] == ["name", "my_own", "hs_lastmodifieddate", "hs_merged_object_ids"]
    assert asked.json["limit"] == 200
    assert "after" not in asked.json
    assert page.next is None
    assert page.records[0]["name"] == "A"
    assert company.time(page.records[0][str(company.changed_at)]) == HALF_PAST + 0.3


def test_contacts_have_another_stamp() -> None:
    contact = stream("contact", "email")
    assert contact.changes is not None
    [asked], _ = play(contact.changes(0.0, None), answer())
    assert filters(asked) == [("lastmodifieddate", "GTE", "0")]
    assert contact.changed_at == "lastmodifieddate"


def test_before_the_beginning_is_the_beginning() -> None:
    company = stream("company", "name")
    assert company.changes is not None
    [asked], _ = play(company.changes(-122.0, None), answer())
    assert filters(asked) == [("hs_lastmodifieddate", "GTE", "0")]


def test_the_next_page_begins_at_the_last_stamp() -> None:
    company = stream("company", "name")
    assert company.changes is not None
    _, page = play(company.changes(0.0, None), answer(record(1, 1), record(2, 7), after="200"))
    [asked], last = play(company.changes(0.0, page.next), answer(record(2, 7), record(3, 9)))
    assert filters(asked) == [("hs_lastmodifieddate", "GTE", "1793871000007")]
    assert "after" not in asked.json, "offsets shift while rows change"
    assert last.next is None


def test_more_rows_of_one_stamp_than_a_page_go_by_id_and_then_beyond() -> None:
    company = stream("company", "name")
    assert company.changes is not None
    _, page = play(company.changes(0.0, None), answer(record(5, 7), record(4, 7), after="200"))
    [asked], page = play(company.changes(0.0, page.next), answer(record(4, 7), record(5, 7), after="200"))
    assert filters(asked) == [("hs_lastmodifieddate", "EQ", "1793871000007"), ("hs_object_id", "GT", "0")]
    assert asked.json["sorts"][0]["propertyName"] == "hs_object_id"
    [asked], page = play(company.changes(0.0, page.next), answer(record(6, 7)))
    assert filters(asked)[1] == ("hs_object_id", "GT", "5")
    [asked], page = play(company.changes(0.0, page.next), answer(record(7, 8)))
    assert filters(asked) == [("hs_lastmodifieddate", "GT", "1793871000007")]
    assert page.next is None


def test_who_was_merged_into_a_changed_row_is_gone_into_it() -> None:
    company = stream("company", "name")
    assert company.changes is not None
    _, page = play(company.changes(0.0, None), answer(record(9, 4, hs_merged_object_ids="7;8")))
    assert page.gone == tuple(Gone(id=one, at=HALF_PAST + 0.004, into="9") for one in ("7", "8"))


# ---- looks
def test_a_look_without_associations_is_one_call_for_a_hundred() -> None:
    contact = stream("contact", "email", "firstname")
    assert contact.get is not None
    ids = [str(one) for one in range(100)]
    [asked], page = play(contact.get(ids), answer(*(record(one) for one in ids)))
    assert asked.path == f"/crm/objects/{VERSION}/contacts/batch/read"
    assert [one["id"] for one in asked.json["inputs"]] == ids
    assert len(page.records) == contact.batch_size == 100


def test_a_look_at_more_takes_more_calls() -> None:
    contact = stream("contact", "email")
    assert contact.get is not None
    ids = [str(one) for one in range(130)]
    asked, page = play(contact.get(ids), answer(*map(record, range(100))), answer(*map(record, range(100, 130))))
    assert [len(one.json["inputs"]) for one in asked] == [100, 30]
    assert len(page.records) == 130


def test_who_is_not_there_is_looked_for_in_the_bin() -> None:
    contact = stream("contact", "email")
    assert contact.get is not None
    lost = {"category": "OBJECT_NOT_FOUND", "context": {"ids": ["2", "3"]}, "message": "not found"}
    asked, page = play(
        contact.get(["1", "2", "3"]),
        answer(record(1), status=207, errors=[lost]),
        answer({**record(2), "archived": True, "archivedAt": AT % 5}, status=207, errors=[lost]),
    )
    assert asked[1].params == {"archived": "true"}
    assert [one["id"] for one in asked[1].json["inputs"]] == ["2", "3"]
    assert [one["id"] for one in page.records] == ["1"]
    assert page.gone == (Gone(id="2", at=HALF_PAST + 0.005),), "of 3 nothing is known"


def test_an_id_that_leads_to_another_row_was_merged_into_it() -> None:
    contact = stream("contact", "email")
    assert contact.get is not None
    _, page = play(contact.get(["7"]), answer(record(9, 4, hs_merged_object_ids="7")))
    assert page.gone == (Gone(id="7", at=HALF_PAST + 0.004, into="9"),)


@pytest.mark.parametrize(
    "broken",
    [
        answer(status=207, errors=[{"category": "INTERNAL_ERROR", "message": "half of it"}]),
        Answer(status=200, body="<html>"),
        Answer(status=404, body={"message": "resource not found"}),
        Answer(status=503, body={"message": "try later"}),
    ],
)
def test_from_an_answer_that_is_not_whole_nothing_is_concluded(broken: Answer) -> None:  # I11
    contact = stream("contact", "email")
    assert contact.get is not None
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        play(contact.get(["1"]), broken)


# ---- associations and lines
def test_bound_associations_are_asked_for_and_told_as_ids() -> None:
    contact = stream("contact", "email", "company_id")
    assert contact.get is not None
    pairs = linked(_1=[(5, 1), (6, 279)], _2=[(6, 279)], _3=[(5, 279), (6, 279)])
    asked, page = play(contact.get(["1", "2", "3", "4"]), answer(*map(record, (1, 2, 3, 4))), pairs)
    assert asked[1].path == f"/crm/associations/{VERSION}/contacts/companies/batch/read"
    told = {one["id"]: one.get("company_id", "not told") for one in page.records}
    assert told == {"1": "5", "2": "6", "3": "not told", "4": None}
    assert "company_id" not in asked[0].json["properties"]


def test_many_associations_come_in_pages() -> None:
    more = linked(_1=[5])
    more.body["results"][0]["paging"] = {"next": {"after": "x"}}
    contact = stream("contact", "company_id")
    assert contact.get is not None
    asked, page = play(contact.get(["1"]), answer(record(1)), more, linked(_1=[(6, 1)]))
    assert asked[2].json == {"inputs": [{"id": "1", "after": "x"}]}
    assert page.records[0]["company_id"] == "6"


def test_who_has_no_association_is_no_error_and_anything_else_is() -> None:
    contact = stream("contact", "company_id")
    assert contact.get is not None
    none = {"category": "OBJECT_NOT_FOUND", "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND"}
    _, page = play(contact.get(["1"]), answer(record(1)), Answer(status=207, body={"results": [], "errors": [none]}))
    assert page.records[0]["company_id"] is None
    broken = Answer(status=207, body={"results": [], "errors": [{"category": "INTERNAL"}]})
    with pytest.raises(ValueError, match="INTERNAL"):
        play(contact.get(["1"]), answer(record(1)), broken)


def test_a_deal_with_its_lines_takes_three_requests_more() -> None:
    deal = stream("deal", "dealname", "line_items")
    assert deal.get is not None
    asked, page = play(
        deal.get(["1", "2"]),
        answer(record(1), record(2)),
        linked(_1=[11, 12]),
        answer(record(12, hs_position_on_quote="0", quantity="2"), record(11, hs_position_on_quote="1")),
    )
    assert [one.path.split(f"/{VERSION}/")[1] for one in asked] == [
        "deals/batch/read",
        "deals/line_items/batch/read",
        "line_items/batch/read",
    ]
    lines = {one["id"]: [line["id"] for line in one["line_items"]] for one in page.records}
    assert lines == {"1": ["12", "11"], "2": []}
    assert deal.children == ("line_item",)
    assert stream("deal", "dealname").children == ()


def test_lists_and_searches_tell_what_a_look_tells() -> None:
    deal = stream("deal", "company_id")
    assert deal.changes is not None
    assert deal.sweep is not None
    for asked in (deal.changes(0.0, None), deal.sweep(None)):
        _, page = play(asked, answer(record(1)), linked(_1=[(5, 5)]))
        assert page.records[0]["company_id"] == "5"


def test_line_items_touch_their_deals() -> None:
    lines = stream("line_item", "quantity")
    assert lines.changes is not None
    asked, page = play(lines.changes(0.0, None), answer(record(1, 1), record(2, 2)), linked(_1=[7], _2=[7, 8]))
    assert asked[1].path.endswith("/line_items/deals/batch/read")
    assert page.touched == (Touched(stream="deal", id="7"), Touched(stream="deal", id="8"))


# ---- lists
def test_a_sweep_goes_by_the_list() -> None:
    company = stream("company", "name")
    assert company.sweep is not None
    [asked], page = play(company.sweep("abc"), answer(record(1), after="def"))
    assert (asked.method, asked.path) == ("GET", f"/crm/objects/{VERSION}/companies")
    assert asked.params == {
        "limit": 100, "after": "abc", "archived": "false",
        "properties": "name,hs_lastmodifieddate,hs_merged_object_ids",
    }  # fmt: skip
    assert page.next == "def"


def test_the_bin_proves_deletes_but_not_of_who_was_merged_or_restored() -> None:
    company = stream("company", "name")
    assert company.deleted is not None
    binned = [{**record(one), "archivedAt": AT % at} for one, at in ((1, 100), (2, 600), (3, 700), (4, 800))]
    asked, page = play(
        company.deleted(HALF_PAST + 0.5, None),
        answer(*binned, after="x"),
        answer(record(3), record(9, 4, hs_merged_object_ids="4")),
    )
    assert asked[0].params["archived"] == "true"
    assert [one["id"] for one in asked[1].json["inputs"]] == ["2", "3", "4"], "only what is new there"
    assert page.gone == (Gone(id="2", at=HALF_PAST + 0.6), Gone(id="4", at=HALF_PAST + 0.004, into="9"))
    assert page.next == "x"


def test_a_page_of_the_bin_without_news_costs_one_call() -> None:
    company = stream("company", "name")
    assert company.deleted is not None
    [_], page = play(company.deleted(HALF_PAST + 500, None), answer({**record(1), "archivedAt": AT % 1}))
    assert page.gone == ()


def test_owners_and_pipelines_are_listed_whole() -> None:
    whole = hubspot()
    owner, pipeline = whole.stream("owner"), whole.stream("pipeline")
    assert owner.changes is not None
    assert owner.get is not None
    assert pipeline.sweep is not None
    asked: Any = owner.changes(5.0, "7")
    assert asked.params == {"limit": 100, "archived": "false", "after": "7"}
    told = answer({"id": 12, "email": "a@example.test", "updatedAt": AT % 0}, after="9")
    assert owner.page(told).records[0]["id"] == "12"
    assert owner.page(told).next == "9"
    _, page = play(owner.get(["1", "2"]), Answer(status=404, body={}), Answer(status=200, body={"id": "2"}))
    assert [one["id"] for one in page.records] == ["2"]
    asked = pipeline.sweep(None)
    assert asked.path == f"/crm/pipelines/{VERSION}/deals"
    assert owner.create is None
    assert pipeline.update is None


# ---- find
def test_a_contact_is_found_by_e_mail_without_a_search() -> None:
    contact = stream("contact", "email", "lastname")
    assert contact.find is not None
    [asked], page = play(
        contact.find({"email": "contact7@example.test", "lastname": "Seven"}),
        answer(record(7, lastname="seven"), record(8, lastname="Eight")),
    )
    assert asked.json["idProperty"] == "email"
    assert asked.json["inputs"] == [{"id": "contact7@example.test"}]
    assert [one["id"] for one in page.records] == ["7"]


def test_records_of_a_company_are_found_by_its_associations() -> None:
    contact = stream("contact", "company_id")
    assert contact.find is not None
    asked, page = play(
        contact.find({"company_id": "5", "lastname": "Seven"}),
        linked(_5=[1, 2]), answer(record(1, lastname="SEVEN"), record(2, lastname="Two")),
    )  # fmt: skip
    assert asked[0].path == f"/crm/associations/{VERSION}/companies/contacts/batch/read"
    assert [one["id"] for one in page.records] == ["1"]


def test_all_else_is_found_by_search() -> None:
    contact = stream("contact", "phone")
    assert contact.find is not None
    [asked], _ = play(contact.find({"lastname": "Seven"}), answer())
    assert filters(asked) == [("lastname", "EQ", "Seven")]


# ---- every request that reads is one that only reads
def test_every_read_is_named_as_one() -> None:
    whole = hubspot()
    patterns = [(method, path.strip("/").split("/")) for method, path in whole.reads]

    def fits(request: Request) -> bool:
        parts = request.path.strip("/").split("/")
        return any(
            request.method == method and len(path) == len(parts)
            and all(one in ("*", other) for one, other in zip(path, parts, strict=True))
            for method, path in patterns
        )  # fmt: skip

    asked: list[Request] = []
    for one in whole.streams:
        for read in (
            one.changes and one.changes(0.0, None), one.sweep and one.sweep(None), one.get and one.get(["1"]),
            one.deleted and one.deleted(0.0, None), one.find and one.find({"name": "x"}),
        ):  # fmt: skip
            if read:
                asked.append(read if isinstance(read, Request) else next(read))  # type: ignore[arg-type]
    assert len(asked) == 36
    assert all(fits(request) for request in asked)
    writes = [
        request
        for one in whole.streams
        if one.create and one.update and one.delete and one.define
        for request in (
            one.create({}, "k"),
            one.update("1", {}, None),
            one.delete("1", None),
            one.define(one.fields[0]),
        )
    ]
    assert not any(fits(request) for request in writes if isinstance(request, Request))


def test_a_page_that_goes_on_with_nothing_is_no_page() -> None:
    with pytest.raises(IndexError):
        play(reading.changes(_asked())(0.0, None), answer(after="200"))


def _asked() -> Any:
    from syncline.connect.template import Use
    from syncline.connectors.hubspot.kinds import COMPANY
    from syncline.connectors.hubspot.rows import asked

    return asked(COMPANY, Use())
