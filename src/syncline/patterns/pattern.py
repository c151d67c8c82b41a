"""What a pattern is: a function from its options and the systems of a hub to a part of a hub.yaml."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncline.connect.template import Template


@dataclass(frozen=True, kw_only=True)
class Member:
    """A system, as patterns see it. `template`: how its connector maps its standard objects, where it says so."""

    name: str
    connector: str
    roles: tuple[str, ...]
    primary: bool = False
    template: Template | None = None

    @property
    def of(self) -> Template:
        """Its template, of one that has one."""
        assert self.template is not None, "a leader has a template"
        return self.template


Pattern = Callable[[Mapping[str, Any], Sequence[Member]], Mapping[str, Any]]
"""A pattern. Raises DoesNotFit."""

ExpandPattern = Callable[[str, Mapping[str, Any], Sequence[Member]], Mapping[str, Any]]
"""A pattern's name, its options and the hub's systems to a part of a hub.yaml; raises UnknownPattern or DoesNotFit."""


class UnknownPattern(LookupError):
    """There is no pattern of that name; `known` are those there are."""

    def __init__(self, known: tuple[str, ...] = ()) -> None:
        super().__init__("unknown pattern")
        self.known = known


class DoesNotFit(ValueError):
    """A pattern and this hub do not go together. `remedy`: what to change; `option`: the option that is wrong."""

    def __init__(self, reason: str, remedy: str | None = None, option: str | None = None) -> None:
        super().__init__(reason)
        self.remedy = remedy
        self.option = option


def leader(pattern: str, role: str, members: Sequence[Member]) -> Member:
    """The system with this role; of several the primary one. Raises DoesNotFit."""
    found = [one for one in members if role in one.roles]
    chosen = next((one for one in found if one.primary), found[0] if found else None)
    if chosen is None:
        remedy = f"give the system that is your {role.upper()} the role: `roles: [{role}]`"
        raise DoesNotFit(f"{pattern} needs a system with the role `{role}`, and there is none", remedy)
    if chosen.template is None:
        remedy = f"take a connector that has a template for the system in the role `{role}`, or declare its fields"
        raise DoesNotFit(f"the connector `{chosen.connector}` does not say how its objects map to records", remedy)
    return chosen


def checked(options: Mapping[str, Any], known: Sequence[str]) -> None:
    """Every option is one that the pattern knows. Raises DoesNotFit."""
    for name in options:
        if name not in known:
            raise DoesNotFit(f"unknown option `{name}`", f"known: {', '.join(known)}", option=name)
