"""Two forms of one call: what leaves for an old server and for a new one, and that both answers mean the same."""

from __future__ import annotations

from typing import Any

import pytest
from odoo_played import NEW, OLD, refusal

from syncline.connect.auth import Bearer, SignIn, Slot
from syncline.connect.request import Answer, Request
from syncline.connect.template import Use
from syncline.connectors.odoo import connector
from syncline.connectors.odoo.wire import major, sign_in
from syncline.model.outcome import Denied, Later


def dressed(request: Request, told: dict[str, Any], **options: Any) -> Request:
    return connector(Use(options=options)).dress(request, told)


def read() -> Request:
    calls = connector().stream("res.partner").get
    assert calls is not None
    return next(calls(["7"]))  # type: ignore[arg-type]


# ---- out
def test_a_new_server_is_asked_as_the_streams_describe() -> None:
    assert dressed(read(), NEW) == read()
    assert dressed(read(), {}) == read()
    named = dressed(read(), NEW, database="acme")
    assert (named.path, named.json, named.headers) == (read().path, read().json, {"X-Odoo-Database": Slot("database")})


def test_an_old_server_is_asked_by_execute_kw() -> None:
    left = dressed(read(), OLD)
    assert (left.method, left.path) == ("POST", "/jsonrpc")
    params = left.json["params"]
    assert (params["service"], params["method"]) == ("object", "execute_kw")
    database, uid, secret, model, method, args, named = params["args"]
    assert (database, uid, secret) == (Slot("database"), Slot("uid"), Slot("secret"))
    assert (model, method, args[0]) == ("res.partner", "search_read", [["id", "in", [7]]])
    assert (named["order"], named["load"], named["context"]) == ("id", None, read().json["context"])


def test_what_is_called_on_rows_has_them_first() -> None:
    partners = connector().stream("res.partner")
    assert partners.update is not None
    assert partners.delete is not None
    write = dressed(partners.update("7", {"name": "A"}, None), OLD).json["params"]["args"]  # type: ignore[arg-type]
    assert write[4:6] == ["write", [[7], {"name": "A"}]]
    assert set(write[6]) == {"context"}
    unlink = dressed(partners.delete("7", None), OLD).json["params"]["args"]  # type: ignore[arg-type]
    assert unlink[4:6] == ["unlink", [[7]]]


def test_other_paths_are_left_alone() -> None:
    request = Request(method="GET", path="/web/version")
    assert dressed(request, OLD, database="acme") is request


# ---- back
def envelope(name: str, message: str, code: int = 200) -> Answer:
    data = {"name": name, "message": message, "arguments": [message], "context": {}, "debug": "Traceback: key 4711"}
    body = {"jsonrpc": "2.0", "id": 1, "error": {"code": code, "message": "Odoo Server Error", "data": data}}
    return Answer(status=200, body=body)


SAME = [
    ("odoo.exceptions.AccessDenied", "Access Denied", 401),
    ("odoo.exceptions.AccessError", "You are not allowed to modify 'Contact' (res.partner) records.", 403),
    ("odoo.exceptions.AccessError", "Due to security restrictions, you are not allowed to access this row", 403),
    ("odoo.exceptions.MissingError", "Record does not exist or has been deleted.", 404),
    ("odoo.exceptions.LockError", "Cannot lock", 409),
    ("odoo.exceptions.UserError", "No.", 422),
    ("odoo.exceptions.ValidationError", "The operation cannot be completed:\nField: Name (name)\n", 422),
    ("odoo.exceptions.RedirectWarning", "Configure first", 422),
    ("werkzeug.exceptions.NotFound", "the model 'x' does not exist", 404),
    ("builtins.ValueError", "Invalid field 'x_a' on model 'res.partner'", 500),
    ("builtins.ZeroDivisionError", "division by zero", 500),
    ("psycopg2.errors.SerializationFailure", "could not serialize access due to concurrent update", 500),
]


@pytest.mark.parametrize(("name", "message", "status"), SAME)
@pytest.mark.parametrize("code", [200, 0])
def test_an_error_inside_an_envelope_is_the_answer_of_a_new_server(
    name: str, message: str, status: int, code: int
) -> None:
    odoo = connector()
    old = odoo.undress(envelope(name, message, code), OLD)
    body = refusal(name, message, status)[1]
    new = odoo.undress(Answer(status=status, body=body), NEW)
    assert old.status == new.status == status
    assert odoo.errors(old) == odoo.errors(new)
    assert {old.body["name"], new.body["name"]} == {name}


@pytest.mark.parametrize("told", [OLD, NEW])
def test_no_traceback_goes_any_further(told: dict[str, Any]) -> None:
    answers = {False: envelope("builtins.KeyError", "x"), True: Answer(status=500, body=refusal("KeyError", "x")[1])}
    assert "Traceback" not in str(connector().undress(answers[bool(told["json2"])], told))  # I18


def test_a_session_that_ended_is_denied_and_a_path_that_is_not_there_is_404() -> None:
    expired = {"jsonrpc": "2.0", "error": {"code": 100, "message": "Odoo Session Expired", "data": {}}}
    assert isinstance(connector().errors(connector().undress(Answer(status=200, body=expired), OLD)), Denied)
    missing = {"jsonrpc": "2.0", "error": {"code": 404, "message": "404: Not Found"}}
    assert connector().undress(Answer(status=200, body=missing), OLD).status == 404


@pytest.mark.parametrize("result", [[], [{"id": 1}], True, False, None, 7, {"ids": [1]}])
def test_a_result_comes_out_of_its_envelope(result: Any) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "result": result}
    assert connector().undress(Answer(status=200, body=body), OLD).body == result
    assert connector().undress(Answer(status=200, body=result), NEW).body == result


@pytest.mark.parametrize("answer", [
    Answer(status=502, body="<html>"), Answer(status=429, headers={"retry-after": "9"}), Answer(status=200, body="x"),
    Answer(status=200, body={"ids": False}), Answer(status=200, body=[{"jsonrpc": 1}]),
])  # fmt: skip
def test_what_has_no_envelope_stays_as_it_came(answer: Answer) -> None:
    assert connector().undress(answer, OLD) == answer


# ---- sign-in
def result(value: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "result": value}


class SignedIn:
    def __init__(self, *answers: Any) -> None:
        self.asked: list[Any] = []
        steps = sign_in().steps()
        left = list(answers)
        try:
            step = next(steps)
            while True:
                assert isinstance(step, Request)
                self.asked.append(step.path if step.json is None else step.json["params"])
                told = left.pop(0)
                step = steps.send(told if isinstance(told, Answer) else Answer(status=200, body=told))
        except StopIteration as end:
            self.end = end.value


GONE = Answer(status=404, body="<html>404</html>")


def test_a_new_server_says_its_version_and_needs_no_more() -> None:
    played = SignedIn({"version_info": [19, 0, 0, "final", 0, ""], "version": "19.0"})
    assert played.asked == ["/web/version"]
    assert played.end == NEW


def test_an_old_server_says_its_version_and_who_we_are() -> None:
    played = SignedIn(GONE, result({"server_version": "17.0", "server_serie": "17.0"}), result(7))
    version, authenticate = played.asked[1:]
    assert (version["service"], version["method"]) == ("common", "version")
    assert authenticate["method"] == "authenticate"
    assert authenticate["args"] == [Slot("database"), Slot("login"), Slot("secret"), {}]
    assert played.end == OLD


def test_a_server_that_has_the_page_but_no_json2_is_an_old_one() -> None:
    assert SignedIn({"version": "saas~18.2"}, result(7)).end["json2"] is False
    assert (major("saas~18.2"), major("19.0"), major("20.0+e"), major("")) == (18, 19, 20, 0)


def test_false_is_no_user() -> None:
    old = result({"server_version": "16.0"})
    assert isinstance(SignedIn(GONE, old, result(False)).end, Denied)
    denied = SignedIn(GONE, old, envelope("odoo.exceptions.AccessDenied", "Access Denied").body).end
    assert denied == Denied(reason="Access Denied")
    busy = envelope("odoo.exceptions.AccessDenied", "Too many login failures, please wait a bit before trying again.")
    assert isinstance(SignedIn(GONE, old, busy.body).end, Later)


@pytest.mark.parametrize("answer", [True, None, "7", GONE, envelope("psycopg2.OperationalError", "no database").body])
def test_what_is_neither_a_user_nor_a_no_is_not_taken_for_either(answer: Any) -> None:
    told = answer if isinstance(answer, (Answer, dict)) else result(answer)
    with pytest.raises(ValueError, match="authenticate answered"):
        SignedIn(GONE, result({"server_version": "16.0"}), told)


def test_a_server_that_is_no_odoo_is_not_signed_in_to() -> None:
    with pytest.raises(ValueError, match="no version of Odoo"):
        SignedIn(Answer(status=200, body="<html>"), Answer(status=200, body="<html>"))


def test_the_key_goes_as_a_bearer_token_and_never_into_a_request() -> None:
    auth = connector().auth
    assert isinstance(auth, SignIn)
    assert auth.then == Bearer(scheme="bearer")


def test_a_conversation_is_the_same_over_both_forms() -> None:
    partners = connector().stream("res.partner")
    assert partners.get is not None
    rows = [{"id": 7, "name": "A", "write_date": "2026-01-01 00:00:00", "create_date": False, "country_id": 3}]
    for told in (OLD, NEW):
        steps = partners.get(["7"])
        asked = next(steps)  # type: ignore[arg-type]
        assert connector().dress(asked, told).path == ("/jsonrpc" if told is OLD else "/json/2/res.partner/search_read")
        body = result(rows) if told is OLD else rows
        step = steps.send(connector().undress(Answer(status=200, body=body), told))  # type: ignore[union-attr]
        assert step.path == "/json/2/res.country/search_read"
