"""One record in all systems, side by side: each field's value there, and what that value stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from syncline.config.declaration import Declaration
from syncline.connect.connector import SHARED, Connector
from syncline.look import opened
from syncline.look.kind import policy_of
from syncline.look.looking import Looking
from syncline.look.named import name_of
from syncline.look.opened import Opened
from syncline.mapping.document import column_of, is_line, line_of
from syncline.merge import due
from syncline.merge.case import Case
from syncline.merge.policy import HUB
from syncline.model.link import Link
from syncline.model.record import Value
from syncline.sync import stops
from syncline.sync.desk import Desk


class Side(Struct, frozen=True, kw_only=True):
    """A link. where: its system; its row too, where that system has several. seen_at: when last seen; 0: never."""

    link: int
    where: str
    system: str
    stream: str
    id: str | None
    state: str
    why: str = ""
    page: str | None = None
    seen_at: float = 0.0


class Cell(Struct, frozen=True, kw_only=True):
    """A field in one system. told: it says anything of it at all.

    standing: agrees, stored (as that system stores it), due, held, open, waits, differs (and nothing is to be done:
              it is only read there), or the state of a link that is not active.
    """

    value: Value = None
    told: bool = True
    standing: str = "agrees"
    why: str = ""


class FieldView(Struct, frozen=True, kw_only=True):
    """A field of the record; `sides` by where. truth: the system that may set it; empty: any."""

    name: str
    label: str
    value: Value
    version: int
    truth: str
    policy: str
    sides: dict[str, Cell]


class RecordView(Struct, frozen=True, kw_only=True):
    """aliases: records that were merged into it."""

    record: int
    entity: str
    name: str
    state: str
    origin: str
    paused: bool
    sides: tuple[Side, ...]
    fields: tuple[FieldView, ...]
    open: tuple[Opened, ...]


def show(looking: Looking, record: int) -> RecordView:
    """The record of that number, which is there."""
    desk = looking.desk()
    desk.load([record])
    case = desk.cases[record]
    return RecordView(
        record=record, entity=case.record.entity, name=name_of(case.record, looking.declaration),
        state=case.record.state, origin=case.record.origin, paused=case.record.paused,
        sides=tuple(side_of(looking, case, link) for link in case.links.values()),
        fields=tuple(field_view(desk, case, name) for name in fields_of(desk, case)),
        open=tuple(opened.of_records(looking.hub, [record])),
    )  # fmt: skip


def side_of(looking: Looking, case: Case, link: Link) -> Side:
    """A link for people."""
    return Side(
        link=link.id, where=opened.where(case, link), system=link.system, stream=link.stream, id=link.external_id,
        state=link.state, why=link.why, page=page_of(looking, link), seen_at=max(link.as_of, link.direct_at),
    )  # fmt: skip


def page_of(looking: Looking, link: Link) -> str | None:
    """The address of its page in that system's own screens."""
    row = (link.system, link.stream, link.external_id)
    return page_at(looking.declaration, looking.connectors, row) if link.external_id is not None else None


def page_at(
    declaration: Declaration, connectors: Mapping[str, Connector], row: tuple[str, str, str | None]
) -> str | None:
    """The address of a row's page; None where nobody knows it."""
    name, stream, id = row
    connector, system = connectors.get(name), declaration.systems.get(name)
    if connector is None or system is None or id is None:
        return None
    page = connector.page_of(stream.partition(SHARED)[0], id)
    if page is None or "://" in page:
        return page
    return (system.url or connector.base_url).rstrip("/") + page


def fields_of(desk: Desk, case: Case) -> list[str]:
    """What the record holds and what its systems tell: declared fields first, in their order, then lines."""
    declared = list(desk.declaration.entities[case.record.entity].fields)
    told = {name for link in case.links.values() if link.state != "birth" for name in case.view(link.id)}
    held = [name for name, one in case.record.fields.items() if one.version > 0]
    names = dict.fromkeys([*[n for n in declared if n in case.record.fields or n in told], *held, *sorted(told)])
    known = [name for name in names if policy_of(desk.declaration, case.record.entity, name) is not None]
    return [name for name in known if "*" not in name and not is_line(name)]


def label_of(name: str) -> str:
    """`line 3 quantity` of a line's column."""
    line, column = line_of(name), column_of(name)
    return name if line is None else f"line {line} {column or ''}".rstrip()


def field_view(desk: Desk, case: Case, name: str) -> FieldView:
    """A field with all its sides."""
    policy = case.policy(name)
    return FieldView(
        name=name, label=label_of(name), value=case.value(name).value, version=case.value(name).version,
        truth=case.truth(name) or "", policy="computed" if policy.truth == HUB else policy.policy,
        sides=dict(cells(desk, case, name)),
    )  # fmt: skip


def cells(desk: Desk, case: Case, name: str) -> Iterator[tuple[str, Cell]]:
    """Where the field is bound, and what it is there."""
    for link in case.links.values():
        if is_bound(desk, link, name):
            yield opened.where(case, link), cell(desk, case, link, name)


def is_bound(desk: Desk, link: Link, name: str) -> bool:
    """Has that stream a place for it?"""
    binding = next((b for b in desk.declaration.bindings if (b.system, b.stream) == (link.system, link.stream)), None)
    if binding is None:
        return False
    column = column_of(name)
    if line_of(name) is None or binding.lines is None:
        return name in binding.by_field
    return column is None or column in binding.lines.columns


def cell(desk: Desk, case: Case, link: Link, name: str) -> Cell:
    """What it holds, and what that stands for."""
    view: Mapping[str, Value] = {} if link.state == "birth" else case.view(link.id)
    value, told = view.get(name), name in view
    standing, why = standing_of(desk, case, link, name, view)
    return Cell(value=value, told=told, standing=standing, why=why)


def standing_of(desk: Desk, case: Case, link: Link, name: str, view: Mapping[str, Value]) -> tuple[str, str]:
    """The standing, and why, in the order in which one hides the other."""
    open_why = why_open(case, link, name)
    if open_why is not None:
        return "open", open_why
    if link.state not in ("active", "birth"):
        return link.state, link.why
    known, current = case.known(link.id, name), case.value(name)
    if known.waiting:
        return "waits", "what it refers to has no id there yet"
    held = next((one for one in link.held if not one.released and one.field in (None, name)), None)
    if held is not None:
        return "held", f"the brake of {held.kind}, or mode approve"
    agreed = known.agreed == current.version
    if name in desk.writable(case, link) and due.due_field(case, link.id, name) is not None:
        return "due", when_written(desk, link)
    if name in view and case.equal(name, view[name], current.value):
        return "agrees", ""
    if agreed and name in view:
        return "stored", "as that system stores what it was given"
    return ("not told", "") if name not in view else ("differs", "it is only read there")


def when_written(desk: Desk, link: Link) -> str:
    """What is due is written by a sync or by the service; or not, and why."""
    mode = desk.declaration.mode_of(link.system, link.entity)
    if mode == "read-only":
        return "not written in mode read-only"
    if stops.is_paused(desk.hub, desk.binding(link)):
        return "written when what is paused is resumed"
    return "written when a plan with it is applied" if mode == "approve" else "written by the next sync"


def why_open(case: Case, link: Link, name: str) -> str | None:
    """Why it is neither taken nor written."""
    known = case.known(link.id, name)
    if name in case.record.conflicts:
        return "in an open conflict"
    if known.differs:
        return "a first difference"
    if known.parked is not None:
        return f"parked: {known.parked.reason or known.parked.code}"
    if known.withheld is not None:
        undo = known.withheld.undo
        return f"withheld by the undo of run {undo}" if undo else "withheld by a person's wish"
    return None
