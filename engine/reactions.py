"""What follows by itself: offers whose time has run out expire and free the minutes they held."""

from collections.abc import Iterable
from datetime import datetime

from domain.introductions import ExpireIntroduction
from domain.refusals import IllegalMove
from domain.vocabulary import ENGINE, StreamId
from engine.commands import Commands, Order, Sender
from projections.introductions import Introduction


def expire(commands: Commands, network: StreamId, overdue: Iterable[Introduction], now: datetime) -> int:
    """Expire offers, each by a command of its own whose id makes it happen once; says how many events that made."""
    events = 0
    for offer in overdue:
        order = Order(command=ExpireIntroduction(introduction=offer.introduction), at=now)
        sender = Sender(
            network=network, actor=ENGINE, command_id=f"expire-{offer.introduction}", causation=offer.introduction
        )
        try:
            events += len(commands.handle(order, sender))
        except IllegalMove:  # somebody answered in the meantime
            continue
    return events
