"""A process that is killed while it erases: `python -m tests.engine.dying_eraser folder member call`."""

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from types import FrameType

from domain.vocabulary import OPERATOR
from engine.commands import Sender
from engine.runtime import Confrere
from engine.settings import Settings
from tests.domain.scenario import NOON
from tests.engine.canaries import NET

OURS = str(Path(__file__).parents[2] / "engine")


class Death:
    """Comes with the n-th call of a function of ours, or never where there are fewer."""

    def __init__(self, call: int) -> None:
        self.left = call
        self.seen = 0

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(OURS):
            self.seen += 1
            if self.seen == self.left:
                os.kill(os.getpid(), signal.SIGKILL)


def main(folder: str, member: str, call: int) -> None:
    settings = Settings(data=Path(folder) / "data", master_key=Path(folder) / "master.key")
    system = Confrere(settings, lambda: NOON + timedelta(days=30))
    death = Death(call)
    sys.setprofile(death)
    with system:  # what another left is finished here
        system.erasures.begin(NET, member, Sender(network=NET, actor=OPERATOR, command_id=f"erase-{member}"))
        system.erasures.resume(NET)
        sys.setprofile(None)
    print(death.seen)  # noqa: T201 - told to the test


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
