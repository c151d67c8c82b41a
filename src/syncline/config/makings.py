"""What rules make: each value of it a constant, a column of the record that the rule is about, or text with columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from syncline.config.check import Check
from syncline.config.problems import Path, meant, quoted
from syncline.config.schema import MakeBlock
from syncline.config.settings import Making
from syncline.mapping.binding import Binding
from syncline.mapping.expression import SELF, Expression
from syncline.mapping.field_type import FieldType, Unfit
from syncline.mapping.sql_errors import ExpressionErrors
from syncline.mapping.sql_types import SPELLED, fits, sql_type
from syncline.mapping.substitution import Substitution, compile_substitution

_ONE_COLUMN = re.compile(r"\{([^{}]+)\}")


ITSELF = Expression(text="the record itself", reads=frozenset(), type="reference", evaluate=lambda column: column(SELF))


@dataclass(kw_only=True)
class _Values:
    """The values of what is made, so far."""

    values: dict[str, Any] = field(default_factory=dict)
    given: dict[str, Expression | Substitution] = field(default_factory=dict)
    lines: dict[str, str] = field(default_factory=dict)


def making_of(
    check: Check, bindings: Sequence[Binding], path: Path, entity: str, made: str, block: MakeBlock
) -> Making | None:
    """The compiled making of one entity; None, with problems, where it is none."""
    if not check.known_entity(path, made):
        return None
    _place(check, bindings, path, made, block)
    found = _Values()
    _named(check, path, entity, made, block, found)
    for name, value in (block.model_extra or {}).items():
        if check.known_field((*path, name), made, name):
            _give(check, (*path, name), entity, made, name, value, found)
    until = None
    if block.follows_until is not None:
        until = check.expression((*path, "follows_until"), block.follows_until, check.columns(made), "boolean")
    return Making(
        entity=made, system=block.in_, leaving=block.leaving, values=found.values, given=found.given,
        lines=found.lines, follows_until=until, cancelled=_cancelled(check, path, made, block),
        credit=_credit(check, bindings, path, made, block),
    )  # fmt: skip


def _place(check: Check, bindings: Sequence[Binding], path: Path, made: str, block: MakeBlock) -> None:
    """What is made must come to be somewhere."""
    here: Path = (*path, "in")
    if block.in_ is None:
        if not check.named("create").get(made):
            check.lacks(path, f"{quoted(made)} is born nowhere", "add `in: SYSTEM`, or say where under `create`")
        return
    if not check.known_system(here, block.in_, key=False):
        return
    bound = [one for one in bindings if one.entity == made]
    there = [check.stream(one) for one in bound if one.system == block.in_]
    if not there:
        systems = ", ".join(dict.fromkeys(one.system for one in bound)) or "no system"
        check.error(here, f"{quoted(made)} is not bound to {quoted(block.in_)}", f"it is bound to {systems}")
    elif all(stream.create is None for stream in there):
        check.error(here, f"{there[0].name} of {block.in_} cannot create", "name another system")


def _named(check: Check, path: Path, entity: str, made: str, block: MakeBlock, found: _Values) -> None:
    """`title`, `for` and `due` fill the fields `title`, `rep` and `due`."""
    if block.title is not None and _has(check, (*path, "title"), made, "title"):
        _give(check, (*path, "title"), entity, made, "title", block.title, found)
    if block.for_ is not None and _has(check, (*path, "for"), made, "rep"):
        _give_column(check, (*path, "for"), entity, made, "rep", block.for_, found)
    if block.due is not None and _has(check, (*path, "due"), made, "due"):
        kind = check.kinds.get((made, "due"))
        text = f"now() + INTERVAL '{round(block.due)} seconds'"
        if kind is not None:
            text = f"CAST({text} AS DATE)" if kind.name == "date" else text
            due = check.expression((*path, "due"), text, {}, kind)
            found.given |= {} if due is None else {"due": due}


def _has(check: Check, path: Path, made: str, name: str) -> bool:
    if name in check.field_names[made]:
        return True
    check.at_key(path, f"{quoted(made)} has no field {quoted(name)}", f"declare `{made}.{name}`, or leave this out")
    return False


def _give(check: Check, path: Path, entity: str, made: str, name: str, value: Any, found: _Values) -> None:
    kind = check.kinds.get((made, name))
    if kind is None:
        return  # what is wrong with its type was said
    whole = _ONE_COLUMN.fullmatch(value) if isinstance(value, str) else None
    if kind.name == "lines":
        _give_lines(check, path, entity, made, name, "" if whole is None else whole[1], found)
        return
    if whole is not None and whole[1] == entity and kind.name == f"reference to {entity}":
        found.given[name] = ITSELF
        return
    column = None if whole is None else columns_of(check, entity).get(whole[1])
    if whole is not None and column is not None and (fits(sql_type(column[1]), kind) or not _spelled(column[1], kind)):
        _give_column(check, path, entity, made, name, whole[1], found)
    elif isinstance(value, str):
        text = text_of(check, path, entity, value)
        if text is not None and text.reads:
            found.given[name] = text
        elif text is not None:
            _constant(check, path, name, kind, text.render(lambda column: None), found.values)
    else:
        _constant(check, path, name, kind, value, found.values)


def _spelled(column: FieldType, kind: FieldType) -> bool:
    """Can the column's values stand in this field as text?"""
    return sql_type(kind).name == "text" and sql_type(column) in SPELLED


def _give_column(check: Check, path: Path, entity: str, made: str, name: str, text: str, found: _Values) -> None:
    kind, column = check.kinds.get((made, name)), column_of(check, path, entity, text)
    if kind is None or column is None:
        return
    source = check.columns(entity)[column]
    if not fits(sql_type(source), kind):
        check.error(path, f"{quoted(text)} is {sql_type(source)}, not {kind.name}", f"which {made}.{name} needs")
        return
    found.given[name] = Expression(
        text=column, reads=frozenset({column}), type=str(sql_type(source)), evaluate=lambda lookup: lookup(column)
    )


def _give_lines(check: Check, path: Path, entity: str, made: str, name: str, text: str, found: _Values) -> None:
    """The columns that both have are taken over; those of one alone are not."""
    source = text.removeprefix(f"{entity}.")
    ours, theirs = check.declared[made].get(name), check.declared[entity].get(source)
    if theirs is None or theirs.block.type != "lines":
        known = [f"{entity}.{one.name}" for one in check.declared[entity].values() if one.block.type == "lines"]
        meaning = f"write it as `{{{known[0]}}}`" if known else f"{entity} has no lines"
        check.error(path, "lines are made of lines", meaning)
        return
    both = [] if ours is None else [one for one in ours.block.columns or () if one in (theirs.block.columns or ())]
    found.lines |= {column: column for column in both}
    if not both:
        check.error(path, f"{quoted(theirs.full_name)} has no column that {quoted(f'{made}.{name}')} has too")


def _constant(check: Check, path: Path, name: str, kind: FieldType, value: Any, values: dict[str, Any]) -> None:
    try:
        values[name] = kind.normal(value)
    except Unfit as unfit:
        check.error(path, unfit.reason)


def _cancelled(check: Check, path: Path, made: str, block: MakeBlock) -> dict[str, Any]:
    found: dict[str, Any] = {}
    here: Path = (*path, "cancelled")
    if block.cancelled and block.leaving != "cancel":
        check.at_key(here, "`cancelled` is for `leaving: cancel`", "add `leaving: cancel`, or leave it out")
    for name, value in block.cancelled.items():
        kind = check.kinds.get((made, name))
        if check.known_field((*here, name), made, name) and kind is not None:
            _constant(check, (*here, name), name, kind, value, found)
    return found


def _credit(check: Check, bindings: Sequence[Binding], path: Path, made: str, block: MakeBlock) -> Making | None:
    here: Path = (*path, "credit")
    if block.credit is None:
        if block.leaving == "credit":
            check.lacks(path, "`leaving: credit` needs what is made then", "add `credit: {ENTITY: {...}}`")
        return None
    if block.leaving != "credit":
        check.at_key(here, "`credit` is for `leaving: credit`", "add `leaving: credit`, or leave it out")
        return None
    if len(block.credit) != 1:
        check.error(here, "one record is credited by one", "write it as `credit: {ENTITY: {...}}`")
        return None
    ((entity, one),) = block.credit.items()
    return making_of(check, bindings, (*here, entity), made, entity, one)


# ---- what texts and columns may name
def columns_of(check: Check, entity: str) -> Mapping[str, tuple[str, FieldType]]:
    """Spelling to the column it means: `subject`, `ticket.subject`, and `account.rep` where a ticket has an account."""
    known = check.columns(entity)
    own = {f"{entity}.{name}": (name, kind) for name, kind in known.items() if "." not in name}
    return {**own, **{name: (name, kind) for name, kind in known.items()}}


def column_of(check: Check, path: Path, entity: str, text: str, others: Mapping[str, Any] | None = None) -> str | None:
    """The column that a text names, alone; None, with a problem, where there is none. `others` may be meant too."""
    known = columns_of(check, entity)
    if text in known:
        return known[text][0]
    check.error(path, f"{quoted(text)} is not known here", meant(text, {*known, *(others or ())}))
    return None


def text_of(check: Check, path: Path, entity: str, text: str) -> Substitution | None:
    """A text with its columns; None, with every error at its own place inside the text, where it is none."""
    known = columns_of(check, entity)
    try:
        found = compile_substitution(text, {name: kind for name, (_, kind) in known.items()})
    except ExpressionErrors as errors:
        for one in errors.errors:
            check.error(path, one.message, one.suggestion, at=check.tree.inside(path, one.line, one.column))
        return None
    parts = tuple(part if isinstance(part, str) else (known[part[0]][0], part[1]) for part in found.parts)
    return Substitution(text=text, parts=parts, reads=frozenset(known[name][0] for name in found.reads))
