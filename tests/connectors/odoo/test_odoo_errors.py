"""Each refusal of Odoo, and what the hub does about it."""

from __future__ import annotations

from typing import Any

import pytest
from odoo_played import refusal

from syncline.connect.request import Answer
from syncline.connectors.odoo import connector
from syncline.model.outcome import NO_FIELD, NOT_MADE, Clash, Denied, Later, Missing, Outcome, Rejected

problem = connector().errors


def meant(kind: str, message: str, status: int = 422) -> Outcome | None:
    return problem(Answer(status=status, body=refusal(kind, message, status)[1]))


@pytest.mark.parametrize(("kind", "message", "status", "field", "code"), [
    ("UserError", "You cannot do that.", 422, None, "rejected"),
    ("ValidationError", "The operation cannot be completed:\n- Create/update: a mandatory field is not set.\n\n"
     "Model: Contact (res.partner)\nField: Name (name)\n", 422, "name", "rejected"),
    ("ValidationError", "Missing required value for the field 'Customer' (partner_id).", 422, "partner_id", "rejected"),
    ("ValidationError", "Wrong value for sale.order.state: 'x'", 422, "state", "rejected"),
    ("builtins.ValueError", "Invalid field 'x_region' on model 'res.partner'", 500, "x_region", NO_FIELD),
    ("builtins.ValueError", "Invalid field 'x_syncline_a' on model 'res.partner'", 500, "x_syncline_a", NOT_MADE),
    ("builtins.ValueError", "Wrong value for res.partner.type: 'x'", 500, "type", "rejected"),
    ("builtins.ValueError", "math domain error", 500, None, None),
    ("psycopg2.errors.UniqueViolation", "duplicate key\nDETAIL:  Key (default_code)=(A-1) already exists.", 500,
     "default_code", "not-unique"),
    ("psycopg2.errors.NotNullViolation", 'null value in column "name" violates not-null', 500, "name", "required"),
    ("psycopg2.errors.ForeignKeyViolation", "update or delete violates foreign key", 500, None, "still-in-use"),
    ("werkzeug.exceptions.UnprocessableEntity", "cannot call res.partner.create with ids", 422, None, "rejected"),
    ("werkzeug.exceptions.NotFound", "the model 'sale.order' does not exist", 404, None, "rejected"),
])  # fmt: skip
def test_a_value_that_odoo_will_not_have_is_rejected_with_its_field(
    kind: str, message: str, status: int, field: str | None, code: str | None
) -> None:
    found = meant(kind, message, status)
    if code is None:
        assert found is None
        return
    assert isinstance(found, Rejected)
    assert (found.field, found.code) == (field, code)
    assert "\n" not in found.reason


@pytest.mark.parametrize("message", [
    'You do not have enough rights to access the field "x_a" on Contact (res.partner). Please contact your system '
    "administrator.\n\nOperation: read",
    'You do not have enough rights to access the fields "x_a,x_b" on Contact (res.partner). Please contact your system '
    "administrator.\n\n(Operation: read)",
    "The requested operation can not be completed due to security restrictions.\n\n"
    "Document type: Contact (res.partner)\nOperation: read\nUser: 2\nFields:\n"
    "- x_a (allowed for groups 'Sales / Administrator')\n- x_b (always forbidden)",
])  # fmt: skip
def test_a_field_for_other_groups_is_named_and_denies_nothing_else(message: str) -> None:
    found = meant("odoo.exceptions.AccessError", message, 403)
    assert isinstance(found, Rejected)
    assert (found.field, found.code) == ("x_a", NO_FIELD)


def test_who_we_are_and_what_we_may() -> None:
    assert meant("werkzeug.exceptions.Unauthorized", "Invalid apikey", 401) == Denied(reason="Invalid apikey")
    assert isinstance(meant("AccessDenied", "Access Denied", 403), Denied)
    assert isinstance(problem(Answer(status=401, body="<html>")), Denied)
    model = "You are not allowed to modify 'Contact' (res.partner) records.\n\nThis operation is allowed for: Sales"
    assert isinstance(meant("AccessError", model, 403), Denied)


@pytest.mark.parametrize("message", [
    "Due to security restrictions, you are not allowed to modify 'Contact' (res.partner) records.",
    "Access to unauthorized or invalid companies.",
    "Sie haben keine Berechtigung.",
])  # fmt: skip
def test_a_row_behind_a_record_rule_holds_up_no_other(message: str) -> None:
    found = meant("AccessError", message, 403)
    assert isinstance(found, Rejected)  # L2
    assert found.code == "not-permitted"


@pytest.mark.parametrize(("kind", "message", "status"), [
    ("LockError", "Cannot lock the record", 409),
    ("psycopg2.errors.SerializationFailure", "could not serialize access due to concurrent update", 500),
    ("psycopg2.errors.DeadlockDetected", "deadlock detected", 500),
    ("psycopg2.errors.LockNotAvailable", "could not obtain lock on row", 500),
    ("psycopg2.OperationalError", "could not serialize access due to read/write dependencies", 500),
])  # fmt: skip
def test_a_row_that_another_transaction_has_is_looked_at_again(kind: str, message: str, status: int) -> None:
    assert meant(kind, message, status) == Clash()


def test_a_row_that_is_gone_is_missing() -> None:
    assert meant("MissingError", "Record does not exist or has been deleted.", 404) == Missing()


@pytest.mark.parametrize(("status", "headers", "seconds"), [
    (429, {"retry-after": "17"}, 17.0), (429, {}, 5.0), (503, {"retry-after": "315360000"}, 3600.0),
    (429, {"retry-after": "-4"}, 5.0), (429, {"retry-after": "Fri, 31 Dec 1999"}, 5.0),
])  # fmt: skip
def test_a_busy_server_is_asked_later(status: int, headers: dict[str, str], seconds: float) -> None:
    assert problem(Answer(status=status, body="<html>", headers=headers)) == Later(after=seconds)


@pytest.mark.parametrize("answer", [
    Answer(status=500, body=refusal("builtins.ZeroDivisionError", "division by zero", 500)[1]),
    Answer(status=500, body="<html>"), Answer(status=502, body="<html>"), Answer(status=504), Answer(status=503),
    Answer(status=500, body={"name": 7}),
])  # fmt: skip
def test_of_a_server_that_broke_down_nobody_knows_what_it_did(answer: Answer) -> None:
    assert problem(answer) is None


def test_an_import_tells_its_refusal_with_200() -> None:
    told = {"type": "error", "record": 1, "rows": {"from": 1, "to": 1}, "field": "parent_id/.id", "message": "No\nrow"}
    body: dict[str, Any] = {"ids": False, "messages": [{"type": "warning", "message": "w", "field": "x"}, told]}
    assert problem(Answer(status=200, body=body)) == Rejected(reason="No row", field="parent_id")
    assert isinstance(problem(Answer(status=200, body={"ids": False, "messages": []})), Rejected)
    for fine in ({"ids": [1], "messages": [told]}, True, [], {"ids": False}, None):
        assert problem(Answer(status=200, body=fine)) is None


def test_a_reason_is_not_without_end() -> None:
    found = meant("UserError", "x" * 10_000)
    assert isinstance(found, Rejected)
    assert len(found.reason) == 500
