"""Coaching cases as they stand: the queue that facilitators work through, and everybody's own."""

import sqlite3
from datetime import datetime
from typing import Final

from msgspec import Struct

from domain.kernel import Recorded
from domain.vocabulary import Disposition, MemberId, StreamId, Tier, Urgency
from projections.reading import Reader
from projections.shape import USUAL, Page, Projection


class QueueRow(Struct, frozen=True, kw_only=True):
    coaching: StreamId
    seeker: MemberId
    title: str  # empty where its words are not for the reader
    state: str  # in words
    tier: Tier | None = None
    urgency: Urgency = Urgency.ROUTINE
    disposition: Disposition | None = None
    submitted_at: datetime | None = None  # None until it is
    first_response_due: datetime | None = None  # None once met or over, like the next two
    update_due: datetime | None = None
    resolution_due: datetime | None = None
    paused_since: datetime | None = None  # since when it waits for the seeker; no clock runs meanwhile
    facilitator: MemberId | None = None  # who holds it
    coach: MemberId | None = None  # who coaches, or is asked to
    first_request: bool = False  # the seeker's first ever
    suggested: Disposition | None = None
    suggestion_reason: str = ""
    duplicates: tuple[StreamId, ...] = ()  # other open cases that are likely the same need, for staff
    similar: tuple[StreamId, ...] = ()
    place: int | None = None  # in the queue of its tier; None where it waits for no coach
    reopens: StreamId | None = None
    since: int  # the position at which it was submitted, or begun: the order of the queue


def fill(connection: sqlite3.Connection, recorded: Recorded) -> None:
    """Nothing yet."""


PROJECTION: Final = Projection(name="coaching cases", schema="", fill=fill)


def queue(
    connection: sqlite3.Connection,
    reader: Reader,
    *,
    tier: Tier | None = None,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = USUAL,
) -> Page[QueueRow]:
    """For staff: what waits, the oldest first; in the state `engaged` or `ended` only where that is asked for."""
    raise NotImplementedError


def mine(
    connection: sqlite3.Connection, reader: Reader, *, cursor: str | None = None, limit: int = USUAL
) -> Page[QueueRow]:
    """Cases of the reader's own need, that they coach or are asked to, or that they hold; the newest first."""
    raise NotImplementedError
