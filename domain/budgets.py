"""Time budgets: minutes a member offers per period, held by open asks, then spent or released."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Annotated, Final, TypeAlias
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct
from msgspec.structs import replace

from domain.calendar import SchoolCalendar, day_of, period_of
from domain.kernel import Command, Decider, Event, Facts
from domain.members import only_by, present
from domain.networks import chartered
from domain.refusals import IllegalMove, OverBudget
from domain.vocabulary import Id, Instant, Minutes, OwnerId, PeriodKind, StreamId

AskMinutes: TypeAlias = Annotated[int, Meta(ge=1, le=10_000)]


class SetTimeBudget(Command, frozen=True, kw_only=True):
    member: Id
    minutes: Minutes
    period: PeriodKind


class SetExpertBudget(Command, frozen=True, kw_only=True):
    """What the network spends on experts in all, besides what each of them offers."""

    network: Id
    minutes: Minutes
    period: PeriodKind


class ReserveTime(Command, frozen=True, kw_only=True):
    member: Id
    reservation: Id  # the stream of the ask that holds the minutes
    minutes: AskMinutes
    day: date  # of the meeting; undated: of the offer


class MoveTime(Command, frozen=True, kw_only=True):
    """To the period of another day, or not at all."""

    member: Id
    reservation: Id
    day: date
    minutes: AskMinutes | None = None  # as many as before, when not given


class ReleaseTime(Command, frozen=True, kw_only=True):
    member: Id
    reservation: Id


class SpendTime(Command, frozen=True, kw_only=True):
    member: Id
    reservation: Id
    minutes: AskMinutes


class LogTime(Command, frozen=True, kw_only=True):
    """When somebody was in a meeting, whether or not the minutes were asked of them."""

    member: Id
    source: Id  # what it was
    start: Instant
    minutes: AskMinutes


BudgetCommand: TypeAlias = SetTimeBudget | SetExpertBudget | ReserveTime | MoveTime | ReleaseTime | SpendTime | LogTime


class TimeBudgetSet(Event, frozen=True, kw_only=True):
    member: str
    minutes: int
    period: PeriodKind
    effective: date  # first day on which it holds


class TimeReserved(Event, frozen=True, kw_only=True):
    member: str
    reservation: str
    minutes: int
    day: date


class TimeReleased(Event, frozen=True, kw_only=True):
    member: str
    reservation: str
    minutes: int


class TimeSpent(Event, frozen=True, kw_only=True):
    member: str
    reservation: str
    minutes: int


class TimeLogged(Event, frozen=True, kw_only=True):
    member: str
    source: str
    start: datetime
    minutes: int


BudgetEvent: TypeAlias = TimeBudgetSet | TimeReserved | TimeReleased | TimeSpent | TimeLogged


class Reservation(Struct, frozen=True):
    minutes: int  # held, or spent
    day: date
    open: bool


class Budget(Struct, frozen=True, kw_only=True):
    settings: tuple[TimeBudgetSet, ...] = ()  # in the order in which they take effect
    reservations: dict[str, Reservation] = {}
    logged: tuple[TimeLogged, ...] = ()  # in the order of their start; no two overlap

    def setting_on(self, day: date) -> TimeBudgetSet | None:
        """The setting that holds on a day; the first one also covers the days before it was said."""
        begun = [setting for setting in self.settings if setting.effective <= day]
        return begun[-1] if begun else next(iter(self.settings), None)

    def promised(self, setting: TimeBudgetSet, first: date, last: date) -> int:
        """Minutes reserved and spent from the first to the last day, as far as the setting is in force on them."""
        return sum(
            held.minutes
            for held in self.reservations.values()
            if first <= held.day <= last and self.setting_on(held.day) == setting
        )

    def free_on(self, day: date, calendar: SchoolCalendar) -> int | None:
        """Minutes left in the period of `day`; None when no time was ever offered."""
        setting = self.setting_on(day)
        if setting is None:
            return None
        return setting.minutes - self.promised(setting, *period_of(day, setting.period, calendar))

    def load_on(self, day: date, calendar: SchoolCalendar) -> float:
        """The share of the minutes offered in the period of `day` that is promised or spent; 0 without an offer."""
        setting = self.setting_on(day)
        if setting is None:
            return 0.0
        promised = self.promised(setting, *period_of(day, setting.period, calendar))
        return min(1.0, promised / setting.minutes) if setting.minutes else 1.0


def decide(command: BudgetCommand, state: Budget, facts: Facts) -> tuple[BudgetEvent, ...]:
    match command:
        case SetTimeBudget(member=member):
            present(facts, member, field="member")
            only_by(member, facts, "only the member sets the time they offer")
            return _set(member, command, state, facts)
        case SetExpertBudget(network=network):
            return _set(network, command, state, facts)
        case ReserveTime():
            return _reserve(command, state, facts)
        case MoveTime():
            return _move(command, state, facts)
        case LogTime():
            return _log(command, state, facts)
        case ReleaseTime(member=member, reservation=reservation):
            held = state.reservations.get(reservation)
            if held is None or not held.open:
                return ()
            return (TimeReleased(member=member, reservation=reservation, minutes=held.minutes),)
        case SpendTime():
            return _spend(command, state)


def evolve(state: Budget, event: BudgetEvent) -> Budget:
    match event:
        case TimeBudgetSet(effective=effective):
            kept = tuple(setting for setting in state.settings if setting.effective < effective)
            return replace(state, settings=(*kept, event))
        case TimeReserved(reservation=key, minutes=minutes, day=day):
            return replace(state, reservations={**state.reservations, key: Reservation(minutes, day, open=True)})
        case TimeReleased(reservation=key):
            left = dict(state.reservations)
            left.pop(key, None)
            return replace(state, reservations=left)
        case TimeSpent(reservation=key, minutes=minutes):
            held = state.reservations.get(key)
            if held is None:
                return state
            return replace(state, reservations={**state.reservations, key: Reservation(minutes, held.day, open=False)})
        case TimeLogged():
            return replace(state, logged=tuple(sorted((*state.logged, event), key=lambda each: each.start)))


BUDGET: Final = Decider[BudgetCommand, Budget, BudgetEvent](
    kind="budget", initial=Budget(), decide=decide, evolve=evolve
)


def budget_of(member: OwnerId) -> StreamId:
    """The one budget stream of a member, or of the network for experts."""
    return f"budget-{member.partition('-')[2]}"


def _set(
    owner: OwnerId, command: SetTimeBudget | SetExpertBudget, state: Budget, facts: Facts
) -> tuple[BudgetEvent, ...]:
    last = state.settings[-1] if state.settings else None
    if last and (last.minutes, last.period) == (command.minutes, command.period):
        return ()
    calendar = chartered(facts).calendar
    for start in _possible_starts(command.period, state, day_of(facts.at, calendar), calendar):
        setting = TimeBudgetSet(member=owner, minutes=command.minutes, period=command.period, effective=start)
        if _keeps_promises(evolve(state, setting), calendar):
            return (setting,)
    raise IllegalMove(
        "more than this is promised already, in a term whose end is not known",
        field="minutes",
        remedy="offer more, or choose weeks or months",
    )


def _possible_starts(kind: PeriodKind, state: Budget, today: date, calendar: SchoolCalendar) -> Iterator[date]:
    """This period; else the next one; then after each day on which something is promised or was to change.

    Where the kind changes, a period of the old kind may be cut short; each day counts under the setting it lies in.
    """
    yield period_of(today, kind, calendar)[0]
    promised = (held.day for held in state.reservations.values())
    changes = (setting.effective for setting in state.settings)
    for day in sorted({today, *(day for day in (*promised, *changes) if day > today)}):
        last = period_of(day, kind, calendar)[1]
        if last < date.max:
            yield last + timedelta(days=1)


def _keeps_promises(budget: Budget, calendar: SchoolCalendar) -> bool:
    """Whether every period of the newest setting holds what is promised in it already."""
    newest = budget.settings[-1]
    totals: Counter[tuple[date, date]] = Counter()
    for held in budget.reservations.values():
        if budget.setting_on(held.day) == newest:
            totals[period_of(held.day, newest.period, calendar)] += held.minutes
    return all(total <= newest.minutes for total in totals.values())


def _reserve(command: ReserveTime, state: Budget, facts: Facts) -> tuple[BudgetEvent, ...]:
    if command.reservation in state.reservations:  # one ask would hold, and free, the minutes of another
        raise IllegalMove("minutes were held under this id before", field="reservation", remedy="use a new id")
    _has_room(command.member, command.minutes, command.day, state, facts)
    return (
        TimeReserved(member=command.member, reservation=command.reservation, minutes=command.minutes, day=command.day),
    )


def _move(command: MoveTime, state: Budget, facts: Facts) -> tuple[BudgetEvent, ...]:
    held = state.reservations.get(command.reservation)
    if held is None or not held.open or (held.day, held.minutes) == (command.day, command.minutes or held.minutes):
        return ()
    minutes = command.minutes or held.minutes
    released = TimeReleased(member=command.member, reservation=command.reservation, minutes=held.minutes)
    _has_room(command.member, minutes, command.day, evolve(state, released), facts)
    return released, TimeReserved(
        member=command.member, reservation=command.reservation, minutes=minutes, day=command.day
    )


def _has_room(owner: OwnerId, minutes: int, day: date, state: Budget, facts: Facts) -> None:
    """Refuse what exceeds the budget; the figures are for the one whose time it is.

    The network's are read by staff, each without the minutes held for whom they must not be shown.
    """
    calendar = chartered(facts).calendar
    free, setting = state.free_on(day, calendar), state.setting_on(day)
    experts = owner == facts.network
    if free is None or setting is None:
        if experts:
            raise OverBudget("the network has no expert budget yet", field="minutes", remedy="staff set one")
        raise OverBudget("this member has not offered time yet", field="minutes", remedy="suggest, do not ask")
    if minutes > free:
        words = "unavailable in this period"
        if experts:
            words = f"{minutes} minutes exceed the network's expert budget in this period"
        elif facts.speaker == owner:
            words = f"{minutes} minutes exceed your budget: {setting.minutes} a {setting.period}, {free} of them free"
        raise OverBudget(words, field="minutes", remedy="ask for a later period or somebody else")


def _log(command: LogTime, state: Budget, facts: Facts) -> tuple[BudgetEvent, ...]:
    logged = TimeLogged(member=command.member, source=command.source, start=command.start, minutes=command.minutes)
    if logged in state.logged:
        return ()
    for other in state.logged:
        if other.source == logged.source or _overlap(other, logged):
            raise IllegalMove(_in_the_way(other, facts), field="at", remedy="give the time when it was")
    return (logged,)


def _overlap(one: TimeLogged, other: TimeLogged) -> bool:
    return one.start < _end(other) and other.start < _end(one)


def _end(logged: TimeLogged) -> datetime:
    return logged.start + timedelta(minutes=logged.minutes)


def _in_the_way(other: TimeLogged, facts: Facts) -> str:
    """What else somebody did is for them to know."""
    if facts.speaker != other.member:
        return "the time of one of the two is logged for something else then"
    zone = ZoneInfo(chartered(facts).calendar.zone)
    start, end = other.start.astimezone(zone), _end(other).astimezone(zone)
    return f"this overlaps {other.source}, logged from {start:%Y-%m-%d %H:%M} to {end:%H:%M}"


def _spend(command: SpendTime, state: Budget) -> tuple[BudgetEvent, ...]:
    held = state.reservations.get(command.reservation)
    if held is None:
        raise IllegalMove("no time is reserved for this", field="reservation")
    if not held.open:
        return ()
    spent = min(command.minutes, held.minutes)  # running over is the session's to say, not the budget's
    return (TimeSpent(member=command.member, reservation=command.reservation, minutes=spent),)
