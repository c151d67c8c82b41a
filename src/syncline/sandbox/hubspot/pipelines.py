"""Pipelines and their stages: kept, told, changed, and what a stage means for an object in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncline.sandbox.call import Reply
from syncline.sandbox.hubspot.asked import Asked, needed
from syncline.sandbox.hubspot.errors import invalid, not_found
from syncline.sandbox.hubspot.kinds import Kind
from syncline.sandbox.hubspot.times import iso, moment
from syncline.sandbox.sandbox import Sandbox
from syncline.sandbox.store import Store

Pipeline = dict[str, Any]

DEALS = (
    *(("appointmentscheduled", "0.2"), ("qualifiedtobuy", "0.4"), ("presentationscheduled", "0.6")),
    *(("decisionmakerboughtin", "0.8"), ("contractsent", "0.9"), ("closedwon", "1.0"), ("closedlost", "0.0")),
)
TICKETS = (("1", "OPEN"), ("2", "OPEN"), ("3", "OPEN"), ("4", "CLOSED"))


def found(sandbox: Sandbox) -> None:
    """The default pipelines of deals and tickets."""
    at = iso(moment(sandbox.clock))
    deal_stages = [
        stage(id, {"isClosed": str(id.startswith("closed")).lower(), "probability": chance}, at, number, id)
        for number, (id, chance) in enumerate(DEALS)
    ]
    ticket_stages = [
        stage(id, {"isClosed": str(state == "CLOSED").lower(), "ticketState": state}, at, number, id)
        for number, (id, state) in enumerate(TICKETS)
    ]
    keep(sandbox.store, "deals", pipeline("default", "Sales Pipeline", deal_stages, at))
    keep(sandbox.store, "tickets", pipeline("0", "Support Pipeline", ticket_stages, at))


def pipeline(id: str, label: str, stages: Sequence[dict[str, Any]], at: str, order: int = 0) -> Pipeline:
    """One pipeline, as it is told."""
    return {
        "id": id, "label": label, "displayOrder": order, "archived": False, "createdAt": at, "updatedAt": at,
        "stages": list(stages),
    }  # fmt: skip


def stage(id: str, metadata: Mapping[str, str], at: str, order: int, label: str) -> dict[str, Any]:
    """One stage, as it is told."""
    return {
        "id": id, "label": label, "displayOrder": order, "metadata": dict(metadata), "archived": False,
        "createdAt": at, "updatedAt": at, "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
    }  # fmt: skip


def keep(store: Store, kind: str, made: Pipeline) -> None:
    """As it is now."""
    store.set(f"pipeline/{kind}/{made['id']}", made)


def pipelines(store: Store, kind: str) -> list[Pipeline]:
    """All of a kind, in their order."""
    return sorted(store.settings(f"pipeline/{kind}/").values(), key=lambda one: (one["displayOrder"], one["id"]))


def stages(store: Store, kind: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Every stage of a kind by id, with the pipeline it is in."""
    return {one["id"]: (each["id"], one) for each in pipelines(store, kind) for one in each["stages"]}


# --- the API ---


def list_all(asked: Asked) -> Reply:
    """All pipelines of a kind."""
    return Reply(body={"results": pipelines(asked.store, asked.kind.name)})


def get(asked: Asked) -> Reply:
    """One pipeline."""
    return Reply(body=wanted(asked))


def create(asked: Asked) -> Reply:
    """A pipeline with its stages."""
    body, at = asked.body(), iso(moment(asked.sandbox.clock))
    id = str(body.get("pipelineId") or asked.store.next("pipeline", 1001))
    made = pipeline(id, str(needed(body, "label")), [], at, int(body.get("displayOrder", 0)))
    if any(one["label"] == made["label"] for one in pipelines(asked.store, asked.kind.name)):
        raise invalid(f"A pipeline with the label {made['label']!r} exists already")
    made["stages"] = [new_stage(asked, one, at) for one in body.get("stages", [])]
    keep(asked.store, asked.kind.name, made)
    return Reply(status=201, body=made)


def update(asked: Asked) -> Reply:
    """Some of a pipeline (PATCH), or with new stages (PUT)."""
    body, at, made = asked.body(), iso(moment(asked.sandbox.clock)), wanted(asked)
    made.update({name: body[name] for name in ("label", "displayOrder", "archived") if name in body})
    if "stages" in body:
        made["stages"] = [new_stage(asked, one, at) for one in body["stages"]]
    keep(asked.store, asked.kind.name, {**made, "updatedAt": at})
    return Reply(body={**made, "updatedAt": at})


def archive(asked: Asked) -> Reply:
    """A pipeline goes, unless something is in it and the caller asked to look."""
    made = wanted(asked)
    if asked.flag("validateReferencesBeforeDelete"):
        refuse_if_used(asked, [one["id"] for one in made["stages"]])
    asked.store.set(f"pipeline/{asked.kind.name}/{made['id']}", None)
    return Reply(status=204)


def list_stages(asked: Asked) -> Reply:
    """The stages of a pipeline."""
    return Reply(body={"results": wanted(asked)["stages"]})


def get_stage(asked: Asked) -> Reply:
    """One stage."""
    return Reply(body=wanted_stage(asked, wanted(asked)))


def create_stage(asked: Asked) -> Reply:
    """A stage more."""
    made, at = wanted(asked), iso(moment(asked.sandbox.clock))
    one = new_stage(asked, asked.body(), at)
    keep(asked.store, asked.kind.name, {**made, "stages": [*made["stages"], one]})
    return Reply(status=201, body=one)


def update_stage(asked: Asked) -> Reply:
    """A stage's label, order or metadata."""
    made, body, at = wanted(asked), asked.body(), iso(moment(asked.sandbox.clock))
    one = wanted_stage(asked, made)
    one.update({name: body[name] for name in ("label", "displayOrder", "metadata") if name in body})
    one["updatedAt"] = at
    keep(asked.store, asked.kind.name, made)
    return Reply(body=one)


def archive_stage(asked: Asked) -> Reply:
    """A stage goes, unless something is in it."""
    made = wanted(asked)
    one = wanted_stage(asked, made)
    refuse_if_used(asked, [one["id"]])
    keep(asked.store, asked.kind.name, {**made, "stages": [each for each in made["stages"] if each is not one]})
    return Reply(status=204)


def wanted(asked: Asked) -> Pipeline:
    """The pipeline in the path."""
    made: Pipeline | None = asked.store.setting(f"pipeline/{asked.kind.name}/{asked.parts['pipeline']}")
    if made is None:
        raise not_found([asked.parts["pipeline"]])
    return made


def wanted_stage(asked: Asked, made: Pipeline) -> dict[str, Any]:
    """The stage in the path."""
    one: dict[str, Any] | None = next((one for one in made["stages"] if one["id"] == asked.parts["stage"]), None)
    if one is None:
        raise not_found([asked.parts["stage"]])
    return one


def new_stage(asked: Asked, body: Mapping[str, Any], at: str) -> dict[str, Any]:
    """A stage from what was sent. Deals need a probability, tickets a state."""
    metadata = {name: str(value) for name, value in dict(body.get("metadata") or {}).items()}
    need = {"deals": "probability", "tickets": "ticketState"}.get(asked.kind.name)
    if need and need not in metadata:
        raise invalid(f"The stage's metadata must hold {need}")
    closed = metadata.get("ticketState") == "CLOSED" or metadata.get("probability") in ("0", "0.0", "1", "1.0")
    id = str(body.get("stageId") or asked.store.next("stage", 2001))
    label = str(needed(dict(body), "label"))
    return stage(id, {"isClosed": str(closed).lower(), **metadata}, at, int(body.get("displayOrder", 0)), label)


def refuse_if_used(asked: Asked, ids: Sequence[str]) -> None:
    """Nothing may be in these stages."""
    kind: Kind = asked.kind
    marks = ", ".join("?" * len(ids))
    if kind.stage and asked.store.count(kind.name, f"json_extract(body, '$.{kind.stage}') in ({marks})", ids):
        raise invalid("The stage is used by objects and cannot be deleted")
