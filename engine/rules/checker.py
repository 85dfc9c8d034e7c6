"""What a checker is: what it looks at, and what it says in words where a rule was broken."""

from collections.abc import Callable, Mapping
from typing import Final, Protocol, TypeAlias, runtime_checkable

from engine.rules.told import Told

Look: TypeAlias = Callable[[Told], str | None]  # the fault in words, or None

EVERY: Final = "*"  # instead of a name: every event


class Checker(Protocol):
    """Remembers of the history what it needs, and no more."""

    @property
    def of(self) -> Mapping[str, Look]:
        """Name of an event → what is to be looked at in it."""


@runtime_checkable
class Closing(Protocol):
    """A checker that can say of some things only once all that was saved together has been seen."""

    def closed(self) -> tuple[int, str] | None:
        """Position and words of a fault in what was saved together."""


@runtime_checkable
class Leaving(Protocol):
    """A checker that cannot judge everything that it looks at."""

    @property
    def left(self) -> Mapping[str, int]:
        """Why something could not be judged → how often."""
