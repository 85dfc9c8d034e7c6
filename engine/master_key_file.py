"""The one key that opens all others: 32 random bytes as text, in a file of its own that only its owner may read."""

import base64
import binascii
import os
import stat
from pathlib import Path
from typing import Final

from domain.refusals import KeyTrouble

SIZE: Final = 32  # bytes of every key


def create(path: Path) -> None:
    """Write a new random key, on disk when this returns. Never overwrites."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyTrouble("there is a master key already", field=str(path), remedy="name another file") from None
    with os.fdopen(file, "wb") as opened:
        opened.write(base64.b64encode(os.urandom(SIZE)) + b"\n")
        opened.flush()
        os.fsync(opened.fileno())
    _sync_folder(path.parent)


def read(path: Path) -> bytes:
    """The key, unless the file is missing, open to others, or something else."""
    try:
        mode, text = path.stat().st_mode, path.read_bytes()
    except OSError:
        raise KeyTrouble(
            "the master key cannot be read", field=str(path), remedy="put the file back; without it nothing opens"
        ) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyTrouble("others may read the master key", field=str(path), remedy="chmod 600")
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != SIZE:
        raise KeyTrouble("this is not a master key", field=str(path), remedy="it holds 32 bytes as base64 text")
    return key


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)  # else a new file's name may be lost with the power
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
