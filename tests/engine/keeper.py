"""What a process does that is killed while it backs up or restores: says `begun` when it begins, `done` at the end."""

from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from engine.backup import back_up
from engine.restoring import restore
from engine.runtime import Confrere
from engine.settings import Settings


def keep(told: Connection, what: str, settings: Settings, folder: Path, keys: Path) -> None:
    told.send("begun")
    if what == "restore":
        restore(settings, folder, keys, replace=True)
    else:
        with Confrere(settings, lambda: datetime.now(UTC)) as system:
            back_up(system, folder, keys)
    told.send("done")
