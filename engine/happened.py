"""The log as far as things had happened by an instant, whenever they were told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from domain.kernel import Recorded
from engine.followers import PAGE, Log


class Happened:
    """Events that occurred before an instant, in the order of the log.

    The network's charter counts whenever it was written: a network may tell of years before it, and without zone and
    policy nothing of them could be read.
    """

    def __init__(self, log: Log, before: datetime) -> None:
        self._log: Final = log
        self._before: Final = before
        self._charter: str | None = None  # the command that chartered the network

    def head(self) -> int:
        return self._log.head()

    def page(
        self, after: int, *, limit: int = PAGE, network: str | None = None, until: int | None = None
    ) -> Sequence[Recorded]:
        found: list[Recorded] = []
        while len(found) < limit:
            read = self._log.page(after, limit=limit, network=network, until=until)
            found += [each for each in read if self._counts(each)]
            if len(read) < limit:
                break
            after = read[-1].position
        return found[:limit]

    def _counts(self, recorded: Recorded) -> bool:
        if self._charter is None and recorded.stream.startswith("network-"):
            self._charter = recorded.envelope.command
        return recorded.envelope.occurred_at < self._before or recorded.envelope.command == self._charter
