"""The conformance kit: what every connector must hold, tried against a sandbox of its vendor.

A connector's test file is a few lines: it says what a row looks like, and runs each check.

    @pytest.mark.parametrize("check", checks(SUBJECT), ids=str)
    def test_it_conforms(check: Check) -> None:
        check()
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from syncline.connect.stream import Stream
from syncline.sandbox.clock import Clock
from syncline.testing import conformance_fields as fields
from syncline.testing import conformance_reads as reads
from syncline.testing import conformance_writes as writes
from syncline.testing.conformance_world import Nonconforming, Subject, World

__all__ = ["Check", "Clock", "Nonconforming", "Subject", "World", "checks"]


@dataclass(frozen=True)
class Check:
    """One thing that a connector must hold. Called, it raises Nonconforming, with a sentence, where it does not."""

    subject: Subject
    run: Callable[[Subject], None]

    def __str__(self) -> str:
        return self.run.__name__

    def __call__(self) -> None:
        self.run(self.subject)


def checks(subject: Subject) -> list[Check]:
    """Every check that concerns what this stream can do."""
    stream = subject.connector(subject.use()).stream(subject.stream)
    return [Check(subject, run) for run, concerns in CHECKS if concerns(subject, stream)]


def writable(subject: Subject, stream: Stream) -> bool:
    """Rows are made and changed there."""
    return stream.create is not None and stream.update is not None


CHECKS: tuple[tuple[Callable[[Subject], None], Callable[[Subject, Stream], bool]], ...] = (
    (reads.reads_only, lambda subject, stream: True),
    (reads.keys, lambda subject, stream: stream.changes is not None),
    (reads.timestamps, lambda subject, stream: stream.changes is not None and stream.changed_at is not None),
    (reads.paging, lambda subject, stream: stream.changes is not None and stream.changed_at is not None),
    (reads.ties, lambda subject, stream: stream.changes is not None and stream.changed_at is not None),
    (reads.sweeping, lambda subject, stream: stream.sweep is not None),
    (reads.deletes, lambda subject, stream: True),
    (reads.merges, lambda subject, stream: subject.merge is not None),
    (writes.write_then_read, lambda subject, stream: stream.create is not None),
    (writes.receipts, lambda subject, stream: stream.create is not None),
    (writes.empties, lambda subject, stream: stream.update is not None),
    (writes.creating, lambda subject, stream: stream.create is not None),
    (writes.errors, lambda subject, stream: stream.get is not None),
    (writes.refused_values, lambda subject, stream: subject.refused is not None and stream.update is not None),
    (writes.missing, lambda subject, stream: stream.update is not None),
    (writes.existing, lambda subject, stream: subject.again),
    (writes.batches, writable),
    (writes.redaction, lambda subject, stream: stream.create is not None),
    (fields.describing, lambda subject, stream: stream.described is not None),
    (fields.who_wrote, lambda subject, stream: stream.writers is not None),
    (fields.defining, lambda subject, stream: subject.new_field is not None),
    (fields.taking_away, lambda subject, stream: subject.new_field is not None and stream.undefine is not None),
    (writes.purity, lambda subject, stream: True),
)
"""Each check, and whether it concerns a stream."""
