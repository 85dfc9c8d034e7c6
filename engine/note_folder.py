"""Where signed checkpoints are left, a small file each: best on a disk that whoever can alter the log cannot reach."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import get_ident
from typing import Final

from domain.refusals import BadFile, StorageTrouble
from domain.vocabulary import StreamId
from engine import notes
from engine.notes import Checkpoint

NAME: Final = "checkpoints"  # beside the data unless settings say otherwise
ENDING: Final = ".checkpoint"


class NoteFolder:
    """The notes of one network; several networks may share the folder."""

    def __init__(self, folder: Path, network: StreamId) -> None:
        self._folder: Final = folder
        self._network: Final = network

    def leave(self, size: int, note: str) -> None:
        """Whole or not at all; one that lies there already stays as it is. Raises StorageTrouble."""
        path = self._folder / f"{self._network}-{size:012}{ENDING}"
        draft = path.with_name(f".{path.name}.{os.getpid()}-{get_ident()}")  # several threads may leave the same
        try:
            if path.exists():
                return
            self._folder.mkdir(0o700, parents=True, exist_ok=True)
            draft.write_text(note, encoding="utf-8")
            draft.replace(path)
        except OSError as error:
            raise StorageTrouble(
                "the checkpoint is signed and recorded, but could not be left here",
                field=str(self._folder),
                remedy="check the folder; the next one is tried again",
            ) from error
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def newest(self, verifier_key: Callable[[], str]) -> Checkpoint | None:
        """Of those that lie here whole and signed with this key, which is asked for once one lies here."""
        for path in self._newest_first():
            with suppress(BadFile, OSError, UnicodeError):
                return notes.opened(path.read_text(encoding="utf-8"), verifier_key())
        return None

    def _newest_first(self) -> list[Path]:
        return sorted(self._folder.glob(f"{self._network}-*{ENDING}"), reverse=True)
