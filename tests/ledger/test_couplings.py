"""Couplings and staged rows by their ids, on every ledger alike."""

from ledger_rows import link, record, row, write

from syncline.model.rows import Coupling, Staged
from syncline.sync.store import Ledger, Row

ERP = ("erp", "partner")


def coupling(n: int, m: int, run: int = 1, **more: object) -> Coupling:
    return Coupling(one=row(f"c{n:03}"), other=(*ERP, f"e{m:03}"), run=run, at=float(n), why=f"line {n}", **more)  # type: ignore[arg-type]


def test_a_row_finds_what_it_is_coupled_with_from_either_side(ledger: Ledger) -> None:
    one, other = coupling(1, 7), Coupling(one=row("c001"), other=("shop", "user", "s"), run=1, at=0.0, why="by hand")
    write(ledger, "save_couplings", [one, other, coupling(2, 8)])
    assert ledger.couplings_at([row("c001")]) == {row("c001"): [one, other]}
    both: list[Row] = [(*ERP, "e007"), ("shop", "user", "s"), (*ERP, "e999"), ("none", "such", "1")]
    assert ledger.couplings_at(both) == {both[0]: [one], both[1]: [other]}
    assert one.beside(both[0]) == row("c001")
    assert one.beside(row("c001")) == both[0]


def test_what_is_taken_back_is_not_found_and_is_still_known(ledger: Ledger) -> None:
    write(ledger, "save_couplings", [coupling(n, n, run=n % 2) for n in range(10)])
    write(ledger, "save_couplings", [coupling(1, 1, ended=5), coupling(2, 2, run=0, ended=5)])
    assert ledger.couplings_at([row("c001"), row("c003")]) == {row("c003"): [coupling(3, 3)]}
    assert [one.at for one in ledger.couplings_of_run(1)] == [3.0, 5.0, 7.0, 9.0]
    assert [one.at for one in ledger.couplings_of_run(5, ended=True)] == [1.0, 2.0]
    assert ledger.couplings_of_run(5) == []


def test_pages_of_couplings_follow_one_another(ledger: Ledger) -> None:
    write(ledger, "save_couplings", [coupling(n, 50 - n) for n in range(25)])
    found, after = [], None
    while page := ledger.couplings_of_run(1, after=after, limit=10):
        after = page[-1]
        found += page
    assert [one.at for one in found] == [float(n) for n in range(25)]
    ids, last = [], ""
    while some := ledger.coupled_ids(*ERP, last, 10):
        last = some[-1]
        ids += some
    assert ids == sorted(f"e{50 - n:03}" for n in range(25))
    assert ledger.coupled_ids("crm", "contact", "c020", 99) == ["c021", "c022", "c023", "c024"]


def test_a_coupling_waits_until_both_rows_have_a_link(ledger: Ledger) -> None:
    write(ledger, "save_couplings", [coupling(n, n) for n in range(4)])
    assert len(ledger.couplings_waiting()) == 4
    with ledger.unit() as unit:
        unit.save_records([record(1)])
        unit.save_links([
            link(1, external_id="c000"), link(2, system="erp", stream="partner", external_id="e000"),
            link(3, external_id="c001"), link(4, external_id="c002", state="tombstone"),
            link(5, system="erp", stream="partner", external_id="e002"),
        ])  # fmt: skip
    assert [one.at for one in ledger.couplings_waiting()] == [1.0, 3.0]
    assert [one.at for one in ledger.couplings_waiting(after=coupling(1, 1), limit=5)] == [3.0]


def test_staged_rows_by_their_ids(ledger: Ledger) -> None:
    rows = [Staged(system="crm", stream="contact", id=f"c{n}", raw={"n": n}) for n in range(5)]
    write(ledger, "stage", rows)
    assert ledger.staged_at("crm", "contact", ["c3", "c1", "none", "c1"]) == [rows[1], rows[3]]
    assert ledger.staged_at("erp", "contact", ["c3"]) == []
