"""In mode read-only nothing but reads and sign-ins leaves, whatever is called: told by the systems' own logs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from modes_world import RULE, World, lived, world

from syncline.acts import act as acts
from syncline.acts.act import Act
from syncline.acts.told import Refused, Told
from syncline.app import Running

pytestmark = [pytest.mark.outside, pytest.mark.slow]

Table = dict[type, Callable[[World], list[Act]]]


def of_the_whole(found: World) -> Table:
    """Acts that look at everything; `made-here` is a plan that is made in the mode that is tried."""
    places, here = found.places, str(found.folder / "made-here.json")
    return {
        acts.Undo: lambda w: [acts.Undo(run=places["run"], dry=True), acts.Undo(run=places["run"])],
        acts.Apply: lambda w: [acts.Apply(file=places["plan"])],
        acts.Provision: lambda w: [acts.Provision(dry=True), acts.Provision()],
        acts.Sync: lambda w: [
            acts.Sync(only="contact", where="job_title = 'Head'", limit=1), acts.Sync(), acts.Sync(full=True)
        ],
        acts.Plan: lambda w: [acts.Plan(out=here), acts.Plan(only="contact", limit=2), acts.Apply(file=here)],
        acts.Verify: lambda w: [acts.Verify()],
        acts.Baseline: lambda w: [
            acts.Baseline(how="begin", what="odoo"), acts.Sync(), acts.Baseline(how="confirm"), acts.Sync()
        ],
        acts.Audit: lambda w: [acts.Audit(), acts.Audit(anew=True, csv=str(w.folder / "csv"))],
    }  # fmt: skip


def of_one_thing(found: World) -> Table:
    """Acts on what is open, and on what is not."""
    places = found.places
    conflict, parked, plain = f"{places['conflict']}.job_title", f"{places['parked']}", f"{places['plain']}.phone"
    held = "/".join(places["held"][0])
    return {
        acts.Settle: lambda w: [
            acts.Settle(how="take", at=conflict, system="odoo"), acts.Settle(how="set", at=plain, value="+49 30 333"),
            acts.Settle(how="keep", at=plain, system="odoo"), acts.Settle(how="redo", at=plain, system="odoo"),
        ],
        acts.SettleAll: lambda w: [
            acts.SettleAll(how="take", system="odoo", dry=True), acts.SettleAll(how="take", system="odoo"),
            acts.SettleAll(how="redo"),
        ],
        acts.Parked: lambda w: [
            acts.Parked(how="retry", at=parked), acts.Parked(how="edit", at=f"{parked}.phone", value="+49 30 444"),
            acts.Parked(how="retry", code="rejected"), acts.Parked(how="skip", at=parked, why="no"),
            acts.Parked(how="delete", at=parked),
        ],
        acts.Answer: lambda w: [acts.Answer(at=str(places["asked"]), rule=RULE, how="cancel")],
        acts.Fire: lambda w: [acts.Fire(rule=RULE, since=0.0)],
        acts.Release: lambda w: [acts.Release(at=held)],
        acts.Withhold: lambda w: [acts.Withhold(at=plain, system="odoo")],
        acts.Distinct: lambda w: [acts.Distinct(at=str(places["candidate"]))],
        acts.Join: lambda w: [acts.Join(at=str(places["original"]), other=str(places["candidate"]))],
        acts.Part: lambda w: [acts.Part(at=places["row"])],
        acts.Couple: lambda w: [acts.Couple(file=pairs(w), named="pairs.csv")],
        acts.Pause: lambda w: [acts.Pause(what="odoo"), acts.Pause(what="contact")],
        acts.Resume: lambda w: [acts.Resume(what="odoo"), acts.Resume(what="contact")],
    }  # fmt: skip


def pairs(found: World) -> str:
    """A file with a contact of each, as somebody knows them to be one."""
    file, email = found.folder / "pairs.csv", found.places["emails"][7]
    ids = [found.contact(system, email)[1] for system in ("hubspot", "odoo")]
    file.write_text(f"hubspot/contact,odoo/res.partner#contact\n{','.join(ids)}\n", encoding="utf-8")
    return str(file)


def table(found: World) -> Table:
    """What is done for each act, what one person does first and the whole last."""
    return {**of_one_thing(found), **of_the_whole(found)}


WRITE = {"Settle", "Parked", "Answer", "Release", "Apply", "Undo", "Provision", "Sync"}
"""In mode live each of these writes in this world: the table is not empty talk."""


@pytest.fixture
def company(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as found:
        lived(found)
        yield found


def done(found: World, running: Running, name: str, made: list[Act]) -> tuple[list[Told], list[str]]:
    """What the acts tell, and what left by them."""
    since = found.marks()
    told = [found.act(running, one) for one in made]
    return told, [call for calls in found.writes(since).values() for call in calls]


def test_every_act_there_is_is_tried(tmp_path: Path) -> None:
    with world(tmp_path) as found:
        found.places |= {"plan": "", "run": 0, "conflict": 0, "parked": 0, "plain": 0, "held": [("a", "b", "c")]}
        assert set(table(found)) == set(get_args(Act)), "a new act is to be added to the table here"


@pytest.mark.parametrize("version", [19, 17], ids=["json-2", "json-rpc"])
def test_whatever_is_called_nothing_but_reads_and_sign_ins_leaves(tmp_path: Path, version: int) -> None:
    with world(tmp_path, version) as company:
        lived(company)
        tried(company)


def tried(company: World) -> None:
    """Every act in mode read-only; then the logs, the rows and the outbox are looked at."""
    before, told, left = company.rows(), dict[str, list[Told]](), dict[str, list[str]]()
    with company.running("read-only") as running:
        events = len(running.ledger.events(0, 999))
        for kind, make in table(company).items():
            told[kind.__name__], left[kind.__name__] = done(company, running, kind.__name__, make(company))
        assert len(running.ledger.events(0, 999)) == events, "nothing is told to the world outside either"
    assert {name: calls for name, calls in left.items() if calls} == {}
    assert company.rows() == before
    refused = {name for name, answers in told.items() if all(isinstance(one, Refused) for one in answers)}
    assert refused <= {"Apply", "Undo"}, "all else is done, as far as the hub itself goes"


def test_the_same_in_live_writes(company: World) -> None:
    """The broken twin: with a mode that lets out, the logs show it."""
    before, wrote = company.rows(), set[str]()
    with company.running("live") as running:
        for kind, make in table(company).items():
            _, left = done(company, running, kind.__name__, make(company))
            wrote |= {kind.__name__} if left else set()
    assert WRITE - wrote == set()
    assert company.rows() != before


def only_odoo(tree: Any) -> None:
    tree["systems"]["odoo"]["mode"] = "read-only"


def set_mode(tree: Any, entity: str, mode: str) -> None:
    """Of one entity; what else is said of it stays."""
    entities = tree.setdefault("entities", {})
    entities[entity] = {**(entities.get(entity) or {}), "mode": mode}


def all_live_but_the_hub(tree: Any) -> None:
    for block in tree["systems"].values():
        block["mode"] = "live"
    for entity in ("contact", "account", "product"):
        set_mode(tree, entity, "live")


def only_contacts(tree: Any) -> None:
    set_mode(tree, "contact", "read-only")


def edited(company: World) -> None:
    """Somebody edits contacts and a product in both systems; each edit has somewhere to go."""
    emails = company.places["emails"]
    company.edit("hubspot", emails[3], jobtitle="To Odoo")
    company.edit("odoo", emails[8], function="To HubSpot")
    number = next(row["id"] for row in company.people["odoo"].rows("product.product") if row.get("default_code"))
    company.people["odoo"].save("product.product", {"name": "Product renamed"}, str(number))


def written(company: World, mode: str, change: Any) -> dict[str, list[str]]:
    """What leaves by a sync in that mode."""
    edited(company)
    since = company.marks()
    with company.running(mode, change) as running:
        company.act(running, acts.Sync())
        company.act(running, acts.Sync())
    return company.writes(since)


def test_one_system_of_a_live_hub_is_only_read(company: World) -> None:
    left = written(company, "live", only_odoo)
    assert left["odoo"] == []
    assert left["hubspot"]


def test_one_entity_of_a_live_hub_is_only_read(company: World) -> None:
    left = written(company, "live", only_contacts)
    every = [*left["odoo"], *left["hubspot"]]
    assert [one for one in every if "contacts" in one or "res.partner" in one] == []
    assert [one for one in every if "products" in one]


def test_a_system_or_entity_cannot_be_more_than_its_hub(company: World) -> None:
    assert written(company, "read-only", all_live_but_the_hub) == {"hubspot": [], "odoo": []}


def test_in_approve_a_sync_writes_nothing_either(company: World) -> None:
    assert written(company, "approve", all_live_but_the_hub) == {"hubspot": [], "odoo": []}
