"""Two contacts, each with a row in all three systems, and what is there of them."""

from typing import Any

from merge_world import MergeWorld


def pair(a: dict[str, Any] | None = None, b: dict[str, Any] | None = None, **world: Any) -> tuple[MergeWorld, int, int]:
    """Two contacts, each with a row in all three systems."""
    small = MergeWorld(**{"born": ["erp", "shop"], **world})
    small.type("crm", **{"email": "a@x", "name": "Ann", **(a or {})})
    small.quiet()
    small.type("crm", **{"email": "b@x", "name": "Bea", **(b or {})})
    small.quiet()
    return small, small.link("crm", "crm0").record, small.link("crm", "crm1").record


def state(world: MergeWorld) -> Any:
    """What the records are and what the systems hold, beside versions and times."""
    records = [
        (r.id, r.state, r.merged_into, {n: v.value for n, v in r.fields.items() if v.value}) for r in world.records()
    ]
    links = [(k.system, str(k.external_id), k.record, k.state) for r in world.records() for k in world.links(r.id)]
    rows = [(s, r, {n: v for n, v in world.row(s, r, t).now.values.items() if v}) for s, t, r in world.alive()]
    return sorted(records, key=str), sorted(links), rows
