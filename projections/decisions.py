"""Every list and suggestion that was ever recorded, in the order of the log, and whom each concerns."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from domain.vocabulary import MemberId, StreamId
from projections.reading import Reader, listed
from projections.shape import USUAL, bounded, rows

SUGGESTED: Final = "suggested disposition"
_DECISIONS: Final = """
    select stream as decision, coalesce(kind, :suggested) as what, timeline.position as recorded, occurred_at as at,
    coalesce(lists.owner, coaching_cases.owner, '') as concerned
    from timeline left join lists on recommendation = stream left join coaching_cases on coaching = stream
    where name in ('recommendation.issued', 'coaching.disposition-suggested') and timeline.position > :after
    and coalesce(lists.owner, coaching_cases.owner, '') not in (select value from json_each(:apart))
    order by timeline.position limit :limit
"""


class Decision(Struct, frozen=True, kw_only=True):
    decision: StreamId  # the list, or the case that something was suggested for
    what: str
    recorded: int  # its position in the log
    at: datetime
    concerned: MemberId  # the reader of the list, or the seeker; empty where nobody knows any more


def decisions(connection: sqlite3.Connection, reader: Reader, *, after: int = 0, limit: int = USUAL) -> list[Decision]:
    """Those beyond a position, without what concerns somebody whom the reader must not be shown."""
    given: Mapping[str, object] = {
        "suggested": SUGGESTED,
        "after": after,
        "apart": listed(reader.apart),
        "limit": bounded(limit),
    }
    return list(rows(connection, Decision, _DECISIONS, given))
