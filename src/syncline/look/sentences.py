"""A line of history as a sentence: every kind of entry has one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import get_args

from syncline.model.entry import Entry, EntryKind
from syncline.model.record import Value

Say = Callable[[Value], str]

OF_FIELDS: Mapping[str, str] = {
    "taken": "{where} said {after}, where the record had {before}; taken",
    "merged": "{where} changed it; merged with what the record had: {before} became {after}",
    "refused": "{where} changed it to {after}; refused, the record keeps {before}",
    "blank-refused": "{where} cleared it; a blank is not taken here, the record keeps {before}",
    "conflict": "{where} changed it to {after} while the record held {before}: a conflict",
    "conflict-lost": "two sides had changed it, {where} among them, {before} and {after}: a conflict, settled by rule",
    "conflict-closed": "the conflict ended: {after} instead of {before}",
    "first-lost": "at the first meeting {before} gave way to {after}",
    "first-difference": "at the first meeting {where} held {after} and the record {before}: left to a person",
    "filled": "{where} held {before}; filled in with {after}",
    "no-effect": "{where} was told {before} and kept {after}",
    "parked": "{where}: parked; the record holds {before}, there it is {after}",
    "person": "a person said so: {before} became {after}",
    "told": "{where} was told {after}; it held {before}",
    "undo": "an undo puts {after} back in {where} in place of {before}",
    "late": "{where} shows {after}, which is our own write arriving late",
    "ambiguous": "{where} shows {after}, and nobody knows whether what we sent had arrived before",
    "record-merged": "two records became one: {before} became {after}",
    "record-unmerged": "one record became two again: {before} became {after}",
    "re-pointed": "it referred to {before}, which is {after} now",
    "kept": "a person lets {where} keep {after}; the record holds {before}",
    "left-alone": "a person leaves it alone in {where}; the record holds {before}, there it is {after}",
    "tried-again": "a person has it tried again in {where}; the record holds {before}, there it is {after}",
}
"""`where`: the system. before, after: values. Kinds that are only of whole records are in OF_RECORDS."""

OF_RECORDS: Mapping[str, str] = {
    "created": "made in {where} as {after}",
    "deleted": "{before} was deleted in {where}",
    "linked": "linked with {after} of {where}",
    "candidate": "it may be the same as {after}",
    "tombstone": "{before} is gone in {where}",
    "undo": "an undo: {before} in {where}, then {after}",
    "asleep": "in {where} it sleeps",
    "awake": "in {where} it takes part again",
    "made": "a rule made {after}",
    "left": "the condition of a rule ended",
    "parked": "parked {where}",
    "person": "a person decided: {before}, then {after}",
    "record-merged": "{before} was merged into {after}",
    "record-unmerged": "it was parted from another record again",
    "re-pointed": "what referred to {before} refers to {after}",
    "undeleted": "{after} is back in {where}",
    "unlinked": "{before} of {where} is not its row any more",
    "left-alone": "a person leaves it alone in {where}",
    "tried-again": "a person has it tried again in {where}",
}
KINDS: tuple[str, ...] = get_args(EntryKind)


def sentence(entry: Entry, where: str, say: Say) -> str:
    """For people. where: the system of the entry's link; empty where there is none."""
    texts = OF_FIELDS if entry.field is not None else OF_RECORDS
    text = texts.get(entry.kind) or OF_FIELDS.get(entry.kind) or OF_RECORDS[entry.kind]
    told = text.format(where=where or "the record", before=say(entry.before), after=say(entry.after))
    return f"{told} ({entry.why})" if entry.why else told
