"""Which streams a command moves: most move one; an ask for time moves the helper's budget with it."""

from typing import Any, Final, TypeAlias, get_args

from msgspec import Struct

from domain.budgets import BUDGET, BudgetCommand, ReleaseTime, ReserveTime, SetTimeBudget, SpendTime, budget_of
from domain.calendar import day_of
from domain.challenges import CHALLENGE, ChallengeCommand
from domain.introductions import (
    INTRODUCTION,
    DeclineIntroduction,
    ExpireIntroduction,
    IntroductionCommand,
    Offered,
    OfferIntroduction,
    RecordMeeting,
    minutes_of,
    offer_of,
)
from domain.kernel import Command, Decider, Facts
from domain.members import MEMBER, MemberCommand
from domain.networks import NETWORK, NetworkCommand, chartered
from domain.recommendations import RECOMMENDATION, RecommendationCommand
from domain.refusals import Malformed
from domain.resources import RESOURCE, ResourceCommand
from domain.sites import SITE, SiteCommand
from domain.vocabulary import StreamId

AnyDecider: TypeAlias = Decider[Any, Any, Any]

AnyCommand: TypeAlias = (
    NetworkCommand
    | SiteCommand
    | MemberCommand
    | SetTimeBudget
    | ChallengeCommand
    | ResourceCommand
    | IntroductionCommand
    | RecommendationCommand
)  # what may be asked from outside; minutes are reserved, released and spent by asks alone

_HOMES: Final[tuple[tuple[object, AnyDecider], ...]] = (
    (NetworkCommand, NETWORK),
    (SiteCommand, SITE),
    (MemberCommand, MEMBER),
    (BudgetCommand, BUDGET),
    (ChallengeCommand, CHALLENGE),
    (ResourceCommand, RESOURCE),
    (IntroductionCommand, INTRODUCTION),
    (RecommendationCommand, RECOMMENDATION),
)
DECIDER_OF: Final[dict[type[Command], AnyDecider]] = {
    command: decider for union, decider in _HOMES for command in get_args(union)
}
DECIDERS: Final[dict[str, AnyDecider]] = {decider.kind: decider for _, decider in _HOMES}


class Step(Struct, frozen=True):
    """One decision on one stream."""

    decider: AnyDecider
    stream: StreamId
    command: Command


def steps(command: Command, facts: Facts) -> tuple[Step, ...]:
    """All decisions that a command takes, to be appended in one save."""
    match command:
        case OfferIntroduction():
            return _home(command), _reserve(command, facts)
        case DeclineIntroduction(introduction=introduction) | ExpireIntroduction(introduction=introduction):
            waits = isinstance(facts(INTRODUCTION, introduction), Offered)
            return (_home(command), _release(introduction, facts)) if waits else (_home(command),)
        case RecordMeeting():
            return _home(command), _spend(command, facts)
        case _:
            return (_home(command),)


def _home(command: Command) -> Step:
    """The stream that a command names by its kind: `challenge` for a challenge, the member's own for a budget."""
    decider = DECIDER_OF[type(command)]
    if decider is BUDGET:
        return Step(decider, budget_of(getattr(command, "member")), command)  # noqa: B009 - every budget command has one
    stream: StreamId = getattr(command, decider.kind)
    if not stream.startswith(f"{decider.kind}-"):
        raise Malformed(f"this is not the id of a {decider.kind}", field=decider.kind)
    return Step(decider, stream, command)


def _reserve(command: OfferIntroduction, facts: Facts) -> Step:
    day = day_of(facts.at, chartered(facts).calendar)
    minutes = minutes_of(command, facts)
    reserve = ReserveTime(member=command.helper, reservation=command.introduction, minutes=minutes, day=day)
    return Step(BUDGET, budget_of(command.helper), reserve)


def _release(introduction: StreamId, facts: Facts) -> Step:
    helper = offer_of(facts, introduction).helper
    return Step(BUDGET, budget_of(helper), ReleaseTime(member=helper, reservation=introduction))


def _spend(command: RecordMeeting, facts: Facts) -> Step:
    helper = offer_of(facts, command.introduction).helper
    spend = SpendTime(member=helper, reservation=command.introduction, minutes=command.minutes)
    return Step(BUDGET, budget_of(helper), spend)
