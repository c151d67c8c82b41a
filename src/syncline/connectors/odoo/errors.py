"""What Odoo's refusals mean. Each call is one transaction: a refusal that names an exception wrote nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from syncline.connect.request import Answer
from syncline.model.outcome import NO_FIELD, NOT_MADE, Clash, Denied, Later, Missing, Outcome, Rejected

BUSY_SECONDS = 5.0
MOST_SECONDS = 3600.0
LONGEST_REASON = 500

OURS = "x_syncline_"
"""How the names of fields begin that this hub makes."""

NOT_THERE = re.compile(r"Invalid field ['\"](\w+)['\"]")
HIDDEN = re.compile(
    r"enough rights to access the fields? \"(\w+)|security restrictions[\s\S]*^Fields:\s*- (\w+) \(", re.MULTILINE
)
"""A field that only some groups see; of several the first, the others are named when they are asked for again."""

FIELD = (
    re.compile(r"Invalid field ['\"](\w+)['\"]"),  # it is not there
    re.compile(r"(?m)^Field: .*\((\w+)\)\s*$"),  # mandatory
    re.compile(r"null value in column \"(\w+)\""),
    re.compile(r"for (?:the )?field [^\n(]*\((\w+)\)"),
    re.compile(r"Key \((\w+)\)="),  # unique, in the database's words
    re.compile(r"Wrong value for [\w.]+\.(\w+):"),  # of a selection
)

MISSING = re.compile(r"Record: ([\w.]+)\((\d+),")

CONCURRENT = re.compile(r"could not serialize access|deadlock detected|could not obtain lock")

NOT_FOR_THIS_MODEL = re.compile(r"You are not allowed to (?:access|create|modify|delete|read|write|unlink)")
FOR_SOME_ROWS = re.compile(r"security restrictions|record rule|Access to unauthorized or invalid companies")

DATABASE = "psycopg2.errors."
CONCURRENT_KINDS = frozenset({"SerializationFailure", "DeadlockDetected", "LockNotAvailable"})
CONSTRAINTS: Mapping[str, str] = {
    "UniqueViolation": "not-unique",
    "NotNullViolation": "required",
    "ForeignKeyViolation": "still-in-use",
    "CheckViolation": "rejected",
}


def problem(answer: Answer) -> Outcome | None:
    """What an answer means that is no success. None also for a server that broke down: nobody knows what it did."""
    body: Any = answer.body
    if answer.status == 200:
        return import_refused(body)
    if answer.status == 429 or (answer.status == 503 and "retry-after" in answer.headers):
        return Later(after=retry_after(answer.headers))
    if not isinstance(body, dict) or not isinstance(body.get("name"), str):
        return Denied(reason=f"{answer.status}") if answer.status == 401 else None
    name, message = body["name"], str(body.get("message") or "")
    kind = name.rpartition(".")[2]
    if answer.status == 401 or kind == "AccessDenied":
        return Denied(reason=shown(message))
    if kind == "AccessError" and (hidden := HIDDEN.search(message)):
        return Rejected(reason=shown(message), field=hidden[1] or hidden[2], code=NO_FIELD)
    if kind == "AccessError":
        return not_permitted(message)
    if kind == "MissingError":
        return Missing()
    if kind == "LockError" or kind in CONCURRENT_KINDS or CONCURRENT.search(message):
        return Clash()  # another transaction has the row: it is looked at again
    if name.startswith(DATABASE) and kind in CONSTRAINTS:
        return rejected(message, CONSTRAINTS[kind])
    if gone := NOT_THERE.search(message):
        return rejected(message, NOT_MADE if gone[1].startswith(OURS) else NO_FIELD)
    if answer.status < 500 or (kind == "ValueError" and blamed(message)):
        return rejected(message)
    return None


def import_refused(body: Any) -> Rejected | None:
    """`load` answers a refusal with 200: no ids, and messages that name rows and fields."""
    if not isinstance(body, dict) or body.get("ids") is not False or not isinstance(body.get("messages"), list):
        return None
    told = [one for one in body["messages"] if isinstance(one, dict) and one.get("type") != "warning"]
    first: Mapping[str, Any] = told[0] if told else {}
    message, field = str(first.get("message") or "the import was refused"), first.get("field")
    if not isinstance(field, str) or not field:
        return rejected(message)
    return Rejected(reason=shown(message), field=field.partition("/")[0])


def not_permitted(message: str) -> Denied | Rejected:
    """No right to a model is for the person who gave the key; a row behind a record rule holds up no other (L2).

    Odoo says both by one exception and tells them apart in words only, which are English unless `lang` says otherwise.
    """
    if NOT_FOR_THIS_MODEL.search(message) and not FOR_SOME_ROWS.search(message):
        return Denied(reason=shown(message))
    return Rejected(reason=shown(message), code="not-permitted")


def rejected(message: str, code: str = "rejected") -> Rejected:
    """A value that Odoo will not have, with the field where the words name one."""
    return Rejected(reason=shown(message), field=blamed(message), code=code)


def blamed(message: str) -> str | None:
    """The field that a message names."""
    return next((match[1] for pattern in FIELD if (match := pattern.search(message))), None)


def missing_of(answer: Answer) -> tuple[str, int] | None:
    """Of a MissingError the model and id of the row that is not there: perhaps another than the one that is written."""
    found = MISSING.search(str(answer.body.get("message"))) if isinstance(answer.body, dict) else None
    return (found[1], int(found[2])) if found else None


def shown(message: str) -> str:
    """A message on one line, and not without end."""
    return " ".join(message.split())[:LONGEST_REASON]


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that the server asks for, within reason."""
    told = headers.get("retry-after", "")
    return min(float(told), MOST_SECONDS) if told.isascii() and told.isdigit() else BUSY_SECONDS
