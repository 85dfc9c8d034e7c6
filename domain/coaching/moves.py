"""The table of legal moves of a coaching case: from which state which command leads where."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from domain.coaching import commands as c
from domain.coaching.states import (
    WORDS,
    Accepted,
    Case,
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
from domain.refusals import IllegalMove

Moves: TypeAlias = Mapping[type[c.CoachingCommand], tuple[type[Coaching], ...]]


def _staying(state: type[Coaching], *commands: type[c.CoachingCommand]) -> Moves:
    return dict.fromkeys(commands, (state,))


_TALK: Final = (c.AnswerRequest, c.HandOverCase, c.GrantContext)
_GROUP: Final = (c.OfferGroupResponse, c.AnswerGroupResponse, c.SuggestDisposition)
_ENDS: Final[Moves] = dict.fromkeys(
    (c.ResolveRequest, c.ReferOut, c.DeferRequest, c.DeclineRequest, c.WithdrawRequest), (Ended,)
)

MOVES: Final[Mapping[type[Coaching], Moves]] = {
    NotAsked: {c.NoticeCoachingNeed: (Noticed,), c.DraftRequest: (Drafted,)},
    Noticed: {c.DraftRequest: (Drafted,), c.WithdrawRequest: (Ended,)},
    Drafted: {c.DraftRequest: (Drafted,), c.SubmitRequest: (Waiting,), c.WithdrawRequest: (Ended,)},
    Waiting: {
        c.AskClarification: (Clarifying,),
        c.TriageRequest: (Triaged,),
        **_staying(Waiting, *_TALK, *_GROUP),
        **_ENDS,
    },
    Clarifying: {
        c.ClarifyRequest: (Waiting, Triaged),
        **_staying(Clarifying, *_TALK, *_GROUP),
        **_ENDS,
    },
    Triaged: {
        c.OfferCoach: (Offered,),
        c.RerouteRequest: (Triaged,),
        c.AskClarification: (Clarifying,),
        **_staying(Triaged, *_TALK, *_GROUP),
        **_ENDS,
    },
    Offered: {
        c.AcceptOffer: (Accepted,),
        c.DeclineOffer: (Triaged,),
        c.ExpireOffer: (Triaged,),
        c.RerouteRequest: (Triaged,),
        c.ProposeTime: (Offered,),
        c.WithdrawRequest: (Ended,),
        **_staying(Offered, *_TALK),
    },
    Accepted: {
        c.OpenEngagement: (Engaged,),
        c.DeclineOffer: (Triaged,),  # something came up before they began
        c.ExpireOffer: (Triaged,),  # where one of the two left
        c.RerouteRequest: (Triaged,),
        c.WithdrawRequest: (Ended,),
        **_staying(Accepted, *_TALK),
    },
    Engaged: {
        c.CloseEngagement: (Ended,),
        **_staying(Engaged, c.PlanSession, c.CancelSession, c.HoldSession, c.LogSession),
        **_staying(Engaged, c.AgreeNextStep, c.CompleteNextStep, c.ExtendEngagement),
        **_staying(Engaged, c.OfferCoach, c.AcceptOffer, c.DeclineOffer, c.ProposeTime, c.ExpireOffer),
        **_staying(Engaged, *_TALK),
    },
    Ended: {c.GiveFeedback: (Ended,), c.GrantContext: (Ended,)},
}

_PHRASES: Final[Mapping[type[c.CoachingCommand], str]] = {
    c.NoticeCoachingNeed: "note the need",
    c.DraftRequest: "draft the request",
    c.SubmitRequest: "submit the request",
    c.AskClarification: "ask for a clarification",
    c.ClarifyRequest: "clarify the request",
    c.AnswerRequest: "answer the request",
    c.SuggestDisposition: "suggest a disposition",
    c.TriageRequest: "triage the request",
    c.RerouteRequest: "re-route the request",
    c.HandOverCase: "hand the case over",
    c.GrantContext: "grant the context",
    c.OfferCoach: "offer a coach",
    c.AcceptOffer: "accept the offer",
    c.DeclineOffer: "decline the offer",
    c.ProposeTime: "propose another time",
    c.ExpireOffer: "let the offer expire",
    c.OfferGroupResponse: "offer a group response",
    c.AnswerGroupResponse: "answer the group response",
    c.OpenEngagement: "open the engagement",
    c.PlanSession: "plan a session",
    c.CancelSession: "cancel a session",
    c.HoldSession: "record a session",
    c.LogSession: "log a session",
    c.AgreeNextStep: "agree on a next step",
    c.CompleteNextStep: "complete a next step",
    c.ExtendEngagement: "extend the engagement",
    c.CloseEngagement: "close the engagement",
    c.GiveFeedback: "give feedback",
    c.ResolveRequest: "resolve the request",
    c.ReferOut: "refer it out",
    c.DeferRequest: "defer the request",
    c.DeclineRequest: "decline the request",
    c.WithdrawRequest: "withdraw the request",
}


def words_of(command: type[c.CoachingCommand]) -> str:
    """A move as people say it."""
    return _PHRASES[command]


def standing(state: Coaching) -> str:
    """What a case is, in words for everybody who may know of it."""
    word = WORDS[type(state)]
    match state:
        case Triaged(case=Case(triage=decided)) if decided is not None:
            return f"{word} ({decided.disposition}, {decided.tier})"
        case Ended(how=how):
            return f"{word} ({how})"
        case _:
            return word


def check_legal(command: c.CoachingCommand, state: Coaching) -> None:
    """Refuse a move that does not start here, naming the state and the moves that do."""
    legal = MOVES[type(state)]
    if type(command) not in legal:
        raise IllegalMove(
            f"this case is {standing(state)}, so nobody can {words_of(type(command))} now",
            field="coaching",
            remedy=f"possible now: {', '.join(sorted(map(words_of, legal)))}",
        )
