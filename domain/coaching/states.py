"""Where a coaching case stands, and what is known of it there."""

from datetime import date, datetime
from typing import Final, TypeAlias

from msgspec import Struct

from domain.coaching.events import (
    ClarificationAsked,
    CoachingNeedNoticed,
    CoachingRequested,
    CoachOffered,
    DispositionSuggested,
    FeedbackGiven,
    GroupResponseOffered,
    NextStepAgreed,
    RequestAnswered,
    RequestDeclined,
    RequestDeferred,
    RequestDrafted,
    RequestReferredOut,
    RequestRerouted,
    RequestResolved,
    RequestTriaged,
    RequestWithdrawn,
    SessionHeld,
    SessionPlanned,
)
from domain.vocabulary import Disposition, MemberId

Ending: TypeAlias = RequestResolved | RequestReferredOut | RequestDeferred | RequestDeclined | RequestWithdrawn


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
    offered: dict[str, MemberId] = {}  # every offer made so far → the coach who was asked
    asked: frozenset[MemberId] = frozenset()  # coaches who said no, or nothing in time
    response: GroupResponseOffered | None = None
    joins: bool | None = None  # the seeker's answer to it
    granted: frozenset[MemberId] = frozenset()  # who came later and may read what was said before
    answers: dict[str, RequestAnswered] = {}
    clarified: str | None = None  # the seeker's last word to a question
    over: tuple[str, MemberId] | None = None  # the last offer that came to nothing, and who said no

    @property
    def offers(self) -> int:
        """Made so far."""
        return len(self.offered)


class Engagement(Struct, frozen=True, kw_only=True):
    coach: MemberId
    expert: bool
    goal: str
    until: date
    first: Offer | None  # whose minutes are held for the first session, until it is held
    first_planned: str | None = None  # the session that was planned for them, where the offer had no date
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
    end: Ending | None = None  # in which words
    engagement: Engagement | None = None
    feedback: FeedbackGiven | None = None


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


def coaches_of(state: Coaching) -> frozenset[MemberId]:
    """Who coaches, or is asked to."""
    match state:
        case Offered(offer=offer) | Accepted(offer=offer):
            return frozenset({offer.offered.coach})
        case Engaged(engagement=engagement, next=offer):
            return frozenset({engagement.coach} | ({offer.offered.coach} if offer else set()))
        case Ended(engagement=Engagement(coach=coach)):
            return frozenset({coach})
        case _:
            return frozenset()


def offer_of(state: Coaching) -> Offer | None:
    """The one that waits for a word, or led to a coach with whom no engagement is open yet."""
    match state:
        case Offered(offer=offer) | Accepted(offer=offer):
            return offer
        case Engaged(next=offer):
            return offer
        case _:
            return None
