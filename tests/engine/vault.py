"""A small history in a data folder, with places for backups, and what there is to know of both."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

from domain.members import JoinNetwork
from domain.networks import CharterNetwork
from domain.vocabulary import OPERATOR
from engine import backup_check
from engine.backup import back_up
from engine.backup_check import EVENTS, Manifest
from engine.commands import Order, Sender
from engine.restoring import Restored, restore
from engine.runtime import Confrere
from engine.sealing import KeyRing
from engine.settings import Settings
from tests.engine.town import NET, NOON

ADA, BEN = "member-0000000a", "member-0000000b"
WRITTEN = "Ada of the seven canaries"


class Vault:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = Settings(data=folder / "data", master_key=folder / "master.key")
        self.said = 0

    @contextmanager
    def running(self) -> Iterator[Confrere]:
        with Confrere(self.settings, lambda: NOON) as system:
            yield system

    def begin(self, members: int = 0) -> None:
        with self.running() as system:
            self.say(system, CharterNetwork(network=NET, name="Riverbend"))
            self.say(system, JoinNetwork(member=ADA, name=WRITTEN))
            self.more(system, members)

    def more(self, system: Confrere, members: int) -> None:
        for _ in range(members):
            self.say(system, JoinNetwork(member=f"member-{self.said:08x}99", name=f"Member {self.said}"))

    def grow(self, members: int = 1) -> None:
        with self.running() as system:
            self.more(system, members)

    def say(self, system: Confrere, command: object) -> None:
        self.said += 1
        sender = Sender(network=NET, actor=OPERATOR, command_id=f"said-{self.said}-{system.store.head()}")
        system.commands.handle(Order(command=command, at=NOON), sender)

    def places(self, name: str) -> tuple[Path, Path]:
        return self.folder / f"backup-{name}", self.folder / f"keys-{name}"

    def back_up(self, name: str = "one") -> Manifest:
        with self.running() as system:
            return back_up(system, *self.places(name))

    def restore(self, name: str = "one", **more: object) -> Restored:
        return restore(self.settings, *self.places(name), **more)

    def names(self) -> list[str]:
        with self.running() as system:
            return [name for (name,) in system.ask(NET, lambda c: c.execute("select name from members").fetchall())]

    def digest(self) -> str:
        return digest_of(self.settings.data / EVENTS)

    def assert_whole(self, name: str) -> Manifest:
        """The backup verifies, with keys that open."""
        folder, keys = self.places(name)
        manifest = backup_check.read(folder)
        backup_check.check_files(manifest, folder, keys)
        ring = KeyRing.open(keys, self.settings.master_key)
        backup_check.check_signed(manifest, folder / EVENTS, ring)
        assert ring.has(ADA)
        ring.close()
        return manifest


def rows_of(events: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(events)) as connection:
        return connection.execute("select * from events order by position").fetchall()


def digest_of(events: Path) -> str:
    """Of every row, in order."""
    return sha256(repr(rows_of(events)).encode()).hexdigest()
