"""How each event moves a coaching case on."""

from typing import Final, TypeAlias

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
from domain.coaching.states import (
    Accepted,
    Case,
    Clarifying,
    Coaching,
    Drafted,
    Ended,
    Engaged,
    Engagement,
    NotAsked,
    Noticed,
    Offer,
    Offered,
    Triaged,
    Waiting,
    case_of,
)

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


def evolve(state: Coaching, event: CoachingEvent) -> Coaching:
    if isinstance(event, _Offering):
        return _evolve_offer(state, event)
    if isinstance(event, _Working):
        return _evolve_engaged(state, event)
    match event:
        case CoachingNeedNoticed():
            return Noticed(event)
        case RequestDrafted():
            return Drafted(event)
        case CoachingRequested():
            return Waiting(Case(request=event))
        case RequestWithdrawn(seeker=seeker):
            return Ended(case=case_of(state), seeker=seeker, how="withdrawn", end=event)
        case RequestResolved() | RequestReferredOut() | RequestDeferred() | RequestDeclined():
            return Ended(case=case_of(state), seeker=event.seeker, how=_HOW[type(event)], end=event)
        case _:
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
            return _with(state, replace(case, answers={**case.answers, answer: event}))
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
            known = replace(engagement, coach=to, expert=taken.offered.expert, planned={})
            return Engaged(case, replace(known, first=taken, first_planned=None))
        case Engaged(case=case), CoachOffered():
            return replace(state, case=_asked_again(case, event), next=_offer(event))
        case Triaged(case=case), CoachOffered():
            return Offered(_asked_again(case, event), _offer(event))
        case Offered(case=case, offer=offer), OfferAccepted():
            return Accepted(case, offer)
        case Offered(case=case, offer=offer) | Accepted(case=case, offer=offer), OfferDeclined() | OfferExpired():
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
            planned = {**known.planned, session: event}
            return replace(known, planned=planned, first_planned=session if dates_first(known) else known.first_planned)
        case SessionCancelled(session=session):
            return replace(_unplanned(known, session), cancelled=known.cancelled | {session})
        case SessionHeld(session=session):
            left = _unplanned(known, session) if session in known.planned else replace(known, first=None)
            return replace(left, held={**known.held, session: event})
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


def _asked_again(case: Case, event: CoachOffered) -> Case:
    return replace(case, offered={**case.offered, event.offer: event.coach})


def _refused(case: Case, offer: Offer, event: OfferDeclined | OfferExpired) -> Case:
    by = event.member if isinstance(event, OfferDeclined) else ""
    unheard = isinstance(event, OfferExpired) and event.let_go  # who paused may be asked once they are back
    asked = case.asked if unheard else case.asked | {offer.offered.coach}
    return replace(case, asked=asked, over=(offer.offered.offer, by))


def dates_first(known: Engagement) -> bool:
    """Whether the next session that is planned is the one that the coach was asked for, without a date."""
    return known.first is not None and known.first.at is None and known.first_planned is None


def _unplanned(known: Engagement, session: str) -> Engagement:
    return replace(known, planned={key: plan for key, plan in known.planned.items() if key != session})
