"""Two records beside each other, by what they were compared by: what a person decides on whether they are one."""

from __future__ import annotations

from msgspec import Struct

from syncline.look.kind import kind_of
from syncline.look.named import name_of
from syncline.look.said import NameOf, in_words
from syncline.merge.case import Case
from syncline.sync.desk import Desk
from syncline.sync.questions import is_row

COMPARED_WITHOUT_RULE = ("name", "email")


class Side(Struct, frozen=True, kw_only=True):
    """One of the two. rows: `SYSTEM/STREAM/ID` each. fields: what was compared, in words, without blanks."""

    record: int
    name: str
    rows: tuple[str, ...]
    fields: dict[str, str]


def side(desk: Desk, case: Case, name: NameOf) -> Side:
    """A record as one of the two."""
    entity, declaration = case.record.entity, desk.declaration
    rule = declaration.alike.get(entity)
    keys = [field for match in declaration.matching.get(entity, ()) for field in match.fields]
    names = dict.fromkeys([*(rule.fields if rule is not None else COMPARED_WITHOUT_RULE), *keys])
    fields = {
        field: in_words(held.value, kind_of(declaration, entity, field), declaration.zone, name)
        for field in names if (held := case.record.fields.get(field)) is not None and held.value is not None
    }  # fmt: skip
    rows = tuple(f"{k.system}/{k.stream}/{k.external_id}" for k in case.links.values() if is_row(k))
    return Side(record=case.record.id, name=name_of(case.record, declaration), rows=rows, fields=fields)


def in_a_line(one: Side) -> str:
    """`crm/company/17: Contact 17 GmbH, 1010 Wien`."""
    return f"{' and '.join(one.rows) or 'no row'}: {'; '.join(one.fields.values()) or 'blank'}"
