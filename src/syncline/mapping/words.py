"""Text in pieces: names joined and split, and lists in one field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncline.mapping.field_type import FieldType, Unfit, Value
from syncline.mapping.lens import NOT_TOLD, Lens, Misfit, finder, reader
from syncline.mapping.text import clean, kind_of, shown


def join(raws: tuple[str, ...], kind: FieldType, *, separator: str = " ", empty: str | bool | None = None) -> Lens:
    """Several raw fields to one text: first and last name to the full name.

    The way back gives each field one piece and the last one the rest.
    """
    if len(raws) < 2 or len(set(raws)) < len(raws):
        raise ValueError(f"a join needs at least two different fields, not {raws!r}")
    _check(separator)
    finders = {raw: finder(raw, empty) for raw in raws}

    def get(row: Mapping[str, Any]) -> Any:
        pieces = []
        for raw, find in finders.items():
            told = find(row)
            if told is NOT_TOLD:
                return NOT_TOLD  # half a name is not the name
            if told is not None and type(told) is not str:
                raise Misfit(raw, told, f"is {kind_of(told)}, not text")
            pieces.append(told or "")
        while pieces and not pieces[-1]:
            pieces.pop()
        try:
            return kind.normal(separator.join(pieces))
        except Unfit as unfit:
            raise Misfit(raws[0], separator.join(pieces), unfit.reason) from None

    def put(value: Value) -> dict[str, Any]:
        pieces = [] if value is None else value.split(separator, len(raws) - 1)
        sent = {raw: piece or empty for raw, piece in zip(raws, pieces, strict=False)}
        return _comes_back(get, raws[0], value, dict.fromkeys(raws, empty) | sent)

    return Lens(reads=raws, get=get, put=put)


def split(
    raw: str, kind: FieldType, parts: tuple[str, ...], *, separator: str = " ", empty: str | bool | None = None
) -> Lens:
    """One raw text to a group: the full name to first and last name; the last part takes the rest."""
    if len(parts) < 2 or len(set(parts)) < len(parts):
        raise ValueError(f"a split needs at least two different parts, not {parts!r}")
    _check(separator)

    def read(told: Any) -> Value:
        pieces = (clean(told) or "").split(separator, len(parts) - 1)
        return kind.normal(dict(zip(parts, pieces, strict=False)))

    get = reader(raw, read, empty=empty)

    def put(value: Value) -> dict[str, Any]:
        if value is None:
            return {raw: empty}
        pieces = [value[part] or "" for part in parts]
        while not pieces[-1]:
            pieces.pop()
        return _comes_back(get, raw, value, {raw: separator.join(pieces)})

    return Lens(reads=(raw,), get=get, put=put)


def set_lens(raw: str, kind: FieldType, *, separator: str = ";", empty: str | bool | None = "") -> Lens:
    """A list in one text, as "a;b;c"."""
    _check(separator)

    def read(told: Any) -> Value:
        return kind.normal((clean(told) or "").split(separator))

    get = reader(raw, read, empty=empty)

    def put(value: Value) -> dict[str, Any]:
        if value is None:
            return {raw: empty}
        for item in value:
            if type(item) is not str or separator in item:
                raise Misfit(raw, value, f"{shown(item)} cannot stand in a list with {separator!r} between items")
        return _comes_back(get, raw, value, {raw: separator.join(value)})

    return Lens(reads=(raw,), get=get, put=put)


def _check(separator: str) -> None:
    if not separator:
        raise ValueError("a separator has at least one character")


def _comes_back(get: Any, raw: str, value: Value, sent: dict[str, Any]) -> dict[str, Any]:
    """What is sent, if it reads back as the value; a separator inside a piece is the usual reason not to."""
    try:
        back = get(sent)
    except Unfit as unfit:
        raise Misfit(raw, value, unfit.reason) from None
    if back != value:
        raise Misfit(raw, value, f"{shown(sent[raw])} would come back as another value")
    return sent
