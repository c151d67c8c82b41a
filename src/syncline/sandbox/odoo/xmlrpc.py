"""XML-RPC: /xmlrpc/2/SERVICE with numbers as fault codes, and the old /xmlrpc/SERVICE with texts."""

from __future__ import annotations

from xml.etree import ElementTree

from syncline.sandbox.call import Call, Reply
from syncline.sandbox.odoo.errors import BadType, Failure
from syncline.sandbox.odoo.json2 import traceback
from syncline.sandbox.odoo.service import call_service
from syncline.sandbox.odoo.xmlvalues import CannotSay, decoded_call, fault, response
from syncline.sandbox.sandbox import Sandbox

XML = {"content-type": "text/xml; charset=utf-8"}


def answer(sandbox: Sandbox, call: Call) -> Reply:
    """One call, done or refused; always 200."""
    try:
        method, params = decoded_call(call.body)
        told = call_service(sandbox, call, call.path.rstrip("/").rpartition("/")[2], method, params)
        return Reply(body=response(told), headers=XML)
    except Failure as failure:
        return refusal(call, failure)
    except CannotSay as problem:
        return refusal(call, BadType(str(problem)))
    except (ElementTree.ParseError, ValueError) as problem:
        return refusal(call, Failure(str(problem)))


def refusal(call: Call, failure: Failure) -> Reply:
    """A fault: what the rules say in plain words, anything else as a traceback."""
    plain = failure.fault > 1
    if call.path.startswith("/xmlrpc/2/"):
        body = fault(failure.fault, failure.message if plain else traceback(failure))
    elif not plain:
        body = fault(failure.message, traceback(failure))
    elif failure.fault == 3:
        body = fault("AccessDenied", failure.message)
    else:
        kind = failure.name.rpartition(".")[2]
        kind = "UserError" if kind not in ("MissingError", "AccessError") else kind
        body = fault(f"warning -- {kind}\n\n{failure.message}", "")
    return Reply(body=body, headers=XML)
