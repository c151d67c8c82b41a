"""The door: one request of the hub, all the way out and its answer back in."""

from __future__ import annotations

import copy
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

import httpcore2

from syncline.config.secret import InVault, Secret
from syncline.connect.auth import Basic, OAuth2, SignIn
from syncline.connect.door import NoAnswer, NotAdmitted, NotAllowed, Refused, Unreachable
from syncline.connect.request import Answer, Effect, Request
from syncline.egress import effects, fill
from syncline.egress.address import Forbidden, Place, allowed
from syncline.egress.answer import answer_of, points_elsewhere
from syncline.egress.body import Unreadable
from syncline.egress.client import Client, Failed, Incoming, Sender
from syncline.egress.consent import Consent, Form
from syncline.egress.oauth import Post
from syncline.egress.outlet import Outlet
from syncline.egress.parts import Breaker, Budget, NoLimits, Secrets, Tokens, Whole
from syncline.egress.redact import Redactor
from syncline.egress.resolve import Guard, Resolver, by_system
from syncline.egress.signin import POISON, Known, Learnt, SignIns, converse
from syncline.egress.wire import Limits
from syncline.model.outcome import Denied, Later, Outcome

T = TypeVar("T")

LOOK_AGAIN_SECONDS = 60.0
"""What a person must change is tried again this often."""

SESSION_LENGTH = 8
"""Text at least this long that a sign-in told may be a session, and is shown to nobody."""

ONE_ROW = (409, 423)
"""Statuses of a row that is locked: the others need not wait."""


@dataclass(frozen=True, kw_only=True)
class Who:
    """How one call shows who we are. token: an OAuth access token."""

    known: Known | None = None
    token: str | None = None

    def __repr__(self) -> str:
        return "Who(***)"

    @property
    def told(self) -> Learnt:
        """The values of slots."""
        if self.token is not None:
            return {"access_token": self.token}
        return {} if self.known is None else self.known.told


class Egress:
    """A connect.door.Door over all systems of a hub. Its calls are bulk work; `Lane` is for what is urgent."""

    def __init__(
        self, outlets: Iterable[Outlet], secrets: Secrets, *, budget: Whole | None = None,
        breaker: Breaker | None = None, tokens: Callable[[Post], Tokens] | None = None, limits: Limits | None = None,
        resolve: Resolver = by_system, clock: Callable[[], float] = time.monotonic,
        trusted: ssl.SSLContext | None = None, client: Callable[[Outlet], Sender] | None = None,
    ) -> None:  # fmt: skip
        """Raises Forbidden for what cannot be allowed.

        clock: seconds that only go on. trusted: the certificates that are; None: those of this machine.
        client: what a system is asked by; None: the network. tokens: makes them, and asks for them by what it is given.
        """
        self._outlets = {outlet.system: outlet for outlet in outlets}
        self._secrets, self._tokens = secrets, tokens(self.post) if tokens is not None else None
        self._whole: Whole = budget or NoLimits()
        self._budget: Budget = self._whole
        self._breaker: Breaker = breaker or NoLimits()
        self._signins = SignIns(self._outlets, clock)
        self._redactor = Redactor()
        trusted = trusted or (httpcore2.default_ssl_context() if client is None else None)

        def by_network(outlet: Outlet) -> Sender:
            return Client(Guard(allowed=allowed(outlet.allowed), resolve=resolve), limits, clock, trusted)

        self._clients = {outlet.system: (client or by_network)(outlet) for outlet in self._outlets.values()}

    def __repr__(self) -> str:
        return f"Egress({', '.join(self._outlets)})"

    def sharing(self, part: float) -> Egress:
        """The same door, its connections and sign-ins too, for work that takes at most such a part of each limit."""
        made = copy.copy(self)
        made._budget = self._whole.part(part)
        return made

    def close(self) -> None:
        """Ends all connections."""
        for one in self._clients.values():
            one.close()

    def redacted(self, text: str) -> str:
        """A text without the secrets that were used here."""
        return self._redactor.text(text)

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        """Sends one request of bulk work. Raises Unreachable (Refused, NotAdmitted) or NoAnswer."""
        return self.send(system, request, effect, urgent=False)

    def send(self, system: str, request: Request, effect: Effect, *, urgent: bool) -> Answer:
        """Sends one request. What is raised names the system and what to do, and carries no secret along (I18)."""
        return self._clean(system, lambda: self._sent(self._outlets[system], request, effect, urgent))

    def post(self, system: str, address: str, form: Form) -> Answer:
        """Sends a form for a token, to the system's own address or a host that its connector names, in every mode.

        Raises Unreachable (Refused) or NoAnswer, as `send`.
        """
        return self._clean(system, lambda: self._posted(self._outlets[system], address, form))

    def consented(self, system: str, consent: Consent, code: Secret) -> None:
        """A person let us in: the code's token is made, and kept before anything is done with it, in every mode.

        Raises NotAdmitted where the code is worth nothing (any more), Unreachable or NoAnswer.
        """
        tokens = self._tokens
        assert tokens is not None, f"{system} is not let in by consent"
        self._redactor.learn(code.reveal())
        self._clean(system, lambda: tokens.consented(system, consent, code))

    def _clean(self, system: str, act: Callable[[], T]) -> T:
        try:
            return act()
        except (Unreachable, NoAnswer) as error:
            problem: Unreachable | NoAnswer = error
        except Forbidden as error:
            problem = NotAllowed(f"{system}: {error}; see docs/egress.md", LOOK_AGAIN_SECONDS)
        text = self._redactor.text(str(problem))
        problem.args = (text if text.startswith(f"{system}: ") else f"{system}: {text}",)
        problem.__cause__ = problem.__context__ = None
        raise problem.with_traceback(None)  # not the frames, which hold what was sent

    def _sent(self, outlet: Outlet, request: Request, effect: Effect, urgent: bool) -> Answer:
        effects.check(outlet.connector, outlet.system, outlet.mode, outlet.addressed(request)[1], effect)
        who = self._who(outlet, urgent)
        answer, problem = self._asked(outlet, request, effect, who, urgent)
        if isinstance(problem, Denied) and (again := self._renewed(outlet, who, urgent)) is not None:
            answer, problem = self._asked(outlet, request, effect, again, urgent)  # once more: nothing was done
        return answer

    def _posted(self, outlet: Outlet, address: str, form: Form) -> Answer:
        for value in form.values():
            if isinstance(value, Secret):
                self._redactor.learn(value.reveal())
        plain = {name: value.reveal() if isinstance(value, Secret) else value for name, value in form.items()}
        where, request = outlet.addressed(Request(method="POST", path=address, form=plain))
        effects.check_form(outlet.system, request)
        return self._exchanged(outlet, where, request, Who(), None, urgent=True)[0]

    # ---- who we are
    def _who(self, outlet: Outlet, urgent: bool) -> Who:
        auth = outlet.connector.auth
        if isinstance(auth, SignIn):
            return Who(known=self._signins.known(outlet.system, auth, lambda: self._learn(outlet, auth, urgent)))
        if isinstance(auth, OAuth2):
            if self._tokens is None:
                raise NotAdmitted(f"{outlet.system} has no token: run `syncline connect {outlet.system}`")
            return Who(token=self._tokens.access(outlet.system))
        return Who()

    def _renewed(self, outlet: Outlet, who: Who, urgent: bool) -> Who | None:
        """Another proof of who we are, since this one was not taken; None: there is no other."""
        if who.known is not None:
            self._signins.forget(outlet.system, who.known)
            return self._who(outlet, urgent)
        if who.token is not None and self._tokens is not None:
            return Who(token=self._tokens.refused(outlet.system, who.token))
        return None

    def _learn(self, outlet: Outlet, auth: SignIn, urgent: bool) -> Learnt:
        def ask(request: Request) -> Answer:
            where, relative = outlet.addressed(request)
            effects.check_form(outlet.system, relative)
            return self._exchanged(outlet, where, relative, Who(), None, urgent)[0]

        return converse(outlet.system, auth, ask, outlet.connector.errors)

    def _value(self, outlet: Outlet, told: Mapping[str, Any], name: str) -> Any:
        """What goes into a slot. Whatever is secret of it is shown to nobody from now on."""
        if name in told:
            if isinstance(told[name], str) and len(told[name]) >= SESSION_LENGTH:
                self._redactor.learn(told[name])
            return told[name]
        option = outlet.options.get(name)
        if name == fill.SECRET or isinstance(option, InVault):
            try:
                option = Secret(self._secrets.secret(outlet.system, name))
            except LookupError:
                option = None
        if isinstance(option, Secret):
            self._redactor.learn(option.reveal())
            return option.reveal()
        if option is None:
            raise NotAdmitted(
                f"{outlet.system} has no `{name}`: write it into its block in hub.yaml,"
                f" or run `syncline connect {outlet.system}`"
            )
        return option

    # ---- one request
    def _asked(
        self, outlet: Outlet, request: Request, effect: Effect, who: Who, urgent: bool
    ) -> tuple[Answer, Outcome | None]:
        try:
            dressed = outlet.connector.dress(request, who.told)
        except POISON as error:
            raise Refused(f"its connector cannot put {request.path[:80]} in words ({type(error).__name__})") from None
        where, relative = outlet.addressed(dressed)
        if dressed is not request:
            effects.check(outlet.connector, outlet.system, outlet.mode, relative, effect)
        return self._exchanged(outlet, where, relative, who, effect, urgent)

    def _exchanged(
        self, outlet: Outlet, where: Place, request: Request, who: Who, effect: Effect | None, urgent: bool
    ) -> tuple[Answer, Outcome | None]:
        """effect: None: a step of a sign-in, which says by its slots who we are."""
        system, told = outlet.system, who.told
        self._breaker.before(system)
        came: Incoming | Failed | None = None
        try:
            came = self._left(outlet, where, request, who, effect, urgent)
        finally:
            if came is None or (isinstance(came, Failed) and came.forbidden):
                self._breaker.spared(system)
        if isinstance(came, Failed):
            self._gave_up(system, where, came)
        return self._understood(outlet, where, request, came, told, effect)

    def _left(
        self, outlet: Outlet, where: Place, request: Request, who: Who, effect: Effect | None, urgent: bool
    ) -> Incoming | Failed:
        """Its turn, its secrets, and out."""
        system, told = outlet.system, who.told
        ticket = self._budget.take(system, request.kind, request.cost, urgent=urgent)
        came: Incoming | Failed | None = None
        try:
            leaving = fill.outgoing(
                f"{where.origin}{where.path}{request.path}", request,
                None if effect is None else self._credential(outlet, who),
                lambda name: self._value(outlet, told, name),
                follow=outlet.follow and effect == "read" and request.method == "GET",
            )  # fmt: skip
            came = self._clients[system].send(leaving)
            return came
        finally:
            if isinstance(came, Incoming):
                ticket.done(came.status, came.headers)
            else:
                ticket.done(None, {})

    def _credential(self, outlet: Outlet, who: Who) -> fill.Credential | None:
        auth = outlet.connector.auth
        if isinstance(auth, OAuth2):
            self._redactor.learn(str(who.token))
            return fill.Credential(header="Authorization", value=f"{auth.scheme} {who.token}")
        told = who.told
        then = auth.then if isinstance(auth, SignIn) else auth
        found = fill.credential(then, lambda name: self._value(outlet, told, name))
        if found is not None and isinstance(then, Basic):
            self._redactor.learn(found.value.removeprefix("Basic "))
        return found

    def _gave_up(self, system: str, where: Place, came: Failed) -> NoReturn:
        # What is forbidden says where: behind a redirect that is another host.
        text = self._redactor.text(f"{system}: {came.why}" if came.forbidden else f"{system}: {where.door}: {came.why}")
        if not came.forbidden:
            self._breaker.failed(system, text)
        if came.sent:
            raise NoAnswer(text)
        if came.forbidden:
            raise NotAllowed(f"{text}; see docs/egress.md", LOOK_AGAIN_SECONDS)
        raise Unreachable(f"{text}; is it up, and is `url` of {system} right?")

    def _understood(
        self, outlet: Outlet, where: Place, request: Request, came: Incoming, told: Learnt, effect: Effect | None
    ) -> tuple[Answer, Outcome | None]:
        """The answer as the hub sees it, and what it means."""
        system = outlet.system
        elsewhere = points_elsewhere(came, system, where, effect)
        if elsewhere is not None:
            self._breaker.failed(system, str(elsewhere))
            raise elsewhere
        try:
            answer = answer_of(came, accept=str(request.headers.get("accept", "")))
            answer = answer if effect is None else outlet.connector.undress(answer, told)
        except (Unreadable, *POISON) as error:
            why = str(error) if isinstance(error, Unreadable) else type(error).__name__
            text = f"{system}: {where.host} answered {came.status}, but that cannot be read: {why}"
        else:
            problem = meaning(outlet, answer)
            if problem is not None or answer.status >= 400:  # it may say our secret back
                answer = Answer(
                    status=answer.status, body=self._redactor.value(answer.body),
                    headers=self._redactor.value(dict(answer.headers)), date=answer.date,
                )  # fmt: skip
            self._learnt(system, request, answer, problem)
            return answer, problem
        self._breaker.failed(system, text)
        raise NoAnswer(text)

    def _learnt(self, system: str, request: Request, answer: Answer, problem: Outcome | None) -> None:
        """What an answer tells about its system."""
        after = problem.after if isinstance(problem, Later) else None
        if after is not None and answer.status not in ONE_ROW:
            self._budget.hold(system, (request.kind,), after)
        if answer.status >= 500:
            self._breaker.failed(system, f"{system} answered {answer.status}", after)
        else:
            self._breaker.worked(system)


@dataclass(frozen=True, kw_only=True)
class Lane:
    """The same door for one kind of work. urgent: it may use all that the systems take."""

    egress: Egress
    urgent: bool = True

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        """Sends one request. Raises Unreachable (Refused, NotAdmitted) or NoAnswer."""
        return self.egress.send(system, request, effect, urgent=self.urgent)

    def sharing(self, part: float) -> Lane:
        """The same lane, for work that takes at most such a part of each limit."""
        return Lane(egress=self.egress.sharing(part), urgent=self.urgent)


def meaning(outlet: Outlet, answer: Answer) -> Outcome | None:
    """What an answer means that is no success. The hub asks again, and parks what its connector cannot read."""
    try:
        return outlet.connector.errors(answer)
    except POISON:
        return None
