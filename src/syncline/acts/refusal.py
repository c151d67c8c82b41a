"""An act that cannot be done: raised where that turns out, and told as `Refused`."""

from __future__ import annotations

from syncline.acts.told import Refused


class Refusal(Exception):
    """Why, and the next command to type."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.why)
        self.refused = refused


def refuse(why: str, remedy: str) -> Refusal:
    """For bad input."""
    return Refusal(Refused(why=why, remedy=remedy))
