"""Companies of three systems, matched by their VAT number, and asked about where they look the same."""

from typing import Any

from small_world import ALWAYS, Small, bind

from syncline.config.declaration import Birth, Declaration
from syncline.identity.alike import AlikeRule
from syncline.identity.match import MatchRule
from syncline.mapping.contact import phone
from syncline.mapping.text import text
from syncline.merge.policy import EntityPolicy, FieldPolicy
from syncline.model.link import Link
from syncline.model.record import Record

TEXT = text(case="ignore")
ACCOUNT = EntityPolicy(
    name="account",
    fields={
        "name": FieldPolicy(name="name", type=TEXT, differ="ask"),
        "vat": FieldPolicy(name="vat", type=TEXT),
        "erp_id": FieldPolicy(name="erp_id", type=text()),
        "city": FieldPolicy(name="city", type=TEXT),
        "phone": FieldPolicy(name="phone", type=phone(region="AT"), empty="clear"),
    },
)
ALIKE = AlikeRule(fields=("name", "phone"), apart=("vat",))
VAT = MatchRule(fields=("vat",))
ERP_ID = MatchRule(fields=("erp_id",), id_of=("erp", "account"))
PHONE, OTHER_PHONE = "+431234567", "+437654321"
MUELLER = {"name": "M\u00fcller GmbH", "phone": PHONE}
MUELLER_TOO = {"name": "Mueller Ges.m.b.H.", "phone": "01 234567"}


def companies(
    *systems: str, born: tuple[str, ...] | None = None, alike: AlikeRule | None = ALIKE, rules: Any = (VAT,)
) -> Declaration:
    """Born in all of these systems, unless it is said where."""
    return Declaration(
        name="companies", order=systems, entities={"account": ACCOUNT},
        bindings=tuple(bind(system, ACCOUNT) for system in systems),
        births=tuple(
            Birth(entity="account", system=s, stream="account", when=ALWAYS)
            for s in (systems if born is None else born)
        ),
        matching={"account": rules}, alike={"account": alike} if alike else {},
    )  # fmt: skip


class Companies(Small):
    """What users type, and what is asked."""

    def __init__(self, *systems: str, **more: Any) -> None:
        super().__init__(companies(*(systems or ("crm", "erp")), **more))

    def type(self, system: str, **values: Any) -> str:
        return self.systems[system].make("account", values).id

    def edit(self, system: str, row: str, **values: Any) -> None:
        self.now += 5
        self.systems[system].change("account", row, values)

    def only(self, system: str) -> str:
        (row,) = self.alive(system, "account")
        return row.id

    def number(self, system: str) -> int:
        return len(self.alive(system, "account"))

    def at_row(self, system: str, row: str) -> Link:
        return self.link(system, row, "account")

    def of(self, system: str, row: str) -> Record:
        return self.record(self.at_row(system, row))

    def asked(self) -> list[tuple[int, int]]:
        """Who asks about whom."""
        ledger = self.hub.ledger
        records = ledger.records(ledger.scan(0, 10_000)).values()
        return [(one.id, one.asks) for one in records if one.asks is not None]
