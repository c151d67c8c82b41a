"""Merges told in chains, of rows not known yet, or into rows of another kind."""

from merge_world import MergeWorld
from twin_world import two

from syncline.identity.alias import resolve_alias
from syncline.sync import answers


def test_chains_of_merges_end_at_one_record() -> None:
    world = two()
    world.type("crm", email="c@x")
    world.quiet()
    first, last = world.link("crm", "crm0").record, world.link("crm", "crm2").record
    world.merge_rows("crm", "crm2", "crm1")
    world.quiet()
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    records = {r.id: r for r in world.records()}
    assert resolve_alias(records, last) == resolve_alias(records, world.link("crm", "crm1").record) == first


def test_a_chain_told_backwards_ends_there_too() -> None:
    world = two()
    world.type("crm", email="c@x")
    world.quiet()
    world.delete("crm", "crm2")
    world.delete("crm", "crm1")
    world.tell_gone("crm", "crm1", "crm0")
    world.tell_gone("crm", "crm2", "crm1")
    world.quiet()
    assert len({world.link("crm", f"crm{n}").record for n in range(3)}) == 1


def test_a_merge_into_a_row_that_is_not_known_yet_waits_for_it() -> None:
    world = two()
    rid = world.link("crm", "crm0").record
    new = world.type("crm", email="n@x", name="New")
    world.merge_rows("crm", "crm0", new)
    assert world.link("crm", "crm0").into == f"contact/{new}"
    world.quiet()
    assert world.link("crm", new).record == rid
    assert world.row("erp", "erp0").dead is None


def test_it_waits_as_long_as_the_row_stays_away() -> None:
    world = two()
    rid = world.link("crm", "crm0").record
    world.delete("crm", "crm0")
    world.tell_gone("crm", "crm0", "crm2")
    world.quiet()
    assert world.record(rid).state == "active"
    world.type("crm", email="n@x", name="New")
    world.quiet()
    assert world.link("crm", "crm2").record == rid


def test_the_row_that_replaced_another_is_not_parked_for_an_ambiguous_key() -> None:
    world = MergeWorld()
    rows = {"erp": "erp0", "shop": "shop0", "crm": "crm0"}
    for system in rows:
        world.type(system, email=f"{system}@x")
    world.quiet()
    for system, row in rows.items():
        world.edit(system, row, email="z@x")
    world.quiet()
    rid = world.link("crm", "crm0").record
    new = world.type("crm", email="z@x")
    world.merge_rows("crm", "crm0", new)
    world.quiet()
    assert world.link("crm", new).record == rid
    assert world.type("crm", email="z@x")
    world.quiet()
    assert world.parked("crm", "crm2").code == "ambiguous-match", "as it would be without that"


def test_a_row_that_joined_another_record_by_its_key_brings_the_two_together() -> None:
    world = MergeWorld()
    world.type("crm", email="a@x")
    world.type("shop", email="n@x")
    world.quiet()
    first = world.link("crm", "crm0").record
    world.delete("crm", "crm0")
    world.tell_gone("crm", "crm0", "crm1")
    world.type("crm", email="n@x")
    world.quiet()
    assert world.link("crm", "crm1").record == world.link("shop", "shop0").record == first


def test_a_lead_that_becomes_a_contact_is_a_merge_across_streams() -> None:
    world = MergeWorld(leads=True)
    lead = world.type("crm", "lead", email="a@x", phone="1")
    world.quiet()
    contact = world.type("crm", email="b@x", name="Ann")
    world.quiet()
    rid = world.link("crm", lead, "lead").record
    world.merge_rows("crm", lead, f"contact/{contact}", "lead")
    world.quiet()
    assert world.link("crm", contact).record == rid
    assert world.value(rid, "phone") == "1"
    assert world.link("crm", lead, "lead").into == f"contact/{contact}"


def test_a_row_that_became_one_of_another_kind_is_only_gone() -> None:
    world = MergeWorld(tasks=True)
    world.type("crm", email="a@x")
    world.type("erp", email="a@x")
    world.type("crm", "task", title="t")
    world.quiet()
    world.merge_rows("crm", "crm0", "task/crm-task0")
    world.quiet()
    assert world.link("crm", "crm0").state == "tombstone"
    assert world.row("erp", "erp0").dead is None


def test_of_two_rows_of_one_record_the_one_that_stays_is_active() -> None:
    """A duplicate that the hub knows of is merged, the other way round, in the system that has it."""
    world = two()
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    world.merge_rows("erp", "erp0", "erp1")
    world.edit("crm", "crm0", name="Anna")
    world.quiet()
    assert world.link("erp", "erp1").state == "active"
    assert world.link("erp", "erp1").parked is None
    assert world.there("erp", "erp1", "name") == "Anna"


def test_deleting_one_of_two_rows_of_a_record_deletes_nothing_else() -> None:
    world = two(world={"on_delete": {"erp": "delete"}})
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    world.delete("erp", "erp0")
    world.quiet()
    assert world.link("erp", "erp1").state == "active"
    assert world.row("crm", "crm0").dead is None
    world.delete("erp", "erp1")
    world.quiet()
    assert world.row("crm", "crm0").dead is not None, "the last of them is the record's"


def test_a_delete_that_is_told_first_and_named_later_is_a_merge_after_all() -> None:
    world = two()
    world.delete("crm", "crm1")
    world.tell_gone("crm", "crm1", None)
    assert world.record_of("crm", "crm1").state == "archived"
    world.tell_gone("crm", "crm1", "crm0")
    world.quiet()
    assert world.record_of("crm", "crm1").state == "active"
    assert world.row("erp", "erp1").dead is None
    assert world.link("erp", "erp1").state == "shadow"


def test_a_row_that_becomes_one_of_another_kind_that_is_not_known_is_only_gone() -> None:
    world = MergeWorld(tasks=True)
    world.type("crm", email="a@x")
    world.quiet()
    world.merge_rows("crm", "crm0", "task/later")
    world.quiet()
    assert world.link("crm", "crm0").into == "task/later"
    assert world.hub.ledger.waiting_for([("crm", "task", "later")]) == {}


def test_what_was_typed_into_a_shadow_fills_what_the_record_never_had() -> None:
    """The row that stood before it is deleted: nobody ever said anything else of that field."""
    world = MergeWorld()
    world.type("erp", email="a@x")
    world.type("erp", email="b@x")
    world.quiet()
    answers.merge_records(world.hub, 1, 2, "anna")
    world.quiet()
    world.edit("erp", "erp1", rep="r15")
    world.quiet()
    world.delete("erp", "erp0")
    world.tell_gone("erp", "erp0", None)
    world.quiet()
    assert world.link("erp", "erp1").state == "active"
    assert world.value(1, "rep") == world.there("erp", "erp1", "rep") == "r15"
