"""Merges, un-merges, deletes and edits in any order: what always holds is checked at every quiet."""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from merge_world import ORDER, MergeWorld

from syncline.identity.alias import resolve_alias
from syncline.identity.match import MatchRule
from syncline.model.record import Record
from syncline.sync import answers, people
from syncline.sync.answers import CannotDo

EMAILS = st.sampled_from(["a@x", "b@x", "c@x", None])
NAMES = st.sampled_from(["phone", "name", "tags", "vat", "rep", "price"])
NUMBER = st.integers(0, 30)


class Merging(RuleBasedStateMachine):
    """Users type, edit, delete and merge rows; a person merges, parts and links; the hub works in between."""

    def __init__(self) -> None:
        super().__init__()
        self.world = MergeWorld(born=["erp"], rules=(MatchRule(fields=("email",)),))
        self.number = 0

    def row(self, number: int, system: str | None = None) -> tuple[str, str]:
        rows = [(s, rid) for s, _, rid in self.world.alive() if system in (None, s)]
        assume(rows)
        return rows[number % len(rows)]

    def living(self, number: int) -> Record:
        records = [r for r in self.world.records() if r.state == "active"]
        assume(records)
        return records[number % len(records)]

    @rule(system=st.sampled_from(ORDER), email=EMAILS, name=NAMES)
    def types(self, system: str, email: str | None, name: str) -> None:
        self.number += 1
        self.world.type(system, email=email, **{name: f"{name[0]}{self.number}"})

    @rule(number=NUMBER, name=NAMES, clear=st.booleans())
    def edits(self, number: int, name: str, clear: bool) -> None:
        system, rid = self.row(number)
        self.number += 1
        self.world.edit(system, rid, **{name: None if clear else f"{name[0]}{self.number}"})

    @rule(number=NUMBER, email=EMAILS)
    def changes_the_key(self, number: int, email: str | None) -> None:
        self.world.edit(*self.row(number), email=email)

    @rule(number=NUMBER)
    def deletes(self, number: int) -> None:
        system, rid = self.row(number)
        assume(self.world.hub.ledger.links_at([(system, "contact", rid)]))
        self.world.delete(system, rid)

    @rule(one=NUMBER, other=NUMBER)
    def merges_rows(self, one: int, other: int) -> None:
        system, gone = self.row(one)
        into = self.row(other, system)[1]
        assume(gone != into)
        self.world.merge_rows(system, gone, into)

    @rule(number=NUMBER)
    def merges_into_what_is_not_there_yet(self, number: int) -> None:
        system, gone = self.row(number)
        self.world.merge_rows(system, gone, self.world.type(system, email="n@x", name="new"))

    @rule(one=NUMBER, other=NUMBER)
    def merges_records(self, one: int, other: int) -> None:
        self.says(answers.merge_records, self.living(one).id, self.living(other).id)

    @rule(number=NUMBER)
    def parts(self, number: int) -> None:
        aliases = [r for r in self.world.records() if r.state == "merged"]
        assume(aliases)
        chosen = aliases[number % len(aliases)].id
        plan = answers.plan_unmerge(self.world.hub, chosen)
        assert answers.unmerge(self.world.hub, chosen, "anna") == plan

    @rule(number=NUMBER)
    def not_the_same(self, number: int) -> None:
        people.not_the_same(self.world.hub, self.living(number).id, "anna")

    @rule(number=NUMBER)
    def unlinks(self, number: int) -> None:
        system, rid = self.row(number)
        found = self.world.hub.ledger.links_at([(system, "contact", rid)])
        assume(found)
        self.says(answers.remove_link, next(iter(found.values())).id)

    @rule(number=NUMBER, record=NUMBER)
    def links(self, number: int, record: int) -> None:
        system, rid = self.row(number)
        self.says(answers.add_link, (system, "contact", rid), self.living(record).id)

    @rule(number=NUMBER)
    def begins_anew(self, number: int) -> None:
        system, rid = self.row(number)
        self.says(answers.begin_anew, (system, "contact", rid))

    @rule(times=st.integers(1, 3))
    def works(self, times: int) -> None:
        for _ in range(times):
            self.world.steps()

    @rule()
    def is_quiet(self) -> None:
        self.world.quiet()

    def says(self, what: object, *arguments: object) -> None:
        """What does not fit is refused; then nothing was changed, which the next quiet shows."""
        with suppress(CannotDo):
            what(self.world.hub, *arguments, "anna")  # type: ignore[operator]

    @precondition(lambda self: self.world.records())
    @invariant()
    def aliases_end_at_a_record_that_is_none(self) -> None:
        records = {record.id: record for record in self.world.records()}
        for rid in records:
            assert records[resolve_alias(records, rid)].state != "merged"

    def teardown(self) -> None:
        self.world.quiet()


Merging.TestCase.settings = settings(
    max_examples=40, stateful_step_count=18, deadline=None, suppress_health_check=list(HealthCheck)
)
TestMerging = pytest.mark.slow(Merging.TestCase)
