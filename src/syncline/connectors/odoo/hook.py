"""What an automation rule of Odoo posts: the row that it is about. Nothing is signed, so it is a hint and no more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from syncline.connect.webhook import Touched, Webhook


def webhook(streams: Collection[str]) -> Webhook:
    """The rows that a delivery speaks of, if they are of these streams; other models are no matter of ours."""
    return Webhook(signed=None, touched=touched_of(streams))


def touched_of(streams: Collection[str]) -> Callable[[Any, Mapping[str, str]], tuple[Touched, ...]]:
    """The function for these streams."""

    def touched(body: Any, headers: Mapping[str, str]) -> tuple[Touched, ...]:
        model, row = body["_model"], body["_id"]
        if not isinstance(model, str) or type(row) is not int:
            raise ValueError("neither a model nor the id of a row")
        return (Touched(stream=model, id=str(row)),) if model in streams else ()

    return touched
