"""A process that appends and tells each command once it is acknowledged; run as `python -m tests.engine.writer`."""

import sys
from itertools import count
from pathlib import Path

from engine.event_store import EventStore
from engine.sealing import KeyRing
from tests.engine.facts import CATALOGUE, NET, Asked, counted, origin, saying


def main(folder: str, master_key: str, name: str, saves: int) -> None:
    store = EventStore(Path(folder), KeyRing.open(Path(folder), Path(master_key)), CATALOGUE)
    for i in range(saves) if saves else count():
        challenge, budget = f"challenge-{name}-{i}", f"budget-{name}"
        asked = Asked(author=f"member-{name}-{i % 7}", text=f"dilemma {i} " * 30)
        told = store.append(
            NET,
            [saying(challenge, 0, (asked, asked)), saying(budget, i, counted(i))],
            origin=origin(f"command-{name}-{i}"),
        )
        print(f"command-{name}-{i}", *(recorded.position for recorded in told), flush=True)  # noqa: T201 - for the test
    store.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
