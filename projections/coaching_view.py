"""One coaching case as one reader may see it."""

import sqlite3
from datetime import date, datetime

from msgspec import Struct

from domain.coaching.events import DispositionSuggested
from domain.vocabulary import Channel, Confidentiality, Disposition, MemberId, StreamId, Tier, Urgency
from projections.coaching_cases import QueueRow
from projections.coaching_waits import CaseStanding
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


class Item(Struct, frozen=True, kw_only=True):
    """What was said or done, in the order of the log."""

    position: int
    at: datetime
    what: str  # question, clarification, answer, handed over, …
    member: MemberId | None  # whose word it is
    text: str = ""
    channel: Channel | None = None


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


class OfferSeen(Struct, frozen=True, kw_only=True):
    offer: str
    coach: MemberId | None
    minutes: int
    at: datetime | None
    waits_for: MemberId | None
    expires_at: datetime


class Session(Struct, frozen=True, kw_only=True):
    session: str
    at: datetime
    minutes: int


class Log(Struct, frozen=True, kw_only=True):
    session: str
    member: MemberId
    text: str
    at: datetime


class NextStep(Struct, frozen=True, kw_only=True):
    step: str
    text: str
    due: date | None
    done: bool


class EngagementSeen(Struct, frozen=True, kw_only=True):
    coach: MemberId | None
    goal: str  # empty, like plans, logs and steps, for who is not one of the two
    until: date
    planned: tuple[Session, ...]
    held: tuple[Session, ...]
    logs: tuple[Log, ...]
    steps: tuple[NextStep, ...]


class FeedbackSeen(Struct, frozen=True, kw_only=True):
    helpful: bool
    plan_changed: bool
    tie_confirmed: bool
    note: str


class CaseView(Struct, frozen=True, kw_only=True):
    case: QueueRow
    how: str | None  # it ended
    possible: tuple[str, ...]  # moves, in words
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


def seen(connection: sqlite3.Connection, reader: Reader, coaching: StreamId) -> CaseView | None:
    """All that the reader may see of one case; None where it is not there for them."""
    raise NotImplementedError
