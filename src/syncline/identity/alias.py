"""A merged record's id stays an alias of the record that took it over, for ever."""

from __future__ import annotations

from collections.abc import Mapping

from syncline.model.record import Record


def resolve_alias(records: Mapping[int, Record], rid: int) -> int:
    """The record that this id means today, as far as these records tell; a merge never goes in a circle."""
    record = records.get(rid)
    while record is not None and record.merged_into is not None:
        rid = record.merged_into
        record = records.get(rid)
    return rid
