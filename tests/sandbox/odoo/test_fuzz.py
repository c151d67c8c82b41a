"""Whatever a client sends, it gets an answer, and what is refused leaves nothing behind."""

from typing import Any

import hypothesis.strategies as st
from hypothesis import given

from syncline.sandbox.call import Call, json_call

from .calling import KEY, answered, opened, over_json2

PLAIN = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "name", "partner_id", "=", "in", "|", "&", "!", "2026-01-01", "inf", "1e400", "id", "x.y"])
    | st.text(max_size=5)
)  # fmt: skip
ANYTHING = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    ["name", "partner_id", "tag_ids", "expected_revenue", "probability", "date_deadline", "type", "x"]
)
OPERATORS = st.sampled_from(["=", "!=", ">", "<=", "in", "not in", "like", "=ilike", "child_of", "any", "=?"])
LEAVES = st.tuples(
    FIELDS | st.sampled_from(["id", "write_date", "partner_id.name", "tag_ids.name"]), OPERATORS, ANYTHING
)
DOMAINS = ANYTHING | st.lists(LEAVES | st.sampled_from(["|", "&", "!"]), max_size=5)
VALUES = st.dictionaries(FIELDS, ANYTHING, max_size=4)


def called(method: str, **named: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    return st.tuples(st.just(method), st.fixed_dictionaries(named))


CALLS = st.one_of(
    *(called(method, domain=DOMAINS) for method in ("search", "search_read", "search_count")),
    called("search_read", order=ANYTHING, limit=ANYTHING, offset=ANYTHING),
    called("read", ids=ANYTHING, fields=ANYTHING, load=ANYTHING),
    called("create", vals_list=st.lists(VALUES, max_size=3) | ANYTHING),
    called("write", ids=st.just([1]) | ANYTHING, vals=VALUES | ANYTHING),
    called("unlink", ids=ANYTHING),
    called("load", fields=st.lists(FIELDS, max_size=3), data=ANYTHING),
    called("name_search", name=ANYTHING, operator=ANYTHING, limit=ANYTHING),
    called("convert_opportunity", ids=ANYTHING, partner=ANYTHING),
)
STATUSES = {200, 400, 403, 404, 422, 500}


@given(call=CALLS, context=ANYTHING)
def test_every_call_is_answered_and_a_refused_one_changes_nothing(
    call: tuple[str, dict[str, Any]], context: Any
) -> None:
    odoo = opened(19, over_json2)
    odoo.make("crm.lead", name="Deal 1")
    before = odoo.sandbox.store.run("select stream, id, body, changed from row order by stream, id")
    method, named = call
    body = {**named, "context": context}
    bearer = {"authorization": f"bearer {KEY}"}
    reply = answered(odoo.sandbox, json_call("POST", f"/json/2/crm.lead/{method}", body, bearer))
    assert reply.status in STATUSES
    assert reply.content()
    if reply.status != 200:
        assert reply.body.keys() == {"name", "message", "arguments", "context", "debug"}
        assert odoo.sandbox.store.run("select stream, id, body, changed from row order by stream, id") == before
    odoo.sandbox.store.close()


@given(body=st.binary(max_size=40) | ANYTHING.map(lambda value: json_call("POST", "/", value).body))
def test_every_body_is_answered_over_each_wire(body: bytes) -> None:
    sandbox = opened(19, over_json2).sandbox
    headers = {"content-type": "application/json", "authorization": f"bearer {KEY}"}
    for path in (
        "/jsonrpc",
        "/xmlrpc/2/object",
        "/xmlrpc/common",
        "/json/2/res.partner/search",
        "/web/session/authenticate",
    ):
        reply = answered(sandbox, Call(method="POST", path=path, headers=headers, body=body))
        assert reply.status in {*STATUSES, 415}
        assert reply.content()
    sandbox.store.close()
