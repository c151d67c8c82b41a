"""Brings the line numbers of the links in docs/path-of-a-record.md up to date: python docs/relink.py"""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parent / "path-of-a-record.md"
LINK = re.compile(r"\[`(?P<name>[\w.]+)`\]\((?P<path>[\w./-]+\.py)#L\d+\)")


def relinked(text: str, folder: Path) -> str:
    """The page with every link at the line where its name is defined; a name that is gone raises LookupError."""

    def at_line(link: re.Match[str]) -> str:
        name = link["name"].rsplit(".", 1)[-1]
        lines = (folder / link["path"]).read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            if re.match(rf"\s*(def|class) {name}\b", line):
                return f"[`{link['name']}`]({link['path']}#L{number})"
        raise LookupError(f"{link['path']} does not define {name}")

    return LINK.sub(at_line, text)


if __name__ == "__main__":
    PAGE.write_text(relinked(PAGE.read_text(encoding="utf-8"), PAGE.parent), encoding="utf-8")
