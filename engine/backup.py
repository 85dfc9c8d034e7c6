"""Copy what cannot be made again while the service runs: data in one folder, keys in another, whole or not at all."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from domain.audit import RecordExport, audit_of
from domain.refusals import Malformed, StorageTrouble
from domain.vocabulary import OPERATOR
from engine import notes
from engine.backup_check import EVENTS, KEYS, NAME, Manifest, SignedNetwork, check_signed, head_in, written
from engine.commands import Order, Sender
from engine.copying import copy_database, copy_file, digest, disk_in_words, flush
from engine.note_folder import ENDING
from engine.note_folder import NAME as CHECKPOINTS
from engine.runtime import Confrere
from engine.sealing import KeyRing

UNFINISHED: Final = "unfinished"  # beside the keys, with the place of their data, until these stand there too

_BESIDES: Final = ("accounts.db", "vectors.db", "exports.db")  # what else is copied, where it is there


def back_up(system: Confrere, folder: Path, keys: Path) -> Manifest:
    """Two new folders. Killed at any moment there is no `folder`, or a whole one with its keys.

    The history is signed first and copied before the keys, so that no key it needs is missing; its copy is checked
    against what was signed. Raises Malformed, StorageTrouble, BadFile.
    """
    folder, keys = folder.resolve(), keys.resolve()
    _refuse_places(system.settings.data.resolve(), folder, keys)
    erasures = system.store.erasures
    with disk_in_words(folder), _draft_of(keys) as keys_draft, _draft_of(folder) as draft:
        signed = [
            SignedNetwork(network=each, checkpoint=system.proofs(each).sign()) for each in system.store.networks()
        ]
        files = _copy_data(system, draft)
        copy_database(system.settings.data / KEYS, keys_draft / KEYS)
        if system.store.erasures != erasures:  # the copied history would not say whose key is gone
            raise StorageTrouble("somebody was erased meanwhile; nothing was kept", remedy="back up once more")
        manifest = Manifest(
            form=1,
            backup=f"backup-{secrets.token_hex(8)}",
            made_at=system.clock(),
            position=head_in(draft / EVENTS),
            files={name: digest(draft / name) for name in files},
            keys=digest(keys_draft / KEYS),
            networks=tuple(signed),
        )
        _check(system, manifest, draft, keys_draft)
        _write(draft / NAME, written(manifest))
        _record(system, manifest, digest(draft / NAME))
        _write(keys_draft / manifest.backup, b"")
        _write(keys_draft / UNFINISHED, str(folder).encode())
        _give_their_names(draft, folder, keys_draft, keys)
    return manifest


def _refuse_places(data: Path, folder: Path, keys: Path) -> None:
    for one, other in ((folder, keys), (folder, data), (keys, data)):
        if one.is_relative_to(other) or other.is_relative_to(one):
            raise Malformed(
                f"{one} and {other} lie in one another",
                field="FOLDER",
                remedy="keep backups, their keys and the data apart: best on three disks",
            )
    if (keys / UNFINISHED).exists() and not Path((keys / UNFINISHED).read_text("utf-8")).exists():
        shutil.rmtree(keys)  # a kill came between the two names
    for place in (folder, keys):
        if place.exists():
            raise Malformed("this is there already", field=str(place), remedy="name a folder that is not there yet")


def _copy_data(system: Confrere, draft: Path) -> list[str]:
    data = system.settings.data
    copy_database(data / EVENTS, draft / EVENTS)
    besides = [name for name in _BESIDES if (data / name).exists()]
    for name in besides:
        copy_database(data / name, draft / name)
    return [EVENTS, *besides, *_copy_notes(system, draft)]


def _copy_notes(system: Confrere, draft: Path) -> Iterator[str]:
    """Checkpoints signed earlier are evidence."""
    (draft / CHECKPOINTS).mkdir(0o700)
    for network in system.store.networks():
        folder = system.settings.checkpoints or system.settings.data / network / CHECKPOINTS
        for note in sorted(folder.glob(f"{network}-*{ENDING}")):
            copy_file(note, draft / CHECKPOINTS / note.name)
            yield f"{CHECKPOINTS}/{note.name}"


def _check(system: Confrere, manifest: Manifest, draft: Path, keys_draft: Path) -> None:
    ring = KeyRing.open(keys_draft, system.settings.master_key)
    try:
        check_signed(manifest, draft / EVENTS, ring)
    finally:
        ring.close()
    if digest(keys_draft / KEYS) != manifest.keys:
        raise StorageTrouble("the copy of the keys changed while it was checked", field=str(keys_draft))


def _record(system: Confrere, manifest: Manifest, known: str) -> None:
    """What left is told in each network's history, before it is there: so no copy stands that was not recorded."""
    for each in manifest.networks:
        command = RecordExport(
            audit=audit_of(each.network),
            export=manifest.backup,
            form="backup",
            by=OPERATOR,
            records=notes.opened(each.checkpoint, system.proofs(each.network).verifier_key).size,
            position=manifest.position,
            digest=known,
        )
        sender = Sender(network=each.network, actor=OPERATOR, command_id=manifest.backup)
        system.commands.handle(Order(command=command, at=system.clock()), sender)


def _give_their_names(draft: Path, folder: Path, keys_draft: Path, keys: Path) -> None:
    """The data last: a backup is there once they are."""
    for each in (draft / CHECKPOINTS, draft, keys_draft):
        flush(each)
    keys_draft.rename(keys)
    flush(keys.parent)
    draft.rename(folder)
    flush(folder.parent)
    (keys / UNFINISHED).unlink()


@contextmanager
def _draft_of(place: Path) -> Iterator[Path]:
    """Beside its place, closed to others; what a killed one left there goes first."""
    draft = place.with_name(f".{place.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(0o700, parents=True)
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
    flush(path)
