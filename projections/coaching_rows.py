"""A coaching case as a row: what is shown of it, and the columns by which it is found."""

import sqlite3
from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from domain.clocks import Clocks
from domain.coaching import Coaching
from domain.coaching.events import CoachingRequested, DispositionSuggested
from domain.coaching.states import (
    WORDS,
    Accepted,
    Case,
    Clarifying,
    Drafted,
    Ended,
    Engaged,
    Engagement,
    Noticed,
    Offer,
    Offered,
    Triaged,
    Waiting,
    case_of,
    seeker_of,
)
from domain.vocabulary import Confidentiality, MemberId, StreamId, Urgency
from projections.coaching_cases import QueueRow, wants_coach
from projections.coaching_history import Told, words_changed
from projections.coaching_readers import ALL, parts
from projections.reading import listed
from projections.shape import microseconds

OPEN: Final = frozenset(WORDS[each] for each in (Waiting, Clarifying, Triaged, Offered, Accepted))  # in the queue


def row_from(coaching: StreamId, state: Coaching, told: Sequence[Told], clocks: Clocks | None) -> QueueRow:
    case = case_of(state)
    early = QueueRow(
        coaching=coaching,
        seeker=seeker_of(state) or "",
        title=state.draft.title if isinstance(state, Drafted) else "",
        state=WORDS[type(state)],
        urgency=state.draft.urgency if isinstance(state, Drafted) else Urgency.ROUTINE,
        since=told[0].position,
    )
    return early if case is None or clocks is None else timed(_submitted(early, state, case, told), clocks)


def _submitted(early: QueueRow, state: Coaching, case: Case, told: Sequence[Told]) -> QueueRow:
    request, suggestion = case.request, case.suggestion
    submission = next(each for each in told if isinstance(each.event, CoachingRequested))
    alike = suggestion.similar if suggestion else ()
    return replace(
        early,
        title=request.title,
        tier=case.triage.tier if case.triage else None,
        urgency=case.triage.urgency if case.triage else request.urgency,
        disposition=case.triage.disposition if case.triage else None,
        submitted_at=submission.at,
        facilitator=case.facilitator,
        coach=_coach(state),
        suggested=suggestion.disposition if suggestion else None,
        suggestion_reason=suggestion.reason if suggestion else "",
        duplicates=tuple(each.coaching for each in alike if each.duplicate),
        similar=tuple(each.coaching for each in alike if not each.duplicate),
        reopens=request.reopens,
        since=submission.position,
    )


def timed(row: QueueRow, clocks: Clocks) -> QueueRow:
    return replace(
        row,
        first_response_due=clocks.first_response_due,
        update_due=clocks.update_due,
        resolution_due=clocks.resolution_due,
        paused_since=clocks.paused_since,
        first_request=clocks.first_time,
    )


def _coach(state: Coaching) -> MemberId | None:
    match state:
        case Offered(offer=offer) | Accepted(offer=offer):
            return offer.offered.coach
        case Engaged(engagement=engagement) | Ended(engagement=Engagement() as engagement):
            return engagement.coach
        case _:
            return None


def store(
    connection: sqlite3.Connection, row: QueueRow, state: Coaching, told: Sequence[Told], clocks: Clocks | None
) -> None:
    columns = (
        _found_by(row, state)
        | _asks(state)
        | _words(state, told)
        | {
            "row": msgspec.msgpack.encode(row),
            "clocks": None if clocks is None else msgspec.msgpack.encode(clocks),
        }
    )
    names = ", ".join(columns)
    values = ", ".join(f":{name}" for name in columns)
    connection.execute(f"insert or replace into coaching_cases ({names}) values ({values})", columns)


def _found_by(row: QueueRow, state: Coaching) -> dict[str, object]:
    case = case_of(state)
    return {
        "coaching": row.coaching,
        "owner": row.seeker,
        "since": row.since,
        "open": row.state in OPEN,
        "wants": wants_coach(row),
        "state": row.state,
        "tier": row.tier,
        "disposition": row.disposition,
        "noticed_by": state.need.noticed_by if isinstance(state, Noticed) else None,
        "facilitator": row.facilitator,
        "coach": row.coach,
        "challenge": case.request.challenge if case else None,
        "submitted_at": microseconds(row.submitted_at) if row.submitted_at else None,
    }


def _asks(state: Coaching) -> dict[str, object]:
    """Who was asked, and whose word is wanted."""
    case, offer = case_of(state), _open_offer(state)
    return {
        "asked": listed(case.asked if case else ()),
        "offers": case.offers if case else 0,
        "response": case.response.response if case and case.response else None,
        "offer": offer.offered.offer if offer else None,
        "asks": offer.offered.coach if offer else None,
        "next": offer.offered.coach if offer and isinstance(state, Engaged) else None,
        "expires_at": microseconds(offer.expires_at) if offer else None,
    }


def _words(state: Coaching, told: Sequence[Told]) -> dict[str, object]:
    """How often they changed, how often before the last suggestion was derived, and who reads those of the intake."""
    case, changed = case_of(state), words_changed(told)
    suggested = next((each.event.position for each in told if isinstance(each.event, DispositionSuggested)), -1)
    return {
        "confidentiality": case.request.confidentiality if case else Confidentiality.SEALED,
        "words": len(changed),
        "suggested": sum(position <= suggested for position in changed),
        "readers": listed([member for member, part in parts(state, told).items() if part.words == ALL]),
    }


def _open_offer(state: Coaching) -> Offer | None:
    """The one that waits for a word."""
    match state:
        case Offered(offer=offer) | Engaged(next=Offer() as offer):
            return offer
        case _:
            return None
