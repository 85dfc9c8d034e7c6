"""Is the system fit to serve: quick checks that write nothing, for every probe."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec import Struct

from domain.refusals import KeyTrouble, ModelTrouble, Refused, StorageTrouble
from domain.vocabulary import OPERATOR, StreamId
from engine.runtime import Confrere
from models.encoder import WEIGHTS, Encoder, ModelFault

ROOM: Final = 500_000_000  # bytes that have to be free: a save that finds none is lost to its author
_PACKAGED_SIZE: Final = 90_868_376  # bytes of the packaged weights


class Check(Struct, frozen=True, kw_only=True):
    """What was looked at and what was found, without anything personal; `remedy` where it is not well."""

    name: str
    ok: bool
    words: str
    remedy: str = ""


class Health(Struct, frozen=True, kw_only=True):
    ready: bool
    checks: tuple[Check, ...]


class Standing(Struct, frozen=True, kw_only=True):
    """How far a network's views have come, and what stands in their way."""

    network: StreamId
    position: int
    lag: int
    trouble: str | None = None


def health(system: Confrere) -> Health:
    """Quick enough for a probe every second: a few looks at files and a few rows."""
    settings = system.settings
    return told(
        check("storage", lambda: storage_stands(system)),
        check("keys", lambda: keys_open(system)),
        check("disk", lambda: room_is_left(settings.data)),
        check("model", lambda: model_is_here(settings.model)),
        check("views", lambda: views_follow(system)),
    )


def standings(system: Confrere) -> tuple[Standing, ...]:
    """One per network."""
    return tuple(_standing(system, network) for network in system.store.networks())


def told(*checks: Check) -> Health:
    return Health(ready=all(each.ok for each in checks), checks=checks)


def check(name: str, look: Callable[[], str], *, with_place: bool = False) -> Check:
    """Every trouble in words; of a fault only its kind, since its message may quote what people wrote."""
    try:
        return Check(name=name, ok=True, words=look())
    except Refused as refusal:
        return Check(name=name, ok=False, words=_words(refusal, with_place=with_place), remedy=refusal.remedy or "")
    except OSError as error:
        return Check(
            name=name, ok=False, words=error.strerror or "a file cannot be used", remedy="check the data folder"
        )
    except Exception as fault:  # noqa: BLE001 - a probe answers whatever happens
        return Check(name=name, ok=False, words=f"this look failed ({type(fault).__name__})", remedy="report it")


def storage_stands(system: Confrere) -> str:
    file = system.settings.data / "events.db"
    if not file.exists():
        raise StorageTrouble("events.db is gone", remedy="restore it from a backup")
    if not os.access(file, os.W_OK) or os.statvfs(file).f_flag & os.ST_RDONLY:
        raise StorageTrouble("events.db may not be written", remedy="give the program write permission")
    return f"the history reaches to position {system.store.head()}"


def keys_open(system: Confrere) -> str:
    if not (system.settings.data / "keys.db").exists():
        raise KeyTrouble("keys.db is gone", remedy="restore it from a backup")
    system.keys.has(OPERATOR)  # a look into the file
    return "the master key fits"


def room_is_left(folder: Path) -> str:
    free = shutil.disk_usage(folder).free
    if free < ROOM:
        raise StorageTrouble(f"{free // 10**6} MB are free", remedy=f"make room: {ROOM // 10**6} MB are needed")
    return f"{free / 10**9:.1f} GB are free"


def model_is_here(folder: Path | None) -> str:
    """Looks at names and sizes only; loading the model checks its content."""
    try:
        encoder = Encoder(folder)
    except ModelFault:
        raise ModelTrouble(
            "files of the model are missing", remedy="reinstall confrere, or mend CONFRERE_MODEL"
        ) from None
    if folder is None and (encoder.folder / WEIGHTS).stat().st_size != _PACKAGED_SIZE:
        raise ModelTrouble("the model's weights are not whole", remedy="reinstall confrere")
    return "its files are there"


def views_follow(system: Confrere) -> str:
    found = standings(system)
    stuck = [each for each in found if each.trouble is not None]
    if stuck:
        words = f"{stuck[0].trouble} in {stuck[0].network}"
        raise StorageTrouble(words, remedy="`confrere doctor` says more; the history is kept")
    behind = max((each.lag for each in found), default=0)
    return f"{len(found)} networks, at most {behind} positions behind"


def _standing(system: Confrere, network: StreamId) -> Standing:
    views = system.views(network)
    return Standing(network=network, position=views.position, lag=views.lag(), trouble=views.last_error)


def _words(refusal: Refused, *, with_place: bool) -> str:
    return f"{refusal.field}: {refusal.words}" if with_place and refusal.field else refusal.words
