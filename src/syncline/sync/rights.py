"""The least that a token must be allowed for a declaration: by what is bound in each stream, how, and in which mode."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from syncline.config.declaration import Declaration
from syncline.connect.connector import Connector
from syncline.mapping.binding import Binding
from syncline.sync.needs import needs_of, plainly


@dataclass(frozen=True, kw_only=True)
class Needed:
    """In the system's words, each once.

    now:    for the mode that is declared. later: what it takes beside that before anything is written.
    define: of both, what is needed only while fields of ours are made.
    """

    now: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    define: tuple[str, ...] = ()


def needed(declaration: Declaration, system: str, connector: Connector) -> Needed:
    """Pure: nothing is asked. A connector that knows of no rights needs none that can be named."""
    rights = connector.rights
    if rights is None:
        return Needed()
    now, later, define = list(rights.always), list[str](), list[str]()
    makes = {need.stream for need in needs_of(declaration, {system: connector})}
    for binding in declaration.bindings:
        if binding.system != system:
            continue
        stream = plainly(binding.stream)
        now += words(rights.read, stream, binding.raw_names)
        to_write = words(rights.write, stream, written(binding)) if is_written(binding) else []
        own = [name for name in (stream, *connector.stream(stream).children) if name in makes]
        to_define = [word for name in own for word in rights.define.get(name, ())]
        reads_only = declaration.mode_of(system, binding.entity) == "read-only"
        (later if reads_only else now).extend([*to_write, *to_define])
        define += to_define
    return Needed(now=once(now), later=once(one for one in later if one not in now), define=once(define))


def lacking(wanted: Iterable[str], granted: Collection[str], covers: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """What is wanted and not granted, neither by its own name nor by one that covers it."""
    have = {*granted, *(inner for one in granted for inner in covers.get(one, ()))}
    return once(one for one in wanted if one not in have)


def words(said: Mapping[str, tuple[str, ...]], stream: str, fields: Iterable[str]) -> list[str]:
    """Those of a stream, and of these raw fields of it."""
    return [word for key in (stream, *(f"{stream}.{name}" for name in fields)) for word in said.get(key, ())]


def is_written(binding: Binding) -> bool:
    """Is anything told to that stream?"""
    return bool(binding.writable) or (binding.lines is not None and binding.lines.written)


def written(binding: Binding) -> list[str]:
    """The raw fields that are told."""
    names = [name for one in binding.fields if one.outward and one.lens.put is not None for name in one.lens.reads]
    lines = [binding.lines.raw] if binding.lines is not None and binding.lines.written else []
    return [*names, *lines]


def once(names: Iterable[str]) -> tuple[str, ...]:
    """Each once, in order."""
    return tuple(dict.fromkeys(names))
