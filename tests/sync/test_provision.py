"""Which fields of ours are to be made: those of our ids where records are born, and those that a hub writes to."""

from __future__ import annotations

from dataclasses import replace

from small_world import Small, contacts

from syncline.connect.stream import Field
from syncline.sync import provision


def with_field(world: Small, field: Field) -> Small:
    """The field of that name is one of the erp's contacts, as it is said here."""
    known = world.hub.connectors["erp"]
    stream = known.stream("contact")
    fields = tuple(field if one.name == field.name else one for one in stream.fields)
    made = replace(known, streams=(replace(stream, fields=fields),))
    world.hub = replace(world.hub, connectors={**world.hub.connectors, "erp": made})
    return world


def test_a_field_of_ours_is_made_where_it_is_written_to() -> None:
    world = Small(contacts("crm", "erp"))
    assert list(provision.needs(world.hub)) == []
    ours = Field(name="name", ours=True, label="Name")
    (need,) = provision.needs(with_field(world, ours).hub)
    assert (need.system, need.stream, need.field) == ("erp", "contact", ours)


def test_a_field_of_ours_that_nobody_writes_to_is_not_made() -> None:
    world = with_field(Small(contacts("crm", "erp")), Field(name="name", ours=True))
    binding = world.hub.declaration.binding("erp", "contact")
    read = replace(binding, fields=tuple(replace(one, outward=False) for one in binding.fields))
    others = tuple(one for one in world.hub.declaration.bindings if one is not binding)
    world.hub = replace(world.hub, declaration=replace(world.hub.declaration, bindings=(*others, read)))
    assert list(provision.needs(world.hub)) == []
