"""What a request says that is waited on: the words of the need, and what came of it so far."""

from collections.abc import Sequence
from sqlite3 import Connection

from msgspec import Struct

from domain.coaching.events import (
    CoachingRequested,
    DispositionSuggested,
    EngagementClosed,
    RequestClarified,
    RequestRerouted,
    RequestTriaged,
)
from domain.coaching.states import Case, Clarifying, Offered, Triaged, Waiting, case_of
from domain.kernel import ERASED
from domain.vocabulary import COACHED, Confidentiality, Disposition, MemberId, StreamId, Tier, Urgency
from projections.coaching_history import Told, history, stands


class Intake(Struct, frozen=True, kw_only=True):
    coaching: StreamId
    seeker: MemberId
    challenge: StreamId | None
    words: str  # of the need, without what was tried: what is like that is not wanted again
    tried: str
    confidentiality: Confidentiality
    urgency: Urgency  # as decided, or as the seeker said
    minutes: int  # that the seeker can give a week
    tier: Tier | None  # as decided
    taken: frozenset[Disposition]  # rungs without a coach that were decided on before: it is still open
    sent: frozenset[str]  # resources and peers that were named then
    after_coaching: bool  # it reopens a need that somebody coached already
    open: bool  # and nobody coaches it yet
    since: int  # the position at which its words were last changed


def intake(connection: Connection, coaching: StreamId) -> Intake | None:
    """As it stands; None where nothing was submitted, or its words are erased."""
    told = history(connection, coaching)
    state = stands(told)
    case = case_of(state)
    if case is None or case.request.title == ERASED:
        return None
    before = history(connection, case.request.reopens) if case.request.reopens else []
    decided = [each.event for each in (*before, *told) if isinstance(each.event, RequestTriaged | RequestRerouted)]
    clarified = [each for each in told if isinstance(each.event, RequestClarified)]
    return Intake(
        coaching=coaching,
        seeker=case.request.seeker,
        challenge=case.request.challenge,
        words=_words(case, clarified),
        tried=case.request.tried,
        confidentiality=case.request.confidentiality,
        urgency=case.triage.urgency if case.triage else case.request.urgency,
        minutes=case.request.minutes,
        tier=case.triage.tier if case.triage else None,
        taken=frozenset(each.disposition for each in decided) - COACHED,
        sent=frozenset(one for each in decided for one in each.sent),
        after_coaching=any(isinstance(each.event, EngagementClosed) for each in before),
        open=isinstance(state, Waiting | Clarifying | Triaged | Offered),
        since=max(each.position for each in told if isinstance(each.event, CoachingRequested | RequestClarified)),
    )


def last_suggestion(connection: Connection, coaching: StreamId) -> DispositionSuggested | None:
    """The one that is stored."""
    told = [each.event for each in history(connection, coaching)]
    return next((event for event in reversed(told) if isinstance(event, DispositionSuggested)), None)


def _words(case: Case, clarified: Sequence[Told]) -> str:
    said = [each.event.text for each in clarified if isinstance(each.event, RequestClarified)]
    parts = (case.request.title, case.request.text, case.request.would_help, *said)
    return "\n".join(part for part in parts if part not in {"", ERASED})
