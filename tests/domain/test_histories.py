"""Rules that hold at every position of every history, whatever people say in whatever order."""

from collections.abc import Iterator
from itertools import pairwise
from typing import get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import (
    access,
    audit,
    budgets,
    challenges,
    coaching,
    erasure,
    introductions,
    members,
    networks,
    own_words,
    recommendations,
    resources,
    sites,
)
from domain.catalogue import CATALOGUE
from domain.introductions import (
    INTRODUCTION,
    Introduction,
    IntroductionMade,
    IntroductionOffered,
    Made,
    Offered,
    OfferIntroduction,
)
from domain.kernel import Event
from domain.members import (
    ConflictDeclared,
    ConflictEnded,
    EngagementLevelChosen,
    IdentityLinked,
    MemberJoined,
    MemberLeft,
    MemberMuted,
    MemberUnmuted,
)
from domain.plans import DECIDERS, AnyDecider
from domain.refusals import Refused
from domain.vocabulary import Level, MemberId, StreamId
from tests.domain.orders import happenings, histories, matchings, seeds
from tests.domain.scenario import Said, World

UNIONS = {
    "network": networks.NetworkEvent,
    "site": sites.SiteEvent,
    "member": members.MemberEvent,
    "budget": budgets.BudgetEvent,
    "challenge": challenges.ChallengeEvent,
    "resource": resources.ResourceEvent,
    "introduction": introductions.IntroductionEvent,
    "coaching": coaching.CoachingEvent,
    "recommendation": recommendations.RecommendationEvent,
    "access": access.AccessEvent,
    "audit": audit.AuditEvent,
    "erasure": erasure.ErasureEvent,
    "words": own_words.WordsEvent,
}
Log = list[tuple[StreamId, Event]]


def lived(history: list[Said]) -> Iterator[tuple[World, Said, tuple[Event, ...]]]:
    """The world after each order that was not refused."""
    world = World()
    for said in history:
        try:
            happened = world.tell(said)
        except Refused:
            continue
        yield world, said, happened


def lived_through(history: list[Said]) -> World:
    world = World()
    for now, _, _ in lived(history):
        world = now
    return world


def log_of(history: list[Said]) -> Log:
    return lived_through(history).log


def answer(world: World, said: Said) -> object:
    """What would come of it: events by stream, or a refusal with its words."""
    try:
        return world.decided(said)
    except Refused as refusal:
        return type(refusal), str(refusal)


@given(histories)
def test_what_is_tried_here_keeps_the_limits(history: list[Said]) -> None:
    for said in history:
        assert msgspec.convert(msgspec.to_builtins(said.command), type(said.command)) == said.command


@settings(max_examples=300, deadline=None)
@given(histories)
def test_a_repeated_command_changes_nothing(history: list[Said]) -> None:
    for world, said, happened in lived(history):
        assert world.tell(said) == (), f"{said} led to {happened} and then to more"


@settings(deadline=None)
@given(histories)
def test_deciding_twice_decides_the_same(history: list[Said]) -> None:
    one, other = lived_through(history), lived_through(history)
    assert one.log == other.log
    for said in history:
        assert answer(one, said) == answer(one, said) == answer(other, said)


@settings(deadline=None)
@given(histories)
def test_the_states_follow_from_the_log_alone(history: list[Said]) -> None:
    told, read = lived_through(history), World()
    for stream, event in told.log:
        read.record(stream, event)
    assert read.states == told.states


@pytest.mark.parametrize("decider", DECIDERS.values(), ids=DECIDERS)
@settings(deadline=None)
@given(seed=seeds, length=st.integers(0, 60))
def test_every_state_takes_every_event(decider: AnyDecider, seed: int, length: int) -> None:
    state = decider.initial
    for event in happenings(seed, length, get_args(UNIONS[decider.kind]) or (UNIONS[decider.kind],)):
        before, looked = state, repr(state)
        state = decider.evolve(state, event)
        assert isinstance(state, msgspec.Struct)
        assert repr(before) == looked, "a state is never changed in place"


@settings(deadline=None)
@given(histories)
def test_every_event_that_happens_stands_in_the_catalogue_and_in_its_own_stream(history: list[Said]) -> None:
    for stream, event in log_of(history):
        kind = CATALOGUE.by_type[type(event)].name.partition(".")[0]
        assert stream.startswith(f"{kind}-")


@settings(deadline=None)
@given(histories)
def test_every_event_that_happens_survives_being_written_down(history: list[Said]) -> None:
    for _, event in log_of(history):
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(event), type=type(event)) == event


@settings(deadline=None)
@given(histories)
def test_only_the_member_ever_set_the_level(history: list[Said]) -> None:
    for _, said, happened in lived(history):
        if any(isinstance(event, EngagementLevelChosen) for event in happened):
            assert said.by == getattr(said.command, "member", None)


def asks(log: Log) -> Iterator[tuple[Log, IntroductionOffered | IntroductionMade]]:
    """Every time two are brought together, with what was known before."""
    for position, (_, event) in enumerate(log):
        if isinstance(event, IntroductionOffered | IntroductionMade):
            yield log[:position], event


def pairs(log: Log, begins: type[Event], ends: type[Event] | None = None) -> set[frozenset[str]]:
    """Who stands in such a relation, whichever of the two said so."""
    found: set[tuple[str, str]] = set()
    for stream, event in log:
        if isinstance(event, begins):
            found.add((stream, getattr(event, "other", getattr(event, "same_as", ""))))
        if ends is not None and isinstance(event, ends):
            found.discard((stream, getattr(event, "other", "")))
    return {frozenset(pair) for pair in found}


@settings(max_examples=200, deadline=None)
@given(matchings)
def test_no_conflict_and_no_mute_is_ever_brought_together(history: list[Said]) -> None:
    for before, event in asks(log_of(history)):
        two = frozenset({event.seeker, event.helper})
        assert two not in pairs(before, ConflictDeclared, ConflictEnded)
        assert two not in pairs(before, MemberMuted, MemberUnmuted)


def selves(log: Log, member: MemberId) -> set[str]:
    """Everybody who is the same person by the word of both, and whom these say to be elsewhere."""
    said = {(stream, event.same_as) for stream, event in log if isinstance(event, IdentityLinked)}
    here_too = {stream for stream, _ in log}
    found = {member}
    while more := {other for who, other in said if who in found and (other, who) in said} - found:
        found |= more
    return found | {other for who, other in said if who in found and other not in here_too}


@settings(max_examples=200, deadline=None)
@given(matchings)
def test_nobody_is_ever_brought_together_with_themselves(history: list[Said]) -> None:
    for before, event in asks(log_of(history)):
        assert selves(before, event.helper).isdisjoint(selves(before, event.seeker))


@settings(max_examples=200, deadline=None)
@given(matchings)
def test_the_word_of_one_alone_keeps_no_two_others_apart(history: list[Said]) -> None:
    """Nor the two themselves: only what the seeker and the helper each said, or staff for both, is an objection."""
    world = World()
    for said in history:
        try:
            world.tell(said)
        except Refused as refusal:
            if isinstance(said.command, OfferIntroduction) and "the same person" in str(refusal):
                seeker, helper = said.command.seeker, said.command.helper
                assert not selves(world.log, seeker).isdisjoint(selves(world.log, helper))


@settings(max_examples=200, deadline=None)
@given(matchings)
def test_nobody_is_ever_asked_for_time_without_having_chosen_to_be(history: list[Said]) -> None:
    for before, event in asks(log_of(history)):
        if isinstance(event, IntroductionOffered):
            chosen = [
                e.level for stream, e in before if stream == event.helper and isinstance(e, EngagementLevelChosen)
            ]
            in_person = event.introduced_by == event.helper  # what somebody offers themselves is no ask
            assert chosen[-1:] in ([Level.PARTNER], [Level.LEAD]) or (in_person and chosen)


def here(log: Log, member: MemberId) -> bool:
    last = [e for stream, e in log if stream == member and isinstance(e, MemberJoined | MemberLeft)][-1:]
    return bool(last) and isinstance(last[0], MemberJoined)


@settings(deadline=None)
@given(matchings)
def test_only_who_is_here_is_ever_brought_together(history: list[Said]) -> None:
    for before, event in asks(log_of(history)):
        assert here(before, event.seeker)
        assert here(before, event.helper)


def waits(state: Introduction) -> bool:
    return isinstance(state, Offered) or (isinstance(state, Made) and state.met is None)


@settings(max_examples=300, deadline=None)
@given(histories)
def test_minutes_are_held_by_open_asks_and_by_nothing_else(history: list[Said]) -> None:
    """So that a no, an expiry and a meeting each free or spend them, once (rule 3)."""
    for world, _, _ in lived(history):
        asked = {stream: state for stream, state in world.states.items() if stream.startswith(INTRODUCTION.kind)}
        held = {
            ask: reservation
            for stream, budget in world.states.items()
            if stream.startswith("budget-")
            for ask, reservation in budget.reservations.items()
        }
        assert {ask for ask, each in held.items() if each.open} == {ask for ask in asked if waits(asked[ask])}
        met = {ask: state.met.minutes for ask, state in asked.items() if isinstance(state, Made) and state.met}
        assert {ask: min(met[ask], asked[ask].offer.minutes) for ask in met} == {
            ask: each.minutes for ask, each in held.items() if not each.open
        }


@settings(deadline=None)
@given(histories)
def test_an_introduction_has_one_end(history: list[Said]) -> None:
    ends = {"introduction.declined", "introduction.expired"}
    for stream in {stream for stream, _ in log_of(history) if stream.startswith("introduction-")}:
        names = [CATALOGUE.by_type[type(event)].name for other, event in log_of(history) if other == stream]
        assert names[0] == "introduction.offered"
        assert all(later not in ends and earlier not in ends for earlier, later in pairwise(names[:-1]))
