"""Which streams a command moves: most move one, an ask for time the helper's budget too."""

from collections.abc import Iterator
from typing import Any, Final, TypeAlias, cast, get_args

from msgspec import Struct
from msgspec.structs import replace

from domain.access import ACCESS, AccessCommand, RecordAccess, access_of
from domain.audit import AUDIT, AuditCommand
from domain.budgets import (
    BUDGET,
    BudgetCommand,
    LogTime,
    MoveTime,
    ReleaseTime,
    ReserveTime,
    SetExpertBudget,
    SetTimeBudget,
    SpendTime,
    budget_of,
)
from domain.calendar import day_of
from domain.challenges import CHALLENGE, ChallengeCommand
from domain.coaching import COACHING, CoachingCommand
from domain.coaching.commands import DeclineOffer, HoldSession
from domain.coaching.holding import Hold, holds
from domain.coaching.states import Coaching, Engaged
from domain.erasure import ERASURE, EraseMember, ErasureCommand, Kept, RequestErasure, erasure_of
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
    ForgetMember,
    InviteMember,
    LinkIdentity,
    MemberCommand,
    NotJoined,
    PauseMember,
    may_steer,
    on_duty,
)
from domain.networks import NETWORK, CharterNetwork, NetworkCommand, chartered
from domain.own_words import WORDS, WordsCommand, words_of
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
    | SetExpertBudget
    | ChallengeCommand
    | ResourceCommand
    | IntroductionCommand
    | CoachingCommand
    | RecommendationCommand
    | AccessCommand
    | AuditCommand
    | ErasureCommand
    | WordsCommand
)  # what may be asked from outside; minutes are reserved, released and spent by asks alone

_HOMES: Final[tuple[tuple[object, AnyDecider], ...]] = (
    (NetworkCommand, NETWORK),
    (SiteCommand, SITE),
    (MemberCommand | ForgetMember, MEMBER),
    (BudgetCommand, BUDGET),
    (ChallengeCommand, CHALLENGE),
    (ResourceCommand, RESOURCE),
    (IntroductionCommand, INTRODUCTION),
    (CoachingCommand, COACHING),
    (RecommendationCommand, RECOMMENDATION),
    (AccessCommand, ACCESS),
    (AuditCommand, AUDIT),
    (ErasureCommand, ERASURE),
    (WordsCommand, WORDS),
)
DECIDER_OF: Final[dict[type[Command], AnyDecider]] = {
    command: decider for union, decider in _HOMES for command in get_args(union) or (union,)
}
DECIDERS: Final[dict[str, AnyDecider]] = {decider.kind: decider for _, decider in _HOMES}
_FOR_STAFF: Final = frozenset({*get_args(NetworkCommand), RegisterSite, InviteMember, SetExpertBudget}) - {
    CharterNetwork
}
_OWN_AFFAIRS: Final = (
    *(frozenset(get_args(MemberCommand)) - {EndorseExpertise}),
    *(*get_args(WordsCommand), RequestErasure, EraseMember),
)  # also theirs who look on
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
            return _spend(command, facts)
        case LinkIdentity():
            return _link_back(command, facts)
        case EraseMember(member=member):
            decided = isinstance(facts(ERASURE, erasure_of(member)), Kept)
            return (Step(MEMBER, member, ForgetMember(member=member)),) if decided else ()
        case _ if DECIDER_OF[type(command)] is COACHING:
            return tuple(_coaching_time(cast("CoachingCommand", command), facts))
        case _:
            return ()


_BESIDE: Final = {"budget": budget_of, "erasure": erasure_of, "words": words_of}  # a member's other streams


def _home(command: Command, facts: Facts) -> Step:
    """The stream that a command names by its kind: `challenge` for a challenge, the member's own for a budget."""
    decider = DECIDER_OF[type(command)]
    if decider.kind in _BESIDE:
        owner = command.network if isinstance(command, SetExpertBudget) else getattr(command, "member")  # noqa: B009
        return Step(decider, _BESIDE[decider.kind](owner), command)
    if isinstance(command, RecordAccess) and command.access != access_of(command.viewer, facts.network):
        raise Malformed("this is not the viewer's own stream", field="access")
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


def _spend(command: RecordMeeting, facts: Facts) -> tuple[Step, ...]:
    offer = offer_of(facts, command.introduction)
    spend = SpendTime(member=offer.helper, reservation=command.introduction, minutes=command.minutes)
    met = [
        LogTime(member=who, source=command.introduction, start=command.at, minutes=command.minutes)
        for who in (offer.helper, offer.seeker)
    ]
    return _of_budget(spend), *map(_of_budget, met)


def _of_budget(command: ReserveTime | MoveTime | ReleaseTime | SpendTime | LogTime) -> Step:
    return Step(BUDGET, budget_of(command.member), command)


def _coaching_time(command: CoachingCommand, facts: Facts) -> Iterator[Step]:
    """What a move of a case does to the time of those in it: what it holds before and after, told apart."""
    before: Coaching = facts(COACHING, command.coaching)
    after = before
    for event in COACHING.decide(command, before, facts):
        after = COACHING.evolve(after, event)
    if isinstance(command, DeclineOffer) and command.away:
        yield Step(MEMBER, command.member, PauseMember(member=command.member))
    if isinstance(command, HoldSession) and isinstance(after, Engaged) and after != before:
        yield from _session(command, before, after, facts)
        return
    held, kept = holds(before), holds(after)
    for (owner, key), hold in held.items():
        if (owner, key) not in kept:
            yield from _of_both(hold, ReleaseTime(member=owner, reservation=key), facts)
    for (owner, key), hold in kept.items():
        day = day_of(hold.at or facts.at, chartered(facts).calendar)
        if (owner, key) not in held:
            new = ReserveTime(member=owner, reservation=key, minutes=hold.minutes, day=day)
            yield from _of_both(hold, new, facts)
        elif held[owner, key] != hold:
            moved = MoveTime(member=owner, reservation=key, day=day, minutes=hold.minutes)
            yield from _of_both(hold, moved, facts)


def _of_both(hold: Hold, command: ReserveTime | MoveTime | ReleaseTime | SpendTime, facts: Facts) -> Iterator[Step]:
    """An expert's minutes are the network's too (rule 26)."""
    yield _of_budget(command)
    if hold.expert:
        yield _of_budget(replace(command, member=facts.network))


def _session(command: HoldSession, before: Coaching, after: Engaged, facts: Facts) -> Iterator[Step]:
    held = after.engagement.held[command.session]
    for (owner, key), hold in holds(before).items():
        if (owner, key) not in holds(after):
            yield from _of_both(hold, SpendTime(member=owner, reservation=key, minutes=held.minutes), facts)
    for who in (held.coach, held.seeker):
        yield _of_budget(LogTime(member=who, source=command.session, start=held.at, minutes=held.minutes))
