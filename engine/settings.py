"""Settings: read once from the environment, each with its default and what it means."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from domain.refusals import Malformed

DESCRIPTIONS: Final[Mapping[str, str]] = {
    "CONFRERE_DATA": "folder of the events, keys, projections and vectors (default: ./confrere-data)",
    "CONFRERE_MASTER_KEY": "file of the master key, outside that folder (default: ~/.config/confrere/master.key)",
    "CONFRERE_MODEL": "folder of another local sentence-transformers model (default: the packaged all-MiniLM-L6-v2)",
    "CONFRERE_THREADS": "threads for encoding texts (default: 2)",
}


class Settings(Struct, frozen=True, kw_only=True):
    data: Path
    master_key: Path
    model: Path | None = None
    threads: int = 2


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Raises Malformed for a value that cannot be used."""
    threads = environment.get("CONFRERE_THREADS", "2")
    if not threads.isdecimal() or len(threads) > 2 or not 1 <= int(threads) <= 64:
        raise Malformed("a number from 1 to 64 is needed", field="CONFRERE_THREADS")
    model = environment.get("CONFRERE_MODEL")
    return Settings(
        data=Path(environment.get("CONFRERE_DATA") or "confrere-data"),
        master_key=Path(environment.get("CONFRERE_MASTER_KEY") or "~/.config/confrere/master.key").expanduser(),
        model=Path(model) if model else None,
        threads=int(threads),
    )
