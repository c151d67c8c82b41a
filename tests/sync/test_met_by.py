"""A stream's cursor says by which declaration its rows met records; an older one, or two, are told from today's."""

from __future__ import annotations

from dataclasses import replace

from small_world import Small, contacts

from syncline.identity.match import MatchRule
from syncline.sync import observe, remap, rounds, sheet
from syncline.sync.hub import Hub


def met_by(hub: Hub, system: str = "crm") -> str:
    return hub.ledger.cursor(system, "contact", "changes").met_by


def by_name(hub: Hub) -> Hub:
    """Somebody has other rows meet."""
    return replace(hub, declaration=replace(hub.declaration, matching={"contact": (MatchRule(fields=("name",)),)}))


def test_a_stream_remembers_what_its_rows_met_by() -> None:
    small = Small(contacts("crm", "erp"))
    small.systems["crm"].make("contact", {"email": "a@example.test", "name": "A"})
    assert met_by(small.hub) == ""
    small.settle()
    assert met_by(small.hub) == met_by(small.hub, "erp") == small.hub.meetings["contact"]
    small.settle()
    assert met_by(small.hub) == small.hub.meetings["contact"], "the same declaration reads on"
    other = by_name(small.hub)
    assert other.meetings["contact"] != met_by(small.hub)


def test_rows_that_met_by_two_declarations_are_known_even_when_the_first_is_back() -> None:
    small = Small(contacts("crm", "erp"))
    small.settle()
    rounds.read_all(by_name(small.hub))
    assert met_by(small.hub) == "mixed"
    small.settle()
    assert met_by(small.hub) == "mixed"


def test_a_declaration_that_changes_before_the_baseline_ends_is_known_too() -> None:
    small = Small(contacts("crm", "erp"))
    while not small.hub.ledger.cursor("crm", "contact", "changes").ended:
        observe.advance(small.hub, "crm", "contact")
    assert met_by(small.hub) == small.hub.meetings["contact"]
    while observe.advance(by_name(small.hub), "crm", "contact"):
        continue
    assert met_by(small.hub) == "mixed"


def test_what_decides_nothing_about_a_meeting_is_not_in_it() -> None:
    declared = contacts("crm", "erp")
    before = sheet.meeting_hash(declared, "contact")
    assert sheet.meeting_hash(replace(declared, mode="read-only", name="another"), "contact") == before
    entity = declared.entities["contact"]
    name = replace(entity.fields["name"], truth="crm")
    fields = {"contact": replace(entity, fields={**entity.fields, "name": name})}
    assert sheet.meeting_hash(replace(declared, entities=fields), "contact") != before
    assert sheet.meeting_hash(replace(declared, births=()), "contact") != before


def test_a_plan_reads_rows_again_once_a_mapping_may_have_changed() -> None:
    small = Small(contacts("crm", "erp"))
    assert remap.is_as_met(small.hub), "nothing was read"
    small.systems["crm"].make("contact", {"email": "a@example.test", "name": "A"})
    small.observe()
    assert remap.is_as_met(small.hub)
    assert not remap.is_as_met(by_name(small.hub))
    small.deliver()
    assert not remap.is_as_met(small.hub), "what was told may come back in another form"
