"""The Odoo connector against an Odoo sandbox, in one process: every request leaves as the door would send it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from syncline.connect.connector import Connector
from syncline.connect.request import Answer, Page, Request, Write
from syncline.connect.stream import Asked, Stream
from syncline.connect.template import Use
from syncline.connectors.odoo import connector
from syncline.egress.answer import answer_of
from syncline.egress.client import Incoming
from syncline.egress.effects import check
from syncline.egress.fill import credential, outgoing
from syncline.model.outcome import Outcome, Unknown
from syncline.sandbox.call import Call, Reply
from syncline.sandbox.clock import Clock
from syncline.sandbox.odoo import logins
from syncline.sandbox.odoo.vendor import odoo
from syncline.sandbox.sandbox import Sandbox

NOON = 1_800_000_000.0


class Odoo:
    """A sandbox of one version, and a connector that has signed in to it."""

    def __init__(self, version: int, fields: Mapping[str, tuple[str, ...]] | None = None, **options: Any) -> None:
        self.now = NOON
        self.sandbox = Sandbox(odoo(version), clock=Clock(lambda: self.now))
        self.options = {"database": logins.DATABASE, "login": "admin", "secret": logins.KEYS[logins.ADMIN]} | options
        self.connector: Connector = connector(Use(fields=fields or {}, options=options | {"database": "x"}))
        self.calls = 0
        self.told: Mapping[str, Any] = {}
        assert self.connector.auth is not None
        self.told = self.played(self.connector.auth.steps())  # type: ignore[union-attr]

    def as_seller(self) -> None:
        """The same hub with a key that may less."""
        self.options |= {"login": "seller", "secret": logins.KEYS[logins.SELLER]}
        self.told = self.played(self.connector.auth.steps())  # type: ignore[union-attr]

    def stream(self, name: str) -> Stream:
        return self.connector.stream(name)

    # ---- as the hub does
    def read(self, asked: Asked) -> Page:
        """A read, to its end. Every request of it must be a read."""
        assert not isinstance(asked, Request)
        page = self.played(asked, reading=True)
        assert isinstance(page, Page)
        return page

    def rows(self, name: str, *ids: int | str) -> list[dict[str, Any]]:
        """These rows by id, as a look shows them."""
        get = self.stream(name).get
        assert get is not None
        return list(self.read(get([str(one) for one in ids])).records)

    def all(self, asked: Any) -> list[dict[str, Any]]:
        """All pages of a list: `asked(after)`."""
        found, after = [], None
        while True:
            page = self.read(asked(after))
            found += page.records
            after = page.next
            if after is None:
                return found

    def write(self, name: str, asked: Asked) -> Outcome:
        """A write, to its end."""
        if isinstance(asked, Request):
            answer = self.call(asked)
            done = self.stream(name).done
            assert done is not None
            problem = self.connector.errors(answer)
            return problem or (Unknown(reason=str(answer.status)) if answer.status >= 500 else done(answer))
        outcome = self.played(asked)
        assert isinstance(outcome, Outcome)
        return outcome

    def create(self, name: str, values: dict[str, Any], key: str = "acme-1") -> Outcome:
        make = self.stream(name).create
        assert make is not None
        return self.write(name, make(values, key))

    def update(self, stream: str, row: int | str, /, **values: Any) -> Outcome:
        change = self.stream(stream).update
        assert change is not None
        return self.write(stream, change(str(row), values, None))

    def delete(self, name: str, row: int | str) -> Outcome:
        remove = self.stream(name).delete
        assert remove is not None
        return self.write(name, remove(str(row), None))

    def played(self, asked: Any, *, reading: bool = False) -> Any:
        try:
            step = next(asked)
            while True:
                assert not (reading and isinstance(step, Write))
                request = step.request if isinstance(step, Write) else step
                if reading:
                    check(self.connector, "odoo", "read-only", request, "read")
                    check(self.connector, "odoo", "read-only", self.connector.dress(request, self.told), "read")
                answer = self.call(request)
                if reading:
                    assert self.connector.errors(answer) is None, answer.body
                step = asked.send(answer)
        except StopIteration as end:
            return end.value

    # ---- as the door does
    def call(self, request: Request) -> Answer:
        """One call, there and back."""
        self.calls += 1
        dressed = self.connector.dress(request, self.told)
        bearer = self.connector.auth.then if self.told else None  # type: ignore[union-attr]
        who = credential(bearer, self.slot)
        left = outgoing(f"http://odoo.test{dressed.path}", dressed, who, self.slot, follow=False)
        call = Call(
            method=left.method, path=urlsplit(left.url).path, headers=dict(left.headers), body=left.content or b"",
            url=left.url,
        )  # fmt: skip
        reply = self.sandbox.answer(call)
        assert isinstance(reply, Reply)
        came = Incoming(status=reply.status, headers=reply.wire_headers(), content=reply.content())
        answer = answer_of(came, accept="")
        return self.connector.undress(answer, self.told) if self.told else answer

    def slot(self, name: str) -> Any:
        return self.told[name] if name in self.told else self.options[name]

    # ---- as somebody in the screens does
    def ask(self, model: str, method: str, ids: list[int] | None = None, **named: Any) -> Any:
        """Any method of any model, as the administrator."""
        json = {**({} if ids is None else {"ids": ids}), **named}
        if "vals_list" in named and not self.told["json2"]:
            json = dict(named)
        answer = self.call(Request(method="POST", path=f"/json/2/{model}/{method}", json=json))
        assert answer.status == 200, answer.body
        return answer.body

    def make(self, model: str, **values: Any) -> int:
        made = self.ask(model, "create", vals_list=[values])
        return int(made[0])
