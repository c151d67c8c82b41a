"""`syncline provision`: the fields of ours that the declaration needs in the systems."""

from __future__ import annotations

from typing import Annotated

import typer

from syncline.cli.opened import HUB, AsJson, HubFile, LedgerFile

SAID = {"unknown": "cannot be told"}
"""Of a field whose system does not say whether it is there."""


def run(
    dry: Annotated[bool, typer.Option("--dry", help="Only name those that are missing.")] = False,
    hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Makes the fields that a create needs and that are missing there: 1 where one could not be made."""
    from syncline.acts.act import Provision
    from syncline.acts.told import Provisioned
    from syncline.cli.asked import ask, ends
    from syncline.cli.shown import out
    from syncline.cli.told import NOT_DONE, OK

    told, _ = ask(Provision(dry=dry), hub, ledger, Provisioned, json=json)
    failed = [one for one in told.fields if one.state == "failed"]
    unknown = [one for one in told.fields if one.state == "unknown"]
    missing = [one for one in told.fields if one.state == "missing"]
    if not json:
        for one in told.fields:
            out(
                f"{SAID.get(one.state, one.state)}: {one.system} {one.stream}.{one.field}"
                + (f" ({one.why})" if one.why else "")
            )
        if not told.fields:
            out("The declaration needs no fields of ours.")
    if failed:
        ends(NOT_DONE, "syncline check, then syncline provision")
    ends(OK, "syncline provision" if missing or unknown else "syncline plan", None if json else out)
