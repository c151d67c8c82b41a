"""What a system says of itself, and what it must let a token do: data, and no I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from syncline.connect.request import Conversation

Environment = Literal["production", "sandbox", "test", "unknown"]
"""What an account is for. One that does not say is `unknown`, and is to be treated as production."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """Whose system it is that lets us in.

    name:   as people call it. id: the same for the same account, and for no other; None: nothing tells.
    user:   in whose name the token acts. version: of the system.
    scopes: what the token may do, in the system's words; None: it does not tell.
    """

    name: str
    id: str | None = None
    environment: Environment = "unknown"
    user: str | None = None
    version: str | None = None
    scopes: tuple[str, ...] | None = None


Telling = Callable[[str], Conversation]
"""Asks for the account at an address: only reads. It is sent every answer, and ends in an Account or in an Outcome."""


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What a token must be allowed, in the system's words: scopes, or sentences where it has no names for them.

    always: whatever is bound.
    read, write: by stream, or by `stream.field` for what only that raw field needs.
    define: by stream, to make fields of ours there.
    covers: one that stands for others.
    """

    always: tuple[str, ...] = ()
    read: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    write: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    define: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    covers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
