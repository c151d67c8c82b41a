"""`load`: rows as a spreadsheet has them, known again by their external ids; all or none, with what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from syncline.sandbox.odoo.access import allow
from syncline.sandbox.odoo.errors import Failure
from syncline.sandbox.odoo.field import Field
from syncline.sandbox.odoo.model import Env, Model, having
from syncline.sandbox.odoo.reading import name_search
from syncline.sandbox.odoo.writing import change, make
from syncline.sandbox.store import Row

MODULE = "__import__"
YES = {"1", "true", "yes", "y"}
NO = {"", "0", "false", "no", "n"}

Line = tuple[int, Sequence[Any]]


class Undone(Exception):
    """Takes back what was loaded, since some of it was wrong."""


class Unfit(Exception):
    """A cell that cannot be read."""

    def __init__(self, column: str, text: str) -> None:
        super().__init__(text)
        self.column, self.text = column, text


@dataclass(frozen=True)
class Part:
    """One record of the sheet: its lines, the first and the last by number."""

    lines: list[Line]

    @property
    def rows(self) -> dict[str, int]:
        """As messages name them."""
        return {"from": self.lines[0][0], "to": self.lines[-1][0]}


def load(env: Env, model: Model, fields: Sequence[str], data: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """`{"ids": [...] or False, "messages": [...], "nextrow": 0}`. Raises AccessError."""
    allow(env, model, "create")
    allow(env, model, "write")
    columns = [column.split("/") for column in fields]
    ids: list[int] = []
    messages: list[dict[str, Any]] = []
    try:
        with env.store.all_or_nothing("load"):
            for number, part in enumerate(_parts(model, columns, list(enumerate(data)))):
                try:
                    with env.store.all_or_nothing("line"):
                        ids.append(_one(env, model, columns, part))
                except (Unfit, Failure) as problem:
                    messages.append(_message(model, number, part, problem))
            if messages:
                raise Undone
    except Undone:
        return {"ids": False, "messages": messages, "nextrow": 0}
    return {"ids": ids, "messages": [], "nextrow": 0}


def _message(model: Model, record: int, part: Part, problem: Unfit | Failure) -> dict[str, Any]:
    told: dict[str, Any] = {"type": "error", "record": record, "rows": part.rows}
    if isinstance(problem, Unfit):
        return {**told, "field": problem.column, "message": problem.text}
    for name, one in model.fields.items():
        # a mandatory field is named as the import names it
        if f"({name})" in problem.message and "mandatory" in problem.message:
            return {**told, "field": name, "message": f"Missing required value for the field '{one.string}' ({name})"}
    return {**told, "message": problem.message}


def _parts(model: Model, columns: Sequence[Sequence[str]], lines: Sequence[Line]) -> Iterator[Part]:
    """Records, each with the lines below it that hold nothing but children."""
    own = [at for at, path in enumerate(columns) if len(path) == 1 or model.field(path[0]).type != "one2many"]
    begun: list[Line] = []
    for line in lines:
        if begun and any(line[1][at] not in ("", None, False) for at in own):
            yield Part(begun)
            begun = []
        begun.append(line)
    if begun:
        yield Part(begun)


def _one(env: Env, model: Model, columns: Sequence[Sequence[str]], part: Part) -> int:
    values: dict[str, Any] = {}
    external: str | None = None
    known: int | None = None
    below: dict[str, list[int]] = {}
    first = part.lines[0][1]
    for at, path in enumerate(columns):
        cell, name = first[at], path[0]
        if path == ["id"]:
            external = _full(cell) if cell else None
        elif path == [".id"]:
            known = int(cell) if cell else None
        elif model.field(name).type == "one2many" and len(path) > 1:
            below.setdefault(name, []).append(at)
        else:
            values[name] = _cell(env, model.field(name), path, cell)
    names: dict[str, list[str]] = {}
    for name, places in below.items():
        paths = [columns[at][1:] for at in places]
        values[name], names[name] = _children(env, model.field(name), paths, places, part)
    if external:
        known = _known(env, model, external)
    before = {name: _ids_below(env, model.field(name), known) for name in below}
    if known:
        change(env, model, [known], values)
    else:
        known = make(env, model, [values])[0]
        if external:
            _name(env, model, external, known)
    for name, given in names.items():
        new = [id for id in _ids_below(env, model.field(name), known) if id not in before[name]]
        for own, id in zip(given, new, strict=True):
            if own:
                _name(env, env.model(model.field(name).relation), own, id)
    return known


def _ids_below(env: Env, one: Field, known: int | None) -> list[int]:
    """The records of a one2many, in the order in which they were made."""
    return [int(row.id) for row in having(env.store, one.relation, one.inverse, [known])] if known else []


def _children(
    env: Env, one: Field, columns: Sequence[Sequence[str]], places: Sequence[int], part: Part
) -> tuple[list[tuple[int, int, Any]], list[str]]:
    """Commands for the records of a one2many that stand in its columns; those with a known external id are changed.

    And the external ids of the new ones, in their order; "": without.
    """
    target = env.model(one.relation)
    commands: list[tuple[int, int, Any]] = []
    named: list[str] = []
    for _, line in part.lines:
        cells = [line[at] for at in places]
        if all(cell in ("", None, False) for cell in cells):
            continue
        values: dict[str, Any] = {}
        known: int | None = None
        external = ""
        for path, cell in zip(columns, cells, strict=True):
            if path == ["id"]:
                external = _full(cell) if cell else ""
                known = _known(env, target, external) if cell else None
            elif path == [".id"]:
                known = int(cell) if cell else None
            else:
                values[path[0]] = _cell(env, target.field(path[0]), path, cell)
        commands.append((1, known, values) if known else (0, 0, values))
        named += [] if known else [external]
    return commands, named


def _cell(env: Env, one: Field, path: Sequence[str], cell: Any) -> Any:
    """A cell as `create` takes it. Raises Unfit."""
    match one.type:
        case "many2one":
            return _reference(env, one, path[1] if len(path) > 1 else "", cell)
        case "many2many":
            some = [each.strip() for each in str(cell or "").split(",") if each.strip()]
            return [(6, 0, [_reference(env, one, path[1] if len(path) > 1 else "", each) for each in some])]
        case "boolean" if not isinstance(cell, bool):
            word = str(cell or "").lower()
            if word not in YES | NO:
                raise Unfit(one.name, f"Unknown value '{cell}' for boolean field '{one.string}'")
            return word in YES
        case "integer" | "float" | "monetary" if isinstance(cell, str):
            try:
                return float(cell) if cell else False
            except ValueError as error:
                raise Unfit(one.name, f"'{cell}' does not seem to be a number for field '{one.string}'") from error
        case "selection" if cell:
            for key, label in one.options:
                if cell in (key, label):
                    return key
            raise Unfit(one.name, f"Value '{cell}' not found in selection field '{one.string}'")
    return cell


def _reference(env: Env, one: Field, how: str, cell: Any) -> int | bool:
    if cell in ("", None, False):
        return False
    target = env.model(one.relation)
    if how == ".id":
        found = int(cell) if env.find(target.name, int(cell)) else None
        named = f"database id '{cell}'"
    elif how == "id":
        found, named = _known(env, target, _full(str(cell))), f"external id '{_full(str(cell))}'"
    else:
        hits = name_search(env, target, str(cell), operator="=", limit=2)
        found, named = (hits[0][0] if hits else None), f"name '{cell}'"
    if found is None:
        raise Unfit(one.name, f"No matching record found for {named} in field '{one.string}'")
    return found


def _full(external: str) -> str:
    return external if "." in external else f"{MODULE}.{external}"


def named_row(env: Env, external: str) -> Row | None:
    """What an external id (`module.name`) stands for, as a row of ir.model.data."""
    module, _, name = external.partition(".")
    found = having(env.store, "ir.model.data", "name", [name])
    return next((row for row in found if row.values.get("module") == module), None)


def _known(env: Env, model: Model, external: str) -> int | None:
    """The record of that external id, if it is one of this model and still there."""
    row = named_row(env, external)
    if row is None or row.values.get("model") != model.name:
        return None
    id = int(row.values["res_id"])
    return id if env.find(model.name, id) else None


def _name(env: Env, model: Model, external: str, id: int) -> None:
    module, _, name = external.partition(".")
    if (row := named_row(env, external)) is not None:
        env.put("ir.model.data", row, {"res_id": id, "model": model.name})
        return
    values = {"module": module, "name": name, "model": model.name, "res_id": id, "noupdate": False}
    make(env, env.model("ir.model.data"), [values])
