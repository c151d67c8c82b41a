"""An audit in sentences: what a manager reads first, what going live would do, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from syncline.look.audited import Audited, EntityAudited, FieldAudited, Found, WriterSeen
from syncline.look.said import many, span

OTHERS = ("integration", "automation", "import")
"""Who writes and is no person."""

LEAST_ROWS, LEAST_SHARE, LEAST_OF_ROWS = 3, 0.05, 0.25
"""Who wrote less of what was asked about is no reason to stop; more, where only a row's last writer is told."""

USED_UP = "limit is used up"
"""What is said where a share of a limit was taken."""

WORST = 3
"""So many fields are named in a sentence."""


def compared(told: Audited) -> list[EntityAudited]:
    """The entities that several systems hold."""
    return [one for one in told.entities if len(one.systems) > 1]


# ---- the sentences that matter
def sentences(told: Audited) -> list[str]:
    """Three: who is where, what differs, and what stands in the way."""
    return [whereabouts(told), differences(told), obstacles(told)]


def whereabouts(told: Audited) -> str:
    """`Of 5,000 contacts in hubspot and 4,200 in odoo, 3,900 are in both.`"""
    parts = []
    for one in compared(told):
        if any(one.rows.values()):
            rows = ", ".join(f"{number:,} in {system}" for system, number in one.rows.items())
            unread = f" ({', '.join(one.unread)} not read to the end)" if one.unread else ""
            all_of = "both" if len(one.systems) == 2 else "all"
            parts.append(f"{one.entity}: {rows}, {one.every:,} in {all_of}{unread}")
    return "; ".join(parts) + "." if parts else "No system holds anything that another holds too."


def differences(told: Audited) -> str:
    """How much is equal, and where it differs most."""
    fields = [(one.entity, field) for one in compared(told) for field in one.fields if field.compared > field.blank]
    asked = sum(field.compared - field.blank for _, field in fields)
    if not asked:
        return "There is nothing to compare field by field."
    equal, differs = sum(f.equal for _, f in fields), sum(f.differs for _, f in fields)
    blank = sum(f.one_blank for _, f in fields)
    worst = sorted((pair for pair in fields if pair[1].differs), key=lambda pair: -pair[1].differs)[:WORST]
    most = ", ".join(f"{entity}.{field.field} {field.differs:,}" for entity, field in worst)
    return (
        f"Of {many(asked, 'value')} that both could hold, {percent(equal, asked)} are equal, {differs:,} differ"
        + (f" (most: {most})" if most else "") + f" and {blank:,} are blank on one side."
    )  # fmt: skip


def obstacles(told: Audited) -> str:
    """What people have to look at."""
    total = {kind: sum(one.number(kind) for one in told.entities)
             for kind in ("duplicate", "lookalike", "ambiguous", "parked", "without-rep")}  # fmt: skip
    invalid = sum(sum(field.invalid.values()) for one in told.entities for field in one.fields)
    words = [
        (total["duplicate"], f"{many(total['duplicate'], 'row')} may be there twice inside one system"),
        (total["lookalike"], verb(total["lookalike"], "record", "looks like another", "look like another")),
        (total["ambiguous"], verb(total["ambiguous"], "row", "matches several records", "match several records")),
        (invalid, verb(invalid, "value", "does not fit", "do not fit")),
        (total["parked"], f"{many(total['parked'], 'row')} cannot be settled"),
        (total["without-rep"], verb(total["without-rep"], "record", "has no rep", "have no rep")),
    ]
    found = [said for number, said in words if number]
    unread = dict.fromkeys(system for one in told.entities for system in one.unread)
    if unread:
        return "; ".join([*found, f"{' and '.join(unread)} not read to the end, so this says too little"]) + "."
    return (
        "; ".join(found) + "." if found else "Nothing stands in the way: no duplicates, nothing ambiguous or invalid."
    )


def verb(number: int, one: str, singular: str, plural: str) -> str:
    """`1 row matches several records`, `12 rows match ...`."""
    return f"{many(number, one)} {singular if number == 1 else plural}"


def counted(number: int, entity: str) -> str:
    """`3 accounts`, `2 activities`."""
    several = f"{entity[:-1]}ies" if entity.endswith("y") else f"{entity}s"
    return many(number, entity, several)


def percent(part: int, whole: int) -> str:
    """`96 %`; never 100 where something is missing, nor 0 where something is there."""
    if not whole:
        return "100 %"
    share = 100 * part / whole
    if part < whole and share > 99:
        return f"{min(share, 99.9):.1f} %"
    return f"{share:.0f} %" if share >= 1 or not part else "under 1 %"


# ---- findings
def of_found(one: Found) -> str:
    """`only in hubspot: going live makes it in odoo`."""
    where = " + ".join(one.systems)
    if one.kind == "only":
        if one.born:
            return f"only in {where}; going live makes them in {one.missing}"
        return f"only in {where}, left alone: {one.why}"
    return {
        "duplicate": f"may be duplicates inside {where}, of {many(one.groups, 'record')}",
        "lookalike": f"in {where}, look like another record that no key joins",
        "second-row": f"a second row of the same record in {where}; read, never written",
        "ambiguous": f"match several records, in {where}", "parked": f"{one.why}, in {where}",
        "without-rep": one.why,
    }[one.kind]  # fmt: skip


def remedy_of(one: Found) -> str:
    """The command that settles one of them."""
    if not one.examples or one.kind == "only":
        return ""
    at = one.examples[0].at
    return {
        "duplicate": f"syncline links distinct {at}, or delete one of the two there",
        "lookalike": "syncline parked --code alike",
        "second-row": f"syncline show {at}", "ambiguous": "syncline parked --code ambiguous-match",
        "parked": f"syncline parked retry {at}", "without-rep": "",
    }.get(one.kind, "")  # fmt: skip


def settling(field: FieldAudited) -> str:
    """What becomes of the values that differ: `120 take odoo's, 30 open`."""
    parts = [f"{number:,} take {system}'s" for system, number in field.settled.items()]
    parts += [f"{field.open:,} open"] if field.open else []
    parts += [f"{field.left:,} left alone"] if field.left else []
    return ", ".join(parts)


# ---- who else writes
def strangers(told: Audited) -> list[WriterSeen]:
    """Others' programs that write what going live would write."""
    return [
        one for one in told.writers
        if one.kind in OTHERS and one.count >= LEAST_ROWS
        and one.count >= (LEAST_SHARE if one.raw else LEAST_OF_ROWS) * one.of
    ]  # fmt: skip


def who_wrote(told: Audited) -> str:
    """`Who last wrote what going live would write: persons 120, integrations 60`; empty where nobody was asked."""
    kinds: dict[str, int] = {}
    for one in told.writers:
        kinds[one.kind] = kinds.get(one.kind, 0) + one.count
    words = [f"{kind} {number:,}" for kind, number in sorted(kinds.items(), key=lambda pair: -pair[1])]
    return f"Who last wrote what going live would write: {', '.join(words)}." if words else ""


def of_writer(one: WriterSeen, now: float) -> str:
    """`hubspot company.phone: integration 4711 wrote 180 of 200, latest 2 h ago`."""
    ago = f", latest {span(max(now - one.latest, 0.0))} ago" if one.latest else ""
    where = f"{one.system} {one.stream}" + (f".{one.raw}" if one.raw else "")
    return f"{where}: {one.kind} {one.by} wrote {one.count:,} of {one.of:,}{ago}"


# ---- the end
def ending(told: Audited) -> str:
    """What going live would do, by the same count as a plan's."""
    calls = sum(told.calls.values())
    deleted = f"delete {told.deleted:,}, " if told.deleted else ""
    return (
        f"Going live would create {told.created:,}, update {told.updated:,}, {deleted}leave {told.open_count:,} open; "
        + (f"{many(calls, 'call')}, about {hours(told.seconds)} at your quota." if calls else "no calls.")
        + (" What belongs to new rows, as people to their company, is made after these." if told.created else "")
    )


def hours(seconds: float) -> str:
    """In the unit that people plan with."""
    if seconds < 60:
        return "a minute"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def next_of(told: Audited) -> Iterator[str]:
    """What to do now, the first first."""
    if told.not_reached:
        used = next((one for one in told.not_reached if USED_UP in one.why), None)
        if used is not None:
            yield f"syncline audit goes on in {span(used.again)}, or now with a larger --share"
            return
        yield next((one.remedy for one in told.not_reached if one.remedy), "syncline check")
        yield "syncline audit"
        return
    for one in compared(told):
        if unmatched(one):
            yield f"first_sync.match in hub.yaml: no {one.entity} of one system was found in the other"
    if any(one.of("duplicate") or one.of("ambiguous") for one in told.entities):
        yield "syncline parked lists duplicates and what matches several; syncline links settles them"
    if any(lonely(one) for one in compared(told)):
        yield "syncline links import FILE takes over pairs of ids that an old integration knew"
    if any(field.open for one in told.entities for field in one.fields):
        yield "syncline conflicts lists the differences that people settle"
    if told.missing:
        yield "syncline provision makes the fields that are missing"
    yield "syncline plan"


MANY = 0.1
"""From this part of the rows on it is many that the other system does not have."""


def lonely(one: EntityAudited) -> bool:
    """Has each of several systems many records that the others lack? Some may be the same, and nobody knows it."""
    few = any(one.only_in(system) < MANY * rows or not rows for system, rows in one.rows.items())
    return len(one.rows) > 1 and not one.unread and not few


def unmatched(one: EntityAudited) -> bool:
    """Are both sides full, and is nothing in both?"""
    return not one.unread and not one.both and sum(number > 0 for number in one.rows.values()) > 1
