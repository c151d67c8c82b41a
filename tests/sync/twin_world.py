"""Two contacts of the CRM, each with a twin in the ERP, that a system will merge."""

from merge_world import MergeWorld


def two(**values: dict[str, str]) -> MergeWorld:
    """Two contacts of the CRM, each with a twin in the ERP: a is older than b."""
    world = MergeWorld(born=["erp"], **values.pop("world", {}))
    world.type("crm", email="a@x", name="Ann", **values.get("a", {}))
    world.quiet()
    world.type("crm", email="b@x", name="Bea", **values.get("b", {}))
    return world.quiet()
