"""What happened to a coaching case. Words are the seeker's to erase, whoever wrote them."""

from datetime import date, datetime
from typing import Annotated, TypeAlias

from msgspec import Struct

from domain.kernel import Event, owned_by
from domain.vocabulary import Channel, Confidentiality, Disposition, Tier, Urgency

GROUP = Confidentiality.GROUP


class RungOffering(Struct, frozen=True, kw_only=True):
    rung: Disposition
    possible: bool
    reason: str
    candidates: tuple[str, ...] = ()


class SimilarNeed(Struct, frozen=True, kw_only=True):
    coaching: str
    nearness: float
    duplicate: bool


class CoachingNeedNoticed(Event, frozen=True, kw_only=True):
    seeker: str
    noticed_by: str
    challenge: str | None = None
    text: Annotated[str, owned_by("seeker")]


class RequestDrafted(Event, frozen=True, kw_only=True):
    seeker: str
    title: Annotated[str, owned_by("seeker")]
    text: Annotated[str, owned_by("seeker")] = ""
    tried: Annotated[str, owned_by("seeker")] = ""
    would_help: Annotated[str, owned_by("seeker")] = ""
    urgency: Urgency = Urgency.ROUTINE
    minutes: int = 0
    challenge: str | None = None
    chosen: Confidentiality = GROUP  # the class it will have; a draft is its author's alone
    reopens: str | None = None


class CoachingRequested(Event, frozen=True, kw_only=True):
    seeker: str
    title: Annotated[str, owned_by("seeker")]
    text: Annotated[str, owned_by("seeker")] = ""
    tried: Annotated[str, owned_by("seeker")] = ""
    would_help: Annotated[str, owned_by("seeker")] = ""
    urgency: Urgency = Urgency.ROUTINE
    minutes: int = 0
    challenge: str | None = None
    reopens: str | None = None
    confidentiality: Confidentiality = GROUP


class ClarificationAsked(Event, frozen=True, kw_only=True):
    seeker: str
    member: str
    question: Annotated[str, owned_by("seeker")]
    confidentiality: Confidentiality = GROUP


class RequestClarified(Event, frozen=True, kw_only=True):
    seeker: str
    text: Annotated[str, owned_by("seeker")]
    confidentiality: Confidentiality = GROUP


class RequestAnswered(Event, frozen=True, kw_only=True):
    seeker: str
    answer: str
    member: str
    channel: Channel = Channel.WRITTEN
    text: Annotated[str, owned_by("seeker")] = ""
    confidentiality: Confidentiality = GROUP


class DispositionSuggested(Event, frozen=True, kw_only=True):
    disposition: Disposition
    tier: Tier
    reason: str
    ladder: tuple[RungOffering, ...] = ()
    similar: tuple[SimilarNeed, ...] = ()
    position: int
    policy_hash: str
    encoder: str
    seeker: str = ""
    figures: Annotated[str, owned_by("seeker")] = ""  # the need's own words stand in it


class RequestTriaged(Event, frozen=True, kw_only=True):
    seeker: str
    member: str  # who decided
    tier: Tier
    disposition: Disposition
    urgency: Urgency
    reason: Annotated[str, owned_by("seeker")]
    passed_over: tuple[Disposition, ...] = ()
    considered: Annotated[str, owned_by("seeker")] = ""  # why, a line for each rung that was passed over
    sent: tuple[str, ...] = ()
    suggested: Disposition | None = None  # what was suggested when they decided
    steering: bool = False  # decided otherwise than suggested
    confidentiality: Confidentiality = GROUP


class RequestRerouted(Event, frozen=True, kw_only=True):
    seeker: str
    member: str
    tier: Tier
    disposition: Disposition
    urgency: Urgency
    reason: Annotated[str, owned_by("seeker")]
    passed_over: tuple[Disposition, ...] = ()
    considered: Annotated[str, owned_by("seeker")] = ""  # why, a line for each rung that was passed over
    sent: tuple[str, ...] = ()
    suggested: Disposition | None = None
    steering: bool = False
    confidentiality: Confidentiality = GROUP


class CaseHandedOver(Event, frozen=True, kw_only=True):
    seeker: str
    part: str  # facilitator, coach
    giver: str | None = None
    to: str
    reason: Annotated[str, owned_by("seeker")] = ""
    confidentiality: Confidentiality = GROUP


class ContextGranted(Event, frozen=True, kw_only=True):
    seeker: str
    member: str


class CoachOffered(Event, frozen=True, kw_only=True):
    offer: str
    seeker: str
    coach: str
    minutes: int
    at: datetime | None = None
    expert: bool = False  # draws on the network's expert budget too
    offered_by: str
    expires_at: datetime


class OfferAccepted(Event, frozen=True, kw_only=True):
    offer: str
    member: str


class OfferDeclined(Event, frozen=True, kw_only=True):
    offer: str
    member: str
    reason: Annotated[str, owned_by("member")] = ""


class OfferTimeProposed(Event, frozen=True, kw_only=True):
    offer: str
    member: str
    at: datetime
    expires_at: datetime


class OfferExpired(Event, frozen=True, kw_only=True):
    offer: str
    let_go: bool = False  # before its time: nobody heard what the coach would have said


class GroupResponseOffered(Event, frozen=True, kw_only=True):
    seeker: str
    member: str
    response: str
    about: Annotated[str, owned_by("seeker")]
    confidentiality: Confidentiality = GROUP


class GroupResponseAnswered(Event, frozen=True, kw_only=True):
    seeker: str
    response: str
    joins: bool


class EngagementOpened(Event, frozen=True, kw_only=True):
    seeker: str
    coach: str
    goal: Annotated[str, owned_by("seeker")]
    until: date


class SessionPlanned(Event, frozen=True, kw_only=True):
    session: str
    at: datetime
    minutes: int


class SessionCancelled(Event, frozen=True, kw_only=True):
    session: str


class SessionHeld(Event, frozen=True, kw_only=True):
    seeker: str
    coach: str
    session: str
    at: datetime
    minutes: int
    over: int = 0  # minutes beyond those reserved


class SessionLogged(Event, frozen=True, kw_only=True):
    seeker: str
    session: str
    member: str
    text: Annotated[str, owned_by("seeker")]


class NextStepAgreed(Event, frozen=True, kw_only=True):
    seeker: str
    step: str
    text: Annotated[str, owned_by("seeker")]
    due: date | None = None


class NextStepCompleted(Event, frozen=True, kw_only=True):
    step: str


class EngagementExtended(Event, frozen=True, kw_only=True):
    seeker: str
    until: date
    reason: Annotated[str, owned_by("seeker")]


class EngagementClosed(Event, frozen=True, kw_only=True):
    seeker: str
    coach: str
    member: str


class FeedbackGiven(Event, frozen=True, kw_only=True):
    seeker: str
    coach: str
    helpful: bool
    plan_changed: bool
    tie_confirmed: bool
    note: Annotated[str, owned_by("seeker")] = ""


class RequestResolved(Event, frozen=True, kw_only=True):
    seeker: str
    member: str
    note: Annotated[str, owned_by("seeker")] = ""
    confidentiality: Confidentiality = GROUP


class RequestReferredOut(Event, frozen=True, kw_only=True):
    seeker: str
    member: str
    to: Annotated[str, owned_by("seeker")]
    reason: Annotated[str, owned_by("seeker")]
    confidentiality: Confidentiality = GROUP


class RequestDeferred(Event, frozen=True, kw_only=True):
    seeker: str
    member: str
    until: date
    reason: Annotated[str, owned_by("seeker")]
    confidentiality: Confidentiality = GROUP


class RequestDeclined(Event, frozen=True, kw_only=True):
    seeker: str
    member: str
    reason: Annotated[str, owned_by("seeker")]
    confidentiality: Confidentiality = GROUP


class RequestWithdrawn(Event, frozen=True, kw_only=True):
    seeker: str
    reason: Annotated[str, owned_by("seeker")] = ""
    confidentiality: Confidentiality = GROUP


CoachingEvent: TypeAlias = (
    CoachingNeedNoticed
    | RequestDrafted
    | CoachingRequested
    | ClarificationAsked
    | RequestClarified
    | RequestAnswered
    | DispositionSuggested
    | RequestTriaged
    | RequestRerouted
    | CaseHandedOver
    | ContextGranted
    | CoachOffered
    | OfferAccepted
    | OfferDeclined
    | OfferTimeProposed
    | OfferExpired
    | GroupResponseOffered
    | GroupResponseAnswered
    | EngagementOpened
    | SessionPlanned
    | SessionCancelled
    | SessionHeld
    | SessionLogged
    | NextStepAgreed
    | NextStepCompleted
    | EngagementExtended
    | EngagementClosed
    | FeedbackGiven
    | RequestResolved
    | RequestReferredOut
    | RequestDeferred
    | RequestDeclined
    | RequestWithdrawn
)
