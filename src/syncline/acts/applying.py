"""A plan's file is executed: exactly what it lists, and of that only what still holds."""

from __future__ import annotations

from pathlib import Path

import msgspec

from syncline.acts.act import Apply, Say
from syncline.acts.refusal import refuse
from syncline.acts.syncing import not_reached
from syncline.acts.tally import Tally
from syncline.acts.told import Applied, Dropped
from syncline.look.named import names_of
from syncline.sync import apply as applying
from syncline.sync import run, sheet
from syncline.sync.hub import Hub
from syncline.sync.listed import Fate

AGAIN = "syncline plan --out FILE makes a new one"
WRITES = "set `mode: live` (or approve) in hub.yaml"


def apply(hub: Hub, act: Apply, who: str, say: Say) -> Applied:
    """Raises Refusal for a file that is no plan of this hub and declaration."""
    plan = loaded(act.file)
    with plan.text:
        why = applying.refusal(hub, plan)
        if why is not None:
            raise refuse(f"{act.file} cannot be applied: {why}.", AGAIN)
        if {hub.declaration.mode_of(one.system, one.entity) for one in plan.writes()} == {"read-only"}:
            remedy = f"{WRITES}, then: syncline apply {act.file}"
            raise refuse("Nothing was written: the mode is read-only, which writes nothing.", remedy)
        working = Tally(say).watching(run.begin(hub, "apply", who))
        done = applying.apply(working, plan)
    dropped = done.of("dropped")
    names = dict(names_of((one.write.record for one in dropped), hub.declaration, hub.ledger))
    return Applied(
        run=done.run, counts={str(what): number for what, number in done.counts.items()},
        dropped=tuple(dropped_of(one, names) for one in dropped), not_reached=not_reached(done.not_reached),
        events=done.events,
    )  # fmt: skip


def loaded(file: str) -> sheet.Plan:
    """The plan in a file."""
    try:
        return sheet.load(Path(file))
    except FileNotFoundError:
        raise refuse(f"There is no file {file}.", AGAIN) from None
    except OSError as error:
        raise refuse(f"{file} cannot be read: {error.strerror or type(error).__name__}.", AGAIN) from error
    except (sheet.Tampered, msgspec.DecodeError) as error:
        why = str(error) if isinstance(error, sheet.Tampered) else f"{file} is no plan"
        raise refuse(f"{why}.", AGAIN) from error


def dropped_of(fate: Fate, names: dict[int, str]) -> Dropped:
    """With what people call the record. One that was on paper only has no name yet."""
    write = fate.write
    return Dropped(
        entity=write.entity, name=names.get(write.record, f"a new {write.entity}"), system=write.system,
        stream=write.stream, id=write.external_id, field=fate.field, why=fate.why,
    )  # fmt: skip
