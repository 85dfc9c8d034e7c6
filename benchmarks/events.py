"""Made-up events to measure with: minutes without words, challenges with sealed ones."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count, cycle, islice
from typing import Final

from domain.budgets import TimeReleased, TimeReserved, TimeSpent
from domain.challenges import (
    ChallengeAnswered,
    ChallengePosted,
    ChallengeReframed,
    ChallengeResolved,
    ChallengeStageChanged,
)
from domain.kernel import Event
from domain.vocabulary import Stage
from engine.event_store import Origin

NETWORK: Final = "network-00000001"
MEMBER: Final = "member-00000001"
NOW: Final = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
TEXT: Final = "Thirty minutes a week, and most of it goes on paper that nobody reads afterwards. " * 2
_numbers = count(1)


def name(kind: str) -> str:
    """An id that was not given before."""
    return f"{kind}-{next(_numbers):08x}"


def origin() -> Origin:
    command = name("command")
    return Origin(actor=MEMBER, command=command, causation=command, correlation=command, digest=b"d" * 32)


def budget(length: int) -> list[Event]:
    """Asks that hold minutes of one member; two of three are spent, the third is let go."""
    return list(islice(_budget(), length))


def _budget() -> Iterator[Event]:
    for spent in cycle((True, True, False)):
        about = {"member": MEMBER, "reservation": name("introduction"), "minutes": 30}
        yield TimeReserved(**about, day=date(2026, 1, 15))
        yield TimeSpent(**about) if spent else TimeReleased(**about)


def challenge(length: int) -> list[Event]:
    """A challenge from its posting to its end, mostly answers; every event but the change of stage has a text."""
    middle = islice(cycle((_answered, _answered, _answered, _reframed, _answered, _turned)), max(0, length - 2))
    ended = ChallengeResolved(author=MEMBER, note="We meet on Tuesdays now.")
    return [_posted(), *(make() for make in middle), ended][:length]


def _posted() -> Event:
    return ChallengePosted(author=MEMBER, title="Tier 2 groups that never meet", text=TEXT)


def _answered() -> Event:
    return ChallengeAnswered(answer=name("answer"), member="member-00000002", to=MEMBER, text=TEXT)


def _reframed() -> Event:
    return ChallengeReframed(author=MEMBER, title="Groups that meet too seldom", text=TEXT)


def _turned() -> Event:
    return ChallengeStageChanged(stage=Stage.NAMING)
