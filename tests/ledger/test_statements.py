"""Statements are named, described, used, and find what they look for by an index; migrations make these tables."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import syncline.ledger
from syncline.ledger import migrate
from syncline.ledger.schema import metadata
from syncline.ledger.sql import open_ledger
from syncline.ledger.statement import Statement

MODULES = [
    importlib.import_module(f"syncline.ledger.{one.name}")
    for one in pkgutil.iter_modules(syncline.ledger.__path__)
    if one.name != "migrations"
]
STATEMENTS = {
    f"{module.__name__.rpartition('.')[2]}.{name}": one
    for module in MODULES
    for name, one in vars(module).items()
    if isinstance(one, Statement)
}

# Read whole on purpose, since there are few; or read in the order of the key up to a limit, or to the first row.
READ_WHOLE = {
    *("opened.ANY", "secrets.ALL", "secrets.KEYS"),
    *("requests.OLDEST", "requests.LEFT", "requests.FORGET", "webhooks.ALL"),  # those of a day
    *("lease.CURRENT", "lease.PROLONG", "marks.RESERVED", "marks.ARMED", "marks.DIRTY", "work.HELD", "work.RUNS"),
    # counted for a person who looks, in tables or indexes of what is little, or whole indexes of small rows
    *("counts.LINKS", "counts.DUE", "counts.LATER", "counts.HINTS", "counts.PARKED", "counts.OPEN", "counts.RECORDS"),
    *("counts.DIRTY", "couplings.COUNT_WAITING"),
    *("forgotten.HISTORY_VALUES", "forgotten.HISTORY", "forgotten.LINKS", "forgotten.RECORDS"),  # emptied
    "forgotten.ANY_INTENT",  # its first row
    "records.CROWDED",
    *("about.READ", "about.BELONGS"),  # one row
}
# A list of ids is a few thousand at most, so what is found of it may be sorted.
LISTS = {"ids", "keys", "entities", "wanted"}


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    found = {}
    with open_ledger(tmp_path_factory.mktemp("ledger") / "hub.db") as ledger, ledger.session() as session:
        for name, one in STATEMENTS.items():
            text = ledger.texts.of(one)
            cursor = session.connection.cursor()
            cursor.execute(f"EXPLAIN QUERY PLAN {text}", ["[]"] * len(one.takes))
            found[name] = [row[3] for row in cursor.fetchall()]
    return found


@pytest.mark.parametrize("name", STATEMENTS)
def test_no_statement_walks_through_a_table(name: str, plans: dict[str, list[str]]) -> None:
    walked = [step for step in plans[name] if step.startswith("SCAN") and "VIRTUAL TABLE" not in step]
    sorted_apart = [step for step in plans[name] if "TEMP B-TREE" in step]
    assert not walked or name in READ_WHOLE
    assert not sorted_apart or LISTS & set(STATEMENTS[name].takes) or name in READ_WHOLE


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_statement_is_described_and_used(name: str) -> None:
    module, _, constant = name.partition(".")
    source = inspect.getsource(importlib.import_module(f"syncline.ledger.{module}"))
    assert STATEMENTS[name].purpose
    assert len(re.findall(rf"\b{constant}\b", source)) > 1


def test_statements_are_a_good_number() -> None:
    assert len(STATEMENTS) > 40


def test_the_migrations_make_exactly_these_tables(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "hub.db") as ledger, ledger.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        text = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%' ORDER BY name"
        migrated = connection.exec_driver_sql(text).fetchall()
    with open_ledger(tmp_path / "other.db") as other, other.engine.begin() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
        assert connection.exec_driver_sql(text).fetchall() == migrated


def test_the_known_versions_are_those_of_the_migrations() -> None:
    script = ScriptDirectory(str(Path(migrate.__file__).parent / "migrations"))
    assert tuple(reversed([one.revision for one in script.walk_revisions()])) == migrate.REVISIONS
