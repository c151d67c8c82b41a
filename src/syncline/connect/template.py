"""A vendor's standard objects as canonical records, in the words of hub.yaml."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from syncline.connect.stream import Field


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What a first hub.yaml says of such a system.

    roles:   what it may be to a company, the usual one first.
    keys:    further keys of its block: key, value (`{name}`: the system's name), and why.
    secret:  the end of the variable's name, as `API_KEY`, and where a person gets it, in lines; None: it needs none.
    tokens:  the kinds of tokens that can be made today, the simplest first: what it is, and where to click, in lines.
    sandbox: the name of its sandbox, and what takes the place of `keys` there; the secret that it takes.
    """

    roles: tuple[str, ...]
    keys: tuple[tuple[str, str, str], ...] = ()
    secret: tuple[str, tuple[str, ...]] | None = None
    tokens: tuple[tuple[str, tuple[str, ...]], ...] = ()
    sandbox: tuple[str, Mapping[str, str], str] | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class ByHand:
    """What a person clicks in the vendor's own screens, in lines, where the hub is not to do it, or cannot.

    field(stream, field): makes a field of ours there. webhooks: subscribes to what changes.
    """

    field: Callable[[str, Field], tuple[str, ...]]
    webhooks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Template:
    """What every hub would otherwise have to write for this vendor.

    at:        entity to canonical field to what stands under `at: {SYSTEM: ...}`: `company.name`, or a block.
    scope:     entity to the expression that says which rows of its stream are of it, where a stream holds several.
    on_create: entity to raw values that a new row gets.
    keys:      entity to the fields by which its rows are matched, the strongest first.
    values:    entity to field to what this vendor calls each canonical value: rows of `values:`.
    ids:       entity to where a row's own id is read.
    empty_is:  how this vendor says empty, besides null, where the hub's file does not say.
    setup:     what `syncline init` writes for such a system.
    """

    at: Mapping[str, Mapping[str, Any]]
    scope: Mapping[str, str] = field(default_factory=dict)
    on_create: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    ids: Mapping[str, Any] = field(default_factory=dict)
    empty_is: Literal["", False] | None = None
    setup: Setup | None = None


@dataclass(frozen=True, kw_only=True)
class Use:
    """What one hub uses of a kind of system; a connector is made for it.

    fields:  stream to the raw fields that are bound; a stream that is not named is read with all it declares.
    options: the system's own keys in hub.yaml, without secrets.
    """

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)


EVERYTHING = Use()
"""All that a connector declares, without options."""
