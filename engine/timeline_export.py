"""What happened, as a table for spreadsheets: what an auditor reads, ids alone unless names are asked for."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from sqlite3 import Connection
from typing import Final

from domain.vocabulary import OPERATOR
from engine.exporting import guarded
from engine.exports import Wrote
from engine.followers import Views
from projections import member_directory, timeline
from projections.reading import Reader
from projections.shape import MOST
from projections.timeline import Moment

TIMELINE: Final = "timeline.csv"

_COLUMNS: Final = (
    "position",
    "occurred_at",
    "recorded_at",
    "event",
    "stream",
    "actor",
    "on_behalf_of",
    "confidentiality",
    "words",
)
_NAMES: Final = ("actor_name", "on_behalf_of_name")


def write_timeline(draft: Path, connection: Connection, *, named: bool) -> Wrote:
    """One row an event. Of what was told to few it says that it happened, and of coaching not even what it was."""
    names = {who: each.name for who, each in member_directory.candidates(connection).items()} if named else None
    count = 0
    with (draft / TIMELINE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((*_COLUMNS, *(_NAMES if named else ())))
        for count, moment in enumerate(_moments(connection), start=1):  # noqa: B007 - told at the end
            writer.writerow([guarded(cell) for cell in _cells(moment, names)])
    return Wrote(count, Views.position_in(connection))


def _moments(connection: Connection) -> Iterator[Moment]:
    """As an auditor reads them."""
    after, reader = 0, Reader(member=OPERATOR)
    while page := timeline.log(connection, reader, after=after, limit=MOST):
        yield from page
        after = page[-1].position


def _cells(moment: Moment, names: Mapping[str, str] | None) -> Iterator[str]:
    whose = moment.on_behalf_of or ""
    yield str(moment.position)
    yield moment.occurred_at.isoformat()
    yield moment.recorded_at.isoformat()
    yield from (moment.name, moment.stream, moment.actor, whose, moment.confidentiality, moment.words)
    if names is not None:
        yield from (names.get(moment.actor, ""), names.get(whose, ""))
