"""How HubSpot answers a batch: whole, or in part with the errors of each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncline.sandbox.call import Reply
from syncline.sandbox.hubspot.asked import Asked
from syncline.sandbox.hubspot.times import iso, moment


def answered(
    asked: Asked, results: Sequence[Any], errors: Sequence[Mapping[str, Any]] = (), status: int = 200
) -> Reply:
    """The answer of a batch; 207 where there are errors."""
    at = iso(moment(asked.sandbox.clock))
    body: dict[str, Any] = {"status": "COMPLETE", "results": list(results), "startedAt": at, "completedAt": at}
    if errors:
        body |= {"numErrors": len(errors), "errors": list(errors)}
    return Reply(status=207 if errors else status, body=body)
