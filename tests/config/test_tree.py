"""The file as data: what YAML may hold here, and where each thing stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from declaring import CONNECTORS, ENVIRONMENT, HEAD, loaded, only, problems, unmarked

from syncline.config.load import load
from syncline.config.problems import DeclarationErrors, Report
from syncline.config.secret import suspect
from syncline.config.tree import MAX_CHARACTERS, Tree, plain, read_tree

SYNTAX = [
    ("hub: [§", "this is not YAML: "),
    ("hub: 'a§", "this is not YAML: "),
    ("hub: a\n  b§: c", "this is not YAML: mapping values are not allowed"),
    ('hub: "a\\§q"', "this is not YAML: found unknown escape character"),
    ("§\x07", "this is not YAML: it holds a character that YAML does not allow"),
    ("§", "the file says nothing"),
    ("§# nothing\n", "the file says nothing"),
    ("§- a\n", "the file is not a list of keys with values"),
    ("a: b\n§---\nc: d", "the file holds a second document"),
    ("a: §*b", "this alias has no anchor before it"),
    ("a: §!!python/object/apply:os.system [x]", "a tag (`!...`) is not read"),
    ("a: §!!str x", "a tag (`!...`) is not read"),
    ("a: 1\n§a: 2", "the key `a` is here twice; first in line 1"),
    ("a: &x {b: 1}\nc: {§<<: *x}", "merge keys (`<<`) are not read"),
    ("? §[a, b]\n: c", "a key is plain text"),
    ("a: " + "[" * 39 + "§[" + "]" * 40, "nested deeper than 40 levels"),
]


@pytest.mark.parametrize(("marked", "message"), SYNTAX)
def test_what_is_not_read(marked: str, message: str) -> None:
    text, line, column = unmarked(marked)
    report = Report()
    read_tree(text, "hub.yaml", report, suspect)
    assert message in report.found[0].message
    assert (report.found[0].place.line, report.found[0].place.column) == (line, column), str(report.found[0])


def test_bombs_end_at_a_limit() -> None:
    grow = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    grow += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
    assert "aliases make more than 50,000 values" in only(grow).message
    deep = "a0: &a0 x\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 60))
    assert "aliases nest values deeper than 40 levels" in only(deep).message
    assert "more than 50,000 values" in only("a: [" + "x," * 50_001 + "]").message
    assert "more than 1,000,000 characters" in only("#" * (MAX_CHARACTERS + 1)).message


def test_an_alias_stands_for_its_anchor() -> None:
    tree = read("a: &x {b: [1, two]}\nc: *x\n")
    assert tree.data == {"a": {"b": [1, "two"]}, "c": {"b": [1, "two"]}}
    assert tree.at(("c", "b", 1)) == "two"
    assert tree.at(("c", "b", 2)) is None
    assert tree.at(("c", "x")) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", 1), ("-7", -7), ("007", "007"), ("1.50", 1.5), ("1e3", "1e3"), ("0x1F", "0x1F"), ("1_000", "1_000"),
     ("true", True), ("False", False), ("yes", "yes"), ("~", None), ("", None), ("2026-11-05", "2026-11-05"),
     (".inf", ".inf"), ("9" * 30, "9" * 30)],
)  # fmt: skip
def test_plain_values(text: str, value: object) -> None:
    assert plain(text) == value
    assert type(plain(text)) is type(value)


def test_quoted_values_and_keys_stay_text() -> None:
    assert read("1: '1'\ntrue: \"true\"\n").data == {"1": "1", "true": "true"}
    assert read("\ufeffa: b\n").data == {"a": "b"}


EXPRESSIONS = [
    "is: upper(§nme)",
    "is: 'upper(§nme)'",
    'is: "\'\\"\' || upper(§nme)"',
    'is: "\\x41 = upper(§nme)"',
    "is: '''a'' || upper(§nme)'",
    "is: |\n      upper(\n        §nme)",
    "is: >-\n      upper(\n      §nme)",
    "is: upper(\n      §nme)",
    "is: 'upper(\n\n      §nme)'",
]


@pytest.mark.parametrize("marked", EXPRESSIONS)
def test_an_error_inside_an_expression_is_at_its_own_place(marked: str) -> None:
    text, line, column = unmarked(f"{HEAD}fields:\n  contact.name:\n    type: text\n    {marked}\n")
    found = [one for one in problems(text) if "nme" in one.message]
    assert len(found) == 1, problems(text)
    assert (found[0].place.line, found[0].place.column) == (line, column)
    assert found[0].path == "fields.contact.name.is"


def test_a_place_that_is_not_there_is_its_nearest() -> None:
    tree = read("a:\n  b: text\n")
    assert tree.spot(("a", "b", "c")).key.line == 2
    assert (tree.spot(("x",)).key.line, tree.spot(()).key.column) == (1, 1)
    assert tree.inside(("a",), 1, 1) == tree.spot(("a",)).value
    assert tree.inside(("a", "b"), 9, 9).line == 2
    spaced = read("a: one  two\n")
    assert [spaced.inside(("a",), 1, column).column for column in (4, 5, 6)] == [7, 8, 9]


def test_a_file_is_read_and_named(tmp_path: Path) -> None:
    file = tmp_path / "our.yaml"
    file.write_text(HEAD, encoding="utf-8")
    assert load(file, CONNECTORS, environment=ENVIRONMENT).declaration.name == "acme"
    file.write_text(HEAD + "mod: live\n", encoding="utf-8")
    assert from_file(file).startswith("our.yaml:5:1: mod: unknown key `mod`")
    file.write_bytes(b"hub: \xff\n")
    assert "is not UTF-8" in from_file(file)
    file.write_text("#" * (4 * MAX_CHARACTERS + 1), encoding="utf-8")
    assert "more than 1,000,000 characters" in from_file(file)
    assert "cannot be read: No such file" in from_file(tmp_path / "none.yaml")
    assert "cannot be read" in from_file(tmp_path)


def from_file(file: Path) -> str:
    with pytest.raises(DeclarationErrors) as raised:
        load(file, CONNECTORS, environment=ENVIRONMENT)
    return str(raised.value)


def read(text: str) -> Tree:
    report = Report()
    tree = read_tree(text, "hub.yaml", report, suspect)
    assert tree is not None
    assert not report.found
    return tree


def test_the_text_of_a_tree_is_not_in_its_repr() -> None:
    assert "acme" not in repr(loaded(HEAD).tree)
