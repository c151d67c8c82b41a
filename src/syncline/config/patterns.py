"""Patterns laid under the file: what a pattern says holds where the file says nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from syncline.config.problems import Path, Report, meant, quoted
from syncline.config.tree import Spot, Tree
from syncline.connect.connector import Connector
from syncline.patterns.pattern import DoesNotFit, ExpandPattern, Member, UnknownPattern

SECTIONS = frozenset(
    {
        *("first_sync", "create", "on_create", "fields", "entities", "events", "rules", "alerts", "tables", "mappings"),
        "addressees",
    }
)
"""What a pattern may say; systems, modes and secrets are the file's alone."""

SETTLING = frozenset({"truth", "policy", "merge", "is", "rollup"})
"""Each of these says how a field comes to its value: where the file says one of them, the pattern says none."""
WITH_SETTLING = SETTLING | {"strict", "order", "value", "where", "by", "latest_by", "rates"}


def no_patterns(name: str, options: Mapping[str, Any], members: Sequence[Member]) -> Mapping[str, Any]:
    """The default: no pattern is known."""
    raise UnknownPattern()


def with_patterns(tree: Tree, expand: ExpandPattern, connectors: Mapping[str, Connector], report: Report) -> Tree:
    """The tree with its patterns below it; each value's spot says from which pattern it is."""
    named = tree.data.get("patterns")
    if not isinstance(named, dict):
        return tree  # there are none, or the grammar says so
    members = list(_members(tree, connectors))
    for name, options in named.items():
        path: Path = ("patterns", name)
        if options is not None and not isinstance(options, dict):
            continue  # the grammar says so
        try:
            found = expand(name, options or {}, members)
        except UnknownPattern as error:
            report.add(tree.spot(path).key, path, f"unknown pattern {quoted(name)}", meant(name, error.known))
            report.incomplete = True
            continue
        except DoesNotFit as error:
            here = path if error.option is None else (*path, error.option)
            if all(one.connector in connectors for one in members):  # else that is said, and what follows is not
                report.add(tree.spot(here).key, here, str(error), error.remedy)
            report.incomplete = True
            continue
        said = {key: value for key, value in found.items() if key in SECTIONS}
        spots = dict(tree.spots)
        here_key = tree.spot(path).key
        spot = Spot(key=here_key, value=here_key, origin=name)
        tree = replace(tree, data=_under(tree.data, said, (), spots, spot), spots=spots)
    return tree


def _members(tree: Tree, connectors: Mapping[str, Connector]) -> Sequence[Member]:
    """The systems as the file has them, which nobody has checked yet."""
    systems = tree.data.get("systems")
    found = []
    for name, block in systems.items() if isinstance(systems, dict) else ():
        if not isinstance(block, dict):
            continue
        roles, named = block.get("roles"), str(block.get("connector"))
        connector = connectors.get(named)
        found.append(
            Member(
                name=name, connector=named, roles=tuple(map(str, roles)) if isinstance(roles, list) else (),
                primary=block.get("primary") is True, template=connector.template if connector is not None else None,
            )
        )  # fmt: skip
    return found


def _under(data: Any, said: Mapping[str, Any], path: Path, spots: dict[Path, Spot], spot: Spot) -> Any:
    """The file's data over a pattern's: blocks key by key, everything else as a whole."""
    result = dict(data)
    if _is_field(path) and SETTLING & result.keys():
        taken = WITH_SETTLING | ({"of"} if "rollup" in said else set())  # of a reference, `of` is a part of its type
        said = {key: value for key, value in said.items() if key not in taken}
    for key, value in said.items():
        here: Path = (*path, key)
        mine = result.get(key)
        if key not in result:
            result[key] = value
            _mark(value, here, spots, spot)
        elif isinstance(mine, dict) and isinstance(value, Mapping) and not _is_place(here):
            result[key] = _under(mine, value, here, spots, spot)
    return result


def _is_field(path: Path) -> bool:
    """Is this a field's block?"""
    return path[:1] == ("fields",) and len(path) == 2


def _is_place(path: Path) -> bool:
    """Is this where a field stands in one system? That is said once: half of it makes no sense with another's half."""
    return _is_field(path[:2]) and len(path) == 4 and path[2] == "at"


def _mark(value: Any, path: Path, spots: dict[Path, Spot], spot: Spot) -> None:
    spots[path] = spot
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for step, one in inner:
        _mark(one, (*path, step), spots, spot)
