"""Odoo 16 to 20: partners, products, orders and invoices, over JSON-2 or, before 19, JSON-RPC."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

from syncline.connect.connector import SHARED, Connector, Limit
from syncline.connect.request import Answer, Page, Request
from syncline.connect.stream import Asked, Field, SettlesIn, Stream, WriteOrder
from syncline.connect.template import EVERYTHING, Use
from syncline.connectors.odoo import account, creating, fields, history, screens, writing
from syncline.connectors.odoo.by_hand import BY_HAND
from syncline.connectors.odoo.calls import Calls, rows_of
from syncline.connectors.odoo.errors import problem
from syncline.connectors.odoo.hook import webhook
from syncline.connectors.odoo.model import Model
from syncline.connectors.odoo.models import MODELS, QUANTITIES
from syncline.connectors.odoo.reading import Reader, seconds
from syncline.connectors.odoo.template import TEMPLATE
from syncline.connectors.odoo.wire import RPC, dresser, sign_in, undress

LATE_COMMIT_SECONDS = 300.0
"""A stamp is when its transaction began: a long one is seen that much after it."""
CALL_SECONDS = 120.0
"""A server kills its calls after this long (`limit_time_real`): until then one without an answer may be done."""
PARALLEL_CALLS = 4
ROWS_OF_A_BATCH = 200


def connector(use: Use = EVERYTHING) -> Connector:
    """One Odoo. Its options in hub.yaml: `database`, `login`, `lang`, `companies`, `sees_all`."""
    calls = Calls(context=context_of(use.options))
    return Connector(
        name="odoo",
        base_url="http://localhost:8069",
        auth=sign_in(),
        streams=tuple(stream(model, calls, use) for model in MODELS),
        limits=(Limit(name="calls at once", amount=PARALLEL_CALLS),),
        reads=(
            ("GET", "/web/version"), ("POST", RPC),
            ("POST", "/json/2/*/search_read"), ("POST", "/json/2/*/fields_get"),
            ("POST", "/json/2/res.users/context_get"),
        ),
        errors=problem,
        dress=dresser(database="database" in use.options),
        undress=undress,
        webhook=webhook([model.name for model in MODELS]),
        template=TEMPLATE,
        by_hand=BY_HAND,
        page_of=screens.page_of,
        named_by=screens.named_by,
        account=account.telling(calls, str(use.options["database"]) if "database" in use.options else None),
        rights=account.rights(),
    )  # fmt: skip


def context_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """What goes with every call. Without `lang` texts are in English, which every database has."""
    found: dict[str, Any] = {"lang": str(options.get("lang", "en_US"))}
    if options.get("companies"):
        found["allowed_company_ids"] = [int(one) for one in options["companies"]]
    return found


def stream(model: Model, calls: Calls, use: Use) -> Stream:
    """A model as a stream: what it can do is what it may."""
    reader = Reader(model=model, calls=calls, bound=bound_of(model, use))

    def create(values: Mapping[str, Any], key: str) -> Asked:
        return creating.create(model, calls, values, key)

    def update(row: str, values: Mapping[str, Any], version: Any) -> Asked:
        return writing.update(reader, row, values)

    def delete(row: str, version: Any) -> Asked:
        return writing.delete(model, calls, row)

    def batch(orders: Sequence[WriteOrder]) -> Request:
        return writing.batch(model, calls, orders)

    def batch_takes(order: WriteOrder) -> Hashable:
        return writing.taken_together(model, order)

    def define(field: Field) -> Asked:
        return fields.define(model, calls, field)

    def defined(names: Sequence[str]) -> Asked:
        return fields.defined(model, calls, names)

    def described() -> Asked:
        return fields.described(model, calls)

    def undefine(field: Field) -> Asked:
        return fields.undefine(model, calls, field)

    def writers(ids: Sequence[str], names: Sequence[str]) -> Asked:
        return history.writers(model, calls, ids)

    return Stream(
        name=model.name, key="id", fields=model.fields, page=page,
        changes=reader.changes, get=reader.get, sweep=reader.sweep,
        find=reader.find if model.may else None, find_any=reader.find_any if model.may else None,
        create=create if "create" in model.may else None,
        update=update if "update" in model.may else None,
        delete=delete if "delete" in model.may else None,
        done=writing.done if model.may else None,
        batch=batch if model.may else None, batch_takes=batch_takes, receipts=writing.receipts if model.may else None,
        described=described, defined=defined, writers=writers,
        define=define if model.may else None, undefine=undefine if model.may else None,
        changed_at="write_date", created_at="create_date", time=seconds,
        settles_in=SettlesIn(changes=LATE_COMMIT_SECONDS),
        deletes_proven_by="missing" if use.options.get("sees_all") is True else None,  # I11
        create_is_safe_by="external_id" if "create" in model.may else None,  # I4
        children=tuple(children_of(model, reader.bound)),
        batch_size=ROWS_OF_A_BATCH, write_timeout=CALL_SECONDS,
    )  # fmt: skip


def page(answer: Answer) -> Page:
    """The rows of one answer."""
    return Page(records=tuple(rows_of(answer)))


def bound_of(model: Model, use: Use) -> frozenset[str]:
    """The raw fields that the hub uses, of whatever entity; of a stream it does not name, all that Odoo always has."""
    named = [names for name, names in use.fields.items() if name.partition(SHARED)[0] == model.name]
    if named:
        return frozenset(name.partition(".")[0] for names in named for name in names)
    asked = {column.name for column in model.columns if column.asked}
    return frozenset(field.name for field in model.fields if field.name not in asked)


def children_of(model: Model, bound: frozenset[str]) -> Iterator[str]:
    """The streams whose rows are parts of this one's. Quantities are followed only where they are used."""
    for other in MODELS:
        if other.parents is None or other.parents[0] != model.name:
            continue
        if other.name != "stock.quant" or bound & QUANTITIES:
            yield other.name
