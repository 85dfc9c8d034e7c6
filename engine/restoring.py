"""Put a backup in the place of the data: checked before anything is replaced, the old data kept aside."""

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from msgspec import Struct, structs

from domain.catalogue import CATALOGUE
from domain.erasure import LegalHoldLifted, LegalHoldPlaced, erasure_of
from domain.refusals import IllegalMove
from engine import backup_check
from engine.backup_check import EVENTS, KEYS, Manifest
from engine.changing_over import change_over, unused
from engine.copying import copy_file, disk_in_words, flush
from engine.export_register import FILE as EXPORTS
from engine.export_register import ExportRegister
from engine.note_folder import ENDING
from engine.note_folder import NAME as CHECKPOINTS
from engine.sealing import KeyRing
from engine.settings import Settings
from engine.stored_log import StoredLog
from engine.tree_file import TreeFile

_MARK: Final = "being-restored"  # in a draft, and for a moment in what it became
_LOST: Final = ".lost"
_PLACED: Final = CATALOGUE.by_type[LegalHoldPlaced].name
_LIFTED: Final = CATALOGUE.by_type[LegalHoldLifted].name


class Restored(Struct, frozen=True, kw_only=True):
    """What stands now, and what was set aside."""

    position: int
    made_at: datetime
    before: Path | None  # the data that lay there
    lost: int  # positions that only these have
    erased: tuple[str, ...]  # whose key stays destroyed though the backup had it: their erasure has to be said again
    held: tuple[str, ...]  # of these, whom the log forbids to erase again until a legal hold is lifted once more
    unread: tuple[str, ...]  # old files too damaged to tell what was erased, revoked or exported since


def restore(
    settings: Settings, folder: Path, keys: Path, *, replace: bool = False, checkpoints: Sequence[str] = ()
) -> Restored:
    """Killed at any moment the old data stand, or the new ones do. `checkpoints` kept elsewhere have to agree too.

    Raises BadFile for a backup that is not whole, KeyTrouble, IllegalMove where data lie and may not be replaced.
    """
    manifest = backup_check.read(folder)
    data = settings.data.resolve()
    if not replace and data.exists() and any(data.iterdir()):
        raise IllegalMove("there are data already", field=str(data), remedy="--replace sets them aside")
    with disk_in_words(data), unused(data / EVENTS) as head:
        draft = _draft_beside(data)
        try:
            backup_check.check_files(manifest, folder, keys)
            _copy(manifest, folder, keys, draft)
            _check(settings, manifest, draft, checkpoints)
            _grow_trees(manifest, draft)
            unread = _unreadable(data)
            erased = _keep_destroyed(data, draft)
            _keep_revoked(data, draft)
            _keep_registered(data, draft)
            change_over(draft, data)
        except BaseException:
            if (draft / _MARK).exists():  # else they have changed over, and the old data lie there
                with suppress(OSError):
                    _discard(draft)
            raise
        (data / _MARK).unlink()
        _let_go_of_opened_words(draft)
        _set_aside_notes(settings, manifest, data)
    return Restored(
        position=manifest.position,
        made_at=manifest.made_at,
        before=draft if draft.exists() else None,
        lost=max(0, head - manifest.position),
        erased=erased,
        held=tuple(owner for owner in erased if _is_held(data / EVENTS, owner)),
        unread=unread,
    )


def _draft_beside(data: Path) -> Path:
    """Under the name that the old data will have. What a killed restore left unfinished goes first."""
    (data / _MARK).unlink(missing_ok=True)  # whole they are: a kill came just after
    for other in data.parent.glob(f"{data.name}.before-*"):
        if (other / _MARK).exists() or not any(other.iterdir()):
            _discard(other)
    draft = data.with_name(f"{data.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}")
    draft.mkdir(0o700, parents=True)
    (draft / _MARK).touch(0o600)
    return draft


def _discard(draft: Path) -> None:
    """The mark goes last: killed in between, the next restore knows what is left for a draft, which has keys in it."""
    for each in draft.iterdir():
        if each.is_dir():
            shutil.rmtree(each)
        elif each.name != _MARK:
            each.unlink()
    (draft / _MARK).unlink(missing_ok=True)
    draft.rmdir()


def _copy(manifest: Manifest, folder: Path, keys: Path, draft: Path) -> None:
    for name in manifest.files:
        beside = draft / _place_of(name)
        for parent in (beside.parent.parent, beside.parent):  # one by one: parents made besides would be open to others
            parent.mkdir(0o700, exist_ok=True)
        copy_file(folder / name, beside)
    copy_file(keys / KEYS, draft / KEYS)


def _place_of(name: str) -> Path:
    """Notes lie with their network."""
    note = name.removeprefix(f"{CHECKPOINTS}/")
    return Path(name) if note == name else Path(note.rpartition("-")[0]) / CHECKPOINTS / note


def _check(settings: Settings, manifest: Manifest, draft: Path, checkpoints: Sequence[str]) -> None:
    """Of the very copies that will stand: what was read once may be read otherwise."""
    backup_check.check_files(_as_placed(manifest), draft, draft)
    ring = KeyRing.open(draft, settings.master_key)
    try:
        backup_check.check_signed(manifest, draft / EVENTS, ring, checkpoints)
    finally:
        ring.close()
    for place in (*(each for each in draft.rglob("*") if each.is_dir()), draft):
        flush(place)


def _grow_trees(manifest: Manifest, draft: Path) -> None:
    """What is altered from now on is named by its very event, also before anything is signed anew."""
    with closing(StoredLog(draft)) as log:
        for each in manifest.networks:
            (draft / each.network).mkdir(0o700, exist_ok=True)
            with closing(TreeFile(draft / each.network / "tree", each.network, log)) as tree:
                tree.grow()


def _as_placed(manifest: Manifest) -> Manifest:
    return structs.replace(manifest, files={str(_place_of(name)): known for name, known in manifest.files.items()})


def _unreadable(data: Path) -> tuple[str, ...]:
    found = (name for name in (KEYS, "accounts.db", EXPORTS) if (data / name).exists())
    return tuple(name for name in found if _asked(data / name, "pragma quick_check(1)") != [("ok",)])


def _keep_destroyed(data: Path, draft: Path) -> tuple[str, ...]:
    """A key that was destroyed since the backup is destroyed in the copy as well: erased is erased."""
    gone = [owner for (owner,) in _asked(data / KEYS, "select owner from keys where wrapped is null")]
    with closing(sqlite3.connect(draft / KEYS, isolation_level=None)) as new:
        new.execute("pragma secure_delete = on")
        had = {owner for (owner,) in new.execute("select owner from keys where wrapped is not null")}
        new.execute("begin immediate")
        new.executemany(
            "insert into keys values (?, null) on conflict (owner) do update set wrapped = null",
            [(owner,) for owner in gone],
        )
        new.execute("commit")
    return tuple(sorted(had.intersection(gone)))


def _is_held(events: Path, owner: str) -> bool:
    """Whether a legal hold stands in the log that came back, lifted though it was before the erasure."""
    query = "select name from events where stream = ? and name in (?, ?) order by version desc limit 1"
    return _asked(events, query, erasure_of(owner), _PLACED, _LIFTED) == [(_PLACED,)]


def _keep_revoked(data: Path, draft: Path) -> None:
    """Tokens that ended since the backup do not come back to life."""
    if not (draft / "accounts.db").exists():
        return
    ended = _asked(data / "accounts.db", "select revoked_at, token from tokens where revoked_at is not null")
    with closing(sqlite3.connect(draft / "accounts.db", isolation_level=None)) as new:
        new.execute("begin immediate")
        new.executemany("update tokens set revoked_at = ? where token = ? and revoked_at is null", ended)
        new.execute("commit")


def _keep_registered(data: Path, draft: Path) -> None:
    """Exports written since the backup still lie where they were written: an erasure has to find them."""
    since = _asked(data / EXPORTS, "select * from exports")
    if since:
        ExportRegister(draft).close()  # the backup may have none
        with closing(sqlite3.connect(draft / EXPORTS, isolation_level=None)) as new:
            new.executemany(f"insert or replace into exports values ({', '.join('?' * len(since[0]))})", since)


def _asked(path: Path, query: str, *values: str) -> list[tuple[object, ...]]:
    """Of the old data, as far as they can be read: they may be why there is a restore."""
    with suppress(sqlite3.DatabaseError):
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            return connection.execute(query, values).fetchall()
    return []


def _let_go_of_opened_words(before: Path) -> None:
    """Of what was set aside: tables made from the log hold words that its own keys would open, and are made again."""
    for path in before.glob("network-*/views-*"):
        path.unlink()
    for folder in before.glob("network-*/past"):
        shutil.rmtree(folder)


def _set_aside_notes(settings: Settings, manifest: Manifest, data: Path) -> None:
    """Checkpoints over what is lost stay, under another name: they are true of another history than the one to come."""
    if settings.checkpoints is None:
        return
    for signed in manifest.networks:
        size = backup_check.events_of(signed.network, data / EVENTS)
        for note in settings.checkpoints.glob(f"{signed.network}-*{ENDING}"):
            if int(note.stem.rpartition("-")[2]) > size:
                note.rename(note.with_name(note.name + _LOST))
