"""All models of one version."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from syncline.sandbox.odoo.model import Model
from syncline.sandbox.odoo.standard.accounts import accounts
from syncline.sandbox.odoo.standard.invoices import invoices
from syncline.sandbox.odoo.standard.leads import leads
from syncline.sandbox.odoo.standard.lookups import lookups
from syncline.sandbox.odoo.standard.meta import meta
from syncline.sandbox.odoo.standard.partners import partners
from syncline.sandbox.odoo.standard.products import products
from syncline.sandbox.odoo.standard.sales import sales
from syncline.sandbox.odoo.standard.stock import stock
from syncline.sandbox.odoo.standard.wizards import wizards

ALL = (meta, lookups, partners, products, accounts, sales, invoices, stock, leads, wizards)


@cache
def models_of(version: int) -> Mapping[str, Model]:
    """By name."""
    return MappingProxyType({model.name: model for some in ALL for model in some(version)})
