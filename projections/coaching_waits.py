"""How long requests of a tier waited for a coach, and where one stands in the queue."""

import sqlite3
from datetime import datetime

from msgspec import Struct

from domain.vocabulary import Tier


class Wait(Struct, frozen=True, kw_only=True):
    """School days from submission to the first accepted offer, in this network so far."""

    median: float
    p90: float
    requests: int  # that it is known from


class Notice(Struct, frozen=True, kw_only=True):
    at: datetime
    words: str


class CaseStanding(Struct, frozen=True, kw_only=True):
    """Where a case stands, for its seeker and staff."""

    place: int | None  # in the queue of its tier; None where it waits for no coach
    wait: Wait | None  # None: not enough history yet
    words: str
    notices: tuple[Notice, ...]


def wait(connection: sqlite3.Connection, tier: Tier) -> Wait | None:
    """None where fewer requests of the tier found a coach so far than the policy wants to foretell a wait."""
    raise NotImplementedError
