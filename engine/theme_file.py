"""The themes found last, sealed in a file beside a network's views, so that they keep their ids and names."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from domain.vocabulary import StreamId
from engine.sealing import Altered, KeyRing
from models.themes import Theme

_NAME: Final = "themes"
_CONTEXT: Final = b"themes|"


class Last(Struct, frozen=True, kw_only=True):
    """What was found, and a digest of all that it was found from."""

    made_from: str = ""
    themes: tuple[Theme, ...] = ()


class ThemeFile:
    """Sealed with the network's key: the words belong to nobody in person, each was written by several."""

    def __init__(self, folder: Path, network: StreamId, keys: KeyRing) -> None:
        self._path: Final = folder / _NAME
        self._network: Final = network
        self._keys: Final = keys

    def read(self) -> Last:
        """Nothing where there is none, or none that is whole: then themes begin anew, with other ids."""
        with suppress(OSError, Altered, msgspec.DecodeError):
            opened = self._keys.unseal(self._network, self._path.read_bytes(), self._context)
            if opened is not None:
                return msgspec.msgpack.decode(opened, type=Last)
        return Last()

    def write(self, last: Last) -> None:
        """All of it or nothing. Trouble is let pass: it is derived again the next time."""
        self._keys.ensure([self._network])
        body = self._keys.seal(self._network, msgspec.msgpack.encode(last), self._context)
        draft = self._path.with_name(f"{_NAME}.{os.getpid()}")
        with suppress(OSError):
            try:
                with os.fdopen(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
                    file.write(body)
                draft.replace(self._path)
            finally:
                draft.unlink(missing_ok=True)

    def discard(self) -> None:
        """Themes begin anew, with other ids: somebody's words may not go on in them."""
        for file in (self._path, *self._path.parent.glob(f"{_NAME}.*")):
            file.unlink(missing_ok=True)

    @property
    def _context(self) -> bytes:
        return _CONTEXT + self._network.encode()
