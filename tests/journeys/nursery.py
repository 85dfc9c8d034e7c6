"""Servers forked, life after life, from a process that has read all the code: `python -m tests.journeys.nursery fd`."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import api.http.serving  # noqa: F401 - read before the first is born, and not by each
from api.cli import main
from tests.api.http.server import Server, environment

ROOT = Path(__file__).parents[2]
NUMBER = 12  # bytes of each that is told back


class Life:
    """One server, as far as it needs to be known as a process."""

    def __init__(self, door: socket.socket, pid: int, stdout: IO[str], stderr: IO[str]) -> None:
        self.stdout, self.stderr = stdout, stderr
        self._told, self._pid = door, pid
        self._code: int | None = None

    def send_signal(self, number: int) -> None:
        os.kill(self._pid, number)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self.send_signal(signal.SIGKILL)

    def wait(self, patience: float | None = None) -> int:
        if self._code is None:
            self._told.settimeout(patience)
            self._code = int(self._told.recv(NUMBER))
        return self._code

    def poll(self) -> int | None:
        return self._code


class Nursery:
    """Where one server at a time is born, at once: most of what a start takes is to read the code."""

    def __init__(self, door: socket.socket) -> None:
        self._door = door

    @contextmanager
    def running(self, folder: Path, *words: str, **more: str) -> Iterator[Server]:
        """`confrere words…` on this folder's data, killed at the end if it still runs."""
        (out, their_out), (err, their_err) = os.pipe(), os.pipe()
        told = {"words": words, "folder": str(folder), "environment": environment(folder) | more}
        socket.send_fds(self._door, [json.dumps(told).encode()], [their_out, their_err])
        os.close(their_out)
        os.close(their_err)
        self._door.settimeout(None)
        pid = int(self._door.recv(NUMBER))
        server = Server(Life(self._door, pid, open(out), open(err)))  # type: ignore[arg-type]  # noqa: PTH123, SIM115 - pipes
        try:
            yield server
        finally:
            server.close()


@contextmanager
def nursery() -> Iterator[Nursery]:
    ours, theirs = socket.socketpair()
    words = [sys.executable, "-m", "tests.journeys.nursery", str(theirs.fileno())]
    with ours, subprocess.Popen(words, cwd=ROOT, pass_fds=[theirs.fileno()]) as process:
        theirs.close()
        try:
            yield Nursery(ours)
        finally:
            process.kill()


def attend(door: socket.socket) -> None:
    """Bring a server to life for each message, and tell its number and, when it is dead, how it ended."""
    while True:
        message, lines, _, _ = socket.recv_fds(door, 10_000, 2)
        if not message:
            return
        pid = os.fork()
        if not pid:
            door.close()
            _live(json.loads(message), lines)
        for line in lines:
            os.close(line)
        door.sendall(b"%*d" % (NUMBER, pid))
        door.sendall(b"%*d" % (NUMBER, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])))


def _live(told: dict[str, Any], lines: Sequence[int]) -> None:
    for line, of_everybody in zip(lines, (1, 2), strict=True):
        os.dup2(line, of_everybody)
        os.close(line)
    os.environ.clear()
    os.environ.update(told["environment"])
    os.chdir(told["folder"])
    sys.argv = ["confrere", *told["words"]]
    main()
    sys.exit()


if __name__ == "__main__":
    attend(socket.socket(fileno=int(sys.argv[1])))
