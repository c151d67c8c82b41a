"""One call of HubSpot's API, as the functions that answer it see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from syncline.sandbox.call import Call
from syncline.sandbox.hubspot.errors import bad_json, invalid
from syncline.sandbox.hubspot.kinds import BY_NAME, Kind
from syncline.sandbox.sandbox import Sandbox
from syncline.sandbox.store import Store

MOST_INPUTS = 100


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The call, the parts of its path, and whose hand it is: `source` as histories and webhooks name it."""

    sandbox: Sandbox
    call: Call
    parts: dict[str, str]
    source: str = "INTEGRATION"

    @property
    def store(self) -> Store:
        """What the account holds."""
        return self.sandbox.store

    @property
    def kind(self) -> Kind:
        """The kind of object in the path."""
        return kind_of(self.parts["type"])

    def body(self) -> dict[str, Any]:
        """The JSON object that was sent."""
        try:
            body = self.call.json()
        except ValueError as problem:
            raise bad_json(str(problem)) from problem
        if not isinstance(body, dict):
            raise bad_json("an object is expected")
        return body

    def rows(self, most: int = MOST_INPUTS) -> list[dict[str, Any]]:
        """The inputs of a batch."""
        inputs = self.body().get("inputs")
        if not isinstance(inputs, list) or not all(isinstance(one, dict) for one in inputs):
            raise bad_json("inputs must be a list of objects")
        if not 1 <= len(inputs) <= most:
            raise invalid(f"inputs: size must be between 1 and {most}, it is {len(inputs)}")
        return inputs

    def limit(self, default: int, most: int) -> int:
        """The size of a page."""
        return whole(self.call.first("limit", str(default)), "limit", 1, most)

    def names(self, parameter: str) -> list[str]:
        """A list in the query, joined by commas or repeated."""
        return [name for value in self.call.every(parameter) for name in value.split(",") if name]

    def flag(self, parameter: str) -> bool:
        """A yes or no in the query."""
        return self.call.first(parameter, "false").lower() == "true"


def kind_of(name: str) -> Kind:
    """A kind by name or type id."""
    if name not in BY_NAME:
        raise invalid(f"Unable to infer object type from: {name}")
    return BY_NAME[name]


def whole(text: Any, name: str, least: int, most: int) -> int:
    """A whole number within bounds."""
    try:
        number = int(text)
    except (TypeError, ValueError) as problem:
        raise invalid(f"{name} must be a whole number, not {text!r}") from problem
    if not least <= number <= most:
        raise invalid(f"{name} must be between {least} and {most}, it is {number}")
    return number


def object_id(text: Any) -> int | None:
    """An id of an object; None: nothing has such an id."""
    return int(text) if str(text).isascii() and str(text).isdigit() and len(str(text)) <= 18 else None


def needed(body: dict[str, Any], name: str) -> Any:
    """A value that a body must hold."""
    if body.get(name) in (None, ""):
        raise invalid(f"Invalid input: {name} is required")
    return body[name]
