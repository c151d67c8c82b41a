"""The order of writes across streams: parents before children, and what is set in a second write."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from syncline.mapping.binding import Binding
from syncline.merge.policy import EntityPolicy

Place = tuple[str, str]
"""(system, stream)"""

REFERENCE = "reference to "
"""How the type of a field that refers to another record is named."""


@dataclass(frozen=True, kw_only=True)
class Need:
    """Rows of `child` hold the id of a row of `parent`; `required`: the system takes none without it."""

    child: Place
    field: str
    parent: Place
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Order:
    """Streams with parents first; the references in `second` are set in a write of their own, after the creates."""

    streams: tuple[Place, ...]
    second: tuple[Need, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Cycle:
    """No row of these streams can be created first: each requires one of another. A declaration cannot hold this."""

    needs: tuple[Need, ...]

    @property
    def reason(self) -> str:
        """The cycle in words, in its own direction."""
        steps = [f"{'.'.join(need.child)} requires {need.field} ({'.'.join(need.parent)})" for need in self.needs]
        return "these references require each other: " + ", ".join(steps)


def referred_entity(policy: EntityPolicy, name: str) -> str | None:
    """The entity that a field refers to; None where it holds no reference."""
    kind = policy.fields[name].type.name
    return kind.removeprefix(REFERENCE) if kind.startswith(REFERENCE) else None


def needs_of(
    entities: Mapping[str, EntityPolicy],
    bindings: Sequence[Binding],
    required: Callable[[str, str], Collection[str]],
) -> tuple[Need, ...]:
    """What the bound references of a declaration say. `required`: a stream's raw fields that a create must have."""
    needs = []
    for binding in bindings:
        policy, must = entities[binding.entity], required(binding.system, binding.stream)
        for name in binding.writable:
            target = referred_entity(policy, name) if name in policy.fields else None
            needs += [
                Need(
                    child=(binding.system, binding.stream), field=name, parent=(other.system, other.stream),
                    required=any(raw in must for raw in binding.by_field[name].lens.reads),
                )
                for other in bindings if target is not None and (other.system, other.entity) == (binding.system, target)
            ]  # fmt: skip
    return tuple(needs)


def order(streams: Sequence[Place], needs: Iterable[Need]) -> Order | Cycle:
    """Parents before children; within that, as declared. A cycle is begun where nothing is required."""
    edges = [need for need in needs if need.child in streams and need.parent in streams]
    left, placed = list(dict.fromkeys(streams)), list[Place]()
    while left:
        among = [need for need in edges if need.child in left and need.parent in left]
        begin = next((place for place in left if not any(need.child == place for need in among)), None)
        if begin is None:
            begin = broken_into(left, among)
        if begin is None:
            return required_cycle(left, [need for need in among if need.required])
        left.remove(begin)
        placed.append(begin)
    second = [need for need in edges if placed.index(need.parent) >= placed.index(need.child)]
    return Order(streams=tuple(placed), second=tuple(second))


def broken_into(left: Sequence[Place], among: Sequence[Need]) -> Place | None:
    """A stream of a cycle that waits for nothing but optional references of that same cycle."""
    above = {place: ancestors(place, among) for place in left}
    for place in left:
        first = all(place in above[other] for other in above[place])
        if first and not any(need.child == place and need.required for need in among):
            return place
    return None


def ancestors(place: Place, among: Sequence[Need]) -> set[Place]:
    """All that this stream waits for, near and far; itself, if it is in a cycle."""
    found: set[Place] = set()
    news = {place}
    while news:
        news = {need.parent for need in among if need.child in news} - found
        found |= news
    return found


def required_cycle(left: Sequence[Place], required: Sequence[Need]) -> Cycle:
    """Names one cycle: upwards along it until a stream comes again."""
    above = {place: ancestors(place, required) for place in left}
    path: list[Need] = []
    place = next(place for place in left if place in above[place])
    while place not in [need.child for need in path]:
        path.append(next(n for n in required if n.child == place and place in {n.parent, *above[n.parent]}))
        place = path[-1].parent
    begins = [need.child for need in path].index(place)
    return Cycle(needs=tuple(path[begins:]))
