"""`at:` in its place: `res.partner.x_region` is a field of the stream with the longest name the connector knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from syncline.config.check import Check
from syncline.config.problems import Path, meant, nearest, quoted
from syncline.config.schema_fields import AtBlock, FieldBlock
from syncline.connect.stream import Field, Stream


@dataclass(frozen=True, kw_only=True)
class At:
    """One place of one field in one system; `raws` are the raw fields named directly."""

    system: str
    stream: Stream
    path: Path
    block: AtBlock
    raws: tuple[str, ...]

    @property
    def where(self) -> str:
        """`res.partner of odoo`."""
        return f"{self.stream.name} of {self.system}"


def places_of(check: Check, path: Path, block: FieldBlock) -> list[At]:
    """Every place that a field's `at:` names and that there is."""
    found = []
    for system, one in block.at.items():
        here: Path = (*path, "at", system)
        if not check.known_system(here, system):
            continue
        several = one if isinstance(one, list) else [one]
        for index, each in enumerate(several):
            inner = (*here, index) if isinstance(one, list) else here
            at = _place(check, inner, system, AtBlock(field=each) if isinstance(each, str) else each)
            if at is not None:
                found.append(at)
    return found


def _place(check: Check, path: Path, system: str, block: AtBlock) -> At | None:
    streams = check.streams(system)
    if not streams:
        return None  # its connector is unknown, and that was said
    named = [block.field] if block.field is not None else list(block.fields or ())
    if not named and block.stream is None:
        check.lacks(path, "names no raw field", "write `STREAM.FIELD`")
        return None
    if block.stream is not None:
        stream = streams.get(block.stream)
        if stream is None:
            here: Path = (*path, "stream")
            check.error(here, f"unknown stream {quoted(block.stream)} of {system}", meant(block.stream, streams))
            return None
        found = [(stream, raw.removeprefix(f"{stream.name}.")) for raw in named]
    else:
        found = [one for raw in named if (one := split_address(check, path, system, raw)) is not None]
        if len(found) < len(named):
            return None
        if len({stream.name for stream, _ in found}) > 1:
            check.error(path, "names fields of two streams", "one `at` block is of one stream; write a list of blocks")
            return None
        stream = found[0][0]
    raws = tuple(raw for _, raw in found)
    unknown = [raw for raw in raws if not known_raw(check, path, system, stream, raw, block.custom)]
    if unknown:
        return None
    return At(system=system, stream=stream, path=path, block=block, raws=raws)


def split_address(check: Check, path: Path, system: str, text: str) -> tuple[Stream, str] | None:
    """A stream of the system and the rest of the text; says what is wrong if there is none."""
    streams = check.streams(system)
    fitting = [name for name in streams if text.startswith(f"{name}.") and len(text) > len(name) + 1]
    if fitting:
        longest = max(fitting, key=len)
        return streams[longest], text[len(longest) + 1 :]
    asked = text.rsplit(".", 1)[0]
    check.error(path, f"{system} has no stream for {quoted(text)}", meant(asked, streams))
    return None


def known_raw(check: Check, path: Path, system: str, stream: Stream, raw: str, custom: bool) -> bool:
    """Does the connector list this field? One that is nearly listed is a slip; any other is taken as the company's."""
    top = raw.split(".", 1)[0]
    if custom or not stream.fields or raw_field(stream, raw) is not None or top == stream.key:
        return True
    names = [field.name for field in stream.fields]
    slip = nearest(top, _close(top, names))
    if slip is not None:
        check.error(
            path, f"unknown field {quoted(top)} of {stream.name}",
            f"did you mean {quoted(slip)}? A field of your own says `custom: true`",
        )  # fmt: skip
        return False
    check.warn(path, f"the connector does not list {quoted(top)} of {stream.name}; it is taken as your own field")
    return True


def raw_field(stream: Stream, raw: str) -> Field | None:
    """What the connector says of a raw field, or of the object it is in."""
    by_name = {field.name: field for field in stream.fields}
    return by_name.get(raw) or by_name.get(raw.split(".", 1)[0])


def _close(word: str, names: Iterable[str]) -> list[str]:
    """Names a slip away: of the same length but for one letter, so that `x_region` beside `region` is none."""
    return [name for name in names if abs(len(name) - len(word)) <= 1]
