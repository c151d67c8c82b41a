"""The house rules, as tests: each rule is a function from one source to what it finds wrong there.

The rules run over the repository, and over small sources that break them, so that a rule which cannot fail fails.
"""

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parent.parent
SRC = ROOT / "src"

# Each may import only those before it.
LAYERS = [
    *("model", "mapping", "merge", "identity", "connect", "connectors"),
    *("patterns", "config", "ledger", "egress", "vault", "bus", "sync"),
    *("look", "acts", "watch", "insight", "blueprint", "api", "console", "app", "service", "cli"),
    *("sandbox", "testing"),
]
# Layers that may import less than their place allows, and those that may import more.
ONLY = {"model": set(), "connect": {"model", "mapping"}, "connectors": {"model", "connect"}}
ALSO = {"cli": {"sandbox"}}
# syncline/__init__.py is loaded with every layer, so it loads none; __main__.py starts the program.
ENTRANCES: dict[str, set[str]] = {"__init__": set(), "__main__": {"cli"}}

PURE = {"model", "mapping", "merge", "identity", "connect"}
IMPURE_MODULES = ["time", "random", "os", "sqlite3", "sqlalchemy", "asyncio", "threading", "socket", "subprocess"]
DRAWS_FROM_A_GIVEN_RANDOM = {"mapping"}  # may name the type: `from random import Random`
READS_THE_CLOCK = {"now", "utcnow", "today"}

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 60

UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")

# Written so that no pattern matches its own text here.
INDEX_ADDRESS = re.compile(r"py[p]i\.org|python[h]osted\.org|--(?:extra-)?index[-]url|tool\.uv\.inde[x]|file:/[/]")
MACHINE_PATH = re.compile(r"(?<![\w.\-/}])/(?:home|root|Users|work|workspace|opt)/\w")
MAY_NAME_PATHS: dict[str, str] = {}  # path in the repository: why


@dataclass(frozen=True)
class Source:
    """One file of the package; `path` is relative to src, as in `syncline/merge/policy.py`."""

    path: str
    text: str

    @property
    def layer(self) -> str:
        return PurePosixPath(self.path).parts[1].removesuffix(".py")

    @property
    def package(self) -> list[str]:
        return list(PurePosixPath(self.path).parent.parts)

    @property
    def tree(self) -> ast.Module:
        return parsed(self.text)


Rule = Callable[[Source], list[str]]


@cache
def parsed(text: str) -> ast.Module:
    return ast.parse(text)


# --- the rules ---------------------------------------------------------------------------------------------


def layers_hold(source: Source) -> list[str]:
    if source.layer not in LAYERS and source.layer not in ENTRANCES:
        return [f"{source.layer} has no place among the layers"]
    allowed = may_import(source.layer)
    return [
        f"line {line}: {source.layer} imports {name}"
        for line, name in imports(source)
        if (layer := layer_named_by(name)) and layer != source.layer and layer not in allowed
    ]


def sizes_hold(source: Source) -> list[str]:
    lines = len(source.text.splitlines())
    found = [f"{lines} lines in one file"] if lines > MOST_LINES_OF_A_FILE else []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MOST_LINES_OF_A_FUNCTION:
                found.append(f"line {node.lineno}: {length} lines in {node.name}")
    return found


def pure_layers_are_pure(source: Source) -> list[str]:
    if source.layer not in PURE:
        return []
    named_only = {"random.Random"} if source.layer in DRAWS_FROM_A_GIVEN_RANDOM else set()
    found = [
        f"line {line}: imports {name}"
        for line, name in imports(source)
        if is_one_of(name, IMPURE_MODULES) and name not in named_only
    ]
    return found + [f"line {line}: reads the clock" for line in clock_readings(source.tree)]


def module_says_what_it_is(source: Source) -> list[str]:
    return [] if (ast.get_docstring(source.tree) or "").strip() else ["no docstring"]


def nothing_is_unfinished(source: Source) -> list[str]:
    lines = enumerate(source.text.splitlines(), start=1)
    return [f"line {number}: {found[0]}" for number, line in lines if (found := UNFINISHED.search(line))]


def no_failure_is_swallowed(source: Source) -> list[str]:
    return [
        f"line {node.lineno}: the failure is dropped"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ExceptHandler) and all(does_nothing(statement) for statement in node.body)
    ]


RULES: list[Rule] = [
    layers_hold,
    sizes_hold,
    pure_layers_are_pure,
    module_says_what_it_is,
    nothing_is_unfinished,
    no_failure_is_swallowed,
]


# --- how they see ------------------------------------------------------------------------------------------


def may_import(layer: str) -> set[str]:
    if layer in ENTRANCES:
        return ENTRANCES[layer]
    above = set(LAYERS[: LAYERS.index(layer)])
    return ONLY.get(layer, above) | ALSO.get(layer, set())


def layer_named_by(name: str) -> str | None:
    parts = name.split(".")
    return parts[1] if parts[0] == "syncline" and len(parts) > 1 and parts[1] in LAYERS else None


def imports(source: Source) -> Iterator[tuple[int, str]]:
    """Every import with its line, wherever it stands: at the top, in a function, for types only, or by name."""
    froms = [node for node in ast.walk(source.tree) if isinstance(node, ast.ImportFrom)]
    by_name = BY_NAME | {each.asname for node in froms for each in node.names if each.name in BY_NAME}
    for node in ast.walk(source.tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, each.name) for each in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                base = source.package[: len(source.package) - level + 1] if level else []
                yield from ((node.lineno, ".".join([*base, *filter(None, [module]), each.name])) for each in names)
            case ast.Call(func=func, args=[ast.Constant(value=str(name)), *_]) if last_name(func) in by_name:
                yield node.lineno, name


BY_NAME = {"import_module", "__import__"}


def last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def is_one_of(name: str, modules: list[str]) -> bool:
    return any(name == module or name.startswith(module + ".") for module in modules)


def clock_readings(tree: ast.Module) -> Iterator[int]:
    """Lines that name `now`, `utcnow` or `today` of datetime or date, called or handed on, under any alias."""
    clocks = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                clocks |= {each.asname or each.name for each in names if each.name == "datetime"}
            case ast.ImportFrom(module="datetime", names=names):
                clocks |= {each.asname or each.name for each in names if each.name in {"datetime", "date"}}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in READS_THE_CLOCK and first_name(node) in clocks:
            yield node.lineno


def first_name(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def does_nothing(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def leaks(path: str, text: str) -> list[str]:
    patterns = [INDEX_ADDRESS] if path in MAY_NAME_PATHS else [INDEX_ADDRESS, MACHINE_PATH]
    if path.endswith(".lock"):
        patterns.append(re.compile(r":/[/]"))
    lines = enumerate(text.splitlines(), start=1)
    return [
        f"{path}:{number}: {found[0]}"
        for number, line in lines
        for pattern in patterns
        if (found := pattern.search(line))
    ]


# --- over the repository -----------------------------------------------------------------------------------


def package_sources() -> Iterator[Source]:
    for file in sorted((SRC / "syncline").rglob("*.py")):
        yield Source(file.relative_to(SRC).as_posix(), file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_package_keeps(rule: Rule) -> None:
    sources = list(package_sources())
    assert sources
    found = [f"{source.path}: {what}" for source in sources for what in rule(source)]
    assert not found, "\n" + "\n".join(found)


def test_no_test_is_too_long() -> None:
    files = sorted((ROOT / "tests").rglob("*.py"))
    assert Path(__file__) in files
    sources = [Source(file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")) for file in files]
    found = [f"{source.path}: {what}" for source in sources for what in sizes_hold(source)]
    assert not found, "\n" + "\n".join(found)


def test_no_two_tests_have_one_module_name() -> None:
    """Folders without an `__init__.py` share one space of names: pytest collects only one of two."""
    names: dict[str, list[Path]] = {}
    for file in (ROOT / "tests").rglob("*.py"):
        if not (file.parent / "__init__.py").exists() and file.name != "conftest.py":
            names.setdefault(file.name, []).append(file)
    assert [files for files in names.values() if len(files) > 1] == []


def test_no_file_names_an_index_or_a_machine() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: nothing says which files are the repository's")
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    found = []
    for path in filter(None, listed.split("\0")):
        content = (ROOT / path).read_bytes() if (ROOT / path).is_file() else b""
        if b"\0" not in content:
            found += leaks(path, content.decode("utf-8"))
    assert not found, "\n" + "\n".join(found)


# --- each rule can fail ------------------------------------------------------------------------------------

HEAD = '"""A module."""\n'

BROKEN = [
    (layers_hold, "syncline/merge/a.py", "import syncline.ledger\n"),
    (layers_hold, "syncline/merge/a.py", "from syncline import ledger\n"),
    (layers_hold, "syncline/merge/a.py", "from ..ledger import store\n"),
    (layers_hold, "syncline/merge/deep/a.py", "from ... import ledger\n"),
    (layers_hold, "syncline/merge/__init__.py", "from ..sync.story import settle\n"),
    (layers_hold, "syncline/merge/a.py", "def late():\n    from syncline.sync import story\n"),
    (layers_hold, "syncline/merge/a.py", "if TYPE_CHECKING:\n    from syncline.sync.story import Story\n"),
    (layers_hold, "syncline/merge/a.py", "import importlib\nimportlib.import_module('syncline.sync')\n"),
    (layers_hold, "syncline/model/a.py", "from syncline.mapping import lens\n"),
    (layers_hold, "syncline/connect/a.py", "from syncline.merge import policy\n"),
    (layers_hold, "syncline/connectors/odoo.py", "from syncline.mapping import lens\n"),
    (layers_hold, "syncline/sync/a.py", "from syncline.sandbox import odoo\n"),
    (layers_hold, "syncline/console/a.py", "from syncline.sandbox import odoo\n"),
    (layers_hold, "syncline/app.py", "from syncline.testing import storm\n"),
    (layers_hold, "syncline/__init__.py", "from syncline.cli.main import main\n"),
    (layers_hold, "syncline/helpers/a.py", ""),
    (sizes_hold, "syncline/sync/a.py", "x = 1\n" * MOST_LINES_OF_A_FILE),
    (sizes_hold, "syncline/sync/a.py", "def long():\n" + "    x = 1\n" * MOST_LINES_OF_A_FUNCTION),
    (
        sizes_hold,
        "syncline/sync/a.py",
        "class A:\n  async def long(self):\n" + "    x = 1\n" * MOST_LINES_OF_A_FUNCTION,
    ),
    (pure_layers_are_pure, "syncline/merge/a.py", "import time\n"),
    (pure_layers_are_pure, "syncline/merge/a.py", "from random import Random\n"),
    (pure_layers_are_pure, "syncline/mapping/a.py", "import random\n"),
    (pure_layers_are_pure, "syncline/mapping/a.py", "from random import choice\n"),
    (pure_layers_are_pure, "syncline/model/a.py", "from os.path import join\n"),
    (pure_layers_are_pure, "syncline/identity/a.py", "from sqlalchemy import select\n"),
    (pure_layers_are_pure, "syncline/model/a.py", "from datetime import datetime\nx = datetime.now()\n"),
    (
        pure_layers_are_pure,
        "syncline/model/a.py",
        "from datetime import datetime as at\nx = field(factory=at.utcnow)\n",
    ),
    (pure_layers_are_pure, "syncline/model/a.py", "import datetime as d\nx = d.datetime.now(d.UTC)\n"),
    (pure_layers_are_pure, "syncline/model/a.py", "from datetime import date\nx = date.today()\n"),
    (nothing_is_unfinished, "syncline/sync/a.py", "# " + "TO" + "DO: later\n"),
    (nothing_is_unfinished, "syncline/sync/a.py", "def f():\n    raise NotImplementedError\n"),
    (no_failure_is_swallowed, "syncline/sync/a.py", "try:\n    f()\nexcept Exception:\n    pass\n"),
    (no_failure_is_swallowed, "syncline/sync/a.py", "try:\n    f()\nexcept:\n    ...\n"),
    (no_failure_is_swallowed, "syncline/sync/a.py", "try:\n    f()\nexcept* OSError:\n    'never mind'\n"),
]

WHOLE = [
    (layers_hold, "syncline/merge/a.py", "from . import policy\nfrom ..model.record import Record\nimport syncline\n"),
    (layers_hold, "syncline/connect/a.py", "from syncline.mapping import lens\nfrom syncline.model import record\n"),
    (layers_hold, "syncline/cli/demo.py", "from syncline.sandbox import odoo\nfrom syncline.sync import story\n"),
    (layers_hold, "syncline/testing/a.py", "from syncline import app, sandbox\n"),
    (layers_hold, "syncline/__main__.py", "from syncline.cli.main import main\n"),
    (sizes_hold, "syncline/sync/a.py", "def f():\n" + "    x = 1\n" * (MOST_LINES_OF_A_FUNCTION - 1)),
    (pure_layers_are_pure, "syncline/mapping/a.py", "from random import Random\nimport timeit\n"),
    (pure_layers_are_pure, "syncline/merge/a.py", "def f(clock):\n    return clock.now()\n"),
    (pure_layers_are_pure, "syncline/sync/a.py", "import time, os, asyncio\n"),
    (no_failure_is_swallowed, "syncline/sync/a.py", "try:\n    f()\nexcept OSError:\n    park()\n"),
]


@pytest.mark.parametrize(("rule", "path", "text"), BROKEN)
def test_a_broken_source_is_found(rule: Rule, path: str, text: str) -> None:
    assert rule(Source(path, HEAD + text))


@pytest.mark.parametrize(("rule", "path", "text"), WHOLE)
def test_a_whole_source_is_left_alone(rule: Rule, path: str, text: str) -> None:
    assert rule(Source(path, HEAD + text)) == []


@pytest.mark.parametrize("text", ["", "x = 1\n", '"""  """\n'])
def test_a_module_without_a_docstring_is_found(text: str) -> None:
    assert module_says_what_it_is(Source("syncline/model/a.py", text))


def test_every_rule_is_shown_to_fail() -> None:
    shown = {rule for rule, _, _ in BROKEN} | {module_says_what_it_is}
    assert shown == set(RULES)


@pytest.mark.parametrize(
    "text",
    ["see https://" + "py" + "pi.org/simple", "--index" + "-url x", "cd /" + "home/somebody", '"/' + 'root/key"'],
)
def test_a_leak_is_found(text: str) -> None:
    assert leaks("docs/a.md", text)


@pytest.mark.parametrize("text", ["--no-emit-index-url", "see https://example.com/home/page", "~/hub.yaml", "/tmp/x"])
def test_no_leak_is_seen_where_there_is_none(text: str) -> None:
    assert leaks("docs/a.md", text) == []


def test_an_address_in_a_lock_file_is_found() -> None:
    assert leaks("requirements.lock", "package @ https:/" + "/example.com/a.whl")
