"""What the engine has to do for coaching cases: whom to offer a coach, what to suggest, which offers are open."""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from operator import itemgetter

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain.coaching.events import CoachingRequested, RequestClarified
from domain.coaching.states import Accepted
from domain.refusals import Unknown
from domain.vocabulary import Confidentiality, Disposition, MemberId, StreamId, Tier, Urgency
from projections.coaching_history import decoded, history, stands
from projections.reading import reader_at
from projections.shape import instant, rows


class Queued(Struct, frozen=True, kw_only=True):
    """A case that wants a coach and was offered none that it could still get."""

    coaching: StreamId
    seeker: MemberId
    tier: Tier
    disposition: Disposition
    submitted_at: datetime
    asked: frozenset[MemberId]  # coaches who said no, or nothing
    offers: int  # made so far
    response: str | None  # the group response that was offered


class OpenOffer(Struct, frozen=True, kw_only=True):
    coaching: StreamId
    offer: str
    coach: MemberId
    seeker: MemberId
    expires_at: datetime
    coach_away: bool  # paused, left, no coach any more, or kept apart from the seeker
    engaged: bool  # to take over while another one coaches


class LeftBehind(Struct, frozen=True, kw_only=True):
    """A case whose seeker left the network."""

    coaching: StreamId
    engaged: bool


class CaseWords(Struct, frozen=True, kw_only=True):
    coaching: StreamId
    seeker: MemberId
    challenge: StreamId | None
    title: str
    text: str
    tried: str
    would_help: str
    clarifications: tuple[str, ...]
    confidentiality: Confidentiality
    urgency: Urgency
    version: int  # of the words: 1, 2, … whenever they change


def waiting_for_coach(connection: sqlite3.Connection) -> list[Queued]:
    """Decided to have a coach and offered to none at present, the oldest first."""
    sql = """select coaching, owner, tier, disposition, submitted_at, asked, offers, response from coaching_cases
        where wants = 1 and state = 'triaged' order by since"""
    return [
        Queued(
            coaching=coaching,
            seeker=seeker,
            tier=Tier(tier),
            disposition=Disposition(disposition),
            submitted_at=instant(submitted_at),
            asked=frozenset(msgspec.json.decode(asked, type=list[str])),
            offers=offers,
            response=response,
        )
        for coaching, seeker, tier, disposition, submitted_at, asked, offers, response in connection.execute(sql)
    ]


def anybody_waits(connection: sqlite3.Connection) -> bool:
    """Whether there is a case that could be offered a coach."""
    sql = "select exists (select 1 from coaching_cases where wants = 1 and state = 'triaged')"
    return bool(connection.execute(sql).fetchone()[0])


def open_offers(connection: sqlite3.Connection) -> list[OpenOffer]:
    """Those that wait for somebody's word, the first to expire first; and what was accepted and cannot stand."""
    sql = """select coaching, offer, asks as coach, coaching_cases.owner as seeker, expires_at,
        coalesce(standing, 'left') <> 'active' or not exists (
            select 1 from network_roles where member = asks
            and role = case disposition when 'expert engaged' then 'expert' else 'coach' end
        ) as coach_away, next is not null as engaged
        from coaching_cases left join members on members.owner = asks
        where offer is not null order by expires_at, coaching"""
    parted = _in_conflict(connection)
    waiting = [
        replace(each, coach_away=each.coach_away or _apart(connection, each, parted))
        for each in rows(connection, OpenOffer, sql)
    ]
    accepted = [each for each in _accepted(connection) if each.coach_away or _apart(connection, each, parted)]
    return waiting + [replace(each, coach_away=True) for each in accepted]


def _accepted(connection: sqlite3.Connection) -> Iterator[OpenOffer]:
    sql = """select coaching, coalesce(standing, 'left') = 'left' from coaching_cases
        left join members on members.owner = coach where state = 'accepted' order by coaching"""
    for coaching, gone in connection.execute(sql).fetchall():
        state = stands(history(connection, coaching))
        if isinstance(state, Accepted):
            asked = state.offer.offered
            yield OpenOffer(
                coaching=coaching,
                offer=asked.offer,
                coach=asked.coach,
                seeker=asked.seeker,
                expires_at=state.offer.expires_at,
                coach_away=bool(gone),
                engaged=False,
            )


def _in_conflict(connection: sqlite3.Connection) -> frozenset[MemberId]:
    """Who is kept apart from anybody at all: few, so that the others need no closer look."""
    sql = "select owner, other from conflicts union select owner, other from mutes"
    return frozenset(who for pair in connection.execute(sql) for who in pair)


def _apart(connection: sqlite3.Connection, offer: OpenOffer, parted: frozenset[MemberId]) -> bool:
    if not {offer.coach, offer.seeker} <= parted:
        return False
    coach, seeker = (reader_at(connection, who) for who in (offer.coach, offer.seeker))
    kept = (coach.apart if coach else frozenset()) | (seeker.apart if seeker else frozenset())
    return not kept.isdisjoint({offer.coach, offer.seeker})


def left_behind(connection: sqlite3.Connection) -> list[LeftBehind]:
    """Submitted by somebody who is gone, and not ended yet."""
    sql = """select coaching, state = 'engaged' as engaged from members join coaching_cases using (owner)
        where standing = 'left' and state not in ('noticed', 'drafted', 'ended') order by coaching_cases.since"""
    return list(rows(connection, LeftBehind, sql))


def unsuggested(connection: sqlite3.Connection) -> list[StreamId]:
    """Cases that a facilitator decides on and whose words changed since the last suggestion, the oldest first."""
    sql = """select coaching from coaching_cases where suggested < words
        and state in ('waiting', 'waiting for the seeker', 'triaged') order by since"""
    return [coaching for (coaching,) in connection.execute(sql)]


def words(connection: sqlite3.Connection, coaching: StreamId) -> CaseWords:
    """For the engine alone. Raises Unknown where nothing was submitted."""
    sql = "select coaching, name, body from coaching_events where coaching = ? order by position"
    found = _said(connection.execute(sql, (coaching,)))
    if not found:
        raise Unknown("there is no such coaching case in this network", field="coaching")
    return found[0]


def open_needs(connection: sqlite3.Connection) -> list[CaseWords]:
    """Of the cases in the queue those whose words a group may read, the oldest first."""
    sql = """select coaching, name, body
        from coaching_cases indexed by coaching_cases_open join coaching_events using (coaching)
        where open = 1 and confidentiality = 'group' and name in ('coaching.requested', 'coaching.request-clarified')
        order by since, position"""
    return _said(connection.execute(sql))


def open_to_responses(connection: sqlite3.Connection) -> dict[StreamId, MemberId]:
    """Open needs of which a group may read and whose seeker can be offered a group response; with the seeker."""
    sql = """select coaching, owner from coaching_cases where open = 1 and confidentiality = 'group'
        and response is null and state in ('waiting', 'waiting for the seeker', 'triaged')"""
    return dict(connection.execute(sql))


def _said(events: Iterable[tuple[StreamId, str, bytes]]) -> list[CaseWords]:
    """From the events of each case in turn."""
    found = []
    for coaching, group in groupby(events, itemgetter(0)):
        said = [decoded(name, body) for _, name, body in group]
        request = next((each for each in said if isinstance(each, CoachingRequested)), None)
        if request is not None:
            clarified = tuple(each.text for each in said if isinstance(each, RequestClarified))
            found.append(_case_words(coaching, request, clarified))
    return found


def _case_words(coaching: StreamId, request: CoachingRequested, clarified: tuple[str, ...]) -> CaseWords:
    return CaseWords(
        coaching=coaching,
        seeker=request.seeker,
        challenge=request.challenge,
        title=request.title,
        text=request.text,
        tried=request.tried,
        would_help=request.would_help,
        clarifications=clarified,
        confidentiality=request.confidentiality,
        urgency=request.urgency,
        version=1 + len(clarified),
    )
