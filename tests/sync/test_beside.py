"""What threads at work on one hub do one at a time; a run that begins with the first step that changes anything."""

from __future__ import annotations

import threading
from dataclasses import replace

from small_world import Small, contacts, filled

from syncline.sync import deliver, observe
from syncline.sync.beside import Beside
from syncline.sync.hub import Gathering


def waits(beside: Beside, *what: str) -> bool:
    """Must another thread wait for this turn?"""
    came = threading.Event()

    def take() -> None:
        with beside.turn(*what):
            came.set()

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    return not came.wait(0.1)


def test_a_turn_is_one_thread_s_and_another_name_is_another_turn() -> None:
    beside = Beside()
    with beside.turn("tell", "crm", "contact"):
        assert waits(beside, "tell", "crm", "contact")
        assert not waits(beside, "tell", "erp", "contact")
        with beside.turn("tell", "crm", "contact"):  # inside, again
            pass
        assert waits(beside, "tell", "crm", "contact")
    assert not waits(beside, "tell", "crm", "contact")


def test_a_stream_is_told_by_one_thread_at_a_time_and_nothing_twice() -> None:
    small = Small(contacts("crm", "erp"), batch=100)
    for system in ("crm", "erp"):
        filled(small, system, 20)
    small.settle(2)
    for row in small.alive("crm"):
        small.systems["crm"].change("contact", row.id, {"phone": f"new {row.id}"})
    small.observe(1)
    due = small.hub.ledger.due("erp", "contact", small.hub.clock(), 100)
    assert len(due) == 20
    with small.hub.turn("tell", "erp", "contact"):
        second = threading.Thread(target=deliver.deliver_first, args=(small.hub, "erp", "contact", due), daemon=True)
        second.start()
        second.join(0.1)
        assert second.is_alive(), "it waits for its turn"
        deliver.deliver(small.hub, "erp", "contact")
        told = len(small.writes())
    second.join(10)
    assert not second.is_alive()
    assert told > 0
    assert len(small.writes()) == told, "what another thread told meanwhile is not told again"


def test_steps_are_gathered_in_one_run_and_steps_without_change_make_none() -> None:
    small = Small(contacts("crm", "erp"))
    for system in ("crm", "erp"):
        filled(small, system, 5)
    small.settle(2)
    runs = len(small.hub.ledger.runs(1000))
    hub = replace(small.hub, run=Gathering(kind="poll"))
    observe.poll(hub, "crm", "contact")
    assert len(small.hub.ledger.runs(1000)) == runs, "nothing changed"
    small.systems["crm"].change("contact", "crm1", {"name": "other"})
    observe.poll(hub, "crm", "contact")
    small.systems["crm"].change("contact", "crm2", {"name": "another"})
    observe.poll(hub, "crm", "contact")
    deliver.deliver(hub, "erp", "contact")
    (run, *_), count = small.hub.ledger.runs(1000), len(small.hub.ledger.runs(1000))
    assert (run.kind, run.id, count) == ("poll", hub.run.number, runs + 1)  # type: ignore[union-attr]
    assert {intent.run for intent in small.hub.ledger.intents_of_run(run.id)} == {run.id}
