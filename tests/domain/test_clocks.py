"""School time and the clocks of a request, with the failures that help desks are known for."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.calendar import SchoolCalendar, Term
from domain.challenges import ChallengeAnswered
from domain.clocks import Clocks, after, begin, later, move, school_days, school_hours, school_time, under
from domain.coaching import events as e
from domain.kernel import Event
from domain.policies import CoachingPolicy, Targets
from domain.vocabulary import ENGINE, OPERATOR, Channel, Disposition, Tier, Urgency
from tests.domain.scenario import ADA, BEN, CLEO, DAN

BERLIN = SchoolCalendar(
    zone="Europe/Berlin",
    terms=(
        Term(name="autumn", first=date(2025, 8, 25), last=date(2025, 12, 19)),
        Term(name="spring", first=date(2026, 1, 5), last=date(2026, 6, 26)),
    ),
    holidays=(date(2025, 10, 3), date(2026, 4, 6)),
)
POLICY = CoachingPolicy()
_LONG = Targets(first_response=30, update=50, resolution=300)
SLOW = CoachingPolicy(routine=_LONG, soon=_LONG, urgent=_LONG)
HOUR = timedelta(hours=1)
MONDAY = datetime(2025, 9, 1, 8, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)

DAYS = st.dates(date(2024, 1, 1), date(2027, 1, 1))
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - given a zone
HOURS = st.floats(0.25, 400)


@st.composite
def calendars(draw: st.DrawFn) -> SchoolCalendar:
    cuts = sorted(draw(st.sets(DAYS, max_size=8)))
    terms = [Term(name="term", first=first, last=last - timedelta(days=1)) for first, last in pairwise(cuts)]
    opens, closes = draw(st.sampled_from(((8, 16), (7, 13), (0, 23), (1, 4), (20, 22))))
    return SchoolCalendar(
        zone=draw(st.sampled_from(("UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Kathmandu"))),
        terms=tuple(term for term in terms if draw(st.booleans())),
        holidays=tuple(sorted(draw(st.sets(DAYS, max_size=20)))),
        opens=time(opens),
        closes=time(closes),
    )


def at(day: int, hour: float, month: int = 9, year: int = 2025) -> datetime:
    """An instant by the clock on the wall of the school."""
    local = datetime(year, month, day, tzinfo=ZoneInfo("Europe/Berlin")) + hour * HOUR
    return local.astimezone(UTC)


def test_only_the_hours_in_which_school_is_open_count() -> None:
    assert school_hours(at(1, 9), at(1, 11), BERLIN) == 2
    assert school_hours(at(1, 15), at(2, 9), BERLIN) == 2  # over a night
    assert school_hours(at(5, 15), at(8, 9), BERLIN) == 2  # over a weekend
    assert school_hours(at(2, 15, month=10), at(6, 9, month=10), BERLIN) == 2  # with a holiday before it
    assert school_hours(at(19, 15, month=12), at(5, 9, month=1, year=2026), BERLIN) == 2  # between two terms
    assert school_hours(at(6, 0), at(7, 23), BERLIN) == 0
    assert school_days(at(1, 8), at(2, 12), BERLIN) == 1.5


def test_changing_the_clocks_takes_or_adds_no_school_time() -> None:
    assert school_hours(at(24, 15, month=10), at(27, 9, month=10), BERLIN) == 2  # an hour longer on the wall
    assert school_hours(at(27, 15, month=3, year=2026), at(30, 9, month=3, year=2026), BERLIN) == 2
    assert after(at(27, 15, month=3, year=2026), 2, BERLIN) == at(30, 9, month=3, year=2026)


@given(INSTANTS, HOURS, calendars())
def test_the_instant_after_some_hours_is_that_many_hours_away(start: datetime, hours: float, c: SchoolCalendar) -> None:
    end = after(start, hours, c)
    assert school_hours(start, end, c) == pytest.approx(hours, abs=1e-6)
    assert school_time(start, end - timedelta(microseconds=1), c) < school_time(start, end, c)  # and no later one


@given(INSTANTS, INSTANTS, calendars())
def test_as_many_hours_after_the_start_nothing_is_left_of_them(
    start: datetime, end: datetime, c: SchoolCalendar
) -> None:
    passed = school_time(start, end, c)
    if passed:
        assert school_time(later(start, passed, c), end, c) == timedelta(0)
    assert school_time(end, start, c) == -passed


@given(st.lists(INSTANTS, min_size=3, max_size=3).map(sorted), calendars())
def test_school_time_adds_up_and_is_never_longer_than_time(instants: Sequence[datetime], c: SchoolCalendar) -> None:
    first, middle, last = instants
    assert school_time(first, middle, c) + school_time(middle, last, c) == school_time(first, last, c)
    assert timedelta(0) <= school_time(first, last, c) <= last - first


@given(INSTANTS, HOURS, HOURS, calendars())
def test_hours_one_after_the_other_are_their_sum_and_can_be_taken_back(
    start: datetime, one: float, other: float, c: SchoolCalendar
) -> None:
    spans = timedelta(hours=one), timedelta(hours=other)
    end = later(later(start, spans[0], c), spans[1], c)
    assert end == later(start, sum(spans, timedelta(0)), c)
    assert later(end, -spans[1], c) == later(start, spans[0], c)


def request(urgency: Urgency = Urgency.ROUTINE) -> e.CoachingRequested:
    return e.CoachingRequested(seeker=ADA, title="Phonics", urgency=urgency)


def begun(
    when: datetime = MONDAY,
    calendar: SchoolCalendar = BERLIN,
    urgency: Urgency = Urgency.ROUTINE,
    *,
    first: bool = False,
) -> Clocks:
    return begin(request(urgency), when, calendar, POLICY, first_time=first)


def triaged(tier: Tier = Tier.TARGETED, urgency: Urgency = Urgency.ROUTINE, by: str = BEN) -> e.RequestTriaged:
    return e.RequestTriaged(
        seeker=ADA, member=by, tier=tier, disposition=Disposition.COACH_ASSIGNED, urgency=urgency, reason="it fits"
    )


def rerouted(tier: Tier = Tier.TARGETED, urgency: Urgency = Urgency.ROUTINE) -> e.RequestRerouted:
    return e.RequestRerouted(
        seeker=ADA, member=BEN, tier=tier, disposition=Disposition.COACH_ASSIGNED, urgency=urgency, reason="it grew"
    )


def offered(by: str = BEN) -> e.CoachOffered:
    return e.CoachOffered(offer="offer-1", seeker=ADA, coach=CLEO, minutes=30, offered_by=by, expires_at=at(10, 0))


def answered(by: str = BEN, channel: Channel = Channel.WRITTEN) -> e.RequestAnswered:
    return e.RequestAnswered(seeker=ADA, answer="answer-1", member=by, channel=channel)


QUESTION = e.ClarificationAsked(seeker=ADA, member=BEN, question="Which grade?")
CLARIFIED = e.RequestClarified(seeker=ADA, text="The second")
BY_COACH = e.OfferTimeProposed(offer="offer-1", member=CLEO, at=at(15, 9), expires_at=at(10, 0))
BY_SEEKER = replace(BY_COACH, member=ADA)
EXPIRED = e.OfferExpired(offer="offer-1")
DECLINED = e.OfferDeclined(offer="offer-1", member=CLEO)
ACCEPTED = e.OfferAccepted(offer="offer-1", member=CLEO)
OPENED = e.EngagementOpened(seeker=ADA, coach=CLEO, goal="Read daily", until=date(2026, 1, 9))
ENDS: tuple[Event, ...] = (
    OPENED,
    e.RequestResolved(seeker=ADA, member=BEN),
    e.RequestReferredOut(seeker=ADA, member=BEN, to="the district", reason="theirs to do"),
    e.RequestDeferred(seeker=ADA, member=BEN, until=date(2026, 1, 9), reason="next term"),
    e.RequestDeclined(seeker=ADA, member=BEN, reason="out of scope"),
    e.RequestWithdrawn(seeker=ADA),
)
ANSWERS: tuple[Event, ...] = (
    *(answered(channel=channel) for channel in Channel),
    answered(by=CLEO),
    answered(by=OPERATOR),
    ChallengeAnswered(answer="answer-1", member=DAN, to=ADA),
    triaged(),
    offered(),
    QUESTION,
    BY_COACH,
    ACCEPTED,
    rerouted(),
    e.GroupResponseOffered(seeker=ADA, member=BEN, response="response-1", about="Phonics"),
)
NO_ANSWERS: tuple[Event, ...] = (
    offered(by=ENGINE),
    ChallengeAnswered(answer="answer-1", member=ADA, to=BEN),
    CLARIFIED,
    BY_SEEKER,
    EXPIRED,
    DECLINED,
    e.ContextGranted(seeker=ADA, member=BEN),
    e.CaseHandedOver(seeker=ADA, part="facilitator", to=BEN),
    e.GroupResponseAnswered(seeker=ADA, response="response-1", joins=True),
    e.DispositionSuggested(
        disposition=Disposition.RESOURCE_SENT, tier=Tier.UNIVERSAL, reason="", position=1, policy_hash="", encoder=""
    ),
)
EVENTS = st.sampled_from((*ANSWERS, *NO_ANSWERS, triaged(Tier.INTENSIVE), triaged(urgency=Urgency.URGENT)))
STEPS = st.lists(st.tuples(EVENTS, st.timedeltas(timedelta(minutes=1), timedelta(days=20))), max_size=12)


def told(clocks: Clocks, *steps: tuple[Event, datetime], calendar: SchoolCalendar = BERLIN) -> Clocks:
    for event, when in steps:
        clocks = move(clocks, event, when, calendar, POLICY)
    return clocks


def test_all_three_run_from_the_submission() -> None:
    clocks = begun()
    assert clocks.first_response_due == after(MONDAY, POLICY.routine.first_response, BERLIN)
    assert clocks.update_due == after(MONDAY, POLICY.routine.update, BERLIN)
    assert clocks.resolution_due == after(MONDAY, POLICY.routine.resolution, BERLIN)
    assert begun(urgency=Urgency.URGENT).first_response_due == at(1, 12)


def test_who_never_asked_before_is_answered_sooner_and_all_else_is_as_for_others() -> None:
    first, other = begun(first=True), begun()
    assert first.first_response_due == after(MONDAY, POLICY.routine.first_response / 2, BERLIN)
    assert (first.update_due, first.resolution_due) == (other.update_due, other.resolution_due)


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda each: type(each).__name__)
def test_any_human_answer_by_any_channel_is_a_first_response(answer: Event) -> None:
    assert told(begun(), (answer, at(1, 10))).first_response_due is None


@pytest.mark.parametrize("event", NO_ANSWERS, ids=lambda each: type(each).__name__)
def test_what_no_human_answers_is_none(event: Event) -> None:
    before = begun()
    assert told(before, (event, at(1, 10))) == before


@given(STEPS)
def test_an_update_never_takes_the_place_of_the_first_response(steps: list[tuple[Event, timedelta]]) -> None:
    """While nobody answered, the first response falls due as it did; once met, it never runs again."""
    clocks, now, heard = begun(), MONDAY, False
    for event, passed in steps:
        now += passed
        waited, before = clocks.paused_since, clocks.first_response_due
        clocks = told(clocks, (event, now))
        heard = heard or event in ANSWERS or isinstance(event, e.RequestTriaged)
        if heard:
            assert clocks.first_response_due is None
        elif waited is None:
            assert clocks.first_response_due == before


def test_an_update_falls_due_anew_after_each_answer_and_so_does_nothing_else() -> None:
    clocks = told(begun(), (answered(), at(1, 10)), (answered(), at(3, 10)))
    assert clocks.update_due == after(at(3, 10), POLICY.routine.update, BERLIN)
    assert clocks.resolution_due == begun().resolution_due


def left(clocks: Clocks, now: datetime, calendar: SchoolCalendar = BERLIN) -> list[timedelta | None]:
    dues = (clocks.first_response_due, clocks.update_due, clocks.resolution_due)
    return [None if due is None else school_time(now, due, calendar) for due in dues]


@pytest.mark.parametrize(
    ("waits", "goes_on"),
    [
        (QUESTION, CLARIFIED),
        (BY_COACH, BY_SEEKER),
        (BY_COACH, EXPIRED),
        (BY_COACH, DECLINED),
        (BY_COACH, replace(ACCEPTED, member=ADA)),
    ],
)
def test_no_clock_runs_while_it_waits_for_the_seeker(waits: Event, goes_on: Event) -> None:
    waiting = told(begun(), (triaged(), at(1, 9)), (waits, at(1, 10)))
    assert waiting.paused_since == at(1, 10)
    on = told(waiting, (goes_on, at(22, 11)))
    assert on.paused_since is None
    assert left(on, at(22, 11)) == left(waiting, at(1, 10))
    assert on.resolution_due == after(at(22, 11), POLICY.routine.resolution - 2, BERLIN)


@given(
    INSTANTS, st.timedeltas(timedelta(minutes=1), timedelta(days=90)), st.timedeltas(timedelta(), timedelta(days=90))
)
def test_a_pause_leaves_as_much_as_was_left_whenever_it_comes(
    start: datetime, until: timedelta, lasting: timedelta
) -> None:
    asked, clarified = start + until, start + until + lasting
    waiting = told(begun(start), (QUESTION, asked))
    on = told(waiting, (CLARIFIED, clarified))
    for before, now, due in zip(left(waiting, asked), left(on, clarified), (None, None, waiting), strict=True):
        if before is not None and before > timedelta(0):
            assert now == before
        elif due is not None:  # overdue then, and still
            assert on.resolution_due == due.resolution_due


def test_an_answer_while_it_waits_counts_and_the_next_update_is_as_far_off_once_it_goes_on() -> None:
    clocks = told(begun(), (QUESTION, at(1, 10)), (answered(), at(4, 10)), (CLARIFIED, at(8, 10)))
    assert clocks.update_due == after(at(8, 10), POLICY.routine.update, BERLIN)


def test_what_was_decided_measures_the_same_submission() -> None:
    urgent = told(begun(), (triaged(urgency=Urgency.URGENT), at(2, 10)))
    assert urgent.resolution_due == after(MONDAY, POLICY.urgent.resolution, BERLIN)
    assert urgent.update_due == after(at(2, 10), POLICY.urgent.update, BERLIN)
    intensive = told(begun(), (triaged(Tier.INTENSIVE), at(2, 10)))
    assert intensive.resolution_due == after(MONDAY, 2 * POLICY.routine.resolution, BERLIN)


@given(st.timedeltas(timedelta(minutes=1), timedelta(days=60)), st.sampled_from(Tier), st.sampled_from(Urgency))
def test_a_re_routed_request_is_measured_by_the_policy_in_force_from_that_moment(
    passed: timedelta, tier: Tier, urgency: Urgency
) -> None:
    when = MONDAY + passed
    before = told(begun(urgency=Urgency.URGENT), (triaged(), at(1, 8.01)))
    clocks = move(before, rerouted(tier, urgency), when, BERLIN, SLOW)
    assert clocks.first_response_due is None
    assert clocks.update_due == after(when, SLOW.routine.update, BERLIN)
    assert clocks.resolution_due == after(when, 300 * (2 if tier is Tier.INTENSIVE else 1), BERLIN)
    assert move(clocks, answered(), when + HOUR, BERLIN, POLICY).update_due == after(when + HOUR, 50, BERLIN)


def test_another_policy_changes_no_promise_that_was_made() -> None:
    clocks = move(begun(), answered(), at(2, 10), BERLIN, SLOW)
    assert clocks.update_due == after(at(2, 10), POLICY.routine.update, BERLIN)


@pytest.mark.parametrize("end", ENDS, ids=lambda each: type(each).__name__)
def test_all_clocks_stop_when_a_coach_begins_or_the_case_ends(end: Event) -> None:
    over = told(begun(), (triaged(), at(1, 9)), (QUESTION, at(1, 10)), (end, at(2, 10)))
    assert left(over, at(2, 10)) == [None, None, None]
    assert over.paused_since is None
    assert told(over, (answered(), at(3, 10))) == over
    assert told(over, (BY_COACH, at(3, 10))) == over  # of another coach, who is asked to take over


@given(STEPS, calendars(), calendars(), st.timedeltas(timedelta(), timedelta(days=40)))
def test_another_calendar_leaves_as_many_school_hours_as_were_left(
    steps: list[tuple[Event, timedelta]], calendar: SchoolCalendar, other: SchoolCalendar, passed: timedelta
) -> None:
    clocks, now = begun(MONDAY, calendar), MONDAY
    for event, between in steps:
        now += between
        clocks = told(clocks, (event, now), calendar=calendar)
    now += passed
    since = clocks.paused_since or now
    for before, then in zip(
        left(clocks, since, calendar), left(under(clocks, now, calendar, other), since, other), strict=True
    ):
        if before is not None and before > timedelta(0):
            assert then == before
    assert under(clocks, now, calendar, calendar) == clocks


def test_a_holiday_that_is_set_later_does_not_take_back_hours_that_passed() -> None:
    closed = replace(BERLIN, holidays=(*BERLIN.holidays, date(2025, 9, 1), date(2025, 9, 3)))
    clocks = under(begun(), at(2, 8), BERLIN, closed)
    assert clocks.first_response_due == at(2, 16)  # Monday counted when it passed
    assert clocks.update_due == at(8, 16)  # and Wednesday will not
