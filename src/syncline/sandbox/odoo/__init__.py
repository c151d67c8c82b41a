"""Odoo, versions 17 to 19, as its external APIs show it."""
