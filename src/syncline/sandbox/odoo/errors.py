"""What Odoo raises, with the status that JSON-2 gives it and the fault code that XML-RPC gives it."""

from __future__ import annotations

from collections.abc import Sequence


class Failure(Exception):
    """A call that failed and was rolled back. `name` is the class path that a client sees."""

    name = "builtins.Exception"
    status = 500
    fault = 1

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class AccessDenied(Failure):
    """Wrong database user, password or key."""

    name, status, fault = "odoo.exceptions.AccessDenied", 403, 3

    def __init__(self, message: str = "Access Denied") -> None:
        super().__init__(message)


class AccessError(Failure):
    """The user may not do this."""

    name, status, fault = "odoo.exceptions.AccessError", 403, 4


class UserError(Failure):
    """The business rules say no."""

    name, status, fault = "odoo.exceptions.UserError", 422, 2


class ValidationError(Failure):
    """A value breaks a constraint."""

    name, status, fault = "odoo.exceptions.ValidationError", 422, 2


class MissingError(Failure):
    """A record that is not there."""

    name, status, fault = "odoo.exceptions.MissingError", 404, 2


class LockError(Failure):
    """Another transaction holds the record."""

    name, status, fault = "odoo.exceptions.LockError", 409, 2


class BadValue(Failure):
    """A field or value that means nothing; an ordinary Python error at Odoo."""

    name = "builtins.ValueError"


class BadType(Failure):
    """Arguments that do not fit the method."""

    name = "builtins.TypeError"


class NoAttribute(Failure):
    """A method that is not there."""

    name = "builtins.AttributeError"


class NoKey(Failure):
    """A model or service that is not there."""

    name = "builtins.KeyError"


class NoDatabase(Failure):
    """A database that is not there."""

    name = "psycopg2.OperationalError"


class Crash(Failure):
    """An ordinary exception out of the middle of a method."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.name = f"builtins.{type(error).__name__}"


class HttpFailure(Failure):
    """What the web layer refuses before a model is asked."""

    def __init__(self, kind: str, status: int, message: str) -> None:
        super().__init__(message)
        self.name = f"werkzeug.exceptions.{kind}"
        self.status = status


def bad_request(message: str) -> HttpFailure:
    """A body that cannot be read."""
    return HttpFailure("BadRequest", 400, message)


def unauthorized(message: str) -> HttpFailure:
    """No key, or one that is not known."""
    return HttpFailure("Unauthorized", 401, message)


def forbidden(message: str) -> HttpFailure:
    """A page that is not for this user."""
    return HttpFailure("Forbidden", 403, message)


def not_found(message: str) -> HttpFailure:
    """A model, a method or a path that is not there."""
    return HttpFailure("NotFound", 404, message)


def unsupported(message: str) -> HttpFailure:
    """A body of another kind than JSON."""
    return HttpFailure("UnsupportedMediaType", 415, message)


def unprocessable(message: str) -> HttpFailure:
    """Arguments that do not fit the method."""
    return HttpFailure("UnprocessableEntity", 422, message)


def missing(model: str, ids: Sequence[int], uid: int) -> MissingError:
    """Records that were never there, or were deleted."""
    listed = f"{ids[0]}," if len(ids) == 1 else ", ".join(str(one) for one in ids)
    where = f"(Record: {model}({listed}), User: {uid})"
    return MissingError(f"Record does not exist or has been deleted.\n{where}")


def no_field(name: str, model: str) -> BadValue:
    """A field that the model has not."""
    return BadValue(f"Invalid field {name!r} on model {model!r}")


def not_set(model: tuple[str, str], field: tuple[str, str]) -> ValidationError:
    """A mandatory field without a value; both as (description, technical name)."""
    return ValidationError(
        "The operation cannot be completed:\n- Create/update: a mandatory field is not set.\n"
        "- Delete: another model requires the record being deleted. If possible, archive it instead.\n\n"
        f"Model: {model[0]} ({model[1]})\nField: {field[0]} ({field[1]})\n"
    )


def still_needed(model: tuple[str, str], constraint: str) -> ValidationError:
    """A record that others point to, and must."""
    return ValidationError(
        "The operation cannot be completed: another model requires the record being deleted. "
        f"If possible, archive it instead.\n\nModel: {model[0]} ({model[1]})\nConstraint: {constraint}\n"
    )


def broken_rule(text: str) -> ValidationError:
    """A constraint of the database, such as a unique one."""
    return ValidationError(f"The operation cannot be completed: {text}")
