"""What clients ask about models before they call them, and the odd ways in which they ask."""

from typing import Any

import pytest

from syncline.sandbox.call import Call, Reply, json_call
from syncline.sandbox.odoo import logins
from syncline.sandbox.remote import in_process

from .calling import KEY, No, Odoo, answered, opened, over_json2, over_jsonrpc, xml

SELLERS = logins.KEYS[logins.SELLER]


def page(odoo: Odoo, name: str, key: str = KEY) -> Reply:
    return answered(odoo.sandbox, json_call("GET", f"/doc-bearer/{name}", None, {"authorization": f"Bearer {key}"}))


def test_a_model_tells_the_names_of_the_arguments_of_its_methods(odoo: Odoo) -> None:
    told = page(odoo, "res.partner.json").body
    assert told["model"] == "res.partner"
    assert told["fields"]["name"]["type"] == "char"
    methods = told["methods"]
    assert list(methods["search_read"]["parameters"])[:5] == ["domain", "fields", "offset", "limit", "order"]
    assert methods["search_read"]["api"] == ["model"]
    assert (list(methods["write"]["parameters"]), methods["write"]["api"]) == (["vals"], [])
    assert "action_confirm" in page(odoo, "sale.order.json").body["methods"]
    assert "default" not in methods["create"]["parameters"]["vals_list"]


def test_the_index_names_every_model(odoo: Odoo) -> None:
    models = {one["model"]: one for one in page(odoo, "index.json").body["models"]}
    assert "search_read" in models["res.partner"]["methods"]
    assert models["res.partner"]["fields"]["email"] == {"string": "Email"}


@pytest.mark.parametrize(
    ("name", "key", "status"),
    [("res.partner.json", "wrong", 401), ("res.partner.json", SELLERS, 403), ("no.such.json", KEY, 404)],
)
def test_it_is_told_to_administrators_only(odoo: Odoo, name: str, key: str, status: int) -> None:
    refused = page(odoo, name, key)
    assert (refused.status, refused.body["arguments"][1]) == (status, status)


def test_a_key_that_expires_there_is_refused_as_json2_refuses_it(odoo: Odoo) -> None:
    in_process(odoo.sandbox).plant("expire-token", count=1)
    assert page(odoo, "res.partner.json").body["message"] == "Invalid apikey"
    with pytest.raises(No, match="Invalid apikey"):
        odoo.call("res.partner", "search_count")


def test_version_18_describes_nothing() -> None:
    assert page(opened(18, over_jsonrpc), "res.partner.json").status == 404


def test_external_ids_lead_to_what_the_user_sees(every: Odoo) -> None:
    def reference(name: str, ask: Any = every.call) -> Any:
        return ask("ir.model.data", "check_object_reference", module="base", xml_id=name)

    assert reference("main_company") == ["res.company", 1]
    with pytest.raises(No, match=r"External ID not found in the system: base\.nowhere"):
        reference("nowhere")
    lead = every.make("crm.lead", name="Lead 1", user_id=logins.ADMIN)
    every.make("ir.model.data", module="base", name="lead_1", model="crm.lead", res_id=lead)
    assert reference("lead_1") == ["crm.lead", lead]
    assert reference("lead_1", every.as_seller) == ["crm.lead", False]
    with pytest.raises(No, match="Not enough access rights"):
        every.as_seller(
            "ir.model.data", "check_object_reference", module="base", xml_id="lead_1", raise_on_access_error=True
        )


def test_references_are_pairs_only_in_a_classic_read(every: Odoo) -> None:
    id = every.make("res.partner", name="Contact 1", country_id=1)
    for load, told in ((None, 1), (False, 1), ("_classic_write", 1)):
        (row,) = every.call("res.partner", "read", [id], fields=["country_id"], load=load)
        assert row["country_id"] == told
    assert every.read("res.partner", id, "country_id")[0] == 1


def test_an_empty_text_as_limit_is_none() -> None:
    """Some XML-RPC clients send it for what was not given."""
    odoo = opened(19, over_json2)
    asked = ("sandbox", 2, KEY, "res.partner", "search", [[]])
    every_id = xml(odoo.sandbox, "/xmlrpc/2/object", "execute_kw", *asked)
    kwargs = {"limit": 1, "offset": "", "order": ""}
    assert xml(odoo.sandbox, "/xmlrpc/2/object", "execute_kw", *asked, kwargs) == every_id[:1]
    assert xml(odoo.sandbox, "/xmlrpc/2/object", "execute_kw", *asked, {"limit": ""}) == every_id
    with pytest.raises(No, match="must be whole numbers"):
        xml(odoo.sandbox, "/xmlrpc/2/object", "execute_kw", *asked, {"limit": "5"})


def test_models_say_whether_they_are_transient(odoo: Odoo) -> None:
    assert (
        odoo.call("ir.model", "search_read", domain=[["model", "=", "res.partner"]], fields=["transient"])[0][
            "transient"
        ]
        is False
    )


def test_the_page_is_read_only(odoo: Odoo) -> None:
    assert answered(odoo.sandbox, Call(method="POST", path="/doc-bearer/res.partner.json")).status == 404
