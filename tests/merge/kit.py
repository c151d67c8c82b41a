"""A tiny company for the tests of the merge: one record, a link in each system, and a clock that a test moves.

Fields are canonical from the start: what a system is seen to hold is what the link's view says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace as with_setting
from typing import Any

from msgspec.structs import replace

from syncline.mapping.binding import Reading
from syncline.mapping.choices import enum, set_of
from syncline.mapping.field_type import Unfit
from syncline.mapping.numbers import decimal, integer
from syncline.mapping.text import text
from syncline.merge import due, first_meeting, guard, receipts, see
from syncline.merge.case import Case
from syncline.merge.policy import EntityPolicy, FieldPolicy, Setting
from syncline.model.entry import Entry
from syncline.model.intent import Intent, Told
from syncline.model.link import Known, Link
from syncline.model.observation import Observation
from syncline.model.record import FieldValue, Record

ORDER = ("crm", "erp", "shop")
CRM, ERP, SHOP = 1, 2, 3
IDS = {"crm": CRM, "erp": ERP, "shop": SHOP}
START = 1000.0
PLAIN = text(case="ignore")
TAGS = set_of(PLAIN)
COUNT = integer()
AMOUNT = decimal()
CONSENT = ("never", "by-post", "always")


def plain(name: str = "name", **policy: Any) -> FieldPolicy:
    """A text; last write wins unless said otherwise."""
    return FieldPolicy(**{"name": name, "type": PLAIN, **policy})


def merging(policy: str, **more: Any) -> FieldPolicy:
    """A field `kept` that keeps what both sides said."""
    kinds = {"union": TAGS, "sum": AMOUNT, "max": COUNT, "min": COUNT, "consent": enum(CONSENT)}
    order = CONSENT if policy == "consent" else ()
    return FieldPolicy(**{"name": "kept", "type": kinds.get(policy, PLAIN), "policy": policy, "order": order, **more})


class Scene:
    """One record and its links. `agreed` sets the scene; everything after that goes through the rules."""

    def __init__(
        self, *fields: FieldPolicy, origin: str = "crm", systems: Iterable[str] = ORDER, doubt_lasts: float = 60.0,
        **entity: Any,
    ) -> None:  # fmt: skip
        self.fields = {one.name: one for one in (fields or (plain(),))}
        setting = Setting(
            entity=EntityPolicy(name="thing", fields=self.fields, **entity), order=ORDER, view=self.view_of,
            now=START, run=1, doubt_lasts=doubt_lasts,
        )  # fmt: skip
        self.case = Case(record=Record(id=1, entity="thing", origin=origin), links={}, setting=setting)
        self.written = 0
        for system in systems:
            self.add(system)

    def view_of(self, link: Link) -> Mapping[str, Any]:
        """Canonical as it is."""
        return link.seen

    # ---- the scene
    def add(self, system: str, lid: int | None = None, **parts: Any) -> int:
        """Another link, that knows nothing yet."""
        lid = IDS[system] if lid is None else lid
        self.case.links[lid] = Link(
            id=lid, record=1, entity="thing", system=system, stream="things", external_id=f"{system}-{lid}", **parts
        )
        return lid

    def agreed(self, source: str = "crm", **values: Any) -> Scene:
        """Every link holds these values, seen now, and stands for them."""
        fresh = {
            name: FieldValue(value=value, version=1, source=IDS[source], since=self.now, until=self.now)
            for name, value in values.items()
        }
        self.case.record = replace(self.case.record, fields={**self.case.record.fields, **fresh})
        for lid, link in list(self.case.links.items()):
            known = {name: Known(agreed=1) for name in values}
            self.case.put(lid, seen={**link.seen, **values}, known={**link.known, **known}, as_of=self.now)
        return self

    @property
    def now(self) -> float:
        """The moment of the scene."""
        return self.case.setting.now

    def later(self, seconds: float) -> Scene:
        """The clock goes on, and another transaction begins: views are read anew."""
        self.case.views.clear()
        self.case.setting = with_setting(self.case.setting, now=self.now + seconds)
        return self

    # ---- what happens
    def look(self, system: str, **parts: Any) -> Observation:
        """A read of a row, begun now and showing every change made before now unless said otherwise."""
        told = {"id": f"{system}-{IDS.get(system, 0)}", "raw": {}, "began": self.now, "as_of": self.now}
        return Observation(**{**told, **parts})

    def sees(self, system: str, hides: Iterable[str] = (), read: Mapping[str, Any] | None = None, **values: Any) -> str:
        """Ten seconds later that system is seen to hold these values, the rest as before. `read`: parts of the read."""
        self.later(10)
        lid, seen = self.lid(system), self.look(system, **(read or {}))
        verdict = guard.judge(self.case, lid, seen)
        if verdict == "accept":
            held = {name: value for name, value in {**self.case.view(lid), **values}.items() if name not in hides}
            see.see(self.case, lid, seen, held, Reading(told=held), b"print")
        return verdict

    def misfits(self, system: str, **values: Any) -> None:
        """That system is seen to hold values that do not fit."""
        lid = self.lid(system)
        held = {name: value for name, value in self.case.view(lid).items() if name not in values}
        wrong = {name: Unfit(value, "does not fit") for name, value in values.items()}
        seen = self.later(10).look(system)
        see.see(self.case, lid, seen, held, Reading(told=held, misfits=wrong), b"print")

    def joins(self, system: str, **values: Any) -> None:
        """A row of that system meets the record."""
        seen = self.later(10).look(system)
        first_meeting.join(self.case, self.lid(system), seen, dict(values), Reading(told=values), b"print")

    def writes(self, system: str, **values: Any) -> Intent:
        """What is due there, or these values, is sent; nothing is answered yet."""
        lid = self.lid(system)
        told = self.told(system)
        if values:
            view = self.case.view(lid)
            told = {
                name: Told(value=value, version=self.case.value(name).version, before=view.get(name))
                for name, value in values.items()
            }
        self.written += 1
        return Intent(
            id=self.written, link=lid, record=1, system=system, stream="things", kind="update", values=told,
            run=self.written, at=self.now,
        )  # fmt: skip

    def answers(self, intent: Intent, **stored: Any) -> None:
        """The system tells what it stored."""
        link = self.case.links[intent.link]
        self.case.put(link.id, seen={**link.seen, **stored})
        receipts.receive(self.case, intent, stored, self.now)

    def echoes(self, system: str) -> Intent:
        """What is due is written, and the system tells that it stored it as it was."""
        intent = self.writes(system)
        self.answers(intent, **{name: one.value for name, one in intent.values.items()})
        return intent

    def says_nothing(self, system: str) -> Intent:
        """What is due is written, and the system does not tell what it stored."""
        intent = self.writes(system)
        receipts.receive(self.case, intent, None, self.now)
        return intent

    def no_answer(self, system: str) -> Intent:
        """What is due is sent, and nobody learns what became of it."""
        intent = self.writes(system)
        receipts.doubt(self.case, intent)
        return intent

    def settles(self) -> Scene:
        """Every system is told what it is due, and tells that it stored it."""
        for link in list(self.case.active()):
            self.echoes(link.system)
        return self

    # ---- what is there
    def lid(self, system: str) -> int:
        """The link in that system."""
        return IDS[system]

    def told(self, system: str) -> dict[str, Told]:
        """What is due there, as it would be written."""
        return due.due_fields(self.case, self.lid(system), self.fields)

    def due(self, system: str) -> dict[str, Any]:
        """What is due there."""
        return {name: one.value for name, one in self.told(system).items()}

    def due_anywhere(self) -> dict[str, dict[str, Any]]:
        """What is due, by system; systems that nothing is due at left out."""
        return {link.system: told for link in list(self.case.active()) if (told := self.due(link.system))}

    def value(self, name: str = "name") -> Any:
        """The record's value."""
        return self.case.value(name).value

    def known(self, system: str, name: str = "name") -> Known:
        """What that system's link knows of the field."""
        return self.case.known(self.lid(system), name)

    def parked(self, system: str, name: str = "name") -> str | None:
        """The code under which the field is parked there."""
        parking = self.known(system, name).parked
        return parking.code if parking else None

    def kinds(self) -> list[str]:
        """What history says, in its order."""
        return [entry.kind for entry in self.case.entries]

    def last(self, kind: str) -> Entry:
        """The latest line of history of that kind."""
        return [entry for entry in self.case.entries if entry.kind == kind][-1]
