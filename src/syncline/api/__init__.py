"""Doors into the hub: webhooks."""
