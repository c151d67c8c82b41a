"""HubSpot's CRM as a sandbox."""

from syncline.sandbox.hubspot.vendor import HUBSPOT, OPTIONS, sandbox

__all__ = ["HUBSPOT", "OPTIONS", "sandbox"]
