"""A network with coaches and requests that wait for them, whose texts mean what their first word says."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from domain.budgets import BUDGET, Budget, SetExpertBudget, SetTimeBudget, budget_of
from domain.coaching import commands as c
from domain.coaching.events import CoachOffered
from domain.kernel import Command
from domain.members import ChooseEngagementLevel, ClaimExpertise, GrantNetworkRole, JoinNetwork
from domain.networks import CharterNetwork
from domain.vocabulary import LADDER, OPERATOR, Disposition, Level, NetworkRole, PeriodKind, Tier
from engine.commands import Order, Sender
from engine.runtime import Confrere
from engine.settings import Settings
from tests.engine.by_hand import ByFirstWord

NET = "network-00000001"
NOON = datetime(2025, 9, 3, 12, tzinfo=UTC)  # a Wednesday
ASKED = "attendance"
SESSION = 60


def case(number: int) -> str:
    return f"coaching-{number:08x}"


def seeker(number: int) -> str:
    return f"member-a{number:07x}"


def coach(number: int) -> str:
    return f"member-c{number:07x}"


class WaitingRoom(Confrere):
    """Chartered, unless the folder holds a history already."""

    def __init__(self, folder: Path) -> None:
        self.now = NOON
        self._said = 0
        super().__init__(Settings(data=folder / "data", master_key=folder / "master.key"), lambda: self.now)
        self.__dict__["encoder"] = ByFirstWord()
        if not self.store.head():
            self.say(CharterNetwork(network=NET, name="Riverbend"))

    def say(self, *commands: Command, by: str | None = None) -> None:
        orders = [Order(command=each, at=self.now, on_behalf_of=by) for each in commands]
        command_id = f"said-{self.store.head()}"
        done = self.commands.handle_all(orders, Sender(network=NET, actor=OPERATOR, command_id=command_id))
        for _, refusal in done.refusals:
            raise refusal

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def coaches(self, number: int, sessions: int = 1, topic: str = ASKED, role: NetworkRole = NetworkRole.COACH) -> str:
        """Somebody who knows a topic, and offers the time for so many sessions a month."""
        who = coach(number)
        self.say(JoinNetwork(member=who, name=f"Coach {number}"), GrantNetworkRole(member=who, role=role))
        self.say(
            ChooseEngagementLevel(member=who, level=Level.PARTNER),
            ClaimExpertise(member=who, topic=f"{topic} and so on"),
            ClaimExpertise(member=who, topic=f"{topic} and more"),
            by=who,
        )
        self.offers(number, sessions)
        return who

    def offers(self, number: int, sessions: int) -> None:
        who = coach(number)
        self.say(SetTimeBudget(member=who, minutes=sessions * SESSION, period=PeriodKind.MONTH), by=who)

    def pays_experts(self, sessions: int) -> None:
        self.say(SetExpertBudget(network=NET, minutes=sessions * SESSION, period=PeriodKind.MONTH))

    def waits(
        self, number: int, topic: str = ASKED, rung: Disposition = Disposition.COACH_ASSIGNED, **said: Any
    ) -> str:
        """Somebody whose request waits for a coach."""
        who = said.pop("seeker", seeker(number))
        if not self.store.version(who):
            self.say(JoinNetwork(member=who, name=f"Seeker {number}"))
        self.say(
            c.DraftRequest(coaching=case(number), seeker=who, title=f"{topic} in grade {number}", **said),
            c.SubmitRequest(coaching=case(number)),
            by=who,
        )
        passed = tuple(c.PassedOver(rung=each, reason="too little") for each in LADDER[: LADDER.index(rung)])
        decision = c.TriageRequest(
            coaching=case(number), tier=Tier.TARGETED, disposition=rung, reason="so be it", passed_over=passed
        )
        self.say(decision)
        return case(number)

    def offered(self) -> list[tuple[str, str]]:
        """Which case to whom, in the order of the log."""
        found, after = [], 0
        while page := self.store.page(after, network=NET):
            found += [(each.stream, each.event.coach) for each in page if isinstance(each.event, CoachOffered)]
            after = page[-1].position
        return found

    def budget(self, owner: str) -> Budget:
        state = BUDGET.initial
        for recorded in self.store.stream(budget_of(owner)):
            state = BUDGET.evolve(state, recorded.event)
        return state

    def promised(self, owner: str) -> int:
        """Minutes that are held of somebody's time."""
        return sum(each.minutes for each in self.budget(owner).reservations.values())
