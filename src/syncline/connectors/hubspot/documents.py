"""Writes that take several requests: a record with its associations, and a deal with its lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from syncline.connect.request import Answer, Conversation, Request, Write
from syncline.connect.stream import seconds
from syncline.connectors.hubspot import errors, paths, related
from syncline.connectors.hubspot.kinds import LINE_ITEM, LINES, Kind, Related
from syncline.connectors.hubspot.rows import Parts, keyed, properties, told
from syncline.model.outcome import Clash, Denied, Done, Exists, Later, Missing, Outcome, Rejected, Unknown

LINE_TO_DEAL = 20
YOUNG_SECONDS = 60.0
"""A line that we do not know and that is younger may be newer than our look: it is looked at, not removed."""

SKUS_AT_ONCE = 5
READ_AGAIN_SECONDS = 5.0
DEFINED = "HUBSPOT_DEFINED"


# ---- the two conversations
def made(kind: Kind, request: Request, parts: Parts, key: str) -> Conversation:
    """A new record, then what belongs to it. Each step may come twice and does its work once. # I4

    What may be done later is asked again from that step on. Once the record is there it is made: what of the rest is
    refused for good, the next look shows as still to be told.
    """
    answer = yield Write(request=request)
    problem = errors.outcome(answer) or half_refused(answer)
    if problem is not None:
        return problem
    rid = str(answer.body["results"][0]["id"])
    for one, other in parts.related.items():
        if other:
            answer = yield Write(request=associate(kind, rid, one, other))
            problem = problem or errors.outcome(answer) or half_refused(answer)
    if parts.lines and problem is None:
        problem = yield from make_lines(kind, rid, parts.lines, key)
    if isinstance(problem, Later | Denied | Unknown):
        return Unknown(reason=f"{rid} was made, then: {problem}")
    return Done(id=rid)


def changed(kind: Kind, rid: str, request: Request | None, parts: Parts) -> Conversation:
    """A record's associations, lines and properties. What is half done is Unknown: a look tells what is left."""
    try:
        steps = yield from steps_of(kind, rid, parts)
    except Refused as refused:
        return refused.outcome
    if request is not None:
        steps.append((request, None))
    for number, (step, field) in enumerate(steps):
        answer = yield Write(request=step)
        problem = errors.outcome(answer) or half_refused(answer)
        if problem is not None:
            return Unknown(reason=f"a part of it was written, then: {problem}") if number else of_field(problem, field)
    return Done(id=rid)


def of_field(problem: Outcome, field: str | None) -> Outcome:
    """A refusal of a step as one of the record: what is missing or refused there is not the record itself."""
    if field is None:
        return problem
    if field == LINES and isinstance(problem, Missing):
        return Clash()  # I7: somebody removed a line after our look
    if isinstance(problem, Rejected):
        return replace(problem, field=field)
    if isinstance(problem, Missing | Clash | Exists):
        return Rejected(reason=f"{field} names what is not there, or what it cannot be joined to", field=field)
    return problem


Step = tuple[Request, str | None]
"""A request that writes, and the raw field that it is about; None: the record's own properties."""


def steps_of(kind: Kind, rid: str, parts: Parts) -> Conversation:
    """The requests that write associations and lines, by what is there now. Raises Refused."""
    steps: list[Step] = []
    for one, other in parts.related.items():
        of, _ = yield from reading(related.associated(kind.plural, one.plural, [rid]))
        steps += [(step, one.field) for step in reassociated(kind, rid, one, other, of.get(rid, ()))]
    if parts.lines is not None:
        lines, answer = yield from reading(related.lines_of([rid]))
        if may_be_unseen(lines[rid], parts.lines, answer):
            raise Refused(Clash())  # I7: somebody added a line after our look
        skus = yield from products_of([line for line in parts.lines if "id" not in line])
        wanted = [with_product(line, skus) for line in parts.lines]
        steps += [(step, LINES) for step in line_steps(rid, lines[rid], wanted)]
    return steps


class Refused(Exception):
    """A read before a write was refused: the write was not made."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(str(outcome))
        self.outcome = outcome


def reading(asked: Conversation) -> Conversation:
    """What a read gives, and its last answer, which tells the system's own time. Raises Refused."""
    answer = Answer(status=0)
    try:
        step = next(asked)
        while True:
            answer = yield step
            problem = errors.outcome(answer)
            if problem is not None:
                raise Refused(Later(after=READ_AGAIN_SECONDS) if isinstance(problem, Unknown) else problem)
            step = asked.send(answer)
    except StopIteration as end:
        return end.value, answer


def half_refused(answer: Answer) -> Outcome | None:
    """The refusal within a batch that was answered as half done; Unknown where some of it was done."""
    body = answer.body if isinstance(answer.body, dict) else {}
    if not body.get("errors"):
        return None
    refused = errors.refusal(body["errors"][0])
    return Unknown(reason=f"a part of it was written, then: {refused}") if body.get("results") else refused


# ---- associations
def associate(kind: Kind, rid: str, one: Related, other: str) -> Request:
    """This record with that one, as its primary one where there is such a label."""
    pair: dict[str, Any] = {"from": {"id": rid}, "to": {"id": other}}
    if one.primary is None:
        path = paths.associations(kind.plural, one.plural, "batch/associate/default")
        return Request(method="POST", path=path, json={"inputs": [pair]})
    pair["types"] = [{"associationCategory": DEFINED, "associationTypeId": one.primary}]
    return Request(
        method="POST", path=paths.associations(kind.plural, one.plural, "batch/create"), json={"inputs": [pair]}
    )


def part(kind: Kind, rid: str, one: Related, other: str) -> Request:
    """These two are no longer associated."""
    body = {"inputs": [{"from": {"id": rid}, "to": [{"id": other}]}]}
    return Request(method="POST", path=paths.associations(kind.plural, one.plural, "batch/archive"), json=body)


def reassociated(kind: Kind, rid: str, one: Related, other: str, to: Sequence[Mapping[str, Any]]) -> list[Request]:
    """What makes the field show `other` (or nothing). Of several without a primary one none is taken away."""
    now = related.shown(one, to).get(one.field)
    if now == (other or None) and (now is not None or not to):
        return []
    there = any(str(each["toObjectId"]) == other for each in to)
    steps = [associate(kind, rid, one, other)] if other and (one.primary is not None or not there) else []
    if now is not None and (one.primary is None or not other):
        steps.append(part(kind, rid, one, now))
    return steps


# ---- lines
def may_be_unseen(there: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]], answer: Answer) -> bool:
    """Is there a line that we do not name, and that may have come since we looked?"""
    known = {str(line["id"]) for line in wanted if "id" in line}
    ages = [(answer.date or 0.0) - (seconds(line.get("createdAt")) or 0.0) for line in there if line["id"] not in known]
    return answer.date is not None and any(age < YOUNG_SECONDS for age in ages)


def line_steps(rid: str, there: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]]) -> list[Request]:
    """What turns the lines that are there into those that are wanted: no request where nothing differs."""
    now = {str(line["id"]): line for line in there}
    named = {str(line["id"]): line for line in wanted if "id" in line}
    gone = [one for one in now if one not in named]
    moved = [
        {"id": one, "properties": differing}
        for one, line in named.items()
        if one in now and (differing := {k: v for k, v in properties(line).items() if v != told(now[one].get(k))})
    ]
    fresh = [new_line(rid, place, line) for place, line in enumerate(wanted) if "id" not in line]
    steps: list[tuple[str, list[dict[str, Any]]]] = [
        ("archive", [{"id": one} for one in gone]), ("update", moved), ("create", fresh),
    ]  # fmt: skip
    return [
        Request(method="POST", path=paths.objects(LINE_ITEM.plural, f"/batch/{what}"), json={"inputs": list(some)})
        for what, inputs in steps
        for some in related.chunks(inputs, related.BATCH)
    ]


def new_line(rid: str, place: int, line: Mapping[str, Any]) -> dict[str, Any]:
    """A line that is made as a part of its deal."""
    types = [{"associationCategory": DEFINED, "associationTypeId": LINE_TO_DEAL}]
    return {
        "properties": {"hs_position_on_quote": str(place), **properties(line)},
        "associations": [{"to": {"id": rid}, "types": types}],
        "objectWriteTraceId": str(place),
    }


def make_lines(kind: Kind, rid: str, lines: Sequence[Mapping[str, Any]], key: str) -> Conversation:
    """The lines of a new deal, each under an id of ours, so that a second attempt makes no second line. # I4"""
    try:
        skus = yield from products_of(lines)
    except Refused as refused:
        return refused.outcome
    inputs = [
        keyed(f"{key}-{place}", {"hs_position_on_quote": str(place), **properties(with_product(line, skus))})
        for place, line in enumerate(lines)
    ]
    for some in related.chunks(inputs, related.BATCH):
        path = paths.objects(LINE_ITEM.plural, "/batch/upsert")
        answer = yield Write(request=Request(method="POST", path=path, json={"inputs": list(some)}))
        problem = errors.outcome(answer)
        if problem is not None:
            return problem
        pairs = [{"from": {"id": rid}, "to": {"id": str(line["id"])}} for line in answer.body.get("results") or ()]
        path = paths.associations(kind.plural, LINE_ITEM.plural, "batch/associate/default")
        answer = yield Write(request=Request(method="POST", path=path, json={"inputs": pairs}))
        problem = errors.outcome(answer)
        if problem is not None:
            return problem
    return None


# ---- what is sold
def products_of(lines: Sequence[Mapping[str, Any]]) -> Conversation:
    """SKU (in lower case) to the product that new lines sell; a product that is not found stays unnamed.

    Raises Refused where it may be found later.
    """
    wanted = list(
        dict.fromkeys(told(line["hs_sku"]) for line in lines if line.get("hs_sku") and "hs_product_id" not in line)
    )
    found: dict[str, Mapping[str, Any]] = {}
    for some in related.chunks(wanted, SKUS_AT_ONCE):
        groups = [{"filters": [{"propertyName": "hs_sku", "operator": "EQ", "value": sku}]} for sku in some]
        body = {"filterGroups": groups, "properties": ["hs_sku", "name"], "limit": 100}
        answer = yield Request(method="POST", path=paths.objects("products", "/search"), json=body, kind="search")
        problem = errors.outcome(answer)
        if isinstance(problem, Later | Unknown):
            raise Refused(Later(after=READ_AGAIN_SECONDS) if isinstance(problem, Unknown) else problem)
        if problem is None:
            for record in answer.body["results"]:
                found.setdefault(str(record["properties"].get("hs_sku")).casefold(), record)
    return found


def with_product(line: Mapping[str, Any], products: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A line with the product it sells, and a name, which people read."""
    sku = told(line.get("hs_sku"))
    if "id" in line or not sku:
        return dict(line)
    product = products.get(sku.casefold())
    if product is None:
        return {"name": sku, **line}
    return {"name": product["properties"].get("name") or sku, "hs_product_id": str(product["id"]), **line}
