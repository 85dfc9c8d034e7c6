"""Offers: who may be asked, what is held of their time, and that no word of one falls on another."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.budgets import (
    SetExpertBudget,
    SetTimeBudget,
    TimeReleased,
    TimeReserved,
    budget_of,
)
from domain.catalogue import CATALOGUE
from domain.coaching import COACHING, events
from domain.coaching import commands as c
from domain.coaching.states import Accepted, Case, Clarifying, Coaching, Ended, Engaged, Offered, Triaged, Waiting
from domain.introductions import OfferIntroduction
from domain.members import (
    ChooseEngagementLevel,
    DeclareConflict,
    GrantNetworkRole,
    LeaveNetwork,
    MemberPaused,
    MuteMember,
    PauseMember,
    WithdrawNetworkRole,
)
from domain.vocabulary import (
    ENGINE,
    Confidentiality,
    ConflictKind,
    Disposition,
    Level,
    NetworkRole,
    PeriodKind,
)
from tests.domain.cases import (
    ASKED,
    BEGUN,
    BEN_IS_ASKED,
    BEN_SAYS_YES,
    CASE,
    CLEO_IS_ASKED,
    DECIDED,
    DRAFT,
    NEXT_WEEK,
    OFFER,
    OFFERS,
    OPENS,
    OTHER_CASE,
    OTHER_OFFER,
    OTHER_SESSION,
    TOMORROW,
    triage,
)
from tests.domain.scenario import ADA, BEN, CLEO, DAN, INTRODUCTION, NET, NOON, Given, Said, by, given

ACCEPTS = c.AcceptOffer(coaching=CASE, member=BEN)
DECLINES = c.DeclineOffer(coaching=CASE, member=BEN, reason="too much at school")
EXPIRES = c.ExpireOffer(coaching=CASE, offer=OFFER)
OTHERS = (
    by(CLEO, replace(DRAFT, coaching=OTHER_CASE, seeker=CLEO)),
    by(CLEO, c.SubmitRequest(coaching=OTHER_CASE)),
    by(DAN, triage(coaching=OTHER_CASE)),
)
POWER = by(BEN, DeclareConflict(member=BEN, other=ADA, kind=ConflictKind.SUPERVISES))


def held(scene: Given, owner: str = BEN) -> dict[str, int]:
    """Open reservations of somebody's time."""
    budget = scene.world.states.get(budget_of(owner))
    return {key: each.minutes for key, each in budget.reservations.items() if each.open} if budget else {}


def state(scene: Given, coaching: str = CASE) -> Coaching:
    reached: Coaching = scene.world(COACHING, coaching)
    return reached


def case(scene: Given) -> Case:
    reached = state(scene)
    assert isinstance(reached, Waiting | Clarifying | Triaged | Offered | Accepted | Engaged | Ended)
    assert reached.case is not None
    return reached.case


# who may be asked


def test_an_offer_states_its_minutes_and_holds_them() -> None:
    scene = given(*DECIDED)
    offered, reserved = scene.when(OFFERS, by=DAN).events
    assert isinstance(offered, events.CoachOffered)
    assert (offered.minutes, offered.expert) == (60, False)
    assert reserved == TimeReserved(member=BEN, reservation=OFFER, minutes=60, day=NOON.date())


@pytest.mark.parametrize("disposition", [Disposition.RESOURCE_SENT, Disposition.CONSULTANCY_FORMED])
def test_nobody_coaches_on_a_rung_that_has_no_coach(disposition: Disposition) -> None:
    given(*ASKED, by(DAN, triage(disposition))).when(OFFERS, by=DAN).refused("no coach was decided on")


def test_only_a_coach_of_the_network_coaches_and_nobody_themselves() -> None:
    given(*DECIDED).when(replace(OFFERS, coach=DAN), by=DAN).refused("no coach of the network")
    given(*DECIDED, Said(WithdrawNetworkRole(member=BEN, role=NetworkRole.COACH))).when(OFFERS, by=DAN).refused(
        "no coach of the network"
    )
    own = (*ASKED[:-2], by(BEN, replace(DRAFT, seeker=BEN)), by(BEN, c.SubmitRequest(coaching=CASE)), by(DAN, triage()))
    given(*own).when(OFFERS, by=DAN).refused("the same person")


def test_a_conflict_a_mute_an_absence_and_a_full_calendar_are_worded_alike() -> None:
    reasons = (
        POWER,
        by(ADA, MuteMember(member=ADA, other=BEN)),
        Said(PauseMember(member=BEN)),
        by(BEN, SetTimeBudget(member=BEN, minutes=30, period=PeriodKind.WEEK)),
    )
    told = {str(given(*DECIDED, reason).when(OFFERS, by=DAN).refusal) for reason in reasons}
    assert told == {"coach: unavailable (choose another one, or another time)"}


def test_the_figures_of_a_budget_are_for_the_one_whose_time_it_is() -> None:
    plan = c.PlanSession(coaching=CASE, session=OTHER_SESSION, at=TOMORROW, minutes=121)
    given(*BEGUN).when(plan, by=BEN).refused("121 minutes exceed your budget: 120 a week")
    given(*BEGUN).when(plan, by=ADA).refused("unavailable in this period")
    staff = Said(GrantNetworkRole(member=BEN, role=NetworkRole.FACILITATOR))
    given(*DECIDED, staff).when(replace(OFFERS, minutes=121), by=BEN).refused("121 minutes exceed your budget")
    given(*DECIDED, staff).when(replace(OFFERS, minutes=121), by=DAN).refused("unavailable")


def test_honor_and_follow_get_no_ask() -> None:
    light = by(BEN, ChooseEngagementLevel(member=BEN, level=Level.FOLLOW))
    given(*DECIDED, light).when(OFFERS, by=DAN).refused("without being asked for time")


def test_an_ordinary_member_offers_nobody() -> None:
    given(*DECIDED).when(OFFERS, by=ADA).refused("only a facilitator")
    given(*DECIDED).when(OFFERS, by=CLEO).refused("no such coaching case")


def test_a_time_that_has_passed_is_neither_offered_nor_proposed() -> None:
    given(*DECIDED).when(replace(OFFERS, at=NOON), by=DAN).refused("has passed")
    given(*BEN_IS_ASKED).when(c.ProposeTime(coaching=CASE, member=BEN, at=NOON), by=BEN).refused("has passed")


def test_experts_draw_on_the_networks_budget_too() -> None:
    expert = (*ASKED, by(DAN, triage(Disposition.EXPERT_ENGAGED)))
    scene = given(*expert)
    scene.when(OFFERS, by=DAN)
    assert held(scene) == held(scene, NET) == {OFFER: 60}
    much = "91 minutes exceed the network's expert budget in this period"  # and no figures: they are for staff
    given(*expert).when(replace(OFFERS, minutes=91), by=DAN).refused(much)
    none = [said for said in expert if not isinstance(said.command, SetExpertBudget)]
    given(*none).when(OFFERS, by=DAN).refused("the network has no expert budget yet")
    scene.when(DECLINES, by=BEN)
    assert held(scene) == held(scene, NET) == {}


# ids hold what is theirs


def test_no_ask_holds_or_frees_the_minutes_of_another() -> None:
    called = by(ADA, OfferIntroduction(introduction=INTRODUCTION, seeker=ADA, helper=BEN))
    scene = given(*BEGUN, called)
    for key in (INTRODUCTION, OFFER):
        scene.when(c.PlanSession(coaching=CASE, session=key, at=TOMORROW), by=ADA).refused("no id of the kind session")
    assert held(scene) == {INTRODUCTION: 30, OFFER: 60}


def test_an_offers_id_is_used_once() -> None:
    scene = given(*BEN_IS_ASKED, *OTHERS)
    again = replace(OFFERS, coaching=OTHER_CASE)
    scene.when(again, by=DAN).refused("minutes were held under this id before")
    scene.when(DECLINES, by=BEN)
    scene.when(OFFERS, by=DAN).then_nothing()
    scene.when(replace(OFFERS, coach=CLEO), by=DAN).refused("another coach")
    scene.when(replace(OFFERS, offer="session-00000009"), by=DAN).refused("no id of the kind offer")


def test_only_one_is_asked_at_a_time() -> None:
    third = replace(OFFERS, offer="offer-00000003", coach=CLEO)
    given(*CLEO_IS_ASKED).when(third, by=DAN).refused("coaches here already")
    given(*CLEO_IS_ASKED).when(replace(third, coach=BEN), by=DAN).refused("coaches here already")


# yes, no, another time, nothing


def test_the_coach_says_yes_and_after_another_time_the_other_one() -> None:
    given(*BEN_IS_ASKED).when(replace(ACCEPTS, member=ADA), by=ADA).refused("the other one's word")
    moved = (*BEN_IS_ASKED, by(BEN, c.ProposeTime(coaching=CASE, member=BEN, at=NEXT_WEEK)))
    given(*moved).when(ACCEPTS, by=BEN).refused("the other one's word")
    scene = given(*moved)
    scene.when(replace(ACCEPTS, member=ADA), by=ADA).then(events.OfferAccepted(offer=OFFER, member=ADA))
    given(*BEN_IS_ASKED).when(ACCEPTS, by=DAN).refused("only they themselves")
    given(*BEN_IS_ASKED).when(replace(ACCEPTS, member=CLEO), by=CLEO).refused("no such coaching case")


def test_another_time_moves_the_minutes_to_its_week() -> None:
    scene = given(*BEN_IS_ASKED)
    proposed, released, reserved = scene.when(c.ProposeTime(coaching=CASE, member=ADA, at=NEXT_WEEK), by=ADA).events
    assert isinstance(proposed, events.OfferTimeProposed)
    assert released == TimeReleased(member=BEN, reservation=OFFER, minutes=60)
    assert reserved == TimeReserved(member=BEN, reservation=OFFER, minutes=60, day=NEXT_WEEK.date())


def test_another_time_in_a_full_week_is_refused_and_nothing_moves() -> None:
    full = by(CLEO, OfferIntroduction(introduction=INTRODUCTION, seeker=CLEO, helper=BEN, minutes=90), NEXT_WEEK)
    scene = given(*BEN_IS_ASKED, full)
    scene.when(c.ProposeTime(coaching=CASE, member=ADA, at=NEXT_WEEK), by=ADA).refused("unavailable")
    assert scene.world.states[budget_of(BEN)].reservations[OFFER].day == NOON.date()


def test_a_no_frees_the_minutes_costs_nothing_and_may_be_said_again() -> None:
    scene = given(*BEN_IS_ASKED)
    scene.when(DECLINES, by=BEN).then(
        events.OfferDeclined(offer=OFFER, member=BEN, reason="too much at school"),
        TimeReleased(member=BEN, reservation=OFFER, minutes=60),
    )
    scene.when(DECLINES, by=BEN).then_nothing()
    assert isinstance(state(scene), Triaged)
    assert case(scene).asked == {BEN}


def test_the_reason_of_a_no_is_for_nobody_else() -> None:
    (declined, _) = given(*BEN_IS_ASKED).when(DECLINES, by=BEN).events
    assert CATALOGUE.confidentiality_of(declined) is Confidentiality.PAIR


def test_a_no_and_a_pause_are_one_step_also_when_it_comes_too_late() -> None:
    away = replace(DECLINES, away=True)
    assert MemberPaused() in given(*BEN_IS_ASKED).when(away, by=BEN).events
    given(*BEN_IS_ASKED, Said(EXPIRES, ENGINE, NEXT_WEEK)).when(away, by=BEN, at=NEXT_WEEK).then(MemberPaused())


def test_who_answers_too_late_is_told_so() -> None:
    over = (
        (*BEN_IS_ASKED, Said(EXPIRES, ENGINE, NEXT_WEEK)),
        (*BEN_IS_ASKED, by(ADA, c.WithdrawRequest(coaching=CASE))),
        (*BEN_IS_ASKED, by(ADA, c.DeclineOffer(coaching=CASE, member=ADA))),
    )
    for orders in over:
        given(*orders).when(ACCEPTS, by=BEN).refused("this offer is over")
        given(*orders).when(DECLINES, by=BEN).then_nothing()
        given(*orders).when(ACCEPTS, by=CLEO).refused(
            "only they themselves" if CLEO == BEN else "no such coaching case"
        )
    given(*BEN_IS_ASKED).when(ACCEPTS, by=BEN, at=NEXT_WEEK).refused("has expired")


def test_an_offer_expires_after_three_school_days_and_not_before() -> None:
    scene = given(*BEN_IS_ASKED)  # on a Wednesday
    for days in (1, 2, 5):
        scene.when(EXPIRES, by=ENGINE, at=NOON + timedelta(days=days)).refused("still stands")
    scene.when(EXPIRES, by=ENGINE, at=NOON + timedelta(days=6)).then(
        events.OfferExpired(offer=OFFER), TimeReleased(member=BEN, reservation=OFFER, minutes=60)
    )
    given(*BEN_IS_ASKED).when(EXPIRES, by=DAN, at=NEXT_WEEK).refused("follows by itself")


@pytest.mark.parametrize(
    "reason",
    [
        Said(PauseMember(member=BEN)),
        Said(LeaveNetwork(member=BEN)),
        Said(LeaveNetwork(member=ADA)),
        Said(WithdrawNetworkRole(member=BEN, role=NetworkRole.COACH)),
        by(BEN, MuteMember(member=BEN, other=ADA)),
        POWER,
    ],
    ids=["away", "left", "seeker left", "no coach any more", "muted", "power"],
)
def test_an_offer_lapses_at_once_where_nothing_can_come_of_it(reason: Said) -> None:
    scene = given(*BEN_IS_ASKED, reason)
    scene.when(EXPIRES, by=ENGINE)
    reached = state(scene)
    assert isinstance(reached, Triaged)
    assert reached.case.asked == frozenset()  # who is let go has not said no
    assert held(scene) == {}


def test_nobody_says_yes_to_what_must_not_be_any_more() -> None:
    asks_ada = (*BEN_IS_ASKED, by(BEN, c.ProposeTime(coaching=CASE, member=BEN, at=NEXT_WEEK)))
    yes = replace(ACCEPTS, member=ADA)
    given(*asks_ada, by(BEN, MuteMember(member=BEN, other=ADA))).when(yes, by=ADA).refused("unavailable")
    given(*asks_ada, Said(LeaveNetwork(member=BEN))).when(yes, by=ADA).refused("left the network")
    gone = Said(WithdrawNetworkRole(member=BEN, role=NetworkRole.COACH))
    given(*asks_ada, gone).when(yes, by=ADA).refused("no coach of the network any more")
    given(*BEN_IS_ASKED, POWER).when(ACCEPTS, by=BEN).refused("no such coaching case")
    scene = given(*BEN_IS_ASKED, Said(PauseMember(member=BEN)))
    assert scene.when(ACCEPTS, by=BEN).refusal is None, "who says yes while paused means it"


# after the yes


def test_after_a_yes_something_may_come_up_before_they_begin() -> None:
    scene = given(*BEN_SAYS_YES)
    scene.when(EXPIRES, by=ENGINE, at=NEXT_WEEK).refused("still stands")
    scene.when(DECLINES, by=BEN)
    assert isinstance(state(scene), Triaged)
    assert held(scene) == {}


def test_a_yes_of_somebody_who_left_is_over() -> None:
    scene = given(*BEN_SAYS_YES, Said(LeaveNetwork(member=BEN)))
    scene.when(OPENS, by=ADA).refused("left the network")
    scene.when(EXPIRES, by=ENGINE).then(
        events.OfferExpired(offer=OFFER, let_go=True), TimeReleased(member=BEN, reservation=OFFER, minutes=60)
    )


@pytest.mark.parametrize("begun", [ASKED, DECIDED, BEN_IS_ASKED, BEN_SAYS_YES])
def test_the_request_of_who_left_is_withdrawn_for_them(begun: tuple[Said, ...]) -> None:
    withdraw = c.WithdrawRequest(coaching=CASE)
    given(*begun).when(withdraw, by=ENGINE).refused("whose need it is")
    scene = given(*begun, Said(LeaveNetwork(member=ADA)))
    scene.when(OFFERS, by=DAN)  # nobody is asked for them any more
    assert scene.when(withdraw, by=ENGINE).refusal is None
    assert isinstance(state(scene), Ended)
    assert held(scene) == {}


def test_another_decision_ends_an_open_offer() -> None:
    again = c.RerouteRequest(
        coaching=CASE,
        tier=triage().tier,
        disposition=Disposition.PEER_INTRODUCED,
        reason="a peer will do",
        sent=(CLEO,),
    )
    for orders in (BEN_IS_ASKED, BEN_SAYS_YES):
        scene = given(*orders)
        scene.when(again, by=DAN)
        assert isinstance(state(scene), Triaged)
        assert held(scene) == {}
        scene.when(again, by=DAN).then_nothing()


# handing over


def test_a_coach_hands_over_once_the_next_one_says_yes() -> None:
    plans = c.PlanSession(coaching=CASE, session=OTHER_SESSION, at=TOMORROW)
    scene = given(*CLEO_IS_ASKED)
    assert (held(scene), held(scene, CLEO)) == ({OFFER: 60}, {OTHER_OFFER: 60})
    for command in (plans, c.CloseEngagement(coaching=CASE), OPENS):
        scene.when(command, by=CLEO).refused("this is for the two" if command is plans else "only the two")
    scene.when(c.AcceptOffer(coaching=CASE, member=BEN), by=BEN).refused("for the two to say")
    handed = scene.when(c.AcceptOffer(coaching=CASE, member=CLEO), by=CLEO).events
    assert events.CaseHandedOver(seeker=ADA, part="coach", giver=BEN, to=CLEO) in handed
    assert (held(scene), held(scene, CLEO)) == ({}, {OTHER_OFFER: 60})
    scene.when(plans, by=BEN).refused("no such coaching case")
    assert scene.when(plans, by=CLEO).refusal is None


def test_a_hand_over_that_comes_to_nothing_leaves_the_coach() -> None:
    scene = given(*CLEO_IS_ASKED)
    scene.when(c.DeclineOffer(coaching=CASE, member=CLEO), by=CLEO)
    reached = state(scene)
    assert isinstance(reached, Engaged)
    assert (reached.engagement.coach, reached.next) == (BEN, None)
    assert (held(scene), held(scene, CLEO)) == ({OFFER: 60}, {})


def test_an_offer_goes_with_the_engagement_that_it_was_for() -> None:
    scene = given(*CLEO_IS_ASKED)
    scene.when(c.CloseEngagement(coaching=CASE), by=ADA)
    assert (held(scene), held(scene, CLEO)) == ({}, {})
    scene.when(c.AcceptOffer(coaching=CASE, member=CLEO), by=CLEO).refused("this offer is over")
