"""One coaching case as one reader may see it."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from msgspec import Struct
from msgspec.structs import replace

from domain.coaching import Coaching
from domain.coaching.events import (
    CoachingRequested,
    DispositionSuggested,
    RequestDrafted,
    RequestRerouted,
    RequestTriaged,
    RungOffering,
)
from domain.coaching.moves import words_of
from domain.coaching.rights import moves_of
from domain.coaching.states import Ended, Noticed, case_of, seeker_of
from domain.vocabulary import Confidentiality, Disposition, MemberId, NetworkRole, StreamId, Tier, Urgency
from projections.coaching_cases import QueueRow, cases_of, row_of, unseen
from projections.coaching_engagement import EngagementSeen, FeedbackSeen, OfferSeen, engagement, feedback, offer
from projections.coaching_history import Told, history, stands
from projections.coaching_items import Item, items
from projections.coaching_readers import ALL, NO_PART, OF_STAFF, Looking, Part, joined, narrowed, of_group, parts
from projections.coaching_waits import CaseStanding, standing
from projections.network_setting import setting
from projections.reading import Reader


class Intake(Struct, frozen=True, kw_only=True):
    title: str
    text: str
    tried: str
    would_help: str
    urgency: Urgency
    minutes: int  # that the seeker can give a week
    challenge: StreamId | None
    confidentiality: Confidentiality
    reopens: StreamId | None


class Decision(Struct, frozen=True, kw_only=True):
    member: MemberId | None
    at: datetime
    tier: Tier
    disposition: Disposition
    urgency: Urgency
    reason: str
    passed_over: tuple[Disposition, ...]
    considered: str  # why, a line for each rung passed over
    sent: tuple[str, ...]
    steering: bool  # decided otherwise than suggested


class CaseView(Struct, frozen=True, kw_only=True):
    case: QueueRow
    how: str | None  # it ended
    possible: tuple[str, ...]  # what the reader may do next, in words
    request: Intake | None  # None where its words are not for the reader
    items: tuple[Item, ...]
    decision: Decision | None
    suggestion: DispositionSuggested | None  # for staff
    offer: OfferSeen | None
    response: str | None  # a group response that was offered
    joins: bool | None  # the seeker's answer to it
    engagement: EngagementSeen | None
    feedback: FeedbackSeen | None
    standing: CaseStanding | None


def reads(connection: sqlite3.Connection, reader: Reader, coaching: StreamId) -> Part | None:
    """From where on the reader may see what of a case; None where it is not there for them."""
    told = history(connection, coaching)
    return _part(reader, stands(told), told)


def seen(
    connection: sqlite3.Connection, reader: Reader, coaching: StreamId, *, still: Part | None = None
) -> CaseView | None:
    """All that the reader may see of one case; None where it is not there for them.

    Of the past no more than what they `still` read of it.
    """
    told = history(connection, coaching)
    state = stands(told)
    part = _part(reader, state, told)
    part = narrowed(part, still) if part and still else part
    if part is None:
        return None
    row = row_of(connection, reader, coaching)
    return None if row is None else _view(connection, Looking(reader, part, state, told), row)


def _part(reader: Reader, state: Coaching, told: Sequence[Told]) -> Part | None:
    """What they read; None for who may not know of the case at all."""
    seeker, own = seeker_of(state), parts(state, told, holding=reader.staff)
    if seeker is None or seeker in reader.apart:
        return None
    if isinstance(state, Noticed) and reader.member == state.need.noticed_by:
        return Part(ALL, None)
    if case_of(state) is not None and reader.staff:
        return joined(own.get(reader.member, NO_PART), OF_STAFF if of_group(state) else NO_PART)
    return own.get(reader.member)


def _view(connection: sqlite3.Connection, looking: Looking, row: QueueRow) -> CaseView:
    reader, state, case = looking.reader, looking.state, case_of(looking.state)
    request = _intake(looking)
    theirs = reader.staff or reader.member == row.seeker
    return CaseView(
        case=row,
        how=state.how if isinstance(state, Ended) else None,
        possible=tuple(sorted(map(words_of, moves_of(state, reader.member, facilitates=_facilitates(reader))))),
        request=request,
        items=tuple(items(looking)),
        decision=_decision(looking),
        suggestion=_suggestion(connection, looking, row, readable=request is not None),
        offer=offer(looking),
        response=case.response.response if case and case.response and theirs else None,
        joins=case.joins if case and theirs else None,
        engagement=engagement(looking),
        feedback=feedback(looking),
        standing=_standing(connection, looking, row) if theirs and case else None,
    )


def _facilitates(reader: Reader) -> bool:
    return reader.operator or (reader.staff and NetworkRole.FACILITATOR in reader.roles)


def _intake(looking: Looking) -> Intake | None:
    for each in looking.told:
        event = each.event
        if isinstance(event, CoachingRequested | RequestDrafted) and looking.words(each.position):
            return Intake(
                title=event.title,
                text=event.text,
                tried=event.tried,
                would_help=event.would_help,
                urgency=event.urgency,
                minutes=event.minutes,
                challenge=event.challenge,
                confidentiality=event.chosen if isinstance(event, RequestDrafted) else event.confidentiality,
                reopens=event.reopens,
            )
    return None


def _decision(looking: Looking) -> Decision | None:
    made = [each for each in looking.told if isinstance(each.event, RequestTriaged | RequestRerouted)]
    if not made:
        return None
    last = made[-1]
    event = cast("RequestTriaged | RequestRerouted", last.event)
    readable = looking.words(last.position)
    return Decision(
        member=looking.name(event.member),
        at=last.at,
        tier=event.tier,
        disposition=event.disposition,
        urgency=event.urgency,
        reason=event.reason if readable else "",
        passed_over=event.passed_over,
        considered=event.considered if readable else "",
        sent=tuple(who for who in event.sent if readable and who not in looking.reader.hidden),
        steering=event.steering and looking.reader.staff,
    )


def _standing(connection: sqlite3.Connection, looking: Looking, row: QueueRow) -> CaseStanding:
    return standing(connection, looking.state, looking.told, row.tier, row.place, unseen=unseen(looking.reader))


def _suggestion(
    connection: sqlite3.Connection, looking: Looking, row: QueueRow, *, readable: bool
) -> DispositionSuggested | None:
    """For staff, without whom they must not be shown; what was found by its words, for who reads them."""
    reader, case = looking.reader, case_of(looking.state)
    found = case.suggestion if case else None
    if found is None or not reader.staff or row.suggested is None:
        return None
    hidden = reader.apart | cases_of(connection, reader.apart)
    least = setting(connection).policy.coaching.group_least
    ladder = (_rung(each, hidden, least) for each in found.ladder) if reader.apart else found.ladder
    similar = tuple(each for each in found.similar if readable and each.coaching not in hidden)
    return replace(
        found,
        seeker=row.seeker,
        figures="",  # nobody's to read: it can be derived again with them
        reason=row.suggestion_reason,
        ladder=tuple(each if readable else replace(each, candidates=()) for each in ladder),
        similar=similar,
    )


def _rung(each: RungOffering, hidden: frozenset[str], least: int) -> RungOffering:
    """What it could offer without whom they must not be shown, nor counted."""
    shown = tuple(who for who in each.candidates if who not in hidden)
    few = shown != each.candidates and len(shown) + 1 < least
    if few and each.rung is Disposition.GROUP_COACHING_OFFERED:
        words = f"fewer than {least} open needs are near one another"
        return replace(each, possible=False, reason=words, candidates=shown)
    return replace(each, candidates=shown)
