"""What a process does that is killed while it erases."""

import os
import signal
import sys
from datetime import timedelta
from multiprocessing.connection import Connection
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


def erase(told: Connection, folder: Path, member: str, call: int) -> None:
    """Says how many calls there were, if it comes to that."""
    settings = Settings(data=folder / "data", master_key=folder / "master.key")
    system = Confrere(settings, lambda: NOON + timedelta(days=30))
    death = Death(call)
    sys.setprofile(death)
    with system:  # what another left is finished here
        system.erasures.begin(NET, member, Sender(network=NET, actor=OPERATOR, command_id=f"erase-{member}"))
        system.erasures.resume(NET)
        sys.setprofile(None)
    told.send(death.seen)
