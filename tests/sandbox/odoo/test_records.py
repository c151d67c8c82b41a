"""Records as clients make, read, find, change and delete them, the same over every wire."""

from typing import Any

import pytest

from syncline.sandbox.remote import in_process

from .calling import NOON, No, Odoo


def test_what_is_created_is_read_as_odoo_writes_values(every: Odoo) -> None:
    company = every.make("res.partner", name="Company 1", is_company=True, country_id=1, credit_limit=10.005)
    contact = every.make("res.partner", name="Contact 1", parent_id=company, email="contact1@example.test")
    row = every.call("res.partner", "read", [contact])[0]
    assert row["parent_id"] == [company, "Company 1"]
    assert row["display_name"] == "Company 1, Contact 1"
    assert (row["phone"], row["user_id"], row["category_id"]) == (False, False, [])
    assert (row["active"], row["is_company"], row["color"], row["credit_limit"]) == (True, False, 0, 0.0)
    assert row["write_date"] == row["create_date"] == "2027-01-15 08:00:00"
    assert row["write_uid"] == [2, "Administrator"]
    bare = every.call("res.partner", "read", [company], fields=["country_id", "child_ids", "credit_limit"], load=None)
    assert bare == [{"id": company, "country_id": 1, "child_ids": [contact], "credit_limit": 10.01}]


def test_what_a_version_does_not_have_is_not_there(every: Odoo) -> None:
    fields = every.call("res.partner", "fields_get", attributes=["type"])
    assert fields["email"] == {"type": "char"}
    assert ("mobile" in fields) == (every.version < 19)
    line = every.call("sale.order.line", "fields_get", attributes=["type", "relation"])
    assert ("tax_ids" in line, "tax_id" in line) == (every.version >= 19, every.version < 19)
    assert ("product_uom_id" in line) == (every.version >= 19)


def test_a_list_is_created_whole_or_not_at_all(every: Odoo) -> None:
    before = every.call("res.partner", "search_count", domain=[])
    with pytest.raises(No, match="Contacts require a name"):
        every.call("res.partner", "create", vals_list=[{"name": "Contact 1"}, {"email": "nameless@example.test"}])
    assert every.call("res.partner", "search_count", domain=[]) == before
    made = every.call("res.partner", "create", vals_list=[{"name": f"Contact {n}"} for n in range(3)])
    assert len(made) == 3


def test_writing_moves_the_stamp_and_deleting_leaves_nothing(every: Odoo) -> None:
    id = every.make("res.partner", name="Contact 1")
    in_process(every.sandbox).clock(advance=60.9)
    assert every.call("res.partner", "write", [id], vals={"phone": "1", "name": "Contact 2"}) is True
    assert every.read("res.partner", id, "write_date") == "2027-01-15 08:01:00"
    assert every.read("res.partner", id, "create_date") == "2027-01-15 08:00:00"
    assert every.call("res.partner", "unlink", [id]) is True
    assert every.call("res.partner", "read", [id], fields=["name"]) == []
    assert every.call("res.partner", "search", domain=[["id", "=", id]]) == []
    with pytest.raises(No, match="does not exist or has been deleted"):
        every.call("res.partner", "write", [id], vals={"phone": "2"})


def test_pages_by_stamp_and_id_miss_nothing_and_repeat_nothing(every: Odoo) -> None:
    control = in_process(every.sandbox)
    made = []
    for _ in range(5):
        made += every.call("res.partner", "create", vals_list=[{"name": "Contact"}] * 7)
        control.clock(advance=0.4)
    seen: list[int] = []
    domain: list[Any] = [["write_date", ">=", "2027-01-15 08:00:00"], ["id", ">=", made[0]]]
    while True:
        rows = every.call(
            "res.partner", "search_read", domain=domain, fields=["write_date"], limit=10, order="write_date, id"
        )
        seen += [row["id"] for row in rows]
        if len(rows) < 10:
            break
        last = every.sandbox.store.get("res.partner", rows[-1]["id"])
        assert last is not None
        at = f"{rows[-1]['write_date']}.{last.changed % 1_000_000:06d}"
        domain = ["|", ["write_date", ">", at], "&", ["write_date", "=", at], ["id", ">", rows[-1]["id"]]]
    assert seen == made


def test_whole_seconds_are_shown_where_microseconds_are_kept(every: Odoo) -> None:
    in_process(every.sandbox).clock(now=NOON + 0.75)
    id = every.make("res.partner", name="Contact 1")
    shown = every.read("res.partner", id, "write_date")
    assert shown == "2027-01-15 08:00:00"
    mine = ["id", "=", id]
    assert every.call("res.partner", "search", domain=[mine, ["write_date", "=", shown]]) == []
    assert every.call("res.partner", "search", domain=[mine, ["write_date", ">", shown]]) == [id]
    assert every.call("res.partner", "search", domain=[mine, ["write_date", "<=", shown]]) == []


def test_archived_rows_are_hidden_unless_asked_for(every: Odoo) -> None:
    id = every.make("res.partner", name="Contact 1", ref="r-1")
    assert every.call("res.partner", "action_archive", [id]) is True
    mine = ["ref", "=", "r-1"]
    assert every.call("res.partner", "search", domain=[mine]) == []
    assert every.call("res.partner", "search", domain=[mine, ["active", "in", [True, False]]]) == [id]
    assert every.call("res.partner", "search", domain=[mine], context={"active_test": False}) == [id]
    assert every.read("res.partner", id, "active") is False
    every.call("res.partner", "action_unarchive", [id])
    assert every.call("res.partner", "search", domain=[mine]) == [id]


def test_computed_fields_are_dropped_in_silence_and_unknown_ones_are_not(every: Odoo) -> None:
    id = every.make("res.partner", name="Contact 1", complete_name="nonsense", write_date="2000-01-01 00:00:00")
    every.call("res.partner", "write", [id], vals={"commercial_partner_id": 1, "display_name": "x", "id": 99})
    row = every.call("res.partner", "read", [id], fields=["complete_name", "commercial_partner_id"], load=None)
    assert row == [{"id": id, "complete_name": "Contact 1", "commercial_partner_id": id}]
    for method, named in (
        ("write", {"vals": {"wrong": 1}}),
        ("read", {"fields": ["wrong"]}),
    ):
        with pytest.raises(No, match=r"Invalid field 'wrong' on model 'res.partner'"):
            every.call("res.partner", method, [id], **named)
    with pytest.raises(No, match=r"Invalid field res.partner.wrong in leaf"):
        every.call("res.partner", "search", domain=[["wrong", "=", 1]])
    with pytest.raises(No, match="Invalid field 'wrong'"):
        every.call("res.partner", "search", domain=[], order="wrong")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"country_id": "Austria"}, "Wrong value for res.partner.country_id: 'Austria'"),
        ({"type": "nonsense"}, "Wrong value for res.partner.type: 'nonsense'"),
        ({"color": 2**31}, "integer out of range"),
        ({"credit_limit": "much"}, "Wrong value for res.partner.credit_limit: 'much'"),
        ({"category_id": 7}, "Wrong value for res.partner.category_id: 7"),
        ({"country_id": 9999}, r"Record does not exist.*res.country\(9999,\), User: 2"),
    ],
)
def test_values_of_the_wrong_kind_are_refused(odoo: Odoo, values: dict[str, Any], message: str) -> None:
    with pytest.raises(No, match=f"(?s){message}"):
        odoo.make("res.partner", name="Contact 1", **values)


def test_dates_are_plain_text(odoo: Odoo) -> None:
    id = odoo.make("crm.lead", name="Deal 1", date_deadline="2026-05-01")
    assert odoo.read("crm.lead", id, "date_deadline") == "2026-05-01"
    order = odoo.make("sale.order", partner_id=1, commitment_date="2026-05-01 10:11:12")
    assert odoo.read("sale.order", order, "commitment_date") == "2026-05-01 10:11:12"
    for wrong in ("2026-05-01T10:11:12Z", "tomorrow"):
        with pytest.raises(No, match=r"does not match format|unconverted data"):
            odoo.call("sale.order", "write", [order], vals={"commitment_date": wrong})


def test_unique_values_and_mandatory_fields_are_kept(every: Odoo) -> None:
    every.make("res.users", name="Person 1", login="person1@example.test")
    with pytest.raises(No, match="You can not have two users with the same login"):
        every.make("res.users", name="Person 2", login="person1@example.test")
    with pytest.raises(No, match=r"(?s)a mandatory field is not set.*Field: Opportunity \(name\)"):
        every.make("crm.lead", type="lead")
    assert every.call("res.users", "search_count", domain=[["login", "=", "person1@example.test"]]) == 1


def test_a_copy_has_no_number_and_no_unique_values(odoo: Odoo) -> None:
    order = odoo.make("sale.order", partner_id=1, order_line=[[0, 0, {"display_type": "line_note", "name": "Note"}]])
    [again] = odoo.call("sale.order", "copy", [order])
    assert odoo.read("sale.order", again, "name") == "S00002"
    assert odoo.read("sale.order", again, "order_line") != odoo.read("sale.order", order, "order_line")
    [other] = odoo.call("res.partner", "copy", [1], default={"name": "Another"})
    assert odoo.read("res.partner", other, "name") == "Another"


def test_name_search_and_default_get(every: Odoo) -> None:
    assert every.call("res.country", "name_search", name="AT", operator="=") == [[1, "Austria"]]
    found = every.call("res.partner", "name_search", name="admin", limit=5)
    assert found == [[3, "Administrator"]]
    assert every.call("res.partner", "default_get", fields_list=["type", "active", "phone"]) == {
        "type": "contact",
        "active": True,
    }
