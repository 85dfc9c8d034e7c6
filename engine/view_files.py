"""Which file holds a network's views: named after the code that fills it, found through a pointer."""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import domain
import projections
from domain.refusals import StorageTrouble
from engine.storage.database import Database

REVISION: Final = 1  # raise it when views must be built anew although none of the modules below changed

_MAKE_TABLES: Final = ("table_shapes.py", "versions.py")
_POINTER: Final = "views"
_DAMAGED: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class ViewFile:
    """One database and how many use it; None is a database in memory."""

    def __init__(self, path: Path | None, schema: str, views: str = "") -> None:
        self.path: Final = path
        self.database: Final = Database(path, schema, synchronous="normal", views=views)
        self.database.writer.execute("pragma cache_size = -32768")  # kB: room for the indexes while filling
        self.users = 0
        self.retired = False
        self.extended = False
        self.reached = 0  # a position that its tables have taken in; others may have brought them further

    def leave(self) -> None:
        """Gone, with its file, once it is retired and nobody uses it any more."""
        if self.retired and not self.users:
            self.discard()

    def discard(self) -> None:
        self.database.close()
        if self.path is not None:
            remove(self.path)


def opened(folder: Path, schema: str, views: str = "") -> ViewFile:
    """The live file of a folder, begun when there is none. A damaged one is begun anew: the log has it all."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # the tables hold opened personal texts
    path = claimed(folder)
    try:
        return ViewFile(path, schema, views)
    except StorageTrouble as trouble:
        if getattr(trouble.__cause__, "sqlite_errorcode", None) not in _DAMAGED:
            raise
        remove(path)
        return ViewFile(path, schema, views)


@cache
def fingerprint() -> str:
    """Changes with the source of every module that has a say in what stands in the tables."""
    digest = sha256(str(REVISION).encode())
    modules = [each for package in (domain, projections) for each in sorted(Path(package.__path__[0]).glob("*.py"))]
    for module in (*modules, *map(Path(__file__).with_name, _MAKE_TABLES)):
        digest.update(f"\0{module.parent.name}/{module.name}\0".encode() + module.read_bytes())
    return digest.hexdigest()[:16]


def pointed_at(folder: Path) -> Path | None:
    """The live file, if there is one that this code made."""
    try:
        path = folder / (folder / _POINTER).read_text().strip()
    except FileNotFoundError:
        return None
    return path if path.name.startswith(f"views-{fingerprint()}") and path.exists() else None


def mark(folder: Path) -> tuple[int, int, int] | None:
    """Changes whenever the pointer is set anew; looking at it costs less than reading the pointer."""
    try:
        found = (folder / _POINTER).stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_ctime_ns


def claimed(folder: Path) -> Path:
    """The live file, else the one that this code begins with; what older code and crashes left is swept away."""
    with held(folder, "pointer"):
        path = pointed_at(folder)
        if path is None:
            path = folder / f"views-{fingerprint()}.db"
            point_at(path)
        with suppress(BlockingIOError), held(folder, "building", wait=False):
            _sweep_beside(path)
        return path


def sweep(folder: Path) -> None:
    """Nothing is left but the live file, whoever still reads from another; waits for who builds one."""
    with held(folder, "building"), held(folder, "pointer"):
        path = pointed_at(folder)
        if path is not None:
            _sweep_beside(path)


def _sweep_beside(path: Path) -> None:
    for other in (*path.parent.glob("views-*.db*"), *path.parent.glob("views-*.index")):
        if other.name.partition(".")[0] != path.stem:
            remove(other.with_name(other.name.partition(".")[0] + ".db"))
    for draft in path.parent.glob("views-*.index.*"):  # of a process that was killed while it wrote
        draft.unlink(missing_ok=True)


def next_after(path: Path) -> Path:
    """The file of a rebuild. A name never comes twice, so that whoever has the old file open sees the change."""
    number = path.stem.removeprefix(f"views-{fingerprint()}").removeprefix("-") or "1"
    return path.with_name(f"views-{fingerprint()}-{int(number) + 1}.db")


def change_over(path: Path) -> None:
    """Make a file the live one, at once and for every process."""
    with held(path.parent, "pointer"):
        point_at(path)


def point_at(path: Path) -> None:
    draft = path.with_name(f"{_POINTER}.new")
    draft.write_text(f"{path.name}\n")
    draft.replace(path.with_name(_POINTER))


def remove(path: Path) -> None:
    beside = (path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm"), path.with_suffix(".index"))
    for file in (path, *beside, *path.parent.glob(f"{path.stem}.index.*")):
        file.unlink(missing_ok=True)


@contextmanager
def held(folder: Path, what: str, *, wait: bool = True) -> Iterator[None]:
    """One holder at a time over all processes, given back even by a crash. BlockingIOError when not to wait."""
    with (folder / f"views.{what}").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
