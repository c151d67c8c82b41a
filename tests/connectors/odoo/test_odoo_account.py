"""Whose Odoo it is: nothing marks a production database, so what is not marked as a copy is never called a test."""

from __future__ import annotations

from typing import Any

import pytest

from syncline.connect.account import Account
from syncline.connect.request import Answer, Request
from syncline.connect.template import Use
from syncline.connectors.odoo import connector
from syncline.egress.effects import is_read
from syncline.model.outcome import Denied

URL = "https://acme.odoo.example"
VERSION = (200, {"version": "19.0"})
CONTEXT = (200, {"lang": "en_US", "tz": False, "uid": 8})
USER = (200, [{"id": 8, "name": "Hub", "login": "hub@acme.example", "company_id": 1}])
COMPANY = (200, [{"id": 1, "name": "Acme"}])
REFUSED = (403, {"name": "odoo.exceptions.AccessError", "message": "You are not allowed to access 'System Parameter'"})


def parameters(**values: str) -> tuple[int, Any]:
    return 200, [{"id": n, "key": f"database.{k}", "value": v} for n, (k, v) in enumerate(values.items())]


def told(*answers: tuple[int, Any], url: str = URL, **options: Any) -> Any:
    made = connector(Use(options=options))
    assert made.account is not None
    steps = made.account(url)
    request: Any = next(steps)
    try:
        for status, body in answers:
            assert isinstance(request, Request)
            assert is_read(made.reads, request.method, request.path), request.path
            request = steps.send(Answer(status=status, body=body))
    except StopIteration as end:
        return end.value
    raise AssertionError(f"it asks for more: {request.path}")


def test_the_company_the_user_and_the_version_are_told() -> None:
    found = told(VERSION, CONTEXT, USER, COMPANY, parameters(uuid="u-1"), database="acme")
    assert found == Account(
        name="Acme (database acme)", id="odoo u-1 acme", environment="unknown", user="hub@acme.example", version="19.0"
    )


@pytest.mark.parametrize(
    ("url", "last", "environment"),
    [(URL, parameters(is_neutralized="true"), "test"), (URL, parameters(is_neutralized="false"), "unknown"),
     (URL, parameters(uuid="u"), "unknown"), (URL, REFUSED, "unknown"),
     ("https://acme-staging-12.dev.odoo.com", REFUSED, "test"),
     ("https://dev.odoo.com.evil.example", REFUSED, "unknown")],
)  # fmt: skip
def test_a_copy_for_tests_is_marked_and_nothing_else_is_called_one(url: str, last: Any, environment: str) -> None:
    assert told(VERSION, CONTEXT, USER, COMPANY, last, url=url).environment == environment


def test_copies_of_a_database_are_other_accounts() -> None:
    ids = {
        told(VERSION, CONTEXT, USER, COMPANY, parameters(uuid="u"), database=name).id for name in ("acme", "acme-copy")
    }
    assert len(ids) == 2
    elsewhere = {told(VERSION, CONTEXT, USER, COMPANY, REFUSED, url=url, database="acme").id
                 for url in (URL, "https://other.example")}  # fmt: skip
    assert len(elsewhere) == 2


def test_a_version_that_is_told_elsewhere_and_a_user_who_may_see_nothing() -> None:
    old = (200, {"server_version": "17.0"})
    found = told((404, "<h1>"), old, (200, {"lang": "en_US"}), (403, {}), (403, {}))
    assert (found.name, found.user, found.version) == ("acme.odoo.example", None, "17.0")


def test_a_key_that_is_refused_is_no_account() -> None:
    refused = (401, {"name": "werkzeug.exceptions.Unauthorized", "message": "Invalid apikey"})
    assert isinstance(told(VERSION, refused), Denied)
