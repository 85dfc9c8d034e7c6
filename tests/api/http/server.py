"""The server as its own process, as people start it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import IO

PATIENCE = 120  # seconds that a busy machine may take
CONFRERE = Path(sys.executable).with_name("confrere")


class Server:
    """Its address, its process, and the lines that it logged so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.logged: list[str] = []
        self.printed: list[str] = []
        assert process.stderr is not None
        self._reading = Thread(target=self._read, args=(process.stderr,))
        self._reading.start()

    def come_up(self) -> str:
        """Its address, once it says that it serves."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed.append(line)
            if line.startswith("Serving on "):
                return line.split()[2].rstrip(",")
        self._reading.join()
        raise AssertionError(f"it did not come up: {self.printed} {self.logged}")

    def end(self, signal: int) -> int:
        """Its exit code."""
        self.process.send_signal(signal)
        code = self.process.wait(PATIENCE)
        self._reading.join(PATIENCE)
        return code

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reading.join(PATIENCE)
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()

    def _read(self, lines: IO[str]) -> None:
        self.logged.extend(lines)


def environment(folder: Path) -> dict[str, str]:
    places = {"CONFRERE_DATA": str(folder / "data"), "CONFRERE_MASTER_KEY": str(folder / "master.key")}
    return {"PATH": os.environ["PATH"], "COLUMNS": "200"} | places


@contextmanager
def running(folder: Path, *words: str, **more: str) -> Iterator[Server]:
    """`confrere words…` on this folder's data, killed at the end if it still runs."""
    process = subprocess.Popen(
        [CONFRERE, *words],
        env=environment(folder) | more,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    server = Server(process)
    try:
        yield server
    finally:
        server.close()
