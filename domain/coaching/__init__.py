"""Coaching cases, one stream: commands, events, states, the table of moves, decisions."""

from domain.coaching.commands import CoachingCommand
from domain.coaching.decisions import COACHING
from domain.coaching.events import CoachingEvent
from domain.coaching.states import Coaching

__all__ = ["COACHING", "Coaching", "CoachingCommand", "CoachingEvent"]
