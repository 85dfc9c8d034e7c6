"""Backs up or restores until it is killed: says `begun` when it begins, `done` when all is done."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from engine.backup import back_up
from engine.restoring import restore
from engine.runtime import Confrere
from engine.settings import Settings


def main(what: str, settings: Settings, folder: Path, keys: Path) -> None:
    tell("begun")
    if what == "restore":
        restore(settings, folder, keys, replace=True)
    else:
        with Confrere(settings, lambda: datetime.now(UTC)) as system:
            back_up(system, folder, keys)
    tell("done")


def tell(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    told, data, master_key, into, beside = sys.argv[1:]
    main(told, Settings(data=Path(data), master_key=Path(master_key)), Path(into), Path(beside))
