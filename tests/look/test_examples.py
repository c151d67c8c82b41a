"""The user's stored cases hold or say what came out instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncline import app
from syncline.look.examples import try_all

HUB = """\
hub: small
mode: read-only
currency: EUR
systems:
  hubspot: {connector: hubspot, roles: [crm], secret: vault}
  odoo: {connector: odoo, roles: [erp], url: "https://acme.odoo.example", secret: vault, empty_is: false}
fields:
  account.name: {type: text, truth: hubspot, at: {hubspot: company.name, odoo: res.partner.name}}
  account.phone: {type: phone, truth: odoo, at: {hubspot: company.phone, odoo: res.partner.phone}}
  account.overdue: {type: integer, truth: odoo, at: {odoo: {field: res.partner.credit_limit, only: read}}}
  account.risk: {type: text, is: "CASE WHEN overdue > 30 THEN 'high' ELSE 'none' END", at: {hubspot: company.risk}}
  account.shout: {type: text, is: "upper(risk)", at: {hubspot: company.shout}}
examples:
"""


def tried(example: str) -> list[str]:
    (one,) = try_all(app.declared(HUB + example, {}).declaration)
    return list(one.wrong)


RIGHT = """\
  late:
    entity: account
    given:
      hubspot: {name: " Acme ", phone: "+43 1 555 1"}
      odoo: {name: Other, phone: "+43 1 555 0002", credit_limit: 40}
    expect:
      record: {name: Acme, phone: "+43 1 5550002", risk: high, shout: HIGH}
      odoo: {name: Acme}
      hubspot: {risk: high, shout: HIGH}
"""


def test_a_case_that_holds_says_nothing() -> None:
    assert tried(RIGHT) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("record: {name: Acme,", "record: {name: Other,", "record: name is 'Acme', not 'Other'"),
        ("odoo: {name: Acme}", "odoo: {name: Other}", "odoo: name is sent as 'Acme', not 'Other'"),
        ("credit_limit: 40", "credit_limit: 4", "record: risk is 'none', not 'high'"),
        ("credit_limit: 40", "credit_limit: many", "odoo: overdue does not fit: "),
        ("odoo: {name: Acme}", "odoo: {credit_limit: 40}", "odoo: credit_limit is not sent, not 40"),
        ('phone: "+43 1 5550002"', "phone: soon", "record: phone cannot be 'soon': "),
    ],
)
def test_what_does_not_come_out_is_said(old: str, new: str, said: str) -> None:
    assert old in RIGHT
    assert any(one.startswith(said) for one in tried(RIGHT.replace(old, new))), tried(RIGHT.replace(old, new))


def test_a_system_that_tells_nothing_leaves_the_other_to_say() -> None:
    only = """\
  alone:
    entity: account
    given: {hubspot: {name: Acme, phone: "+43 1 555 0001"}}
    expect: {record: {phone: "+43 1 555 0001", risk: none}}
"""
    assert tried(only) == []


def test_the_command_tries_them(tmp_path: Path) -> None:
    import subprocess
    import sys

    (tmp_path / "hub.yaml").write_text(HUB + RIGHT, encoding="utf-8")
    words = [sys.executable, "-m", "syncline", "test"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "1 example, 0 wrong."), done.stderr
    (tmp_path / "hub.yaml").write_text(HUB + RIGHT.replace("risk: high, shout", "risk: low, shout"), encoding="utf-8")
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "record: risk is 'high', not 'low'" in done.stdout
    assert done.stderr.splitlines()[-1] == "next: correct hub.yaml, then syncline test"
