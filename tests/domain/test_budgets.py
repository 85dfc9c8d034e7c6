from datetime import UTC, date, datetime, timedelta

import pytest

from domain.budgets import (
    BUDGET,
    ReserveTime,
    SetTimeBudget,
    SpendTime,
    TimeBudgetSet,
    TimeLogged,
    TimeReleased,
    TimeReserved,
    TimeSpent,
    budget_of,
)
from domain.calendar import Term
from domain.introductions import (
    ConsentToIntroduction,
    DeclineIntroduction,
    ExpireIntroduction,
    OfferIntroduction,
    RecordMeeting,
)
from domain.kernel import Command, Event
from domain.networks import SetSchoolCalendar
from domain.plans import AnyCommand
from domain.refusals import IllegalMove, OverBudget
from domain.vocabulary import PeriodKind
from tests.domain.scenario import ADA, BEN, CLEO, NET, NOON, Given, Said, by, given, offers_time

MONDAY = date(2025, 9, 1)
WEEK = timedelta(days=7)
TERMS = SetSchoolCalendar(
    network=NET,
    zone="UTC",
    terms=(
        Term(name="autumn", first=date(2025, 8, 25), last=date(2025, 12, 19)),
        Term(name="spring", first=date(2026, 1, 5), last=date(2026, 5, 29)),
    ),
)


def ask(number: int, minutes: int = 30, *, at: datetime = NOON) -> Said:
    """ADA seeks BEN's time."""
    return by(ADA, OfferIntroduction(introduction=asked(number), seeker=ADA, helper=BEN, minutes=minutes), at)


def asked(number: int) -> str:
    return f"introduction-{number:08x}"


def offer(minutes: int, period: PeriodKind = PeriodKind.WEEK, *, at: datetime = NOON) -> Said:
    return by(BEN, SetTimeBudget(member=BEN, minutes=minutes, period=period), at)


def budget_events(scene: Given) -> list[Event]:
    """What was offered, held, freed and spent; when somebody was in a meeting stands beside it."""
    told = [event for stream, event in scene.world.log if stream == budget_of(BEN)]
    return [event for event in told if not isinstance(event, TimeLogged)]


def accepted(scene: Given, said: Said) -> bool:
    return scene.when(said.command, by=said.by, at=said.at).refusal is None


def test_only_the_member_sets_the_time_they_offer() -> None:
    given().when(SetTimeBudget(member=BEN, minutes=60, period=PeriodKind.WEEK)).refused("only the member")
    given().when(SetTimeBudget(member=BEN, minutes=60, period=PeriodKind.WEEK), by=BEN).then(
        TimeBudgetSet(member=BEN, minutes=60, period=PeriodKind.WEEK, effective=MONDAY)
    )


def test_who_is_not_here_offers_no_time() -> None:
    nobody = "member-eeeeeeee"
    given().when(SetTimeBudget(member=nobody, minutes=60, period=PeriodKind.WEEK), by=nobody).refused("no such member")


def test_the_same_offer_of_time_said_twice_changes_nothing() -> None:
    given(offer(60)).when(offer(60).command, by=BEN, at=NOON + WEEK).then_nothing()


def test_an_ask_holds_minutes_and_a_full_week_takes_no_more() -> None:
    scene = given(*offers_time(BEN, 60), ask(1), ask(2))
    assert budget_events(scene)[-1] == TimeReserved(member=BEN, reservation=asked(2), minutes=30, day=date(2025, 9, 3))
    scene.when(ask(3, 1).command, by=ADA).refused("unavailable")


def test_the_next_week_starts_with_all_its_minutes_and_nothing_carries_over() -> None:
    scene = given(*offers_time(BEN, 60), ask(1))
    assert accepted(scene, ask(2, 60, at=NOON + WEEK))
    assert not accepted(scene, ask(3, 61, at=NOON + 2 * WEEK))


def test_an_ask_at_midnight_counts_on_the_networks_own_day() -> None:
    new_york = SetSchoolCalendar(network=NET, zone="America/New_York")
    late_on_sunday = datetime(2025, 9, 8, 3, 30, tzinfo=UTC)  # in New York still the 7th, the week's last day
    scene = given(new_york, *offers_time(BEN, 60), ask(1, 60, at=late_on_sunday))
    assert budget_events(scene)[-1] == TimeReserved(member=BEN, reservation=asked(1), minutes=60, day=date(2025, 9, 7))
    assert not accepted(scene, ask(2, at=NOON))
    assert accepted(scene, ask(3, 60, at=datetime(2025, 9, 8, 4, 30, tzinfo=UTC)))


def test_declining_and_expiry_release_the_time() -> None:
    released = TimeReleased(member=BEN, reservation=asked(1), minutes=60)
    full = (*offers_time(BEN, 60), ask(1, 60))
    declined = given(*full, by(BEN, DeclineIntroduction(introduction=asked(1), member=BEN)))
    expired = given(*full, Said(ExpireIntroduction(introduction=asked(1)), at=NOON + WEEK))
    for scene in (declined, expired):
        assert budget_events(scene)[-1] == released
        assert accepted(scene, ask(2, 60))


def test_a_repeated_offer_that_was_declined_holds_no_minutes_again() -> None:
    scene = given(*offers_time(BEN, 60), ask(1, 60), by(BEN, DeclineIntroduction(introduction=asked(1), member=BEN)))
    scene.when(ask(1, 60).command, by=ADA).then_nothing()
    assert accepted(scene, ask(2, 60))


def met(minutes: int) -> tuple[Said, Said]:
    return (
        by(BEN, ConsentToIntroduction(introduction=asked(1), member=BEN)),
        by(BEN, RecordMeeting(introduction=asked(1), minutes=minutes, at=NOON)),
    )


def test_a_meeting_spends_what_it_took_and_frees_the_rest() -> None:
    scene = given(*offers_time(BEN, 60), ask(1, 60), *met(20))
    assert budget_events(scene)[-1] == TimeSpent(member=BEN, reservation=asked(1), minutes=20)
    assert not accepted(scene, ask(2, 41))
    assert accepted(scene, ask(3, 40))


def test_time_spent_never_exceeds_what_was_held() -> None:
    scene = given(*offers_time(BEN, 60), ask(1, 30), *met(90))
    assert budget_events(scene)[-1] == TimeSpent(member=BEN, reservation=asked(1), minutes=30)


def starts(scene: Given, said: Said) -> date:
    (event,) = scene.when(said.command, by=said.by, at=said.at).events
    assert isinstance(event, TimeBudgetSet)
    return event.effective


def test_a_raised_budget_holds_at_once() -> None:
    scene = given(*offers_time(BEN, 30), ask(1))
    assert starts(scene, offer(60)) == MONDAY
    assert accepted(scene, ask(2))


def test_a_budget_lowered_below_what_is_promised_holds_from_the_next_week() -> None:
    scene = given(*offers_time(BEN, 60), ask(1, 45))
    assert starts(scene, offer(30)) == MONDAY + WEEK
    assert accepted(scene, ask(2, 15))
    assert not accepted(scene, ask(3, 31, at=NOON + WEEK))


def test_a_budget_lowered_to_what_is_promised_holds_at_once() -> None:
    scene = given(*offers_time(BEN, 60), ask(1, 30))
    assert starts(scene, offer(30)) == MONDAY
    assert not accepted(scene, ask(2, 1))


def test_weeks_become_months_at_once_and_a_week_is_cut_short_where_a_month_begins() -> None:
    last_of_october, first_of_november = datetime(2025, 10, 31, 12, tzinfo=UTC), datetime(2025, 11, 1, 12, tzinfo=UTC)
    assert starts(given(*offers_time(BEN, 60)), offer(90, PeriodKind.MONTH)) == date(2025, 9, 1)
    scene = given(*offers_time(BEN, 60), ask(1, 60, at=last_of_october - WEEK), ask(2, 60, at=last_of_october))
    assert starts(scene, offer(90, PeriodKind.MONTH, at=last_of_october)) == date(2025, 11, 1)
    assert not accepted(scene, ask(3, 1, at=last_of_october))
    assert accepted(scene, ask(4, 90, at=first_of_november))
    assert not accepted(scene, ask(5, 1, at=first_of_november + WEEK))


def test_a_first_offer_covers_the_days_before_it_and_goes_on_covering_them() -> None:
    scene = given(*offers_time(BEN, 60), ask(1, 60, at=NOON - 2 * WEEK))
    assert starts(scene, offer(30)) == MONDAY + WEEK, "from this Monday on it would take over the days before"
    assert not accepted(scene, ask(2, 1, at=NOON - 2 * WEEK))


def test_a_change_said_for_an_earlier_day_finds_a_day_to_begin() -> None:
    scene = given(*offers_time(BEN, 60), ask(1, 60, at=NOON - 2 * WEEK))
    assert starts(scene, offer(30, at=NOON - 3 * WEEK)) == MONDAY - 3 * WEEK + WEEK * 4


def test_a_term_is_one_period_and_so_is_the_time_between_two() -> None:
    christmas = datetime(2025, 12, 24, 12, tzinfo=UTC)
    scene = given(TERMS, *offers_time(BEN, 60, PeriodKind.TERM), ask(1, 60))
    assert not accepted(scene, ask(2, 1, at=datetime(2025, 12, 19, 23, tzinfo=UTC)))
    assert accepted(scene, ask(3, 60, at=christmas))
    assert not accepted(scene, ask(4, 1, at=datetime(2026, 1, 4, 12, tzinfo=UTC)))
    assert accepted(scene, ask(5, 60, at=datetime(2026, 1, 5, 12, tzinfo=UTC)))


def test_without_terms_in_the_calendar_a_term_has_no_end_and_can_still_be_left() -> None:
    scene = given(*offers_time(BEN, 60, PeriodKind.TERM), ask(1, 60))
    assert not accepted(scene, ask(2, 1, at=NOON + 50 * WEEK))
    scene.when(offer(30, PeriodKind.TERM).command, by=BEN).refused("more than this is promised already")
    assert starts(scene, offer(60, PeriodKind.WEEK)) == MONDAY
    assert accepted(scene, ask(3, 60, at=NOON + WEEK))


def test_weeks_become_terms_at_once_where_no_term_has_an_end() -> None:
    assert starts(given(*offers_time(BEN, 60)), offer(60, PeriodKind.TERM)) == date.min


def test_who_was_never_asked_owes_nothing_to_others_budgets() -> None:
    scene = given(*offers_time(BEN, 30), *offers_time(CLEO, 30), ask(1))
    assert accepted(scene, by(ADA, OfferIntroduction(introduction=asked(2), seeker=ADA, helper=CLEO)))


def test_minutes_are_held_and_freed_by_asks_alone() -> None:
    outside = {command.__name__ for command in AnyCommand.__args__}
    assert "SetTimeBudget" in outside
    assert outside.isdisjoint({"ReserveTime", "MoveTime", "ReleaseTime", "SpendTime", "LogTime"})
    assert all(issubclass(command, Command) for command in AnyCommand.__args__)


def test_a_budget_guards_itself_whoever_asks() -> None:
    scene = given(*offers_time(BEN, 60), ask(1, 45))

    def reserve(member: str, minutes: int) -> tuple[Event, ...]:
        wish = ReserveTime(member=member, reservation=asked(2), minutes=minutes, day=NOON.date())
        return BUDGET.decide(wish, scene.world(BUDGET, budget_of(member)), scene.world)

    assert reserve(BEN, 15)
    with pytest.raises(OverBudget, match="unavailable"):
        reserve(BEN, 16)
    with pytest.raises(OverBudget, match="not offered time"):
        reserve(CLEO, 1)
    nothing_held = SpendTime(member=CLEO, reservation=asked(1), minutes=1)
    with pytest.raises(IllegalMove, match="no time is reserved"):
        BUDGET.decide(nothing_held, scene.world(BUDGET, budget_of(CLEO)), scene.world)
