"""The table of legal moves of a coaching case: from which state which command leads where."""

import re
from collections.abc import Mapping
from typing import Final, TypeAlias

from domain.coaching import commands as c
from domain.coaching.states import (
    WORDS,
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


def words_of(command: type[c.CoachingCommand]) -> str:
    """A move as people say it."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", command.__name__).lower()


def check_legal(command: c.CoachingCommand, state: Coaching) -> None:
    """Refuse a move that does not start here, naming the state and the moves that do."""
    legal = MOVES[type(state)]
    if type(command) not in legal:
        raise IllegalMove(
            f"this case is {WORDS[type(state)]}: it cannot {words_of(type(command))}",
            field="coaching",
            remedy=f"possible now: {', '.join(sorted(map(words_of, legal)))}",
        )
