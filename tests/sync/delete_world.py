"""A contact in three systems, and one that comes back after it was deleted."""

from typing import Any

from merge_world import MergeWorld


def everywhere(**world: Any) -> MergeWorld:
    """One contact typed in the CRM, born in the ERP and the shop."""
    small = MergeWorld(**{"born": ["erp", "shop"], **world})
    small.type("crm", email="a@x", name="Ann")
    return small.quiet()


def revive(world: MergeWorld, system: str, rid: str) -> None:
    """A user takes a row out of the bin; it counts as changed."""
    world.row(system, rid).dead = None
    world.edit(system, rid, phone="99")
