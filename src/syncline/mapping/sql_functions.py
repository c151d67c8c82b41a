"""The functions of expressions: a closed list, each with the types it takes and the type it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from syncline.mapping import sql_numbers as numbers
from syncline.mapping import sql_text as texts
from syncline.mapping.sql_build import Build
from syncline.mapping.sql_casts import amount, currency_of
from syncline.mapping.sql_nodes import Node
from syncline.mapping.sql_special import SPECIAL, Special
from syncline.mapping.sql_types import BOOLEAN, DECIMAL, INTEGER, MONEY, TEXT, SqlType


@dataclass(frozen=True, kw_only=True)
class Signature:
    """One way to call a function; of `takes`, the first `least` must be given. NULL if an argument is."""

    takes: tuple[SqlType, ...]
    gives: SqlType
    run: Callable[..., Any]
    least: int
    maybe_null: bool = False

    def __str__(self) -> str:
        shown = [str(kind) + ("" if index < self.least else "?") for index, kind in enumerate(self.takes)]
        return f"({', '.join(shown)})"


def _of(
    *takes: SqlType, gives: SqlType, run: Callable[..., Any], least: int | None = None, maybe_null: bool = False
) -> Signature:
    return Signature(
        takes=takes, gives=gives, run=run, least=len(takes) if least is None else least, maybe_null=maybe_null
    )


def _text(*takes: SqlType, run: Callable[..., Any], least: int | None = None) -> tuple[Signature, ...]:
    return (_of(TEXT, *takes, gives=TEXT, run=run, least=least),)


_LENGTH = (_of(TEXT, gives=INTEGER, run=len),)
_POSITION = (_of(TEXT, TEXT, gives=INTEGER, run=texts.position),)
_SUBSTRING = _text(INTEGER, INTEGER, run=texts.sub_text, least=2)
_TRIM = _text(TEXT, run=str.strip, least=1)
_CEILING = (_of(DECIMAL, gives=INTEGER, run=numbers.ceiling),)
_POWER = (_of(DECIMAL, INTEGER, gives=DECIMAL, run=numbers.power),)

PLAIN: Mapping[str, tuple[Signature, ...]] = {
    # text
    "lower": _text(run=str.lower),
    "upper": _text(run=str.upper),
    "initcap": _text(run=texts.capitalised),
    "trim": _TRIM,
    "btrim": _TRIM,
    "ltrim": _text(TEXT, run=str.lstrip, least=1),
    "rtrim": _text(TEXT, run=str.rstrip, least=1),
    "length": _LENGTH,
    "char_length": _LENGTH,
    "substr": _SUBSTRING,
    "substring": _SUBSTRING,
    "left": _text(INTEGER, run=texts.left),
    "right": _text(INTEGER, run=texts.right),
    "replace": _text(TEXT, TEXT, run=texts.replaced),
    "split_part": _text(TEXT, INTEGER, run=texts.split_part),
    "strpos": _POSITION,
    "instr": _POSITION,
    "lpad": _text(INTEGER, TEXT, run=texts.pad_left, least=2),
    "rpad": _text(INTEGER, TEXT, run=texts.pad_right, least=2),
    "reverse": _text(run=texts.reverse),
    "repeat": _text(INTEGER, run=texts.repeat),
    "starts_with": (_of(TEXT, TEXT, gives=BOOLEAN, run=str.startswith),),
    "ends_with": (_of(TEXT, TEXT, gives=BOOLEAN, run=str.endswith),),
    "domain": (_of(TEXT, gives=TEXT, run=texts.domain, maybe_null=True),),
    # numbers; where an integer and a decimal would do, the integer stands first
    "abs": (
        _of(INTEGER, gives=INTEGER, run=abs),
        _of(DECIMAL, gives=DECIMAL, run=Decimal.copy_abs),
        _of(MONEY, gives=MONEY, run=numbers.absolute_money),
    ),
    "round": (
        _of(DECIMAL, gives=INTEGER, run=numbers.nearest),
        _of(DECIMAL, INTEGER, gives=DECIMAL, run=numbers.round_to),
        _of(MONEY, INTEGER, gives=MONEY, run=numbers.round_money, least=1),
    ),
    "floor": (_of(DECIMAL, gives=INTEGER, run=numbers.floor),),
    "ceil": _CEILING,
    "ceiling": _CEILING,
    "trunc": (_of(DECIMAL, gives=INTEGER, run=numbers.truncate),),
    "mod": (
        _of(INTEGER, INTEGER, gives=INTEGER, run=numbers.remainder_integers),
        _of(DECIMAL, DECIMAL, gives=DECIMAL, run=numbers.remainder),
    ),
    "sign": (
        _of(DECIMAL, gives=INTEGER, run=numbers.sign),
        _of(MONEY, gives=INTEGER, run=lambda value: numbers.sign(value.amount)),
    ),
    "power": _POWER,
    "pow": _POWER,
    # money
    "money": (_of(DECIMAL, TEXT, gives=MONEY, run=numbers.money),),
    "amount": (_of(MONEY, gives=DECIMAL, run=amount),),
    "currency": (_of(MONEY, gives=TEXT, run=currency_of),),
}

FUNCTIONS = frozenset(PLAIN) | frozenset(SPECIAL)
"""The names of all functions that are called with brackets."""


def called(build: Build, name: str, args: Sequence[Node], at: int) -> Node:
    """A call of a known function."""
    special: Special | None = SPECIAL.get(name)
    if special is not None:
        return special(build, name, args, at)
    signatures = PLAIN[name]
    for signature in signatures:
        if (node := _matching(build, signature, args, at)) is not None:
            return node
    return _refused(build, name, signatures, args, at)


def _matching(build: Build, signature: Signature, args: Sequence[Node], at: int) -> Node | None:
    if not signature.least <= len(args) <= len(signature.takes):
        return None
    fitting = [build.coerced(arg, kind) for arg, kind in zip(args, signature.takes, strict=False)]
    present = [arg for arg in fitting if arg is not None]
    # A bare number fits money too, but only as an argument of what takes nothing else.
    if len(present) < len(args):
        return None
    return build.call(signature.run, present, signature.gives, at, maybe_null=signature.maybe_null)


def _refused(build: Build, name: str, ways: Sequence[Signature], args: Sequence[Node], at: int) -> Node:
    given = ", ".join(str(arg.type) for arg in args)
    message = f"`{name}` takes {' or '.join(map(str, ways))}, not ({given})"
    only = ways[0]
    if len(ways) > 1 or not only.least <= len(args) <= len(only.takes):
        return build.error(at, message)
    wrong, kind = next(
        (arg, kind) for arg, kind in zip(args, only.takes, strict=False) if build.coerced(arg, kind) is None
    )
    return build.error(wrong.at, message, build.advice(wrong, kind))
