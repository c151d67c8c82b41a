"""Whatever stands in the file: problems with their places, never another error, and never a secret shown."""

from __future__ import annotations

import json
from typing import Any

from declaring import CONNECTORS
from full import FULL, expand
from hypothesis import given
from hypothesis import strategies as st

from syncline.config.load import load
from syncline.config.page import EXAMPLE, LONG_FORMS
from syncline.config.problems import DeclarationErrors, Problem

PLANTED = "Zx9Qw3Er7Ty1Ui5OpLk"
IN_ENVIRONMENT = "Mn2Bv4Cx6Za8Sd0FgHj"
NAMES = ("ODOO_API_KEY", "MAILCHIMP_API_KEY", "SHOPIFY_TOKEN", "SLACK_WEBHOOK", "KEY")
ENVIRONMENT = dict.fromkeys(NAMES, IN_ENVIRONMENT)

PIECES = st.sampled_from(
    ["hub: a", "systems:", "  x: {connector: open}", "fields:", "  contact.a: ", "{type: text}", "{", "}", "[", "]",
     "- ", ": ", "\n", "  ", "&a", " *a", "!!x", "'", '"', "|", ">", "#", "${KEY}", "at: {x: thing.a}", "is: a || b",
     "rollup: count", "<<: *a", "\t", "? ", "%", "@", "é", "\U0001f600", "\x00", "~", "1e999", "---\n", "...",
     f"secret: {PLANTED}", f"https://u:{PLANTED}@h", "create: {contact: {x: true}}",
     "entities: {contact: {fields: {}}}",
     "values: {a: {x: b}}", "tables: {a: {}}", "rules: {r: {when: contact.x, if: a}}", "examples:", "merge: consent"]
)  # fmt: skip
VALID = [
    FULL.replace("secret: vault", f"secret: {PLANTED}", 1),
    EXAMPLE.replace("https://", f"https://me:{PLANTED}@"),
    LONG_FORMS.replace("secret: vault", f"api_token: {PLANTED}", 1),
    FULL,
    LONG_FORMS,
]


def faults(text: str) -> list[str]:
    """What is wrong with how a load went: a problem without a place, a secret that is shown."""
    shown, problems = outcome(text)
    nowhere = [str(one) for one in problems if one.place.line < 1 or one.place.column < 1]
    return [*nowhere, *(secret for secret in (PLANTED, IN_ENVIRONMENT) if secret in shown)]


def outcome(text: str) -> tuple[str, tuple[Problem, ...]]:
    """All that can be seen of a load, and what was wrong."""
    try:
        found = load(text, CONNECTORS, environment=ENVIRONMENT, expand_pattern=expand)
    except DeclarationErrors as errors:
        beside = f"{errors.__cause__!r} {errors.__context__!r}"
        return f"{errors} {errors!r} {errors.args} {errors.problems!r} {beside}", errors.problems
    bound = {(one.system, one.entity, name) for one in found.declaration.bindings for name in one.by_field}
    lines = {(one.system, one.entity, "") for one in found.declaration.bindings if one.lines is not None}
    declared = {
        (system, *full.split(".")) if block.type != "lines" else (system, full.split(".")[0], "")
        for full, block in found.hub.fields.items() for system, at in block.at.items() if at
    }  # fmt: skip
    assert declared <= bound | lines, "a place that cannot be used is never left out in silence"
    return repr(found), found.problems


@given(st.lists(PIECES, max_size=30).map("".join))
def test_anything_that_looks_like_yaml(text: str) -> None:
    assert faults(text) == []


@given(st.text(max_size=200))
def test_anything_at_all(text: str) -> None:
    assert faults(text) == []


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A valid file with some of it deleted, doubled, swapped, or something else put in."""
    text = draw(st.sampled_from(VALID))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        what = draw(st.sampled_from(["delete", "double", "insert", "line"]))
        if what == "delete":
            text = text[:start] + text[end:]
        elif what == "double":
            text = text[:end] + text[start:end] + text[end:]
        elif what == "insert":
            text = text[:start] + draw(PIECES) + text[start:]
        else:
            lines = text.splitlines(keepends=True)
            one, other = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
            lines[one], lines[other] = lines[other], lines[one]
            text = "".join(lines)
    return text


@given(mutated())
def test_a_valid_file_with_something_wrong_in_it(text: str) -> None:
    assert faults(text) == []


WORDS = st.sampled_from(["x", "a", "contact", "text", "vault", PLANTED, "1h", ""])
INNER = st.sampled_from(["x", "a", "type", "at"])
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(INNER, inner, max_size=3),
    max_leaves=6,
)
SECTIONS = st.sampled_from(
    ["mode", "zone", "currency", "patterns", "first_sync", "create", "on_create", "entities", "events", "rules",
     "addressees", "alerts", "tables", "mappings", "brakes", "people", "examples", "fields"]
)  # fmt: skip
KEYS = st.sampled_from(
    ["type", "truth", "policy", "merge", "at", "is", "rollup", "of", "values", "unmapped", "default", "order", "parts",
     "columns", "differ", "value", "by", "rates", "currency", "where", "match", "contact", "x", "contact.a"]
)  # fmt: skip


BLOCKS = st.dictionaries(KEYS, VALUES | st.sampled_from(["count", "sum", "union", "enum", "money"]), max_size=6)


@given(st.dictionaries(SECTIONS, VALUES | st.dictionaries(KEYS, VALUES, max_size=4), max_size=4), BLOCKS)
def test_any_value_in_any_place(sections: dict[str, Any], block: dict[str, Any]) -> None:
    fields = {"contact.a": block, "contact.b": {"type": "text", "at": {"x": "thing.b"}}}
    data = {"hub": "a", "systems": {"x": {"connector": "open"}}, "fields": fields, **sections}
    assert faults(json.dumps(data)) == []
