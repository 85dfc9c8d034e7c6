"""What holds of coaching at every position of every history, whatever is said in whatever order."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Final

from hypothesis import given, settings

from domain.budgets import BUDGET, TimeBudgetSet, TimeLogged, TimeReleased, TimeReserved, TimeSpent, budget_of
from domain.calendar import SchoolCalendar
from domain.coaching import COACHING, events
from domain.coaching.holding import holds
from domain.coaching.moves import MOVES
from domain.coaching.states import coaches_of, seeker_of
from domain.introductions import INTRODUCTION
from domain.kernel import Event
from domain.members import ConflictDeclared, ConflictEnded
from domain.vocabulary import LADDER, OPERATOR, Disposition, MemberId, Urgency
from tests.domain.coached import coached, coachings
from tests.domain.scenario import ADA, BEN, NET, Said, World
from tests.domain.test_burden import Ledger
from tests.domain.test_histories import Log, answer, lived, lived_through, log_of, pairs, waits

UTC_DAYS: Final = SchoolCalendar(zone="UTC")
ENDS: Final = (
    events.EngagementClosed
    | events.RequestResolved
    | events.RequestReferredOut
    | events.RequestDeferred
    | events.RequestDeclined
    | events.RequestWithdrawn
)
OF_TIME: Final = TimeBudgetSet | TimeReserved | TimeReleased | TimeSpent
modest: Final = settings(max_examples=40, deadline=None)


def test_these_histories_come_far() -> None:
    happened = {type(event) for seed in range(12) for _, event in log_of(coached(seed, 250))}
    assert happened >= {events.OfferExpired, events.OfferDeclined, events.OfferTimeProposed, events.RequestRerouted}
    assert happened >= {events.SessionHeld, events.SessionCancelled, events.EngagementClosed, events.CaseHandedOver}


def ledgers(log: Log) -> Iterator[dict[MemberId, Ledger]]:
    """Everybody's, and the network's for experts, after each entry."""
    kept: dict[MemberId, Ledger] = defaultdict(Ledger)
    for _, event in log:
        if isinstance(event, OF_TIME):
            kept[event.member].enter(event)
            yield kept


@modest
@given(coachings)
def test_a_repeated_word_changes_nothing(history: list[Said]) -> None:
    for world, said, happened in lived(history):
        again = answer(world, said)
        decided = [each for _, each in again] if isinstance(again, list) else []
        assert not any(decided), f"{said} led to {happened} and then to more"


@modest
@given(coachings)
def test_nobody_is_promised_beyond_what_they_offered_nor_experts_beyond_the_networks_budget(
    history: list[Said],
) -> None:
    """Rules 1 and 26: over offers, other times, hand-overs, sessions, a no with a pause, and ends."""
    for kept in ledgers(log_of(history)):
        for ledger in kept.values():
            assert not ledger.offers or not list(ledger.breaches(UTC_DAYS))


@modest
@given(coachings)
def test_an_experts_minutes_are_the_networks_too(history: list[Said]) -> None:
    of_experts = {
        event.offer for _, event in log_of(history) if isinstance(event, events.CoachOffered) and event.expert
    }
    for kept in ledgers(log_of(history)):
        spent_on = {key for key in kept[NET].promises if key.startswith("offer-")}
        assert spent_on <= of_experts
    for world, _, _ in lived(history):
        own = {key for state in cases(world) for (_, key), hold in holds(state).items() if hold.expert}
        networks = world(BUDGET, budget_of(NET)).reservations
        assert own == {key for key, each in networks.items() if each.open}


def cases(world: World) -> list[object]:
    return [state for stream, state in world.states.items() if stream.startswith(f"{COACHING.kind}-")]


@modest
@given(coachings)
def test_minutes_are_held_by_open_cases_and_calls_and_by_nothing_else(history: list[Said]) -> None:
    """So whatever a case held is free when it ends, or spent."""
    for world, _, _ in lived(history):
        held = {
            (f"member-{stream.partition('-')[2]}", key): each.minutes
            for stream, budget in world.states.items()
            if stream.startswith("budget-") and stream != budget_of(NET)
            for key, each in budget.reservations.items()
            if each.open
        }
        of_cases = {key: hold.minutes for state in cases(world) for key, hold in holds(state).items()}
        calls = {
            (state.offer.helper, stream): state.offer.minutes
            for stream, state in world.states.items()
            if stream.startswith(f"{INTRODUCTION.kind}-") and waits(state)
        }
        assert held == of_cases | calls


@modest
@given(coachings)
def test_nobody_is_in_two_meetings_at_a_time_and_minutes_are_logged_once(history: list[Said]) -> None:
    """Rule 6."""
    logged = defaultdict[MemberId, list[TimeLogged]](list)
    for _, event in log_of(history):
        if isinstance(event, TimeLogged):
            logged[event.member].append(event)
    for each in logged.values():
        inorder = sorted(each, key=lambda one: one.start)
        assert all(one.start + timedelta(minutes=one.minutes) <= next_.start for one, next_ in pairwise(inorder))
        assert len({one.source for one in each}) == len(each)


def by_case(log: Log) -> dict[str, list[Event]]:
    found = defaultdict[str, list[Event]](list)
    for stream, event in log:
        if stream.startswith(f"{COACHING.kind}-"):
            found[stream].append(event)
    return found


@modest
@given(coachings)
def test_a_case_has_one_end_and_nothing_but_looking_back_comes_after(history: list[Said]) -> None:
    """Rule 22."""
    for told in by_case(log_of(history)).values():
        ended = [place for place, event in enumerate(told) if isinstance(event, ENDS)]
        assert len(ended) <= 1
        for place in ended:
            assert all(isinstance(each, events.FeedbackGiven | events.ContextGranted) for each in told[place + 1 :])
        assert Counter(type(each) for each in told)[events.CoachingRequested] <= 1


@modest
@given(coachings)
def test_what_is_opened_again_had_ended_and_was_the_same_ones(history: list[Said]) -> None:
    seen: dict[str, list[Event]] = defaultdict(list)
    for stream, event in log_of(history):
        if isinstance(event, events.RequestDrafted) and event.reopens is not None:
            assert any(isinstance(each, ENDS) for each in seen[event.reopens])
            assert {getattr(each, "seeker", event.seeker) for each in seen[event.reopens]} == {event.seeker}
        seen[stream].append(event)


@modest
@given(coachings)
def test_above_a_peer_every_lower_rung_was_considered_or_it_could_not_wait(history: list[Said]) -> None:
    """Rule 23."""
    high = LADDER.index(Disposition.PEER_INTRODUCED)
    for told in by_case(log_of(history)).values():
        taken: set[Disposition] = set()
        for event in told:
            if isinstance(event, events.RequestTriaged | events.RequestRerouted):
                rungs = LADDER[: LADDER.index(event.disposition)]
                considered = set(event.passed_over) | taken
                assert len(rungs) <= high or event.urgency is Urgency.URGENT or considered >= set(rungs)
                taken.add(event.disposition)


@modest
@given(coachings)
def test_who_has_power_over_somebody_moves_nothing_of_theirs(history: list[Said]) -> None:
    """Rule 10: BEN is said to supervise ADA, now and then."""
    before: Log = []
    for world, said, happened in lived(history):
        if frozenset({ADA, BEN}) in pairs(before, ConflictDeclared, ConflictEnded):
            in_person = said.by == BEN and said.sent_by != OPERATOR
            assert not (in_person and any(getattr(each, "seeker", None) == ADA for each in happened))
            assert not any(
                isinstance(each, events.CoachOffered | events.OfferAccepted | events.SessionPlanned)
                and ADA in _two(world, said)
                and BEN in _two(world, said)
                for each in happened
            )
        before = list(world.log)


def _two(world: World, said: Said) -> set[str]:
    state = world.states.get(getattr(said.command, "coaching", ""))
    if state is None:
        return set()
    return {*coaches_of(state), seeker_of(state) or ""}


@modest
@given(coachings)
def test_every_step_is_one_of_the_table(history: list[Said]) -> None:
    states = defaultdict[str, object](lambda: COACHING.initial)
    for world, said, happened in lived(history):
        coaching = getattr(said.command, "coaching", None)
        if coaching is None or not happened:
            continue
        after = world(COACHING, coaching)
        if after != states[coaching]:
            assert type(after) in MOVES[type(states[coaching])][type(said.command)]
        states[coaching] = after


@modest
@given(coachings)
def test_what_is_read_is_what_was_told(history: list[Said]) -> None:
    told, read = lived_through(history), World()
    for stream, event in told.log:
        read.record(stream, event)
    assert read.states == told.states
