"""Days of the past from one state are those that a question about that day alone finds."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from domain.challenges import AnswerChallenge
from domain.members import JoinNetwork, LeaveNetwork
from domain.vocabulary import OPERATOR, TieKind
from engine.followers import Views
from engine.network_figures import Counting, network_shape, shape_at
from engine.shape_over_time import shape_over_time
from engine.when import NOW, When
from models.encoder import Encoder
from projections.reading import Reader
from tests.engine.town import ADA, BEN, CLEO, EVE, MONDAYS, NET, NOON, Town


@pytest.fixture
def town(tmp_path: Path, encoder: Encoder) -> Iterator[Town]:
    with Town(tmp_path, encoder) as town:
        yield town


def live_on(town: Town) -> None:
    """Ben answers, Eve leaves and comes back, and a late answer is told first."""
    town.later(days=40)
    town.say(AnswerChallenge(challenge=MONDAYS, answer="answer-00000009", member=CLEO, to=ADA), by=CLEO)
    town.later(days=-20)
    town.say(AnswerChallenge(challenge=MONDAYS, answer="answer-00000008", member=EVE), by=EVE)
    town.say(LeaveNetwork(member=EVE), by=EVE)
    town.later(days=13)
    town.say(JoinNetwork(member=EVE, name="Eve again"))
    town.later(days=20)
    town.say(AnswerChallenge(challenge=MONDAYS, answer="answer-00000007", member=ADA, to=BEN), by=ADA)


def test_every_day_holds_what_had_happened_by_then(town: Town) -> None:
    live_on(town)
    points = shape_over_time(town.queries, NET, NOW, Counting(), lambda: town.now)
    assert len(points) > 15
    assert len({point.whole.ties for point in points}) == 4
    assert {point.whole.members for point in points} == {4, 5}
    for point in points:
        _, on = shape_at(town.queries, NET, When(on=point.day), Counting(), lambda: town.now)
        assert on.figures == point.whole
        assert on.hub_dependence == point.hub_dependence


def test_it_ends_with_the_last_tie_that_was_used_however_late_somebody_joined(town: Town) -> None:
    live_on(town)
    ended = shape_over_time(town.queries, NET, NOW, Counting(), lambda: town.now)
    town.later(days=4_000)
    town.say(JoinNetwork(member="member-0000000f", name="Who runs it now"))
    assert shape_over_time(town.queries, NET, NOW, Counting(), lambda: town.now) == ended


def test_where_no_tie_was_used_it_ends_with_who_joined_last(town: Town) -> None:
    kinds = Counting(kinds=(TieKind.PARTNER,))
    town.say(JoinNetwork(member="member-0000000f", name="Fay"))
    points = shape_over_time(town.queries, NET, NOW, kinds, lambda: town.now)
    assert (points[-1].day, points[-1].whole.members) == (NOON.date(), 6)


def test_a_window_slides_along(town: Town) -> None:
    live_on(town)
    counting = Counting(window=10)
    for point in shape_over_time(town.queries, NET, NOW, counting, lambda: town.now):
        _, on = shape_at(town.queries, NET, When(on=point.day), counting, lambda: town.now)
        assert on.figures == point.whole


def test_it_ends_with_the_day_that_is_asked_for(town: Town) -> None:
    live_on(town)
    points = shape_over_time(town.queries, NET, When(on=date(2025, 6, 30)), Counting(), lambda: town.now)
    assert points[-1].day <= date(2025, 6, 30)
    assert points[-1].whole.ties == 1


def test_as_it_was_known_it_is_what_the_log_up_to_then_makes_of_it(town: Town) -> None:
    live_on(town)
    for position in range(3, town.store.head() + 1):
        _, known = shape_at(town.queries, NET, When(as_of=position), Counting(), lambda: town.now)
        told = Views(None, NET, town.store)
        told.catch_up(until=position)
        with told.reading() as connection:
            anew = network_shape(
                connection, Reader(member=OPERATOR), When(as_of=position), Counting(), lambda: town.now
            )
        told.close()
        assert known == anew
