"""A process that offers one coach to one case after another, and tells how often it got some of their time.

`python -m tests.engine.offerer FOLDER FIRST TIMES MINUTES`
"""

import sys
from pathlib import Path

from domain.coaching.commands import OfferCoach
from domain.refusals import Refused
from tests.engine.door import BEN, Door, opened


def main(folder: str, first: int, times: int, minutes: int) -> None:
    store = opened(Path(folder))
    door = Door(store)
    got = 0
    for number in range(first, first + times):
        offer = OfferCoach(coaching=case(number), offer=f"offer-{number:08x}", coach=BEN, minutes=minutes)
        try:
            door.say(offer, id=f"offer-{number}")
        except Refused:
            continue
        got += 1
    store.close()
    print(got)  # noqa: T201 - for the test


def case(number: int) -> str:
    return f"coaching-{number:08x}"


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
