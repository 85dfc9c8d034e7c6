"""Rule 1: for every member and period, reserved and spent minutes stay within the budget."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.budgets import SetTimeBudget, TimeBudgetSet, TimeReleased, TimeReserved, TimeSpent, budget_of
from domain.calendar import SchoolCalendar, Term, period_of
from domain.introductions import (
    ConsentToIntroduction,
    DeclineIntroduction,
    ExpireIntroduction,
    OfferIntroduction,
    RecordMeeting,
)
from domain.kernel import Command, Event
from domain.members import ChooseEngagementLevel
from domain.networks import SetSchoolCalendar
from domain.vocabulary import OPERATOR, Level, MemberId, PeriodKind
from tests.domain.orders import seeds
from tests.domain.scenario import ADA, BEN, CLEO, DAN, NET, NOON, Said, by, founded
from tests.domain.test_histories import answer, lived

HELPERS: Final = (BEN, CLEO)
ASKS: Final = [f"introduction-{number:08x}" for number in range(25)]
ZONES: Final = ("UTC", "America/New_York", "Asia/Kathmandu")
DAY: Final = timedelta(days=1)


def calendar(chance: Random) -> SetSchoolCalendar:
    """Up to four terms with or without a gap, and some holidays."""
    cuts = sorted(chance.sample(range(-30, 200), 2 * chance.randrange(5)))
    terms = tuple(
        Term(name="term", first=NOON.date() + DAY * first, last=NOON.date() + DAY * last)
        for first, last in zip(cuts[::2], cuts[1::2], strict=True)
    )
    holidays = tuple(NOON.date() + DAY * chance.randrange(150) for _ in range(chance.randrange(9)))
    return SetSchoolCalendar(network=NET, zone=chance.choice(ZONES), terms=terms, holidays=holidays)


def said(chance: Random) -> Said:
    """Something that moves minutes, at any time of half a year, in any order of days."""
    at = NOON + timedelta(hours=chance.randrange(-24 * 20, 24 * 150))
    ask, helper, minutes = chance.choice(ASKS), chance.choice(HELPERS), chance.choice((1, 20, 30, 45, 60, 100))
    seeker = chance.choice((ADA, DAN))
    offered = OfferIntroduction(introduction=ask, seeker=seeker, helper=helper, minutes=minutes)
    offer: tuple[str, Command] = (seeker, offered)
    period = chance.choice(list(PeriodKind))
    moves: list[tuple[str, Command]] = [
        *[offer] * 5,
        (helper, SetTimeBudget(member=helper, minutes=chance.choice((0, 30, 60, 90, 200)), period=period)),
        (helper, ConsentToIntroduction(introduction=ask, member=helper)),
        (helper, DeclineIntroduction(introduction=ask, member=helper)),
        (OPERATOR, ExpireIntroduction(introduction=ask)),
        (OPERATOR, RecordMeeting(introduction=ask, minutes=minutes, at=at)),
    ]
    return Said(*reversed(chance.choice(moves)), at)


def half_a_year(seed: int, length: int) -> tuple[SchoolCalendar, list[Said]]:
    chance = Random(seed)  # noqa: S311 - play
    cut = calendar(chance)
    partners = [by(helper, ChooseEngagementLevel(member=helper, level=Level.PARTNER)) for helper in HELPERS]
    budgets = [by(helper, SetTimeBudget(member=helper, minutes=60, period=PeriodKind.WEEK)) for helper in HELPERS]
    history = [*founded(), Said(cut), *partners, *budgets, *(said(chance) for _ in range(length))]
    return SchoolCalendar(zone=cut.zone, terms=cut.terms, holidays=cut.holidays), history


class Ledger:
    """What a member offered and promised, told by the events alone."""

    def __init__(self) -> None:
        self.offers: list[TimeBudgetSet] = []
        self.promises: dict[str, tuple[int, date]] = {}

    def enter(self, event: Event) -> None:
        match event:
            case TimeBudgetSet():
                self.offers.append(event)
            case TimeReserved(reservation=ask, minutes=minutes, day=day):
                self.promises[ask] = (minutes, day)
            case TimeReleased(reservation=ask):
                del self.promises[ask]
            case TimeSpent(reservation=ask, minutes=minutes):
                held, day = self.promises[ask]
                assert minutes <= held, "more was spent than was held"
                self.promises[ask] = (minutes, day)

    def in_force(self, day: date) -> int:
        """The last offer that has begun; the earliest also covers the days before it.

        A later word voids whatever was to begin on its first day or after it.
        """
        standing = [
            number
            for number, offer in enumerate(self.offers)
            if all(offer.effective < later.effective for later in self.offers[number + 1 :])
        ]
        return max((number for number in standing if self.offers[number].effective <= day), default=standing[0])

    def breaches(self, cut: SchoolCalendar) -> Iterator[str]:
        totals: Counter[tuple[int, date, date]] = Counter()
        for minutes, day in self.promises.values():
            number = self.in_force(day)
            totals[number, *period_of(day, self.offers[number].period, cut)] += minutes
        for (number, first, last), total in totals.items():
            if total > self.offers[number].minutes:
                yield f"{total} of {self.offers[number].minutes} minutes from {first} to {last}"


half_years: Final = st.builds(half_a_year, seeds, st.integers(0, 150))


@settings(max_examples=300, deadline=None)
@given(half_years)
def test_no_member_is_ever_promised_beyond_what_they_offered(half_year: tuple[SchoolCalendar, list[Said]]) -> None:
    cut, history = half_year
    ledgers: dict[MemberId, Ledger] = {member: Ledger() for member in HELPERS}
    for _, _, happened in lived(history):
        for event in happened:
            member = getattr(event, "member", None)
            if isinstance(event, TimeBudgetSet | TimeReserved | TimeReleased | TimeSpent):
                ledgers[str(member)].enter(event)
                assert not list(ledgers[str(member)].breaches(cut))


@settings(deadline=None)
@given(half_years)
def test_what_is_left_is_what_may_still_be_asked(half_year: tuple[SchoolCalendar, list[Said]]) -> None:
    cut, history = half_year
    for world, said_last, happened in lived(history):
        if not isinstance(said_last.command, OfferIntroduction) or not happened:
            continue
        helper = said_last.command.helper
        held = world.states[budget_of(helper)].reservations[said_last.command.introduction]
        left = world.states[budget_of(helper)].free_on(held.day, cut)
        assert left is not None
        assert left >= 0
        for minutes in {left, left + 1} - {0}:
            more = OfferIntroduction(introduction="introduction-ffffffff", seeker=ADA, helper=helper, minutes=minutes)
            refused = isinstance(answer(world, Said(more, ADA, said_last.at)), tuple)
            assert refused is (minutes > left)


@settings(deadline=None)
@given(half_years)
def test_the_latest_offer_comes_into_force_and_stays_so(half_year: tuple[SchoolCalendar, list[Said]]) -> None:
    _, history = half_year
    for world, said_last, happened in lived(history):
        for event in happened:
            if isinstance(event, TimeBudgetSet):
                assert isinstance(said_last.command, SetTimeBudget)
                assert event.minutes == said_last.command.minutes
                budget = world.states[budget_of(event.member)]
                assert budget.setting_on(event.effective) == budget.setting_on(date.max) == event
