"""A person's act: one run, in which something is decided, and what became due by it is told at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from syncline.acts.act import Say
from syncline.acts.tally import Tally
from syncline.acts.telling import PAGE, tell_records
from syncline.acts.told import Done
from syncline.sync import run
from syncline.sync.hub import Hub
from syncline.sync.rounds import NotRead

WRITTEN = {"create": "created", "update": "updated", "delete": "deleted"}


def decided(
    hub: Hub, who: str, say: Say, said: str, decide: Callable[[Hub], Collection[int]], count: int | None = None,
    about: tuple[int, ...] = (),
) -> Done:  # fmt: skip
    """Does it, then tells these records' systems what is due, unless the mode forbids.

    decide: returns the records concerned. count: of what; None: of these records. about: those joined or parted.
    """
    tally, not_now = Tally(say), NotRead()
    working = tally.watching(run.gather(hub, "person", f"{who}: {said}", about))
    records = decide(working)
    tell_records(working, records, not_now)
    parts = (f"{said}.", outcome(tally, not_now), untold(hub, records))
    return Done(count=len(records) if count is None else count, said=" ".join(part for part in parts if part))


LATER = {
    "read-only": "it stays due until `mode` in hub.yaml is changed",
    "approve": "syncline plan --out FILE lists it, and syncline apply FILE writes it",
}
"""What becomes of what a mode keeps back."""


def untold(hub: Hub, records: Collection[int]) -> str:
    """Which systems were not told of these records, since the mode does not let anything be written there."""
    wanted, systems = sorted(set(records)), dict[str, set[str]]()
    for at in range(0, len(wanted), PAGE):
        for links in hub.ledger.links_of(wanted[at : at + PAGE]).values():
            for link in links:
                mode = hub.declaration.mode_of(link.system, link.entity)
                if mode != "live" and link.due_at is not None:
                    systems.setdefault(mode, set()).add(link.system)
    return " ".join(
        f"Nothing was told to {in_words(sorted(names))}: the mode is {mode}, {LATER[mode]}."
        for mode, names in sorted(systems.items())
    )


def outcome(tally: Tally, not_now: NotRead) -> str:
    """What was written at once, and who could not be reached."""
    parts = [f"{WRITTEN[kind]} {number}" for kind, number in sorted(tally.written.items()) if number]
    told = [f"Told the systems at once: {', '.join(parts)}."] if parts else []
    for system in dict.fromkeys(system for system, _ in not_now):
        why = next(str(reason) for (name, _), reason in not_now.items() if name == system)
        told.append(f"{system} is told later ({why}).")
    return " ".join(told)


def in_words(things: Iterable[str]) -> str:
    """`crm, erp and shop`."""
    names = list(things)
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
