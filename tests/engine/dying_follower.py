"""A process that is killed in the middle of a page: `python -m tests.engine.dying_follower folder seed position`."""

import os
import signal
import sqlite3
import sys
from pathlib import Path

from domain.kernel import Recorded
from engine import followers
from engine.followers import Views
from projections.all import PROJECTIONS
from projections.shape import Projection
from tests.histories import NET
from tests.random_histories import random_history


def main(folder: str, seed: int, position: int) -> None:
    def die(_connection: sqlite3.Connection, recorded: Recorded) -> None:
        if recorded.position == position:
            os.kill(os.getpid(), signal.SIGKILL)

    followers.PAGE = 20
    deadly = Projection(name="deadly", schema="", fill=die)
    Views(Path(folder), NET, random_history(seed, 300), (*PROJECTIONS, deadly)).catch_up()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
