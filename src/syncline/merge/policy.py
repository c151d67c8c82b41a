"""How changes of a field are settled: its type, its truth, and what happens when two sides changed it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from syncline.mapping.field_type import FieldType
from syncline.model.link import Link
from syncline.model.record import Value

PolicyName = Literal[
    "truth", "last-write-wins", "manual", "union", "append", "max", "min", "longest", "sum", "first-set", "consent"
]
MERGES: frozenset[str] = frozenset({"union", "append", "max", "min", "longest", "sum", "first-set", "consent"})

ORIGIN = "origin"
"""`truth: origin`: the system where the record was born."""
HUB = "hub"
"""`truth: hub`: computed here; no system may set it."""


@dataclass(frozen=True, kw_only=True)
class FieldPolicy:
    """One canonical field.

    truth:  a system's name, ORIGIN, HUB, or None where no system owns the field.
    empty:  may a blank that somebody made overwrite a value; at the field's own truth it always may.
    strict: while the truth holds nothing, other systems may not set the field either.
    differ: what settles a first difference.
    exempt: consent, opt-out and access fields, told also to a link that sleeps.
    """

    name: str
    type: FieldType
    policy: PolicyName = "last-write-wins"
    truth: str | None = None
    empty: Literal["keep", "clear"] = "keep"
    strict: bool = False
    differ: Literal["truth", "newest", "ask"] = "truth"
    exempt: bool = False
    order: tuple[str, ...] = ()

    @property
    def merges(self) -> bool:
        """Both sides' changes are kept (`merge: union` and its kin)."""
        return self.policy in MERGES


OnDelete = Literal["archive", "delete", "unlink", "restore", "ask", "ignore"]


@dataclass(frozen=True, kw_only=True)
class EntityPolicy:
    """One kind of record. Fields of lines are named `lines/*/column`; `lines/*` is a line's existence.

    line_key:  the columns that tell one line from another where no line id does.
    on_delete: system to what a proven delete there means; the default depends on the origin.
    """

    name: str
    fields: Mapping[str, FieldPolicy]
    line_key: tuple[str, ...] = ()
    on_delete: Mapping[str, OnDelete] = field(default_factory=dict)
    settle_after: float = 0.0

    def of(self, name: str) -> FieldPolicy:
        """The policy of a field; a line's field `lines/17/qty` is declared as `lines/*/qty`."""
        found = self.fields.get(name)
        if found is None:
            parts = name.split("/")
            parts[1] = "*"
            found = self.fields["/".join(parts)]
        return found


View = Callable[[Link], Mapping[str, Value]]
"""`seen` of a link through today's mapping; what the system did not tell is not in it."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Where and when a merge happens.

    order:       the systems in the order of the declaration; it decides between overlapping edits.
    view:        reads `seen` of any link through today's mapping.
    covered:     (system, stream) to the moment until which that stream's own polls vouch for every row.
    settles_in:  (system, stream) to the seconds after which a direct read shows every write.
    doubt_lasts: seconds after which a write of unknown outcome can no longer arrive.
    never_taken: (system, stream, field) that is only written there: a change of it is seen, shown and put back.
    never_shown: those of them that no read tells: a receipt is all that there is to know.
    """

    entity: EntityPolicy
    order: tuple[str, ...]
    view: View
    now: float
    run: int
    covered: Mapping[tuple[str, str], float] = field(default_factory=dict)
    settles_in: Mapping[tuple[str, str], float] = field(default_factory=dict)
    doubt_lasts: float = 0.0
    never_taken: frozenset[tuple[str, str, str]] = frozenset()
    never_shown: frozenset[tuple[str, str, str]] = frozenset()
