"""The door for questions: who may ask, as of when."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest

from domain.catalogue import CATALOGUE
from domain.challenges import PostChallenge
from domain.members import DeclareConflict, GrantNetworkRole, LeaveNetwork, WithdrawNetworkRole
from domain.refusals import IllegalMove, StorageTrouble, Unknown
from domain.vocabulary import ConflictKind, NetworkRole
from engine import queries
from engine.event_store import EventStore
from engine.followers import Views
from engine.queries import Queries
from engine.sealing import KeyRing
from engine.when import When
from projections import challenge_board
from tests.histories import ADA, BEN, CLEO, NET, begun, copy_into

CHALLENGE = "challenge-00000001"


@pytest.fixture
def door() -> Iterator[tuple[Queries, EventStore, int]]:
    """A network in which ADA posted a challenge after a position, and BEN left."""
    history = begun()
    history.do(LeaveNetwork(member=BEN))
    before = history.head()
    history.do(PostChallenge(challenge=CHALLENGE, author=ADA, title="Desks in rows"))
    store = EventStore(None, KeyRing.in_memory(), CATALOGUE)
    copy_into(store, history.recorded)
    views = Views(None, NET, store)
    yield Queries(store, lambda _: views), store, before
    views.close()
    store.close()


FIND = partial(challenge_board.challenge, challenge=CHALLENGE)


def test_a_member_reads_what_was_recorded(door: tuple[Queries, EventStore, int]) -> None:
    found = door[0].read(NET, ADA, lambda connection, _: FIND(connection))
    assert found is not None
    assert found.title == "Desks in rows"


@pytest.mark.parametrize("reader", [BEN, "member-00000099"])
def test_for_who_left_or_never_joined_there_is_no_such_network(
    door: tuple[Queries, EventStore, int], reader: str
) -> None:
    with pytest.raises(Unknown, match="no such network"):
        door[0].reader(NET, reader)


def test_an_answer_as_of_a_position_knows_nothing_later(door: tuple[Queries, EventStore, int]) -> None:
    asked, store, before = door
    assert asked.ask(NET, FIND, when=When(as_of=before)) is None
    assert asked.ask(NET, FIND, when=When(as_of=store.head())) is not None
    assert asked.ask(NET, FIND) is not None  # the live ones stay where they were


def test_an_answer_as_of_a_time_is_what_was_recorded_by_then(door: tuple[Queries, EventStore, int]) -> None:
    asked, store, _ = door
    last = store.page(0)[-1].recorded_at
    assert asked.ask(NET, FIND, when=When(as_of=last)) is not None
    assert asked.ask(NET, FIND, when=When(as_of=last - timedelta(days=1))) is None


@pytest.mark.parametrize("position", [-1, 10**9])
def test_a_position_beyond_the_history_is_refused(door: tuple[Queries, EventStore, int], position: int) -> None:
    with pytest.raises(IllegalMove, match="the history reaches to position"):
        door[0].ask(NET, FIND, when=When(as_of=position))


def test_what_was_written_is_waited_for_and_then_told_missing(
    door: tuple[Queries, EventStore, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, store, _ = door
    monkeypatch.setattr(queries, "_PATIENCE", 0.05)
    assert asked.ask(NET, FIND, after=store.head()) is not None
    with pytest.raises(StorageTrouble, match="has not arrived"):
        asked.ask(NET, FIND, after=store.head() + 1)


def test_a_reader_is_who_they_are_now_whenever_is_read() -> None:
    history = begun()
    before = history.head()
    store = EventStore(None, KeyRing.in_memory(), CATALOGUE)
    copy_into(store, history.recorded)
    views = Views(None, NET, store)
    asked = Queries(store, lambda _: views)
    assert asked.reader(NET, ADA) is asked.reader(NET, ADA)
    assert not asked.reader(NET, ADA).staff
    history.do(
        GrantNetworkRole(member=ADA, role=NetworkRole.FACILITATOR),
        DeclareConflict(member=BEN, other=CLEO, kind=ConflictKind.FAMILY),
    )
    copy_into(store, history.recorded[before:])
    assert asked.reader(NET, ADA).staff
    assert asked.reader(NET, CLEO).hidden == {BEN}
    assert asked.read(NET, ADA, lambda _, reader: reader, when=When(as_of=before)).staff
    history.do(WithdrawNetworkRole(member=ADA, role=NetworkRole.FACILITATOR))
    copy_into(store, history.recorded[store.head() :])
    now = asked.read(NET, ADA, lambda _, reader: reader, when=When(as_of=store.head() - 1))
    assert not now.staff, "an office that was withdrawn opens no old days"
    views.close()
    store.close()


def test_what_was_written_is_read_by_a_member_too(door: tuple[Queries, EventStore, int]) -> None:
    asked, store, before = door
    found = asked.read(NET, CLEO, partial(challenge_board.seen, challenge=CHALLENGE), after=store.head())
    assert found is not None
    assert asked.read(NET, CLEO, partial(challenge_board.seen, challenge=CHALLENGE), when=When(as_of=before)) is None
