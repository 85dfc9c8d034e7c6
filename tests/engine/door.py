"""A chartered network behind its door for changes, in memory or on disk."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from domain.budgets import BUDGET, Budget, SetTimeBudget, budget_of
from domain.catalogue import CATALOGUE
from domain.introductions import OfferIntroduction
from domain.kernel import Command, Recorded
from domain.members import ChooseEngagementLevel, JoinNetwork
from domain.networks import CharterNetwork
from domain.vocabulary import OPERATOR, Level, PeriodKind
from engine.commands import Commands, Order, Sender
from engine.event_store import EventStore
from engine.sealing import KeyRing

NET, ELSEWHERE = "network-00000001", "network-00000002"
ADA, BEN, CLEO, DAN, EVE = (f"member-0000000{each}" for each in "abcde")
NOON = datetime(2025, 9, 3, 12, tzinfo=UTC)  # a Wednesday


class Door:
    """Somebody at the door, who says one thing after another."""

    def __init__(self, store: EventStore) -> None:
        self.now = NOON
        self.store = store
        self.commands = Commands(store, lambda: self.now)
        self._said = 0

    def say(
        self,
        command: Command,
        *,
        by: str | None = None,
        actor: str = OPERATOR,
        id: str | None = None,  # noqa: A002 - the command's own word
        at: datetime | None = None,
        network: str = NET,
        expected: Mapping[str, int] | None = None,
    ) -> tuple[Recorded, ...]:
        order = Order(command=command, at=at or self.now, on_behalf_of=by)
        return self.commands.handle(order, self.sender(id, actor, network), expected=expected)

    def sender(self, id: str | None = None, actor: str = OPERATOR, network: str = NET) -> Sender:  # noqa: A002 - same
        self._said += 1
        return Sender(network=network, actor=actor, command_id=id or f"said-{self._said}")

    def order(self, command: Command, *, by: str | None = None) -> Order:
        return Order(command=command, at=self.now, on_behalf_of=by)

    def begin(self, *members: str, network: str = NET) -> None:
        self.say(CharterNetwork(network=network, name="Riverbend"), network=network)
        for member in members:
            self.say(JoinNetwork(member=member, name=f"Name of {member}"), network=network)

    def offers_time(self, member: str, minutes: int) -> None:
        self.say(ChooseEngagementLevel(member=member, level=Level.PARTNER), by=member)
        self.say(SetTimeBudget(member=member, minutes=minutes, period=PeriodKind.WEEK), by=member)

    def log(self) -> list[Recorded]:
        return list(self.store.page(0, limit=100_000))

    def budget(self, member: str) -> Budget:
        state = BUDGET.initial
        for recorded in self.store.stream(budget_of(member)):
            state = BUDGET.evolve(state, recorded.event)
        return state


def opened(folder: Path) -> EventStore:
    """The store in folder/data, as any process opens it."""
    return EventStore(folder / "data", KeyRing.open(folder / "data", folder / "master.key"), CATALOGUE)


def asks(number: int, minutes: int, seeker: str = ADA, helper: str = BEN) -> OfferIntroduction:
    return OfferIntroduction(introduction=f"introduction-{number:08x}", seeker=seeker, helper=helper, minutes=minutes)
