"""What follows by itself is said by the engine, and leads back to what was last said of the same stream."""

from domain.vocabulary import ENGINE, StreamId
from engine.commands import Sender
from engine.event_store import EventStore


def by_itself(store: EventStore, network: StreamId, stream: StreamId, command_id: str) -> Sender:
    """So a chain of causes ends at a command of somebody's (rule 35)."""
    last = [each.envelope for each in store.stream(stream, after=store.version(stream) - 1)[-1:]]
    return Sender(
        network=network,
        actor=ENGINE,
        command_id=command_id,
        causation=last[0].command if last else None,
        correlation=last[0].correlation if last else None,
    )
