"""Patterns laid under the file: what a pattern says holds where the file says nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from syncline.config.problems import Path, Report, meant, quoted
from syncline.config.tree import Spot, Tree

ExpandPattern = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]
"""A pattern's name and options to a part of a hub.yaml; raises UnknownPattern, or ValueError for wrong options."""

SECTIONS = frozenset(
    {
        *("first_sync", "create", "on_create", "fields", "entities", "events", "rules", "alerts", "tables", "mappings"),
        "addressees",
    }
)
"""What a pattern may say; systems, modes and secrets are the file's alone."""


class UnknownPattern(LookupError):
    """There is no pattern of that name; `known` are those there are."""

    def __init__(self, known: tuple[str, ...] = ()) -> None:
        super().__init__("unknown pattern")
        self.known = known


def no_patterns(name: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
    """The default: no pattern is known."""
    raise UnknownPattern()


def with_patterns(tree: Tree, expand: ExpandPattern, report: Report) -> Tree:
    """The tree with its patterns below it; each value's spot says from which pattern it is."""
    named = tree.data.get("patterns")
    for name, options in named.items() if isinstance(named, dict) else ():
        path: Path = ("patterns", name)
        if options is not None and not isinstance(options, dict):
            continue  # the grammar says so
        try:
            found = expand(name, options or {})
        except UnknownPattern as error:
            report.add(tree.spot(path).key, path, f"unknown pattern {quoted(name)}", meant(name, error.known))
            report.incomplete = True
            continue
        except ValueError as error:
            report.add(tree.spot(path).value, path, str(error))
            report.incomplete = True
            continue
        said = {key: value for key, value in found.items() if key in SECTIONS}
        spots = dict(tree.spots)
        here = tree.spot(path).key
        spot = Spot(key=here, value=here, origin=name)
        tree = replace(tree, data=_under(tree.data, said, (), spots, spot), spots=spots)
    return tree


def _under(data: Any, said: Mapping[str, Any], path: Path, spots: dict[Path, Spot], spot: Spot) -> Any:
    """The file's data over a pattern's: blocks key by key, everything else as a whole."""
    result = dict(data)
    for key, value in said.items():
        here: Path = (*path, key)
        mine = result.get(key)
        if key not in result:
            result[key] = value
            _mark(value, here, spots, spot)
        elif isinstance(mine, dict) and isinstance(value, Mapping):
            result[key] = _under(mine, value, here, spots, spot)
    return result


def _mark(value: Any, path: Path, spots: dict[Path, Spot], spot: Spot) -> None:
    spots[path] = spot
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for step, one in inner:
        _mark(one, (*path, step), spots, spot)
