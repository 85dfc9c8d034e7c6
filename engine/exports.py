"""Write something out: whole or not at all, recorded with its hash, and registered so that it is found again."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from domain.audit import ExportProduced, RecordExport, audit_of
from domain.refusals import StorageTrouble
from domain.vocabulary import OPERATOR, StreamId
from engine.commands import Commands, Order, Sender
from engine.event_store import EventStore
from engine.export_register import ExportRegister, Registered, digest_of


class Wrote(Struct, frozen=True):
    """What a writer says of what it wrote."""

    records: int
    position: int  # of the log, up to which it tells


class Export(Struct, frozen=True, kw_only=True):
    """One that stands."""

    export: str
    folder: str
    form: str
    records: int
    position: int
    digest: str  # of what `sha256sum *` prints in its folder
    files: tuple[str, ...]


class Exports:
    """Drafts are written beside their place, then recorded, then given their name.

    So nothing stands under its final name that was not recorded. A crash between the two leaves the record and the
    draft; whoever exports next gives that draft its name. A crash before leaves a draft, which is cleared away then.
    """

    def __init__(self, data: Path, store: EventStore, commands: Commands, clock: Callable[[], datetime]) -> None:
        """Raises StorageTrouble."""
        self.register: Final = ExportRegister(data)
        self._store = store
        self._commands = commands
        self._clock = clock

    def write(
        self,
        network: StreamId,
        folder: Path,
        form: str,
        writer: Callable[[Path], Wrote],
        *,
        files: tuple[str, ...],
        opened: bool,
    ) -> Export:
        """Have these files written into a folder that is not there yet. `opened` when they hold unsealed words."""
        self.settle(network)
        folder = folder.resolve()
        with _draft_for(folder) as draft:
            one = Registered(
                export=f"export-{secrets.token_hex(16)}",
                network=network,
                form=form,
                folder=folder,
                draft=draft,
                files=files,
                opened=opened,
            )
            self.register.put(one)
            try:
                return self._finish(one, writer)
            except BaseException:
                if not self._recorded(one):
                    self._clear(one)
                raise

    def _finish(self, one: Registered, writer: Callable[[Path], Wrote]) -> Export:
        with _in_words(one.folder):
            wrote = writer(one.draft)
            _flush_all(one.draft, one.files)
            digest = digest_of(one.draft, one.files)
        one = replace(one, digest=digest)
        self.register.put(one)
        self._record(one, wrote)
        with _in_words(one.folder):
            self._give_its_name(one)
        return Export(
            export=one.export,
            folder=str(one.folder),
            form=one.form,
            records=wrote.records,
            position=wrote.position,
            digest=digest,
            files=one.files,
        )

    def settle(self, network: StreamId) -> None:
        """Finish or clear away what a crash left; what somebody is writing right now is left alone."""
        for one in self.register.all(network):
            if one.whole or _in_use(one.draft):
                continue
            if one.named:
                self.register.put(replace(one, whole=True))
            elif not self._recorded(one):
                self._clear(one)
            elif one.draft.exists() and not _occupied(one.folder):
                with suppress(OSError):
                    self._give_its_name(one)

    def close(self) -> None:
        self.register.close()

    def _record(self, one: Registered, wrote: Wrote) -> None:
        command = RecordExport(
            audit=audit_of(one.network),
            export=one.export,
            form=one.form,
            by=OPERATOR,
            records=wrote.records,
            position=wrote.position,
            digest=one.digest or "",
        )
        sender = Sender(network=one.network, actor=OPERATOR, command_id=one.export)
        self._commands.handle(Order(command=command, at=self._clock()), sender)

    def _recorded(self, one: Registered) -> bool:
        found = self._store.of_command(one.network, one.export)
        return any(isinstance(each.event, ExportProduced) for each in found)

    def _give_its_name(self, one: Registered) -> None:
        one.draft.rename(one.folder)  # also over an empty folder; refused by the system where something lies
        _flush(one.folder.parent)
        self.register.put(replace(one, whole=True))

    def _clear(self, one: Registered) -> None:
        shutil.rmtree(one.draft, ignore_errors=True)
        self.register.forget(one)


@contextmanager
def _draft_for(folder: Path) -> Iterator[Path]:
    """A private folder beside the final one, held as long as somebody writes in it."""
    try:
        str(folder).encode()  # or the register could not name it
        folder.parent.mkdir(parents=True, exist_ok=True)
        if _occupied(folder):
            raise StorageTrouble(
                "something lies there already", field=str(folder), remedy="name a folder that is not there yet"
            )
        draft = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
        draft.mkdir(mode=0o700)
        held = os.open(draft, os.O_RDONLY | os.O_DIRECTORY)
    except (OSError, UnicodeError) as error:
        raise StorageTrouble("this folder cannot be made", field=str(folder), remedy="name another one") from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield draft
    finally:
        os.close(held)
        with suppress(OSError):
            draft.rmdir()  # where nothing came of it


def _in_use(draft: Path) -> bool:
    try:
        held = os.open(draft, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(held)
    return False


def _occupied(folder: Path) -> bool:
    """Whether a rename could not put a folder there."""
    if folder.is_dir() and not folder.is_symlink():
        return any(folder.iterdir())
    return folder.exists() or folder.is_symlink()


def _flush_all(folder: Path, files: tuple[str, ...]) -> None:
    for name in files:
        _flush(folder / name)
    _flush(folder)


def _flush(path: Path) -> None:
    held = os.open(path, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


@contextmanager
def _in_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageTrouble(
            "this cannot be written; nothing stands there", field=str(folder), remedy="check the disk"
        ) from error
