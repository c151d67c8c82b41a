"""The Odoo sandbox, over its three wires."""
