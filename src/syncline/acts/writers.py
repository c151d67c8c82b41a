"""Who else writes what the hub would write: asked of the rows that changed last, where the vendor tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from syncline.look.audit_scan import Scan
from syncline.look.audited import WriterSeen
from syncline.look.said import shortened
from syncline.mapping.binding import Binding
from syncline.sync import observe
from syncline.sync.hub import Hub
from syncline.sync.observe import NotNow

MOST = 8
"""Of each field so many writers are named."""


@dataclass
class Asked:
    """What was told. silent: streams that do not tell who writes, each with the reason."""

    writers: list[WriterSeen] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)


def asked(hub: Hub, scan: Scan) -> Asked:
    """Of each stream that going live would write to; one that cannot be asked is named, and holds up no other."""
    told = Asked()
    for binding in hub.declaration.bindings:
        place = (binding.system, binding.stream)
        fields, ids = scan.written.get(place), [id for _, id in sorted(scan.latest.get(place, ()), reverse=True)]
        stream = hub.stream(*place)
        if not fields or not ids:
            continue
        if stream.writers is None:
            told.silent.append(f"{binding.system} {stream.name}")
            continue
        raws = {raw.partition(".")[0]: name for name in fields for raw in binding.by_field[name].lens.reads
                if name in binding.by_field}  # fmt: skip
        try:
            page, _ = observe.show(hub, binding.system, stream, stream.writers(ids, list(raws)))
        except NotNow as error:
            told.silent.append(f"{binding.system} {stream.name} ({error})")
            continue
        told.writers += counted(binding, raws, page.records)
    return told


def counted(binding: Binding, raws: Mapping[str, str], rows: Sequence[Mapping[str, object]]) -> Iterator[WriterSeen]:
    """How many rows each last wrote, of each field; who wrote most first. What is ours is left out."""
    by: Counter[tuple[str, str, str]] = Counter()
    latest: dict[tuple[str, str, str], float] = {}
    whole: Counter[str] = Counter()
    for row in rows:
        raw = str(row.get("field") or "")
        who = (raw, str(row.get("kind") or "unknown"), str(row.get("by") or "not told"))
        at = row.get("at")
        whole[raw] += 1
        by[who] += 1
        latest[who] = max(latest.get(who, 0.0), float(at) if isinstance(at, int | float) else 0.0)
    named: Counter[str] = Counter()
    for (raw, kind, name), count in by.most_common():
        named[raw] += 1
        if kind != "us" and named[raw] <= MOST:
            yield WriterSeen(
                entity=binding.entity, field=raws.get(raw, ""), system=binding.system, stream=binding.stream, raw=raw,
                by=shortened(name), kind=kind, count=count, of=whole[raw], latest=latest[raw, kind, name],
            )  # fmt: skip
