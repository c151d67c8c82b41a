"""Rules of a hub.yaml: they compile to what the engine follows, and really fire; what is wrong is said at its place."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from declared_world import DeclaredWorld, connectors
from declaring import ENVIRONMENT, unmarked

from syncline.config.load import load
from syncline.config.problems import DeclarationErrors
from syncline.model.event import cloud_event
from syncline.sync import rounds

STREAMS = {
    "crm": {"account": "name rep", "deal": "title stage amount account urgent", "task": "title rep due about"},
    "erp": {"account": "name", "order": "ref state total account note"},
}
HEAD = """\
hub: acme
mode: live
currency: EUR
systems:
  crm: {connector: crm, roles: [crm]}
  erp: {connector: erp, roles: [erp]}
addressees: {sales: ["mailto:sales@acme.example"]}
first_sync: {match: {account: [name], deal: [title]}}
fields:
  account.name: {type: text, at: {crm: account.name, erp: account.name}}
  account.rep: {type: text, at: {crm: account.rep}}
  deal.title: {type: text, at: {crm: deal.title}}
  deal.stage: {type: enum, values: [open, won, lost], at: {crm: deal.stage}}
  deal.urgent: {type: boolean, at: {crm: deal.urgent}}
  deal.amount: {type: integer, at: {crm: deal.amount}}
  deal.account: {type: reference, of: account, at: {crm: deal.account}}
  order.ref: {type: text, at: {erp: order.ref}}
  order.state: {type: enum, values: [new, done, cancelled], at: {erp: order.state}}
  order.total: {type: integer, at: {erp: order.total}}
  order.account: {type: reference, of: account, at: {erp: order.account}}
  order.note: {type: text, at: {erp: order.note}}
  task.title: {type: text, at: {crm: task.title}}
  task.rep: {type: text, at: {crm: task.rep}}
  task.due: {type: datetime, at: {crm: task.due}}
  task.about: {type: text, at: {crm: task.about}}
"""
RULES = """\
events:
  deal.large: amount >= 1000
rules:
  won_becomes_order:
    when: deal.won
    make:
      order:
        in: erp
        ref: "of {deal.title} ({amount})"
        state: new
        total: "{deal.amount}"
        account: "{account}"
        note: "{{as it is}}"
        leaving: cancel
        cancelled: {state: cancelled}
  large_is_seen:
    when: deal.large
    if: title <> 'quiet'
    make: {task: {in: crm, for: account.rep, title: "Look at {deal.title}", due: 1d, about: "{account.name}"}}
    notify: [sales, account.rep]
    text: "{title} is worth {amount}"
"""

ROLLED = """\
  order.deal: {type: reference, of: deal}
  deal.ordered: {rollup: sum, of: order, value: total}
  account.sold: {rollup: sum, of: deal, value: ordered}
rules:
  won: {when: deal.won, make: {order: {in: erp, ref: "of {title}", total: "{amount}", deal: "{deal}"}}}
"""


def compiled(text: str) -> Any:
    return load(text, connectors(STREAMS), environment=ENVIRONMENT).declaration


def selling(rules: str = RULES) -> tuple[DeclaredWorld, str]:
    """A world at rest, with one open deal of an account that both systems know."""
    world = DeclaredWorld(HEAD + rules, STREAMS)
    account = world.type("crm", "account", name="Acme", rep="zoe")
    world.type("erp", "account", name="Acme")
    world.settle()
    deal = world.type("crm", "deal", title="d1", stage="open", amount=7, account=account, urgent=False)
    world.settle()
    return world, deal


def test_a_declared_rule_makes_a_record_once_and_says_so() -> None:
    world, deal = selling()
    assert (world.rows("erp", "order"), world.events()) == ([], [])
    world.edit("crm", "deal", deal, stage="won")
    world.settle()
    (account,) = world.rows("erp", "account")
    want = {"ref": "of d1 (7)", "state": "new", "total": 7, "account": account.id, "note": "{as it is}"}
    assert world.held("erp", "order") == [want]
    (event,) = world.events()
    assert event.type == "deal.won"
    world.edit("crm", "deal", deal, amount=8, title="d2")
    world.settle()
    assert world.held("erp", "order") == [want]  # a snapshot
    world.edit("crm", "deal", deal, stage="lost")
    world.settle()
    assert world.held("erp", "order") == [{**want, "state": "cancelled"}]
    assert len(world.events()) == 1


def test_what_was_true_before_sets_nothing_off() -> None:
    world = DeclaredWorld(HEAD + RULES, STREAMS)
    world.type("crm", "deal", title="old", stage="won", amount=5000)
    world.settle()
    assert (world.rows("erp", "order"), world.rows("crm", "task"), world.events()) == ([], [], [])


def test_a_declared_event_is_emitted_and_those_who_are_to_know_are_named() -> None:
    world, deal = selling()
    world.edit("crm", "deal", deal, amount=2000)
    world.settle()
    event, note = world.events()
    assert (event.type, note.type) == ("deal.large", "notification")
    want = {"rule": "large_is_seen", "event": "deal.large", "text": "d1 is worth 2000"}
    assert {key: note.data[key] for key in want} == want
    assert (note.data["addressees"], note.data["persons"]) == (["sales"], ["zoe"])
    (task,) = world.held("crm", "task")
    assert (task["title"], task["rep"], task["about"]) == ("Look at d1", "zoe", "Acme")
    due = dt.datetime.fromisoformat(task["due"]).timestamp()
    assert event.at + 86400 <= due <= world.now + 86400


def test_the_condition_of_a_rule_holds_back_the_rule_and_not_the_event() -> None:
    world, deal = selling()
    world.edit("crm", "deal", deal, title="quiet")
    world.settle()
    world.edit("crm", "deal", deal, amount=2000)
    world.settle()
    assert [event.type for event in world.events()] == ["deal.large"]
    assert world.rows("crm", "task") == []


def test_an_event_is_a_cloud_event() -> None:
    world, deal = selling()
    world.edit("crm", "deal", deal, stage="won")
    world.settle()
    (event,) = world.events()
    told = cloud_event(event, "acme")
    assert set(told) == {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"}
    assert (told["specversion"], told["source"], told["type"]) == ("1.0", "/hubs/acme", "deal.won")
    assert dt.datetime.fromisoformat(told["time"]).timestamp() == event.at
    assert (told["time"][-1], told["data"]["title"]) == ("Z", "d1")
    again = cloud_event(event, "acme")
    assert again["id"] == told["id"]  # with the source, what tells one happening from another


def test_two_rules_on_one_event_emit_it_once() -> None:
    second = "  again: {when: deal.won, notify: [sales]}\n"
    world, deal = selling(RULES + second)
    world.edit("crm", "deal", deal, stage="won")
    world.settle()
    assert sorted(event.type for event in world.events()) == ["deal.won", "notification"]


def test_a_boolean_says_its_event() -> None:
    world, deal = selling("rules: {r: {when: deal.urgent, notify: [sales]}}\n")
    world.edit("crm", "deal", deal, urgent=True)
    world.settle()
    assert sorted(event.type for event in world.events()) == ["deal.urgent", "notification"]


def test_a_rule_that_waits_fires_when_nothing_came() -> None:
    world, deal = selling("rules: {late: {when: deal.won, after: 1 min, without: task, notify: [sales]}}\n")
    world.edit("crm", "deal", deal, stage="won")
    world.settle(rounds=10)
    assert [event.type for event in world.events()] == ["deal.won"]
    world.settle(rounds=40)
    assert [event.type for event in world.events()] == ["deal.won", "notification"]


def test_what_is_made_may_follow_its_source_until_it_says_so() -> None:
    follows = """\
rules:
  follows:
    when: deal.won
    make:
      order: {in: erp, ref: "{title}", total: "{amount}", state: new, follows_until: state = 'done', leaving: keep}
"""
    world, deal = selling(follows)
    world.edit("crm", "deal", deal, stage="won")
    world.settle()
    world.edit("crm", "deal", deal, amount=9)
    world.settle()
    (order,) = world.rows("erp", "order")
    assert (order.now.values["total"], order.now.values["ref"]) == (9, "d1")
    world.edit("erp", "order", order.id, state="done")
    world.settle()
    world.edit("crm", "deal", deal, amount=10)
    world.settle()
    assert order.now.values["total"] == 9


def test_what_was_made_is_credited() -> None:
    credits = """\
rules:
  won:
    when: deal.won
    make:
      order:
        in: erp
        ref: "{title}"
        total: "{amount}"
        leaving: credit
        credit: {order: {in: erp, ref: "credit of {ref}", total: "{order.total}", state: done}}
"""
    world, deal = selling(credits)
    world.edit("crm", "deal", deal, stage="won")
    world.settle()
    world.edit("crm", "deal", deal, stage="lost")
    world.settle()
    found = sorted((row["ref"], row["total"], row.get("state")) for row in world.held("erp", "order"))
    assert found == [("credit of d1", 7, "done"), ("d1", 7, None)]


WRONG = [
    ("rules: {r: {when: §deal.signed, notify: [sales]}}\n", "nothing says when `deal.signed` has happened",
     "say it under `events`: `deal.signed: EXPRESSION`"),
    ("rules: {r: {when: §deal.wn, notify: [sales]}}\n", "nothing says when `deal.wn`", "did you mean `deal.won`?"),
    ("events: {deal.large: §amnt > 5}\n", "unknown column `amnt`", "`amount`"),
    ("events: {deal.large: §amount}\n", "boolean is needed", None),
    ("events: {§del.large: 'true'}\n", "unknown entity `del`", "`deal`"),
    ("rules: {r: {when: deal.won, make: {order: {in: erp, total: §many}}}}\n", "is not a number", None),
    ("rules: {r: {when: deal.won, make: {order: {in: erp, state: §nw}}}}\n", "is none of", None),
    ("rules: {r: {when: deal.won, make: {order: {in: erp, total: §'{deal.account}'}}}}\n",
     "`deal.account` is reference, not integer", None),
    ("rules: {r: {when: deal.won, make: {order: {in: erp, ref: 'Of {§deal.titel}'}}}}\n", "unknown field `deal.titel`",
     "`deal.title`"),
    ("rules: {r: {when: deal.won, make: {order: {in: erp, ref: 'Of §{title'}}}}\n", "without its other brace", None),
    ("rules: {r: {when: deal.won, make: {order: {in: §crm}}}}\n", "`order` is not bound to `crm`", "erp"),
    ("rules: {r: {when: deal.won, make: {§order: {ref: x}}}}\n", "nowhere", "add `in: SYSTEM`"),
    ("rules: {r: {when: deal.won, make: {order: {in: erp, §title: x}}}}\n", "`order` has no field `title`", None),
    ("rules: {r: {when: deal.won, make: {order: {in: erp, §for: account.rep}}}}\n", "`order` has no field `rep`",
     "declare `order.rep`"),
    ("rules: {r: {when: deal.won, make: {order: {in: erp, §due: 1d}}}}\n", "`order` has no field `due`", None),
    ("rules: {r: {when: deal.won, make: {task: {in: crm, for: §account.rp}}}}\n", "`account.rp` is not known here",
     "`account.rep`"),
    ("rules: {r: {when: deal.won, make: {task: {in: crm, for: §account}}}}\n", "`account` is reference, not text",
     None),
    ("rules: {r: {when: deal.won, make: {order: {in: erp, follows_until: §stte = 'x'}}}}\n", "unknown column `stte`",
     "`state`"),
    ("rules: {r: {when: deal.won, make: {order: {in: erp, leaving: cancel, cancelled: {stat: §x}}}}}\n",
     "has no field `stat`", "`state`"),
    ("rules: {r: {when: deal.won, make: {order: {in: erp, leaving: cancel, cancelled: {state: §x}}}}}\n",
     "is none of", None),
    ("rules: {r: {when: deal.won, make: {§order: {in: erp, leaving: credit}}}}\n", "`leaving: credit` needs",
     "add `credit: {"),
    ("rules: {r: {when: deal.won, make: {order: {in: erp, §cancelled: {state: done}}}}}\n",
     "`cancelled` is for `leaving: cancel`", "leave it out"),
    ("rules: {r: {when: deal.won, make: {order: {in: erp, §credit: {order: {in: erp}}}}}}\n",
     "`credit` is for `leaving: credit`", None),
    ("rules: {r: {when: deal.won, make: {order: {in: erp, leaving: credit, credit: §{}}}}}\n",
     "one record is credited", None),
    ("rules: {r: {when: deal.won, notify: [§dael.title]}}\n", "`dael.title` is not known here", "`deal.title`"),
    ("rules: {r: {when: deal.won, notify: [sales], text: '{§tilte}'}}\n", "unknown field `tilte`", "`title`"),
    ("rules: {r: {when: deal.won, make: {order: {in: erp, ref: x}}, §text: hello}}\n", "`text` is for `notify`", None),
    ("rules: {r: {when: deal.won, after: 1h, without: §ordr, notify: [sales]}}\n", "unknown entity", "`order`"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "suggestion"), WRONG)
def test_what_is_wrong_is_said_at_its_place(text: str, message: str, suggestion: str | None) -> None:
    whole, line, column = unmarked(HEAD + text)
    with pytest.raises(DeclarationErrors) as raised:
        compiled(whole)
    assert len(raised.value.problems) == 1, "\n".join(map(str, raised.value.problems))
    (problem,) = raised.value.problems
    assert (problem.place.file, problem.place.line, problem.place.column) == ("hub.yaml", line, column)
    assert message in problem.message
    assert suggestion is None or suggestion in (problem.suggestion or "")


def test_an_event_that_two_fields_could_say_is_asked_for() -> None:
    text = HEAD + "  deal.result: {type: enum, values: [won, lost], at: {crm: {field: deal.result, custom: true}}}\n"
    with pytest.raises(DeclarationErrors) as raised:
        compiled(text + "rules: {r: {when: deal.won, notify: [sales]}}\n")
    (problem,) = raised.value.problems
    assert "several fields may say" in problem.message
    assert "deal.won: \"stage = 'won'\"" in (problem.suggestion or "")


def test_a_command_arms_rules_and_gathers_no_longer_what_moved() -> None:
    """Everything once: rules are armed, and rollups over rollups stand, though nobody comes back in half a minute."""
    world = DeclaredWorld(HEAD + ROLLED, STREAMS)
    account = world.type("crm", "account", name="Acme", rep="zoe")
    world.now += 10
    rounds.sync(world.hub)
    world.now += 10
    deal = world.type("crm", "deal", title="d1", stage="won", amount=7, account=account)
    world.now += 10
    rounds.sync(world.hub)
    (order,) = world.held("erp", "order")
    assert order["ref"] == "of d1"
    record = world.record("crm", "deal", deal)
    assert (record.fields["ordered"].value, world.record("crm", "account", account).fields["sold"].value) == (7, 7)
