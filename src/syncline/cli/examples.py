"""`syncline test`: the stored examples of hub.yaml."""

from __future__ import annotations

from syncline.cli.opened import HUB, AsJson, HubFile


def run(hub: HubFile = HUB, json: AsJson = False) -> None:
    """Tries every example of the declaration: 1 where one does not come out as it says."""
    from syncline.cli.asked import ends
    from syncline.cli.opened import declared
    from syncline.cli.shown import document, out
    from syncline.cli.told import NOT_DONE, OK
    from syncline.look.examples import try_all
    from syncline.look.said import many

    opened = declared(hub)
    found = try_all(opened.declaration)
    failed = [one for one in found if one.wrong]
    if json:
        document(found)
    else:
        for one in found:
            out(f"{'wrong' if one.wrong else 'right'}: {one.name} ({one.entity})")
            for line in one.wrong:
                out(f"  {line}")
        out(
            f"{many(len(found), 'example')}, {len(failed)} wrong."
            if found
            else f"{opened.file.name} has no `examples:`."
        )
    ends(NOT_DONE if failed else OK, f"correct {opened.file.name}, then syncline test" if failed else "")
