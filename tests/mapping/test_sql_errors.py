"""What is wrong with a text is told at once, each with its place; nothing hostile gets further."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline.mapping import sql
from syncline.mapping.sql import compile_expression
from syncline.mapping.sql_compile import _VOCABULARY, _Writer
from syncline.mapping.sql_errors import ExpressionError, ExpressionErrors, did_you_mean, error_at, shortened
from syncline.mapping.sql_nodes import Node
from syncline.mapping.sql_types import TEXT, SqlType

STAGES = ("open", "won", "lost")
COLUMNS = {
    "email": "email", "name": "text", "qty": "integer", "price": "decimal", "amount": "money", "won": "boolean",
    "day": "date", "at": "datetime", "tags": "set of text", "data": "json", "lines": "lines", "sets": "set of json",
    "account": "reference to account", "account.erp_number": "text", "stage": SqlType("text", choices=STAGES),
    "stages": SqlType("set", SqlType("text", choices=STAGES)), "$now": "integer",
}  # fmt: skip


def errors(text: str, **more: object) -> list[str]:
    with pytest.raises(ExpressionErrors) as raised:
        compile_expression(text, COLUMNS, **{"currency": "EUR", **more})  # type: ignore[arg-type]
    assert raised.value.text == text
    assert str(raised.value) == "\n".join(map(str, raised.value.errors))
    return [f"{error.line}:{error.column} {error.message}" + (f" | {error.suggestion}" if error.suggestion else "")
            for error in raised.value.errors]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("emial", "1:1 unknown column `emial` | did you mean `email`?"),
        ("\n  lower(acount.erp_number)", "2:9 unknown column `acount.erp_number` | did you mean `account.erp_number`?"),
        ("a.b.c.d.e", "1:1 unknown column `a.b.c.d.e`"),
        ("name.*", "1:1 unknown column `name.*`"),
        ("uper(name)", "1:1 unknown function `uper` | did you mean `upper`?"),
        ("qty = 1 OR\n upper(name) = lowr(name)", "2:16 unknown function `lowr` | did you mean `lower`?"),
        ("qty + name", "1:1 `+` adds numbers, not text"),
        ("qty * name", "1:7 `*`: integer and text | write `CAST(... AS decimal)`"),
        ("name * 2", "1:1 `*`: text and integer | write `CAST(... AS decimal)`"),
        ("qty = '5'", "1:7 `=`: text does not go with integer | write the number without quotes: 5"),
        ("qty = 'five'", "1:7 `=`: text does not go with integer"),
        ("qty > name", "1:7 `>`: text does not go with integer | write `CAST(... AS integer)`"),
        ("won > FALSE", "1:1 boolean cannot be compared by `>`"),
        ("tags < tags", "1:1 set of text cannot be compared by `<`"),
        ("data = data", "1:1 json cannot be compared by `=`"),
        ("sets = sets", "1:1 set of json cannot be compared by `=`"),
        ("account < account", "1:1 reference cannot be compared by `<`"),
        ("data IS DISTINCT FROM data", "1:1 json cannot be compared by IS DISTINCT FROM"),
        ("qty AND won", "1:1 a condition is true or false, not integer"),
        ("NOT name", "1:5 a condition is true or false, not text"),
        ("CASE WHEN qty THEN 1 END", "1:11 a condition is true or false, not integer"),
        ("CASE WHEN won THEN 1 ELSE 'x' END", "1:27 CASE: text does not go with integer"),
        ("coalesce(qty, name)", "1:15 coalesce: text does not go with integer | write `CAST(... AS integer)`"),
        ("coalesce()", "1:1 `coalesce` takes at least 1 arguments, not 0"),
        ("nullif(1)", "1:1 `nullif` takes 2 arguments, not 1"),
        ("if(won)", "1:1 `if` takes 2 to 3 arguments, not 1"),
        ("greatest()", "1:1 `greatest` takes at least 1 arguments, not 0"),
        ("greatest(data)", "1:1 json cannot be compared by `<`"),
        ("greatest(1, 'x')", "1:13 `greatest`: text does not go with integer"),
        ("concat()", "1:1 `concat` takes at least 1 arguments, not 0"),
        ("concat(data)", "1:8 `concat`: json has no spelling as text"),
        ("name || lines", "1:9 `||`: object has no spelling as text"),
        ("lower(qty)", "1:7 `lower` takes (text), not (integer) | write `CAST(... AS text)`"),
        ("lower(name, name)", "1:1 `lower` takes (text), not (text, text)"),
        ("left(name, name)", "1:12 `left` takes (text, integer), not (text, text) | write `CAST(... AS integer)`"),
        ("abs(name)", "1:1 `abs` takes (integer) or (decimal) or (money), not (text)"),
        ("substr(name)", "1:1 `substr` takes (text, integer, integer?), not (text)"),
        ("-name", "1:2 `-` needs a number, not text | write `CAST(... AS decimal)`"),
        ("amount * amount", "1:1 `*`: money and money"),
        ("amount % 2", "1:1 `%`: money and integer | write `CAST(... AS decimal)`"),
        ("day * 2", "1:1 `*`: date and integer"),
        ("day + day", "1:1 `+`: date and date"),
        ("day + name", "1:1 `+` adds numbers, not text | text is joined with `||`"),
        ("INTERVAL '1 day' * won", "1:10 `*`: interval of days and boolean"),
        ("2 * INTERVAL '1 day' + won", "1:1 `+`: interval of days and boolean"),
        ("won + INTERVAL '1 day'", "1:1 `+`: boolean and interval of days"),
        ("qty / INTERVAL '1 day'", "1:16 `/`: integer and interval of days"),
        ("day > INTERVAL '1 day'", "1:16 `>`: interval of days does not go with date"),
        ("INTERVAL '1 day'", "1:1 the result is an interval, which no field holds"),
        ("day + INTERVAL '1 moon'", "1:16 `1 moon` is no interval | write it as `INTERVAL '3 days'`"),
        ("day + INTERVAL 'x' day", "1:16 `x DAY` is no interval | write it as `INTERVAL '3 days'`"),
        ("day + INTERVAL '1 day x'", "1:16 `1 day x` is no interval | write it as `INTERVAL '3 days'`"),
        ("day + INTERVAL '999999999 weeks'", "1:16 `999999999 weeks` is no interval | write it as `INTERVAL '3 days'`"),
        ("day > '2026-13-01'", "1:7 '2026-13-01' is not a day as '2026-11-05'"),
        ("at > 'noon'", "1:6 'noon' is not a moment as '2026-11-05T09:30:00Z'"),
        ("CAST('x' AS integer)", "1:1 'x' is not a number"),
        ("CAST(name AS point)", "1:1 there is no CAST to point"),
        ("CAST(name AS varchar(3))", "1:1 CAST to VARCHAR(3): a CAST never rounds or cuts | write `round(...)`"),
        ("CAST(lines AS text)", "1:6 object cannot be cast to text"),
        ("CAST(name AS date FORMAT 'x')", "1:1 `CAST(name AS date FO` is no part of an expression (StrToDate)"),
        ("1 / 0", "1:1 division by zero"),
        ("9 % 0", "1:1 division by zero"),
        ("power(10, 101)", "1:1 a power beyond 100"),
        ("power(9.99, 100)", "1:1 the result has more digits than are computed exactly"),
        ("day > DATE '9999-12-31' + 1", "1:12 the result is outside the years 1 to 9999, or too large"),
        ("1e99", "1:1 `1e99`: has more than 38 digits"),
        ("name LIKE 5", "1:11 LIKE needs text, not integer | write `CAST(... AS text)`"),
        ("name LIKE 'a!' ESCAPE '!'", "1:11 the pattern ends with its escape character"),
        ("name LIKE 'a' ESCAPE '!!'", "1:11 ESCAPE is one character"),
        ("name = 'a' ESCAPE '!'", "1:12 `ESCAPE` cannot stand here"),
        ("regexp_matches(name, '(')", "1:22 not a pattern: missing ): ("),
        ("regexp_matches(name, name)", "1:22 `regexp_matches` needs a constant text here"),
        ("regexp_matches(qty, 'x')", "1:16 `regexp_matches` reads text, not integer | write `CAST(... AS text)`"),
        ("regexp_matches(name)", "1:1 `regexp_matches` takes 2 to 3 arguments, not 1"),
        ("regexp_matches(name, 'x', 'z')", "1:27 unknown flag `z`"),
        ("regexp_extract(name, 'x', 1)", "1:22 there is no group 1 in the pattern"),
        ("regexp_extract(name, 'x', 'i')", "1:27 `regexp_extract` needs a constant integer here"),
        ("regexp_replace(name, 'x', '\\1')", "1:22 there is no group 1 in the pattern"),
        (f"regexp_matches(name, '{'x' * 1001}')", "1:22 a pattern of more than 1000 characters"),
        ("contains(qty, 1)", "1:10 `contains` looks into a set or a text, not into integer"),
        ("contains(tags)", "1:1 `contains` takes 2 arguments, not 1"),
        ("contains(tags, 1)", "1:16 `contains`: integer is no item of a set of text | write `CAST(... AS text)`"),
        ("contains(name, 1)", "1:10 `contains` looks into a set or a text, not into text"),
        ("cardinality(name)", "1:13 `cardinality` counts the items of a set, not of text"),
        ("cardinality()", "1:1 `cardinality` takes 1 arguments, not 0"),
        ("now(1)", "1:1 `now` takes 0 arguments, not 1"),
        ("current_date(1)", "1:1 `current_date` takes 0 arguments, not 1"),
        ("extract(yeer FROM day)", "1:1 `date_part` needs a unit, not `yeer` | did you mean `year`?"),
        ("extract(hour FROM day)", "1:19 a date has no hour"),
        ("extract(year FROM name)", "1:19 `date_part` reads a date or a datetime, not text | write"),
        ("date_trunc(day)", "1:1 `date_trunc` takes 2 arguments, not 1"),
        ("date_trunc('hour', day)", "1:20 a date has no hour"),
        ("date_diff('hour', day, day)", "1:19 a date has no hour"),
        ("date_diff(qty, day, day)", "1:11 `date_diff` needs a unit, not integer"),
        ("date_diff('day', name, name)", "1:18 `date_diff` reads dates or datetimes, not text"),
        ("date_diff('day', day, qty)", "1:23 `date_diff`: integer does not go with date"),
        ("date_diff('day')", "1:1 `date_diff` takes 2 to 3 arguments, not 1"),
        ("name -> 'x'", "1:1 `->` and `->>` look into json, not into text"),
        ("data -> name", "1:9 `->` and `->>` need a constant name or number"),
        ("name IN ()", "1:1 IN needs at least one value"),
        ("upper(substring(qty FOR 2))", "1:17 `substring` takes (text, integer, integer?), not (integer"),
        ("name IN UNNEST(tags)", "1:1 UNNEST cannot stand here (In)"),
        ("name IN tags", "1:1 FIELD cannot stand here (In)"),
        ("name IS 5", "1:9 IS is followed by NULL, TRUE, FALSE or DISTINCT FROM"),
        ("stage = 'wonn'", "1:9 `wonn` is not among the values | did you mean `won`?"),
        ("'x' = stage", "1:1 `x` is not among the values | it is one of: open, won, lost"),
        ("stage IN ('won', 'lots')", "1:18 `lots` is not among the values | did you mean `lost`?"),
        ("CASE stage WHEN 'opn' THEN 1 END", "1:17 `opn` is not among the values | did you mean `open`?"),
        ("contains(stages, 'wonn')", "1:18 `wonn` is not among the values | did you mean `won`?"),
        ("$now", "1:1 unknown column `$now`"),
        ("  ", "1:1 is empty"),
        ("qty +", "1:5 `+`: the expression ends too early"),
        ("+", "1:1 `+`: the expression ends too early"),
        ("= 1", "1:3 `1`: the expression ends too early"),
        ("(qty", "1:2 `qty`: the expression ends too early"),
        ("qty)", "1:4 `)` cannot stand here"),
        ("qty name", "1:5 `name` cannot stand here"),
        ("lower(name,)", "1:11 `,`: a value is missing beside it"),
        ("concat(,name)", "1:8 `,`: a value is missing beside it"),
        (", name", "1:1 `,`: a value is missing beside it"),
        ("name,", "1:5 `,`: a value is missing beside it"),
        ("name || 'x", "1:9 a quotation begins here and does not end"),
        ("1 +\n 'x", "2:2 a quotation begins here and does not end"),
    ],
)  # fmt: skip
def test_an_error_has_its_place_and_a_suggestion(text: str, expected: str) -> None:
    (found,) = errors(text)
    assert found.startswith(expected)


def test_all_errors_are_told_at_once() -> None:
    assert errors("emial || uper(name)\n  || lower(5) || CASE WHEN won THEN nmae END") == [
        "1:1 unknown column `emial` | did you mean `email`?",
        "1:10 unknown function `uper` | did you mean `upper`?",
        "2:12 `lower` takes (text), not (integer) | write `CAST(... AS text)`",
        "2:37 unknown column `nmae` | did you mean `name`?",
    ]


BROKEN_INSIDE = [
    "x + 1", "1 - x", "-x", "x = 1", "x IS NULL", "x IS DISTINCT FROM 1", "x IN (1)", "1 IN (x)", "x BETWEEN 1 AND 2",
    "NOT x", "x AND won", "x || 'a'", "x LIKE 'a'", "CASE x WHEN 1 THEN 2 END", "CASE WHEN won THEN x END",
    "CASE WHEN x THEN 1 END", "coalesce(x, 1)", "nullif(x, 1)", "greatest(x, 1)", "concat(x)", "lower(x)", "abs(x)",
    "CAST(x AS text)", "x -> 'a'", "data -> x", "extract(year FROM x)", "date_trunc('day', x)", "contains(x, 1)",
    "date_diff('day', x, day)", "if(x, 1, 2)", "trim(x)", "trim(LEADING 'a' FROM x)", "x * amount", "day + x",
    "least(day, x)", "regexp_matches(x, 'a')", "substring(x FROM 1)", "x IS TRUE", "(x)",
    "now() - x > INTERVAL '1 day'",
]  # fmt: skip


@pytest.mark.parametrize("text", BROKEN_INSIDE)
def test_one_mistake_is_one_error(text: str) -> None:
    (found,) = errors(text)
    assert "unknown column `x`" in found


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("1; DROP TABLE contacts", "1:2"),
        ("name = '' OR 1=1; --", "1:17"),
        ("DROP TABLE contacts", "1:1"),
        ("SELECT 1", "1:1"),
        ("(SELECT password FROM users)", "1:2"),
        ("name IN (SELECT name FROM users)", "1:10"),
        ("EXISTS(SELECT 1)", "1:8"),
        ("WITH x AS (SELECT 1) SELECT 1", "1:1"),
        ("name -- ignored", "1:6"),
        ("name /* ignored */", "1:6"),
        ("/*+ hint */ name", "1:1"),
        ("sum(qty) OVER (PARTITION BY name)", "1:1"),
        ("count(*)", "1:1"),
        ("count(DISTINCT name)", "1:1"),
        ("row_number() OVER ()", "1:1"),
        ("array_agg(name ORDER BY qty)", "1:1"),
        ("__import__('os').system('id')", "1:1"),
        ("name.__class__.__mro__", "1:1"),
        ("name.upper()", "1:1"),
        ("lambda: 1", "1:7"),
        ("concat(x -> x)", "1:8"),
        ("concat((x, y) -> x)", "1:9"),
        ("concat(x => 1)", "1:10"),
        ("f(a := 1)", "1:5"),
        ("name[1]", "1:5"),
        ("[name]", "1:1"),
        ("{'a': 1}", "1:1"),
        ("{{ name }}", "1:1"),
        ("{% if name %}", "1:1"),
        ("*", "1:1"),
        (":name", "1:1"),
        ("?", "1:1"),
        ("@name", "1:1"),
        ("$1", "1:1"),
        ("(name, email)", "1:2"),
        ("N'x'", "1:1"),
        ("x'ff'", "1:2"),
        ("name COLLATE C", "1:1"),
        ("at AT TIME ZONE 'UTC'", "1:1"),
        ("name ~ 'x'", "1:6"),
        ("qty & 1", "1:5"),
        ("qty DIV 2", "1:1"),
        ("name ?? 'x'", "1:6"),
        ("qty = ANY(tags)", "1:7"),
        ("current_user", "1:1"),
        ("current_timestamp(3)", "1:1"),
        ("load_extension('x')", "1:1"),
        ("pg_read_file('passwd')", "1:1"),
        ("name AS x", "1:6"),
        ("trim(name COLLATE C)", "1:6"),
        ("data ->> '$.a' ->> 'x'", "1:1"),
        ("name\x00", "1:1"),
        ("nаme", "1:1"),  # a Cyrillic letter
        ("😀", "1:1"),
        ("x" * 100_000, "1:1"),
        ("'" + "x" * 100_000 + "'", "1:1"),
        ("(" * 10_000 + "1" + ")" * 10_000, "1:1"),
        ("(" * 9_000 + "1" + ")" * 9_000, "1:25"),
        ("lower(" * 1_000 + "name" + ")" * 1_000, "1:150"),
        ("CASE WHEN won THEN " * 500 + "1" + " END" * 500, "1:457"),
        ("NOT " * 1_500 + "won", "1:1"),
        ("NOT " * 60 + "won", "1:1"),
        ("- " * 1_500 + "qty", "1:1"),
        ("1" + " + 1" * 900, "1:1"),
        ("1" + " + 1" * 60, "1:1"),
        ("won" + " AND won" * 1_500, "1:8001"),
        ("name" + "::text" * 60, "1:1"),
        ("data" + " -> 'a'" * 60, "1:1"),
    ],
)
def test_hostile_text_ends_in_an_error_with_its_place(text: str, place: str) -> None:
    assert errors(text)[0].split()[0] == place


@pytest.mark.parametrize(
    "text",
    [
        "won" + " AND won" * 600, "name" + " || name" * 600, "1" + " + 1" * 46, "(" * 24 + "1" + ")" * 24,
        "lower(" * 24 + "name" + ")" * 24, "CASE WHEN won THEN " * 24 + "1" + " END" * 24, "NOT " * 40 + "won",
        "CASE " + "WHEN won THEN 1 " * 400 + "END", "coalesce(" + "qty, " * 900 + "0)", "qty" + " * -qty" * 20,
        "name IN (" + "name, " * 900 + "'x')", "price" + " / price" * 46, "(won OR " * 20 + "won" + ")" * 20,
        "won = (" * 20 + "qty = 1" + ")" * 20, "nullif(" * 20 + "name" + ", 'x')" * 20,
        "(qty BETWEEN 1 AND 2) = " * 20 + "won", "data" + " -> 'a'" * 40,
    ],
)  # fmt: skip
def test_large_expressions_within_the_limits_are_compiled(text: str) -> None:
    row = {"won": True, "name": "a", "qty": 1, "price": Decimal(1), "data": {"a": {}}}
    expression = compile_expression(text, COLUMNS)
    assert expression.reads <= set(row)
    expression.evaluate(row.get)  # nothing may be raised, however deep it is


def refused(text: str) -> tuple[ExpressionError, ...]:
    """The errors of a text; none if it is an expression. Anything else that is raised fails the test."""
    try:
        compile_expression(text, COLUMNS, currency="EUR")
    except ExpressionErrors as found:
        return found.errors or (error_at(text, -1, "an error without errors"),)
    return ()


@given(st.text(alphabet="aqty1'\"()., \n|+-*/=<>%:;[]{}$@#`\\~^&!?E\x00é", max_size=40))
def test_any_text_is_an_expression_or_errors(text: str) -> None:
    lines = text.split("\n")
    for error in refused(text):
        assert 1 <= error.line <= len(lines)
        assert 1 <= error.column <= len(lines[error.line - 1]) + 1


WORDS = ["qty", "name", "won", "1", "'x'", "(", ")", ",", "+", "AND", "NOT", "CASE", "WHEN", "THEN", "END", "IN", "IS",
         "NULL", "LIKE", "BETWEEN", "CAST", "AS", "date", "INTERVAL", "lower", "->>", "::", "||", "extract", "FROM",
         "trim", "BOTH", "DISTINCT", "OVER", "data", ".", "ESCAPE", "now", "position", "substring", "FOR"]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join))
def test_any_words_are_an_expression_or_errors(text: str) -> None:
    assert all(error.message for error in refused(text))


def test_the_result_fits_the_field_that_takes_it() -> None:
    assert errors("qty", wanted="boolean") == [
        "1:1 the result is integer, but boolean is needed | write `CAST(... AS boolean)`"
    ]
    assert errors("amount > 5", currency=None) == [
        "1:10 `>`: integer does not go with money | write the amount with its currency: `money(500, 'EUR')`"
    ]
    assert errors("CAST(qty AS money)", currency=None) == [
        "1:6 integer cannot be cast to money | write `money(..., 'EUR')`: the hub has no currency"
    ]
    assert compile_expression("qty > 1", COLUMNS, wanted="boolean").type == "boolean"
    assert len(errors("emial", wanted="boolean")) == 1


def test_what_python_itself_cannot_compile_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_deep(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(sql, "made", too_deep)
    assert errors("qty") == ["1:1 is too large or too deeply nested"]


def test_no_text_of_the_user_is_in_the_source() -> None:
    node = Node(op="column", type=TEXT, at=0, value="__import__('os')")
    source = _Writer(node).source("k8", "k9")
    assert "import" not in source
    assert _VOCABULARY.fullmatch(source)


@pytest.mark.parametrize(
    "text", ["__import__", "k0.k1", "k0[0]", "'x'", '"x"', "1", "import k0", "lambda", "k0x", "print"]
)
def test_the_vocabulary_has_no_way_out(text: str) -> None:
    assert not _VOCABULARY.fullmatch(text)


def test_a_place_is_counted_by_lines_and_columns() -> None:
    assert (error_at("a\nbc", 3, "x").line, error_at("a\nbc", 3, "x").column) == (2, 2)
    assert did_you_mean("zzz", ["email"]) is None
    assert shortened("x" * 9, 3) == "xxx..."
