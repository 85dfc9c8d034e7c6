"""Members: a person in one network, with affiliations, level, expertise, conflicts and mutes."""

from datetime import date
from typing import Annotated, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from domain.kernel import ERASED, STREAM, Command, Decider, Event, Facts, owned_by
from domain.networks import chartered
from domain.refusals import IllegalMove, Malformed, NotTheirs, Unknown
from domain.vocabulary import (
    ENGINE,
    OFFICES,
    OPERATOR,
    ConflictKind,
    Id,
    Label,
    Level,
    MemberId,
    Name,
    NetworkRole,
    OptionalText,
    RoleFamily,
    StreamId,
)


class InviteMember(Command, frozen=True, kw_only=True):
    member: Id


class JoinNetwork(Command, frozen=True, kw_only=True):
    member: Id
    name: Label = ""
    cohort: Label = ""


class StartAffiliation(Command, frozen=True, kw_only=True):
    member: Id
    site: Id | None = None
    role: RoleFamily
    since: date


class EndAffiliation(Command, frozen=True, kw_only=True):
    member: Id
    site: Id | None = None
    until: date


class DescribeProfile(Command, frozen=True, kw_only=True):
    member: Id
    text: OptionalText = ""
    grades: Label = ""
    experience_years: Label = ""  # a number or a band such as 6–10
    place: Label = ""


class GrantNetworkRole(Command, frozen=True, kw_only=True):
    member: Id
    role: NetworkRole


class WithdrawNetworkRole(Command, frozen=True, kw_only=True):
    member: Id
    role: NetworkRole


class ChooseEngagementLevel(Command, frozen=True, kw_only=True):
    member: Id
    level: Level


class ClaimExpertise(Command, frozen=True, kw_only=True):
    member: Id
    topic: Name


class EndorseExpertise(Command, frozen=True, kw_only=True):
    member: Id
    topic: Name
    endorser: Id


class RetireExpertise(Command, frozen=True, kw_only=True):
    member: Id
    topic: Name


class NameGrowthArea(Command, frozen=True, kw_only=True):
    member: Id
    topic: Name


class PauseMember(Command, frozen=True, kw_only=True):
    member: Id


class ResumeMember(Command, frozen=True, kw_only=True):
    member: Id


class LeaveNetwork(Command, frozen=True, kw_only=True):
    member: Id


class ForgetMember(Command, frozen=True, kw_only=True):
    """Only with an erasure that was decided: nobody asks for it alone."""

    member: Id


class DeclareConflict(Command, frozen=True, kw_only=True):
    member: Id
    other: Id
    kind: ConflictKind


class EndConflict(Command, frozen=True, kw_only=True):
    member: Id
    other: Id


class MuteMember(Command, frozen=True, kw_only=True):
    member: Id
    other: Id


class UnmuteMember(Command, frozen=True, kw_only=True):
    member: Id
    other: Id


class LinkIdentity(Command, frozen=True, kw_only=True):
    member: Id
    same_as: Id  # the same person, here or in another network; here it counts once the other one says so too


MemberCommand: TypeAlias = (
    InviteMember
    | JoinNetwork
    | StartAffiliation
    | EndAffiliation
    | DescribeProfile
    | GrantNetworkRole
    | WithdrawNetworkRole
    | ChooseEngagementLevel
    | ClaimExpertise
    | EndorseExpertise
    | RetireExpertise
    | NameGrowthArea
    | PauseMember
    | ResumeMember
    | LeaveNetwork
    | DeclareConflict
    | EndConflict
    | MuteMember
    | UnmuteMember
    | LinkIdentity
)  # what may be asked from outside


class MemberInvited(Event, frozen=True, kw_only=True):
    invited_by: str


class MemberJoined(Event, frozen=True, kw_only=True):
    name: Annotated[str, owned_by(STREAM)] = ""
    cohort: Annotated[str, owned_by(STREAM)] = ""


class AffiliationStarted(Event, frozen=True, kw_only=True):
    site: str | None = None
    role: RoleFamily
    since: date


class AffiliationEnded(Event, frozen=True, kw_only=True):
    site: str | None = None
    until: date


class ProfileDescribed(Event, frozen=True, kw_only=True):
    text: Annotated[str, owned_by(STREAM)] = ""
    grades: Annotated[str, owned_by(STREAM)] = ""
    experience_years: Annotated[str, owned_by(STREAM)] = ""
    place: Annotated[str, owned_by(STREAM)] = ""


class NetworkRoleGranted(Event, frozen=True, kw_only=True):
    role: NetworkRole


class NetworkRoleWithdrawn(Event, frozen=True, kw_only=True):
    role: NetworkRole


class EngagementLevelChosen(Event, frozen=True, kw_only=True):
    level: Level


class ExpertiseClaimed(Event, frozen=True, kw_only=True):
    topic: Annotated[str, owned_by(STREAM)]


class ExpertiseEndorsed(Event, frozen=True, kw_only=True):
    topic: Annotated[str, owned_by(STREAM)]
    endorser: str


class ExpertiseRetired(Event, frozen=True, kw_only=True):
    topic: Annotated[str, owned_by(STREAM)]


class GrowthAreaNamed(Event, frozen=True, kw_only=True):
    topic: Annotated[str, owned_by(STREAM)]


class MemberPaused(Event, frozen=True, kw_only=True):
    pass


class MemberResumed(Event, frozen=True, kw_only=True):
    pass


class MemberLeft(Event, frozen=True, kw_only=True):
    pass


class MemberErased(Event, frozen=True, kw_only=True):
    pass


class ConflictDeclared(Event, frozen=True, kw_only=True):
    other: Annotated[str, owned_by(STREAM)]
    kind: Annotated[str, owned_by(STREAM)]


class ConflictEnded(Event, frozen=True, kw_only=True):
    other: Annotated[str, owned_by(STREAM)]


class MemberMuted(Event, frozen=True, kw_only=True):
    other: Annotated[str, owned_by(STREAM)]


class MemberUnmuted(Event, frozen=True, kw_only=True):
    other: Annotated[str, owned_by(STREAM)]


class IdentityLinked(Event, frozen=True, kw_only=True):
    same_as: Annotated[str, owned_by(STREAM)]


MemberEvent: TypeAlias = (
    MemberInvited
    | MemberJoined
    | AffiliationStarted
    | AffiliationEnded
    | ProfileDescribed
    | NetworkRoleGranted
    | NetworkRoleWithdrawn
    | EngagementLevelChosen
    | ExpertiseClaimed
    | ExpertiseEndorsed
    | ExpertiseRetired
    | GrowthAreaNamed
    | MemberPaused
    | MemberResumed
    | MemberLeft
    | MemberErased
    | ConflictDeclared
    | ConflictEnded
    | MemberMuted
    | MemberUnmuted
    | IdentityLinked
)


class Person(Struct, frozen=True, kw_only=True):
    """What is known of somebody who joined."""

    name: str = ""
    cohort: str = ""
    affiliations: dict[str, RoleFamily] = {}  # site, or "" for none, → role there
    profile: ProfileDescribed | None = None
    roles: frozenset[NetworkRole] = frozenset()
    level: Level | None = None
    expertise: frozenset[str] = frozenset()
    endorsements: frozenset[tuple[str, str]] = frozenset()  # topic, endorser
    growth_areas: frozenset[str] = frozenset()
    conflicts: dict[str, str] = {}  # declared by this member: other → kind
    muted: frozenset[str] = frozenset()
    same_as: frozenset[str] = frozenset()


_FACILITATORS: Final = frozenset({NetworkRole.FACILITATOR})
_ADMINS: Final = frozenset({NetworkRole.ADMIN})


class NotJoined(Struct, frozen=True):
    invited: bool = False


class Active(Struct, frozen=True):
    person: Person


class Paused(Struct, frozen=True):
    person: Person


class Left(Struct, frozen=True):
    person: Person
    invited: bool = False  # anew


class Erased(Struct, frozen=True):
    """Nothing is known of them any more, and nobody takes their place."""

    person: Person = Person()


Member: TypeAlias = NotJoined | Active | Paused | Left | Erased


def decide(command: MemberCommand | ForgetMember, state: Member, facts: Facts) -> tuple[MemberEvent, ...]:
    if isinstance(command, ForgetMember):
        return _forget(state)
    if isinstance(command, JoinNetwork):
        _may_join(command.member, facts)
    elif not isinstance(state, NotJoined) and hidden(facts, command.member):
        raise Unknown("there is no such member in this network", field="member")
    match command, state:
        case InviteMember(), NotJoined(invited=False) | Left(invited=False):
            chartered(facts)
            return (MemberInvited(invited_by=facts.speaker),)
        case _, Erased():
            raise IllegalMove("this member was erased", field="member", remedy="who comes back joins under a new id")
        case InviteMember(), _:
            return ()
        case JoinNetwork(), Left(invited=False) if not _of_office(facts):
            raise NotTheirs("who left joins again once invited anew", field="member", remedy="ask a facilitator")
        case JoinNetwork(name=name, cohort=cohort), NotJoined() | Left():
            chartered(facts)
            return (MemberJoined(name=name, cohort=cohort),)
        case JoinNetwork(), Active() | Paused():
            return ()
        case _, Active(person=person) | Paused(person=person):
            return _decide_present(command, state, person, facts)
        case LeaveNetwork(), Left():
            return ()
        case LinkIdentity(), Left(person=person):  # who comes back is still the same person
            _may_say(command, facts)
            return _decide_between(command, person, facts)
        case _, Left():
            raise IllegalMove("this member has left the network", field="member", remedy="staff may invite them again")
        case _:
            raise Unknown("there is no such member in this network", field="member")


def _decide_present(
    command: MemberCommand, state: Active | Paused, person: Person, facts: Facts
) -> tuple[MemberEvent, ...]:
    _may_say(command, facts)
    match command:
        case InviteMember() | JoinNetwork():
            return ()
        case StartAffiliation():
            return _start_affiliation(command, person, facts)
        case EndAffiliation(site=site, until=until):
            return (AffiliationEnded(site=site, until=until),) if (site or "") in person.affiliations else ()
        case DescribeProfile(text=text, grades=grades, experience_years=years, place=place):
            profile = ProfileDescribed(text=text, grades=grades, experience_years=years, place=place)
            return () if profile == person.profile else (profile,)
        case GrantNetworkRole(role=role):
            return () if role in person.roles else (NetworkRoleGranted(role=role),)
        case WithdrawNetworkRole(role=role):
            return (NetworkRoleWithdrawn(role=role),) if role in person.roles else ()
        case ChooseEngagementLevel(level=level):
            return () if level is person.level else (EngagementLevelChosen(level=level),)
        case ClaimExpertise(topic=topic):
            return () if topic in person.expertise else (ExpertiseClaimed(topic=topic),)
        case EndorseExpertise():
            return _endorse(command, person, facts)
        case RetireExpertise(topic=topic):
            return (ExpertiseRetired(topic=topic),) if topic in person.expertise else ()
        case NameGrowthArea(topic=topic):
            return () if topic in person.growth_areas else (GrowthAreaNamed(topic=topic),)
        case PauseMember():
            return () if isinstance(state, Paused) else (MemberPaused(),)
        case ResumeMember():
            return () if isinstance(state, Active) else (MemberResumed(),)
        case LeaveNetwork():
            return _leave(person)
        case DeclareConflict() | EndConflict() | MuteMember() | UnmuteMember() | LinkIdentity():
            return _decide_between(command, person, facts)


def _decide_between(
    command: DeclareConflict | EndConflict | MuteMember | UnmuteMember | LinkIdentity, person: Person, facts: Facts
) -> tuple[MemberEvent, ...]:
    match command:
        case DeclareConflict(member=member, other=other, kind=kind):
            _another(member, other, facts)
            return () if person.conflicts.get(other) == kind else (ConflictDeclared(other=other, kind=kind),)
        case EndConflict(other=other):
            return (ConflictEnded(other=other),) if other in person.conflicts else ()
        case MuteMember(member=member, other=other):
            _another(member, other, facts)
            return () if other in person.muted else (MemberMuted(other=other),)
        case UnmuteMember(other=other):
            return (MemberUnmuted(other=other),) if other in person.muted else ()
        case LinkIdentity(member=member, same_as=same_as):
            if member == same_as or not same_as.startswith("member-"):
                raise Malformed("this is not the id of another member", field="same_as")
            if facts.knows(same_as) and isinstance(facts(MEMBER, same_as), NotJoined):
                raise IllegalMove("the other one has not joined yet", field="same_as")
            return () if same_as in person.same_as else (IdentityLinked(same_as=same_as),)


def _may_say(command: MemberCommand, facts: Facts) -> None:
    match command:
        case ChooseEngagementLevel(member=member):
            only_by(member, facts, "only the member chooses the level of engagement")
        case MuteMember(member=member) | UnmuteMember(member=member):
            only_by(member, facts, "only the member says whom they mute")
        case GrantNetworkRole():
            _appoints(facts)
        case WithdrawNetworkRole(member=member):
            if facts.speaker != member or facts.actor not in {member, OPERATOR}:  # anybody may lay down a role
                _appoints(facts)
        case EndorseExpertise(endorser=endorser):
            speaks_for(endorser, facts)
        case DeclareConflict(member=member, other=other) | EndConflict(member=member, other=other):
            speaks_for(member, facts)
            if facts.speaker == other:
                raise NotTheirs("not for the other one to say", field="member")
        case _:
            speaks_for(command.member, facts)


def evolve(state: Member, event: MemberEvent) -> Member:
    match event, state:
        case MemberInvited(), NotJoined():
            return NotJoined(invited=True)
        case MemberJoined(name=name, cohort=cohort), NotJoined():
            return Active(Person(name=name, cohort=cohort))
        case MemberInvited(), Left(person=person):
            return Left(person, invited=True)
        case MemberJoined(name=name, cohort=cohort), Left(person=person):
            return Active(replace(person, name=name, cohort=cohort))
        case MemberPaused(), Active(person=person):
            return Paused(person)
        case MemberResumed(), Paused(person=person):
            return Active(person)
        case MemberLeft(), Active(person=person) | Paused(person=person):
            return Left(person)
        case MemberErased(), Active() | Paused() | Left():
            return Erased()
        case _, NotJoined() | Erased():
            return state
        case _, Active(person=person) | Paused(person=person) | Left(person=person):
            return replace(state, person=_evolve_person(person, event))


def _evolve_person(person: Person, event: MemberEvent) -> Person:
    match event:
        case MemberInvited() | MemberJoined() | MemberPaused() | MemberResumed() | MemberLeft() | MemberErased():
            return person
        case AffiliationStarted(site=site, role=role):
            return replace(person, affiliations={**person.affiliations, site or "": role})
        case AffiliationEnded(site=site):
            return replace(person, affiliations={k: v for k, v in person.affiliations.items() if k != (site or "")})
        case ProfileDescribed():
            return replace(person, profile=event)
        case NetworkRoleGranted(role=role):
            return replace(person, roles=person.roles | {role})
        case NetworkRoleWithdrawn(role=role):
            return replace(person, roles=person.roles - {role})
        case EngagementLevelChosen(level=level):
            return replace(person, level=level)
        case ExpertiseClaimed(topic=topic):
            return replace(person, expertise=person.expertise | {topic})
        case ExpertiseEndorsed(topic=topic, endorser=endorser):
            return replace(person, endorsements=person.endorsements | {(topic, endorser)})
        case ExpertiseRetired(topic=topic):
            kept = frozenset(pair for pair in person.endorsements if pair[0] != topic)
            return replace(person, expertise=person.expertise - {topic}, endorsements=kept)
        case GrowthAreaNamed(topic=topic):
            return replace(person, growth_areas=person.growth_areas | {topic})
        case ConflictDeclared(other=other, kind=kind):
            return replace(person, conflicts={**person.conflicts, other: kind})
        case ConflictEnded(other=other):
            return replace(person, conflicts={k: v for k, v in person.conflicts.items() if k != other})
        case MemberMuted(other=other):
            return replace(person, muted=person.muted | {other})
        case MemberUnmuted(other=other):
            return replace(person, muted=person.muted - {other})
        case IdentityLinked(same_as=same_as):
            return replace(person, same_as=person.same_as | {same_as})


MEMBER: Final = Decider[MemberCommand | ForgetMember, Member, MemberEvent](
    kind="member", initial=NotJoined(), decide=decide, evolve=evolve
)


def _leave(person: Person) -> tuple[MemberEvent, ...]:
    withdrawn = tuple(NetworkRoleWithdrawn(role=role) for role in sorted(person.roles))
    return *withdrawn, MemberLeft()  # who comes back is not staff by that


def _forget(state: Member) -> tuple[MemberEvent, ...]:
    """They leave first, so that what waits for them is let go as ever."""
    match state:
        case Active(person=person) | Paused(person=person):
            return *_leave(person), MemberErased()
        case Left():
            return (MemberErased(),)
        case NotJoined() | Erased():
            return ()


def present(facts: Facts, member: MemberId, *, field: str) -> Person:
    """A member who joined and has not left; refused otherwise, and where the actor must not be shown them."""
    if hidden(facts, member):
        raise Unknown("there is no such member in this network", field=field)
    return still_here(facts, member, field=field)


def still_here(facts: Facts, member: MemberId, *, field: str) -> Person:
    """The same whoever asks."""
    state = facts(MEMBER, member)
    if isinstance(state, Active | Paused):
        return state.person
    raise Unknown("there is no such member in this network", field=field)


def on_duty(facts: Facts, who: str, roles: frozenset[NetworkRole]) -> bool:
    """Whether somebody holds one of these roles and is not away."""
    state = facts(MEMBER, who)
    return isinstance(state, Active) and not roles.isdisjoint(state.person.roles)


def hidden(facts: Facts, member: MemberId) -> bool:
    """Whether the actor must not be shown this member: power stands between them, or the actor muted them.

    Not so for those whose office it is to see everybody.
    """
    actor = facts.actor
    if actor in {member, OPERATOR, ENGINE} or not member.startswith("member-"):
        return False
    state = facts(MEMBER, actor)
    muted = frozenset[str]() if isinstance(state, NotJoined) else state.person.muted
    apart = member in muted or member in kept_apart(facts, actor) or actor in kept_apart(facts, member)
    return apart and not on_duty(facts, actor, OFFICES)


def identities(facts: Facts, member: MemberId) -> frozenset[MemberId]:
    """Who else the same person is, over however many links of this network in which both said so.

    The other side of a link to elsewhere cannot be seen: there the one side counts.
    """
    found, waiting = {member}, {member}
    while waiting:
        who = waiting.pop()
        links = {each for each in _says_to_be(facts, who) if not facts.knows(each) or who in _says_to_be(facts, each)}
        waiting |= {each for each in links - found if facts.knows(each)}
        found |= links
    return frozenset(found - {member})


def _says_to_be(facts: Facts, member: MemberId) -> frozenset[MemberId]:
    state = facts(MEMBER, member)
    return frozenset() if isinstance(state, NotJoined) else state.person.same_as - {ERASED}


def kept_apart(facts: Facts, member: MemberId) -> frozenset[MemberId]:
    """With whom this member declared a conflict, and everybody further down their line of supervision."""
    line, waiting = {member}, {member}
    while waiting:
        supervised = {
            other for other, kind in _declared(facts, waiting.pop()).items() if kind == ConflictKind.SUPERVISES
        }
        waiting |= supervised - line
        line |= supervised
    return frozenset(line | _declared(facts, member).keys()) - {member}


def _declared(facts: Facts, member: MemberId) -> dict[str, str]:
    state = facts(MEMBER, member)
    return {} if isinstance(state, NotJoined) else state.person.conflicts


def only_by(member: MemberId, facts: Facts, words: str) -> None:
    """Refuse unless the member says it, in person or through somebody who acts for them."""
    if facts.speaker != member:
        raise NotTheirs(words, field="member", remedy="act on their behalf only with their word")


def may_steer(facts: Facts, member: MemberId) -> bool:
    """The member in person, the operator, or staff who facilitate the network."""
    return facts.speaker in {member, OPERATOR} or on_duty(facts, facts.speaker, _FACILITATORS)


def speaks_for(member: MemberId, facts: Facts) -> None:
    """Refuse unless it is the member's own word, or staff's."""
    if not may_steer(facts, member):
        raise NotTheirs("only the member or a facilitator may say this", field="member")


def _may_join(member: MemberId, facts: Facts) -> None:
    """In person, or by staff: an admin too, who is the first in a network."""
    if member.partition("-")[2] == facts.network.partition("-")[2]:  # their budget would be the network's for experts
        raise Malformed("no member has the digits of the network", field="member", remedy="use a new id")
    if not (may_steer(facts, member) or on_duty(facts, facts.speaker, OFFICES)):
        raise NotTheirs("only the member or a facilitator may say this", field="member")


def _of_office(facts: Facts) -> bool:
    """Whether it is staff or the operator who does it, in whoever's name."""
    return facts.actor in {OPERATOR, ENGINE} or on_duty(facts, facts.actor, OFFICES)


def _appoints(facts: Facts) -> None:
    """Network roles are given by the operator or an admin in person, never taken."""
    for who in (facts.speaker, facts.actor):
        if who != OPERATOR and not on_duty(facts, who, _ADMINS):
            raise NotTheirs("only the operator or an admin gives network roles", field="role")


def _another(member: MemberId, other: MemberId, facts: Facts) -> None:
    if member == other:
        raise Malformed("this names the member themselves", field="other")
    still_here(facts, other, field="other")  # whom one mutes or declares, hidden or not


def _start_affiliation(command: StartAffiliation, person: Person, facts: Facts) -> tuple[MemberEvent, ...]:
    site = _known_site(command.site, facts)
    if person.affiliations.get(site or "") is command.role:
        return ()
    return (AffiliationStarted(site=site, role=command.role, since=command.since),)


def _known_site(site: StreamId | None, facts: Facts) -> StreamId | None:
    if site is not None and not (site.startswith("site-") and facts.knows(site)):
        raise Unknown("there is no such site in this network", field="site")
    return site


def _endorse(command: EndorseExpertise, person: Person, facts: Facts) -> tuple[MemberEvent, ...]:
    if command.member == command.endorser:
        raise Malformed("this names the member themselves", field="endorser")
    present(facts, command.endorser, field="endorser")
    if command.topic not in person.expertise:
        raise IllegalMove("this member claims no such expertise", field="topic", remedy="they claim it first")
    if (command.topic, command.endorser) in person.endorsements:
        return ()
    return (ExpertiseEndorsed(topic=command.topic, endorser=command.endorser),)
