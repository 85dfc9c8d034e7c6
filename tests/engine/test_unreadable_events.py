import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from domain.catalogue import CATALOGUE
from domain.kernel import Recorded
from domain.refusals import KeyTrouble, NewerSoftware, Refused, StorageTrouble
from engine.event_store import EventStore
from engine.followers import Views
from engine.sealing import KeyRing
from projections.all import PROJECTIONS
from projections.shape import Projection
from tests.histories import ADA, NET, History, begun, copy_into

NEWER = """
    insert into events (recorded_us, network, stream, version, name, payload)
    select recorded_us, network, stream, version + 100, 'member.cloned', payload
    from events order by position desc limit 1
"""


def change(file: Path, sql: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(sql)


def newer_software(folder: Path) -> None:
    change(folder / "events.db", NEWER)


def lost_key(folder: Path) -> None:
    change(folder / "keys.db", f"delete from keys where owner = '{ADA}'")


def altered(folder: Path) -> None:
    change(folder / "events.db", NEWER.replace("'member.cloned', payload", "name, x'c1'"))


@contextmanager
def stopped(folder: Path, trouble: Callable[[Path], None]) -> Iterator[Views]:
    """Views of a network whose folder came to grief before they were begun."""
    data, key = folder / "data", folder / "master.key"
    with closing(KeyRing.open(data, key)) as keys, closing(EventStore(data, keys, CATALOGUE)) as store:
        copy_into(store, begun().recorded)
    trouble(data)
    with (
        closing(KeyRing.open(data, key)) as keys,
        closing(EventStore(data, keys, CATALOGUE)) as store,
        closing(Views(folder / "views", NET, store)) as views,
    ):
        views.catch_up()
        yield views


TROUBLES = pytest.mark.parametrize(
    ("trouble", "kind", "words"),
    [
        (newer_software, NewerSoftware, r"position \d+: .*newer software.*upgrade"),
        (lost_key, KeyTrouble, rf"{ADA}: the key of an owner is missing \(restore keys\.db from its backup\)"),
        (altered, StorageTrouble, r"position \d+: .*cannot be read.*restore the file"),
    ],
)


@TROUBLES
def test_an_event_that_the_log_refuses_is_told_as_that_refusal(
    tmp_path: Path, trouble: Callable[[Path], None], kind: type[Refused], words: str
) -> None:
    with stopped(tmp_path, trouble) as views:
        assert type(views.last_refusal) is kind
        assert views.last_error == str(views.last_refusal)
        with pytest.raises(kind, match=words):
            raise views.last_refusal


@TROUBLES
def test_a_rebuild_stops_at_it_with_the_same_refusal(
    tmp_path: Path, trouble: Callable[[Path], None], kind: type[Refused], words: str
) -> None:
    with stopped(tmp_path, trouble) as views:
        before = views.digest()
        with pytest.raises(kind, match=words):
            views.rebuild()
        assert views.digest() == before


def test_what_a_projection_cannot_take_in_is_no_refusal_of_the_log() -> None:
    def fill(_connection: sqlite3.Connection, _recorded: Recorded) -> None:
        raise ValueError

    poisoned = Projection(name="poisoned", schema="", fill=fill)
    with closing(Views(None, NET, begun(), (*PROJECTIONS, poisoned))) as views:
        views.catch_up()
        assert views.last_error is not None
        assert views.last_refusal is None


def test_a_refusal_is_forgotten_once_it_has_passed() -> None:
    class Passing(History):
        def page(self, after: int, **about: object) -> list[Recorded]:
            if self.refusing:
                raise KeyTrouble("the key of an owner is missing")
            return list(super().page(after, **about))

    log = Passing()
    log.recorded, log.refusing = begun().recorded, True
    with closing(Views(None, NET, log)) as views:
        views.catch_up()
        assert isinstance(views.last_refusal, KeyTrouble)
        log.refusing = False
        views.catch_up()
        assert views.last_refusal is None
        assert views.last_error is None
        assert views.position == log.head()
