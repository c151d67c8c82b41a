"""The commands by which clients write lists of records: (0, 0, values), (4, id), (6, 0, ids) and so on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from syncline.sandbox.odoo.errors import BadValue
from syncline.sandbox.odoo.field import Field

CREATE, UPDATE, DELETE, UNLINK, LINK, CLEAR, SET = range(7)

Command = tuple[int, Any, Any]


def normal(one: Field, model: str, value: Any) -> list[Command]:
    """Commands in full length; a list of ids means these and no others, False means none. Raises BadValue."""
    if value in (None, False):
        return [(CLEAR, 0, 0)]
    if not isinstance(value, list | tuple):
        raise BadValue(f"Wrong value for {model}.{one.name}: {value!r}")
    if value and all(isinstance(each, int) and not isinstance(each, bool) for each in value):
        return [(SET, 0, list(value))]
    return [_normal(one, model, each) for each in value]


def _normal(one: Field, model: str, command: Any) -> Command:
    wrong = BadValue(f"Wrong value for {model}.{one.name}: {command!r}")
    if not isinstance(command, list | tuple) or not command or command[0] not in range(7):
        raise wrong
    kind, id, rest = (*command, 0, 0)[:3]
    fits = {
        CREATE: isinstance(rest, Mapping),
        UPDATE: _is_id(id) and isinstance(rest, Mapping),
        CLEAR: True,
        SET: isinstance(rest, list | tuple) and all(_is_id(each) for each in rest),
    }
    if not fits.get(kind, _is_id(id)):
        raise wrong
    return (kind, id, rest)


def linked(before: Sequence[int], commands: Sequence[Command], made: Callable[[Mapping[str, Any]], int]) -> list[int]:
    """The ids of a many2many after these commands; `made` makes a record and tells its id."""
    ids = list(before)
    for kind, id, rest in commands:
        match kind:
            case 0:
                ids.append(made(rest))
            case 2 | 3:
                ids = [each for each in ids if each != id]
            case 4 if id not in ids:
                ids.append(id)
            case 5:
                ids = []
            case 6:
                ids = list(dict.fromkeys(rest))
    return ids


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
