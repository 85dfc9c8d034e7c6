"""Who is asked for how much of the time they offer, for whom of staff, and what of it is told to nobody."""

from datetime import date, timedelta
from math import isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.budgets import BUDGET, budget_of
from domain.calendar import day_of
from domain.coaching import commands as c
from domain.coaching.events import SessionHeld
from domain.introductions import (
    ConsentToIntroduction,
    DeclineIntroduction,
    MeetingHeld,
    OfferIntroduction,
    RecordMeeting,
)
from domain.members import DeclareConflict, GrantNetworkRole, LeaveNetwork, MuteMember, PauseMember
from domain.networks import NETWORK
from domain.refusals import Malformed, NotTheirs
from domain.vocabulary import OPERATOR, ConflictKind, Disposition, NetworkRole
from projections.burden import Burden, BurdenBoard, Strain, burden
from projections.concentration import gini, share, top_share
from projections.reading import Reader, reader_at
from projections.shape import MOST
from projections.time_budgets import offered as time_offered
from tests.histories import ADA, BEN, CALL, CHAT, CLEO, DEV, EVE, NET, History, begun
from tests.projections.coached import (
    asks_for_coaching,
    case,
    coaches,
    engaged,
    expert_budget,
    met,
    offered,
    offers_time,
)
from tests.projections.seeing import seen
from tests.random_histories import histories

amounts = st.lists(st.integers(0, 10_000), max_size=60)


def board(
    history: History, reader: str = OPERATOR, on: date | None = None, strain: Strain | None = None
) -> BurdenBoard:
    with seen(history) as connection:
        known = reader_at(connection, reader)
        assert known is not None
        return burden(connection, known, on or history.now.date(), strain=strain)


def row(history: History, member: str, reader: str = OPERATOR, on: date | None = None) -> Burden | None:
    return next((each for each in board(history, reader, on).page.items if each.member == member), None)


def busy() -> History:
    """Cleo coaches Ada for an hour, of two that she offers a week; Dev offers an hour and is asked for nothing."""
    history = begun()
    coaches(history, CLEO, 120)
    offers_time(history, DEV, 60)
    history.do(GrantNetworkRole(member=BEN, role=NetworkRole.FACILITATOR))
    engaged(history, 1, ADA, CLEO, 60)
    return history


def test_what_is_asked_of_somebody_stands_beside_what_they_offer() -> None:
    history = busy()
    found = row(history, CLEO, BEN)
    assert found is not None
    assert (found.minutes, found.reserved, found.spent, found.asks, found.helped) == (120, 60, 0, 1, 0)
    assert found.strain is Strain.ROOM
    met(history, 1, CLEO, 40)
    found = row(history, CLEO, BEN)
    assert found is not None
    assert (found.reserved, found.spent, found.over, found.helped) == (0, 40, 0, 40)


def test_a_session_that_ran_over_shows_though_no_budget_was_charged_for_it() -> None:
    history = busy()
    met(history, 1, CLEO, 150)
    found = row(history, CLEO)
    assert found is not None
    assert (found.spent, found.over, found.helped, found.strain) == (60, 90, 150, Strain.OVER)
    assert row(history, CLEO, on=history.now.date() + timedelta(days=7)) == Burden(
        member=CLEO,
        minutes=120,
        period=found.period,
        first=found.first + timedelta(days=7),
        last=found.last + timedelta(days=7),
        reserved=0,
        spent=0,
        over=0,
        strain=Strain.ROOM,
        willing=True,
        asks=1,
        last_asked=history.now.date(),
        helped=150,
    )


def test_a_meeting_that_ran_over_its_introduction_shows_too() -> None:
    history = begun()
    offers_time(history, BEN, 60)
    history.do(OfferIntroduction(introduction=CALL, seeker=ADA, helper=BEN, minutes=20))
    history.do(ConsentToIntroduction(introduction=CALL, member=BEN))
    history.do(RecordMeeting(introduction=CALL, minutes=50, at=history.now))
    found = row(history, BEN)
    assert found is not None
    assert (found.spent, found.over, found.strain) == (20, 30, Strain.NEAR)


@pytest.mark.parametrize(("minutes", "strain"), [(79, Strain.ROOM), (80, Strain.NEAR), (100, Strain.FULL)])
def test_who_is_near_the_limit_and_who_is_at_it_is_told(minutes: int, strain: Strain) -> None:
    history = begun()
    offers_time(history, BEN, 100)
    history.do(OfferIntroduction(introduction=CALL, seeker=ADA, helper=BEN, minutes=minutes))
    found = row(history, BEN)
    assert found is not None
    assert found.strain is strain
    assert [each.member for each in board(history, strain=strain).page.items] == [BEN]


def test_who_is_willing_and_never_asked_is_found() -> None:
    history = busy()
    with seen(history) as connection:
        found = burden(connection, Reader(member=OPERATOR), history.now.date(), never_asked=True)
    assert [each.member for each in found.page.items] == [DEV]
    assert (found.concentration.willing, found.concentration.never_asked) == (2, 1)
    assert found.concentration.never_asked_share == 0.5
    history.do(PauseMember(member=DEV))
    assert board(history).concentration.willing == 1  # who paused waits for no ask


def test_what_somebody_offers_to_do_is_no_ask() -> None:
    history = begun()
    offers_time(history, BEN, 60)
    history.do(OfferIntroduction(introduction=CALL, seeker=ADA, helper=BEN, minutes=20), by=BEN)
    found = row(history, BEN)
    assert found is not None
    assert (found.reserved, found.asks, found.last_asked) == (20, 0, None)


def test_asks_are_counted_for_a_month_and_remembered_for_ever() -> None:
    history, later = busy(), timedelta(days=30)
    found = row(history, CLEO, on=history.now.date() + later)
    assert found is not None
    assert (found.asks, found.last_asked) == (0, history.now.date())


def test_help_that_one_gives_and_others_do_not_is_a_concentration_that_shows() -> None:
    history = busy()
    met(history, 1, CLEO, 60)
    found = board(history).concentration
    assert (found.members, found.helped, found.gini, found.top_share) == (2, 60, 0.5, 1.0)


def test_how_an_ask_ended_makes_no_difference_that_tells_of_a_no() -> None:
    """A decline and an offer that ran out read alike, but for when the time was free again."""
    boards = []
    for declined in (True, False):
        history = begun()
        coaches(history, CLEO, 120)
        asks_for_coaching(history, 1, ADA)
        offered(history, 1, CLEO, 60)
        if declined:
            history.do(c.DeclineOffer(coaching=case(1), member=CLEO, reason="too tired"), by=CLEO)
        history.now += timedelta(days=10)
        if not declined:
            history.do(c.ExpireOffer(coaching=case(1), offer="offer-00000001"), by=None)
        with seen(history) as connection:
            boards.append(burden(connection, Reader(member=OPERATOR), history.now.date()))
    assert boards[0] == boards[1]
    assert boards[0].page.items[0].asks == 1


def test_a_declined_introduction_stays_an_ask() -> None:
    history = begun()
    offers_time(history, BEN, 60)
    history.do(OfferIntroduction(introduction=CHAT, seeker=ADA, helper=BEN, minutes=20))
    history.do(DeclineIntroduction(introduction=CHAT, member=BEN))
    found = row(history, BEN)
    assert found is not None
    assert (found.reserved, found.spent, found.asks) == (0, 0, 1)


def test_who_has_power_over_the_one_who_is_helped_reads_nothing_of_it() -> None:
    """Not the minutes it holds, not that it was asked, in no row and no sum; nor in what staff read of one budget."""
    history = busy()
    met(history, 1, CLEO, 150)
    expert_budget(history, 500)
    without = begun()
    coaches(without, CLEO, 120)
    offers_time(without, DEV, 60)
    without.do(GrantNetworkRole(member=BEN, role=NetworkRole.FACILITATOR))
    expert_budget(without, 500)
    history.do(DeclareConflict(member=BEN, other=ADA, kind=ConflictKind.SUPERVISES))
    assert board(history, BEN, without.now.date()) == board(without, BEN)
    with seen(history) as connection:
        reader = reader_at(connection, BEN)
        assert reader is not None
        offer = time_offered(connection, reader, CLEO, without.now.date())
        assert offer is not None
        assert (offer.reserved, offer.spent) == (0, 0)
        own = time_offered(connection, Reader(member=CLEO), CLEO, without.now.date())
        assert own is not None
        assert own.spent == 60  # her own time is hers to know


def test_a_planned_session_of_somebody_out_of_sight_holds_no_minutes_either() -> None:
    history = busy()
    met(history, 1, CLEO, 40)
    day = history.now + timedelta(days=1)
    history.do(c.PlanSession(coaching=case(1), session="session-000000aa", at=day, minutes=30), by=CLEO)
    found = row(history, CLEO, BEN)
    assert found is not None
    assert (found.reserved, found.spent, found.asks) == (30, 40, 1)  # a further session is no further ask
    history.do(DeclareConflict(member=ADA, other=BEN, kind=ConflictKind.GRIEVANCE))
    found = row(history, CLEO, BEN)
    assert found is not None
    assert (found.reserved, found.spent, found.asks) == (0, 0, 0)


def test_who_must_not_be_shown_to_the_reader_has_no_row_and_is_not_counted() -> None:
    history = busy()
    history.do(DeclareConflict(member=DEV, other=BEN, kind=ConflictKind.SUPERVISES))
    assert [each.member for each in board(history, BEN).page.items] == [CLEO]
    assert board(history, BEN).page.count == board(history, BEN).concentration.members == 1
    assert board(history).page.count == 2


def test_a_mute_by_another_changes_nothing_that_staff_read() -> None:
    history = busy()
    before = board(history, BEN)
    history.do(
        MuteMember(member=CLEO, other=BEN), MuteMember(member=DEV, other=ADA), MuteMember(member=ADA, other=CLEO)
    )
    assert board(history, BEN) == before


def test_minutes_of_experts_draw_on_the_networks_budget_and_stand_there() -> None:
    history = begun()
    coaches(history, CLEO, 120, NetworkRole.EXPERT)
    assert board(history).experts is None
    expert_budget(history, 200)
    engaged(history, 1, ADA, CLEO, 60, Disposition.EXPERT_ENGAGED)
    experts = board(history).experts
    assert experts is not None
    assert (experts.minutes, experts.reserved, experts.free) == (200, 60, 140)


@settings(max_examples=25)
@given(histories(), st.sets(st.sampled_from((ADA, BEN, CLEO, DEV, EVE))))
def test_the_board_adds_up_to_what_happened_without_whom_the_reader_must_not_be_shown(
    history: History, apart: set[str]
) -> None:
    day, facts = day_of(history.now, history.facts()(NETWORK, NET).calendar), history.facts()
    held = [
        each.event
        for each in history.recorded
        if isinstance(each.event, MeetingHeld | SessionHeld) and each.event.seeker not in apart
    ]
    with seen(history) as connection:
        reader = Reader(member=OPERATOR, apart=frozenset(apart))
        whole = burden(connection, Reader(member=OPERATOR), day, limit=MOST).page.items
        found = burden(connection, reader, day, limit=MOST)
    assert not {each.member for each in found.page.items} & apart
    by_member = {each.member: each for each in whole}
    for each in found.page.items:
        budget = facts(BUDGET, budget_of(each.member))
        setting = budget.setting_on(day)
        everything = by_member[each.member]
        assert everything.reserved + everything.spent == budget.promised(setting, everything.first, everything.last)
        assert everything.reserved + everything.spent <= everything.minutes
        assert each.reserved + each.spent + each.over <= everything.reserved + everything.spent + everything.over
        theirs = [one for one in held if _helper(one) == each.member]
        assert each.helped <= sum(one.minutes for one in theirs)
        assert bool(theirs) or not (each.helped or each.over)


def _helper(held: MeetingHeld | SessionHeld) -> str:
    return held.helper if isinstance(held, MeetingHeld) else held.coach


@pytest.mark.parametrize("role", [None, NetworkRole.COACH, NetworkRole.AUDITOR, NetworkRole.SPONSOR])
def test_only_staff_read_the_board(role: NetworkRole | None) -> None:
    roles = frozenset({role} if role else ())
    with seen(busy()) as connection, pytest.raises(NotTheirs):
        burden(connection, Reader(member=ADA, roles=roles), date(2024, 9, 2))


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_day_far_from_all_that_happens_is_refused(day: date) -> None:
    with pytest.raises(Malformed):
        board(begun(), on=day)


def test_who_left_is_no_longer_on_the_board() -> None:
    history = busy()
    history.do(LeaveNetwork(member=DEV))
    assert row(history, DEV) is None


def test_the_board_is_read_page_by_page_the_fullest_first() -> None:
    history, read, cursor = busy(), [], None
    with seen(history) as connection:
        for _ in range(2):
            found = burden(connection, Reader(member=OPERATOR), history.now.date(), cursor=cursor, limit=1).page
            read += [each.member for each in found.items]
            assert found.count == 2
            cursor = found.next
        assert cursor is None
        assert read == [CLEO, DEV]
        with pytest.raises(Malformed):
            burden(connection, Reader(member=OPERATOR), history.now.date(), cursor=ADA)


@given(st.integers(1, 1_000), st.integers(1, 60))
def test_equal_shares_are_no_concentration(amount: int, people: int) -> None:
    assert isclose(gini([amount] * people), 0, abs_tol=1e-12)


@given(st.integers(1, 1_000), st.integers(1, 60))
def test_where_one_has_everything_the_rest_is_one_in_so_many(amount: int, people: int) -> None:
    assert isclose(gini([0] * (people - 1) + [amount]), (people - 1) / people, abs_tol=1e-12)
    assert top_share([0] * (people - 1) + [amount]) == 1


@given(amounts, st.integers(1, 50), st.permutations(range(60)))
def test_concentration_asks_neither_for_the_unit_nor_for_the_order(
    some: list[int], times: int, order: list[int]
) -> None:
    mixed = [some[place] for place in order if place < len(some)]
    for figure in (gini, top_share):
        assert isclose(figure(some), figure([each * times for each in mixed]), abs_tol=1e-9)


@given(amounts, st.integers(1, 4))
def test_concentration_is_that_of_the_mean_difference_of_all_pairs(some: list[int], copies: int) -> None:
    pairs = sum(abs(one - other) for one in some for other in some)
    wanted = pairs / (2 * len(some) * sum(some)) if sum(some) else 0
    assert isclose(gini(some), wanted, abs_tol=1e-9)
    assert isclose(gini(some * copies), wanted, abs_tol=1e-9)  # a crowd twice the size is as uneven


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=60), st.data())
def test_who_has_more_giving_to_who_has_less_lowers_it(some: list[int], data: st.DataObject) -> None:
    some = sorted(some)
    gift = data.draw(st.integers(0, (some[-1] - some[0]) // 2))
    assert gini([some[0] + gift, *some[1:-1], some[-1] - gift]) <= gini(some) + 1e-9


@given(amounts)
def test_the_top_share_is_no_less_than_their_part_of_the_people(some: list[int]) -> None:
    assert 0 <= gini(some) < 1
    if sum(some):
        assert top_share(some) >= 0.05 - 1e-9
        assert isclose(top_share(some, 1), 1)


def test_a_share_of_nothing_is_nothing() -> None:
    assert (share(0, 0), share(1, 4)) == (0, 0.25)
    assert gini([]) == top_share([]) == gini([0, 0]) == 0
