"""Which streams a command moves: most move one, an ask for time the helper's budget too."""

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
    NotOffered,
    Offered,
    OfferIntroduction,
    RecordMeeting,
    may_end,
    minutes_of,
    offer_of,
)
from domain.kernel import Command, Decider, Facts
from domain.members import (
    MEMBER,
    EndorseExpertise,
    InviteMember,
    LinkIdentity,
    MemberCommand,
    NotJoined,
    may_steer,
    on_duty,
)
from domain.networks import NETWORK, CharterNetwork, NetworkCommand, chartered
from domain.recommendations import RECOMMENDATION, RecommendationCommand
from domain.refusals import Malformed, NotTheirs, Unknown
from domain.resources import RESOURCE, ResourceCommand
from domain.sites import SITE, RegisterSite, SiteCommand
from domain.vocabulary import ENGINE, OFFICES, OPERATOR, WATCHING, NetworkRole, StreamId

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
_FOR_STAFF: Final = frozenset({*get_args(NetworkCommand), RegisterSite, InviteMember}) - {CharterNetwork}
_OWN_AFFAIRS: Final = tuple(frozenset(get_args(MemberCommand)) - {EndorseExpertise})  # also theirs who look on
# whose word every other command is, its decider asks: a member's own, a reader's, an admin's


class Step(Struct, frozen=True):
    """One decision on one stream."""

    decider: AnyDecider
    stream: StreamId
    command: Command


def steps(command: Command, facts: Facts) -> tuple[Step, ...]:
    """All decisions that a command takes, to be appended in one save."""
    _may_govern(command, facts)
    return _home(command, facts), *_besides(command, facts)


def _may_govern(command: Command, facts: Facts) -> None:
    """What holds for everybody is not for an ordinary member to say."""
    if not isinstance(command, _OWN_AFFAIRS) and _only_watches(facts):
        raise NotTheirs("who only audits or sponsors changes nothing here", remedy="ask an admin for another role")
    if isinstance(command, CharterNetwork) and facts.speaker != OPERATOR:
        raise NotTheirs("only the operator charters a network", field="network")
    governs = facts.speaker in {OPERATOR, ENGINE} or on_duty(facts, facts.speaker, OFFICES)
    if type(command) in _FOR_STAFF and not governs:
        raise NotTheirs("only a facilitator or an admin may say this", remedy="ask one of them")


def _only_watches(facts: Facts) -> bool:
    """Whether the actor has no other role than to look on; what they said before may still be recorded for them."""
    state = facts(MEMBER, facts.actor)
    roles = frozenset[NetworkRole]() if isinstance(state, NotJoined) else state.person.roles
    return bool(roles) and roles <= WATCHING


def _besides(command: Command, facts: Facts) -> tuple[Step, ...]:
    """What else moves with it; a repeat moves nothing."""
    match command:
        case OfferIntroduction(introduction=introduction):
            new = isinstance(facts(INTRODUCTION, introduction), NotOffered)
            return (_reserve(command, facts),) if new else ()
        case DeclineIntroduction(introduction=introduction):
            return (_release(introduction, facts),) if may_end(facts(INTRODUCTION, introduction)) else ()
        case ExpireIntroduction(introduction=introduction):
            waits = isinstance(facts(INTRODUCTION, introduction), Offered)
            return (_release(introduction, facts),) if waits else ()
        case RecordMeeting():
            return (_spend(command, facts),)
        case LinkIdentity():
            return _link_back(command, facts)
        case _:
            return ()


def _home(command: Command, facts: Facts) -> Step:
    """The stream that a command names by its kind: `challenge` for a challenge, the member's own for a budget."""
    decider = DECIDER_OF[type(command)]
    if decider is BUDGET:
        return Step(decider, budget_of(getattr(command, "member")), command)  # noqa: B009 - every budget command has one
    stream: StreamId = getattr(command, decider.kind)
    if not stream.startswith(f"{decider.kind}-"):
        raise Malformed(f"this is no id of the kind {decider.kind}", field=decider.kind)
    if decider is NETWORK and stream != facts.network:
        raise Unknown("one save belongs to one network, and this is another", field="network")
    return Step(decider, stream, command)


def _link_back(command: LinkIdentity, facts: Facts) -> tuple[Step, ...]:
    """Who may speak for both, as staff and an import, says it for both; the word of one of them is theirs alone."""
    member, other = command.member, command.same_as
    known = member != other and facts.knows(other) and not isinstance(facts(MEMBER, other), NotJoined)
    if not (known and may_steer(facts, other)):
        return ()
    return (Step(MEMBER, other, LinkIdentity(member=other, same_as=member)),)


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
