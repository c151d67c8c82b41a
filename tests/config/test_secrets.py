"""Secrets are named, never written, and never shown."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from declaring import HEAD, loaded, only, problems, unmarked
from pydantic import TypeAdapter

from syncline.config.secret import InVault, Secret, suspect

PLAIN = "hunter-two"


def test_a_secret_shows_itself_to_nobody() -> None:
    secret = Secret(PLAIN)
    shown = [
        repr(secret), str(secret), f"{secret}", f"{secret:>12}", repr([secret]), repr({"a": secret}),
        json.dumps(secret, default=str), TypeAdapter(Secret).dump_json(secret).decode(), repr(copy.copy(secret)),
        repr(copy.deepcopy(secret)),
    ]  # fmt: skip
    assert all("***" in one and PLAIN not in one for one in shown)
    assert secret.reveal() == PLAIN
    assert secret == Secret(PLAIN) != Secret("other")
    assert secret != PLAIN
    assert len({secret, Secret(PLAIN)}) == 1
    with pytest.raises(TypeError, match="not written to disk"):
        pickle.dumps(secret)


def test_references_become_secrets() -> None:
    text = HEAD + "  x: {connector: open, api_token: '${TOKEN}', password: vault, store: 'a-${PLACE}'}\n"
    found = loaded(text, environment={"ODOO_API_KEY": "k", "TOKEN": PLAIN, "PLACE": "berlin"}).declaration.systems
    assert found["hubspot"].secret == InVault("hubspot")
    assert found["odoo"].secret == Secret("k")
    assert found["x"].options == {"api_token": Secret(PLAIN), "password": InVault("x"), "store": "a-berlin"}
    assert PLAIN not in repr(found)


WRONG = [
    ("  x: {connector: open, secret: §hunter-two}\n", "`secret` is a secret in plain text"),
    ("  x: {connector: open, secret: §'${hunter-two}'}\n", "`secret` is a secret in plain text"),
    ("  x: {connector: open, secret: §[hunter-two]}\n", "`secret` is a secret in plain text"),
    ("  x: {connector: open, secret: §{a: hunter-two}}\n", "`secret` is a secret in plain text"),
    ("  x: {connector: open, secret: §77777777}\n", "`secret` is a secret in plain text"),
    ("  x: {connector: open, secret: §~}\n", "`secret` is empty"),
    ("  x: {connector: open, api_key: §hunter-two}\n", "`api_key` is a secret in plain text"),
    ("  x: {connector: open, dbPassword: §hunter-two}\n", "`dbPassword` is a secret in plain text"),
    ("  x: {connector: open, secret: §'${MISSING}'}\n", "the environment variable MISSING is not set"),
    ("  x: {connector: open, secret: §'${BLANK}'}\n", "the environment variable BLANK is empty"),
    ("  x: {connector: open, url: §'https://me:hunter-two@acme.example'}\n", "an address with a user or password"),
    ("  x: {connector: open, url: §'https:/hunter-two@acme.example'}\n", "an address with a user or password"),
    ("  x: {connector: open, url: §'https://a.example/?api_key=hunter-two'}\n", "an address with a secret in it"),
    ("  x: {connector: open, place: §shpat_hunter-two}\n", "looks like a secret in plain text"),
    ("  x: {connector: open, §shpat_hunter-two: a}\n", "looks like a secret in plain text"),
    ("  x: {connector: open, place: §'password=hunter-two1'}\n", "looks like a secret in plain text"),
    ("  x: {connector: open, §secert: hunter-two}\n", "unknown key `secert`"),
]


@pytest.mark.parametrize(("body", "message"), WRONG)
def test_a_secret_in_the_file_is_refused_and_not_shown(body: str, message: str) -> None:
    text, line, column = unmarked(HEAD + body)
    found = [one for one in problems(text, environment={"ODOO_API_KEY": "k", "BLANK": " "}) if message in one.message]
    assert [(one.place.line, one.place.column) for one in found] == [(line, column)]
    assert all("hunter" not in str(one) for one in problems(text))


TOKEN = "Zx9Qw3Er7Ty1Ui5OpLk"


@pytest.mark.parametrize(
    "body",
    [f"  x: {{connector: {TOKEN}}}\n", f"{TOKEN}: a\n", f"fields: {{contact.{TOKEN}: {{type: text}}}}\n",
     f"fields: {{contact.a: {{type: text, is: {TOKEN}}}}}\n", f"zone: {TOKEN}\n"],
)  # fmt: skip
def test_a_token_that_slipped_into_a_place_for_names_is_not_shown(body: str) -> None:
    found = problems(HEAD + body)
    assert any("***" in str(one) for one in found), "this message would have shown it"
    assert all(TOKEN not in f"{one} {one!r}" for one in found)


def test_a_variable_in_an_address_never_shows_its_value() -> None:
    text = HEAD + "  x: {connector: odoo, url: '${ADDRESS}', secret: vault}\n"
    found = only(text, environment={"ODOO_API_KEY": "k", "ADDRESS": "https://me:hunter-two@acme.example"})
    assert "user or password" in found.message
    assert "hunter" not in str(found)


def test_an_addressee_from_the_environment_is_a_secret() -> None:
    found = loaded(HEAD + "addressees: {sales: ['${HOOK}', odoo]}\n", environment={"ODOO_API_KEY": "k", "HOOK": PLAIN})
    assert found.declaration.addressees == {"sales": (Secret(PLAIN), "odoo")}
    assert "HOOK is not set" in only(HEAD + "addressees: {sales: ['${HOOK}']}\n").message


@pytest.mark.parametrize(
    "text",
    ["Escalated: {ticket.subject}", "token = 'a1'", "mailto:data@acme.example", "https://acme.example/a@b",
     "Password: reset it", "res.partner.x_region", "Germany, Austria, Switzerland"],
)  # fmt: skip
def test_what_is_no_secret(text: str) -> None:
    assert suspect(text) is None


@pytest.mark.parametrize(
    "text",
    ["sk_live_abc", "xoxb-1-2", "AKIAABCDEFGHIJKL", "-----BEGIN PRIVATE KEY-----", "eyJhbGciOiJIUzI1NiJ9.e30.x",
     "https://hooks.slack.com/services/T/B/x", "postgres://u:p@db/x", "https://a.example/?x=1&token=abc"],
)  # fmt: skip
def test_what_is_a_secret(text: str) -> None:
    assert suspect(text) is not None


def test_two_accounts_are_told_apart_by_their_secret_alone() -> None:
    text = HEAD + "  a: {connector: slack, secret: '${A}'}\n  b: {connector: slack, secret: '${B}'}\n"
    keys = {"ODOO_API_KEY": "k", "A": "1", "B": "2"}
    assert set(loaded(text, environment=keys).declaration.systems) >= {"a", "b"}
    assert "is the same account as `a`" in only(text, environment=keys | {"B": "1"}).message
