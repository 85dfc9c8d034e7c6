"""The thorough look behind `confrere doctor`: every file checked, every event read, the model made to speak."""

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from domain.refusals import BadFile, Malformed, ModelTrouble, StorageTrouble
from engine.health import Check, Health, check, room_is_left, told, views_follow
from engine.runtime import Confrere
from engine.settings import Settings, strangers
from engine.storage.database import in_words
from models.encoder import SHA256, WEIGHTS, Encoder, ModelFault, verify

_SAID: Final = ("The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium.")
_ALIKE: Final = (0.6660, 0.1046, 0.1411)  # what the packaged model makes of first and second, first and third, the rest
_NEAR: Final = 5e-4
_PAGE: Final = 2000


def examine(
    settings: Settings,
    environment: Mapping[str, str] = os.environ,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Health:
    """Changes nothing but that views are brought up, and that an erasure which a crash broke off is finished.

    Where nothing was recorded yet nothing is begun.
    """
    look = partial(check, with_place=True)
    return told(
        look("settings", lambda: _no_strangers(environment)),
        look("model", lambda: _model_speaks(settings)),
        look("disk", lambda: room_is_left(_standing_folder(settings.data))),
        *(_of_data(settings, clock) if _begun(settings.data) else [look("data", lambda: "nothing is recorded yet")]),
    )


def _of_data(settings: Settings, clock: Callable[[], datetime]) -> Iterator[Check]:
    look = partial(check, with_place=True)
    yield look("permissions", lambda: _closed_to_others(settings.data))
    yield look("files", lambda: _undamaged(settings.data))
    opened: list[Confrere] = []
    yield look("keys", lambda: _opens(settings, clock, opened))
    for system in opened:
        with system:
            yield look("history", partial(_every_event_reads, system))
            yield look("checkpoints", partial(_signed_is_continued, system))
            yield look("clock", partial(_clock_goes_on, system))
            yield look("views", partial(_views_catch_up, system))
            yield look("erasures", partial(_erased_are_gone, system))


def _begun(folder: Path) -> bool:
    return any((folder / name).exists() for name in ("events.db", "keys.db"))


def _standing_folder(folder: Path) -> Path:
    """The folder itself, or that in which it will be made."""
    return next(each for each in (folder.absolute(), *folder.absolute().parents) if each.is_dir())


def _no_strangers(environment: Mapping[str, str]) -> str:
    found = strangers(environment)
    if found:
        raise Malformed("there is no such setting", field=", ".join(found), remedy="`confrere settings` names all")
    return "every name is one of ours"


def _model_speaks(settings: Settings) -> str:
    try:
        encoder = Encoder(settings.model, settings.threads)
        if settings.model is None:
            verify(encoder.folder / WEIGHTS, SHA256)
        vectors = encoder.encode(_SAID)
    except ModelFault as fault:
        raise ModelTrouble(str(fault), remedy="reinstall confrere, or mend CONFRERE_MODEL") from fault
    alike = (vectors @ vectors.T)[np.triu_indices(len(_SAID), k=1)]
    if not np.isfinite(alike).all() or (settings.model is None and np.abs(alike - _ALIKE).max() > _NEAR):
        raise ModelTrouble("known sentences come out otherwise than they should", remedy="reinstall torch and confrere")
    return f"{encoder.fingerprint} understands the known sentences"


def _closed_to_others(folder: Path) -> str:
    patterns = (
        "*.db*",
        "network-*",
        "network-*/views-*",
        "network-*/themes",
        "network-*/tree",
        "network-*/checkpoints",
    )
    inside = [folder, *(found for pattern in patterns for found in folder.glob(pattern))]
    loose = [each for each in inside if each.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
    if loose:
        names = ", ".join(str(each) for each in loose[:3])
        raise StorageTrouble("others may look in", field=names, remedy=f"chmod -R go= {folder}")
    return f"{len(inside)} files and folders are closed to others"


def _undamaged(folder: Path) -> str:
    files = sorted(folder.glob("*.db"))
    for file in files:
        uri = f"{file.absolute().as_uri()}?mode=ro"
        with in_words(file.name), closing(sqlite3.connect(uri, uri=True)) as connection:
            found = connection.execute("pragma quick_check(1)").fetchone()[0]
        if found != "ok":
            raise BadFile("the file is damaged", field=file.name, remedy="restore it from a backup")
    return f"{len(files)} databases are whole"


def _opens(settings: Settings, clock: Callable[[], datetime], opened: list[Confrere]) -> str:
    if not (settings.data / "events.db").exists():
        raise StorageTrouble("the history is gone", field="events.db", remedy="restore it from a backup")
    opened.append(Confrere(settings, clock))
    return "the master key fits"


def _every_event_reads(system: Confrere) -> str:
    after = 0
    while page := system.store.page(after, limit=_PAGE):
        after = page[-1].position
    return f"every event up to position {after} reads"


def _signed_is_continued(system: Confrere) -> str:
    signed = [each for each in system.store.networks() if system.proofs(each).latest() is not None]
    if not signed:
        return "nothing was signed yet"
    return (
        f"{len(signed)} networks continue what was signed of them" if len(signed) > 1 else "what was signed still holds"
    )


def _clock_goes_on(system: Confrere) -> str:
    later = system.store.head() - system.store.position_at(system.clock())
    if later:
        raise StorageTrouble(
            f"the clock is behind: {later} events were recorded later than now", remedy="set this machine's clock"
        )
    return "it is past the last event"


def _erased_are_gone(system: Confrere) -> str:
    left = [member for network in system.store.networks() for member in system.erasures.unfinished(network)]
    if left:
        raise StorageTrouble("an erasure is not finished", field=left[0], remedy="see what stands in the way above")
    return "nothing is left of anybody who was erased"


def _views_catch_up(system: Confrere) -> str:
    for network in system.store.networks():
        system.views(network).catch_up()
    return views_follow(system)
