"""What the engine has to do for coaching cases: whom to offer a coach, what to suggest, which offers are open."""

import sqlite3
from datetime import datetime

from msgspec import Struct

from domain.vocabulary import Confidentiality, Disposition, MemberId, StreamId, Tier, Urgency


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
    coach_away: bool  # paused, or left
    engaged: bool  # to take over while another one coaches


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
    raise NotImplementedError


def open_offers(connection: sqlite3.Connection) -> list[OpenOffer]:
    """Those that wait for somebody's word, the first to expire first."""
    raise NotImplementedError


def unsuggested(connection: sqlite3.Connection) -> list[StreamId]:
    """Cases that a facilitator decides on and whose words changed since the last suggestion, the oldest first."""
    raise NotImplementedError


def words(connection: sqlite3.Connection, coaching: StreamId) -> CaseWords:
    """For the engine alone. Raises Unknown where nothing was submitted."""
    raise NotImplementedError


def open_needs(connection: sqlite3.Connection) -> list[CaseWords]:
    """Of the open cases that a group may read, the oldest first."""
    raise NotImplementedError
