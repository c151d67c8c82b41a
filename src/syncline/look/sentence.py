"""A line of history as a sentence for people: what moved, from where to where, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from syncline.config.declaration import Declaration
from syncline.connect.connector import SHARED
from syncline.look.said import NameOf, said
from syncline.model.entry import Entry
from syncline.model.record import Record

WRITTEN_ONLY = "the field is only written there"
REPAIRED = frozenset({"refused", "blank-refused", "conflict-lost"})
CAME = frozenset({"taken", "filled", "merged", "person", "first-difference"})
WORD = {
    "merged": "both changes are kept, with", "no-effect": "a write had no effect", "late": "a write arrived late",
    "record-merged": "is one record with another now", "record-unmerged": "is a record of its own again",
    "asleep": "is left alone", "awake": "takes part again", "tombstone": "was deleted", "undeleted": "is there again",
    "unlinked": "is no longer the row", "linked": "is the row", "deleted": "deleted", "re-pointed": "points elsewhere",
    "undo": "is put back", "conflict-closed": "both sides agree again", "ambiguous": "may be several records",
    "left": "what it was made for ended", "kept": "may stay as it is there", "left-alone": "is left alone",
    "tried-again": "is tried again",
}  # fmt: skip
"""The kinds that need no more than a word."""

Links = Mapping[int, tuple[str, str]]
"""A link's number to its system and stream."""


class Sentence(Struct, frozen=True, kw_only=True):
    """what: a line of history without the name and the field of whom it speaks. why: empty where nothing is.

    kind: as in history, but `put-back` where a write takes back what that system said.
    """

    at: float
    kind: str
    entity: str
    name: str
    field: str
    what: str
    why: str = ""

    def __str__(self) -> str:
        about = f"{self.name}  {self.field}" if self.field else self.name
        return f"{about}  {self.what}" + (f"  ({self.why})" if self.why else "")


class Words(Struct, frozen=True, kw_only=True):
    """How things are called: a record by its number, a system by its name."""

    declaration: Declaration
    record: NameOf
    system: Callable[[str], str]


def sentences(record: Record, entries: Sequence[Entry], since: int, links: Links, words: Words) -> list[Sentence]:
    """One record's history from entry number `since` on; all of it is given, since one line may explain another.

    What says nothing to a person, such as a first value, is left out.
    """
    made = (sentence(record, entries, number, links, words) for number in range(since, len(entries)))
    return [one for one in made if one is not None]


def sentence(record: Record, entries: Sequence[Entry], number: int, links: Links, words: Words) -> Sentence | None:
    """One line of history; None where it says nothing to a person."""
    one = entries[number]
    if one.kind in ("taken", "filled") or one.why == WRITTEN_ONLY or (one.kind == "made" and record.made_by):
        return None  # what follows from it is told by itself
    system, stream = links.get(one.link or 0, ("", ""))
    there = words.system(system) if system else ""
    before, after = values_of(record, one, words)
    kind: str = one.kind
    if kind == "told":
        kind, what = written(entries, number, links, words, (before, after))
    elif kind in ("conflict-lost", "first-lost"):
        stands, lost = (after, before) if lost_first(entries, number) else (before, after)
        cause = "both sides changed it" if kind == "conflict-lost" else "the two differed when they met"
        what = f"{cause}: {stands} stands, {lost} of {there} does not"
    elif kind == "parked":
        what = f"waits for a person: {after} in {there}, {before} elsewhere" if one.field else f"cannot be in {there}"
    else:
        what = plainly(one, (there, stream.partition(SHARED)[0]), (before, after), words)
    why = made_of(entries, words) if kind == "created" else one.why
    return Sentence(
        at=one.at, kind=kind, entity=record.entity, name=words.record(record.id), field=one.field or "", what=what,
        why=why,
    )  # fmt: skip


def values_of(record: Record, one: Entry, words: Words) -> tuple[str, str]:
    """Before and after; of an address only the parts that differ, where both have any."""
    before, after = one.before, one.after
    if isinstance(before, dict) and isinstance(after, dict) and "amount" not in before:
        names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        before, after = ({name: value.get(name) for name in names} for value in (before, after))
    told = (said(value, words.declaration, record.entity, one.field, words.record) for value in (before, after))
    first, second = told
    return first, second


def plainly(one: Entry, place: tuple[str, str], values: tuple[str, str], words: Words) -> str:
    """Of the kinds that no other line explains."""
    there, stream = place
    before, after = values
    match one.kind:
        case "refused":
            return f"{after} of {there} is refused, {before} stands"
        case "blank-refused":
            return f"a blank in {there} is refused, {before} stands"
        case "conflict" | "first-difference":
            return f"{before} on one side, {after} in {there}: a person must choose"
        case "created":
            return f"new in {there}: {stream} {after}"
        case "candidate":
            return f"may be {words.record(int(str(one.after)))} once more" if one.after is not None else "is no other"
        case "made":
            return f"{words.record(int(str(one.after)))} is made of it" if one.after is not None else "made by a rule"
        case "person":
            return f"a person decided: {after}"
        case _:
            word = WORD.get(one.kind, one.kind)
            return f"{word}{f' in {there}' if there else ''}" + (f": {after}" if one.kind == "merged" else "")


def written(
    entries: Sequence[Entry], number: int, links: Links, words: Words, values: tuple[str, str]
) -> tuple[str, str]:
    """(kind, what) of a write: a value that is carried over, or an edit that is taken back."""
    one, (before, after) = entries[number], values
    there = words.system(links.get(one.link or 0, ("another system", ""))[0])
    earlier = [entry for entry in reversed(entries[:number]) if entry.field == one.field]
    if earlier and earlier[0].kind in REPAIRED and earlier[0].link == one.link:
        return "put-back", f"put back in {there}  {before} -> {after}"
    came = (entry for entry in earlier if entry.kind in CAME and entry.link in links and entry.link != one.link)
    source = next(came, None)
    start = words.system(links[source.link or 0][0]) if source is not None else "computed"
    return "told", f"{start} -> {there}  {before} -> {after}"


def made_of(entries: Sequence[Entry], words: Words) -> str:
    """Of what a rule made a record, and by which; empty where none did."""
    made = next((one for one in entries if one.kind == "made" and one.after is not None), None)
    return "" if made is None else f"made of {words.record(int(str(made.after)))} by the {made.why}"


def lost_first(entries: Sequence[Entry], number: int) -> bool:
    """Is the loser named before the winner? So it is where the side that moved won, and at a first meeting."""
    one, after = entries[number], entries[number + 1 :]
    follows = next((entry for entry in after if entry.field == one.field), None)
    wins = follows is not None and follows.kind == "taken" and (follows.at, follows.after) == (one.at, one.after)
    return one.kind == "first-lost" or wins
