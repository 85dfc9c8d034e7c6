"""One network: its charter, cohorts, school calendar and the policy in force."""

from datetime import date, time
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Final, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Meta, Struct
from msgspec.structs import replace

from domain.calendar import SCHOOL_CLOSES, SCHOOL_OPENS, SchoolCalendar, Term
from domain.kernel import STREAM, Command, Decider, Event, Facts, owned_by
from domain.policies import MatchingPolicy, hash_of
from domain.refusals import IllegalMove, Malformed, Unknown
from domain.vocabulary import Id, Name, Text, WaivableRule

ClockTime: TypeAlias = Annotated[time, Meta(tz=False)]  # in the network's own zone

SHOWN_OF_HASH: Final = 12  # digits of a policy's hash that tell it from others


class Section(StrEnum):
    """The eight design elements of a charter."""

    VISION = "vision and problem of practice"
    MEMBERSHIP = "membership criteria"
    STRUCTURES = "structures"
    LEADERSHIP = "leadership team"
    RESOURCES = "resources"
    SUPPORTS = "supports"
    EVALUATION = "evaluation and data use"
    SHARING = "generating and sharing knowledge"


class CharterNetwork(Command, frozen=True, kw_only=True):
    network: Id
    name: Name
    zone: Name = "UTC"
    policy: MatchingPolicy = MatchingPolicy()


class ReviseCharterSection(Command, frozen=True, kw_only=True):
    network: Id
    section: Section
    text: Text


class OpenCohort(Command, frozen=True, kw_only=True):
    network: Id
    cohort: Name


class CloseCohort(Command, frozen=True, kw_only=True):
    network: Id
    cohort: Name


class SetSchoolCalendar(Command, frozen=True, kw_only=True):
    network: Id
    zone: Name
    terms: Annotated[tuple[Term, ...], Meta(max_length=200)] = ()
    holidays: Annotated[tuple[date, ...], Meta(max_length=5_000)] = ()
    opens: ClockTime = SCHOOL_OPENS  # of every school day
    closes: ClockTime = SCHOOL_CLOSES


class ProposePolicy(Command, frozen=True, kw_only=True):
    network: Id
    policy: MatchingPolicy


class AdoptPolicy(Command, frozen=True, kw_only=True):
    network: Id
    policy_hash: Name


class WaiveRule(Command, frozen=True, kw_only=True):
    network: Id
    rule: WaivableRule
    subject: Id  # the challenge it is waived for
    reason: Text


NetworkCommand: TypeAlias = (
    CharterNetwork
    | ReviseCharterSection
    | OpenCohort
    | CloseCohort
    | SetSchoolCalendar
    | ProposePolicy
    | AdoptPolicy
    | WaiveRule
)


class NetworkChartered(Event, frozen=True, kw_only=True):
    name: str
    zone: str


class CharterSectionRevised(Event, frozen=True, kw_only=True):
    section: Section
    text: Annotated[str, owned_by(STREAM)]


class CohortOpened(Event, frozen=True, kw_only=True):
    cohort: Annotated[str, owned_by(STREAM)]


class CohortClosed(Event, frozen=True, kw_only=True):
    cohort: Annotated[str, owned_by(STREAM)]


class SchoolCalendarSet(Event, frozen=True, kw_only=True):
    calendar: SchoolCalendar


class PolicyProposed(Event, frozen=True, kw_only=True):
    policy_hash: str
    policy: MatchingPolicy


class PolicyAdopted(Event, frozen=True, kw_only=True):
    policy_hash: str


class RuleWaived(Event, frozen=True, kw_only=True):
    rule: WaivableRule
    subject: str
    reason: Annotated[str, owned_by(STREAM)]


NetworkEvent: TypeAlias = (
    NetworkChartered
    | CharterSectionRevised
    | CohortOpened
    | CohortClosed
    | SchoolCalendarSet
    | PolicyProposed
    | PolicyAdopted
    | RuleWaived
)


class NotChartered(Struct, frozen=True):
    """No network yet."""


class Chartered(Struct, frozen=True, kw_only=True):
    name: str
    calendar: SchoolCalendar
    sections: dict[Section, str] = {}
    cohorts: frozenset[str] = frozenset()  # the open ones
    policies: dict[str, MatchingPolicy] = {}
    policy_hash: str = ""
    waivers: frozenset[tuple[WaivableRule, str]] = frozenset()  # rule, challenge

    @property
    def policy(self) -> MatchingPolicy:
        """The policy in force."""
        return self.policies[self.policy_hash]


Network: TypeAlias = NotChartered | Chartered


def decide(command: NetworkCommand, state: Network, facts: Facts) -> tuple[NetworkEvent, ...]:
    match command, state:
        case CharterNetwork(), NotChartered():
            return _charter(command, facts)
        case CharterNetwork(name=name), Chartered() if name == state.name:
            return ()
        case ReviseCharterSection(section=section, text=text), Chartered():
            return () if state.sections.get(section) == text else (CharterSectionRevised(section=section, text=text),)
        case OpenCohort(cohort=cohort), Chartered():
            return () if cohort in state.cohorts else (CohortOpened(cohort=cohort),)
        case CloseCohort(cohort=cohort), Chartered():
            return (CohortClosed(cohort=cohort),) if cohort in state.cohorts else ()
        case SetSchoolCalendar(), Chartered():
            calendar = _calendar(command)
            return () if calendar == state.calendar else (SchoolCalendarSet(calendar=calendar),)
        case ProposePolicy(policy=policy), Chartered():
            key = hash_of(_sound(policy, facts))
            return () if key in state.policies else (PolicyProposed(policy_hash=key, policy=policy),)
        case AdoptPolicy(policy_hash=beginning), Chartered():
            key = _proposed(beginning, state)
            _sound(state.policies[key], facts)
            return () if key == state.policy_hash else (PolicyAdopted(policy_hash=key),)
        case WaiveRule(), Chartered():
            return _waive(command, state, facts)
        case _, NotChartered():
            raise IllegalMove("this network has no charter yet", remedy="charter it first")
        case _:
            raise IllegalMove("this network is chartered already under another name", field="name")


def _proposed(beginning: str, state: Chartered) -> str:
    """The hash that begins like this: the first dozen of its digits are what is shown of one."""
    found = [key for key in state.policies if key.startswith(beginning)] if len(beginning) >= SHOWN_OF_HASH else []
    if len(found) != 1:
        words = "several policies begin like this" if found else "no policy with this hash was proposed"
        raise IllegalMove(words, field="policy_hash", remedy="give all its digits" if found else "propose it first")
    return found[0]


def evolve(state: Network, event: NetworkEvent) -> Network:
    match event:
        case NetworkChartered(name=name, zone=zone):
            return Chartered(name=name, calendar=SchoolCalendar(zone=zone))
        case _:
            return _evolve_chartered(state, event) if isinstance(state, Chartered) else state


def _evolve_chartered(state: Chartered, event: NetworkEvent) -> Chartered:
    match event:
        case NetworkChartered():
            return state
        case CharterSectionRevised(section=section, text=text):
            return replace(state, sections={**state.sections, section: text})
        case CohortOpened(cohort=cohort):
            return replace(state, cohorts=state.cohorts | {cohort})
        case CohortClosed(cohort=cohort):
            return replace(state, cohorts=state.cohorts - {cohort})
        case SchoolCalendarSet(calendar=calendar):
            return replace(state, calendar=calendar)
        case PolicyProposed(policy_hash=key, policy=policy):
            return replace(state, policies={**state.policies, key: policy})
        case PolicyAdopted(policy_hash=key):
            return replace(state, policy_hash=key)
        case RuleWaived(rule=rule, subject=subject):
            return replace(state, waivers=state.waivers | {(rule, subject)})


NETWORK: Final = Decider[NetworkCommand, Network, NetworkEvent](
    kind="network", initial=NotChartered(), decide=decide, evolve=evolve
)


def chartered(facts: Facts) -> Chartered:
    """The network that a command belongs to; refused while it has no charter."""
    state = facts(NETWORK, facts.network)
    if isinstance(state, Chartered):
        return state
    raise IllegalMove("this network has no charter yet", remedy="charter it first")


def _charter(command: CharterNetwork, facts: Facts) -> tuple[NetworkEvent, ...]:
    key = hash_of(_sound(command.policy, facts))
    return (
        NetworkChartered(name=command.name, zone=_zone(command.zone)),
        PolicyProposed(policy_hash=key, policy=command.policy),
        PolicyAdopted(policy_hash=key),
    )


def _waive(command: WaiveRule, state: Chartered, facts: Facts) -> tuple[NetworkEvent, ...]:
    if (command.rule, command.subject) in state.waivers:
        return ()
    if not (command.subject.startswith("challenge-") and facts.knows(command.subject)):
        raise Unknown("there is no such challenge in this network", field="subject")
    return (RuleWaived(rule=command.rule, subject=command.subject, reason=command.reason),)


def _sound(policy: MatchingPolicy, facts: Facts) -> MatchingPolicy:
    if policy.consultants_most < policy.consultants_least:
        raise Malformed("a group would need more consultants than it may have", field="policy")
    if not facts.installed(policy.numerics):
        remedy = f"pip install 'confrere[{policy.numerics}]'"
        raise IllegalMove(f"{policy.numerics} is not installed here", field="policy", remedy=remedy)
    return policy


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Malformed(
            f"there is no time zone {name!r}", field="zone", remedy="for example America/New_York"
        ) from error


def _calendar(command: SetSchoolCalendar) -> SchoolCalendar:
    terms = sorted(command.terms, key=lambda term: term.first)
    for term in terms:
        if term.last < term.first:
            raise Malformed(f"term {term.name} ends before it begins", field="terms")
    for earlier, later in pairwise(terms):
        if later.first <= earlier.last:
            raise Malformed(f"terms {earlier.name} and {later.name} overlap", field="terms")
    if command.closes <= command.opens:
        raise Malformed("school closes before it opens", field="closes", remedy=f"after {command.opens:%H:%M}")
    return SchoolCalendar(
        zone=_zone(command.zone),
        terms=tuple(terms),
        holidays=tuple(sorted(set(command.holidays))),
        opens=command.opens,
        closes=command.closes,
    )
