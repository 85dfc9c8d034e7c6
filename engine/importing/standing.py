"""Which orders were recorded before, just so, and which say otherwise than what stands."""

from collections.abc import Sequence
from typing import Final

from domain.budgets import SetTimeBudget, TimeBudgetSet, budget_of
from domain.challenges import AnswerChallenge, ChallengeAnswered, ChallengePosted, PostChallenge
from domain.kernel import Command, Event, Recorded
from domain.members import (
    AffiliationStarted,
    ChooseEngagementLevel,
    ClaimExpertise,
    DescribeProfile,
    EngagementLevelChosen,
    ExpertiseClaimed,
    GrantNetworkRole,
    GrowthAreaNamed,
    JoinNetwork,
    MemberJoined,
    MemberLeft,
    NameGrowthArea,
    NetworkRoleGranted,
    ProfileDescribed,
    StartAffiliation,
)
from domain.plans import DECIDER_OF
from domain.refusals import IllegalMove
from domain.resources import ResourceShared, ShareResource
from domain.sites import DescribeSite, RegisterSite, SiteDescribed, SiteRegistered
from domain.vocabulary import StreamId
from engine.commands import Order

_FACTS: Final[dict[type[Command], type[Event]]] = {
    RegisterSite: SiteRegistered,
    DescribeSite: SiteDescribed,
    JoinNetwork: MemberJoined,
    StartAffiliation: AffiliationStarted,
    DescribeProfile: ProfileDescribed,
    ChooseEngagementLevel: EngagementLevelChosen,
    SetTimeBudget: TimeBudgetSet,
    GrantNetworkRole: NetworkRoleGranted,
    ClaimExpertise: ExpertiseClaimed,
    NameGrowthArea: GrowthAreaNamed,
    PostChallenge: ChallengePosted,
    AnswerChallenge: ChallengeAnswered,
    ShareResource: ResourceShared,
}
_THINGS: Final[dict[type[Command], str]] = {
    PostChallenge: "challenge",
    AnswerChallenge: "answer",
    ShareResource: "resource",
}


def stream_of(command: Command) -> StreamId:
    """Where what this command asks for would stand."""
    if isinstance(command, SetTimeBudget):
        return budget_of(command.member)
    stream: StreamId = getattr(command, DECIDER_OF[type(command)].kind)
    return stream


def stands(order: Order, history: Sequence[Recorded]) -> bool:
    """Whether exactly this was recorded, for that instant. What was said since then stays untouched."""
    untimed = isinstance(order.command, RegisterSite)
    return any(
        _says(order.command, recorded.event) and (untimed or recorded.envelope.occurred_at == order.at)
        for recorded in history
    )


def contradiction(order: Order, history: Sequence[Recorded]) -> IllegalMove | None:
    """For an order that does not stand: a no where a decider would take it for a repeat of what stands."""
    fact = _FACTS[type(order.command)]
    alike = [recorded.event for recorded in history if isinstance(recorded.event, fact)]
    match order.command:
        case JoinNetwork():
            left = any(isinstance(recorded.event, MemberLeft) for recorded in history)
            return _otherwise("member", "joined_at") if alike and not left else None
        case PostChallenge() | AnswerChallenge() | ShareResource():  # other words are the decider's to refuse
            known = any(_says(order.command, event) for event in alike)
            return _otherwise(_THINGS[type(order.command)], "occurred_at") if known else None
        case _:
            return None


def _otherwise(thing: str, field: str) -> IllegalMove:
    return IllegalMove(f"this {thing} stands already, with other words or at another instant", field=field)


def _says(command: Command, event: Event) -> bool:
    """The event's fields that the command has too; whom an answer is for may be left to the challenge."""
    return type(event) is _FACTS[type(command)] and all(
        getattr(command, field) == getattr(event, field)
        for field in event.__struct_fields__
        if hasattr(command, field) and not (field == "to" and getattr(command, field) is None)
    )
