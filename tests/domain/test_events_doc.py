"""docs/events.md says what the catalogue says, and everybody can read it."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

import pytest
from msgspec import Struct

from domain.catalogue import CATALOGUE
from domain.challenges import ChallengeAnswered
from domain.kernel import STREAM, Entry, Envelope, Event, Recorded, owners_of
from domain.plans import DECIDERS
from domain.vocabulary import Confidentiality, TieKind
from projections.ties import PROJECTION, ties
from tests.domain.samples import ADA, BEN, SAMPLES

DOC: Final = (Path(__file__).parents[2] / "docs" / "events.md").read_text(encoding="utf-8")
PLAIN: Final = {str: "text", int: "whole number", float: "number", bool: "yes or no"}
PLAIN |= {date: "day", datetime: "instant", time: "time of day"}


def sections() -> dict[str, list[list[str]]]:
    """Heading → the rows of the tables below it, without their heads."""
    found: dict[str, list[list[str]]] = {}
    heading = ""
    for line in DOC.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
            found[heading] = []
        elif line.startswith("|"):
            found[heading].append([cell.strip() for cell in line.strip("|").split("|")])
    return {heading: rows[2:] for heading, rows in found.items()}


SECTIONS: Final = sections()
ROWS: Final = {row[0].strip("`"): row for kind in DECIDERS for row in SECTIONS.get(kind, [])}


def in_words(hint: Any) -> str:
    args = get_args(hint)
    if get_origin(hint) in (Union, UnionType):
        return " or ".join("none" if arg is NoneType else in_words(arg) for arg in args)
    if get_origin(hint) is tuple:
        return f"list of {in_words(args[0])}"
    if get_origin(hint) is dict:
        return f"{in_words(args[1])} by {in_words(args[0])}"
    return PLAIN.get(hint) or f"`{hint.__name__}`"


def fields_of(kind: type[Struct]) -> str:
    owners = owners_of(kind) if issubclass(kind, Event) else {}
    parts = []
    for field, hint in get_type_hints(kind).items():
        seal = f", sealed for {_owner(kind, owners[field])}" if field in owners else ""
        parts.append(f"`{field}` {in_words(hint)}{seal}")
    return " · ".join(parts) or "–"


def _owner(kind: type[Struct], owner: str) -> str:
    stream = CATALOGUE.by_type[kind].name.partition(".")[0]
    return f"the {stream}" if owner == STREAM else f"`{owner}`"


def class_of(entry: Entry) -> str:
    return f"its own, usually {entry.confidentiality}" if _chooses(entry) else str(entry.confidentiality)


def _chooses(entry: Entry) -> bool:
    return get_type_hints(entry.type).get("confidentiality") is Confidentiality


def parts(kind: type[Struct]) -> Iterator[type]:
    """The structs and fixed words that a struct is made of, also deep inside."""
    for hint in get_type_hints(kind).values():
        for found in _parts(hint):
            yield found
            if issubclass(found, Struct):
                yield from parts(found)


def _parts(hint: Any) -> Iterator[type]:
    if isinstance(hint, type) and issubclass(hint, Struct | Enum):
        yield hint
    for arg in get_args(hint):
        yield from _parts(arg)


PARTS: Final = {part.__name__: part for entry in CATALOGUE.entries for part in parts(entry.type)}


def row_of(entry: Entry) -> list[str]:
    return [f"`{entry.name}`", str(entry.version), fields_of(entry.type), class_of(entry)]


def test_every_event_stands_in_the_list_and_nothing_else() -> None:
    listed = [row[0].strip("`") for kind in DECIDERS for row in SECTIONS[kind]]
    assert listed == [entry.name for entry in CATALOGUE.entries]


@pytest.mark.parametrize("entry", CATALOGUE.entries, ids=lambda entry: entry.name)
def test_an_event_is_listed_as_it_is(entry: Entry) -> None:
    *as_listed, meaning = ROWS[entry.name]
    assert as_listed == row_of(entry)
    assert re.fullmatch(r"\S.{9,}\S", meaning), "say in a line what happened"


def test_an_event_is_listed_under_its_stream() -> None:
    for kind in DECIDERS:
        assert {row[0].strip("`").partition(".")[0] for row in SECTIONS[kind]} == {kind}


def test_every_part_of_an_event_is_listed_as_it_is() -> None:
    listed = {row[0].strip("`"): row[1] for row in SECTIONS["Parts"]}
    assert listed == {name: fields_of(part) for name, part in PARTS.items() if issubclass(part, Struct)}


def test_every_fixed_word_is_listed() -> None:
    listed = {row[0].strip("`"): row[1] for row in SECTIONS["Fixed words"]}
    words = {name: part for name, part in PARTS.items() if issubclass(part, Enum)}
    assert listed == {name: " · ".join(word.value for word in part) for name, part in words.items()}


def test_ties_come_from_events_and_are_of_known_kinds() -> None:
    kinds = {row[1] for row in SECTIONS["Ties"] if row[1] != "none"}
    assert kinds <= set(TieKind)
    assert {row[0].strip("`") for row in SECTIONS["Ties"]} <= CATALOGUE.by_name.keys()


def tied(event: Event) -> set[tuple[str, str, str]]:
    """Giver, receiver and kind of every tie that an event gives."""
    envelope = Envelope(
        occurred_at=datetime(2025, 9, 3, tzinfo=UTC),
        actor="operator",
        command="command-00000001",
        causation="command-00000001",
        correlation="command-00000001",
        confidentiality=CATALOGUE.confidentiality_of(event),
    )
    recorded = Recorded(
        network="network-0000000a",
        stream=f"{CATALOGUE.by_type[type(event)].name.partition('.')[0]}-00000001",
        version=1,
        position=1,
        recorded_at=envelope.occurred_at,
        envelope=envelope,
        event=event,
    )
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(PROJECTION.schema)
        PROJECTION.fill(connection, recorded)
        return {(tie.giver, tie.receiver, str(tie.kind)) for tie in ties(connection)}


@pytest.mark.parametrize("event", SAMPLES, ids=lambda event: type(event).__name__)
def test_an_event_gives_the_tie_that_is_listed_and_no_other(event: Event) -> None:
    listed = {row[0].strip("`"): row[1] for row in SECTIONS["Ties"]}
    kind = listed.get(CATALOGUE.by_type[type(event)].name, "none")
    ways = {"none": set(), "partner": {(ADA, BEN), (BEN, ADA)}}.get(kind, {(BEN, ADA)})  # BEN helps in every sample
    assert tied(event) == {(giver, receiver, kind) for giver, receiver in ways}


def test_an_answer_to_oneself_gives_no_tie() -> None:
    assert tied(ChallengeAnswered(answer="answer-00000001", member=ADA, to=ADA)) == set()
