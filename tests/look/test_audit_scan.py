"""Every record counted once: three systems, a row beside another, no rep, and lists that hear each finding."""

from __future__ import annotations

from dataclasses import replace

from small_world import NEVER, Small, accounts, contacts, refers

from syncline.look.audit_scan import MOST_REASONS, OTHER, Bin, EntityScan, Finding, Scan
from syncline.look.audited import EntityAudited
from syncline.merge.policy import FieldPolicy
from syncline.sync import answers


def counted(small: Small, listed: list[Finding] | None = None) -> EntityAudited:
    scan = Scan(small.hub, {}, None if listed is None else listed.append)
    scan.run()
    [told] = scan.told()
    return told


def three() -> Small:
    small = Small(contacts("crm", "erp", "shop", when=NEVER))
    for name, systems in {
        "a": ("crm", "erp", "shop"),
        "b": ("crm", "erp"),
        "c": ("crm", "shop"),
        "d": ("shop",),
    }.items():
        for system in systems:
            values = {"email": f"{name}@x", "name": name, "phone": "1" if system == "crm" else None}
            small.systems[system].make("contact", values)
    small.observe()
    return small


def test_of_three_systems_each_pair_is_counted() -> None:
    one = counted(three())
    assert one.rows == {"crm": 3, "erp": 2, "shop": 3}
    assert one.both == {"crm + erp": 2, "crm + shop": 2, "erp + shop": 1}
    assert (one.every, one.records) == (1, 4)
    assert [one.only_in(system) for system in one.systems] == [0, 0, 1]
    lacking = {(found.systems, found.missing): found.count for found in one.of("only")}
    assert lacking == {
        (("crm", "erp"), "shop"): 1, (("crm", "shop"), "erp"): 1, (("shop",), "crm"): 1, (("shop",), "erp"): 1,
    }  # fmt: skip
    assert {found.why for found in one.of("only")} == {"its create rule is not true: false"}


def test_a_blank_is_counted_where_it_is() -> None:
    phone = next(field for field in counted(three()).fields if field.field == "phone")
    assert (phone.compared, phone.one_blank, phone.blank_in) == (3, 3, {"erp": 2, "shop": 2})
    assert phone.filled == 3


def test_each_finding_is_heard_once_and_what_is_the_same_is_not() -> None:
    small, listed = three(), list[Finding]()
    small.systems["crm"].make("contact", {"email": "e@x", "name": "e", "phone": "1"})
    small.systems["erp"].make("contact", {"email": "e@x", "name": "e", "phone": "1"})
    small.systems["shop"].make("contact", {"email": "e@x", "name": "e", "phone": "1"})
    small.observe()
    one = counted(small, listed)
    assert one.same == 1
    assert sorted(each.name for each in listed) == ["a", "b", "c", "d"]
    assert listed[0].values == {"phone": {"crm": "1", "erp": "blank", "shop": "blank"}}


def test_a_row_beside_another_of_the_same_record_is_said() -> None:
    small = Small(contacts("crm", "erp", when=NEVER))
    for system in ("crm", "crm", "erp"):
        small.systems[system].make("contact", {"email": "a@x", "name": "a"})
    small.observe()
    first, second = (small.link("crm", f"crm{n}").record for n in (0, 1))
    answers.merge_records(small.hub, first, second, "anna")
    one = counted(small)
    assert one.number("second-row") == 1
    assert one.rows["crm"] == 2


def test_records_without_a_rep_are_counted_and_a_stranger_is_told_from_nobody() -> None:
    declared = accounts("crm", "erp")
    person = declared.entities["person"]
    reference = person.fields["account"].type
    own = replace(person, fields={**person.fields, "rep": FieldPolicy(name="rep", type=reference)})
    bound = [
        replace(b, fields=(*b.fields, replace(b.fields[-1], field="rep", lens=refers("rep", b.system, "account"))))
        if b.entity == "person" else b for b in declared.bindings
    ]  # fmt: skip
    declared = replace(declared, entities={**declared.entities, "person": own}, bindings=tuple(bound), births=())
    small = Small(declared)
    boss = small.systems["crm"].make("account", {"name": "boss"}).id
    for name, rep in (("with", boss), ("stranger", "nobody-knows"), ("nobody", None)):
        small.systems["crm"].make("person", {"name": name, "rep": rep})
    small.observe()
    scan = Scan(small.hub, {})
    scan.run()
    person = next(one for one in scan.told() if one.entity == "person")  # type: ignore[assignment]
    found = {one.why: [each.name for each in one.examples] for one in person.of("without-rep")}  # type: ignore[attr-defined]
    assert found == {"its rep is no person who is known in both": ["stranger"], "nobody is its rep": ["nobody"]}


def test_reasons_beyond_many_are_counted_together() -> None:
    one = EntityScan(Small(contacts("crm", "erp")).hub, "contact")
    for number in range(MOST_REASONS + 10):
        one.bin(("parked", f"reason {number}", ("crm",), "", False)).count += 1
    assert len(one.bins) == MOST_REASONS + 1
    assert one.bins["parked", OTHER, ("crm",), "", False].count == 10


def test_groups_are_counted_by_a_bit_each() -> None:
    one = Bin()
    for record in (1, 5, 1, 9_000_000, 5):
        one.keep(record)
    assert one.groups == 3
    assert len(one.kept) < 1_200_000
