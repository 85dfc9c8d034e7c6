"""Every rule over longer histories: the demo's year, a real network, and what is found when they are tampered with."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TypeAlias

import pytest
from click.testing import CliRunner, Result
from msgspec import msgpack

from api.cli import confrere
from domain.catalogue import CATALOGUE
from domain.networks import CharterNetwork
from domain.vocabulary import OPERATOR
from engine.checking import check, rows_of, unsealing
from engine.commands import Commands, Order, Sender
from engine.event_store import EventStore
from engine.importing import plan_import, run_import
from engine.rules.told import Row
from engine.sealing import KeyRing
from tests.journeys.conftest import ROOT

pytestmark = pytest.mark.slow

NET = "network-0000000000000001"
SELECT = "select position, recorded_us, network, stream, version, name, payload from events order by position"


Change: TypeAlias = Callable[[list[Row]], Iterator[tuple[int, list[Row]]]]


def asked(folder: Path, *words: str) -> Result:
    environment = {"CONFRERE_DATA": str(folder / "data"), "CONFRERE_MASTER_KEY": str(folder / "master.key")}
    return CliRunner().invoke(confrere, ["audit", "check", *words], env=environment)


@pytest.fixture
def rows(told: tuple[Path, str]) -> list[Row]:
    folder, _ = told
    with closing(sqlite3.connect(folder / "data" / "events.db")) as connection:
        return connection.execute(SELECT).fetchall()


def test_the_demos_year_breaks_no_rule_whether_or_not_it_is_opened(told: tuple[Path, str]) -> None:
    folder, _ = told
    for words in (("--json",), ("--json", "--open")):
        done = asked(folder, *words)
        assert done.exit_code == 0, done.output
        found = json.loads(done.stdout)
        assert found["violation"] is None
        assert found["events"] > 2000
        unseen = {each["proves"] for each in found["rules"] if not each["looked_at"]}
        assert len(unseen) <= 1, unseen  # nothing was signed or written out in that year


def test_the_real_network_of_educators_breaks_no_rule(shared: Path) -> None:
    keys = KeyRing.in_memory()
    with closing(EventStore(None, keys, CATALOGUE)) as store:
        commands = Commands(store)
        charter = Order(command=CharterNetwork(network=NET, name="A real network"), at=datetime.now(UTC))
        commands.handle(charter, Sender(network=NET, actor=OPERATOR, command_id="charter"))
        plan = plan_import(shared / "networks" / "dlt1", NET, keys, ROOT / "docs" / "mappings" / "dlt1.toml")
        run_import(plan, commands, store)
        found = check(rows_of(store, NET), (), unsealing(keys))
    assert found.violation is None
    assert found.events > 3000


def left_out(rows: list[Row]) -> Iterator[tuple[int, list[Row]]]:
    """One event less: of those whose stream goes on after it."""
    last = {row[3]: row[4] for row in rows}
    for place in range(0, len(rows), 97):
        if rows[place][4] < last[rows[place][3]]:
            yield place, rows[:place] + rows[place + 1 :]


def turned(rows: list[Row]) -> Iterator[tuple[int, list[Row]]]:
    for place in range(0, len(rows) - 1, 97):
        yield place, [*rows[:place], rows[place + 1], rows[place], *rows[place + 2 :]]


def twice(rows: list[Row]) -> Iterator[tuple[int, list[Row]]]:
    for place in range(0, len(rows), 97):
        yield place, rows[: place + 1] + rows[place:]


@pytest.mark.parametrize("change", [left_out, turned, twice])
def test_what_was_left_out_turned_or_told_twice_is_found(rows: list[Row], change: Change) -> None:
    tried = 0
    for place, changed in change(rows):
        found = check(changed, {32}).violation
        assert found is not None, place
        assert found.position >= rows[place][0], place
        tried += 1
    assert tried > 10


_ODD = (None, -1, 2**62, "", "member-ffffffff", [], {}, b"\0", 3.5, True, [None])


def test_whatever_is_written_over_an_event_never_stops_the_check(rows: list[Row]) -> None:
    """Most of it breaks a rule; what breaks none is for the proofs to find."""
    chance, found = Random(3), 0  # noqa: S311 - which is changed
    for _ in range(40):
        place = chance.randrange(len(rows))
        stored = msgpack.decode(rows[place][6])
        part = stored[chance.choice((1, 2))] or stored[1]
        part[chance.choice(list(part) if isinstance(part, dict) else range(len(part)))] = chance.choice(_ODD)
        changed = (*rows[place][:6], msgpack.encode(stored))
        violation = check([*rows[:place], changed, *rows[place + 1 :]]).violation
        found += violation is not None and violation.position >= rows[place][0]
    assert found > 10
