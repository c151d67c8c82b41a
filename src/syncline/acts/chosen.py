"""What a sync delivers and a plan lists: one entity, the records for which a condition holds, so many writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from syncline.acts.refusal import refuse
from syncline.acts.tally import Tally
from syncline.config.declaration import Declaration
from syncline.mapping.expression import Expression
from syncline.mapping.field_type import FieldType, Unfit
from syncline.mapping.sql import compile_expression
from syncline.mapping.sql_errors import ExpressionErrors, did_you_mean
from syncline.merge.case import Case
from syncline.merge.order import referred_entity
from syncline.sync import deliver
from syncline.sync.columns import columns
from syncline.sync.desk import Desk
from syncline.sync.hub import Hub
from syncline.sync.plan import PAGE, Paper, Scope, desk_on_paper
from syncline.sync.store import Unit


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """As an act says it, compiled."""

    only: str | None = None
    where: Expression | None = None
    limit: int | None = None

    def holds(self, hub: Hub) -> Callable[[Case], bool]:
        """Is the condition true of a record? What gives no value is not true."""
        where = self.where

        def is_true(case: Case) -> bool:
            assert where is not None
            desk = Desk(hub=hub, unit=cast(Unit, Paper(hub.ledger)), run=0, now=hub.clock())  # for what it refers to
            try:
                return where.evaluate(columns(desk, case.record)) is True
            except Unfit:
                return False

        return is_true if where is not None else lambda case: True

    def scope(self, hub: Hub) -> Scope:
        """For a plan."""
        whole = self.only is None and self.where is None and self.limit is None
        return Scope(only=self.only, where=self.holds(hub), limit=self.limit, whole=whole)

    def tell(self, hub: Hub, system: str, stream: str, tally: Tally) -> int:
        """One batch of what is due in a stream and chosen. Returns how many links were worked on."""
        left = self.limit - tally.sent if self.limit is not None else None
        if self.only not in (None, hub.declaration.binding(system, stream).entity) or (left is not None and left < 1):
            return 0
        if self.where is not None:
            return self.tell_where(hub, system, stream, tally)
        return deliver.deliver(hub if left is None else replace(hub, batch=min(hub.batch, left)), system, stream)

    def tell_where(self, hub: Hub, system: str, stream: str, tally: Tally) -> int:
        """All that is due there of the records for which the condition holds, a page of records at a time."""
        holds, after, told = self.holds(hub), 0, 0
        while ids := hub.ledger.scan(after, PAGE):
            after = ids[-1]
            desk = desk_on_paper(hub)
            desk.load(ids)
            here = [case for rid in ids if (case := desk.cases[rid]).record.entity == self.only]
            links = [
                link for case in here for link in case.links.values()
                if (link.system, link.stream) == (system, stream) and link.due_at is not None and holds(case)
            ]  # fmt: skip
            left = self.limit - tally.sent if self.limit is not None else len(links)
            if left < 1 and self.limit is not None:
                break
            told += deliver.deliver_first(hub, system, stream, links[:left])
        return told


def chosen(declaration: Declaration, only: str | None, where: str | None, limit: int | None) -> Chosen:
    """Raises Refusal for what does not fit the declaration."""
    if only is not None and only not in declaration.entities:
        hint = did_you_mean(only, declaration.entities)
        known = ", ".join(sorted(declaration.entities))
        raise refuse(f"There is no entity {only} in this hub.", hint or f"say --only with one of: {known}")
    if limit is not None and limit < 1:
        raise refuse(f"A limit of {limit} would write nothing.", "say --limit with a number from 1 on")
    if where is None:
        return Chosen(only=only, limit=limit)
    if only is None:
        raise refuse(
            "A condition is about the fields of one entity, and none was named.",
            f"say which: --only {sorted(declaration.entities)[0]} --where '...'",
        )
    return Chosen(only=only, where=condition(declaration, only, where), limit=limit)


def condition(declaration: Declaration, entity: str, text: str) -> Expression:
    """Compiled as the conditions of hub.yaml are."""
    try:
        return compile_expression(
            text, columns_of(declaration, entity), currency=declaration.currency, zone=declaration.zone,
            wanted="boolean",
        )  # fmt: skip
    except ExpressionErrors as errors:
        first = errors.errors[0]
        place = f"line {first.line}, column {first.column}" if "\n" in text else f"column {first.column}"
        remedy = first.suggestion or f"it may read: {', '.join(sorted(columns_of(declaration, entity)))}"
        raise refuse(f"--where {text!r}, {place}: {first.message}", remedy) from None


def columns_of(declaration: Declaration, entity: str) -> Mapping[str, FieldType]:
    """What a condition over a record may name: its fields but lines, and those of records it refers to."""
    policy = declaration.entities[entity]
    own = {name: one.type for name, one in policy.fields.items() if "/" not in name and one.type.name != "lines"}
    found = dict(own)
    for name in own:
        target = declaration.entities.get(referred_entity(policy, name) or "")
        inner = target.fields.items() if target is not None else ()
        found |= {f"{name}.{n}": one.type for n, one in inner if "/" not in n and one.type.name != "lines"}
    return found
