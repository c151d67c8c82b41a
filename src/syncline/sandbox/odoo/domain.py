"""Odoo's search domains: from the list in prefix notation to a tree, and what a tree says about where to look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from syncline.sandbox.odoo.errors import BadValue

OPERATORS = {
    "=", "!=", "<>", "==", ">", ">=", "<", "<=", "=?", "like", "not like", "ilike", "not ilike", "=like", "=ilike",
    "not =like", "not =ilike", "in", "not in", "child_of", "parent_of", "any", "not any",
}  # fmt: skip
SAME = {"<>": "!=", "==": "="}


@dataclass(frozen=True)
class Leaf:
    """One condition."""

    path: str
    operator: str
    value: Any


@dataclass(frozen=True)
class All:
    """Every part holds; with no parts, always."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True)
class Some:
    """At least one part holds; with no parts, never."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: Tree


Tree = Leaf | All | Some | Not


def parsed(domain: Any) -> Tree:
    """The tree of a domain. Raises BadValue."""
    if domain in (None, False, ""):
        return All(())
    if not isinstance(domain, Sequence) or isinstance(domain, str):
        raise BadValue(f"Domain() invalid item in domain: {domain!r}")
    stack: list[Tree] = []
    for item in reversed(domain):
        match item:
            case "&" | "|":
                if len(stack) < 2:
                    raise BadValue(f"Domain {domain!r} is syntactically not correct")
                pair = (stack.pop(), stack.pop())
                stack.append(_joined(All if item == "&" else Some, pair))
            case "!":
                if not stack:
                    raise BadValue(f"Domain {domain!r} is syntactically not correct")
                stack.append(Not(stack.pop()))
            case _:
                stack.append(_leaf(item))
    return stack[0] if len(stack) == 1 else All(tuple(reversed(stack)))


def _joined(kind: type[All] | type[Some], pair: tuple[Tree, ...]) -> Tree:
    """On one level, though a domain nests two by two: a look for a hundred keys is a hundred levels deep."""
    return kind(tuple(part for one in pair for part in (one.parts if isinstance(one, kind) else (one,))))


def _leaf(item: Any) -> Tree:
    if not isinstance(item, Sequence) or isinstance(item, str) or len(item) != 3:
        raise BadValue(f"Invalid leaf {item!r}")
    path, operator, value = item
    operator = SAME.get(operator, operator)
    if path in (0, 1) and operator in ("=", "!=") and value in (0, 1):
        return All(()) if (path == value) == (operator == "=") else Some(())
    orders = operator in (">", ">=", "<", "<=")
    if not isinstance(path, str) or operator not in OPERATORS or (orders and isinstance(value, list | tuple)):
        raise BadValue(f"Invalid leaf {item!r}")
    if operator in ("in", "not in") and not isinstance(value, list | tuple):
        value = [] if value is False else [value]
    if operator == "=?":
        return All(()) if value in (None, False) else Leaf(path, "=", value)
    if operator in ("any", "not any"):
        value = parsed(value)
    return Leaf(path, operator, value)


def leaves(tree: Tree) -> Iterator[Leaf]:
    """Every condition, those inside `any` excepted."""
    match tree:
        case Leaf():
            yield tree
        case Not(part):
            yield from leaves(part)
        case All(parts) | Some(parts):
            for part in parts:
                yield from leaves(part)


def low(tree: Tree, path: str) -> str | None:
    """A text below which no row of the answer has `path`; None when nothing can be said."""
    match tree:
        case Leaf(path=at, operator=">" | ">=" | "=", value=str(value)) if at == path and value:
            return value
        case All(parts):
            return max((found for part in parts if (found := low(part, path)) is not None), default=None)
        case Some(parts) if parts:
            known = [found for part in parts if (found := low(part, path)) is not None]
            return min(known) if len(known) == len(parts) else None
    return None
