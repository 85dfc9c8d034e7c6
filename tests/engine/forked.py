"""Processes that are to be killed, forked from one that has read all the code: most of what a start takes is that."""

from collections.abc import Callable
from multiprocessing import get_context
from typing import Any

_FORKING = get_context("forkserver")
_FORKING.set_forkserver_preload(
    ["tests.engine.dying_eraser", "tests.engine.keeper", "tests.engine.test_exports", "pytest.__main__"]
)


class Victim:
    """A process that runs `what(told, *given)`, where what it sends to `told` is read here."""

    def __init__(self, what: Callable[..., None], *given: Any) -> None:
        self._told, theirs = _FORKING.Pipe(duplex=False)
        self._process = _FORKING.Process(target=what, args=(theirs, *given), daemon=True)
        self._process.start()
        theirs.close()

    def next(self) -> Any:
        """What it says next; nothing where it is dead."""
        try:
            return self._told.recv()
        except EOFError:
            return None

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> int | None:
        """How it ended: minus the signal's number where it was killed."""
        self._process.join()
        return self._process.exitcode
