"""What the reads of a connector must hold: nothing is missed, rows keep their ids, stamps tell the time."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from syncline.connect.request import Request, Write
from syncline.connect.stream import Asked, Stream, WriteOrder
from syncline.egress.effects import is_read
from syncline.sync.observe import RESOLUTION_SECONDS, NotNow
from syncline.testing.conformance_world import T0, Follower, Subject, World, require

OFF_BY_SECONDS = 2.0
SAME_STAMP = 7
"""So many rows are made at one moment; no page holds a multiple of it, so that a page ends among them."""

FAR_BACK = 4.0
"""The rows reach back this many times as far as the hub overlaps: what a page loses, the overlap does not bring."""


def paging(subject: Subject) -> None:
    """Rows that are made and changed while pages are read are all there after the next poll, as they are then."""
    world, random = World(subject), Random(1)
    count = subject.page * 2 + 50
    pause = FAR_BACK * (world.stream.settles_in.changes + RESOLUTION_SECONDS) * SAME_STAMP / count + 1.0
    texts: dict[str, str] = {}
    for number in range(count):
        texts[world.type(number)] = str(subject.values(number)[subject.text])
        if number % SAME_STAMP == 0:
            world.wait(pause)
    world.wait(world.stream.settles_in.changes + pause)
    follower, ids = Follower(world), list(texts)

    def meanwhile(page: int) -> None:
        world.wait(1.0)
        for rid in (ids[0], ids[-1], *random.sample(ids, 3)):
            texts[rid] = f"Edited {page} {rid}"
            world.edit(rid, texts[rid])
        world.wait(1.0)
        number = 10_000 + page
        texts[world.type(number)] = str(subject.values(number)[subject.text])

    read = follower.read(meanwhile)
    require(len(read) > 1, f"{count} rows are one page: the subject's `page` is too small to show anything")
    world.wait(world.stream.settles_in.changes + 1.0)
    follower.read()
    wrong = [rid for rid, text in texts.items() if follower.seen.get(rid, {}).get(subject.text) != text]
    require(not wrong, f"{len(wrong)} of {len(texts)} rows were missed while pages were read, as {wrong[:3]}")


def ties(subject: Subject) -> None:
    """More rows of one moment than a page holds are all read, and what comes after them too."""
    world = World(subject)
    ids = {world.type(number) for number in range(subject.page + 50)}
    world.wait(100.0)
    ids |= {world.type(20_000 + number) for number in range(3)}
    world.wait(world.stream.settles_in.changes + 1.0)
    follower = Follower(world)
    follower.read()
    missed = ids - follower.seen.keys()
    require(not missed, f"{len(missed)} of {len(ids)} rows that changed at one moment were not read")


def sweeping(subject: Subject) -> None:
    """A sweep shows each row once, and every row that was there all the time, whatever happens meanwhile."""
    world = World(subject)
    ids = [world.type(number) for number in range(subject.page + 50)]
    world.wait(world.stream.settles_in.sweep + 1.0)
    shown = [str(row[world.stream.key]) for row in world.sweep()]
    require(len(shown) == len(set(shown)), "a sweep shows rows twice though nothing changes")
    require(set(ids) <= set(shown), f"a sweep lacks {len(set(ids) - set(shown))} rows though nothing changes")
    gone: set[str] = set()

    def meanwhile(page: int) -> None:
        for rid in (ids[page], ids[-page]):
            world.remove(rid)
            gone.add(rid)
        world.edit(ids[len(ids) // 2], f"Edited {page}")
        world.type(30_000 + page)

    lacks = set(ids) - {str(row[world.stream.key]) for row in world.sweep(meanwhile)} - gone
    require(not lacks, f"a sweep lacks {len(lacks)} rows that were there all the time, as {sorted(lacks)[:3]}")


def keys(subject: Subject) -> None:
    """A row has one id, the same by every way it is read, and no other row has it."""
    world = World(subject)
    ids = [world.type(number) for number in range(5)]
    world.wait(max(world.stream.settles_in.changes, world.stream.settles_in.sweep) + 1.0)
    follower = Follower(world)
    follower.read()
    require(set(ids) <= follower.seen.keys(), f"rows {ids} are read as {sorted(follower.seen)}")
    if world.stream.get is not None:
        require(set(world.look(*ids)) == set(ids), "a look does not show the rows that it is asked for")
    if world.stream.sweep is not None:
        require(set(ids) <= {str(row[world.stream.key]) for row in world.sweep()}, "a sweep has other ids")


def timestamps(subject: Subject) -> None:
    """Stamps are moments by the vendor's clock: of the making, which stays, and of the last change, which moves."""
    world = World(subject)
    stream = world.stream
    rid = world.type(1)
    made = world.clock.now()
    world.wait(1000.0)
    world.edit(rid, "Edited once")
    changed = world.clock.now()
    world.wait(stream.settles_in.changes + 1.0)
    follower = Follower(world)
    follower.read()
    rows = [follower.seen[rid], *(world.look(rid).values() if stream.get else ())]
    for row in rows:
        for name, expected in ((stream.changed_at, changed), (stream.created_at, made)):
            if name is not None:
                told = stream.time(row[name])
                near = told is not None and abs(told - expected) <= OFF_BY_SECONDS
                require(near, f"{name} tells {told} where {expected} is right")


def reads_only(subject: Subject) -> None:
    """Every request of a read is among the `reads` of its connector; in mode read-only nothing else leaves."""
    world = World(subject)
    rid = world.type(1)
    world.wait(world.stream.settles_in.changes + 1.0)
    for ask in every_read(subject, world.stream, rid):
        try:
            world.pages(ask)
        except NotNow as error:
            require(not world.door.held_back, str(error))
            raise
    for request in every_write(subject, world.stream, rid):
        out = is_read(world.connector.reads, request.method, request.path)
        require(not out, f"`reads` lets a write out in mode read-only: {request.method} {request.path}")


def every_write(subject: Subject, stream: Stream, rid: str) -> list[Request]:
    """The requests that begin each way to write; a conversation that begins with a read begins with none."""
    values = subject.values(1)
    asked: list[Asked] = []
    if stream.create is not None:
        asked.append(stream.create(values, "key"))
    if stream.update is not None:
        asked.append(stream.update(rid, {subject.text: "Written"}, None))
    if stream.delete is not None:
        asked.append(stream.delete(rid, None))
    if stream.define is not None and subject.new_field is not None:
        asked.append(stream.define(subject.new_field))
    if stream.batch is not None and stream.update is not None:
        order = WriteOrder(kind="update", id=rid, values={subject.text: "Written"}, key="key")
        asked += [stream.batch([order])] if bool(stream.batch_takes(order)) else []
    alone = [one for one in asked if isinstance(one, Request)]
    return alone + [
        one.request for talk in asked if not isinstance(talk, Request) and isinstance(one := next(talk), Write)
    ]


def every_read(subject: Subject, stream: Stream, rid: str) -> list[Callable[[str | None], Asked]]:
    """Each way to read a stream, as a function of where it goes on."""
    changes, sweep, get, deleted, find = stream.changes, stream.sweep, stream.get, stream.deleted, stream.find
    found: list[Callable[[str | None], Asked]] = []
    if changes is not None:
        found.append(lambda after: changes(T0 - 10.0, after))
    if sweep is not None:
        found.append(sweep)
    if get is not None:
        found.append(lambda after: get([rid]))
    if deleted is not None:
        found.append(lambda after: deleted(T0 - 10.0, after))
    if stream.described is not None:
        described = stream.described
        found.append(lambda after: described())
    if stream.writers is not None:
        writers = stream.writers
        found.append(lambda after: writers([rid], [subject.text]))
    if find is not None and subject.keys:
        found.append(lambda after: find({name: subject.values(1)[name] for name in subject.keys}))
    return found


def deletes(subject: Subject) -> None:
    """A delete is proven as the stream declares, and what is only changed, or not there yet, is not."""
    world = World(subject)
    stream = world.stream
    kept, dead = world.type(1), world.type(2)
    world.wait(100.0)
    world.edit(kept, "Edited once")
    world.remove(dead)
    at = world.clock.now()
    world.wait(max(stream.settles_in.feed, stream.settles_in.get) + 1.0)
    require(not world.proven(kept) and not world.fed(kept, at), "a row that was only changed is proven to be deleted")
    if stream.get is not None:
        require(dead not in world.look(dead), "a look shows a row that was deleted")
        require(kept in world.look(kept, dead), "a look does not show a row beside one that was deleted")
    if stream.deletes_proven_by in ("feed", "tombstone"):
        fed = world.fed(dead, at)
        gone = [*fed, *world.proven(dead)]
        require(bool(gone), f"a delete is not proven, though the stream declares {stream.deletes_proven_by!r}")
        require(bool(fed) or stream.deleted is None, "the list of deletes does not tell a delete")
        late = [one.at for one in gone if abs(one.at - at) > OFF_BY_SECONDS]
        require(not late, f"a delete at {at} is told as of {late}")
        require(all(one.into is None for one in gone), "a row that was deleted is told as merged into another")


def merges(subject: Subject) -> None:
    """A row that was made a part of another is gone into that one, and never just deleted."""
    assert subject.merge is not None
    world = World(subject)
    stays, goes = world.type(1), world.type(2)
    world.wait(100.0)
    subject.merge(world.sandbox, stays, goes)
    at = world.clock.now()
    world.wait(max(world.stream.settles_in.changes, world.stream.settles_in.feed) + 1.0)
    changes = world.stream.changes
    assert changes is not None
    told = [one for page in world.pages(lambda after: changes(at - 10.0, after)) for one in page.gone]
    told = [one for one in told if one.id == goes]
    require(bool(told), "a merge is not told among the changes")
    for one in (*told, *world.proven(goes), *world.fed(goes, at)):
        there = one.into is not None and (one.into == stays or one.into in world.look(one.into))
        require(there, f"a row that was merged is told as {one}")
