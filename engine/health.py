"""Is the system fit to serve: quick checks for every probe, thorough ones for whoever looks for a fault."""

from msgspec import Struct

from domain.vocabulary import StreamId
from engine.runtime import Confrere


class Standing(Struct, frozen=True, kw_only=True):
    """How far a network's views have come, and what stands in their way."""

    network: StreamId
    position: int
    lag: int
    trouble: str | None = None


def standings(system: Confrere) -> tuple[Standing, ...]:
    """One per network."""
    found = []
    for network in system.store.networks():
        views = system.views(network)
        found.append(Standing(network=network, position=views.position, lag=views.lag(), trouble=views.last_error))
    return tuple(found)
