"""Which exports were written where: so that what a crash left is cleared up, and an erasure finds opened words."""

from collections.abc import Iterable
from contextlib import suppress
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Final

from msgspec import Struct, json

from domain.vocabulary import StreamId
from engine.storage.database import Database

FILE: Final = "exports.db"

_SCHEMA: Final = """
    create table if not exists exports (
        export text primary key,
        network text not null,
        form text not null,
        folder text not null,
        draft text not null,
        files text not null,
        digest text,
        opened integer not null,
        whole integer not null default 0
    ) strict
"""
_COLUMNS: Final = "export, network, form, folder, draft, files, digest, opened, whole"

_PUT: Final = f"""
    insert into exports ({_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (export) do update set digest = excluded.digest, whole = excluded.whole
"""


class Registered(Struct, frozen=True, kw_only=True):
    export: str
    network: StreamId
    form: str
    folder: Path  # where it stands once it is whole
    draft: Path  # where it is written until then
    files: tuple[str, ...] = ()
    digest: str | None = None  # SHA-256, once all is written
    opened: bool  # whether it holds words that are sealed on disk
    whole: bool = False  # whether it has its final name

    @property
    def named(self) -> bool:
        """Whether it has its final name; a crash right after that may have kept the register from saying so."""
        if self.whole or self.digest is None or self.draft.exists():
            return self.whole
        with suppress(OSError):
            return digest_of(self.folder, self.files) == self.digest
        return False

    @property
    def place(self) -> Path:
        return self.folder if self.named else self.draft


def digest_of(folder: Path, files: Iterable[str]) -> str:
    """Over what `sha256sum` prints of the files in order of their names, so that anybody can compare."""
    lines = []
    for name in sorted(files):
        with (folder / name).open("rb") as file:
            lines.append(f"{file_digest(file, 'sha256').hexdigest()}  {name}\n")
    return sha256("".join(lines).encode()).hexdigest()


class ExportRegister:
    """In a file of the data folder. Safe to use from several threads and processes."""

    def __init__(self, data: Path) -> None:
        """Raises StorageTrouble."""
        self._database: Final = Database(data / FILE, _SCHEMA, readers=1)

    def put(self, one: Registered) -> None:
        """Remember it, or what has become of it."""
        values = (
            one.export,
            one.network,
            one.form,
            str(one.folder),
            str(one.draft),
            json.encode(one.files).decode(),
            one.digest,
            one.opened,
            one.whole,
        )
        with self._database.write() as c:
            c.execute(_PUT, values)

    def all(self, network: StreamId) -> list[Registered]:
        """In the order in which they were begun."""
        with self._database.read() as c:
            found = c.execute(f"select {_COLUMNS} from exports where network = ? order by rowid", (network,)).fetchall()
        return [_registered(*each) for each in found]

    def holding_words(self, network: StreamId) -> list[Registered]:
        """Those that a person's erasure has to destroy: what they say is sealed where it came from."""
        return [each for each in self.all(network) if each.opened]

    def discard(self, one: Registered) -> bool:
        """Delete what was written, and nothing else that lies there now; False when nothing of it was found.

        Who moved or copied it has to be asked: it is not there any more where it was written. Raises OSError.
        """
        place = one.place
        found = [path for each in one.files if (path := place / each).exists()]
        for path in found:
            path.unlink()
        with suppress(OSError):  # others' files stay, and so does the folder then
            place.rmdir()
        self.forget(one)
        return bool(found)

    def forget(self, one: Registered) -> None:
        with self._database.write() as c:
            c.execute("delete from exports where export = ?", (one.export,))

    def close(self) -> None:
        self._database.close()


def _registered(  # noqa: PLR0913, PLR0917 - one a column
    export: str,
    network: str,
    form: str,
    folder: str,
    draft: str,
    files: str,
    digest: str | None,
    opened: int,
    whole: int,
) -> Registered:
    return Registered(
        export=export,
        network=network,
        form=form,
        folder=Path(folder),
        draft=Path(draft),
        files=json.decode(files, type=tuple[str, ...]),
        digest=digest,
        opened=bool(opened),
        whole=bool(whole),
    )
