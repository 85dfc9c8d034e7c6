"""What is summed in memory is what the events say, over random histories."""

from collections import defaultdict
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.challenges import CHALLENGE, AnswerChallenge, ChallengeAnswered, PostChallenge
from domain.recommendations import RecommendationsIssued
from domain.vocabulary import OPEN, Confidentiality
from engine.ledger import Ledger
from models.people import decayed
from projections import places
from projections.shape import AsOf, microseconds
from tests.histories import ADA, BEN, CLEO, DESKS, DEV, EVE, READING, History, begun
from tests.projections.seeing import seen
from tests.random_histories import histories

SLEEP = "challenge-00000077"
soon = settings(max_examples=30, deadline=None)
MEMBERS = (ADA, BEN, CLEO, DEV, EVE)
HERE = (ADA, BEN, CLEO)
HALF = 30.0


def moment(history: History) -> AsOf:
    """A while before the end of the log, looked at from its end."""
    return AsOf(history.recorded[-(1 + len(history.recorded) // 8)].position, microseconds(history.now))


def answers(history: History, as_of: AsOf) -> dict[str, list[tuple[float, str]]]:
    """Of each member the ages of their answers to others that are open to all, but under DESKS, with the category."""
    found = defaultdict[str, list[tuple[float, str]]](list)
    for each in history.recorded:
        said = each.event
        if not isinstance(said, ChallengeAnswered) or each.position > as_of.position:
            continue
        posted = history.facts()(CHALLENGE, each.stream).posted
        is_open = {each.envelope.confidentiality, posted.confidentiality} <= OPEN
        if is_open and said.member != said.to and each.stream != DESKS:
            found[said.member].append((as_of.age(microseconds(each.envelope.occurred_at)), posted.category))
    return found


def given_places(history: History, as_of: AsOf) -> dict[tuple[str, str, str], float]:
    """Candidate, reader and need of every place, with the age of the first."""
    found: dict[tuple[str, str, str], float] = {}
    for each in history.recorded:
        if isinstance(each.event, RecommendationsIssued) and each.position <= as_of.position:
            age = as_of.age(microseconds(each.envelope.occurred_at))
            for pick in each.event.picks:
                found.setdefault((pick.candidate, each.event.reader, each.event.need), age)
    return found


@st.composite
def talks(draw: st.DrawFn) -> History:
    """Three challenges of some category and class, and answers by anybody to anybody, some days apart."""
    history = begun()
    for challenge in (DESKS, READING, SLEEP):
        category, readers = draw(st.sampled_from(("", "space", "hours"))), draw(st.sampled_from(Confidentiality))
        post = PostChallenge(challenge=challenge, author=ADA, title="A", category=category, confidentiality=readers)
        history.do(post)
    said = st.tuples(*(st.sampled_from(each) for each in (HERE, HERE, (DESKS, READING, SLEEP), (0, 1, 40))))
    for number, (member, to, challenge, days) in enumerate(draw(st.lists(said, max_size=20))):
        answer = AnswerChallenge(challenge=challenge, answer=f"answer-{number:08x}", member=member, to=to)
        history.do(answer, at=history.now + timedelta(days=days), by=None)
    return history


@soon
@given(histories() | talks())
def test_sums_are_of_what_happened_until_a_moment(history: History) -> None:
    as_of, reader = moment(history), MEMBERS[0]
    ledger = Ledger()
    with seen(history, until=as_of.position) as c:
        ledger.keep_up(c, as_of.position)
    with seen(history) as c:
        ledger.keep_up(c, history.head())
        assert places.given_after(c, history.head()) == []
    said, placed = answers(history, as_of), given_places(history, as_of)
    categories = sorted({category for theirs in said.values() for _, category in theirs} - {""})[:1]
    category = categories[0] if categories else "none"
    found = ledger.answers(MEMBERS, DESKS, category, as_of, HALF)
    exposure = ledger.exposure(MEMBERS, reader, DESKS, as_of, HALF)
    counts = ledger.places(MEMBERS, reader, DESKS, as_of)
    for row, member in enumerate(MEMBERS):
        theirs = said.get(member, [])
        assert found.anywhere[row] == pytest.approx(decayed((age for age, _ in theirs), HALF))
        assert found.in_category[row] == pytest.approx(decayed((age for age, of in theirs if of == category), HALF))
        assert found.latest[row] == pytest.approx(min((age for age, _ in theirs), default=np.inf))
        elsewhere = [age for (who, *need), age in placed.items() if who == member and need != [reader, DESKS]]
        assert exposure[row] == pytest.approx(decayed(elsewhere, HALF))
        assert counts[row] == len(elsewhere)
