"""Looks by office: what of an answer its reader would not see without it, recorded before the answer leaves."""

import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from sqlite3 import Connection
from typing import Final, TypeVar

from msgspec import Struct

from domain.access import RecordAccess, access_of
from domain.refusals import Refused
from domain.vocabulary import ENGINE, OPERATOR, MemberId, OwnerId, StreamId
from engine.commands import Commands, Order, Sender
from engine.concerned import ids_in, things
from engine.queries import Queries
from engine.when import NOW, When
from projections.coaching_cases import seekers_of
from projections.reading import Reader
from projections.shape import Page

T = TypeVar("T")
Query = Callable[[Connection, Reader], T]

_MOST: Final = 1_000  # ids that one event names


class Seen(Struct, frozen=True, kw_only=True):
    """What somebody looked at by office."""

    subjects: frozenset[StreamId] = frozenset()
    members: frozenset[MemberId] = frozenset()  # whom it concerns, the viewer too


class Looks:
    """Records looks. Safe to use from several threads."""

    def __init__(self, commands: Commands, queries: Queries, clock: Callable[[], datetime]) -> None:
        self._commands: Final = commands
        self._queries: Final = queries
        self._clock: Final = clock

    def record(self, network: StreamId, viewer: OwnerId, what: str, seen: Seen) -> None:
        """One look, in one save. What it raises keeps the answer back: nothing is read by office without a trace."""
        read, at = f"look-{secrets.token_hex(16)}", self._clock()
        subjects, members = _parts(seen.subjects), _parts(seen.members - {viewer})
        orders = [
            Order(
                command=RecordAccess(
                    access=access_of(viewer, network),
                    read=read,
                    viewer=viewer,
                    what=what,
                    subjects=subjects[part] if part < len(subjects) else (),
                    members=members[part] if part < len(members) else (),
                ),
                at=at,
            )
            for part in range(max(1, len(subjects), len(members)))
        ]
        done = self._commands.handle_all(orders, Sender(network=network, actor=ENGINE, command_id=read))
        for _, refusal in done.refusals:
            raise refusal

    def at(self, network: StreamId, what: str, found: object) -> None:
        """That the operator is shown what the engine derived; all of it is by office."""
        seen = self._queries.ask(network, lambda connection: seen_in(connection, list(things(found)), network))
        if seen is not None:
            self.record(network, OPERATOR, what, seen)

    def by_operator(self, network: StreamId, eyes: OwnerId, what: str, query: Query[T], *, when: When = NOW) -> T:
        """What somebody may read, read by the operator: a look at whatever is not open to all."""

        def asked(connection: Connection, reader: Reader) -> tuple[T, Seen | None]:
            found = query(connection, reader)
            return found, seen_besides(connection, found, _or_none(query, connection, Reader(member="")), network)

        found, seen = self._queries.read(network, eyes, asked, when=when)
        if seen is not None:
            self.record(network, OPERATOR, what, seen)
        return found


def with_look(
    query: Query[T], connection: Connection, reader: Reader, network: StreamId, *, official: bool = False
) -> tuple[T, Seen | None]:
    """The answer, and what of it the reader sees by office alone; all of it where the question is for an office."""
    found = query(connection, reader)
    if not reader.holds_office:
        return found, None
    if official:
        return found, seen_besides(connection, found, None, network) or _as_a_whole(found, network)
    return found, seen_besides(connection, found, _or_none(query, connection, reader.plainly), network)


def _as_a_whole(found: object, network: StreamId) -> Seen | None:
    """Whatever is for an office and no empty list is looked at, though nobody said whom it concerns."""
    empty = found is None or isinstance(found, Page | list | tuple)
    return None if empty else Seen(subjects=frozenset({network}))


def seen_besides(connection: Connection, found: object, plainly: object, network: StreamId) -> Seen | None:
    """What stands in one answer and not so in the other."""
    usual = list(things(plainly))
    return seen_in(connection, [each for each in things(found) if each not in usual], network)


def seen_in(connection: Connection, things: Sequence[object], network: StreamId) -> Seen | None:
    """None where there is nothing. What names nobody, as figures do, is of the network."""
    if not things:
        return None
    ids = ids_in(things)
    cases = {each for each in ids if each.startswith("coaching-")}
    members = {each for each in ids if each.startswith("member-")} | seekers_of(connection, cases)
    return Seen(subjects=(ids - members) or frozenset(members) or frozenset({network}), members=frozenset(members))


def _or_none(query: Query[T], connection: Connection, reader: Reader) -> T | None:
    try:
        return query(connection, reader)
    except Refused:
        return None


def _parts(ids: Collection[str]) -> list[tuple[str, ...]]:
    ordered = sorted(ids)
    return [tuple(ordered[start : start + _MOST]) for start in range(0, len(ordered), _MOST)]
