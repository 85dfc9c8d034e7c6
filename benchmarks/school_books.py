"""Everybody's time budget in the school year, kept by the domain's own decisions and checked by other code."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Final

from msgspec import Struct

from benchmarks.school import CALENDAR, DAYS, Offer
from domain.budgets import (
    BUDGET,
    Budget,
    BudgetCommand,
    BudgetEvent,
    ReleaseTime,
    ReserveTime,
    SpendTime,
    TimeBudgetSet,
    TimeReleased,
    TimeReserved,
    TimeSpent,
)
from domain.calendar import period_of
from domain.kernel import Decider
from domain.networks import Chartered
from domain.refusals import OverBudget
from domain.vocabulary import ENGINE, PeriodKind

NETWORK: Final = "network-00000001"
CHARTERED: Final = Chartered(name="A network for a school year", calendar=CALENDAR)

Log = list[tuple[int, BudgetEvent]]  # of every helper, as it happened


class Known(Struct, frozen=True):
    """What a decision on a budget may know besides it: the network alone."""

    at: datetime
    network: str = NETWORK
    actor: str = ENGINE
    speaker: str = ENGINE

    def __call__(self, decider: Decider[Any, Any, Any], stream: str) -> Any:  # noqa: ANN401, ARG002 - one state for all
        return CHARTERED


class Books:
    """Whose time is free is kept as one number, a bit a helper, so that a queue of hundreds is passed in no time."""

    def __init__(self, offers: Sequence[Offer], minutes: int) -> None:
        self._minutes: Final = minutes  # of every ask
        self._kinds: Final = [offer.period for offer in offers]
        self._budgets: Final = [Budget()] * len(offers)
        self._day = DAYS[0]
        self.log: Final[Log] = []
        self.names: Final = [f"member-{helper:08x}" for helper in range(len(offers))]
        self.asked: Final = [0] * len(offers)  # minutes; the school year is shorter than asks count
        self.loads: Final = [0.0] * len(offers)
        self.room = 0
        for helper, offer in enumerate(offers):
            name = self.names[helper]
            self._record(
                helper, [TimeBudgetSet(member=name, minutes=offer.minutes, period=offer.period, effective=self._day)]
            )

    def turn_to(self, day: date) -> None:
        """Where a new period begins, there is room again."""
        before, self._day = self._day, day
        turned = {kind for kind in PeriodKind if period_of(before, kind, CALENDAR) != period_of(day, kind, CALENDAR)}
        for helper, kind in enumerate(self._kinds):
            if kind in turned:
                self._look(helper)

    def reserve(self, helper: int, key: str, day: date | None = None) -> bool:
        """Whether there was room."""
        name = self.names[helper]
        command = ReserveTime(member=name, reservation=key, minutes=self._minutes, day=day or self._day)
        try:
            self._do(helper, command)
        except OverBudget:
            return False
        self.asked[helper] += self._minutes
        return True

    def release(self, helper: int, key: str) -> None:
        self._do(helper, ReleaseTime(member=self.names[helper], reservation=key))

    def spend(self, helper: int, key: str) -> None:
        self._do(helper, SpendTime(member=self.names[helper], reservation=key, minutes=self._minutes))

    def _do(self, helper: int, command: BudgetCommand) -> None:
        noon = datetime.combine(self._day, time(18), UTC)
        self._record(helper, BUDGET.decide(command, self._budgets[helper], Known(noon)))

    def _record(self, helper: int, events: Iterable[BudgetEvent]) -> None:
        for event in events:
            self.log.append((helper, event))
            self._budgets[helper] = BUDGET.evolve(self._budgets[helper], event)
        self._look(helper)

    def _look(self, helper: int) -> None:
        budget = self._budgets[helper]
        self.loads[helper] = budget.load_on(self._day, CALENDAR)
        free = (budget.free_on(self._day, CALENDAR) or 0) >= self._minutes
        self.room = self.room & ~(1 << helper) | free << helper


def breaches(log: Log, offers: Sequence[Offer]) -> int:
    """How often more was promised than offered for a period: counted anew, with a calendar of its own."""
    held: dict[tuple[int, str], tuple[str, int]] = {}
    sums: Counter[tuple[int, str]] = Counter()
    found = 0
    for helper, event in log:
        match event:
            case TimeReserved(reservation=key, minutes=minutes, day=day):
                label = _period(day, offers[helper].period)
                held[helper, key] = label, minutes
                sums[helper, label] += minutes
                found += sums[helper, label] > offers[helper].minutes
            case TimeReleased(reservation=key):
                label, minutes = held.pop((helper, key))
                sums[helper, label] -= minutes
            case TimeSpent(reservation=key, minutes=minutes):
                label, reserved = held.pop((helper, key))
                sums[helper, label] += minutes - reserved
                found += minutes > reserved
    return found


def given(log: Log, helpers: int) -> list[int]:
    """Minutes that each helper spent."""
    minutes = [0] * helpers
    for helper, event in log:
        if isinstance(event, TimeSpent):
            minutes[helper] += event.minutes
    return minutes


def _period(day: date, kind: PeriodKind) -> str:
    match kind:
        case PeriodKind.WEEK:
            return f"{day:%G-W%V}"
        case PeriodKind.MONTH:
            return f"{day:%Y-%m}"
        case PeriodKind.TERM:
            return f"term {bisect_right([term.first for term in CALENDAR.terms], day)}"
