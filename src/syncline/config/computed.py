"""Computed fields: `is` in an order in which each reads what is computed already, and rollups."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from syncline.config.check import Check, Declared
from syncline.config.declaration import Computed
from syncline.config.problems import Path, meant, quoted
from syncline.config.settings import RolledUp
from syncline.mapping.numbers import currency_code, exact
from syncline.mapping.rollup import Kind, Rollup, result_type
from syncline.mapping.sql_types import fits

_OF_ROLLUPS = ("value", "where", "by", "latest_by", "rates")


def computed_of(check: Check) -> tuple[Computed, ...]:
    """Every computed field, each after those of its own record that it reads."""
    found: dict[str, Computed] = {}
    for fields in check.declared.values():
        for one in fields.values():
            kind = check.kinds.get((one.entity, one.name))
            if one.block.is_ is None or kind is None or kind.name == "lines":  # of lines it was said to be wrong
                continue
            expression = check.expression((*one.path, "is"), one.block.is_, check.columns(one.entity), kind)
            if expression is not None:
                found[one.full_name] = Computed(entity=one.entity, field=one.name, expression=expression)
    return _ordered(check, found)


def _ordered(check: Check, computed: Mapping[str, Computed]) -> tuple[Computed, ...]:
    done: dict[str, Computed] = {}
    waiting = dict(computed)
    while waiting:
        ready = [name for name, one in waiting.items() if not any(read in waiting for read in _own(one))]
        if not ready:
            _say_circle(check, waiting)
            break
        for name in ready:
            done[name] = waiting.pop(name)
    return tuple(done.values())


def _own(one: Computed) -> list[str]:
    return sorted(f"{one.entity}.{read}" for read in one.expression.reads if "." not in read)


def _say_circle(check: Check, waiting: Mapping[str, Computed]) -> None:
    # From any field that waits, following what it reads ends up going round the circle.
    walked = [next(iter(waiting))]
    while walked[-1] not in walked[:-1]:
        walked.append(next(read for read in _own(waiting[walked[-1]]) if read in waiting))
    circle = walked[walked.index(walked[-1]) :]
    entity, name = circle[0].split(".")
    path: Path = (*check.declared[entity][name].path, "is")
    check.error(path, f"is computed from itself: {' <- '.join(circle)}", "compute one of them from other fields")


def rollups_of(check: Check) -> tuple[RolledUp, ...]:
    """Every rollup whose child, value and way to the record are known."""
    found = []
    for fields in check.declared.values():
        for one in fields.values():
            for setting in _OF_ROLLUPS:
                if one.block.rollup is None and getattr(one.block, setting) is not None:
                    check.at_key((*one.path, setting), f"{quoted(setting)} is for a rollup", "add `rollup:`")
            rollup = None if one.block.rollup is None else _rollup(check, one, one.block.rollup)
            if rollup is not None:
                found.append(RolledUp(entity=one.entity, field=one.name, rollup=rollup))
    return tuple(found)


def _rollup(check: Check, one: Declared, kind: Kind) -> Rollup | None:
    block, path, failed = one.block, one.path, False
    if block.of is None:
        check.lacks(path, "a rollup needs the child entity", "add `of: ENTITY`")
        return None
    if not check.known_entity((*path, "of"), block.of, key=False):
        return None
    for setting, name in (("value", block.value), ("latest_by", block.latest_by)):
        failed |= name is not None and not check.known_field((*path, setting), block.of, name)
    where = None
    if block.where is not None:
        where = check.expression((*path, "where"), block.where, check.columns(block.of), "boolean")
        failed |= where is None
    by = _by(check, one, block.of)
    rates = _rates(check, one)
    if failed or by is None or rates is None:
        return None
    columns = {name: found for (of, name), found in check.kinds.items() if of == block.of}
    if not {name for name in (by, block.value, block.latest_by) if name is not None} <= columns.keys():
        return None  # what is wrong with their types was said
    try:
        rollup = Rollup(
            kind=kind, of=block.of, by=by, value=block.value, where=where, order=block.latest_by, rates=rates,
            currency=(block.currency or check.currency) if rates else None,
        )  # fmt: skip
        result = result_type(rollup, columns)
    except ValueError as error:
        check.error((*path, "rollup"), str(error), _remedy(one))
        return None
    own = check.kinds.get((one.entity, one.name))
    if own is not None and not fits(result, own):
        check.error((*path, "type"), f"the rollup gives {result}, not {own.name}", "leave `type` out")
    return rollup


def _remedy(one: Declared) -> str | None:
    if one.block.rollup == "latest" and one.block.latest_by is None:
        return "add `latest_by: FIELD`"
    return "add `value: FIELD`" if one.block.value is None else None


def _rates(check: Check, one: Declared) -> dict[str, Decimal] | None:
    found: dict[str, Decimal] = {}
    for code, rate in (one.block.rates or {}).items():
        path: Path = (*one.path, "rates", code)
        try:
            found[currency_code(code)] = Decimal(exact(rate) or "0")
        except ValueError as error:
            check.error(path, str(error), "write it as `USD: 0.92`")
            return None
        if found[code] <= 0:
            check.error(path, "a rate is above zero", "write it as `USD: 0.92`")
            return None
    return found


def _by(check: Check, one: Declared, child: str) -> str | None:
    """The child's reference to the record."""
    path, wanted = one.path, f"reference to {one.entity}"
    references = [name for (of, name), kind in check.kinds.items() if of == child and kind.name == wanted]
    if one.block.by is not None:
        if one.block.by in references:
            return one.block.by
        check.error((*path, "by"), f"{quoted(one.block.by)} of {child} is no {wanted}", meant(one.block.by, references))
        return None
    if len(references) == 1:
        return references[0]
    if references:
        listed = ", ".join(references)
        check.lacks(path, f"{child} refers to {one.entity} in several ways: {listed}", "add `by: FIELD`")
    else:
        check.lacks(path, f"no field of {child} is a {wanted}", f"declare one, as `{child}.{one.entity}`")
    return None
