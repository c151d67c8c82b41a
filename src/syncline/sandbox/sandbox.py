"""One vendor's system: quotas, faults, log and control around the vendor's own answers. Synchronous, in-process."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from email.utils import formatdate
from typing import Any

from syncline.sandbox import aged, control
from syncline.sandbox.call import Answered, Call, Cut, Lost, Refused, Reply, Slow
from syncline.sandbox.calls import Calls
from syncline.sandbox.clock import MICROS, Clock
from syncline.sandbox.company import Size
from syncline.sandbox.faults import Fault, Faults
from syncline.sandbox.quotas import Quota, Quotas
from syncline.sandbox.store import Store
from syncline.sandbox.vendor import Vendor

INSTEAD = ("rate-limit", "expire-token", "reject")  # answered in place of the vendor
ON_THE_WAY = ("timeout", "lose-answer", "server-error", "cut", "slow")


class Sandbox:
    """A vendor's system with its state.

    path:      a file that is kept; else all is in memory.
    quotas:    in place of the vendor's; () for none.
    options:   what the vendor leaves open; each vendor's page names them.
    calls_out: may webhooks go to other machines?
    """

    def __init__(
        self, vendor: Vendor, *, path: str = ":memory:", clock: Clock | None = None,
        quotas: Sequence[Quota] | None = None, options: Mapping[str, Any] | None = None, calls_out: bool = False,
    ) -> None:  # fmt: skip
        self.vendor = vendor
        self.clock = clock or Clock()
        self.options = dict(options or {})
        self.calls_out = calls_out
        self.lock = threading.RLock()
        self.store = Store(path)
        self.quotas = Quotas(vendor.quotas if quotas is None else quotas)
        self.faults = Faults()
        self.calls = Calls()
        vendor.opened(self)
        if not self.store.setting("founded"):
            self.found()

    def found(self) -> None:
        """The first day: an account, and nothing in it."""
        with self.lock, self.store.all_or_nothing():
            self.store.empty()
            self.store.set("founded", True)
            self.vendor.found(self)
        self.quotas = Quotas(self.quotas.quotas)
        self.faults.clear()
        self.calls = Calls()

    def seed(self, size: Size) -> None:
        """A made-up company, in this vendor's words. Raises ValueError where rows of one are there already."""
        with self.lock, self.store.all_or_nothing():
            try:
                self.vendor.seed(self, aged.version(size))
            except sqlite3.IntegrityError as problem:
                raise ValueError(f"{self.vendor.name} holds such rows already; reset it first") from problem

    def answer(self, call: Call, others: Sequence[str] = ()) -> Answered:
        """What comes of a call. `others`: the kinds of the calls that are being answered at the same time."""
        with self.lock:
            if f"{call.path}/".startswith(control.ROOT):
                return control.answer(self, call)
            kind, cost = self.vendor.kind(call), self.vendor.cost(call)
            refused_by = self.quotas.draw(self.clock.now(), kind, cost, others)
            fault = None if refused_by else self.struck(call)
            answered = self._refusal(call, refused_by) if refused_by else self._answer(call, fault)
            self.calls.add(
                at=self.clock.now(), method=call.method, path=call.path, kind=kind, cost=cost,
                status=heard(answered), refused_by=refused_by and refused_by.name, fault=fault and fault.kind,
            )  # fmt: skip
            return answered

    def struck(self, call: Call, *kinds: str) -> Fault | None:
        """The planted fault of these kinds that strikes now; without kinds, of those that strike a whole call."""
        writes, places = self.vendor.writes(call), self.vendor.places(call)
        return self.faults.strike(kinds or INSTEAD + ON_THE_WAY, call.method, *places, writes=writes)

    def shown(self, call: Call | None = None) -> int | None:
        """The moment (microseconds) from which lists show what is written now; None: at once."""
        late = self.struck(call, "lag") if call else self.faults.strike(("lag",), "")
        seconds = late.seconds if late else float(self.options.get("lag", 0.0))
        return self.clock.micros() + round(seconds * MICROS) if seconds else None

    def _refusal(self, call: Call, quota: Quota | None) -> Reply:
        return self.dressed(call, self.vendor.words.limited(self, call, quota))

    def _answer(self, call: Call, fault: Fault | None) -> Answered:
        if fault is None:
            return self._work(call)
        match fault.kind:
            case "rate-limit":
                return self._refusal(call, None)
            case "expire-token":
                return self.dressed(call, self.vendor.words.expired(self, call))
            case "reject":
                return self.dressed(call, self.vendor.words.rejected(self, call))
            case "cut":
                return Cut(reply=self._work(call))
            case "slow":
                return Slow(reply=self._work(call), seconds=fault.seconds)
        done = fault.done or fault.kind == "lose-answer"
        if done:
            self._work(call)
        if fault.kind == "server-error":
            return self.dressed(call, self.vendor.words.failed(self, call, fault.status))
        return Lost(done=done, hangs_seconds=fault.seconds if fault.kind == "timeout" else 0.0)

    def _work(self, call: Call) -> Reply:
        try:
            with self.store.all_or_nothing("call"):
                self.store.forget_shown(self.clock.micros())
                reply = self.vendor.answer(self, call)
        except Refused as refused:
            reply = refused.reply
        return self.dressed(call, reply)

    def dressed(self, call: Call, reply: Reply) -> Reply:
        """With the headers that go with every answer; the date is that of the sandbox's clock."""
        date = {"Date": formatdate(self.clock.now(), usegmt=True)}
        return Reply(
            status=reply.status, body=reply.body, headers={**date, **self.vendor.told(self, call), **reply.headers}
        )


def heard(answered: Answered) -> int | None:
    """The status that the caller heard."""
    match answered:
        case Reply(status=status):
            return status
        case Slow(reply=reply):
            return reply.status
    return None
