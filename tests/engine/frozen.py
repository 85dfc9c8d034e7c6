"""A whole log as it lay on disk on one day; `python -m tests.engine.frozen NAME` freezes the story of that day.

What is frozen stays as it is for ever: every later version has to read it, and to tell the same by it.
"""

import sys
from base64 import b64decode, b64encode
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import msgspec
from msgspec import Struct

from domain.catalogue import CATALOGUE
from domain.vocabulary import OPERATOR
from engine.commands import Order, Sender
from engine.event_store import EventStore
from engine.followers import Views
from engine.leaves import leaf_of
from engine.merkle import root_of
from engine.runtime import Confrere
from engine.sealing import KeyRing, _context
from engine.settings import Settings
from engine.storage.recorder import Row
from projections import (
    challenge_board,
    coaching_cases,
    member_directory,
    recommendation_lists,
    resource_shelf,
    ties,
    time_budgets,
    timeline,
)
from projections.network_setting import charter
from projections.reading import Reader
from tests.domain.scenario import ADA, NET
from tests.domain.test_story import STORY

OPERATORS: Final = Reader(member=OPERATOR)
STATES: Final = ("waiting", "triaged", "offered", "engaged", "ended")
FOLDER: Final = Path(__file__).parents[1] / "samples" / "logs"


class Line(Struct, frozen=True, kw_only=True):
    """One stored event, and what it was read as."""

    position: int
    recorded_us: int
    network: str
    stream: str
    version: int
    name: str
    payload: str  # base64
    fields: dict[str, Any]

    @property
    def row(self) -> Row:
        stored = b64decode(self.payload)
        return self.position, self.recorded_us, self.network, self.stream, self.version, self.name, stored


class Frozen(Struct, frozen=True, kw_only=True):
    """Invented people's keys lie open beside the log: nobody's secret is in it."""

    root: str
    keys: dict[str, str]  # owner → base64, none for who was erased
    answers: dict[str, Any]  # what the tables told on that day
    lines: tuple[Line, ...]


def frozen() -> dict[str, Frozen]:
    """By name."""
    found = sorted(FOLDER.glob("*.json"))
    return {path.stem: msgspec.json.decode(path.read_bytes(), type=Frozen) for path in found}


def lay_down(log: Frozen, ring: KeyRing, store: EventStore) -> None:
    """Rows and keys, byte for byte, into a store and a ring that hold nothing yet."""
    with ring._writing() as c:
        for owner, key in log.keys.items():
            c.execute(
                "insert or replace into keys values (?, ?)",
                (owner, ring._wrap(b64decode(key), _context(owner)) if key else None),
            )
    insert = "insert into events values (?, ?, ?, ?, ?, ?, ?)"
    with store._log.recorder.database.write() as c:  # type: ignore[attr-defined] # the one on disk
        c.executemany(insert, [line.row for line in log.lines])


def told(views: Views) -> dict[str, Any]:
    """What the tables tell, in plain values."""
    with views.reading() as c:
        found = {
            "charter": charter(c),
            "members": [member_directory.member(c, each) for each in sorted(member_directory.candidates(c))],
            "challenges": challenge_board.all_challenges(c),
            "answers": challenge_board.all_answers(c),
            "resources": resource_shelf.shelf(c, limit=200),
            "ties": ties.ties(c),
            "budgets": time_budgets.budgets(c),
            "lists": recommendation_lists.lists_of(c, ADA),
            "cases": {each: coaching_cases.queue(c, OPERATORS, state=each, limit=200).items for each in STATES},
            "moments": timeline.moments(c, limit=100_000),
        }
    return msgspec.json.decode(msgspec.json.encode(found))


def freeze(name: str) -> Path:
    """Tell the story through the real door, and keep what came of it."""
    with TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder) / "data", master_key=Path(folder) / "master.key")
        now = STORY[0].at
        with Confrere(settings, lambda: now) as system:
            for number, said in enumerate(STORY):
                now = max(now, said.at)
                sender = Sender(network=NET, actor=said.sent_by or said.by, command_id=f"command-{number:08x}")
                speaks = said.by if said.sent_by and said.by.startswith("member-") else None
                system.commands.handle(Order(command=said.command, at=said.at, on_behalf_of=speaks), sender)
            path = FOLDER / f"{name}.json"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(msgspec.json.format(msgspec.json.encode(_taken(system)), indent=1) + b"\n")
    return path


def _taken(system: Confrere) -> Frozen:
    rows = system.store.rows(0, limit=100_000, network=NET)
    read = system.store.page(0, limit=100_000, network=NET)
    views = Views(None, NET, system.store)
    views.catch_up()
    lines = tuple(
        Line(
            position=row[0],
            recorded_us=row[1],
            network=row[2],
            stream=row[3],
            version=row[4],
            name=row[5],
            payload=b64encode(row[6]).decode(),
            fields=msgspec.to_builtins(recorded.event),
        )
        for row, recorded in zip(rows, read, strict=True)
    )
    assert {line.name for line in lines} == set(CATALOGUE.by_name), "every event there is should be in it"
    return Frozen(
        root=b64encode(root_of([leaf_of(row) for row in rows])).decode(),
        keys={owner: _key(system.keys, owner) for owner in _owners(system.keys)},
        answers=told(views),
        lines=lines,
    )


def _owners(ring: KeyRing) -> list[str]:
    return [owner for (owner,) in ring._connection.execute("select owner from keys order by owner")]


def _key(ring: KeyRing, owner: str) -> str:
    row = ring._row(owner)
    if row is None or row[0] is None:
        return ""
    return b64encode(ring._opened_by_master(owner, row[0], _context(owner))).decode()


if __name__ == "__main__":
    freeze(sys.argv[1])
