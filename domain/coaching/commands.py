"""What may be asked of a coaching case, from the need that somebody notices to the feedback of its receiver."""

from datetime import date
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from domain.budgets import AskMinutes
from domain.kernel import Command
from domain.vocabulary import (
    Channel,
    Confidentiality,
    Disposition,
    Id,
    Instant,
    Minutes,
    OptionalText,
    Text,
    Tier,
    Title,
    Urgency,
)


class PassedOver(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rung of the ladder that was considered and not taken."""

    rung: Disposition
    reason: Text


class Offering(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one rung could offer a need when it was looked at."""

    rung: Disposition
    possible: bool
    reason: Text  # in words; without the words of the need
    candidates: tuple[Id, ...] = ()  # resources, peers, consultants, needs of the same theme, or coaches with room


class Likeness(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another open need."""

    coaching: Id
    nearness: float
    duplicate: bool  # likely the same need


class Suggestion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The least intensive rung that would do, with what every rung offers, as derived at a position of the log."""

    disposition: Disposition
    tier: Tier
    reason: Text
    ladder: Annotated[tuple[Offering, ...], Meta(max_length=7)] = ()
    similar: Annotated[tuple[Likeness, ...], Meta(max_length=20)] = ()
    position: int
    policy_hash: str
    encoder: str
    figures: Annotated[str, Meta(max_length=1_000_000)] = ""  # JSON: the corpus figures that its scores depend on


class Feedback(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the receiver says in two minutes."""

    helpful: bool
    plan_changed: bool  # whether the action plan changed
    tie_confirmed: bool  # whether the help came from the coach, as a tie of the network
    note: OptionalText = ""


class NoticeCoachingNeed(Command, frozen=True, kw_only=True):
    coaching: Id
    seeker: Id
    noticed_by: Id
    challenge: Id | None = None
    text: Text


class DraftRequest(Command, frozen=True, kw_only=True):
    """The guided intake; a draft may be written anew until it is submitted."""

    coaching: Id
    seeker: Id
    title: Title  # what the challenge is, in one line
    text: OptionalText = ""  # what happens
    tried: OptionalText = ""  # what was tried
    would_help: OptionalText = ""
    urgency: Urgency = Urgency.ROUTINE
    minutes: Minutes = 0  # that the seeker can give a week
    challenge: Id | None = None
    confidentiality: Confidentiality = Confidentiality.GROUP
    reopens: Id | None = None  # an earlier case of the seeker's that ended


class SubmitRequest(Command, frozen=True, kw_only=True):
    coaching: Id


class AskClarification(Command, frozen=True, kw_only=True):
    coaching: Id
    question: Text


class ClarifyRequest(Command, frozen=True, kw_only=True):
    coaching: Id
    text: Text


class AnswerRequest(Command, frozen=True, kw_only=True):
    """A human answer by whatever channel: here in words, or a call or a talk that is told of."""

    coaching: Id
    answer: Id
    member: Id
    channel: Channel = Channel.WRITTEN
    text: OptionalText = ""


class SuggestDisposition(Command, frozen=True, kw_only=True):
    coaching: Id
    suggestion: Suggestion


class TriageRequest(Command, frozen=True, kw_only=True):
    coaching: Id
    tier: Tier
    disposition: Disposition
    urgency: Urgency | None = None  # the seeker's own where none is given
    reason: Text
    passed_over: Annotated[tuple[PassedOver, ...], Meta(max_length=7)] = ()
    sent: Annotated[tuple[Id, ...], Meta(max_length=20)] = ()  # resources sent, or peers introduced


class RerouteRequest(Command, frozen=True, kw_only=True):
    coaching: Id
    tier: Tier
    disposition: Disposition
    urgency: Urgency | None = None
    reason: Text
    passed_over: Annotated[tuple[PassedOver, ...], Meta(max_length=7)] = ()
    sent: Annotated[tuple[Id, ...], Meta(max_length=20)] = ()


class HandOverCase(Command, frozen=True, kw_only=True):
    """To another facilitator, or to oneself: who holds the case. A coach hands over by an offer to the next one."""

    coaching: Id
    to: Id
    reason: OptionalText = ""


class GrantContext(Command, frozen=True, kw_only=True):
    """The seeker lets who came later read what was said before."""

    coaching: Id
    member: Id


class OfferCoach(Command, frozen=True, kw_only=True):
    coaching: Id
    offer: Id
    coach: Id
    minutes: AskMinutes | None = None  # of the first session; the policy's when not given
    at: Instant | None = None  # when the first session would be


class AcceptOffer(Command, frozen=True, kw_only=True):
    coaching: Id
    member: Id


class DeclineOffer(Command, frozen=True, kw_only=True):
    coaching: Id
    member: Id
    reason: OptionalText = ""
    away: bool = False  # and pause, in the same step


class ProposeTime(Command, frozen=True, kw_only=True):
    coaching: Id
    member: Id
    at: Instant


class ExpireOffer(Command, frozen=True, kw_only=True):
    coaching: Id
    offer: Id


class OfferGroupResponse(Command, frozen=True, kw_only=True):
    """One response to several who share a theme. Nobody is told of the others before both sides consent."""

    coaching: Id
    response: Id
    about: Title


class AnswerGroupResponse(Command, frozen=True, kw_only=True):
    coaching: Id
    member: Id
    joins: bool


class OpenEngagement(Command, frozen=True, kw_only=True):
    coaching: Id
    goal: Text
    until: date


class PlanSession(Command, frozen=True, kw_only=True):
    coaching: Id
    session: Id
    at: Instant
    minutes: AskMinutes | None = None


class CancelSession(Command, frozen=True, kw_only=True):
    coaching: Id
    session: Id


class HoldSession(Command, frozen=True, kw_only=True):
    coaching: Id
    session: Id
    at: Instant  # when it began
    minutes: AskMinutes


class LogSession(Command, frozen=True, kw_only=True):
    coaching: Id
    session: Id
    member: Id
    text: Text


class AgreeNextStep(Command, frozen=True, kw_only=True):
    coaching: Id
    step: Id
    text: Text
    due: date | None = None


class CompleteNextStep(Command, frozen=True, kw_only=True):
    coaching: Id
    step: Id


class ExtendEngagement(Command, frozen=True, kw_only=True):
    coaching: Id
    until: date
    reason: Text


class CloseEngagement(Command, frozen=True, kw_only=True):
    coaching: Id
    feedback: Feedback | None = None  # where the receiver closes it


class GiveFeedback(Command, frozen=True, kw_only=True):
    coaching: Id
    feedback: Feedback


class ResolveRequest(Command, frozen=True, kw_only=True):
    """A lower rung was enough."""

    coaching: Id
    note: OptionalText = ""


class ReferOut(Command, frozen=True, kw_only=True):
    coaching: Id
    to: Title
    reason: Text


class DeferRequest(Command, frozen=True, kw_only=True):
    coaching: Id
    until: date
    reason: Text


class DeclineRequest(Command, frozen=True, kw_only=True):
    coaching: Id
    reason: Text


class WithdrawRequest(Command, frozen=True, kw_only=True):
    coaching: Id
    reason: OptionalText = ""


CoachingCommand: TypeAlias = (
    NoticeCoachingNeed
    | DraftRequest
    | SubmitRequest
    | AskClarification
    | ClarifyRequest
    | AnswerRequest
    | SuggestDisposition
    | TriageRequest
    | RerouteRequest
    | HandOverCase
    | GrantContext
    | OfferCoach
    | AcceptOffer
    | DeclineOffer
    | ProposeTime
    | ExpireOffer
    | OfferGroupResponse
    | AnswerGroupResponse
    | OpenEngagement
    | PlanSession
    | CancelSession
    | HoldSession
    | LogSession
    | AgreeNextStep
    | CompleteNextStep
    | ExtendEngagement
    | CloseEngagement
    | GiveFeedback
    | ResolveRequest
    | ReferOut
    | DeferRequest
    | DeclineRequest
    | WithdrawRequest
)
