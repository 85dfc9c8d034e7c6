"""How coaching cases are filled: each event of a case leads it on, with its clocks, and with it what is counted."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final, get_args

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain.calendar import SchoolCalendar
from domain.challenges import ChallengeAnswered
from domain.clocks import Clocks, begin, move, under
from domain.coaching import Coaching, CoachingEvent
from domain.coaching.events import CoachingRequested, DispositionSuggested, OfferAccepted
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
from domain.kernel import Recorded
from domain.networks import NetworkChartered, PolicyAdopted, PolicyProposed, SchoolCalendarSet
from domain.policies import CoachingPolicy
from domain.vocabulary import Confidentiality, MemberId, StreamId, Tier, Urgency
from projections import coaching_cases, coaching_history, coaching_waits
from projections.coaching_cases import QueueRow, wants_coach
from projections.coaching_history import Told, history, stands, words_changed
from projections.coaching_readers import ALL, parts
from projections.reading import listed
from projections.shape import Projection, microseconds

_SCHEMA: Final = """
    create table if not exists coaching_setting (
        one integer primary key check (one = 1),
        calendar text not null,
        policy text not null
    ) strict;
    create table if not exists coaching_policies (hash text primary key, body text not null) strict;
"""
_EVENTS: Final = frozenset(get_args(CoachingEvent))
_QUEUED: Final = (Waiting, Clarifying, Triaged, Offered, Accepted)
_QUEUED_WORDS: Final = frozenset(WORDS[each] for each in _QUEUED)


class _Setting(Struct, frozen=True):
    calendar: SchoolCalendar
    policy: CoachingPolicy


def fill(connection: sqlite3.Connection, recorded: Recorded) -> None:
    event = recorded.event
    if type(event) in _EVENTS:
        _follow(connection, recorded)
        return
    match event:
        case ChallengeAnswered():
            _answered(connection, recorded, event)
        case NetworkChartered(zone=zone):
            calendar = _encoded(SchoolCalendar(zone=zone))
            connection.execute("insert into coaching_setting values (1, ?, ?)", (calendar, _encoded(CoachingPolicy())))
        case SchoolCalendarSet(calendar=calendar):
            _set_calendar(connection, calendar, recorded.envelope.occurred_at)
        case PolicyProposed(policy_hash=key, policy=proposed):
            connection.execute("insert into coaching_policies values (?, ?)", (key, _encoded(proposed.coaching)))
        case PolicyAdopted(policy_hash=key):
            connection.execute(
                "update coaching_setting set policy = (select body from coaching_policies where hash = ?)", (key,)
            )
        case _:
            pass


PROJECTION: Final = Projection(
    name="coaching cases",
    schema=coaching_history.SCHEMA + coaching_cases.SCHEMA + coaching_waits.SCHEMA + _SCHEMA,
    fill=fill,
)


def _follow(connection: sqlite3.Connection, recorded: Recorded) -> None:
    """A case is led on from all that happened in it: there is no other way in which its row changes but the clocks."""
    coaching_history.add(connection, recorded)
    told = history(connection, recorded.stream)
    state, before = stands(told), _kept(connection, recorded.stream)
    clocks = _clocks(connection, before, recorded)
    row = _row(recorded.stream, state, told, clocks)
    _store(connection, row, state, told, clocks)
    _count(connection, before.row if before else None, -1)
    _count(connection, row, 1)
    coaching_waits.queued(connection, recorded, _place(before.row if before else None), _place(row))
    if isinstance(recorded.event, OfferAccepted) and isinstance(state, Accepted):
        coaching_waits.found_coach(connection, recorded, row.tier, row.submitted_at, _setting(connection).calendar)


def _place(row: QueueRow | None) -> tuple[Tier, int] | None:
    """In which queue, and since when it counts."""
    return (row.tier, row.since) if row is not None and row.tier is not None and wants_coach(row) else None


class _Kept(Struct, frozen=True, kw_only=True):
    """A case as its row had it."""

    row: QueueRow
    clocks: Clocks | None


def _kept(connection: sqlite3.Connection, coaching: StreamId) -> _Kept | None:
    sql = "select row, clocks from coaching_cases where coaching = ?"
    found = connection.execute(sql, (coaching,)).fetchone()
    if found is None:
        return None
    row, clocks = found
    return _Kept(row=_decode_row(row), clocks=None if clocks is None else _decode_clocks(clocks))


_decode_row: Final = msgspec.msgpack.Decoder(QueueRow).decode
_decode_clocks: Final = msgspec.msgpack.Decoder(Clocks).decode


def _clocks(connection: sqlite3.Connection, before: _Kept | None, recorded: Recorded) -> Clocks | None:
    event, at, now = recorded.event, recorded.envelope.occurred_at, _setting(connection)
    if isinstance(event, CoachingRequested):
        first_time = not connection.execute(_ASKED_BEFORE, (event.seeker,)).fetchone()
        return begin(event, at, now.calendar, now.policy, first_time=first_time)
    if before is None or before.clocks is None:
        return None
    return move(before.clocks, event, at, now.calendar, now.policy)


_ASKED_BEFORE: Final = "select 1 from coaching_cases where owner = ? and submitted_at is not null"


def _row(coaching: StreamId, state: Coaching, told: Sequence[Told], clocks: Clocks | None) -> QueueRow:
    case = case_of(state)
    early = QueueRow(
        coaching=coaching,
        seeker=seeker_of(state) or "",
        title=state.draft.title if isinstance(state, Drafted) else "",
        state=WORDS[type(state)],
        urgency=state.draft.urgency if isinstance(state, Drafted) else Urgency.ROUTINE,
        since=told[0].position,
    )
    return early if case is None or clocks is None else _timed(_submitted(early, state, case, told), clocks)


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


def _timed(row: QueueRow, clocks: Clocks) -> QueueRow:
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


def _store(
    connection: sqlite3.Connection,
    row: QueueRow,
    state: Coaching,
    told: Sequence[Told],
    clocks: Clocks | None,
) -> None:
    case, offer, changed = case_of(state), _open_offer(state), words_changed(told)
    suggested = next((each.event.position for each in told if isinstance(each.event, DispositionSuggested)), -1)
    connection.execute(
        f"insert or replace into coaching_cases values ({', '.join('?' * 26)})",
        (
            row.coaching,
            row.seeker,
            row.since,
            isinstance(state, _QUEUED),
            wants_coach(row),
            row.state,
            row.tier,
            case.request.confidentiality if case else Confidentiality.SEALED,
            state.need.noticed_by if isinstance(state, Noticed) else None,
            row.facilitator,
            row.coach,
            offer.offered.coach if offer and isinstance(state, Engaged) else None,
            case.request.challenge if case else None,
            row.disposition,
            listed(case.asked if case else ()),
            case.offers if case else 0,
            case.response.response if case and case.response else None,
            offer.offered.offer if offer else None,
            offer.offered.coach if offer else None,
            microseconds(offer.expires_at) if offer else None,
            microseconds(row.submitted_at) if row.submitted_at else None,
            len(changed),
            sum(position <= suggested for position in changed),
            listed([member for member, part in parts(state, told).items() if part.words == ALL]),
            msgspec.msgpack.encode(row),
            None if clocks is None else msgspec.msgpack.encode(clocks),
        ),
    )


def _open_offer(state: Coaching) -> Offer | None:
    """The one that waits for a word."""
    match state:
        case Offered(offer=offer) | Engaged(next=Offer() as offer):
            return offer
        case _:
            return None


def _count(connection: sqlite3.Connection, row: QueueRow | None, by: int) -> None:
    """How many cases stand so, of those that were submitted."""
    if row is not None and row.submitted_at is not None:
        is_open = row.state in _QUEUED_WORDS
        connection.execute(
            """insert into coaching_counts values (?, ?, ?, ?)
            on conflict (tier, state) do update set cases = cases + excluded.cases""",
            (row.tier or "", row.state, is_open, by),
        )


def _answered(connection: sqlite3.Connection, recorded: Recorded, answer: ChallengeAnswered) -> None:
    """An answer to the challenge that an open case is tied to."""
    for row, clocks in _open_cases(connection, "challenge = ?", recorded.stream):
        now = _setting(connection)
        moved = move(clocks, answer, recorded.envelope.occurred_at, now.calendar, now.policy)
        _set_clocks(connection, row, moved)


def _set_calendar(connection: sqlite3.Connection, calendar: SchoolCalendar, at: datetime) -> None:
    before = _setting(connection).calendar
    connection.execute("update coaching_setting set calendar = ?", (_encoded(calendar),))
    for row, clocks in _open_cases(connection, "true"):
        _set_clocks(connection, row, under(clocks, at, before, calendar))


def _open_cases(connection: sqlite3.Connection, where: str, *values: str) -> list[tuple[QueueRow, Clocks]]:
    sql = f"select row, clocks from coaching_cases where open = 1 and {where}"
    return [(_decode_row(row), _decode_clocks(clocks)) for row, clocks in connection.execute(sql, values)]


def _set_clocks(connection: sqlite3.Connection, row: QueueRow, clocks: Clocks) -> None:
    body = msgspec.msgpack.encode(_timed(row, clocks))
    sql = "update coaching_cases set row = ?, clocks = ? where coaching = ?"
    connection.execute(sql, (body, msgspec.msgpack.encode(clocks), row.coaching))


def _setting(connection: sqlite3.Connection) -> _Setting:
    calendar, policy = connection.execute("select calendar, policy from coaching_setting").fetchone()
    return _Setting(_calendar(calendar), _policy(policy))


@lru_cache(maxsize=16)
def _calendar(body: str) -> SchoolCalendar:
    return msgspec.json.decode(body, type=SchoolCalendar)


@lru_cache(maxsize=16)
def _policy(body: str) -> CoachingPolicy:
    return msgspec.json.decode(body, type=CoachingPolicy)


def _encoded(value: Struct) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()
