"""What the writes of a connector must hold: what was written is there, once, and what is answered is what happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from syncline.connect.auth import OAuth2, SignIn
from syncline.connect.stream import Stream
from syncline.model.intent import Intent
from syncline.model.outcome import Clash, Denied, Done, Exists, Later, Missing, Outcome, Rejected, Unknown
from syncline.sandbox.faults import Fault
from syncline.sync import send
from syncline.sync.observe import NotNow
from syncline.testing.conformance_door import Loss
from syncline.testing.conformance_world import FIRST_LINK, Follower, Subject, World, require

MOST_ATTEMPTS = 12
MOST_STEPS = 12
EMPTY = (None, "", False)


def done(outcome: Outcome, what: str) -> Done:
    """The receipt of a write that must succeed."""
    require(isinstance(outcome, Done), f"{what} was answered {outcome}")
    assert isinstance(outcome, Done)
    return outcome


def told(row: Any, name: str) -> str:
    """A raw value as text; empty is empty text."""
    value = row.get(name)
    return "" if value in EMPTY else str(value)


def write_then_read(subject: Subject) -> None:
    """What was written is shown by each way to read once that way has settled, and by a look at once."""
    world = World(subject, lag=True)
    stream = world.stream
    rid = done(world.create(1), "a create").id
    require(bool(rid), "a create is done and has no id")
    wanted = {name: str(value) for name, value in subject.values(1).items() if name in (subject.text, *subject.keys)}

    def shows(row: Any, how: str) -> None:
        differing = {name: row.get(name) for name, value in wanted.items() if told(row, name) != value}
        require(not differing, f"{how} shows {differing} where {wanted} was written")

    def everywhere(what: str) -> None:
        world.wait(stream.settles_in.get)
        if stream.get is not None:
            found = world.look(rid)
            require(rid in found, f"a look does not show a row after {what}")
            shows(found[rid], f"a look after {what}")
        world.wait(max(stream.settles_in.changes, stream.settles_in.sweep, stream.settles_in.find) + 1.0)
        follower = Follower(world)
        follower.read()
        require(rid in follower.seen, f"the changes do not show a row after {what}")
        shows(follower.seen[rid], f"the list of changes after {what}")
        if stream.sweep is not None:
            swept = {str(row[stream.key]): row for row in world.sweep()}
            require(rid in swept, f"a sweep does not show a row after {what}")
            shows(swept[rid], f"a sweep after {what}")
        if stream.find is not None and subject.keys:
            require(found_ids(world, 1) == [rid], f"`find` finds {found_ids(world, 1)} after {what}, not {rid}")

    everywhere("a create")
    if stream.update is not None:
        wanted[subject.text] = "Written again"
        done(world.write("update", rid, {subject.text: "Written again"}), "an update")
        everywhere("an update")
    if stream.delete is not None:
        done(world.write("delete", rid), "a delete")
        world.wait(max(stream.settles_in.get, stream.settles_in.feed) + 1.0)
        if stream.get is not None:
            require(rid not in world.look(rid), "a look shows a row that was deleted")


def found_ids(world: World, number: int) -> list[str]:
    """What `find` finds of the n-th row."""
    assert world.stream.find is not None
    keys = {name: world.subject.values(number)[name] for name in world.subject.keys}
    return [str(row[world.stream.key]) for row in world.show(world.stream.find(keys)).records]


def receipts(subject: Subject) -> None:
    """What a write says is stored is what is stored."""
    world = World(subject)
    made = done(world.create(1), "a create")
    answers = [made]
    if world.stream.update is not None:
        answers.append(done(world.write("update", made.id, {subject.text: "Written again"}), "an update"))
    world.wait(world.stream.settles_in.get)
    now = world.look(made.id)[made.id] if world.stream.get else {}
    for name, value in (answers[-1].stored or {}).items():
        if name in now and name in (subject.text, *subject.keys):
            require(value == now[name], f"the answer says that {name} is {value!r}; it is {now[name]!r}")


def empties(subject: Subject) -> None:
    """A value that is emptied is read as empty, by each way to read; what is filled is not."""
    world = World(subject)
    rid = world.type(1)
    done(world.write("update", rid, {subject.text: None}), "an update with nothing")
    world.wait(max(world.stream.settles_in.changes, world.stream.settles_in.get) + 1.0)
    follower = Follower(world)
    follower.read()
    rows = [follower.seen[rid], *(world.look(rid).values() if world.stream.get else ())]
    for row in rows:
        require(subject.text in row, f"{subject.text} is not told at all after it was emptied")
        require(row[subject.text] in EMPTY, f"{subject.text} reads {row[subject.text]!r} after it was emptied")


# ---- creates
def creating(subject: Subject) -> None:
    """Whatever step of a create is lost, in whatever way, there is one row in the end, as the stream declares it."""
    for loss in ("before", "after", "broke"):
        for step in range(MOST_STEPS):
            if not lost_at(subject, loss, step):
                break
        else:
            require(False, f"a create takes more than {MOST_STEPS} requests")


def lost_at(subject: Subject, loss: Loss, step: int) -> bool:
    """One create whose n-th request is lost. Returns whether it takes so many."""
    world = World(subject)
    before = world.count()
    first = world.door.wire.writes
    world.door.wire.lose = lambda number: loss if number == first + step else None
    intent = world.intent("create", None, subject.values(1))
    outcome = world.send(intent)[0]
    if world.door.wire.writes <= first + step:
        return False
    how = f"of a create whose {step + 1}. request was lost ({loss})"
    require(not isinstance(outcome, Rejected | Exists | Missing), f"{how} the outcome is {outcome}")
    made = resolved(world, intent, outcome, how)
    rows = world.count() - before
    if world.stream.create_is_safe_by is None:  # it waits for a person, rather than for a second row
        require(rows <= 1, f"{how} {rows} rows are there")
        return True
    require(rows == 1, f"{how} {rows} rows are there")
    for name, most in subject.makes.items():
        require(world.count(name) <= most, f"{how} {world.count(name)} rows of {name} are there, not {most}")
    if made is not None and world.stream.get is not None:
        world.wait(world.stream.settles_in.get)
        require(made in world.look(made), f"{how} its row is said to be {made}, which is not there")
    return True


def resolved(world: World, intent: Intent, outcome: Outcome, how: str) -> str | None:
    """A create brought to its end as the hub does it: asked again, or looked for, by what the stream declares."""
    stream = world.stream
    for _ in range(MOST_ATTEMPTS):
        if isinstance(outcome, Done):
            return outcome.id
        if stream.create_is_safe_by is None:
            return None
        if isinstance(outcome, Later):
            world.wait(outcome.after)
        elif stream.create_is_safe_by == "find":
            world.wait(stream.settles_in.find + stream.write_timeout)
            found = found_ids(world, intent.link - FIRST_LINK or 1)
            require(len(found) < 2, f"{how} {len(found)} rows are found")
            if found:
                return found[0]
        world.wait(1.0)
        now = world.hub.ledger.intents([intent.id])[intent.id]
        outcome = world.send(replace_journal(now, send.succeeded(world.hub, now)))[0]
    require(False, f"{how} it has no end: {outcome}")
    return None


def replace_journal(intent: Intent, journal: Sequence[Any]) -> Intent:
    """The same write, asked again."""
    return msgspec.structs.replace(intent, journal=tuple(journal), state="sent")


# ---- refusals
def errors(subject: Subject) -> None:
    """Each refusal is what it is, and of a read that is refused nothing is concluded."""
    refusal(subject, Fault(kind="rate-limit"), (Later,), reads=True)
    # Where we sign in, or make tokens, the door does so once more, and then waits for a person.
    signs = isinstance(subject.connector(subject.use()).auth, SignIn | OAuth2)
    refusal(subject, Fault(kind="expire-token"), (Denied, Later) if signs else (Denied,), reads=True)
    refusal(subject, Fault(kind="server-error"), (Unknown,), reads=True)
    refusal(subject, Fault(kind="server-error", status=503, done=True), (Unknown,), reads=True)
    refusal(subject, Fault(kind="lose-answer"), (Unknown,), reads=True)
    refusal(subject, Fault(kind="timeout"), (Unknown,), reads=True)
    refusal(subject, Fault(kind="cut"), (Unknown,), reads=True)
    if subject.refused is None:
        refusal(subject, Fault(kind="reject"), (Rejected,), reads=False)


def refusal(subject: Subject, fault: Fault, expected: tuple[type, ...], *, reads: bool) -> None:
    """A write and a read that meet with this fault."""
    world = World(subject)
    rid = world.type(1)
    world.look(rid)  # who needs to sign in has signed in
    world.sandbox.faults.plant(fault)
    if world.stream.update is not None:
        outcome = world.write("update", rid, {subject.text: "Written"})
        fits = isinstance(outcome, expected) or (Unknown in expected and isinstance(outcome, Later | Clash))
        require(fits, f"{fault.kind} on a write is {outcome}")
        if Unknown in expected and not isinstance(outcome, Unknown):  # it says that nothing was written
            world.sandbox.faults.clear()
            text = told(world.look(rid).get(rid, {}), subject.text)
            require(text != "Written", f"{fault.kind} on a write is {outcome}, and it was written")
            world.sandbox.faults.plant(fault)
        if isinstance(outcome, Later):
            require(0 < outcome.after <= 86_400, f"a rate limit lasts {outcome.after} seconds")
    if not reads or world.stream.get is None:
        return
    try:
        seen = world.look(rid)
    except NotNow:
        return
    require(False, f"{fault.kind} on a read is taken for an answer: {seen}")


def refused_values(subject: Subject) -> None:
    """A value that the system does not take is rejected, by its field where it names one; the row stays as it was."""
    assert subject.refused is not None
    world = World(subject)
    rid = world.type(1)
    outcome = world.write("update", rid, subject.refused)
    require(isinstance(outcome, Rejected), f"a value that the system refuses is {outcome}")
    assert isinstance(outcome, Rejected)
    require(bool(outcome.reason), "a refusal does not say why")
    require(outcome.field == subject.blamed, f"the field that is refused is {outcome.field}, not {subject.blamed}")


def missing(subject: Subject) -> None:
    """An update of a row that was deleted is Missing, and a delete of it is that or done."""
    world = World(subject)
    rid = world.type(1)
    world.remove(rid)
    world.wait(1.0)
    outcome = world.write("update", rid, {subject.text: "Written"})
    require(isinstance(outcome, Missing), f"an update of a row that is not there is {outcome}")
    if world.stream.delete is not None:
        outcome = world.write("delete", rid)
        require(isinstance(outcome, Missing | Done), f"a delete of a row that is not there is {outcome}")


def existing(subject: Subject) -> None:
    """A create that meets another row with its keys names that row, and makes none."""
    world = World(subject)
    rid = world.type(1)
    before = world.count()
    outcome = world.create(1)
    require(outcome == Exists(id=rid), f"a create of what is there already is {outcome}, not {Exists(id=rid)}")
    require(world.count() == before, "a create of what is there already made a row")


# ---- batches
def batches(subject: Subject) -> None:
    """Of a batch in which some writes fail each is told what became of it, and no other."""
    for kind in ("update", "create"):
        half_failed(subject, kind)


def half_failed(subject: Subject, kind: str, count: int = 9) -> None:
    """A batch that the sandbox fails for some rows, and one with a value that it refuses."""
    world = World(subject)
    if (world.stream.update if kind == "update" else world.stream.create) is None:
        return
    numbers = range(1, count + 1)
    rids: list[str | None] = [world.type(number) if kind == "update" else None for number in numbers]
    values = [{**subject.values(number), subject.text: f"Batch {number}"} for number in numbers]
    if kind == "update":
        values = [{subject.text: one[subject.text]} for one in values]
    if subject.refused is not None:
        values[4] = {**values[4], **subject.refused}
    world.sandbox.faults.plant(Fault(kind="half-fail", rate=0.4, seed=5))
    intents = [world.intent(kind, None, one, FIRST_LINK + n) for n, one in zip(numbers, values, strict=True)]
    outcomes = world.send(*intents, ids=rids)
    world.sandbox.faults.clear()
    require(len(outcomes) == count, f"{len(outcomes)} outcomes came for {count} writes")
    world.wait(world.stream.settles_in.get)
    for rid, wanted, outcome in zip(rids, values, outcomes, strict=True):
        if isinstance(outcome, Done):
            there = world.look(outcome.id or str(rid)).get(outcome.id or str(rid), {})
            text = told(there, subject.text)
            require(text == wanted[subject.text], f"a {kind} is done, and its row says {text!r}: {wanted}")
        elif rid is not None:
            text = told(world.look(rid)[rid], subject.text)
            require(
                text != wanted[subject.text] or isinstance(outcome, Unknown), f"an update is {outcome}, and was done"
            )
    if subject.refused is not None:
        require(isinstance(outcomes[4], Rejected), f"a refused value in a batch is {outcomes[4]}")


# ---- secrets, fields, purity
def redaction(subject: Subject) -> None:
    """No request that a connector describes holds a secret; egress puts it where the connector left a place."""
    world = World(subject)
    rid = done(world.create(1), "a create").id
    world.look(rid)
    if world.stream.update is not None:
        world.write("update", rid, {subject.text: "Written"})
    for name, secret in subject.secrets.items():
        holds = [request.path for request, _ in world.door.asked if secret in repr(request)]
        require(not holds, f"requests hold the secret `{name}`: {holds[:3]}")
        sent = any(secret in repr((one.headers, one.content)) for one in world.door.wire.sent)
        require(sent or name != "secret", "the secret is nowhere sent: how does the system know us?")


def purity(subject: Subject) -> None:
    """Asked twice the same, a connector describes the same request, and what it was given stays as it was."""
    stream = World(subject).stream
    values = dict(subject.values(1))
    asks: list[Callable[[Stream], Any]] = [
        lambda s: s.changes and s.changes(5.0, None), lambda s: s.sweep and s.sweep(None),
        lambda s: s.get and s.get(["1"]), lambda s: s.create and s.create(values, "key"),
        lambda s: s.update and s.update("1", values, None), lambda s: s.delete and s.delete("1", None),
    ]  # fmt: skip
    for ask in asks:
        one, other = first(ask(stream)), first(ask(replace(stream)))
        require(one == other, f"asked twice, two requests: {one} and {other}")
    require(values == dict(subject.values(1)), "the values of a write were changed")


def first(asked: Any) -> Any:
    """The first request of a conversation, or the only one."""
    return next(asked) if hasattr(asked, "send") else asked
