"""Journal entries of all kinds, invoices first: drafts, numbers, amounts, and what may no longer be changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from syncline.sandbox.odoo.errors import UserError
from syncline.sandbox.odoo.model import Env, Model, Values, having, shown
from syncline.sandbox.odoo.standard.accounts import INVOICING
from syncline.sandbox.odoo.standard.amounts import Amounts, line_amounts, summed
from syncline.sandbox.odoo.standard.words import (
    char,
    choice,
    day,
    flag,
    html,
    listed,
    many,
    model,
    money,
    number,
    one,
    text,
    whole,
)  # fmt: skip
from syncline.sandbox.store import Row, field

KINDS = "entry out_invoice out_refund in_invoice in_refund out_receipt in_receipt"
PAYMENT = "not_paid in_payment paid partial reversed invoicing_legacy"
PREFIX = {"out_invoice": "INV", "out_refund": "RINV", "in_invoice": "BILL", "in_refund": "RBILL"}
JOURNALS = {"out": "sale", "in_": "purchase", "ent": "general"}
FIXED = {"partner_id", "currency_id", "journal_id", "move_type", "invoice_date", "invoice_payment_term_id"}


def invoices(version: int) -> list[Model]:
    """account.move and account.move.line."""
    payment = PAYMENT + (" blocked" if version >= 18 else "")
    return [
        model(
            "account.move", "Journal Entry", version,
            char("name", "Number", settled=True, copied=False),
            choice("move_type", KINDS, required=True, default="entry"),
            choice("state", "draft posted cancel", "Status", default="draft", settled=True, copied=False),
            one("partner_id", "res.partner", deletes="restrict"), one("journal_id", "account.journal", required=True),
            one("commercial_partner_id", "res.partner", settled=True),
            day("date", copied=False), day("invoice_date", "Invoice Date", copied=False),
            day("invoice_date_due", "Due Date", copied=False),
            listed("invoice_line_ids", "account.move.line", "move_id", owned=True),
            listed("line_ids", "account.move.line", "move_id"), one("currency_id", "res.currency", default=1),
            *(money(name, settled=True, copied=False) for name in AMOUNTS),
            choice("payment_state", payment, settled=True, copied=False, default="not_paid"),
            char("ref", "Reference", copied=False), char("payment_reference", copied=False),
            char("invoice_origin", "Origin"), one("invoice_user_id", "res.users", "Salesperson"),
            one("invoice_payment_term_id", "account.payment.term"), one("company_id", "res.company", default=1),
            html("narration"), flag("checked", since=18), flag("to_check", until=17), one("team_id", "crm.team"),
            order="date desc, name desc, invoice_date desc, id desc", searched=("name", "ref"), shown=_shown,
            indexed=("partner_id", "invoice_origin", "name"), born=_born, changed=_changed, settle=_settle,
            leave=_leave, writers=INVOICING,
            on_rows={"action_post": action_post, "button_draft": button_draft, "button_cancel": button_cancel},
        ),
        model(
            "account.move.line", "Journal Item", version,
            one("move_id", "account.move", required=True, deletes="cascade"),
            one("product_id", "product.product", deletes="restrict"), text("name", "Label"),
            number("quantity", default=1.0), number("price_unit"), number("discount"), many("tax_ids", "account.tax"),
            one("account_id", "account.account", default=1), money("price_subtotal", settled=True),
            money("price_total", settled=True), one("product_uom_id", "uom.uom"),
            choice("display_type", "product line_section line_note tax payment_term", default="product"),
            whole("sequence", default=100), many("sale_line_ids", "sale.order.line"),
            one("partner_id", "res.partner", settled=True), one("currency_id", "res.currency", settled=True),
            choice("parent_state", "draft posted cancel", compute=lambda env, row: _move(env, row).values.get("state")),
            money("balance", settled=True), one("company_id", "res.company", default=1),
            indexed=("move_id", "product_id"),
            searched=("name",), born=_born_line, changed=_changed_line, settle=_settle_lines, leave=_leave_lines,
            writers=INVOICING,
        ),
    ]  # fmt: skip


AMOUNTS = ("amount_untaxed", "amount_tax", "amount_total", "amount_residual", "amount_total_signed")


def _shown(env: Env, row: Row) -> str:
    name = row.values.get("name")
    if name and name != "/":
        return str(name)
    kind = str(row.values.get("move_type", "entry")).removeprefix("out_").removeprefix("in_")
    return f"Draft {kind.capitalize()} (* {row.id})"


def _born(env: Env, values: Values, through: Values) -> None:
    kind = values.get("move_type", "entry")
    if not values.get("journal_id"):
        wanted = JOURNALS[kind[:3]]
        journals = having(env.store, "account.journal", "type", [wanted])
        values["journal_id"] = journals[0].id if journals else None
    partner = env.find("res.partner", values.get("partner_id"))
    if partner is not None:
        values["commercial_partner_id"] = partner.values.get("commercial_partner_id")
        values.setdefault("invoice_payment_term_id", partner.values.get("property_payment_term_id"))
    values.setdefault("invoice_user_id", env.uid)
    values["date"] = values.get("date") or values.get("invoice_date") or env.today
    values |= {"name": "/" if env.version < 18 else None, "state": "draft", "payment_state": "not_paid"}
    values |= dict.fromkeys(AMOUNTS, 0.0)


def _changed(env: Env, before: Row, values: Values) -> None:
    if before.values.get("state") == "posted" and any(values.get(k) != before.values.get(k) for k in FIXED):
        raise UserError(
            "You cannot do this modification on a posted journal entry, you can just change some non legal fields. "
            f"You must revert the journal entry to cancel it.\nEntry: {before.values.get('name')} (id {before.id})"
        )


def _settle(env: Env, ids: Sequence[int], names: set[str]) -> None:
    for row in env.rows("account.move", ids):
        _settle_move(env, row)


def _settle_move(env: Env, row: Row) -> None:
    """Its sums; it counts as written only if one of them changed."""
    lines = having(env.store, "account.move.line", "move_id", [row.id])
    sums = summed([_amounts(each) for each in lines])
    sign = -1 if row.values.get("move_type") in ("out_refund", "in_invoice") else 1
    wanted: Values = {
        "amount_untaxed": sums.untaxed, "amount_tax": sums.tax, "amount_total": sums.total,
        "amount_residual": 0.0 if row.values.get("payment_state") == "paid" else sums.total,
        "amount_total_signed": sign * sums.total + 0.0,
    }  # fmt: skip
    due = row.values.get("invoice_date_due")
    if row.values.get("invoice_date") and (row.values.get("invoice_payment_term_id") or not due):
        wanted["invoice_date_due"] = _due(env, row)
    moved = {name: value for name, value in wanted.items() if row.values.get(name) != value}
    if moved:
        env.put("account.move", row, moved, touch=row.changed != env.now)


def _amounts(line: Row) -> Amounts:
    untaxed = line.values.get("price_subtotal", 0.0)
    return Amounts(untaxed, line.values.get("price_total", 0.0) - untaxed)


def _due(env: Env, row: Row) -> str:
    term = row.values.get("invoice_payment_term_id")
    lines = having(env.store, "account.payment.term.line", "payment_id", [term])
    days = max((each.values.get("nb_days") or 0 for each in lines), default=0)
    return (date.fromisoformat(row.values["invoice_date"]) + timedelta(days=days)).isoformat()


def _leave(env: Env, rows: Sequence[Row]) -> None:
    for row in rows:
        if row.values.get("state") == "posted":
            raise UserError(
                "You cannot delete a posted journal item. Reset the journal entry to draft before deleting it."
            )
        if row.values.get("name") not in (None, "/") and not _is_last(env, row):
            raise UserError(
                "You cannot delete this entry, as it has already consumed a sequence number and is not the last one "
                "in the chain. You should probably revert it instead."
            )


def _is_last(env: Env, row: Row) -> bool:
    prefix = str(row.values["name"]).rpartition("/")[0]
    later = env.store.select("account.move", f"{field('name')} > ?", (row.values["name"],))
    return not any(str(each.values["name"]).rpartition("/")[0] == prefix for each in later)


def action_post(env: Env, model: Model, ids: Sequence[int]) -> bool:
    """A draft gets its number and can no longer be changed."""
    for row in env.rows(model.name, ids):
        name, kind = row.values.get("name"), str(row.values["move_type"])
        if row.values.get("state") != "draft":
            raise UserError(f"The entry {name} (id {row.id}) must be in draft.")
        if not having(env.store, "account.move.line", "move_id", [row.id]):
            raise UserError("You need to add a line before posting.")
        if kind != "entry" and not row.values.get("partner_id"):
            who = "Customer" if kind.startswith("out") else "Vendor"
            raise UserError(f"The field '{who}' is required, please complete it to validate the document.")
        if kind.startswith("in_") and not row.values.get("invoice_date"):
            raise UserError("The Bill/Refund date is required to validate this document.")
        day_ = row.values.get("invoice_date") or (env.today if kind != "entry" else row.values["date"])
        number_ = name if name not in (None, "/") else _number(env, kind, day_)
        values = {
            "state": "posted",
            "name": number_,
            "date": day_,
            "payment_reference": row.values.get("payment_reference"),
        }
        if kind != "entry":
            values["invoice_date"] = day_
        if kind.startswith("out"):
            values["payment_reference"] = values["payment_reference"] or number_
        _settle_move(env, env.put(model.name, row, values))
        env.posts.append(("on_write", model.name, int(row.id)))
        _invoiced(env, int(row.id))
    return False


def _number(env: Env, kind: str, day_: str) -> str:
    prefix = PREFIX.get(kind, "MISC")
    series = f"{prefix}/{day_[:4]}" if kind.startswith("out") else f"{prefix}/{day_[:4]}/{day_[5:7]}"
    width = 5 if kind.startswith("out") else 4
    return f"{series}/{env.store.next(f'account.move {series}'):0{width}d}"


def _invoiced(env: Env, move: int) -> None:
    """Order lines count what was invoiced of them."""
    for line in having(env.store, "account.move.line", "move_id", [move]):
        for id in line.values.get("sale_line_ids") or ():
            sold = env.find("sale.order.line", id)
            if sold is not None:
                done = (sold.values.get("qty_invoiced") or 0.0) + (line.values.get("quantity") or 0.0)
                env.put("sale.order.line", sold, {"qty_invoiced": done})


def button_draft(env: Env, model: Model, ids: Sequence[int]) -> None:
    """Back to a draft, which keeps its number."""
    rows = env.rows(model.name, ids)
    if any(row.values.get("state") not in ("posted", "cancel") for row in rows):
        raise UserError("Only posted/cancelled journal entries can be reset to draft.")
    for row in rows:
        env.put(model.name, row, {"state": "draft"})
        env.posts.append(("on_write", model.name, int(row.id)))


def button_cancel(env: Env, model: Model, ids: Sequence[int]) -> None:
    """A draft that will never be posted."""
    rows = env.rows(model.name, ids)
    if any(row.values.get("state") != "draft" for row in rows):
        raise UserError("Only draft journal entries can be cancelled.")
    for row in rows:
        env.put(model.name, row, {"state": "cancel"})
        env.posts.append(("on_write", model.name, int(row.id)))


# --- lines ---


def _move(env: Env, row: Row) -> Row:
    return env.row("account.move", row.values["move_id"])


def _born_line(env: Env, values: Values, through: Values) -> None:
    move = env.find("account.move", values.get("move_id"))
    if move is not None:
        _refuse_posted(move)
        values |= {"partner_id": move.values.get("partner_id"), "currency_id": move.values.get("currency_id")}
    product = env.find("product.product", values.get("product_id"))
    if product is not None:
        template = env.row("product.template", product.values["product_tmpl_id"])
        values["name"] = values.get("name") or shown(env, env.model("product.product"), product)
        values.setdefault("price_unit", template.values.get("list_price") or 0.0)
        values.setdefault("tax_ids", template.values.get("taxes_id"))
        values.setdefault("product_uom_id", template.values.get("uom_id"))


def _changed_line(env: Env, before: Row, values: Values) -> None:
    _refuse_posted(_move(env, before))


def _refuse_posted(move: Row) -> None:
    if move.values.get("state") == "posted":
        raise UserError(
            "You cannot do this modification on a posted journal entry, you can just change some non legal fields. "
            f"You must revert the journal entry to cancel it.\nEntry: {move.values.get('name')} (id {move.id})"
        )


def _settle_lines(env: Env, ids: Sequence[int], names: set[str]) -> None:
    moves: dict[int, None] = {}
    for row in env.rows("account.move.line", ids):
        held = row.values
        taxes = list(env.store.many("account.tax", held.get("tax_ids") or ()).values())
        quantity = 0.0 if held.get("display_type") in ("line_section", "line_note") else held.get("quantity") or 0.0
        amounts = line_amounts(quantity, held.get("price_unit") or 0.0, held.get("discount") or 0.0, taxes)
        values = {"price_subtotal": amounts.untaxed, "price_total": amounts.total, "balance": -amounts.untaxed + 0.0}
        env.put("account.move.line", row, values, touch=False)
        moves[held["move_id"]] = None
    for id in moves:
        _settle_move(env, env.row("account.move", id))


def _leave_lines(env: Env, rows: Sequence[Row]) -> None:
    for row in rows:
        move = env.find("account.move", row.values["move_id"])
        if move is None:
            continue
        _refuse_posted(move)
        # The sums are those of the lines that stay.
        env.store.drop("account.move.line", row.id)
        _settle_move(env, move)
