"""What people have leads to the record they mean, and to no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from looked_at import look, looked_at

from syncline.look import find
from syncline.sync import answers


def test_a_record_by_all_its_names(tmp_path: Path) -> None:
    with looked_at(tmp_path) as (small, ledger):
        looking = look(small, ledger)
        record = small.case_of("crm").record.id
        row = small.row("erp", "contact").id
        for what in (
            str(record), f"{record}.phone", f"{record}.phone@erp", f" erp/contact/{row} ", f"erp/{row}",
            "contact0@example.test", "CONTACT0@EXAMPLE.TEST", "Contact 0", "contact 0", "+43000",
        ):  # fmt: skip
            found, place = find.one(looking, what)
            assert found.record == record, what
            assert place.field in ("", "phone")


def test_several_are_listed_and_none_is_said(tmp_path: Path) -> None:
    with looked_at(tmp_path) as (small, ledger):
        looking = look(small, ledger)
        with pytest.raises(find.Several) as several:
            find.one(looking, "Contact")
        assert [one.name for one in several.value.found] == ["Contact 0", "Contact 1"]
        for what in ("nobody@example.test", "999", "crm/contact/none", "shop/contact/1", "", "http://[", "a@b@c", "%"):
            with pytest.raises(find.NotFound):
                find.one(looking, what)


def test_an_act_is_about_what_is_named_exactly_and_never_about_a_part_of_a_name(tmp_path: Path) -> None:
    with looked_at(tmp_path) as (small, ledger):
        looking = look(small, ledger)
        record = small.case_of("crm").record.id
        row = small.row("erp", "contact").id
        for what in (str(record), f" erp/contact/{row} ", f"erp/{row}", "CONTACT0@EXAMPLE.TEST"):
            assert find.exactly(looking, what).record == record, what
        for what in ("Contact 0", "contact0", "+43000", "Cont", "er", "nobody@example.test"):
            with pytest.raises(find.NotFound):
                find.exactly(looking, what)
        for what, meant in (("erpp", "erp"), ("er", "erp"), ("CRM", "crm"), ("contacts", "contact")):
            with pytest.raises(find.NotFound, match=f"did you mean {meant}"):
                find.exactly(looking, what)
        with pytest.raises(find.NotFound) as far:
            find.exactly(looking, "zebra")
        assert "did you mean" not in str(far.value)


def test_a_merged_record_is_the_one_that_took_it_over(tmp_path: Path) -> None:
    with looked_at(tmp_path) as (small, ledger):
        looking = look(small, ledger)
        keep, lose = small.case_of("crm").record.id, small.case_of("crm", number=1).record.id
        answers.merge_records(small.hub, keep, lose, "somebody")
        assert find.one(looking, str(lose))[0].record == find.one(looking, str(keep))[0].record


def test_a_row_without_a_record_is_found_as_itself(tmp_path: Path) -> None:
    with looked_at(tmp_path) as (small, ledger):
        for name in ("Contact 0", "Contact 1"):
            small.systems["crm"].make("contact", {"email": "same@example.test", "name": name, "phone": "", "rep": ""})
        small.settle()
        small.systems["erp"].make("contact", {"email": "same@example.test", "name": "Third", "phone": "", "rep": ""})
        small.settle()
        parked = [row for row in small.systems["erp"].rows["contact"].values() if row.now.values["name"] == "Third"]
        found, _ = find.one(look(small, ledger), f"erp/contact/{parked[0].id}")
        assert (found.record, found.at, found.name) == (0, f"erp/contact/{parked[0].id}", "Third")
