from string import Formatter

import pytest
from hypothesis import given, settings

from domain.catalogue import CATALOGUE
from domain.challenges import PostChallenge
from domain.kernel import Entry, owners_of
from domain.vocabulary import OPERATOR, Confidentiality
from projections import timeline
from projections.timeline import latest, moments
from tests.histories import ADA, DESKS, History, begun
from tests.projections.seeing import seen
from tests.random_histories import histories


def test_a_moment_says_what_happened_without_what_was_written() -> None:
    history = begun()
    history.do(PostChallenge(challenge=DESKS, author=ADA, title="Too few desks", confidentiality=Confidentiality.GROUP))
    with seen(history) as c:
        (moment,) = latest(c, 1)
        assert moment.words == f"{DESKS} posted by {ADA}"
        assert (moment.name, moment.stream, moment.confidentiality) == ("challenge.posted", DESKS, "group")
        assert (moment.actor, moment.on_behalf_of) == (OPERATOR, ADA)
        assert (moment.occurred_at, moment.position) == (history.now, history.head())


def test_moments_are_read_page_by_page() -> None:
    history = begun()
    with seen(history) as c:
        pages = [moments(c, limit=3)]
        while pages[-1]:
            pages.append(moments(c, after=pages[-1][-1].position, limit=3))
        told = [each for page in pages for each in page]
        assert [each.position for each in told] == [each.position for each in history.recorded]
        assert latest(c, limit=2) == [told[-1], told[-2]]


@pytest.mark.parametrize("entry", CATALOGUE.entries, ids=lambda entry: entry.name)
def test_every_event_has_words_and_none_quotes_a_personal_text(entry: Entry) -> None:
    quoted = {place for _, place, _, _ in Formatter().parse(timeline._WORDS[entry.name]) if place}
    assert not quoted & {f"1.{field}" for field in owners_of(entry.type)}


@settings(max_examples=10, deadline=None)
@given(histories())
def test_every_event_of_a_history_has_its_moment(history: History) -> None:
    with seen(history) as c:
        told = moments(c, limit=10_000)
        assert [each.position for each in told] == [each.position for each in history.recorded]
        assert all(each.words and "{" not in each.words for each in told)
