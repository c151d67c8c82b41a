"""What a system was last seen to hold, as canonical values: each is mapped when it is first asked for.

Of most rows one field is asked for, if any; so a row of forty fields costs no more than what is done with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syncline.mapping.binding import Binding, Resolve
from syncline.mapping.field_type import Value
from syncline.mapping.lens import NOT_TOLD

UNREAD = object()
"""Of a field that nobody asked for yet."""


class View(Mapping[str, Value]):
    """What was not told, does not fit, or refers to a row that is not known, is not in it."""

    __slots__ = ("binding", "made", "raw", "resolve")

    def __init__(self, binding: Binding, raw: Mapping[str, Any], resolve: Resolve) -> None:
        self.binding, self.raw, self.resolve = binding, raw, resolve
        self.made: dict[str, Any] = {}

    def _of(self, name: str) -> Any:
        """The value, or NOT_TOLD."""
        made = self.made.get(name, UNREAD)
        if made is UNREAD:
            made = self.made[name] = self.binding.value(name, self.raw, self.resolve)
        return made

    def __contains__(self, name: object) -> bool:
        return self._of(str(name)) is not NOT_TOLD

    def __getitem__(self, name: str) -> Value:
        value = self._of(name)
        if value is NOT_TOLD:
            raise KeyError(name)
        return value

    def get(self, name: str, default: Any = None) -> Any:
        """Without the detour of an exception."""
        value = self._of(name)
        return default if value is NOT_TOLD else value

    def __iter__(self) -> Iterator[str]:
        return (name for name in self.binding.by_field if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)
