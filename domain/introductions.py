"""Introductions: a consented connecting of two members, what came of it, and the ties it leaves."""

from datetime import datetime
from typing import Annotated, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from domain.budgets import BUDGET, AskMinutes, budget_of
from domain.calendar import day_of, end_of_school_day
from domain.challenges import author_of, class_of
from domain.eligibility import Asking, Candidate, first_objection
from domain.kernel import Command, Decider, Event, Facts, owned_by
from domain.members import MEMBER, Active, Paused, identities, kept_apart, may_steer, on_duty, present, still_here
from domain.networks import chartered
from domain.refusals import IllegalMove, Malformed, NotTheirs, Unknown
from domain.sites import registered
from domain.vocabulary import (
    ENGINE,
    OFFICES,
    OPERATOR,
    Confidentiality,
    Id,
    Instant,
    MemberId,
    OptionalText,
    StreamId,
)


class OfferIntroduction(Command, frozen=True, kw_only=True):
    introduction: Id
    seeker: Id
    helper: Id
    challenge: Id | None = None
    minutes: AskMinutes | None = None  # the policy's default when not given


class ConsentToIntroduction(Command, frozen=True, kw_only=True):
    introduction: Id
    member: Id


class DeclineIntroduction(Command, frozen=True, kw_only=True):
    introduction: Id
    member: Id
    reason: OptionalText = ""


class ExpireIntroduction(Command, frozen=True, kw_only=True):
    introduction: Id


class RecordMeeting(Command, frozen=True, kw_only=True):
    introduction: Id
    minutes: AskMinutes
    at: Instant


class ReportHelp(Command, frozen=True, kw_only=True):
    introduction: Id
    member: Id
    note: OptionalText = ""


class ConfirmHelp(Command, frozen=True, kw_only=True):
    introduction: Id
    member: Id
    note: OptionalText = ""


class DisputeHelp(Command, frozen=True, kw_only=True):
    introduction: Id
    member: Id
    note: OptionalText = ""


class FormPartnership(Command, frozen=True, kw_only=True):
    introduction: Id


class ArrangeSiteVisit(Command, frozen=True, kw_only=True):
    introduction: Id
    site: Id
    at: Instant


class HoldSiteVisit(Command, frozen=True, kw_only=True):
    introduction: Id
    site: Id
    at: Instant


IntroductionCommand: TypeAlias = (
    OfferIntroduction
    | ConsentToIntroduction
    | DeclineIntroduction
    | ExpireIntroduction
    | RecordMeeting
    | ReportHelp
    | ConfirmHelp
    | DisputeHelp
    | FormPartnership
    | ArrangeSiteVisit
    | HoldSiteVisit
)


class IntroductionOffered(Event, frozen=True, kw_only=True):
    seeker: str
    helper: str
    challenge: str | None = None
    minutes: int
    introduced_by: str
    expires_at: datetime


class IntroductionConsented(Event, frozen=True, kw_only=True):
    member: str


class IntroductionDeclined(Event, frozen=True, kw_only=True):
    member: str
    reason: Annotated[str, owned_by("member")] = ""


class IntroductionExpired(Event, frozen=True, kw_only=True):
    pass


class IntroductionMade(Event, frozen=True, kw_only=True):
    seeker: str
    helper: str


class MeetingHeld(Event, frozen=True, kw_only=True):
    seeker: str
    helper: str
    minutes: int
    at: datetime


class HelpReported(Event, frozen=True, kw_only=True):
    member: str  # the helper
    note: Annotated[str, owned_by("member")] = ""


class HelpConfirmed(Event, frozen=True, kw_only=True):
    member: str  # the receiver
    helper: str
    challenge: str | None = None
    note: Annotated[str, owned_by("member")] = ""
    confidentiality: Confidentiality = Confidentiality.PAIR


class HelpDisputed(Event, frozen=True, kw_only=True):
    member: str  # the receiver
    note: Annotated[str, owned_by("member")] = ""


class PartnershipFormed(Event, frozen=True, kw_only=True):
    seeker: str
    helper: str


class SiteVisitArranged(Event, frozen=True, kw_only=True):
    site: str
    at: datetime


class SiteVisitHeld(Event, frozen=True, kw_only=True):
    site: str
    at: datetime


IntroductionEvent: TypeAlias = (
    IntroductionOffered
    | IntroductionConsented
    | IntroductionDeclined
    | IntroductionExpired
    | IntroductionMade
    | MeetingHeld
    | HelpReported
    | HelpConfirmed
    | HelpDisputed
    | PartnershipFormed
    | SiteVisitArranged
    | SiteVisitHeld
)


class NotOffered(Struct, frozen=True):
    """No introduction of this id."""


class Offered(Struct, frozen=True, kw_only=True):
    offer: IntroductionOffered
    consents: frozenset[str] = frozenset()


class Made(Struct, frozen=True, kw_only=True):
    offer: IntroductionOffered
    met: MeetingHeld | None = None
    reported: bool = False
    verdict: bool | None = None  # the receiver's: helped, or not
    partners: bool = False
    visits: frozenset[tuple[str, datetime, bool]] = frozenset()


class Closed(Struct, frozen=True, kw_only=True):
    offer: IntroductionOffered
    how: str  # declined, expired


Introduction: TypeAlias = NotOffered | Offered | Made | Closed


def decide(command: IntroductionCommand, state: Introduction, facts: Facts) -> tuple[IntroductionEvent, ...]:
    if isinstance(command, OfferIntroduction):
        _may_introduce(command, facts)
    elif not (isinstance(state, NotOffered) or _concerns(state.offer.seeker, state.offer.helper, facts)):
        raise Unknown("there is no such introduction in this network", field="introduction")
    match command, state:
        case OfferIntroduction(), NotOffered():
            return _offered(command, facts)
        case OfferIntroduction(seeker=seeker, helper=helper), Offered(offer=o) | Made(offer=o) | Closed(offer=o):
            if (seeker, helper) == (o.seeker, o.helper):
                return ()
            raise IllegalMove("an introduction of this id joins two others", field="introduction")
        case ConsentToIntroduction(member=member), Offered():
            return _consented(member, state, facts)
        case ConsentToIntroduction(member=member), Made(offer=offer):
            _one_of_the_two(member, offer, facts)
            return ()
        case DeclineIntroduction(member=member, reason=reason), Offered(offer=offer) | Made(offer=offer):
            _one_of_the_two(member, offer, facts)
            if not may_end(state):
                raise IllegalMove("something came of this introduction already", field="introduction")
            return (IntroductionDeclined(member=member, reason=reason),)
        case DeclineIntroduction(member=member), Closed(offer=offer):
            _one_of_the_two(member, offer, facts)
            return ()
        case ExpireIntroduction(), Offered(offer=offer):
            if facts.at < offer.expires_at and _here(offer.seeker, facts) and _here(offer.helper, facts):
                raise IllegalMove("this offer still stands", field="introduction")
            return (IntroductionExpired(),)
        case ExpireIntroduction(), Made() | Closed():
            return ()
        case _, Made():
            return _decide_made(command, state, facts)
        case _, Offered():
            raise IllegalMove("both have to consent first", field="introduction", remedy="consent or decline")
        case _, Closed():  # how it ended is for the two alone
            raise IllegalMove("this introduction is over", field="introduction", remedy="offer a new one")
        case _:
            raise Unknown("there is no such introduction in this network", field="introduction")


def _decide_made(command: IntroductionCommand, state: Made, facts: Facts) -> tuple[IntroductionEvent, ...]:
    seeker, helper = state.offer.seeker, state.offer.helper
    match command:
        case RecordMeeting():
            return _met(command, state, facts)
        case ReportHelp(member=member, note=note):
            _only(member, helper, facts, "only the helper reports the help they gave")
            return () if state.reported else (HelpReported(member=member, note=note),)
        case ConfirmHelp(member=member, note=note):
            _only(member, seeker, facts, "help counts once its receiver confirms it")
            return () if state.verdict is True else (_confirmed(member, note, state.offer, facts),)
        case DisputeHelp(member=member, note=note):
            _only(member, seeker, facts, "only the receiver may dispute help")
            return () if state.verdict is False else (HelpDisputed(member=member, note=note),)
        case FormPartnership():
            _of_the_two(state.offer, facts)
            return () if state.partners else (PartnershipFormed(seeker=seeker, helper=helper),)
        case ArrangeSiteVisit(site=site, at=at):
            _of_the_two(state.offer, facts)
            registered(facts, site)
            return () if (site, at, False) in state.visits else (SiteVisitArranged(site=site, at=at),)
        case HoldSiteVisit(site=site, at=at):
            _of_the_two(state.offer, facts)
            registered(facts, site)
            _past(at, facts)
            return () if (site, at, True) in state.visits else (SiteVisitHeld(site=site, at=at),)
        case OfferIntroduction() | ConsentToIntroduction() | ExpireIntroduction() | DeclineIntroduction():
            return ()


def evolve(state: Introduction, event: IntroductionEvent) -> Introduction:
    match state:
        case NotOffered():
            return Offered(offer=event) if isinstance(event, IntroductionOffered) else state
        case Offered():
            return _evolve_offered(state, event)
        case Made():
            return _evolve_made(state, event)
        case Closed():
            return state


def _evolve_offered(state: Offered, event: IntroductionEvent) -> Introduction:
    match event:
        case IntroductionConsented(member=member):
            return replace(state, consents=state.consents | {member})
        case IntroductionDeclined():
            return Closed(offer=state.offer, how="declined")
        case IntroductionExpired():
            return Closed(offer=state.offer, how="expired")
        case IntroductionMade():
            return Made(offer=state.offer)
        case (
            IntroductionOffered()
            | MeetingHeld()
            | HelpReported()
            | HelpConfirmed()
            | HelpDisputed()
            | PartnershipFormed()
            | SiteVisitArranged()
            | SiteVisitHeld()
        ):
            return state


def _evolve_made(state: Made, event: IntroductionEvent) -> Introduction:
    match event:
        case IntroductionDeclined():
            return Closed(offer=state.offer, how="declined")
        case MeetingHeld():
            return replace(state, met=event)
        case HelpReported():
            return replace(state, reported=True)
        case HelpConfirmed():
            return replace(state, verdict=True)
        case HelpDisputed():
            return replace(state, verdict=False)
        case PartnershipFormed():
            return replace(state, partners=True)
        case SiteVisitArranged(site=site, at=at):
            return replace(state, visits=state.visits | {(site, at, False)})
        case SiteVisitHeld(site=site, at=at):
            return replace(state, visits=state.visits | {(site, at, True)})
        case IntroductionOffered() | IntroductionConsented() | IntroductionExpired() | IntroductionMade():
            return state


INTRODUCTION: Final = Decider[IntroductionCommand, Introduction, IntroductionEvent](
    kind="introduction", initial=NotOffered(), decide=decide, evolve=evolve
)


def offer_of(facts: Facts, introduction: StreamId) -> IntroductionOffered:
    """What was offered; refused when nothing was."""
    state = facts(INTRODUCTION, introduction)
    if isinstance(state, NotOffered):
        raise Unknown("there is no such introduction in this network", field="introduction")
    return state.offer


def may_end(state: Introduction) -> bool:
    """Whether a no still ends it and frees its minutes: while it waits, or as long as nothing came of it."""
    match state:
        case Offered() | Made(met=None, verdict=None, partners=False):
            return True
        case NotOffered() | Made() | Closed():
            return False


def minutes_of(command: OfferIntroduction, facts: Facts) -> int:
    """The minutes an offer asks for: as stated, else the policy's default."""
    return command.minutes or chartered(facts).policy.introduction_minutes


def candidate(facts: Facts, member: MemberId) -> Candidate:
    """A member as the rules of eligibility see them, from their own streams."""
    person = still_here(facts, member, field="helper")
    calendar = chartered(facts).calendar
    return Candidate(
        member=member,
        away=isinstance(facts(MEMBER, member), Paused),
        level=person.level,
        free_minutes=facts(BUDGET, budget_of(member)).free_on(day_of(facts.at, calendar), calendar),
        same_as=identities(facts, member),
        conflicts=kept_apart(facts, member),
        muted=person.muted,
        families=frozenset(person.affiliations.values()),
        sites=frozenset(person.affiliations) - {""},
    )


def _offered(command: OfferIntroduction, facts: Facts) -> tuple[IntroductionEvent, ...]:
    present(facts, command.seeker, field="seeker")
    present(facts, command.helper, field="helper")
    if command.challenge is not None and author_of(facts, command.challenge) != command.seeker:
        raise Malformed("this challenge is somebody else's", field="challenge")
    minutes = minutes_of(command, facts)
    in_person = facts.speaker == command.helper
    asking = Asking(reader=candidate(facts, command.seeker), minutes=minutes, volunteered=in_person)
    objection = first_objection(candidate(facts, command.helper), asking)
    if objection is not None:
        raise IllegalMove(objection.words, field="helper", remedy="ask somebody else")
    network = chartered(facts)
    offered = IntroductionOffered(
        seeker=command.seeker,
        helper=command.helper,
        challenge=command.challenge,
        minutes=minutes,
        introduced_by=facts.speaker,
        expires_at=end_of_school_day(facts.at, network.policy.offer_school_days, network.calendar),
    )
    if facts.speaker in {command.seeker, command.helper}:  # who asks, or offers help, in person has consented by it
        return offered, IntroductionConsented(member=facts.speaker)
    return (offered,)


def _consented(member: MemberId, state: Offered, facts: Facts) -> tuple[IntroductionEvent, ...]:
    offer = state.offer
    _one_of_the_two(member, offer, facts)
    if member in state.consents:
        return ()
    if facts.at >= offer.expires_at:
        raise IllegalMove("this offer has expired", field="introduction", remedy="offer a new one")
    _still_fit(offer, facts)
    consented = IntroductionConsented(member=member)
    if state.consents | {member} < {offer.seeker, offer.helper}:
        return (consented,)
    return consented, IntroductionMade(seeker=offer.seeker, helper=offer.helper)


def _may_introduce(command: OfferIntroduction, facts: Facts) -> None:
    """Who offers for one pair after the other learns which of them stay apart: a third member must not."""
    if not _concerns(command.seeker, command.helper, facts):
        raise NotTheirs("only one of the two or staff may introduce them", remedy="ask a facilitator to introduce them")


def _concerns(seeker: MemberId, helper: MemberId, facts: Facts) -> bool:
    """Whether the actor may know of it: one of the two, staff, and who works for all."""
    return facts.actor in {seeker, helper, OPERATOR, ENGINE} or on_duty(facts, facts.actor, OFFICES)


def _one_of_the_two(member: MemberId, offer: IntroductionOffered, facts: Facts) -> None:
    _only(member, offer.helper if member == offer.helper else offer.seeker, facts, "this is for the two to say")


def _only(member: MemberId, who: MemberId, facts: Facts, words: str) -> None:
    if member != who or facts.speaker != who:
        raise NotTheirs(words, field="member")


def _still_fit(offer: IntroductionOffered, facts: Facts) -> None:
    """Since the offer somebody may have left, or declared a conflict. Who says yes while paused means it."""
    helper = replace(candidate(facts, offer.helper), away=False)
    objection = first_objection(helper, Asking(reader=candidate(facts, offer.seeker)))
    if objection is not None:
        raise IllegalMove(objection.words, field="introduction", remedy="decline it, or let it expire")


def _met(command: RecordMeeting, state: Made, facts: Facts) -> tuple[IntroductionEvent, ...]:
    _of_the_two(state.offer, facts)
    _past(command.at, facts)
    seeker, helper = state.offer.seeker, state.offer.helper
    held = MeetingHeld(seeker=seeker, helper=helper, minutes=command.minutes, at=command.at)
    if state.met in (None, held):
        return () if state.met else (held,)
    raise IllegalMove("another meeting is recorded already", field="introduction", remedy="offer a new one for more")


def _confirmed(member: MemberId, note: str, offer: IntroductionOffered, facts: Facts) -> HelpConfirmed:
    """It tells of the challenge, and so stays in its class."""
    return HelpConfirmed(
        member=member,
        helper=offer.helper,
        challenge=offer.challenge,
        note=note,
        confidentiality=class_of(facts, offer.challenge),
    )


def _of_the_two(offer: IntroductionOffered, facts: Facts) -> None:
    if facts.speaker != offer.helper and not may_steer(facts, offer.seeker):
        raise NotTheirs("only the two or a facilitator may say this", field="introduction")


def _here(member: MemberId, facts: Facts) -> bool:
    return isinstance(facts(MEMBER, member), Active | Paused)


def _past(at: datetime, facts: Facts) -> None:
    if at > facts.at:
        raise Malformed("this lies in the future", field="at", remedy="record it once it was held")
