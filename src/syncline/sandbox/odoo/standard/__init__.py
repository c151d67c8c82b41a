"""Odoo's own models, as far as a hub meets them: their fields and their rules."""
