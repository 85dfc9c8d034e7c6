"""Whether a data folder has a past, looked up without opening its log for writing."""

import sqlite3
from contextlib import closing
from pathlib import Path

from engine.storage.database import in_words


def holds_events(folder: Path) -> bool:
    """True when folder/events.db has an event. Makes no file; raises StorageTrouble when it cannot tell."""
    path = folder / "events.db"
    if not path.exists():
        return False
    with in_words(path.name), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        begun = connection.execute("select 1 from sqlite_schema where name = 'events'").fetchone()
        return begun is not None and connection.execute("select 1 from events limit 1").fetchone() is not None
