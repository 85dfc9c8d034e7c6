"""Which coaching cases may be offered a response that several share."""

import sqlite3
from typing import Final

from domain.coaching.commands import OfferGroupResponse
from domain.coaching.moves import MOVES
from domain.coaching.states import WORDS
from domain.vocabulary import MemberId, StreamId
from projections.reading import listed

_STATES: Final = listed([WORDS[state] for state, moves in MOVES.items() if OfferGroupResponse in moves])


def open_to_responses(connection: sqlite3.Connection) -> dict[StreamId, MemberId]:
    """Those of class group, with their seekers; who is offered a coach, or has one, waits for nobody else."""
    sql = """select coaching, owner from coaching_cases where open = 1 and confidentiality = 'group'
        and state in (select value from json_each(?)) order by since"""
    return dict(connection.execute(sql, (_STATES,)).fetchall())
