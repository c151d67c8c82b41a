"""Children for crash tests: forked from a small process that has imported everything, so a start costs milliseconds.

The server runs one child at a time and says how it ended. It has no threads, and ends when its starter does.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import struct
import subprocess
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

SECONDS = 30.0
"""How long anything here may take before it counts as stuck."""

NUMBER = struct.Struct("!q")
FORK = b"f"


@dataclass(frozen=True)
class Child:
    """A forked process, and the pipe to it."""

    pid: int
    pipe: Connection
    server: socket.socket

    def ended(self) -> int:
        """Waits for its end: 0 or an exit code, or minus the signal that killed it."""
        self.pipe.close()
        try:
            return read_number(self.server)
        except TimeoutError:
            os.kill(self.pid, signal.SIGKILL)
            return read_number(self.server)


class ForkServer:
    """Starts children that run `target` (`module:function`) with their end of a pipe."""

    def __init__(self, target: str) -> None:
        ours, theirs = socket.socketpair()
        ours.settimeout(SECONDS)
        command = [sys.executable, "-m", "syncline.testing.forkserver", str(theirs.fileno()), target]
        self.process = subprocess.Popen(command, pass_fds=[theirs.fileno()])
        self.socket = ours
        theirs.close()

    def fork(self) -> Child:
        """One child; the one before must have ended."""
        ours, theirs = socket.socketpair()
        socket.send_fds(self.socket, [FORK], [theirs.fileno()])
        theirs.close()
        return Child(read_number(self.socket), Connection(ours.detach()), self.socket)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.socket.close()
        try:
            self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def read_number(source: socket.socket) -> int:
    """Eight bytes; the server may be gone."""
    data = b""
    while len(data) < NUMBER.size:
        more = source.recv(NUMBER.size - len(data))
        if not more:
            raise EOFError("the fork server ended")
        data += more
    number: int = NUMBER.unpack(data)[0]
    return number


def serve(requests: socket.socket, target: Callable[[Connection], None]) -> None:
    """Forks on request until the other side closes."""
    gc.collect()
    gc.freeze()
    while True:
        message, descriptors, _, _ = socket.recv_fds(requests, 1, 1)
        if not message:
            return
        pid = os.fork()
        if pid == 0:
            requests.close()
            run(target, descriptors[0])
        os.close(descriptors[0])
        requests.sendall(NUMBER.pack(pid))
        requests.sendall(NUMBER.pack(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])))


def run(target: Callable[[Connection], None], descriptor: int) -> None:
    """The child's whole life. It never returns into the server's code."""
    code = 1
    try:
        target(Connection(descriptor))
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main(words: Sequence[str]) -> None:
    """The server's own process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the starter's business; its end is ours
    module, _, name = words[1].partition(":")
    target = getattr(importlib.import_module(module), name)
    with socket.socket(fileno=int(words[0])) as requests:
        serve(requests, target)


if __name__ == "__main__":
    main(sys.argv[1:])
