"""Why a record is not in a system, and whether going live would make it there."""

from __future__ import annotations

from collections.abc import Collection

from syncline.mapping.binding import Binding
from syncline.merge.case import Case
from syncline.sync import questions, scope
from syncline.sync.birth import is_asked_about
from syncline.sync.desk import Desk

WAITS = "it waits for what it refers to"
ASKED = "a row there matches several records"
LOOKS = "a person is asked whether it is there already"


def fate(desk: Desk, case: Case, binding: Binding, creates: Collection[tuple[str, str]]) -> tuple[bool, str]:
    """(it would be born there, else why not). creates: where a plan makes a row of this record."""
    system, place = binding.system, (binding.system, binding.stream)
    if place in creates:
        return True, ""
    if not desk.is_baselined(*place):
        return False, f"{system} was not read to its end"
    links = [link for link in case.links.values() if (link.system, link.stream) == place]
    if any(link.state == "tombstone" for link in links):
        return False, f"its row in {system} was deleted"
    birth = next((link for link in links if link.state == "birth"), None)
    if birth is not None and birth.parked is not None and birth.parked.code == questions.MAY_BE_DUPLICATE:
        return False, LOOKS
    if birth is not None and (birth.parked is not None or not is_asked_about(desk, case, birth)):
        return False, birth.parked.code if birth.parked is not None else birth.why or WAITS
    if birth is not None:
        return False, ASKED
    rule = next((one for one in desk.declaration.births if (one.system, one.stream) == place), None)
    if rule is None:
        return False, f"hub.yaml has no create rule for {binding.entity} in {system}"
    if case.record.parked is not None:
        return False, case.record.parked.code
    questions.load(desk, [case])
    if not questions.may_be_born(desk, case, place):
        asked = not desk.waited_for.get(place, set()).isdisjoint(desk.keys(case))
        return False, ASKED if asked else LOOKS
    if f"birth in {system}.{binding.stream}" in case.record.unfit:
        return False, f"its create rule has no value: {rule.when.text}"
    if binding.scope is not None and scope.in_scope(desk, case, binding) is not True:
        return False, f"out of scope: {binding.scope.text}"
    return False, f"its create rule is not true: {rule.when.text}"
