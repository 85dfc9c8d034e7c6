"""What a network exports, another one takes whole."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.kernel import Command
from domain.members import LeaveNetwork
from domain.networks import CharterNetwork
from domain.vocabulary import OPERATOR
from engine.commands import Order, Sender
from engine.exporting import write_table
from engine.importing import Report, plan_import, run_import
from engine.network_tables import left_out, tables_of
from engine.runtime import Confrere
from engine.settings import Settings

NET = "network-0000000000000001"
MEMBERS = "member,name,joined_at,expertise\nm1,Ada,2025-09-01T08:00Z,choirs\nm2,Ben,2025-09-01T08:00Z,\n"
CHALLENGES = (
    "challenge,author,posted_at,title\nc1,m1,2025-10-01T10:00Z,Desks in rows\nc2,m2,2025-10-02T10:00Z,Late buses\n"
)
POSTS = (
    "post,challenge,author,to,posted_at,text\n"
    "p1,c1,m2,,2025-10-01T11:00Z,Turn them round.\n"  # on the challenge of who left
    "p2,c2,m1,,2025-10-02T11:00Z,Ask the drivers.\n"  # by who left
    "p3,c2,m2,m1,2025-10-02T12:00Z,I did.\n"  # to who left
    "p4,c2,m2,,2025-10-02T13:00Z,They come at eight now.\n"
)
RESOURCES = (
    "resource,contributor,shared_at,title\nr1,m1,2025-10-01T10:00Z,Plans\nr2,m2,2025-10-01T10:00Z,Maps\n"
    "r3,,2025-10-01T10:00Z,Timetables\n"
)


def say(system: Confrere, command: Command, by: str | None = None) -> None:
    order = Order(command=command, at=datetime.now(UTC), on_behalf_of=by)
    system.commands.handle(order, Sender(network=NET, actor=OPERATOR, command_id=str(system.store.head())))


def take(system: Confrere, folder: Path) -> Report:
    return run_import(plan_import(folder, NET, system.keys), system.commands, system.store)


def export(system: Confrere, folder: Path) -> Path:
    folder.mkdir()
    for table, rows in system.ask(NET, tables_of).items():
        write_table(folder / f"{table}.csv", table, rows)
    return folder


@contextmanager
def chartered(folder: Path) -> Iterator[Confrere]:
    with Confrere(Settings(data=folder / "data", master_key=folder / "master.key")) as system:
        say(system, CharterNetwork(network=NET, name="Hill Network"))
        yield system


@pytest.fixture
def system(tmp_path: Path) -> Iterator[Confrere]:
    tables = tmp_path / "tables"
    tables.mkdir()
    for name, text in (("members", MEMBERS), ("challenges", CHALLENGES), ("posts", POSTS), ("resources", RESOURCES)):
        (tables / f"{name}.csv").write_text(text, "utf-8")
    with chartered(tmp_path) as system:
        assert take(system, tables).refusals == ()
        yield system


def called(system: Confrere, name: str) -> str:
    (found,) = [row["member"] for row in system.ask(NET, tables_of)["members"] if row["name"] == name]
    return str(found)


def test_while_nobody_left_nothing_is_left_out(system: Confrere) -> None:
    assert {name: len(rows) for name, rows in system.ask(NET, tables_of).items()} == {
        "sites": 0,
        "members": 2,
        "challenges": 2,
        "posts": 4,
        "resources": 3,
    }
    assert system.ask(NET, left_out) == {}


def test_rows_that_name_one_who_left_stay_out_and_are_counted(system: Confrere) -> None:
    ada = called(system, "Ada")
    say(system, LeaveNetwork(member=ada), by=ada)
    tables = system.ask(NET, tables_of)
    assert [row["title"] for row in tables["challenges"]] == ["Late buses"]
    assert [row["text"] for row in tables["posts"]] == ["They come at eight now."]
    assert sorted(str(row["title"]) for row in tables["resources"]) == ["Maps", "Timetables"]
    assert ada not in str(tables)
    assert system.ask(NET, left_out) == {"challenges": 1, "posts": 3, "resources": 1}


@pytest.mark.parametrize("leaver", ["Ada", None])
def test_another_network_takes_an_export_whole(system: Confrere, tmp_path: Path, leaver: str | None) -> None:
    if leaver:
        who = called(system, leaver)
        say(system, LeaveNetwork(member=who), by=who)
    with chartered(tmp_path / "other") as other:
        report = take(other, export(system, tmp_path / "out"))
        assert report.refusals == ()
        assert other.ask(NET, tables_of) == system.ask(NET, tables_of)


def queries(system: Confrere, query: Callable[..., object]) -> int:
    """How many statements answer it."""
    seen: list[str] = []
    with system.views(NET).reading() as connection:
        connection.set_trace_callback(seen.append)
        query(connection)
        connection.set_trace_callback(None)
    return len(seen)


def test_an_export_asks_as_few_questions_of_a_large_network_as_of_a_small_one(system: Confrere, tmp_path: Path) -> None:
    system.ask(NET, tables_of)
    small = queries(system, tables_of)
    assert small > 5
    more = tmp_path / "more"
    more.mkdir()
    (more / "members.csv").write_text(MEMBERS.replace("m1", "m3").replace("m2", "m4"), "utf-8")
    (more / "challenges.csv").write_text(CHALLENGES.replace("c1,m1", "c3,m3").replace("c2,m2", "c4,m4"), "utf-8")
    assert take(system, more).refusals == ()
    assert len(system.ask(NET, tables_of)["challenges"]) == 4
    assert queries(system, tables_of) == small
