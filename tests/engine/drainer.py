"""A process that lets everything follow that is due; run as `python -m tests.engine.drainer`."""

import sys
from pathlib import Path

from tests.engine.waiting_room import NET, WaitingRoom


def main(folder: str) -> None:
    with WaitingRoom(Path(folder)) as room:
        print("ready", flush=True)  # noqa: T201 - for the test
        print(room.reactions.draining.drain(NET), flush=True)  # noqa: T201 - for the test


if __name__ == "__main__":
    main(sys.argv[1])
