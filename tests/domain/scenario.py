"""Given what was said before, when somebody says this, then these are the facts: one network in memory."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from domain.budgets import SetTimeBudget
from domain.kernel import Command, Decider, Event, Facts
from domain.members import ChooseEngagementLevel, JoinNetwork
from domain.networks import CharterNetwork
from domain.plans import DECIDER_OF, DECIDERS, steps
from domain.refusals import Refused
from domain.vocabulary import OPERATOR, Level, MemberId, PeriodKind, StreamId

NET = "network-0000000a"
ADA, BEN, CLEO, DAN = (f"member-{letter * 8}" for letter in "abcd")
SCHOOL, OTHER_SCHOOL, DISTRICT = "site-00000001", "site-00000002", "site-0000000d"
CHALLENGE, OTHER_CHALLENGE = "challenge-00000001", "challenge-00000002"
RESOURCE = "resource-00000001"
INTRODUCTION, OTHER_INTRODUCTION = "introduction-00000001", "introduction-00000002"
NOON = datetime(2025, 9, 3, 12, tzinfo=UTC)  # a Wednesday


class Said(Struct, frozen=True):
    """A command with who says it and when."""

    command: Command
    by: str = OPERATOR
    at: datetime = NOON
    sent_by: str | None = None  # where somebody else sends it for them


class World(Facts):
    """Every stream of one network, and the log of what happened in them."""

    def __init__(self) -> None:
        self.states: dict[StreamId, Any] = {}
        self.log: list[tuple[StreamId, Event]] = []
        self._said = Said(Command())

    @property
    def at(self) -> datetime:
        return self._said.at

    @property
    def network(self) -> StreamId:
        return NET

    @property
    def actor(self) -> str:
        return self._said.sent_by or self._said.by

    @property
    def speaker(self) -> str:
        return self._said.by

    def __call__(self, decider: Decider[Any, Any, Any], stream: StreamId) -> Any:
        of_this_kind = stream.startswith(f"{decider.kind}-")
        return self.states.get(stream, decider.initial) if of_this_kind else decider.initial

    def knows(self, stream: StreamId) -> bool:
        return stream in self.states

    def installed(self, numerics: str) -> bool:
        return numerics == "plain"

    def decided(self, said: Said) -> list[tuple[StreamId, tuple[Event, ...]]]:
        """What would come of it; nothing is recorded."""
        self._said = said
        moves = steps(said.command, self)
        return [
            (move.stream, move.decider.decide(move.command, self(move.decider, move.stream), self)) for move in moves
        ]

    def tell(self, said: Said) -> tuple[Event, ...]:
        """Decide, record, and return the events."""
        decided = self.decided(said)
        for stream, events in decided:
            for event in events:
                self.record(stream, event)
        return tuple(event for _, events in decided for event in events)

    def record(self, stream: StreamId, event: Event) -> None:
        decider = DECIDERS[stream.partition("-")[0]]
        self.states[stream] = decider.evolve(self(decider, stream), event)
        self.log.append((stream, event))

    def tell_all(self, orders: Iterable[Said]) -> None:
        for said in orders:
            self.tell(said)


class Outcome(Struct, frozen=True):
    events: tuple[Event, ...]
    refusal: Refused | None

    def then(self, *events: Event) -> None:
        if self.refusal is not None:
            raise self.refusal
        assert self.events == events

    def then_nothing(self) -> None:
        self.then()

    def refused(self, words: str) -> None:
        assert self.refusal is not None, f"was accepted: {self.events}"
        assert words in str(self.refusal)


class Given(Struct, frozen=True):
    world: World

    def when(self, command: Command, *, by: str = OPERATOR, at: datetime = NOON) -> Outcome:
        try:
            return Outcome(self.world.tell(Said(command, by, at)), None)
        except Refused as refusal:
            return Outcome((), refusal)


def given(*orders: Command | Said) -> Given:
    """A network that ADA, BEN, CLEO and DAN joined, then these orders: the operator's, where nobody is named."""
    world = World()
    world.tell_all([*founded(), *(order if isinstance(order, Said) else Said(order) for order in orders)])
    return Given(world)


def nothing_yet() -> Given:
    return Given(World())


def founded() -> list[Said]:
    joined = [Said(JoinNetwork(member=member)) for member in (ADA, BEN, CLEO, DAN)]
    return [Said(CharterNetwork(network=NET, name="Riverbend")), *joined]


def by(who: str, command: Command, at: datetime = NOON) -> Said:
    return Said(command, who, at)


def offers_time(
    member: MemberId, minutes: int = 60, period: PeriodKind = PeriodKind.WEEK, at: datetime = NOON
) -> tuple[Said, Said]:
    """What somebody says who may be asked for time."""
    return (
        by(member, ChooseEngagementLevel(member=member, level=Level.PARTNER), at),
        by(member, SetTimeBudget(member=member, minutes=minutes, period=period), at),
    )


COMMANDS = tuple(DECIDER_OF)
