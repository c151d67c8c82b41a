"""Cases of one record, with the links and conflicts that a test gives it."""

from collections.abc import Mapping
from typing import Any

from syncline.mapping.choices import set_of
from syncline.mapping.text import text
from syncline.merge.case import Case
from syncline.merge.policy import HUB, ORIGIN, EntityPolicy, FieldPolicy, Setting
from syncline.model.link import Known, Link
from syncline.model.record import Conflict, FieldValue, Record

PLAIN = text(case="ignore")
FIELDS = {
    "name": FieldPolicy(name="name", type=PLAIN),
    "phone": FieldPolicy(name="phone", type=PLAIN),
    "score": FieldPolicy(name="score", type=PLAIN, truth=HUB),
    "tags": FieldPolicy(name="tags", type=set_of(PLAIN), policy="union"),
    "notes": FieldPolicy(name="notes", type=PLAIN, policy="append"),
    "terms": FieldPolicy(name="terms", type=PLAIN, truth="erp"),
    "code": FieldPolicy(name="code", type=PLAIN, truth=ORIGIN),
}
ENTITY = EntityPolicy(name="contact", fields=FIELDS)


def view(link: Link) -> Mapping[str, Any]:
    return link.seen


def setting(run: int) -> Setting:
    return Setting(entity=ENTITY, order=("crm", "erp"), view=view, now=100.0 + run, run=run)


def case(rid: int, values: dict[str, Any], *links: Link, run: int = 5, **record: Any) -> Case:
    """A record whose values came from its first link, in their second version."""
    fields = {
        n: FieldValue(value=v, version=2, source=links[0].id if links else None, run=1) for n, v in values.items()
    }
    kept = Record(id=rid, entity="contact", origin="crm", fields=fields, **record)
    return Case(record=kept, links={link.id: link for link in links}, setting=setting(run))


def link(lid: int, record: int, system: str = "crm", seen: dict[str, Any] | None = None, **facts: Any) -> Link:
    """A row; its id is that of the link."""
    return Link(
        id=lid, record=record, entity="contact", system=system, stream="contact", seen=seen or {},
        **{"external_id": str(lid), **facts},
    )  # fmt: skip


def agreed(**versions: int | None) -> dict[str, Known]:
    return {name: Known(agreed=version) for name, version in versions.items()}


def conflict(**sides: Any) -> Conflict:
    return Conflict(sides={key.removeprefix("_"): value for key, value in sides.items()}, since=3.0, run=2)
