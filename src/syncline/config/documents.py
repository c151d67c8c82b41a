"""The lines of a document: one declared field is the policies of all columns, and a list in each system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from syncline.config.address import At
from syncline.config.check import Check, Declared
from syncline.config.lenses import columns_of, inner_kinds
from syncline.config.problems import quoted
from syncline.mapping.binding import BoundField
from syncline.mapping.document import LinesBinding, line_field
from syncline.mapping.types import TYPES
from syncline.merge.policy import FieldPolicy


def is_document(one: Declared) -> bool:
    """Does the field hold lines?"""
    return one.block.type == "lines"


def policies_of(check: Check, fields: Mapping[str, Declared], one: Declared, policy: FieldPolicy) -> list[FieldPolicy]:
    """Those of a line's existence and of its columns, as the engine names them.

    A line that somebody removed is removed: there a blank is meant, unless the field says `empty: keep`.
    """
    first = next(other for other in fields.values() if is_document(other))
    if first is not one:
        check.at_key(
            one.path, f"{one.entity} has lines already: {quoted(first.full_name)}", "a record has one list of lines"
        )
        return []
    if one.block.merge is not None:
        check.at_key((*one.path, "merge"), "`merge` is not for the type lines", "each column is settled by itself")
    for setting in ("is", "rollup"):
        if check.tree.has((*one.path, setting)):
            check.at_key((*one.path, setting), "lines are not computed", "compute a field of the document from others")
    kinds = inner_kinds(check, one, "columns")
    for name, kind in kinds.items():
        if kind is not None and kind.name.startswith("reference to "):
            check.error(
                (*one.path, "columns", name, "type"), "a column is no reference",
                "use what both systems call it, as the number of a product",
            )  # fmt: skip
    whole = replace(policy, name=line_field("*"), type=TYPES["boolean"](), empty=one.block.empty or "clear")
    columns = [
        replace(policy, name=line_field("*", name), type=kind) for name, kind in kinds.items() if kind is not None
    ]
    return [whole, *columns]


def may_be_lines(check: Check, at: At) -> bool:
    """Is this place a list that the engine can keep? If not, says so."""
    block = at.block
    for setting, given in (("read", block.read), ("write", block.write)):
        if given is not None:
            check.error((*at.path, setting), "lines are not computed", "name the list with `field: STREAM.FIELD`")
            return False
    if block.only == "write":
        check.error((*at.path, "only"), "lines are not only written: which line is whose must be read", "leave it out")
    elif any("." in raw for raw in at.raws):
        check.error(at.path, f"{quoted(at.raws[0])} is a list inside another field", "lines stand in a field of a row")
    else:
        return True
    return False


def lines_binding(check: Check, one: Declared, at: At, bound: BoundField) -> LinesBinding | None:
    """The list of lines in one place; None, with problems, where a column has no lens."""
    columns = columns_of(check, one, at, at.block)
    if columns is None:
        return None
    return LinesBinding(raw=at.raws[0], columns=columns, id_field=at.block.line_id, written=bound.outward)
