"""Coaching cases to begin from: ADA seeks, BEN and CLEO coach, DAN facilitates; the way into every state."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from domain.budgets import SetExpertBudget
from domain.coaching import commands as c
from domain.coaching.states import (
    Accepted,
    Clarifying,
    Coaching,
    Drafted,
    Ended,
    Engaged,
    NotAsked,
    Noticed,
    Offered,
    Triaged,
    Waiting,
)
from domain.kernel import Command
from domain.members import GrantNetworkRole, LeaveNetwork
from domain.resources import ShareResource
from domain.vocabulary import ENGINE, OPERATOR, Channel, Disposition, NetworkRole, PeriodKind, Tier, Urgency
from tests.domain.scenario import ADA, BEN, CLEO, DAN, NET, NOON, RESOURCE, Given, Said, by, given, offers_time

CASE, OTHER_CASE = "coaching-00000001", "coaching-00000002"
OFFER, OTHER_OFFER = "offer-00000001", "offer-00000002"
SESSION, OTHER_SESSION = "session-00000001", "session-00000002"
ANSWER, STEP, RESPONSE = "answer-00000001", "step-00000001", "response-00000001"
TOMORROW, NEXT_WEEK = NOON + timedelta(days=1), NOON + timedelta(days=7)
UNTIL: Final = date(2025, 12, 1)
RUNGS: Final = tuple(Disposition)


def passed_over(disposition: Disposition) -> tuple[c.PassedOver, ...]:
    """A reason for every rung below."""
    return tuple(c.PassedOver(rung=rung, reason=f"no {rung}") for rung in RUNGS[: RUNGS.index(disposition)])


def triage(disposition: Disposition = Disposition.COACH_ASSIGNED, coaching: str = CASE) -> c.TriageRequest:
    sent = (RESOURCE,) if disposition is Disposition.RESOURCE_SENT else ()
    why = passed_over(disposition)
    return c.TriageRequest(
        coaching=coaching, tier=Tier.INTENSIVE, disposition=disposition, reason="so it is", passed_over=why, sent=sent
    )


PEOPLE: Final = (
    *(Said(GrantNetworkRole(member=who, role=NetworkRole.COACH)) for who in (BEN, CLEO)),
    *(Said(GrantNetworkRole(member=who, role=NetworkRole.EXPERT)) for who in (BEN, CLEO)),
    Said(GrantNetworkRole(member=DAN, role=NetworkRole.FACILITATOR)),
    *(said for who in (BEN, CLEO) for said in offers_time(who, 120)),
    Said(SetExpertBudget(network=NET, minutes=90, period=PeriodKind.WEEK)),
    Said(ShareResource(resource=RESOURCE, contributor=BEN, title="Calling home")),
)
NOTICE: Final = c.NoticeCoachingNeed(coaching=CASE, seeker=ADA, noticed_by=DAN, text="Her calls lead nowhere.")
DRAFT: Final = c.DraftRequest(coaching=CASE, seeker=ADA, title="Calls home", text="Nobody picks up.")
ASK: Final = c.AskClarification(coaching=CASE, question="Which calls?")
TRIAGE: Final = triage()
OFFERS: Final = c.OfferCoach(coaching=CASE, offer=OFFER, coach=BEN)
OPENS: Final = c.OpenEngagement(coaching=CASE, goal="Two calls a week", until=UNTIL)
FEEDBACK: Final = c.Feedback(helpful=True, plan_changed=False, tie_confirmed=True)
HOLDS: Final = c.HoldSession(coaching=CASE, session=SESSION, at=NOON, minutes=45)

ASKED: Final = (*PEOPLE, by(ADA, DRAFT), by(ADA, c.SubmitRequest(coaching=CASE)))
DECIDED: Final = (*ASKED, by(DAN, TRIAGE))
BEN_IS_ASKED: Final = (*DECIDED, by(DAN, OFFERS))
BEN_SAYS_YES: Final = (*BEN_IS_ASKED, by(BEN, c.AcceptOffer(coaching=CASE, member=BEN)))
BEGUN: Final = (*BEN_SAYS_YES, by(ADA, OPENS))
CLEO_IS_ASKED: Final = (*BEGUN, by(BEN, c.OfferCoach(coaching=CASE, offer=OTHER_OFFER, coach=CLEO)))

WAYS: Final[Mapping[type[Coaching], tuple[Said, ...]]] = {
    NotAsked: PEOPLE,
    Noticed: (*PEOPLE, by(DAN, NOTICE)),
    Drafted: ASKED[:-1],
    Waiting: ASKED,
    Clarifying: (*ASKED, by(DAN, ASK)),
    Triaged: DECIDED,
    Offered: BEN_IS_ASKED,
    Accepted: BEN_SAYS_YES,
    Engaged: BEGUN,
    Ended: (*BEGUN, by(ADA, c.CloseEngagement(coaching=CASE))),
}

SUGGESTION: Final = c.Suggestion(
    disposition=Disposition.COACH_ASSIGNED,
    tier=Tier.INTENSIVE,
    reason="two coaches have room",
    ladder=tuple(c.Offering(rung=rung, possible=False, reason=f"no {rung} is near") for rung in RUNGS[:4]),
    position=1,
    policy_hash="0f" * 32,
    encoder="minilm",
)


def _one_of(who: str, command: Command) -> Said:
    """Somebody's word that the operator passes on, so that it is known to whoever may say it."""
    return Said(command, who, NOON, sent_by=OPERATOR)


EXAMPLES: Final[Mapping[type[c.CoachingCommand], Said]] = {
    type(said.command): said
    for said in (
        _one_of(DAN, NOTICE),
        _one_of(ADA, c.DraftRequest(coaching=CASE, seeker=ADA, title="Calls home, once more")),
        _one_of(ADA, c.SubmitRequest(coaching=CASE)),
        _one_of(DAN, c.AskClarification(coaching=CASE, question="When?")),
        _one_of(ADA, c.ClarifyRequest(coaching=CASE, text="In the morning.")),
        _one_of(DAN, c.AnswerRequest(coaching=CASE, answer=ANSWER, member=DAN, channel=Channel.PHONE)),
        _one_of(ENGINE, c.SuggestDisposition(coaching=CASE, suggestion=SUGGESTION)),
        _one_of(DAN, triage(Disposition.PEER_INTRODUCED)),
        _one_of(
            DAN,
            c.RerouteRequest(
                coaching=CASE,
                tier=Tier.UNIVERSAL,
                disposition=Disposition.RESOURCE_SENT,
                urgency=Urgency.SOON,
                reason="enough",
                sent=(RESOURCE,),
            ),
        ),
        _one_of(DAN, c.HandOverCase(coaching=CASE, to=DAN)),
        _one_of(ADA, c.GrantContext(coaching=CASE, member=DAN)),
        _one_of(DAN, c.OfferCoach(coaching=CASE, offer=OTHER_OFFER, coach=CLEO)),
        _one_of(ADA, c.ProposeTime(coaching=CASE, member=ADA, at=TOMORROW)),
        Said(c.ExpireOffer(coaching=CASE, offer=OFFER), ENGINE, NEXT_WEEK),
        _one_of(DAN, c.OfferGroupResponse(coaching=CASE, response=RESPONSE, about="calls")),
        _one_of(ADA, c.AnswerGroupResponse(coaching=CASE, member=ADA, joins=True)),
        _one_of(ADA, c.AcceptOffer(coaching=CASE, member=ADA)),
        _one_of(ADA, c.DeclineOffer(coaching=CASE, member=ADA)),
        _one_of(ADA, OPENS),
        _one_of(ADA, c.PlanSession(coaching=CASE, session=SESSION, at=TOMORROW)),
        _one_of(ADA, c.CancelSession(coaching=CASE, session=SESSION)),
        _one_of(ADA, HOLDS),
        _one_of(ADA, c.LogSession(coaching=CASE, session=SESSION, member=ADA, text="We listened.")),
        _one_of(ADA, c.AgreeNextStep(coaching=CASE, step=STEP, text="Try it.")),
        _one_of(ADA, c.CompleteNextStep(coaching=CASE, step=STEP)),
        _one_of(ADA, c.ExtendEngagement(coaching=CASE, until=date(2026, 1, 9), reason="two more calls")),
        _one_of(ADA, c.CloseEngagement(coaching=CASE)),
        _one_of(ADA, c.GiveFeedback(coaching=CASE, feedback=FEEDBACK)),
        _one_of(DAN, c.ResolveRequest(coaching=CASE)),
        _one_of(DAN, c.ReferOut(coaching=CASE, to="the county's line", reason="beyond us")),
        _one_of(DAN, c.DeferRequest(coaching=CASE, until=UNTIL, reason="after the tests")),
        _one_of(DAN, c.DeclineRequest(coaching=CASE, reason="no matter of practice")),
        _one_of(ADA, c.WithdrawRequest(coaching=CASE)),
    )
}

_PROPOSED: Final = by(BEN, c.ProposeTime(coaching=CASE, member=BEN, at=NEXT_WEEK))
_CLEO_ASKED: Final = CLEO_IS_ASKED[-1]
_CLEO_PROPOSED: Final = by(CLEO, c.ProposeTime(coaching=CASE, member=CLEO, at=NEXT_WEEK))
_PLANNED: Final = by(BEN, c.PlanSession(coaching=CASE, session=SESSION, at=TOMORROW))
# what has to be there besides the state, for the example to be a move
FIRST: Final[Mapping[tuple[type[Coaching], type[c.CoachingCommand]], tuple[Said, ...]]] = {
    (Offered, c.AcceptOffer): (_PROPOSED,),
    (Accepted, c.ExpireOffer): (Said(LeaveNetwork(member=BEN)),),
    (Engaged, c.AcceptOffer): (_CLEO_ASKED, _CLEO_PROPOSED),
    (Engaged, c.DeclineOffer): (_CLEO_ASKED,),
    (Engaged, c.ProposeTime): (_CLEO_ASKED,),
    (Engaged, c.ExpireOffer): (by(DAN, c.OfferCoach(coaching=CASE, offer=OTHER_OFFER, coach=CLEO)),),
    (Engaged, c.CancelSession): (_PLANNED,),
    (Engaged, c.LogSession): (by(BEN, HOLDS),),
    (Engaged, c.CompleteNextStep): (by(BEN, c.AgreeNextStep(coaching=CASE, step=STEP, text="Try it.")),),
    **{(state, c.AnswerGroupResponse): (EXAMPLES[c.OfferGroupResponse],) for state in (Waiting, Clarifying, Triaged)},
}


def in_state(state: type[Coaching], *more: Said) -> Given:
    return given(*WAYS[state], *more)


def example(state: type[Coaching], command: type[c.CoachingCommand]) -> Said:
    """The word that is tried there; in an engagement an offer is that to CLEO."""
    if (state, command) == (Engaged, c.ExpireOffer):
        return Said(c.ExpireOffer(coaching=CASE, offer=OTHER_OFFER), ENGINE, NEXT_WEEK)
    return EXAMPLES[command]
