from datetime import timedelta

from domain.budgets import SetTimeBudget
from domain.calendar import SchoolCalendar, day_of
from domain.introductions import ConsentToIntroduction, DeclineIntroduction, OfferIntroduction, RecordMeeting
from domain.members import ChooseEngagementLevel
from domain.vocabulary import Level, PeriodKind
from projections.network_setting import setting
from projections.time_budgets import budget, budgets
from tests.histories import ADA, BEN, CALL, CHAT, CLEO, History, begun
from tests.projections.seeing import seen


def offering() -> History:
    history = begun()
    history.do(
        ChooseEngagementLevel(member=BEN, level=Level.PARTNER),
        SetTimeBudget(member=BEN, minutes=60, period=PeriodKind.WEEK),
    )
    return history


def free(history: History, member: str) -> int | None:
    with seen(history) as c:
        calendar: SchoolCalendar = setting(c).calendar
        return budget(c, member).free_on(day_of(history.now, calendar), calendar)


def test_who_never_offered_time_has_no_budget() -> None:
    with seen(offering()) as c:
        assert budgets(c).keys() == {BEN}
    assert free(offering(), CLEO) is None


def test_an_open_ask_holds_minutes_and_a_no_releases_them() -> None:
    history = offering()
    history.do(OfferIntroduction(introduction=CALL, seeker=ADA, helper=BEN, minutes=40))
    assert free(history, BEN) == 20
    history.do(DeclineIntroduction(introduction=CALL, member=BEN))
    assert free(history, BEN) == 60


def test_minutes_spent_are_gone_for_this_period_and_back_in_the_next() -> None:
    history = offering()
    history.do(OfferIntroduction(introduction=CHAT, seeker=ADA, helper=BEN, minutes=40))
    history.do(ConsentToIntroduction(introduction=CHAT, member=BEN))
    history.do(RecordMeeting(introduction=CHAT, minutes=25, at=history.now))
    assert free(history, BEN) == 35
    history.now += timedelta(days=7)
    assert free(history, BEN) == 60


def test_a_new_setting_holds_from_the_day_it_takes_effect() -> None:
    history = offering()
    history.do(SetTimeBudget(member=BEN, minutes=90, period=PeriodKind.WEEK))
    assert free(history, BEN) == 90
    with seen(history) as c:
        assert budgets(c)[BEN] == budget(c, BEN)
