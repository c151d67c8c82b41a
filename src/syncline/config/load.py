"""hub.yaml to a Declaration: read, take the secrets out, check against the grammar and against the systems, compile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from syncline.config import rules
from syncline.config.bindings import bindings_of
from syncline.config.births import alike_of, births_of, matching_of
from syncline.config.check import Check, CompileExpression
from syncline.config.computed import computed_of, rollups_of
from syncline.config.declaration import Declaration
from syncline.config.kinds import find_kinds
from syncline.config.patterns import no_patterns, with_patterns
from syncline.config.policies import entities_of
from syncline.config.problems import DeclarationErrors, Path, Place, Problem, Report, quoted
from syncline.config.references import check_circles
from syncline.config.schema import HubBlock
from syncline.config.secret import suspect, take_secrets
from syncline.config.systems import systems_of
from syncline.config.tree import MAX_CHARACTERS, Tree, read_tree
from syncline.config.validate import validated
from syncline.connect.connector import Connector
from syncline.mapping.numbers import currency_code
from syncline.mapping.sql import compile_expression
from syncline.mapping.times import known_zone
from syncline.patterns.pattern import ExpandPattern


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A declaration that can be used. `problems` are warnings; `tree` and `hub` say where each line came from."""

    declaration: Declaration
    problems: tuple[Problem, ...]
    tree: Tree = field(repr=False)
    hub: HubBlock = field(repr=False)


def load(
    source: str | FilePath,
    connectors: Mapping[str, Connector],
    *,
    environment: Mapping[str, str],
    file: str = "hub.yaml",
    expand_pattern: ExpandPattern = no_patterns,
    compile_expression: CompileExpression = compile_expression,
) -> Loaded:
    """Loads a text, or the file at a path; raises DeclarationErrors with everything that is wrong."""
    report = Report()
    name = source.name if isinstance(source, FilePath) else file
    text = _text(source, report)
    tree = None if text is None else read_tree(text, name, report, suspect)
    if tree is not None:
        tree, secrets = take_secrets(tree, environment, report)
        tree = with_patterns(tree, expand_pattern, connectors, report)
        hub = validated(tree, report)
        if hub is not None:
            check = _check(tree, hub, report, connectors, compile_expression)
            declaration = _compiled(check, secrets, environment)
            if declaration is not None and not report.failed:
                return Loaded(declaration=declaration, problems=report.sorted(), tree=tree, hub=hub)
    raise DeclarationErrors(report.sorted())


def _text(source: str | FilePath, report: Report) -> str | None:
    if isinstance(source, str):
        return source
    start = Place(source.name, 1, 1)
    try:
        if source.stat().st_size > 4 * MAX_CHARACTERS:
            report.add(start, (), f"the file has more than {MAX_CHARACTERS:,} characters")
            return None
        return source.read_text(encoding="utf-8")
    except OSError as error:
        report.add(start, (), f"the file cannot be read: {error.strerror}", "`syncline init` writes one")
    except UnicodeDecodeError:
        report.add(start, (), "the file is not UTF-8 text", "save it as UTF-8")
    return None


def _check(
    tree: Tree,
    hub: HubBlock,
    report: Report,
    connectors: Mapping[str, Connector],
    compile_expression: CompileExpression,
) -> Check:
    currency, zone = hub.currency, hub.zone
    here: Path = ("currency",)
    try:
        currency = None if currency is None else currency_code(currency)
    except ValueError as error:
        report.add(tree.spot(here).value, here, str(error), "write it as `EUR`")
        currency = None
    here = ("zone",)
    try:
        known_zone(zone)
    except ValueError:
        report.add(tree.spot(here).value, here, f"there is no time zone {quoted(zone)}", "write it as `Europe/Berlin`")
        zone = "UTC"
    return Check(
        tree=tree, hub=hub, report=report, connectors=connectors, compile_expression=compile_expression,
        currency=currency, zone=zone,
    )  # fmt: skip


def _compiled(check: Check, secrets: Mapping[Path, Any], environment: Mapping[str, str]) -> Declaration | None:
    hub = check.hub
    systems = systems_of(check, secrets, environment)
    addressees = rules.addressees_of(check, environment)
    brakes, alerts, unmatched = rules.brakes_of(check), rules.alerts_of(check), rules.unmatched_of(check)
    if check.report.incomplete:
        return None
    find_kinds(check)
    entities = entities_of(check)
    bindings = bindings_of(check)
    births = births_of(check, bindings)
    check_circles(check, bindings, births)
    return Declaration(
        name=hub.hub, mode=hub.mode, zone=check.zone, currency=check.currency, order=tuple(systems), systems=systems,
        entities=entities, bindings=bindings, births=births, matching=matching_of(check), alike=alike_of(check),
        computed=computed_of(check), rollups=rollups_of(check), rules=rules.rules_of(check, bindings),
        addressees=addressees, alerts=alerts, brakes=brakes, brakes_from_links=hub.brakes.from_links,
        unmatched=unmatched, examples=rules.examples_of(check, bindings),
        entity_modes={name: mode for name in hub.entities if (mode := check.entity(name).mode) is not None},
        allow=tuple(hub.egress.allow),
        ignored=frozenset(name for name in hub.entities if check.entity(name).associations == "ignore"),
    )  # fmt: skip
