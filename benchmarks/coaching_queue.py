"""The queue of open coaching cases, a page at a time, beside a bare select of the same rows in the same file."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from benchmarks.events import NETWORK, NOW, TEXT, name, origin
from benchmarks.row import Row
from benchmarks.turns import beside, in_turns, longer, row, timed
from domain.catalogue import CATALOGUE
from domain.coaching.events import CoachingRequested, DispositionSuggested, RequestTriaged, SimilarNeed
from domain.kernel import Event
from domain.networks import NetworkChartered, PolicyAdopted, PolicyProposed
from domain.policies import MatchingPolicy, hash_of
from domain.vocabulary import OPERATOR, Confidentiality, Disposition, Tier, Urgency
from engine.event_store import Addition, EventStore
from engine.followers import Views
from engine.sealing import KeyRing
from projections.coaching_cases import queue
from projections.reading import Reader
from projections.shape import USUAL

STAFF: Final = Reader(member=OPERATOR)
SAVED_AT_ONCE: Final = 1_000
SHOWN: Final = frozenset({"row", "clocks"})  # the stored row itself, and what it is led on from


def rows(*, smoke: bool = False) -> list[Row]:
    cases, rounds, times = (200, 1, 5) if smoke else (10_000, 9, 100)
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(_store(Path(folder), cases)) as store,
        closing(Views(Path(folder) / "views", NETWORK, store)) as views,
    ):
        views.catch_up()
        assert views.last_error is None
        with views.reading() as connection:
            return [_page(connection, cases, rounds, times, skip=skip) for skip in (0, cases // 2)]


def _page(connection: sqlite3.Connection, cases: int, rounds: int, times: int, *, skip: int) -> Row:
    """One page of the queue, from its head or from its middle on."""
    cursor, since = _place(connection, skip)
    columns = [column for _, column, *_ in connection.execute("pragma table_info(coaching_cases)")]
    bare = f"""select {", ".join(each for each in columns if each not in SHOWN)} from coaching_cases
        where open = 1 and since > ? order by since limit {USUAL}"""
    shown, told = queue(connection, STAFF, cursor=cursor), connection.execute(bare, (since,)).fetchall()
    assert [each.coaching for each in shown.items] == [each[0] for each in told]
    assert shown.count == cases
    ours, theirs = in_turns(
        rounds,
        timed(lambda: queue(connection, STAFF, cursor=cursor), times),
        timed(lambda: connection.execute(bare, (since,)).fetchall(), times),
    )
    return row(
        f"the {'first page' if skip == 0 else 'page in the middle'} of the queue, {cases:,} open coaching cases",
        f"a bare select of the same {USUAL} rows by the same index",
        longer(ours, theirs),
        beside(ours, theirs),
        at_most=2,
    )


def _place(connection: sqlite3.Connection, skip: int) -> tuple[str | None, int]:
    """The cursor after so many cases, and the position that it stands for."""
    cursor, since = None, 0
    for _ in range(skip // USUAL):
        page = queue(connection, STAFF, cursor=cursor)
        cursor, since = page.next, page.items[-1].since
    return cursor, since


def _store(folder: Path, cases: int) -> EventStore:
    store = EventStore(folder / "log", KeyRing.in_memory(), CATALOGUE)
    policy = MatchingPolicy()
    charter = (
        NetworkChartered(name="Synthetic", zone="America/New_York"),
        PolicyProposed(policy_hash=hash_of(policy), policy=policy),
        PolicyAdopted(policy_hash=hash_of(policy)),
    )
    store.append(NETWORK, [Addition(NETWORK, 0, charter, NOW)], origin=origin())
    told = (_case(number) for number in range(cases))
    while part := list(islice(told, SAVED_AT_ONCE)):
        store.append(NETWORK, part, origin=origin())
    return store


def _case(number: int) -> Addition:
    at = NOW + timedelta(minutes=number)
    return Addition(name("coaching"), 0, tuple(_events(number)), at)


def _events(number: int) -> Iterator[Event]:
    """Every tenth is read by the pair alone; every second was triaged and waits for a coach of its tier."""
    seeker, tier, urgency = f"member-{number % 3_000:08x}", list(Tier)[number % 3], list(Urgency)[number % 3]
    told = Confidentiality.PAIR if number % 10 == 0 else Confidentiality.GROUP
    title = f"Reading together in grade {number % 7}, and what to do about it"
    yield CoachingRequested(seeker=seeker, title=title, text=TEXT, urgency=urgency, confidentiality=told)
    similar = (SimilarNeed(coaching=f"coaching-{each:08x}", nearness=0.7, duplicate=each % 2 == 0) for each in range(3))
    yield DispositionSuggested(
        disposition=Disposition.COACH_ASSIGNED,
        tier=tier,
        reason="no resource and no peer is near enough; three coaches have room",
        similar=tuple(similar),
        position=number,
        policy_hash="none",
        encoder="none",
    )
    if number % 2:
        rung = Disposition.COACH_ASSIGNED
        yield RequestTriaged(
            seeker=seeker, member=OPERATOR, tier=tier, disposition=rung, urgency=urgency, reason="it takes a coach"
        )
