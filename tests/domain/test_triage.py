"""From a need to a decision: who notices, who asks, what a facilitator decides and why, and how a request ends."""

import pytest
from msgspec.structs import replace

from domain.catalogue import CATALOGUE
from domain.challenges import PostChallenge
from domain.coaching import commands as c
from domain.coaching import events
from domain.coaching.states import Waiting
from domain.members import DeclareConflict, GrantNetworkRole, LeaveNetwork, LinkIdentity, PauseMember
from domain.refusals import Unknown
from domain.vocabulary import (
    ENGINE,
    OPERATOR,
    Channel,
    Confidentiality,
    ConflictKind,
    Disposition,
    NetworkRole,
    Tier,
    Urgency,
)
from tests.domain.cases import (
    ANSWER,
    ASK,
    ASKED,
    CASE,
    DECIDED,
    DRAFT,
    EXAMPLES,
    NOTICE,
    PEOPLE,
    RESPONSE,
    RUNGS,
    SUGGESTION,
    TRIAGE,
    UNTIL,
    passed_over,
    triage,
)
from tests.domain.scenario import ADA, BEN, CHALLENGE, CLEO, DAN, RESOURCE, Said, by, given
from tests.domain.test_coaching_offers import state

SUBMITS = c.SubmitRequest(coaching=CASE)
PAIR = (*PEOPLE, by(ADA, replace(DRAFT, confidentiality=Confidentiality.PAIR)), by(ADA, SUBMITS))
POWER = by(DAN, DeclareConflict(member=DAN, other=ADA, kind=ConflictKind.SUPERVISES))

SAME = (Said(LinkIdentity(member=DAN, same_as=ADA)), Said(LinkIdentity(member=ADA, same_as=DAN)))


# the request


def test_a_need_is_noticed_by_a_facilitator_or_a_coach_in_their_own_name() -> None:
    for who in (BEN, DAN):
        assert given(*PEOPLE).when(replace(NOTICE, noticed_by=who), by=who).refusal is None
    given(*PEOPLE).when(replace(NOTICE, noticed_by=ADA, seeker=CLEO), by=ADA).refused("only a facilitator or a coach")
    given(*PEOPLE).when(replace(NOTICE, noticed_by=BEN), by=DAN).refused("only they themselves")
    given(*PEOPLE).when(replace(NOTICE, seeker=DAN), by=DAN).refused("the member themselves")
    given(*PEOPLE, POWER).when(NOTICE, by=DAN).refused("no such member")
    given(*PEOPLE, *SAME).when(NOTICE, by=DAN).refused("the member themselves")


def test_the_one_whose_need_was_noticed_asks_or_waves_it_away() -> None:
    noticed = (*PEOPLE, by(DAN, NOTICE))
    assert given(*noticed).when(DRAFT, by=ADA).refusal is None
    given(*noticed).when(replace(DRAFT, seeker=CLEO), by=ADA).refused("somebody else's")
    scene = given(*noticed)
    (withdrawn,) = scene.when(c.WithdrawRequest(coaching=CASE, reason="no thanks"), by=ADA).events
    assert CATALOGUE.confidentiality_of(withdrawn) is Confidentiality.PAIR
    scene.when(NOTICE, by=DAN).refused("no such coaching case")


def test_nobody_decides_in_their_own_case() -> None:
    asked = (*PEOPLE, by(DAN, replace(DRAFT, seeker=DAN)), by(DAN, SUBMITS))
    given(*asked).when(TRIAGE, by=DAN).refused("another facilitator")
    given(*asked).when(c.DeclineRequest(coaching=CASE, reason="no"), by=DAN).refused("another facilitator")
    decided = given(*asked, by(OPERATOR, TRIAGE))
    decided.when(c.OfferCoach(coaching=CASE, offer="offer-00000001", coach=BEN), by=DAN).refused("another facilitator")


def test_a_draft_that_was_given_up_was_there_for_nobody() -> None:
    scene = given(*ASKED[:-1])
    (withdrawn,) = scene.when(c.WithdrawRequest(coaching=CASE), by=ADA).events
    assert CATALOGUE.confidentiality_of(withdrawn) is Confidentiality.SEALED
    for command in (TRIAGE, EXAMPLES[c.ReferOut].command):
        scene.when(command, by=DAN).refused("no such coaching case")


def test_only_they_themselves_ask_in_person_or_through_who_acts_for_them() -> None:
    given(*PEOPLE).when(DRAFT, by=DAN).refused("only they themselves")
    scene = given(*PEOPLE)
    for command in (DRAFT, SUBMITS):
        assert scene.world.tell(Said(command, ADA, sent_by=DAN))
    with pytest.raises(Unknown, match="no such member"):
        given(*PEOPLE, POWER).world.tell(Said(DRAFT, ADA, sent_by=DAN))


def test_a_request_is_read_by_its_group_or_by_the_pair_and_nobody_else() -> None:
    for other in (Confidentiality.PUBLIC, Confidentiality.NETWORK, Confidentiality.SEALED):
        given(*PEOPLE).when(replace(DRAFT, confidentiality=other), by=ADA).refused("choose group or pair")


def test_a_request_is_tied_to_an_own_challenge_alone() -> None:
    posted = Said(PostChallenge(challenge=CHALLENGE, author=BEN, title="Nobody picks up"))
    given(*PEOPLE, posted).when(replace(DRAFT, challenge=CHALLENGE), by=ADA).refused("somebody else's")
    given(*PEOPLE).when(replace(DRAFT, challenge=CHALLENGE), by=ADA).refused("no such challenge")


def test_a_request_is_submitted_once_as_it_was_drafted() -> None:
    scene = given(*PEOPLE, by(ADA, replace(DRAFT, urgency=Urgency.SOON, minutes=45)))
    (asked,) = scene.when(SUBMITS, by=ADA).events
    assert isinstance(asked, events.CoachingRequested)
    assert (asked.title, asked.urgency, asked.minutes) == ("Calls home", Urgency.SOON, 45)
    scene.when(SUBMITS, by=ADA).then_nothing()
    scene.when(DRAFT, by=ADA).refused("this case is waiting, so nobody can draft the request now")


@pytest.mark.parametrize("orders", [ASKED, PAIR], ids=["group", "pair"])
def test_what_is_said_of_a_case_stays_in_its_class(orders: tuple[Said, ...]) -> None:
    scene = given(*orders)
    told = Confidentiality.PAIR if orders is PAIR else Confidentiality.GROUP
    for said in (
        Said(ASK, DAN),
        EXAMPLES[c.ClarifyRequest],
        Said(TRIAGE, DAN),
        EXAMPLES[c.HandOverCase],
        EXAMPLES[c.ReferOut],
    ):
        assert {CATALOGUE.confidentiality_of(event) for event in scene.world.tell(said)} == {told}


# answers


def test_an_answer_counts_by_whatever_channel_and_once() -> None:
    call = c.AnswerRequest(coaching=CASE, answer=ANSWER, member=DAN, channel=Channel.PHONE)
    scene = given(*ASKED)
    scene.when(replace(call, channel=Channel.WRITTEN), by=DAN).refused("needs its words")
    assert scene.when(call, by=DAN).refusal is None
    scene.when(call, by=DAN).then_nothing()
    scene.when(replace(call, text="We talked."), by=DAN).refused("says something else")
    scene.when(replace(call, member=BEN), by=BEN).refused("no such coaching case")


# the decision


@pytest.mark.parametrize("rung", RUNGS[2:])
def test_above_a_peer_each_lower_rung_needs_its_reason(rung: Disposition) -> None:
    joined = (EXAMPLES[c.OfferGroupResponse], EXAMPLES[c.AnswerGroupResponse])
    scene = given(*ASKED, *joined)
    for left_out in RUNGS[: RUNGS.index(rung)]:
        some = tuple(each for each in passed_over(rung) if each.rung is not left_out)
        scene.when(replace(triage(rung), passed_over=some), by=DAN).refused(
            f"these lower rungs will not do: {left_out}"
        )
    (decided,) = scene.when(triage(rung), by=DAN).events
    assert isinstance(decided, events.RequestTriaged)
    assert decided.passed_over == RUNGS[: RUNGS.index(rung)]
    assert len(decided.considered.splitlines()) == len(decided.passed_over)


def test_what_cannot_wait_needs_no_reasons_and_a_low_rung_none_either() -> None:
    bare = replace(triage(Disposition.INTENSIVE_PLAN_OPENED), passed_over=())
    given(*ASKED).when(bare, by=DAN).refused("say why")
    assert given(*ASKED).when(replace(bare, urgency=Urgency.URGENT), by=DAN).refusal is None
    low = replace(triage(Disposition.PEER_INTRODUCED), passed_over=())
    assert given(*ASKED).when(low, by=DAN).refusal is None


def test_who_takes_what_was_suggested_takes_its_reasons_and_otherwise_it_is_steering() -> None:
    scene = given(*ASKED, Said(c.SuggestDisposition(coaching=CASE, suggestion=SUGGESTION), ENGINE))
    (taken,) = scene.when(replace(TRIAGE, passed_over=()), by=DAN).events
    assert isinstance(taken, events.RequestTriaged)
    assert (taken.suggested, taken.steering) == (Disposition.COACH_ASSIGNED, False)
    assert taken.considered.startswith("resource sent: no resource sent is near\n")
    suggested = Said(c.SuggestDisposition(coaching=CASE, suggestion=SUGGESTION), ENGINE)
    (steered,) = given(*ASKED, suggested).when(triage(Disposition.PEER_INTRODUCED), by=DAN).events
    assert isinstance(steered, events.RequestTriaged)
    assert steered.steering


def test_a_rung_that_was_taken_needs_no_reason_when_it_was_not_enough() -> None:
    tried = (*ASKED, by(DAN, triage(Disposition.PEER_INTRODUCED)))
    again = c.RerouteRequest(
        coaching=CASE,
        tier=Tier.INTENSIVE,
        disposition=Disposition.CONSULTANCY_FORMED,
        reason="the peer knew no more",
        passed_over=passed_over(Disposition.PEER_INTRODUCED),
    )
    assert given(*tried).when(again, by=DAN).refusal is None


def test_a_reason_is_one_line_whatever_was_typed() -> None:
    why = (c.PassedOver(rung=Disposition.RESOURCE_SENT, reason="read it,\n twice"), *passed_over(RUNGS[4])[1:])
    scene = given(*ASKED)
    (decided,) = scene.when(replace(TRIAGE, passed_over=why), by=DAN).events
    assert isinstance(decided, events.RequestTriaged)
    assert decided.considered.splitlines()[0] == "resource sent: read it, twice"
    scene.when(replace(TRIAGE, passed_over=why), by=DAN).then_nothing()


def test_two_who_decide_at_once_and_the_later_one_is_told_what_the_case_is_now() -> None:
    scene = given(*ASKED, Said(GrantNetworkRole(member=CLEO, role=NetworkRole.FACILITATOR)), by(DAN, TRIAGE))
    scene.when(triage(Disposition.PEER_INTRODUCED), by=CLEO).refused("this case is triaged (coach assigned, intensive)")
    scene.when(EXAMPLES[c.ReferOut].command, by=DAN)
    scene.when(triage(Disposition.PEER_INTRODUCED), by=CLEO).refused("this case is ended (referred out)")
    scene.when(c.DeclineRequest(coaching=CASE, reason="no"), by=CLEO).refused("this case is ended (referred out)")
    scene.when(replace(EXAMPLES[c.ReferOut].command, to="elsewhere"), by=CLEO).refused("ended (referred out)")


def test_what_is_sent_has_to_be_there() -> None:
    sent = triage(Disposition.RESOURCE_SENT)
    given(*ASKED).when(replace(sent, sent=()), by=DAN).refused("name the resources")
    for other in ("resource-0000000f", "challenge-00000001", "member-eeeeeeee"):
        given(*ASKED).when(replace(sent, sent=(other,)), by=DAN).refused("no such resource or member")
    assert given(*ASKED).when(replace(sent, sent=(RESOURCE, BEN)), by=DAN).refusal is None


def test_only_a_facilitator_decides_and_none_with_power_over_the_one_who_asks() -> None:
    given(*ASKED).when(TRIAGE, by=ADA).refused("only a facilitator")
    given(*ASKED).when(TRIAGE, by=BEN).refused("no such coaching case")
    given(*ASKED, POWER).when(TRIAGE, by=DAN).refused("no such coaching case")
    given(*ASKED, Said(PauseMember(member=DAN))).when(TRIAGE, by=DAN).refused("no such coaching case")
    assert given(*ASKED, POWER).when(TRIAGE, by=OPERATOR).refusal is None
    given(*ASKED).when(EXAMPLES[c.SuggestDisposition].command, by=DAN).refused("for nobody to say")


def test_a_response_for_several_needs_the_word_of_each() -> None:
    group = triage(Disposition.GROUP_COACHING_OFFERED)
    offers = by(DAN, c.OfferGroupResponse(coaching=CASE, response=RESPONSE, about="calls, families"))
    answer = c.AnswerGroupResponse(coaching=CASE, member=ADA, joins=True)
    given(*ASKED).when(answer, by=ADA).refused("no group response was offered")
    given(*ASKED, offers).when(group, by=DAN).refused("has not agreed")
    given(*ASKED, offers).when(replace(offers.command, response="response-00000002"), by=DAN).refused("waits for their")
    given(*ASKED, offers, by(ADA, replace(answer, joins=False))).when(group, by=DAN).refused("has not agreed")
    assert given(*ASKED, offers, by(ADA, answer)).when(group, by=DAN).refusal is None


# whose case it is


def test_a_case_goes_to_another_facilitator_who_may_see_it() -> None:
    cleo = Said(GrantNetworkRole(member=CLEO, role=NetworkRole.FACILITATOR))
    passes = c.HandOverCase(coaching=CASE, to=CLEO)
    assert given(*ASKED, cleo).when(passes, by=DAN).refusal is None
    above = by(CLEO, DeclareConflict(member=CLEO, other=ADA, kind=ConflictKind.SUPERVISES))
    given(*ASKED, cleo, above).when(passes, by=DAN).refused("cannot hold the case")
    given(*ASKED).when(passes, by=DAN).refused("cannot hold the case")
    seeks = Said(GrantNetworkRole(member=ADA, role=NetworkRole.FACILITATOR))
    given(*ASKED, seeks).when(replace(passes, to=ADA), by=DAN).refused("cannot hold the case")
    given(*ASKED, *SAME).when(replace(passes, to=DAN), by=OPERATOR).refused("cannot hold the case")


def test_the_one_who_asked_lets_others_read_on() -> None:
    grants = c.GrantContext(coaching=CASE, member=DAN)
    given(*ASKED).when(grants, by=DAN).refused("whose need it is")
    given(*ASKED).when(replace(grants, member="member-eeeeeeee"), by=ADA).refused("no such member")
    given(*ASKED).when(grants, by=ADA).then(events.ContextGranted(seeker=ADA, member=DAN))


# the end


def test_an_end_without_a_coach_names_its_day_and_reason() -> None:
    given(*DECIDED).when(c.DeferRequest(coaching=CASE, until=UNTIL.replace(year=2024), reason="x"), by=DAN).refused(
        "has passed"
    )
    for end in (c.ResolveRequest, c.WithdrawRequest):
        assert given(*DECIDED).when(end(coaching=CASE), by=ADA).refusal is None


def test_feedback_is_for_what_had_a_coach() -> None:
    given(*DECIDED, EXAMPLES[c.ReferOut]).when(EXAMPLES[c.GiveFeedback].command, by=ADA).refused("nobody coached")


def test_who_left_asks_no_more() -> None:
    scene = given(*ASKED, Said(LeaveNetwork(member=ADA)))
    assert isinstance(state(scene), Waiting)
    assert scene.when(c.WithdrawRequest(coaching=CASE), by=DAN).refusal is None


def test_nobody_decides_in_their_own_case_under_another_identity() -> None:
    given(*ASKED, *SAME).when(TRIAGE, by=DAN).refused("the need is your own")
