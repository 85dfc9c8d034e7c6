"""A process that asks BEN for time again and again, and tells how often it got some; `python -m tests.engine.asker`."""

import sys
from pathlib import Path

from domain.refusals import Refused
from tests.engine.door import Door, asks, opened


def main(folder: str, first: int, times: int, minutes: int) -> None:
    store = opened(Path(folder))
    door = Door(store)
    got = 0
    for number in range(first, first + times):
        try:
            door.say(asks(number, minutes), id=f"ask-{number}")
        except Refused:
            continue
        got += 1
    store.close()
    print(got)  # noqa: T201 - for the test


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
