"""What is one vendor's own: its answers, its numbers and how it words a refusal. Everything else is the sandbox's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from syncline.sandbox.call import Call, Reply
from syncline.sandbox.company import Company
from syncline.sandbox.deliver import Delivery
from syncline.sandbox.quotas import Quota

if TYPE_CHECKING:
    from syncline.sandbox.sandbox import Sandbox


@dataclass(frozen=True, kw_only=True)
class Words:
    """How the vendor words what the sandbox decides: `sandbox, call` and what it is about.

    limited:  a quota refuses; None: a planted rate limit. failed: a server error of that status.
    expired:  the caller's token has expired, from now on. rejected: a write that the vendor's rules do not allow.
    """

    limited: Callable[[Sandbox, Call, Quota | None], Reply]
    failed: Callable[[Sandbox, Call, int], Reply]
    expired: Callable[[Sandbox, Call], Reply]
    rejected: Callable[[Sandbox, Call], Reply]


@dataclass(frozen=True, kw_only=True)
class Users:
    """What people do in the vendor's own screens; the vendor's API sees it as such.

    read(sandbox, stream, id): one row, or with id None all of the stream; None: it is not there.
    save(sandbox, stream, id, values): makes (id None) or changes a row, and answers with it.
    remove(sandbox, stream, id): deletes it as a person would; False: it is not there.
    acts: further things that people do, by name, each of (sandbox, what was posted): merge, restore.
    All raise ValueError, with a sentence, for what cannot be.
    """

    read: Callable[[Sandbox, str, str | None], Any]
    save: Callable[[Sandbox, str, str | None, Mapping[str, Any]], Any]
    remove: Callable[[Sandbox, str, str], bool]
    acts: Mapping[str, Callable[[Sandbox, Any], Any]] = field(default_factory=dict)


def no_deliveries(sandbox: Sandbox) -> Sequence[Delivery]:
    """Of a vendor without webhooks."""
    return ()


def no_matter(sandbox: Sandbox, delivery: Delivery, status: int | None) -> None:
    """Of a vendor that does not care what became of a webhook."""


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """Frozen data and functions.

    answer:  one call. What it raises as Refused is answered, and nothing of the call is kept.
    kind, cost: of a call, for the quotas. told: headers that go with every answer.
    writes:  may the call change something? places: the paths that it goes by, for planted faults.
    opened:  the store was opened, new or not. found: the account on its first day.
    seed:    the same company, as it stands in this vendor's system.
    hooks:   subscribes to webhooks where the vendor has no API for it.
    deliveries: takes the webhooks that are due; delivered: what became of one; status None: nothing was answered.
    """

    name: str
    streams: tuple[str, ...]
    answer: Callable[[Sandbox, Call], Reply]
    words: Words
    users: Users
    seed: Callable[[Sandbox, Company], None]
    opened: Callable[[Sandbox], None] = lambda sandbox: None
    found: Callable[[Sandbox], None] = lambda sandbox: None
    quotas: tuple[Quota, ...] = ()
    kind: Callable[[Call], str] = lambda call: "call"
    cost: Callable[[Call], int] = lambda call: 1
    writes: Callable[[Call], bool] = lambda call: call.method not in ("GET", "HEAD")
    places: Callable[[Call], tuple[str, ...]] = lambda call: (call.path,)
    told: Callable[[Sandbox, Call], Mapping[str, str]] = lambda sandbox, call: {}
    hooks: Callable[[Sandbox, Any], Any] | None = None
    deliveries: Callable[[Sandbox], Sequence[Delivery]] = no_deliveries
    delivered: Callable[[Sandbox, Delivery, int | None], None] = no_matter
