"""What seeker and coach do together: sessions, their minutes, what is written of them, and the end."""

from datetime import date, timedelta

from msgspec.structs import replace

from domain.budgets import TimeLogged, TimeReleased, TimeReserved, TimeSpent
from domain.coaching import commands as c
from domain.coaching import events
from domain.coaching.states import Ended
from domain.introductions import ConsentToIntroduction, OfferIntroduction, RecordMeeting
from domain.members import DeclareConflict, LeaveNetwork
from domain.vocabulary import ENGINE, ConflictKind
from tests.domain.cases import (
    BEGUN,
    BEN_IS_ASKED,
    CASE,
    DECIDED,
    FEEDBACK,
    HOLDS,
    NEXT_WEEK,
    OFFER,
    OFFERS,
    OPENS,
    OTHER_CASE,
    OTHER_OFFER,
    OTHER_SESSION,
    SESSION,
    STEP,
    TOMORROW,
)
from tests.domain.scenario import ADA, BEN, CLEO, DAN, INTRODUCTION, NOON, Said, by, given, offers_time
from tests.domain.test_coaching_offers import OTHERS, held, state

PLANS = c.PlanSession(coaching=CASE, session=SESSION, at=TOMORROW)
CANCELS = c.CancelSession(coaching=CASE, session=SESSION)
CLOSES = c.CloseEngagement(coaching=CASE)
DATED = (
    *DECIDED,
    by(DAN, replace(OFFERS, at=TOMORROW)),
    by(BEN, c.AcceptOffer(coaching=CASE, member=BEN)),
    by(ADA, OPENS),
)


# sessions and their minutes


def test_a_first_session_spends_what_the_offer_held_and_logs_the_time_of_both() -> None:
    given(*BEGUN).when(replace(HOLDS, minutes=70), by=BEN).then(
        events.SessionHeld(seeker=ADA, coach=BEN, session=SESSION, at=NOON, minutes=70, over=10),
        TimeSpent(member=BEN, reservation=OFFER, minutes=60),
        TimeLogged(member=BEN, source=SESSION, start=NOON, minutes=70),
        TimeLogged(member=ADA, source=SESSION, start=NOON, minutes=70),
    )


def test_a_day_for_the_first_session_moves_the_minutes_that_were_asked_for() -> None:
    given(*BEGUN).when(replace(PLANS, at=NEXT_WEEK), by=ADA).then(
        events.SessionPlanned(session=SESSION, at=NEXT_WEEK, minutes=60),
        TimeReleased(member=BEN, reservation=OFFER, minutes=60),
        TimeReserved(member=BEN, reservation=OFFER, minutes=60, day=NEXT_WEEK.date()),
    )
    scene = given(*BEGUN, by(ADA, replace(PLANS, minutes=90)))
    assert held(scene) == {OFFER: 90}
    scene.when(replace(HOLDS, minutes=80), by=BEN)
    assert held(scene) == {}


def test_further_sessions_hold_minutes_of_their_own() -> None:
    scene = given(*BEGUN, by(ADA, PLANS), by(BEN, replace(PLANS, session=OTHER_SESSION, minutes=30)))
    assert held(scene) == {OFFER: 60, OTHER_SESSION: 30}
    scene.when(replace(HOLDS, session=OTHER_SESSION, minutes=20), by=ADA)
    assert held(scene) == {OFFER: 60}
    scene.when(CANCELS, by=BEN)
    assert held(scene) == {}


def test_an_offer_with_a_day_needs_no_plan() -> None:
    scene = given(*DATED, by(ADA, replace(PLANS, at=NEXT_WEEK)))
    assert held(scene) == {OFFER: 60, SESSION: 60}
    scene.when(replace(HOLDS, session=OTHER_SESSION, at=NOON), by=BEN)
    assert held(scene) == {SESSION: 60}
    third = replace(HOLDS, session="session-00000003", at=NOON - timedelta(hours=3))
    scene.when(third, by=BEN).refused("no time is held for this session")


def test_a_session_that_was_cancelled_stays_so() -> None:
    scene = given(*BEGUN, by(ADA, PLANS), by(ADA, CANCELS))
    scene.when(CANCELS, by=ADA).then_nothing()
    scene.when(PLANS, by=ADA).refused("was cancelled")
    scene.when(replace(CANCELS, session=OTHER_SESSION), by=ADA).refused("no such session is planned")


def test_a_plan_said_otherwise_is_no_repeat() -> None:
    scene = given(*BEGUN, by(ADA, PLANS))
    scene.when(replace(PLANS, minutes=30), by=ADA).refused("planned otherwise")
    scene.when(replace(PLANS, at=NEXT_WEEK), by=ADA).refused("planned otherwise")


def test_a_session_is_recorded_once_and_after_it_began() -> None:
    given(*BEGUN).when(replace(HOLDS, at=TOMORROW), by=BEN).refused("lies in the future")
    scene = given(*BEGUN, by(BEN, HOLDS))
    scene.when(replace(HOLDS, minutes=50), by=BEN).refused("recorded already, otherwise")
    scene.when(PLANS, by=ADA).then_nothing()


def test_nobody_is_in_two_meetings_at_a_time_and_the_other_one_is_named_to_who_was_there() -> None:
    said = c.AcceptOffer(coaching=OTHER_CASE, member=BEN)
    both = (
        *BEGUN,
        *offers_time(BEN, 300),
        *OTHERS,
        by(DAN, replace(OFFERS, coaching=OTHER_CASE, offer=OTHER_OFFER)),
        by(BEN, said),
        by(CLEO, replace(OPENS, coaching=OTHER_CASE)),
        by(BEN, HOLDS),
    )
    again = replace(HOLDS, coaching=OTHER_CASE, session=OTHER_SESSION, at=NOON - timedelta(minutes=20))
    scene = given(*both)
    scene.when(again, by=BEN).refused(f"this overlaps {SESSION}, logged from 2025-09-03 12:00 to 12:45")
    told = scene.when(again, by=CLEO)
    told.refused("the time of one of the two is logged for something else then")
    assert SESSION not in str(told.refusal)
    assert scene.when(replace(again, minutes=20), by=CLEO).refusal is None, "one may follow the other"


def test_a_call_counts_as_a_meeting_too() -> None:
    called = (
        by(ADA, OfferIntroduction(introduction=INTRODUCTION, seeker=ADA, helper=CLEO)),
        by(CLEO, ConsentToIntroduction(introduction=INTRODUCTION, member=CLEO)),
        by(CLEO, RecordMeeting(introduction=INTRODUCTION, minutes=30, at=NOON - timedelta(minutes=10))),
    )
    given(*BEGUN, *called).when(HOLDS, by=ADA).refused(f"this overlaps {INTRODUCTION}")


def test_nothing_is_planned_with_somebody_who_left_or_must_not_be_met() -> None:
    power = by(BEN, DeclareConflict(member=BEN, other=ADA, kind=ConflictKind.SUPERVISES))
    given(*BEGUN, Said(LeaveNetwork(member=BEN))).when(PLANS, by=ADA).refused("left the network")
    given(*BEGUN, power).when(PLANS, by=ADA).refused("unavailable")
    given(*BEGUN, power).when(PLANS, by=BEN).refused("no such coaching case")
    for who in (ADA, DAN, ENGINE):
        assert given(*BEGUN, power).when(CLOSES, by=who).refusal is None


# what is written


def test_only_the_two_who_met_write_what_it_was_about() -> None:
    log = c.LogSession(coaching=CASE, session=SESSION, member=ADA, text="We listened.")
    given(*BEGUN).when(log, by=ADA).refused("no such session was held")
    handed = (
        *BEGUN,
        by(BEN, HOLDS),
        by(BEN, c.OfferCoach(coaching=CASE, offer=OTHER_OFFER, coach=CLEO)),
        by(CLEO, c.AcceptOffer(coaching=CASE, member=CLEO)),
    )
    given(*handed).when(replace(log, member=CLEO), by=CLEO).refused("only the two who met")
    given(*handed).when(log, by=DAN).refused("only they themselves")
    assert given(*handed).when(log, by=ADA).refusal is None


def test_steps_are_agreed_then_completed() -> None:
    scene = given(*BEGUN)
    scene.when(c.CompleteNextStep(coaching=CASE, step=STEP), by=ADA).refused("no such step")
    scene.when(c.AgreeNextStep(coaching=CASE, step=STEP, text="Try it."), by=BEN)
    scene.when(c.AgreeNextStep(coaching=CASE, step=STEP, text="Try that."), by=BEN).refused("agreed otherwise")
    scene.when(c.AgreeNextStep(coaching=CASE, step=STEP, text="Try it."), by=DAN).refused("for the two")


def test_an_engagement_is_extended_never_shortened() -> None:
    extend = c.ExtendEngagement(coaching=CASE, until=date(2025, 11, 1), reason="sooner")
    given(*BEGUN).when(extend, by=ADA).refused("it runs until 2025-12-01 already")
    given(*BEN_IS_ASKED, by(BEN, c.AcceptOffer(coaching=CASE, member=BEN))).when(
        replace(OPENS, until=date(2025, 9, 2)), by=ADA
    ).refused("has passed")


# the end


def test_the_end_frees_all_that_is_held_and_a_session_that_was_held_stays_spent() -> None:
    scene = given(*BEGUN, by(ADA, HOLDS), by(BEN, replace(PLANS, session=OTHER_SESSION)))
    assert held(scene) == {OTHER_SESSION: 60}
    scene.when(CLOSES, by=DAN)
    assert isinstance(state(scene), Ended)
    assert held(scene) == {}


def test_only_the_one_who_was_coached_says_how_it_was_and_once() -> None:
    given(*BEGUN).when(replace(CLOSES, feedback=FEEDBACK), by=BEN).refused("only the one who was coached")
    said = events.FeedbackGiven(seeker=ADA, coach=BEN, helpful=True, plan_changed=False, tie_confirmed=True)
    scene = given(*BEGUN, by(BEN, CLOSES))
    scene.when(c.GiveFeedback(coaching=CASE, feedback=FEEDBACK), by=BEN).refused("whose need it is")
    scene.when(c.GiveFeedback(coaching=CASE, feedback=FEEDBACK), by=ADA).then(said)
    other = replace(FEEDBACK, helpful=False)
    scene.when(c.GiveFeedback(coaching=CASE, feedback=other), by=ADA).refused("given already")
    assert said in given(*BEGUN).when(replace(CLOSES, feedback=FEEDBACK), by=ADA).events


def test_what_ended_is_opened_again_by_a_new_case_that_names_it() -> None:
    again = c.DraftRequest(coaching=OTHER_CASE, seeker=ADA, title="Calls home, again", reopens=CASE)
    given(*BEGUN).when(again, by=ADA).refused("no ended case of yours")
    assert given(*BEGUN, by(ADA, CLOSES)).when(again, by=ADA).refusal is None
    given(*BEGUN, by(ADA, CLOSES)).when(replace(again, seeker=CLEO), by=CLEO).refused("no ended case of yours")
