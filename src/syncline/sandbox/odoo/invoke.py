"""One call of a model's method, whichever wire it came over: found, checked, bound and done."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from syncline.sandbox.odoo import copying, loading, reading, writing
from syncline.sandbox.odoo.access import permit
from syncline.sandbox.odoo.errors import AccessError, BadType, NoAttribute
from syncline.sandbox.odoo.match import value_of
from syncline.sandbox.odoo.model import Env, Model

Method = Callable[..., Any]

ON_MODEL: Mapping[str, Method] = {
    "search": reading.search,
    "search_read": reading.search_read,
    "search_count": reading.search_count,
    "name_search": reading.name_search,
    "fields_get": reading.fields_get,
    "create": writing.create,
    "load": loading.load,
    "default_get": copying.default_get,
    "name_create": copying.name_create,
    "check_access_rights": reading.check_access_rights,
}
ON_ROWS: Mapping[str, Method] = {
    "read": reading.read,
    "exists": reading.exists,
    "write": writing.write,
    "unlink": writing.unlink,
    "copy": copying.copy,
    "action_archive": copying.action_archive,
    "action_unarchive": copying.action_unarchive,
}
READS = {
    *("search", "search_read", "search_count", "name_search", "fields_get", "default_get", "read", "exists"),
    *("check_access_rights", "context_get"),
}  # methods that change nothing


@dataclass(frozen=True, kw_only=True)
class Invoke:
    """What is to be called. `ids` are the records; `args` and `kwargs` what comes after them."""

    model: str
    method: str
    ids: tuple[int, ...] = ()
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)


class DoesNotFit(BadType):
    """Arguments that do not fit; nothing was called."""


def method_of(model: Model, name: str) -> tuple[Method, bool]:
    """The method, and whether it is called on records. Raises AccessError for private ones and NoAttribute."""
    if name.startswith("_"):
        raise AccessError(f"Private methods (such as '{model.name}.{name}') cannot be called remotely.")
    for methods, on_rows in ((model.on_model, False), (model.on_rows, True), (ON_MODEL, False), (ON_ROWS, True)):
        if name in methods:
            return methods[name], on_rows
    raise NoAttribute(f"The method '{model.name}.{name}' does not exist")


def methods_of(model: Model) -> dict[str, tuple[Method, bool]]:
    """All that can be called, by name, and whether it is called on records."""
    names = sorted({*model.on_model, *model.on_rows, *ON_MODEL, *ON_ROWS})
    return {name: method_of(model, name) for name in names}


def perform(env: Env, call: Invoke) -> Any:
    """What the method returns. Raises Failure."""
    model = env.model(call.model)
    method, on_rows = method_of(model, call.method)
    given: Sequence[Any] = (env, model, list(call.ids), *call.args) if on_rows else (env, model, *call.args)
    if on_rows and model.owner:
        permit(env, model, call.ids, lambda row: value_of(env, model, row, model.fields[model.owner]))
    try:
        inspect.signature(method).bind(*given, **call.kwargs)
    except TypeError as error:
        raise DoesNotFit(str(error)) from error
    return method(*given, **call.kwargs)


def from_positions(model: Model, method: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Invoke:
    """A call whose first positional argument is the records, where the method wants some. Raises Failure."""
    _, on_rows = method_of(model, method)
    named = {name: value for name, value in kwargs.items() if name != "context"}
    if not on_rows:
        return Invoke(model=model.name, method=method, args=tuple(args), kwargs=named)
    if not args and "ids" in named:
        ids, rest = named.pop("ids"), ()
    elif args:
        ids, rest = args[0], tuple(args[1:])
    else:
        raise DoesNotFit(f"{method}() missing 1 required positional argument: 'self'")
    return Invoke(model=model.name, method=method, ids=as_ids(ids), args=rest, kwargs=named)


def as_ids(given: Any) -> tuple[int, ...]:
    """The ids that a client named: one, several or none. Raises BadType."""
    if given in (None, False):
        return ()
    several = given if isinstance(given, list | tuple) else [given]
    if not all(isinstance(id, int) and not isinstance(id, bool) for id in several):
        raise BadType(f"ids must be whole numbers, not {given!r}")
    return tuple(several)
