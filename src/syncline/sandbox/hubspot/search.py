"""Search: filters as SQL over what lists show, with HubSpot's limits, and as late as HubSpot's index."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from syncline.sandbox.call import Reply
from syncline.sandbox.hubspot.asked import Asked, whole
from syncline.sandbox.hubspot.errors import bad_json, invalid
from syncline.sandbox.hubspot.kinds import Kind
from syncline.sandbox.hubspot.properties import properties
from syncline.sandbox.hubspot.schema import Property
from syncline.sandbox.hubspot.tell import told
from syncline.sandbox.hubspot.times import day_of, iso, micros_of
from syncline.sandbox.store import Store, field

MOST, MOST_OF_ALL = 200, 10_000
MOST_GROUPS, MOST_FILTERS, MOST_FILTERS_OF_ALL = 5, 6, 18
MOST_CHARACTERS, MOST_VALUES = 3000, 100
LOOKED_FOR = ("email", "domain", "hs_sku")
COMPARED = {"EQ": "=", "NEQ": "<>", "LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="}
WORD = re.compile(r"[\w*]+")

Sql = tuple[str, list[Any]]
"""A condition and its parameters."""


def search(asked: Asked) -> Reply:
    """A page of what fits; living objects only, as the index knows them."""
    body, kind, known = asked.body(), asked.kind, properties(asked.store, asked.kind.name)
    limit = whole(body.get("limit", 10), "limit", 0, MOST)
    after = whole(body.get("after") or 0, "after", 0, 10**9)
    if after + limit > MOST_OF_ALL:
        raise invalid(f"The paging offset cannot go beyond {MOST_OF_ALL} results")
    where, parameters = condition(asked, kind, known, body)
    order = sorting(kind, known, body.get("sorts") or [])
    now = asked.sandbox.clock.micros()
    rows = asked.store.select(kind.name, where, parameters, order, limit, after, at=now)
    total = asked.store.count(kind.name, where, parameters, at=now)
    names = body.get("properties") or kind.by_default
    answer: dict[str, Any] = {"total": total, "results": [told(row, kind, names, known) for row in rows]}
    if total > after + limit and limit:
        answer["paging"] = {"next": {"after": str(after + limit)}}
    return Reply(body=answer)


def condition(asked: Asked, kind: Kind, known: Mapping[str, Property], body: Mapping[str, Any]) -> Sql:
    """Groups are joined by or, filters in a group by and; the free text must fit in any case."""
    groups = [listed(group, "filters") for group in listed(body, "filterGroups")]
    if body.get("filters"):
        groups.append(listed(body, "filters"))
    if len(groups) > MOST_GROUPS:
        raise invalid(f"No more than {MOST_GROUPS} filterGroups are allowed, there are {len(groups)}")
    if any(len(group) > MOST_FILTERS for group in groups) or sum(map(len, groups)) > MOST_FILTERS_OF_ALL:
        raise invalid(f"No more than {MOST_FILTERS} filters a group and {MOST_FILTERS_OF_ALL} in all are allowed")
    either: list[str] = []
    parameters: list[Any] = []
    for group in groups:
        filters = [one_filter(kind, known, each) for each in group]
        either.append(" and ".join(f"({where})" for where, _ in filters) or "1")
        parameters += [value for _, values in filters for value in values]
    where = " or ".join(f"({each})" for each in either) or "1"
    text, words = free_text(kind, str(body.get("query") or ""))
    return f"({where}) and {text}", [*parameters, *words]


def free_text(kind: Kind, query: str) -> Sql:
    """Every word stands somewhere in the searched properties."""
    if len(query) > MOST_CHARACTERS:
        raise invalid(f"The query is longer than {MOST_CHARACTERS} characters")
    words = query.lower().split()
    whole_text = " || ' ' || ".join(f"coalesce({field(name)}, '')" for name in kind.searched)
    return " and ".join(["1", *(f"instr(lower({whole_text}), ?)" for _ in words)]), list(words)


def one_filter(kind: Kind, known: Mapping[str, Property], asked: Mapping[str, Any]) -> Sql:
    """One filter as SQL."""
    name, operator = str(asked.get("propertyName")), str(asked.get("operator"))
    if name not in known:
        message = f"There was a problem with the request. Property {name} does not exist"
        raise invalid(message, errors=[{"message": message, "code": "PROPERTY_DOESNT_EXIST"}])
    value, type = column(kind, known[name]), known[name]["type"]

    def operand(key: str) -> Any:
        given = asked.get(key)
        if given is None or given == "":
            raise invalid(f"The operator {operator} needs {key}")
        return compared_with(kind, known[name], str(given))

    if operator == "HAS_PROPERTY":
        return f"{value} is not null", []
    if operator == "NOT_HAS_PROPERTY":
        return f"{value} is null", []
    if operator in COMPARED:
        return f"{value} {COMPARED[operator]} ?", [operand("value")]
    if operator == "BETWEEN":
        return f"{value} between ? and ?", [operand("value"), operand("highValue")]
    if operator in ("IN", "NOT_IN"):
        given = [str(each) for each in listed(asked, "values", of=str | int | float)]
        if not 1 <= len(given) <= MOST_VALUES:
            raise invalid(f"The operator {operator} takes 1 to {MOST_VALUES} values, not {len(given)}")
        # text is compared in lower case, and what is given is not: only lower-case values are ever found
        values = given if type in ("string", "enumeration") else [compared_with(kind, known[name], g) for g in given]
        return f"{value} {operator.replace('_', ' ')} ({', '.join('?' * len(values))})", values
    if operator in ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"):
        fits = f"has_token(coalesce({field(name)}, ''), ?)"
        return f"not {fits}" if operator.startswith("NOT") else fits, [str(asked.get("value") or "")]
    raise invalid(f"{operator} is not a search operator")


def column(kind: Kind, known: Property) -> str:
    """The SQL of a property, as it is compared and sorted."""
    stamps = {"createdate": "created", kind.stamp: "changed", "hs_object_id": "id"}
    if known["name"] in stamps:
        return stamps[known["name"]]
    match known["type"]:
        case "number":
            return f"cast({field(known['name'])} as real)"
        case "string" | "enumeration":
            return f"lower({field(known['name'])})"
    return field(known["name"])


def compared_with(kind: Kind, known: Property, text: str) -> Any:
    """A value as the column holds it. Raises Refused."""
    try:
        if known["name"] in ("createdate", kind.stamp):
            return micros_of(text)
        match known["type"]:
            case "number":
                return int(text) if known["name"] == "hs_object_id" else float(text)
            case "date":
                return day_of(text)
            case "datetime":
                return iso(micros_of(text))
    except (ValueError, OverflowError) as problem:
        raise invalid(f"{text} is no {known['type']}: {problem}") from problem
    return text.lower()


def sorting(kind: Kind, known: Mapping[str, Property], sorts: Any) -> str:
    """One rule at most: by a property, then, as without a rule, by id."""
    if not isinstance(sorts, list) or len(sorts) > 1:
        raise invalid("Only one sort is allowed")
    if not sorts:
        return "id"
    rule = sorts[0]
    name = str(rule.get("propertyName")) if isinstance(rule, dict) else str(rule).removeprefix("-")
    down = rule.get("direction") == "DESCENDING" if isinstance(rule, dict) else str(rule).startswith("-")
    if name not in known:
        raise invalid(f"Cannot sort by {name}: there is no such property")
    value = column(kind, known[name])
    return f"{value} {'desc' if down else 'asc'}, id" if value != "id" else f"id {'desc' if down else 'asc'}"


def listed(body: Mapping[str, Any], name: str, of: Any = dict) -> list[Any]:
    """A list in a body."""
    found = body.get(name) or []
    if not isinstance(found, list) or not all(isinstance(each, of) for each in found):
        raise bad_json(f"{name} must be a list")
    return found


def teach(store: Store) -> None:
    """The store learns how words are compared, and finds fast what integrations look for."""
    for name in LOOKED_FOR:
        store.index(f"lower({field(name)})")
    store.define("has_token", 2, has_token)


def has_token(text: str, pattern: str) -> bool:
    """Do the pattern's words follow each other among the text's? `*` stands for any letters."""
    words = [word.lower() for word in WORD.findall(str(text).replace("*", " "))]
    wanted = [re.compile(re.escape(word.lower()).replace(r"\*", r"\w*")) for word in WORD.findall(pattern)]
    return bool(wanted) and any(
        all(one.fullmatch(word) for one, word in zip(wanted, words[at : at + len(wanted)], strict=True))
        for at in range(len(words) - len(wanted) + 1)
    )
