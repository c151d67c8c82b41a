"""The tree against the grammar: every wrong part is reported and left out, so that the rest is checked too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import ValidationError

from syncline.config.problems import Path, Report, meant, quoted
from syncline.config.schema import HubBlock
from syncline.config.tree import Tree, has_step

_KINDS = {
    "string_type": "text", "int_type": "a whole number", "bool_type": "true or false", "float_type": "a number",
    "dict_type": "a block of keys with values", "model_type": "a block of keys with values",
    "list_type": "a list", "none_required": "nothing",
}  # fmt: skip
_BOUNDS = {
    "greater_than_equal": ("ge", "should be at least {}"),
    "less_than_equal": ("le", "should be at most {}"),
    "string_too_short": ("min_length", "should have at least {} character"),
    "too_short": ("min_length", "should have at least {}"),
}
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'")


def validated(tree: Tree, report: Report) -> HubBlock | None:
    """The file as typed blocks, without its wrong parts; None where too little is left."""
    data: Any = tree.data
    while True:  # each round leaves out at least one part
        try:
            return HubBlock.model_validate(data)
        except ValidationError as error:
            wrong = error.errors(include_url=False)
        gone = {_reported(tree, data, one, report) for one in _told_once(data, wrong)}
        if () in gone:
            return None
        for path in gone:
            data = _without(data, path)
            report.damage(path)


def _reported(tree: Tree, data: Any, error: Any, report: Report) -> Path:
    """Reports one error; returns the path of the part to leave out."""
    kind, is_key = error["type"], error["loc"][-1:] == ("[key]",)
    path, rest = _found(data, error["loc"][:-1] if is_key else error["loc"])
    spot = tree.spot(path)
    if kind == "missing" and (*path, rest[-1]) in report.damaged:
        return path  # it was there, and wrong
    if kind == "missing":
        report.add(spot.key, path, f"{quoted(rest[-1])} is missing", f"add `{rest[-1]}:`")
        return path
    if kind == "extra_forbidden":
        report.add(spot.key, path, f"unknown key {quoted(path[-1])}", meant(path[-1], keys_at(path[:-1])))
        return path
    message, suggestion = _words(error)
    if is_key:
        message = f"{quoted(path[-1])} is no name that can stand here: {message}"
    report.add(spot.key if is_key else spot.value, path, message, suggestion)
    return path


def _told_once(data: Any, wrong: Sequence[Any]) -> Iterator[Any]:
    """Each branch of a choice has its own error for one place: told as one, with the kinds that can stand there."""
    by_place: dict[Any, list[Any]] = {}
    for error in wrong:
        kinds = error["type"] in _KINDS
        by_place.setdefault(_found(data, error["loc"])[0] if kinds else error["loc"], []).append(error)
    for several in by_place.values():
        allowed = list(dict.fromkeys(_KINDS[one["type"]] for one in several if one["type"] in _KINDS))
        yield {**several[0], "allowed": allowed}


def _words(error: Any) -> tuple[str, str | None]:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "literal_error":
        known = _QUOTED.findall(context["expected"])
        listed = ", ".join(known) if any(known) else str(context["expected"])
        suggestion = meant(error["input"], known) if isinstance(error["input"], str) else None
        return f"should be one of: {listed}", None if suggestion is None or "known:" in suggestion else suggestion
    if kind in _KINDS:
        return f"should be {' or '.join(error['allowed'])}", None
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return words.format(context[name]), None
    if kind == "string_pattern_mismatch":
        dotted = r"\." in context["pattern"]
        shape = (
            "`ENTITY.FIELD`, as `contact.email`" if dotted else "lower-case letters, digits and `_`, as `sales_region`"
        )
        return f"should be {shape}", None
    if kind == "union_tag_invalid":
        return "should be text, a list or a block of keys with values", None
    return str(error["msg"]), None


def _found(data: Any, loc: tuple[str | int, ...]) -> tuple[Path, list[str | int]]:
    """The part of pydantic's location that is in the file; the rest names branches of a choice, and what is missing."""
    path: list[str | int] = []
    rest: list[str | int] = []
    for step in loc:
        if has_step(data, step):
            data = data[step]
            path.append(step)
        else:
            rest.append(step)
    return tuple(path), rest


def _without(data: Any, path: Path) -> Any:
    """The data without the part at a path; a list ends before it, so that no other item changes its place."""
    step, rest = path[0], path[1:]
    if not has_step(data, step):
        return data  # it went with a part around it
    if isinstance(step, int):
        return [*data[:step], _without(data[step], rest), *data[step + 1 :]] if rest else data[:step]
    if rest:
        return {**data, step: _without(data[step], rest)}
    return {name: value for name, value in data.items() if name != step}


def keys_at(path: Path) -> frozenset[str]:
    """The keys that the grammar knows at a path."""
    schema = _schema()
    nodes = [schema]
    for step in path:
        nodes = [inner for node in nodes for one in _choices(node, schema) if (inner := _step(one, step)) is not None]
    return frozenset(key for node in nodes for one in _choices(node, schema) for key in one.get("properties", ()))


@cache
def _schema() -> Mapping[str, Any]:
    return HubBlock.model_json_schema()


def _choices(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].rsplit("/", 1)[-1]]
    yield node
    for inner in (*node.get("anyOf", ()), *node.get("oneOf", ())):
        yield from _choices(inner, schema)


def _step(node: Mapping[str, Any], step: str | int) -> Mapping[str, Any] | None:
    if isinstance(step, int):
        found = node.get("items")
    else:
        named = (*node.get("patternProperties", {}).values(), node.get("additionalProperties"))
        found = node.get("properties", {}).get(step, named[0])
    return found if isinstance(found, dict) else None
