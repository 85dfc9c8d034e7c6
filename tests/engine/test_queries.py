"""The door for questions: who may ask, as of when."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
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
from projections.network_setting import setting
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
    with pytest.raises(IllegalMove, match="this network begins at position 3, recorded by ") as refused:
        asked.ask(NET, FIND, when=When(as_of=last - timedelta(days=1)))
    begun = datetime.fromisoformat(str(refused.value.words).rpartition(" ")[2])
    assert asked.ask(NET, lambda connection: setting(connection).name, when=When(as_of=begun)), "as it is told"


@pytest.mark.parametrize("position", [0, 1, 2])
def test_before_its_charter_is_whole_nothing_is_told_of_a_network(
    door: tuple[Queries, EventStore, int], position: int
) -> None:
    with pytest.raises(IllegalMove, match="this network begins at position 3") as refused:
        door[0].ask(NET, FIND, when=When(as_of=position))
    assert (refused.value.field, bool(refused.value.remedy)) == ("as_of", True)
    assert door[0].ask(NET, setting, when=When(as_of=3)).network == NET


def test_before_the_first_day_that_anything_is_told_of_nothing_is_told(
    door: tuple[Queries, EventStore, int],
) -> None:
    with pytest.raises(IllegalMove, match="the first day that anything is told of is 2024-09-02") as refused:
        door[0].ask(NET, FIND, when=When(on=date(2024, 9, 1)))
    assert (refused.value.field, bool(refused.value.remedy)) == ("on", True)
    assert door[0].ask(NET, setting, when=When(on=date(2024, 9, 2))).network == NET


def test_what_has_not_come_yet_by_the_clock_of_the_system_is_refused() -> None:
    store, now = (
        EventStore(None, KeyRing.in_memory(), CATALOGUE, clock=lambda: now),
        datetime(2025, 1, 1, 20, tzinfo=UTC),
    )
    copy_into(store, begun().recorded)
    views = Views(None, NET, store)
    asked = Queries(store, lambda _: views, clock=lambda: now)
    for come in (When(as_of=now), When(as_of=now + timedelta(seconds=30)), When(on=date(2025, 1, 1))):
        assert asked.ask(NET, setting, when=come).network == NET
    for to_come, words in (
        (When(as_of=now + timedelta(minutes=5)), "this time has not come yet"),
        (When(on=date(2025, 1, 2)), "this day has not come yet"),
    ):
        with pytest.raises(IllegalMove, match=words):
            asked.ask(NET, setting, when=to_come)
    views.close()
    store.close()


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
