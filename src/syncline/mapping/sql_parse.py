"""Text to a syntax tree: sqlglot reads one scalar expression, within limits that come before its recursion."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar, NoReturn

from sqlglot import ErrorLevel, exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ParseError, TokenError
from sqlglot.parser import Parser
from sqlglot.tokenizer_core import Token, TokenType

from syncline.mapping.sql_errors import ExpressionErrors, error_at

MAX_CHARACTERS = 20_000
MAX_TOKENS = 2_000
MAX_NESTING = 24
"""Of brackets and CASE. The parser takes about twenty frames a level, and callers need theirs."""

_OPENING = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE})
_CLOSING = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END})
_DIALECT = Dialect()
_COMPLETE = re.compile(r"""(?:[^'"]|'[^']*'|"[^"]*")*""")
_SIGNS = frozenset(("<>", "!=", "<=", ">=", "==", "<=>", "||", "->", "->>", "::", *"(),.+-*/%=<>"))
_UNIT = re.compile(r"(?:year|quarter|month|week|day|hour|minute|second)s?", re.IGNORECASE)
_MISSING = re.compile(r"Required keyword|Expected|Expecting")


def parse(text: str) -> exp.Expression:
    """The syntax tree of one expression, unchecked; raises ExpressionErrors."""
    if len(text) > MAX_CHARACTERS:
        _refuse(text, 0, f"is longer than {MAX_CHARACTERS} characters")
    tokens = _tokens(text)
    _check_tokens(text, tokens)
    reader = _Reader(dialect=_DIALECT, error_level=ErrorLevel.IMMEDIATE)
    try:
        found = reader.parse_into(exp.Condition, tokens, text)[0]
    except ParseError as error:
        offset, message = _syntax(text, tokens, error)
        _refuse(text, offset, message)
    except RecursionError:
        _refuse(text, 0, f"is nested deeper than {MAX_NESTING} levels")
    if not isinstance(found, exp.Expression):
        _refuse(text, tokens[-1].start, f"`{text[tokens[-1].start :]}`: the expression ends too early")
    return found


def start(node: exp.Expr) -> int:
    """Where in the text a node begins: at its own token, or at the first below it; 0 for what the parser added."""
    return min((int(each.meta["start"]) for each in node.walk() if "start" in each.meta), default=0)


def _marked(read: Callable[[Any], Any], back: int) -> Callable[[Any], Any]:
    """A parser of a special form that also marks where the form begins, `back` tokens ago."""

    def reading(reader: Any) -> Any:
        token = reader._tokens[reader._index - back]
        found = read(reader)
        return found.update_positions(token) if isinstance(found, exp.Expr) else found

    return reading


class _Reader(Parser):
    """The parser without any function of its own: calls stay calls, with the user's name and order of
    arguments, so that no dialect's idea of a function comes between the text and our list. Only forms with
    words inside their brackets are read specially.
    """

    FUNCTIONS: ClassVar[dict[str, Callable[..., Any]]] = {}
    FUNCTION_PARSERS: ClassVar[dict[str, Callable[..., Any]]] = {
        name: _marked(Parser.FUNCTION_PARSERS[name], 2)
        for name in ("CAST", "TRY_CAST", "EXTRACT", "POSITION", "SUBSTRING", "TRIM")
    }
    NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Callable[..., Any]]] = {
        "CASE": _marked(Parser.NO_PAREN_FUNCTION_PARSERS["CASE"], 1)
    }
    LAMBDAS: ClassVar[dict[TokenType, Any]] = {}  # else `data -> 'x'` would be one inside the brackets of a call
    # The path stays the literal that was written: it is one name, not a language.
    COLUMN_OPERATORS: ClassVar[dict[TokenType, Any]] = {
        **Parser.COLUMN_OPERATORS,
        TokenType.ARROW: lambda self, this, path: self.expression(exp.JSONExtract(this=this, expression=path)),
        TokenType.DARROW: lambda self, this, path: self.expression(exp.JSONExtractScalar(this=this, expression=path)),
    }

    def expression(self, instance: Any, *args: Any, **kwargs: Any) -> Any:
        """Every node of the tree passes here."""
        return self._placed(super().expression(instance, *args, **kwargs))

    def _parse_primary(self) -> Any:
        return self._placed(super()._parse_primary())

    def _parse_interval_span(self, this: Any, parse_function_unit: bool = True) -> Any:
        """The literal and the unit as they are written; the parser would drop what it does not know in them."""
        unit = None
        if self._curr and _UNIT.fullmatch(self._curr.text):
            self._advance()
            unit = exp.Var(this=self._prev.text)
        return self.expression(exp.Interval(this=this, unit=unit))

    def _placed(self, found: Any) -> Any:
        """What the parser leaves without a place gets that of the token just read."""
        if isinstance(found, exp.Expr) and not any("start" in each.meta for each in found.walk()):
            found.update_positions(self._prev)
        return found


def _tokens(text: str) -> list[Token]:
    try:
        return _DIALECT.tokenize(text)
    except TokenError:
        found = _COMPLETE.match(text)
        end = 0 if found is None else found.end()
        quoted = end < len(text)
        _refuse(
            text, end if quoted else 0, f"a quotation {'begins here and' if quoted else 'or a comment'} does not end"
        )


def _check_tokens(text: str, tokens: list[Token]) -> None:
    """Refuses what the parser would skip (comments), repeat (statements) or drown in (nesting)."""
    end = nesting = 0
    for number, token in enumerate(tokens):
        _check_gap(text, end, token.start)
        end = token.end + 1
        nesting += (token.token_type in _OPENING) - (token.token_type in _CLOSING)
        if nesting > MAX_NESTING:
            _refuse(text, token.start, f"is nested deeper than {MAX_NESTING} levels")
        if number >= MAX_TOKENS:
            _refuse(text, token.start, f"has more than {MAX_TOKENS} words and signs")
        if token.token_type == TokenType.SEMICOLON:
            _refuse(text, token.start, "`;`: there is one expression, and no statement")
        sign = text[token.start : token.end + 1]
        if sign not in _SIGNS and not (sign[0].isalnum() or sign[0] in "_'\"$"):
            _refuse(text, token.start, f"`{sign}` is no sign of an expression")
        if token.token_type in (TokenType.SELECT, TokenType.WITH):
            _refuse(text, token.start, f"`{token.text}`: there are no queries in an expression")
        if token.token_type == TokenType.COMMA and _is_bare(tokens, number):
            _refuse(text, token.start, "`,`: a value is missing beside it")
    _check_gap(text, end, len(text))
    if not tokens:
        _refuse(text, 0, "is empty")


def _is_bare(tokens: list[Token], number: int) -> bool:
    """Whether a comma has nothing before or after it; the parser would let that pass."""
    before = tokens[number - 1].token_type if number else TokenType.COMMA
    after = tokens[number + 1].token_type if number + 1 < len(tokens) else TokenType.COMMA
    return before in (TokenType.COMMA, TokenType.L_PAREN) or after in (TokenType.COMMA, TokenType.R_PAREN)


def _check_gap(text: str, start_: int, end: int) -> None:
    gap = text[start_:end]
    if gap.strip():
        offset = start_ + len(gap) - len(gap.lstrip())
        _refuse(text, offset, "a comment or a sign that no expression has")


def _syntax(text: str, tokens: list[Token], error: ParseError) -> tuple[int, str]:
    """The place and the reason of a syntax error, in our words."""
    detail = error.errors[0]
    place = (detail["line"], detail["col"])
    # The parser tells the end of the token at which it stood.
    found = next((token for token in tokens if (token.line, token.col) == place), tokens[-1])
    word = text[found.start : found.end + 1]
    if found is tokens[-1] and _MISSING.search(str(detail["description"])):
        return found.start, f"`{word}`: the expression ends too early"
    return found.start, f"`{word}` cannot stand here"


def _refuse(text: str, offset: int, message: str) -> NoReturn:
    raise ExpressionErrors(text, [error_at(text, offset, message)]) from None
