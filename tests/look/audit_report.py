"""A report of an audit whose every word is somebody's attack."""

from __future__ import annotations

from syncline.look.audited import Audited, EntityAudited, Example, FieldAudited, Found, RowAt, WriterSeen
from syncline.look.away import NotReached
from syncline.sync.sheet import Comes

SCRIPT = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("http://evil.example","click")'
TURNED = "\u202egpj.exe\u200f"
STEERS = "\x1b]0;owned\x07\x1b[2J"
HOSTILE = (SCRIPT, FORMULA, TURNED, STEERS, '" onmouseover="x', "{{7*7}}", "\0null", "a\r\nb")


def example(word: str) -> Example:
    row = RowAt(system="crm", stream=word, id=word, page=f"javascript:alert({word})")
    good = RowAt(system="erp", stream="contact", id="7", page="https://erp.example/contact/7?a=1&b=2")
    return Example(at=word, name=word, why=word, rows=(row, good), values={"crm": word, "erp": word})


def report(words: tuple[str, ...] = HOSTILE) -> Audited:
    """Everything that can hold a value holds each of these words."""
    examples = tuple(example(word) for word in words)
    found = tuple(
        Found(kind=kind, count=3, why=word, systems=("crm",), missing="erp", groups=1, examples=examples)
        for kind in ("only", "duplicate", "lookalike", "second-row", "ambiguous", "parked", "without-rep")
        for word in words
    )
    fields = tuple(
        FieldAudited(
            field=word, truth="crm", compared=10, equal=4, blank=1, one_blank=2, differs=3, open=1, left=1,
            settled={"crm": 1}, blank_in={"erp": 2}, filled=1, invalid={"crm": 1}, differ_examples=examples,
            blank_examples=examples, invalid_examples=examples,
        )
        for word in words
    )  # fmt: skip
    entity = EntityAudited(
        entity="contact", systems=("crm", "erp"), rows={"crm": 10, "erp": 9}, records=12, both={"crm + erp": 7},
        every=7, same=3, found=found, fields=fields,
    )  # fmt: skip
    writers = tuple(
        WriterSeen(
            entity="contact", field="phone", system="crm", stream="contact", raw=word, by=word, kind="integration",
            count=180, of=200, latest=1.0,
        )
        for word in words
    )  # fmt: skip
    return Audited(
        hub=words[0], at=1_000_000.0, mode="live", share=0.5, limits=words, systems=("crm", "erp"), read=19, took=2.0,
        entities=(entity,), comes=(Comes(entity="contact", system="erp", created=1, updated=2, fields={"fill": 2}),),
        counts={"create": 1}, calls={"erp": 3}, seconds=4000.0, open_count=5, then=words, missing=words,
        writers=writers, unasked=words, anew=words[0],
        not_reached=tuple(NotReached(system="erp", stream="contact", why=word) for word in words), next=words,
    )  # fmt: skip
