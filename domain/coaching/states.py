"""Where a coaching case stands, what is known of it there, and how each event moves it on."""

from datetime import date, datetime
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from domain.coaching.events import (
    CaseHandedOver,
    ClarificationAsked,
    CoachingEvent,
    CoachingNeedNoticed,
    CoachingRequested,
    CoachOffered,
    ContextGranted,
    DispositionSuggested,
    EngagementClosed,
    EngagementExtended,
    EngagementOpened,
    FeedbackGiven,
    GroupResponseAnswered,
    GroupResponseOffered,
    NextStepAgreed,
    NextStepCompleted,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferTimeProposed,
    RequestAnswered,
    RequestClarified,
    RequestDeclined,
    RequestDeferred,
    RequestDrafted,
    RequestReferredOut,
    RequestRerouted,
    RequestResolved,
    RequestTriaged,
    RequestWithdrawn,
    SessionCancelled,
    SessionHeld,
    SessionLogged,
    SessionPlanned,
)
from domain.vocabulary import Disposition, MemberId


class Offer(Struct, frozen=True, kw_only=True):
    """A coach who is asked, with the minutes that are held of their time."""

    offered: CoachOffered
    waits_for: MemberId  # whose word is wanted: the coach's, after another time was proposed the other one's
    at: datetime | None  # when the first session would be
    expires_at: datetime


class Case(Struct, frozen=True, kw_only=True):
    """What is known of a request from its submission on."""

    request: CoachingRequested
    facilitator: MemberId | None = None  # who holds the case
    suggestion: DispositionSuggested | None = None
    triage: RequestTriaged | RequestRerouted | None = None
    taken: frozenset[Disposition] = frozenset()  # rungs that were decided on so far
    asked: frozenset[MemberId] = frozenset()  # coaches who said no, or nothing
    offers: int = 0  # made so far
    response: GroupResponseOffered | None = None
    joins: bool | None = None  # the seeker's answer to it
    granted: frozenset[MemberId] = frozenset()  # who came later and may read what was said before
    answers: frozenset[str] = frozenset()
    clarified: str | None = None  # the seeker's last word to a question
    over: tuple[str, MemberId] | None = None  # the last offer that came to nothing, and who said no


class Engagement(Struct, frozen=True, kw_only=True):
    coach: MemberId
    expert: bool
    goal: str
    until: date
    first: Offer | None  # whose minutes are held for the first session, until it is held
    planned: dict[str, SessionPlanned] = {}
    cancelled: frozenset[str] = frozenset()
    held: dict[str, SessionHeld] = {}
    logged: frozenset[tuple[str, MemberId, str]] = frozenset()  # session, who, what
    steps: dict[str, NextStepAgreed] = {}
    done: frozenset[str] = frozenset()  # steps


class NotAsked(Struct, frozen=True):
    """No case of this id."""


class Noticed(Struct, frozen=True):
    need: CoachingNeedNoticed


class Drafted(Struct, frozen=True):
    draft: RequestDrafted


class Waiting(Struct, frozen=True):
    """For a facilitator."""

    case: Case


class Clarifying(Struct, frozen=True):
    """Waits for the seeker's word; then it goes on where it was."""

    case: Case
    question: ClarificationAsked


class Triaged(Struct, frozen=True):
    """Decided; where a coach is wanted it waits in the queue of its tier."""

    case: Case


class Offered(Struct, frozen=True):
    case: Case
    offer: Offer


class Accepted(Struct, frozen=True):
    """A coach said yes; what they work on is still to be agreed."""

    case: Case
    offer: Offer


class Engaged(Struct, frozen=True):
    case: Case
    engagement: Engagement
    next: Offer | None = None  # to the coach who is to take over


class Ended(Struct, frozen=True):
    case: Case | None  # None where the seeker gave it up before anybody was asked
    seeker: MemberId
    how: str  # closed, resolved, referred out, deferred, declined, withdrawn
    engagement: Engagement | None = None
    feedback: FeedbackGiven | None = None


_Learned: TypeAlias = (
    ClarificationAsked
    | RequestClarified
    | RequestAnswered
    | DispositionSuggested
    | RequestTriaged
    | RequestRerouted
    | ContextGranted
    | GroupResponseOffered
    | GroupResponseAnswered
)
_Offering: TypeAlias = CoachOffered | OfferAccepted | OfferDeclined | OfferExpired | OfferTimeProposed | CaseHandedOver
_Working: TypeAlias = (
    EngagementOpened
    | SessionPlanned
    | SessionCancelled
    | SessionHeld
    | SessionLogged
    | NextStepAgreed
    | NextStepCompleted
    | EngagementExtended
    | EngagementClosed
    | FeedbackGiven
)
_HOW: Final[dict[type, str]] = {
    RequestResolved: "resolved",
    RequestReferredOut: "referred out",
    RequestDeferred: "deferred",
    RequestDeclined: "declined",
}

Coaching: TypeAlias = (
    NotAsked | Noticed | Drafted | Waiting | Clarifying | Triaged | Offered | Accepted | Engaged | Ended
)

WORDS: Final[dict[type, str]] = {
    NotAsked: "not asked",
    Noticed: "noticed",
    Drafted: "drafted",
    Waiting: "waiting",
    Clarifying: "waiting for the seeker",
    Triaged: "triaged",
    Offered: "offered",
    Accepted: "accepted",
    Engaged: "engaged",
    Ended: "ended",
}


def seeker_of(state: Coaching) -> MemberId | None:
    """Whose need it is; None where there is none."""
    match state:
        case NotAsked():
            return None
        case Noticed(need=said) | Drafted(draft=said):
            return said.seeker
        case Ended(seeker=seeker):
            return seeker
        case Waiting(case=case) | Clarifying(case=case) | Triaged(case=case):
            return case.request.seeker
        case Offered(case=case) | Accepted(case=case) | Engaged(case=case):
            return case.request.seeker


def case_of(state: Coaching) -> Case | None:
    """What is known since it was submitted."""
    match state:
        case NotAsked() | Noticed() | Drafted():
            return None
        case Waiting(case=case) | Clarifying(case=case) | Triaged(case=case) | Ended(case=case):
            return case
        case Offered(case=case) | Accepted(case=case) | Engaged(case=case):
            return case


def evolve(state: Coaching, event: CoachingEvent) -> Coaching:
    match event:
        case CoachingNeedNoticed():
            return Noticed(event)
        case RequestDrafted():
            return Drafted(event)
        case CoachingRequested():
            return Waiting(Case(request=event))
        case RequestWithdrawn(seeker=seeker):
            return Ended(case=case_of(state), seeker=seeker, how="withdrawn")
        case (
            OfferAccepted() | OfferDeclined() | OfferExpired() | OfferTimeProposed() | CoachOffered() | CaseHandedOver()
        ):
            return _evolve_offer(state, event)
        case (
            EngagementOpened()
            | SessionPlanned()
            | SessionCancelled()
            | SessionHeld()
            | SessionLogged()
            | NextStepAgreed()
            | NextStepCompleted()
            | EngagementExtended()
            | EngagementClosed()
            | FeedbackGiven()
        ):
            return _evolve_engaged(state, event)
        case RequestResolved() | RequestReferredOut() | RequestDeferred() | RequestDeclined():
            return Ended(case=case_of(state), seeker=event.seeker, how=_HOW[type(event)])
        case (
            ClarificationAsked()
            | RequestClarified()
            | RequestAnswered()
            | DispositionSuggested()
            | RequestTriaged()
            | RequestRerouted()
            | ContextGranted()
            | GroupResponseOffered()
            | GroupResponseAnswered()
        ):
            case = case_of(state)
            return state if case is None else _evolve_case(state, case, event)


def _evolve_case(state: Coaching, case: Case, event: _Learned) -> Coaching:
    match event:
        case ClarificationAsked():
            return Clarifying(case, event)
        case RequestClarified(text=text):
            known = replace(case, clarified=text)
            return Waiting(known) if case.triage is None else Triaged(known)
        case RequestTriaged(disposition=taken) | RequestRerouted(disposition=taken):
            return Triaged(replace(case, triage=event, taken=case.taken | {taken}))
        case RequestAnswered(answer=answer):
            return _with(state, replace(case, answers=case.answers | {answer}))
        case DispositionSuggested():
            return _with(state, replace(case, suggestion=event))
        case ContextGranted(member=member):
            return _with(state, replace(case, granted=case.granted | {member}))
        case GroupResponseOffered():
            return _with(state, replace(case, response=event, joins=None))
        case GroupResponseAnswered(joins=joins):
            return _with(state, replace(case, joins=joins))


def _evolve_offer(state: Coaching, event: _Offering) -> Coaching:
    match state, event:
        case _, CaseHandedOver(part="facilitator", to=to):
            case = case_of(state)
            return state if case is None else _with(state, replace(case, facilitator=to))
        case Engaged(case=case, engagement=engagement, next=Offer() as taken), CaseHandedOver(to=to):
            known = replace(engagement, coach=to, expert=taken.offered.expert, first=taken, planned={})
            return Engaged(case, known)
        case Engaged(case=case), CoachOffered():
            return replace(state, case=_asked_again(case), next=_offer(event))
        case Triaged(case=case), CoachOffered():
            return Offered(_asked_again(case), _offer(event))
        case Offered(case=case, offer=offer), OfferAccepted():
            return Accepted(case, offer)
        case Offered(case=case, offer=offer), OfferDeclined() | OfferExpired():
            return Triaged(_refused(case, offer, event))
        case Engaged(case=case, next=Offer() as offer), OfferDeclined() | OfferExpired():
            return replace(state, case=_refused(case, offer, event), next=None)
        case Offered(offer=offer), OfferTimeProposed():
            return replace(state, offer=_proposed(offer, event))
        case Engaged(next=Offer() as offer), OfferTimeProposed():
            return replace(state, next=_proposed(offer, event))
        case _:
            return state


def _evolve_engaged(state: Coaching, event: _Working) -> Coaching:
    match state, event:
        case Accepted(case=case, offer=offer), EngagementOpened(coach=coach, goal=goal, until=until):
            expert = offer.offered.expert
            return Engaged(case, Engagement(coach=coach, expert=expert, goal=goal, until=until, first=offer))
        case Engaged(case=case, engagement=engagement), EngagementClosed(seeker=seeker):
            return Ended(case=case, seeker=seeker, how="closed", engagement=engagement)
        case Ended(), FeedbackGiven():
            return replace(state, feedback=event)
        case Engaged(engagement=engagement), _:
            return replace(state, engagement=_worked(engagement, event))
        case _:
            return state


def _worked(known: Engagement, event: _Working) -> Engagement:
    match event:
        case SessionPlanned(session=session):
            return replace(known, planned={**known.planned, session: event})
        case SessionCancelled(session=session):
            return replace(known, planned=_without(known.planned, session), cancelled=known.cancelled | {session})
        case SessionHeld(session=session):
            first = known.first if session in known.planned else None
            held = {**known.held, session: event}
            return replace(known, first=first, planned=_without(known.planned, session), held=held)
        case SessionLogged(session=session, member=member, text=text):
            return replace(known, logged=known.logged | {(session, member, text)})
        case NextStepAgreed(step=step):
            return replace(known, steps={**known.steps, step: event})
        case NextStepCompleted(step=step):
            return replace(known, done=known.done | {step})
        case EngagementExtended(until=until):
            return replace(known, until=until)
        case EngagementOpened() | EngagementClosed() | FeedbackGiven():
            return known


def _with(state: Coaching, case: Case) -> Coaching:
    match state:
        case NotAsked() | Noticed() | Drafted():
            return state
        case Waiting() | Clarifying() | Triaged() | Offered() | Accepted() | Engaged() | Ended():
            return replace(state, case=case)


def _offer(event: CoachOffered) -> Offer:
    return Offer(offered=event, waits_for=event.coach, at=event.at, expires_at=event.expires_at)


def _proposed(offer: Offer, event: OfferTimeProposed) -> Offer:
    """Whoever names another time has said yes to it: it is for the other one to answer."""
    other = offer.offered.seeker if event.member == offer.offered.coach else offer.offered.coach
    return replace(offer, waits_for=other, at=event.at, expires_at=event.expires_at)


def _asked_again(case: Case) -> Case:
    return replace(case, offers=case.offers + 1)


def _refused(case: Case, offer: Offer, event: OfferDeclined | OfferExpired) -> Case:
    by = event.member if isinstance(event, OfferDeclined) else ""
    return replace(case, asked=case.asked | {offer.offered.coach}, over=(offer.offered.offer, by))


def _without(planned: dict[str, SessionPlanned], session: str) -> dict[str, SessionPlanned]:
    return {key: value for key, value in planned.items() if key != session}


class Hold(Struct, frozen=True, kw_only=True):
    """Minutes that an open ask holds of somebody's time."""

    minutes: int
    at: datetime | None  # when they are wanted; undated: in the period of the ask
    expert: bool  # of the network's expert budget too


def holds(state: Coaching) -> dict[tuple[MemberId, str], Hold]:
    """By coach and reservation."""
    match state:
        case Offered(offer=offer) | Accepted(offer=offer):
            return _held_by(offer)
        case Engaged(engagement=known, next=offer):
            planned = {
                (known.coach, key): Hold(minutes=plan.minutes, at=plan.at, expert=known.expert)
                for key, plan in known.planned.items()
            }
            return planned | _held_by(known.first) | _held_by(offer)
        case _:
            return {}


def _held_by(offer: Offer | None) -> dict[tuple[MemberId, str], Hold]:
    if offer is None:
        return {}
    asked = offer.offered
    return {(asked.coach, asked.offer): Hold(minutes=asked.minutes, at=offer.at, expert=asked.expert)}
