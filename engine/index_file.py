"""What an evidence index holds besides vectors, kept beside the views it was made from, so that a start is quick."""

import os
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

import models
from engine import view_files
from models.corpus import Columns
from projections.evidence import Shown

_HASH: Final = 32
_ENDING: Final = ".index"  # removed with the views: see view_files


class IndexFile(Struct, frozen=True, kw_only=True):
    """Disposable, as the views are: whatever is wrong with it, evidence and vectors have it all."""

    made_by: str
    position: int
    columns: Columns
    shown: list[Shown]
    digests: list[bytes]  # under which each row's vector is kept


def made_by(model: str) -> str:
    """Changes with all that has a say in what stands in the file."""
    return f"{_fingerprint()} {model}"


@cache
def _fingerprint() -> str:
    digest = sha256(view_files.fingerprint().encode())
    for module in (*sorted(Path(models.__path__[0]).glob("*.py")), *sorted(Path(__file__).parent.glob("*index*.py"))):
        digest.update(f"\0{module.name}\0".encode() + module.read_bytes())
    return digest.hexdigest()[:16]


def path_beside(views: Path) -> Path:
    return views.with_suffix(_ENDING)


def write(path: Path, content: IndexFile) -> None:
    """All of it or nothing, readable by its owner alone: words of members stand in it. Trouble is let pass."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    body = msgspec.msgpack.encode(content)
    with suppress(OSError):
        try:
            with os.fdopen(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
                file.write(sha256(body).digest() + body)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)


def read(path: Path, model: str) -> IndexFile | None:
    """None, and gone, when there is none that this code and model made whole."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    with suppress(msgspec.DecodeError):
        if sha256(memoryview(content)[_HASH:]).digest() == content[:_HASH]:
            found = msgspec.msgpack.decode(memoryview(content)[_HASH:], type=IndexFile)
            if found.made_by == made_by(model):
                return found
    discard(path)
    return None


def discard(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)
