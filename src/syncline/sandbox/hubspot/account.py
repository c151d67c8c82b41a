"""What an account says of itself."""

from __future__ import annotations

from syncline.sandbox.call import Reply
from syncline.sandbox.hubspot.asked import Asked


def details(asked: Asked) -> Reply:
    """The account, as its API tells it."""
    return Reply(
        body={
            "portalId": asked.sandbox.options["portal_id"], "accountType": asked.sandbox.options["account_type"],
            "timeZone": "UTC",
            "companyCurrency": "EUR", "additionalCurrencies": [], "utcOffset": "+00:00",
            "utcOffsetMilliseconds": 0, "uiDomain": "app.hubspot.com", "dataHostingLocation": "eu1",
        }
    )  # fmt: skip
