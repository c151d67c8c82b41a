"""An audit as one page that needs nothing else: no script, no picture, nothing loaded; for a screen, a phone, paper."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

from syncline.look import audit_words as words
from syncline.look.audited import Audited, EntityAudited, Example, FieldAudited, Found, WriterSeen
from syncline.look.comes import comes
from syncline.look.html import Html, el, joined, link, told
from syncline.look.said import many, moment, span

STYLE = """
:root{color-scheme:light dark;--ink:#1c2024;--quiet:#59636e;--page:#fff;--line:#d9dee3;--box:#f5f7f9;--link:#0b57a4;
--good:#1a7f4b;--warn:#9a5b00;--one:#2f7ed8;--both:#2a9d68;--two:#d98324}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ec;--quiet:#9aa4ae;--page:#15181b;--line:#333a41;--box:#1e2327;
--link:#8ab8ff;--good:#5cc792;--warn:#f0b35a;--one:#5a9ff0;--both:#49bd86;--two:#e8a04f}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:1.25rem;background:var(--page);color:var(--ink);
font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.5rem;margin:0}h2{font-size:1.2rem;margin:2rem 0 .5rem;border-top:1px solid var(--line);padding-top:1rem}
h3{font-size:1rem;margin:1.2rem 0 .3rem}p{margin:.25rem 0}a{color:var(--link)}
.quiet{color:var(--quiet);font-size:.9rem}.warn{color:var(--warn)}.good{color:var(--good)}
.lead p{font-size:1.12rem;margin:.5rem 0}
.box{border:1px solid var(--line);border-radius:.4rem;background:var(--box);padding:.7rem .9rem;margin:.8rem 0}
.box.end{border-color:var(--one);border-width:2px}
ul{margin:.3rem 0;padding-left:1.2rem}li{margin:.3rem 0}
code{font:.9em ui-monospace,monospace;background:var(--box);padding:0 .2rem;border-radius:.2rem}
table{border-collapse:collapse;width:100%;margin:.4rem 0}
th,td{padding:.35rem .6rem .35rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
th{font-weight:600;color:var(--quiet);font-size:.85rem}
.w{padding-left:1.5rem}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
svg{width:100%;height:.8rem;display:block;border-radius:.2rem;margin:.3rem 0}
.one{fill:var(--one)}.both{fill:var(--both)}.two{fill:var(--two)}.none{fill:var(--line)}
.key span{margin-right:1rem}.key svg{display:inline-block;width:.8rem;margin:0 .3rem 0 0;vertical-align:middle}
details{margin:.3rem 0}summary{cursor:pointer}
@media (max-width:44rem){body{padding:.8rem}thead{display:none}
tr{display:block;border-bottom:1px solid var(--line);padding:.4rem 0}
td{display:flex;justify-content:space-between;gap:1rem;border:0;padding:.1rem 0;text-align:right}
td[data-is]::before{content:attr(data-is);color:var(--quiet);font-size:.85rem;text-align:left;flex:none}
td:empty{display:none}td:first-child{font-weight:600;text-align:left}.n{white-space:normal}.w{padding-left:0}}
@media print{body{max-width:none;padding:0;font-size:11pt}a{color:inherit}.box,tr,li{break-inside:avoid}
h2,h3{break-after:avoid}details::details-content{content-visibility:visible;block-size:auto}}
"""
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'"
)
"""What a browser may load for this page: nothing but its own style."""

WORDS = ("of these", "do not fit", "who", "where")
"""Columns of words."""

PERSONAL = "This page holds personal data: names and values of records. Keep it to yourself and delete it."


def page(report: Audited, zone: str) -> str:
    """The whole document."""
    title = f"Audit of {report.hub}"
    head = el(
        "head", el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width,initial-scale=1"),
        el("meta", http_equiv="Content-Security-Policy", content=POLICY),
        el("meta", name="referrer", content="no-referrer"), el("meta", name="robots", content="noindex"),
        el("title", title), el("style", Html(STYLE)),
    )  # fmt: skip
    body = el(
        "body", el("h1", title), el("p", about(report, zone), class_="quiet"), el("p", PERSONAL, class_="quiet warn"),
        el("div", *(el("p", one) for one in words.sentences(report)), class_="lead"), *alarms(report),
        el("div", el("p", el("b", words.ending(report))), *doings(report), steps(report), class_="box end"),
        *overview(report), *(part for one in report.entities for part in section(one)), *writers(report),
    )  # fmt: skip
    return f'<!doctype html>\n<html lang="en">{head}{body}</html>\n'


def about(report: Audited, zone: str) -> str:
    """When, of what, and at what cost."""
    limits = f" ({'; '.join(report.limits)})" if report.limits else ""
    return (
        f"{', '.join(report.systems)}, as of {moment(report.at, zone)}; read {many(report.read, 'row')} in "
        f"{span(report.took)}, at most {report.share:.0%} of each limit{limits}. Nothing was written to any system."
    )


def alarms(report: Audited) -> Iterator[Html]:
    """What casts doubt on the rest, or must stop before going live."""
    for one in dict.fromkeys((one.system, one.why) for one in report.not_reached):
        yield el(
            "p", f"Not read to the end: {one[1] if one[1].startswith(one[0]) else ': '.join(one)}", class_="box warn"
        )
    if report.anew:
        yield el("p", report.anew, class_="box")
    strangers = words.strangers(report)
    if strangers:
        lines = [el("li", told(words.of_writer(one, report.at))) for one in strangers]
        yield el("div", el("b", "Is another integration still on? These write what the hub would write:"),
                 el("ul", *lines), class_="box warn")  # fmt: skip


def doings(report: Audited) -> Iterator[Html]:
    """By entity and system."""
    for one in report.comes:
        yield el("p", f"{one.entity} in {one.system}: {comes(one)}")
    for line in report.then:
        yield el("p", f"then: {line}", class_="quiet")
    for missing in report.missing:
        yield el("p", f"{missing} is missing there, and creates need it.", class_="quiet")


def steps(report: Audited) -> Html:
    """What to do now."""
    return joined([el("p", "Next:"), el("ul", *(el("li", el("code", one)) for one in report.next))])


# ---- tables
def overview(report: Audited) -> Iterator[Html]:
    """Who is where, in one table."""
    found = [one for one in words.compared(report) if one.records or any(one.rows.values())]
    if not found:
        return
    systems = list(dict.fromkeys(system for one in found for system in one.systems))
    everywhere = "in both" if len(systems) == 2 else "in all"
    heads = [
        "",
        *systems,
        everywhere,
        *(f"only {one}" for one in systems),
        "the same",
        "duplicates",
        "ambiguous",
        "no rep",
    ]
    rows = [
        [
            one.entity, *(one.rows.get(system) for system in systems), one.every,
            *(one.only_in(system) if system in one.systems else None for system in systems), one.same,
            one.number("duplicate") + one.number("lookalike"), one.number("ambiguous"), one.number("without-rep"),
        ]
        for one in found
    ]  # fmt: skip
    yield el("h2", "Who is where")
    yield table(heads, rows)
    alone = [one for one in report.entities if len(one.systems) == 1 and one.records]
    if alone:
        named = ", ".join(f"{one.entity} ({one.records:,}, {one.systems[0]})" for one in alone)
        yield el("p", f"Held by one system only, so not compared: {named}.", class_="quiet")


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Html:
    """Numbers to the right; on a phone each row is a block, and each cell says what it is."""
    lines = [
        el("tr", *(cell(head, value, first=at == 0) for at, (head, value) in enumerate(zip(heads, row, strict=True))))
        for row in rows
    ]
    first = [
        el("th", head, scope="col", class_="w" if head in WORDS else "n" if at else None)
        for at, head in enumerate(heads)
    ]
    return el("table", el("thead", el("tr", *first)), el("tbody", *lines))


def cell(head: str, value: object, *, first: bool = False) -> Html:
    """Empty where there is nothing to tell. The first cell names the row."""
    if value is None or value == "":
        return el("td")
    text = f"{value:,}" if isinstance(value, int) else value
    return el("td", text, class_=None if first else "w" if head in WORDS else "n", data_is=None if first else head)


def writers(report: Audited) -> Iterator[Html]:
    """Who last wrote what the hub would write, persons too."""
    if report.writers or report.unasked:
        yield el("h2", "Who else writes")
        yield el("p", words.who_wrote(report))
    if report.writers:
        rows = [writer(one, report.at) for one in report.writers]
        yield table(["", "who", "rows", "of", "latest"], rows)
    if report.unasked:
        yield el("p", f"Not told by: {', '.join(report.unasked)}.", class_="quiet")


def writer(one: WriterSeen, now: float) -> list[object]:
    """One of them."""
    where = f"{one.system} {one.stream}" + (f".{one.raw}" if one.raw else "")
    ago = f"{span(max(now - one.latest, 0.0))} ago" if one.latest else ""
    return [where, f"{one.kind}: {one.by}", one.count, one.of, ago]


# ---- one entity
def section(one: EntityAudited) -> Iterator[Html]:
    """What was found of one kind of record."""
    found = [each for each in one.found if not (len(one.systems) == 1 and each.kind == "only")]
    odd = [f for f in one.fields if f.differs or f.one_blank or f.invalid]
    if not found and not odd and len(one.systems) == 1:
        return
    yield el("h2", one.entity)
    if one.unread:
        yield el(
            "p", f"{', '.join(one.unread)} not read to the end: what is missing there is not known.", class_="warn"
        )
    if len(one.systems) == 2:
        yield bar(one)
    if one.fields:
        yield el("h3", "Field by field")
        yield fields(one)
    for each in odd:
        yield from field_examples(each)
    if found:
        yield el("h3", "Records")
        yield el("ul", *(found_line(each) for each in sorted(found, key=lambda each: -each.count)))


def bar(one: EntityAudited) -> Html:
    """Only here, in both, only there."""
    left, right = one.systems
    counts = (("one", f"only {left}", one.only_in(left)), ("both", "in both", one.every),
              ("two", f"only {right}", one.only_in(right)))  # fmt: skip
    whole, at, parts, keys = sum(number for *_, number in counts), 0.0, [], []
    for kind, name, number in counts:
        width = 1000 * number / whole if whole else 0.0
        parts.append(el("rect", x=f"{at:.1f}", y=0, width=f"{width:.1f}", height=10, class_=kind))
        at += width
        square = el(
            "svg", el("rect", x=0, y=0, width=10, height=10, class_=kind), viewBox="0 0 10 10", aria_hidden="true"
        )
        keys.append(el("span", square, f"{name} {number:,}"))
    drawn = el("svg", *parts, viewBox="0 0 1000 10", preserveAspectRatio="none", role="img",
               aria_label=", ".join(f"{name} {number}" for _, name, number in counts))  # fmt: skip
    return joined([drawn, el("p", *keys, class_="key quiet")])


def fields(one: EntityAudited) -> Html:
    """Every field that was compared."""
    systems = one.systems
    heads = [
        "field",
        "compared",
        "equal",
        "differ",
        "of these",
        *(f"blank in {name}" for name in systems),
        "do not fit",
    ]
    return table(
        heads,
        [
            [
                f.field, f.compared, words.percent(f.equal, f.compared - f.blank) if f.compared > f.blank else "",
                f.differs or None, words.settling(f), *(f.blank_in.get(name) for name in systems),
                ", ".join(f"{number:,} {name}" for name, number in f.invalid.items()),
            ]
            for f in one.fields
        ],
    )  # fmt: skip


def field_examples(one: FieldAudited) -> Iterator[Html]:
    """Both values of a few, with their pages."""
    every = (
        ("differ", one.differ_examples),
        ("blank on one side", one.blank_examples),
        ("do not fit", one.invalid_examples),
    )
    lines = [example(each, what) for what, some in every for each in some]
    if lines:
        yield el("details", el("summary", f"{one.field}: examples"), el("ul", *lines))


def found_line(one: Found) -> Html:
    """How many, what, and a few of them."""
    some = [example(each, plain=one.kind in ("only", "without-rep")) for each in one.examples]
    remedy = words.remedy_of(one)
    return el(
        "li", el("b", f"{one.count:,}"), f" {words.of_found(one)}", el("br") if remedy else None,
        el("code", remedy) if remedy else None,
        el("details", el("summary", "examples"), el("ul", *some)) if some else None,
    )  # fmt: skip


def example(one: Example, what: str = "", *, plain: bool = False) -> Html:
    """Name, values, why (plain: it was said before), and the pages of its rows."""
    values = [part for system, value in one.values.items() for part in (f" {system}: ", told(value), ";")]
    rows = [part for row in one.rows for part in (" ", link(row.page, f"{row.system} {row.id}"))]
    why = [" (", told(one.why), ")"] if one.why and not plain else []
    return el("li", f"{what}: " if what else None, told(one.name), " ", el("code", one.at), *values, *why, *rows)
