"""What anybody is shown of coaching cases, over random histories of them."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.calendar import SchoolCalendar
from domain.clocks import Clocks, begin, move, under
from domain.coaching import COACHING, Coaching
from domain.coaching.events import CoachingRequested
from domain.coaching.rights import seen as may_know
from domain.coaching.states import (
    WORDS,
    Accepted,
    Clarifying,
    Engaged,
    Offered,
    Triaged,
    Waiting,
    case_of,
    coaches_of,
    seeker_of,
)
from domain.kernel import ERASED, owners_of
from domain.networks import SchoolCalendarSet
from domain.policies import MatchingPolicy
from domain.vocabulary import COACHED, OPERATOR, Confidentiality
from engine.followers import Views
from projections import coaching_work
from projections.coaching_cases import QueueRow, mine, queue
from projections.coaching_view import CaseView
from projections.coaching_view import seen as shown
from projections.reading import Reader, reader_at
from projections.shape import MOST
from tests.histories import History, Looking
from tests.projections.random_cases import CASES, EVERYBODY, case_histories, random_cases
from tests.projections.seeing import seen

soon = settings(max_examples=25, deadline=None)
given_cases = given(case_histories())
given_a_reader = given(case_histories(), st.sampled_from(EVERYBODY))
OPEN = (Waiting, Clarifying, Triaged, Offered, Accepted)


def states(history: History) -> dict[str, Coaching]:
    facts = history.facts()
    found = {coaching: facts(COACHING, coaching) for coaching in CASES}
    return {coaching: state for coaching, state in found.items() if seeker_of(state) is not None}


def facts_of(history: History, member: str) -> Looking:
    return Looking(history.now, history.network, member, history.facts().states, actor=member)


def views(history: History, member: str) -> dict[str, CaseView]:
    with seen(history) as connection:
        reader = reader_at(connection, member)
        assert reader is not None
        found = {coaching: shown(connection, reader, coaching) for coaching in CASES}
    return {coaching: view for coaching, view in found.items() if view is not None}


@soon
@given_a_reader
def test_a_case_is_there_for_those_who_may_speak_of_it_and_nobody_else(history: History, member: str) -> None:
    facts = facts_of(history, member)
    assert views(history, member).keys() == {
        coaching for coaching, state in states(history).items() if may_know(state, facts)
    }


@soon
@given_a_reader
def test_words_are_shown_to_those_of_their_class_alone(history: History, member: str) -> None:
    told = {coaching: msgspec.json.encode(view).decode() for coaching, view in views(history, member).items()}
    for coaching, text in told.items():
        state = states(history)[coaching]
        case, two = case_of(state), {seeker_of(state), *coaches_of(state)}
        assert "no-" not in text  # why somebody said no
        assert ("talk-" in text) <= (member in two)
        if case is not None and case.request.confidentiality is Confidentiality.PAIR:
            readers = {
                seeker_of(state),
                case.facilitator,
                *(coaches_of(state) if not isinstance(state, Offered) else ()),
            }
            assert ("words-" in text) <= (member in readers)
    with seen(history) as connection:
        reader = reader_at(connection, member)
        assert reader is not None
        lists = [mine(connection, reader, limit=MOST), queue(connection, reader, limit=MOST) if reader.staff else None]
        text = msgspec.json.encode(lists).decode()
    assert not {coaching for coaching in CASES if f'"coaching":"{coaching}"' in text} - told.keys()
    for coaching, view in views(history, member).items():
        assert (view.case.title == "") >= (view.request is None), coaching


@soon
@given_a_reader
def test_nobody_is_named_or_counted_to_whom_they_must_not_be_shown(history: History, member: str) -> None:
    with seen(history) as connection:
        reader = reader_at(connection, member)
        assert reader is not None
        answers: list[object] = [mine(connection, reader, limit=MOST)]
        answers += [view for each in CASES if (view := shown(connection, reader, each)) is not None]
        text = msgspec.json.encode(answers).decode()
        assert not {each for each in reader.hidden if each in text}
        if not reader.staff:
            return
        theirs = {coaching for coaching, state in states(history).items() if seeker_of(state) in reader.apart}
        page = queue(connection, reader, limit=MOST)
        assert page.count == len(page.items)
        assert not {each for each in theirs if each in text + msgspec.json.encode(page).decode()}


@soon
@given_cases
def test_the_queue_is_every_open_case_in_the_order_of_submission_with_its_place(history: History) -> None:
    waiting = {coaching: state for coaching, state in states(history).items() if isinstance(state, OPEN)}
    with seen(history) as connection:
        page = queue(connection, Reader(member=OPERATOR), limit=MOST)
        assert {row.coaching: row.state for row in page.items} == {
            coaching: WORDS[type(state)] for coaching, state in waiting.items()
        }
        assert page.count == len(waiting)
        assert [row.since for row in page.items] == sorted(row.since for row in page.items)
        before = dict.fromkeys((row.tier for row in page.items), 0)
        for row in page.items:
            case = case_of(waiting[row.coaching])
            decided = case is not None and case.triage is not None and case.triage.disposition in COACHED
            if decided and not isinstance(waiting[row.coaching], Accepted):
                before[row.tier] += 1
                assert row.place == before[row.tier]
            else:
                assert row.place is None
        for state in WORDS.values():
            found = queue(connection, Reader(member=OPERATOR), state=state, limit=MOST)
            assert found.count == len(found.items)


@soon
@given_cases
def test_the_engine_is_handed_what_the_states_say(history: History) -> None:
    with seen(history) as connection:
        for queued in coaching_work.waiting_for_coach(connection):
            state = states(history)[queued.coaching]
            assert isinstance(state, Triaged)
            assert (queued.asked, queued.offers) == (state.case.asked, state.case.offers)
        offers = {each.coaching: each for each in coaching_work.open_offers(connection)}
        for coaching, state in states(history).items():
            match state:
                case Offered(offer=offer):
                    open_one, engaged = offer, False
                case Engaged(next=offer) if offer is not None:
                    open_one, engaged = offer, True
                case _:
                    assert coaching not in offers
                    continue
            found = offers[coaching]
            assert (found.offer, found.coach) == (open_one.offered.offer, open_one.offered.coach)
            assert (found.engaged, found.expires_at) == (engaged, open_one.expires_at)


def clocks_of(history: History) -> dict[str, Clocks]:
    """As the log tells them, event by event."""
    calendar, policy = SchoolCalendar(zone="America/New_York"), MatchingPolicy().coaching
    found: dict[str, Clocks] = {}
    asked: set[str] = set()
    tied: dict[str, str | None] = {}
    for recorded in history.recorded:
        event, at = recorded.event, recorded.envelope.occurred_at
        match event:
            case SchoolCalendarSet(calendar=new):
                found = {coaching: under(clocks, at, calendar, new) for coaching, clocks in found.items()}
                calendar = new
            case CoachingRequested(seeker=seeker, challenge=challenge):
                found[recorded.stream] = begin(event, at, calendar, policy, first_time=seeker not in asked)
                tied[recorded.stream] = challenge
                asked.add(seeker)
            case _:
                for coaching, clocks in found.items():
                    if recorded.stream in {coaching, tied[coaching]}:
                        found[coaching] = move(clocks, event, at, calendar, policy)
    return found


@soon
@given_cases
def test_clocks_stand_as_the_log_tells_them(history: History) -> None:
    expected = clocks_of(history)
    with seen(history) as connection:
        rows = queue(connection, Reader(member=OPERATOR), limit=MOST).items
    for row in rows:
        clocks = expected[row.coaching]
        assert (row.first_response_due, row.update_due) == (clocks.first_response_due, clocks.update_due)
        assert (row.resolution_due, row.paused_since) == (clocks.resolution_due, clocks.paused_since)
        assert (row.paused_since is not None) == (row.state == "waiting for the seeker" or _seekers_word(history, row))
        assert row.first_request == clocks.first_time


def _seekers_word(history: History, row: QueueRow) -> bool:
    state = states(history)[row.coaching]
    return isinstance(state, Offered) and state.offer.waits_for == row.seeker


@soon
@given_cases
def test_views_made_at_once_equal_those_that_were_kept_up_event_by_event(history: History) -> None:
    kept, built = Views(None, history.network, history), Views(None, history.network, history)
    try:
        for recorded in history.recorded:
            kept.catch_up(until=recorded.position)
        built.catch_up()
        assert kept.last_error is built.last_error is None
        assert kept.digest() == built.digest()
    finally:
        kept.close()
        built.close()


@soon
@given_cases
def test_of_who_was_erased_no_word_is_left(history: History) -> None:
    erased = History()
    for recorded in history.recorded:
        event = recorded.event
        texts = {name: ERASED for name in owners_of(type(event)) if getattr(event, name)}
        names = {name: text for name, text in texts.items() if name not in {"other", "kind", "same_as"}}
        erased.recorded.append(replace(recorded, event=replace(event, **names)))
    with seen(erased) as connection:
        tables = [
            name
            for (name,) in connection.execute(
                "select name from sqlite_schema where type = 'table' and name like 'coaching%'"
            )
        ]
        rows = [connection.execute(f"select * from {name}").fetchall() for name in tables]
        kept = repr(rows)
        assert ("coaching-" in kept) == bool(states(history))
        assert not {kind for kind in ("words-", "talk-", "no-") if kind in kept}


def test_a_random_history_gets_somewhere() -> None:
    reached = {type(state) for seed in range(12) for state in states(random_cases(seed, 250)).values()}
    assert reached >= {Triaged, Engaged}
