"""Runs the examples of a page in a terminal of its own, and says where what came is not what the page shows.

    python docs/examples.py docs/tour.md            # says what differs
    python docs/examples.py --write docs/tour.md    # puts what came into the page

In a block of the language `console` each line that begins with `$ ` is a command, and what follows is what it prints;
a line `...` stands for any lines. A page is one session in an empty folder. What differs each time (moments, durations,
hashes, ports) is compared by its form. `syncline sandbox NAME... &` runs until the end of the page, on free ports which
the page calls 8700 and 8701; `curl` is asked for as little as the pages need.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SECONDS = 120
WIDTH = "100"
ANY = "..."
PROGRESS = ("reading ", "writing ", "comparing", "matching ", "asking ")
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BACKGROUND = re.compile(r"syncline sandbox (.*) &")
FORMS = (
    (re.compile(r"\b\d{4}-\d\d-\d\d"), "DATE"),
    (re.compile(r"\b\d\d:\d\d(:\d\d)?\b"), "TIME"),
    (re.compile(r"\b[0-9a-f]{8,64}\b"), "HASH"),
    (re.compile(r"\b\d+(\.\d+)? ?(ms|s|min|h|seconds?|minutes?|hours?)\b"), "DURATION"),
    (re.compile(r"\bread [\d,]+ rows"), "read ROWS"),  # lists begin a little before where they ended
    (re.compile(r"[ ─━]+"), " "),
)
"""What is compared by its form: tables are as wide as what is in them."""


@dataclass
class Session:
    """A folder with what runs in it. `ports`: what a page calls a port to the one it is."""

    folder: Path
    ports: dict[str, str] = field(default_factory=dict)
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def run(self, command: str) -> str:
        """What a command prints; where it fails also what it says of that. Ports are as the page has them."""
        if background := BACKGROUND.fullmatch(command):
            return self.begin(background[1])
        self.moved()
        if command.startswith("curl "):
            return self.as_written(asked(shlex.split(self.as_it_is(command))))
        done = subprocess.run(
            ["bash", "-c", self.as_it_is(command)], cwd=self.folder, env=environment(), text=True, timeout=SECONDS,
            capture_output=True, check=False,
        )  # fmt: skip
        said = [line for line in done.stderr.splitlines(keepends=True) if not line.startswith(PROGRESS)]
        return self.as_written(done.stdout + ("".join(said) if done.returncode else ""))

    def begin(self, arguments: str) -> str:
        """Sandboxes that run until the end."""
        process = subprocess.Popen(
            ["syncline", "sandbox", *shlex.split(arguments), "--port", "0"], cwd=self.folder, env=environment(),
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.running.append(process)
        assert process.stdout is not None
        names = [one for one in arguments.split() if one in ("hubspot", "odoo")]
        lines = [process.stdout.readline() for _ in names]
        for number, line in enumerate(lines):
            found = re.search(r"127\.0\.0\.1:(\d+)", line)
            if found is None:
                raise SystemExit(f"syncline sandbox did not say where it is: {line}{process.stdout.read()}")
            self.ports[str(8700 + number)] = found[1]
        return self.as_written("".join(lines))

    def moved(self) -> None:
        """What commands wrote into the folder names the ports that there are."""
        for name in ("hub.yaml", ".env"):
            file = self.folder / name
            if file.exists() and self.ports:
                text = file.read_text(encoding="utf-8")
                if (now := self.as_it_is(text)) != text:
                    file.write_text(now, encoding="utf-8")

    def as_it_is(self, text: str) -> str:
        for shown, real in self.ports.items():
            text = text.replace(f"127.0.0.1:{shown}", f"127.0.0.1:{real}")
        return text

    def as_written(self, text: str) -> str:
        for shown, real in self.ports.items():
            text = text.replace(f"127.0.0.1:{real}", f"127.0.0.1:{shown}")
        return text.replace(str(self.folder), "~")

    def end(self) -> None:
        """Nothing is left behind."""
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            process.wait(timeout=20)
            assert process.stdout is not None
            process.stdout.close()


def environment() -> dict[str, str]:
    """A terminal of fixed width, with this Python's commands first."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, "PATH": path, "COLUMNS": WIDTH, "NO_COLOR": "1", "TERM": "dumb"}


def asked(words: Sequence[str]) -> str:
    """`curl [-s] [-X VERB] URL [-d BODY] [-o /dev/null]`."""
    parser = argparse.ArgumentParser(prog="curl")
    parser.add_argument("-s", action="store_true")
    parser.add_argument("-X", dest="verb", default=None)
    parser.add_argument("-d", dest="body", default=None)
    parser.add_argument("-o", dest="into", default=None)
    parser.add_argument("url")
    given = parser.parse_args(list(words[1:]))
    url = given.url if "://" in given.url else f"http://{given.url}"
    body = None if given.body is None else given.body.encode()
    request = urllib.request.Request(url, data=body, method=given.verb, headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return "" if given.into else str(answer.read().decode()).rstrip("\n") + "\n"
    except urllib.error.HTTPError as error:
        return error.read().decode() + "\n"


# ---- pages
@dataclass(frozen=True)
class Example:
    """A command of a page, and what the page says that it prints."""

    command: str
    shown: tuple[str, ...]


def examples(block: str) -> Iterator[Example]:
    """Of one block."""
    command, shown = None, list[str]()
    for line in block.splitlines():
        if line.startswith("$ "):
            if command is not None:
                yield Example(command, tuple(shown))
            command, shown = line[2:], []
        else:
            shown.append(line.rstrip())
    if command is not None:
        yield Example(command, tuple(shown))


def form(line: str) -> str:
    """A line without what differs each time."""
    for pattern, name in FORMS:
        line = pattern.sub(name, line)
    return line.strip()


def fits(shown: Sequence[str], came: Sequence[str]) -> bool:
    """Is that what was shown?"""
    if not shown:
        return not came
    if shown[0].strip() == ANY:
        return any(fits(shown[1:], came[at:]) for at in range(len(came) + 1))
    return bool(came) and form(shown[0]) == form(came[0]) and fits(shown[1:], came[1:])


def play(page: str) -> tuple[str, list[str]]:
    """The page as it would be, and what differs."""
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        session = Session(Path(folder) / "acme")
        session.folder.mkdir()
        try:
            now = BLOCK.sub(lambda found: again(session, found[1], wrong), page)
        finally:
            session.end()
    return now, wrong


def again(session: Session, block: str, wrong: list[str]) -> str:
    """One block, run."""
    lines: list[str] = []
    for one in examples(block):
        came = [line.rstrip() for line in session.run(one.command).rstrip("\n").splitlines()]
        lines.append(f"$ {one.command}")
        if fits(one.shown, came):
            lines += one.shown
        else:
            lines += came
            wrong.append("\n".join([f"$ {one.command}", "-- shown:", *one.shown, "-- came:", *came]))
    return "```console\n" + "\n".join(lines) + "\n```"


def main() -> None:
    """See above."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("pages", nargs="+", type=Path)
    given = parser.parse_args()
    failed = False
    for page in given.pages:
        now, wrong = play(page.read_text(encoding="utf-8"))
        for one in wrong:
            print(f"{page}:\n{one}\n")
        failed = failed or bool(wrong)
        if given.write:
            page.write_text(now, encoding="utf-8")
    raise SystemExit(1 if failed and not given.write else 0)


if __name__ == "__main__":
    main()
