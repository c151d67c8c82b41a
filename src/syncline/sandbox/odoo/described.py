"""What version 19 tells of its models at GET /doc-bearer/MODEL.json; clients look there for the names of arguments."""

from __future__ import annotations

import inspect
from typing import Any

from syncline.sandbox.call import Call, Reply
from syncline.sandbox.odoo import json2, logins
from syncline.sandbox.odoo.access import may_read, of_group
from syncline.sandbox.odoo.errors import Failure, forbidden, not_found
from syncline.sandbox.odoo.invoke import Method, methods_of
from syncline.sandbox.odoo.model import Env, Model
from syncline.sandbox.odoo.reading import fields_get
from syncline.sandbox.odoo.service import env_of
from syncline.sandbox.sandbox import Sandbox

INDEX = "index.json"
READERS = "base.group_system"


def answer(sandbox: Sandbox, call: Call, page: str) -> Reply:
    """One page for whoever has the key of an administrator."""
    try:
        env = env_of(sandbox, call, logins.by_key(sandbox.store, call.headers.get("authorization", "")), {})
        if not of_group(env, READERS):
            raise forbidden("This page is only accessible to Technical Documentation users.")
        return Reply(body=_index(env) if page == INDEX else _page(env, page.removesuffix(".json")))
    except Failure as failure:
        return json2.refusal(failure)


def _index(env: Env) -> dict[str, Any]:
    models = [model for model in env.models.values() if may_read(env, model)]
    return {
        "modules": ["base"],
        "models": [
            {
                "model": model.name, "name": model.label,
                "fields": {name: {"string": one.string} for name, one in sorted(model.fields.items())},
                "methods": list(methods_of(model)),
            }
            for model in models
        ],
    }  # fmt: skip


def _page(env: Env, name: str) -> dict[str, Any]:
    if name not in env.models:
        raise not_found(f"the model {name!r} does not exist")
    model = env.models[name]
    methods = {named: _signature(model, method, on_rows) for named, (method, on_rows) in methods_of(model).items()}
    return {"model": name, "name": model.label, "doc": None, "fields": fields_get(env, model), "methods": methods}


def _signature(model: Model, method: Method, on_rows: bool) -> dict[str, Any]:
    given = list(inspect.signature(method).parameters.values())[3 if on_rows else 2 :]
    return {
        "model": model.name, "api": [] if on_rows else ["model"],
        "parameters": {
            one.name: {"kind": one.kind.name} | ({} if one.default is one.empty else {"default": one.default})
            for one in given
        },
    }  # fmt: skip
