"""What is told beside the ties: who began them, between which sites, how evenly help lies, how long people wait."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given

from domain.budgets import SetTimeBudget
from domain.challenges import AnswerChallenge, PostChallenge
from domain.coaching import commands as c
from domain.introductions import (
    ConfirmHelp,
    ConsentToIntroduction,
    DisputeHelp,
    FormPartnership,
    OfferIntroduction,
    RecordMeeting,
)
from domain.members import (
    ChooseEngagementLevel,
    GrantNetworkRole,
    JoinNetwork,
    LeaveNetwork,
    StartAffiliation,
)
from domain.vocabulary import OPERATOR, Level, NetworkRole, PeriodKind, RoleFamily, TieKind
from engine.network_figures import Counting, NetworkShape, network_shape
from engine.when import NOW, When
from projections.reading import Reader
from tests.histories import ADA, BEN, BUSES, CALL, CHAT, CLEO, DESKS, DEV, DISTRICT, EVE, SCHOOL, VISIT, History, begun
from tests.projections import coached
from tests.projections.seeing import seen
from tests.random_histories import histories

OPERATOR_READS = Reader(member=OPERATOR)


def shape(history: History, when: When = NOW, **counting: Any) -> NetworkShape:
    with seen(history) as connection:
        return network_shape(connection, OPERATOR_READS, when, Counting(**counting), lambda: history.now)


def works_at(history: History, member: str, site: str, role: RoleFamily = RoleFamily.TEACHER) -> None:
    history.do(StartAffiliation(member=member, site=site, role=role, since=date(2024, 8, 1)))


def answered(history: History, number: int, member: str, to: str, challenge: str = DESKS, by: str = "") -> None:
    said = AnswerChallenge(challenge=challenge, answer=f"answer-{number:08x}", member=member, to=to)
    history.do(said, by=by or member)


def introduced(history: History, introduction: str, seeker: str, helper: str, by: str | None) -> None:
    """Up to the help that the seeker confirms."""
    history.do(OfferIntroduction(introduction=introduction, seeker=seeker, helper=helper, minutes=20), by=by)
    for member in (seeker, helper):
        history.do(ConsentToIntroduction(introduction=introduction, member=member))
    history.now += timedelta(days=1)
    history.do(RecordMeeting(introduction=introduction, minutes=25, at=history.now), by=helper)
    history.do(ConfirmHelp(introduction=introduction, member=seeker))


@pytest.fixture
def history() -> History:
    history = begun()
    history.do(PostChallenge(challenge=DESKS, author=ADA, title="Desks"))
    for helper in (BEN, CLEO):
        history.do(ChooseEngagementLevel(member=helper, level=Level.PARTNER))
        history.do(SetTimeBudget(member=helper, minutes=90, period=PeriodKind.WEEK))
    return history


def test_a_tie_is_peer_initiated_where_no_staff_stands_behind_it(history: History) -> None:
    answered(history, 1, BEN, ADA)
    assert shape(history).peer_initiated == 1.0
    introduced(history, CALL, ADA, CLEO, by=ADA)
    assert shape(history).peer_initiated == 1.0
    introduced(history, VISIT, DEV, BEN, by=None)  # by the operator
    assert shape(history).peer_initiated == pytest.approx(2 / 3)
    history.do(GrantNetworkRole(member=DEV, role=NetworkRole.FACILITATOR))
    answered(history, 2, DEV, ADA)
    assert shape(history).peer_initiated == pytest.approx(2 / 4)
    assert shape(history, without_staff=True).peer_initiated == 1.0


def test_what_a_coaching_case_led_to_is_not_peer_initiated(history: History) -> None:
    history.do(JoinNetwork(member=EVE, name="Eve"))
    coached.coaches(history, EVE, 120)
    coached.engaged(history, 1, ADA, EVE, 60)
    coached.met(history, 1, EVE, 50)
    said = c.Feedback(helpful=True, plan_changed=True, tie_confirmed=True)
    history.do(c.CloseEngagement(coaching=coached.case(1)), by=EVE)
    history.do(c.GiveFeedback(coaching=coached.case(1), feedback=said), by=ADA)
    found = shape(history)
    assert (found.figures.ties, found.peer_initiated) == (1, 0.0)
    assert (found.evenness.help_minutes, found.evenness.help_top_share) == (50, 1.0)


def test_cross_site_and_e_i_count_ties_whose_ends_are_known(history: History) -> None:
    works_at(history, ADA, SCHOOL)
    works_at(history, BEN, SCHOOL, RoleFamily.PRINCIPAL)
    works_at(history, CLEO, DISTRICT)
    for number, (member, to) in enumerate([(BEN, ADA), (CLEO, ADA), (ADA, CLEO), (DEV, ADA)]):
        answered(history, number, member, to)
    found = shape(history)
    assert found.figures.ties == 4
    assert found.cross_site == pytest.approx(2 / 3)
    site, district, role, cohort = found.divisions
    assert (site.external, site.internal, site.index) == (2, 1, pytest.approx(1 / 3))
    assert (district.external, district.internal, district.index) == (0, 3, -1.0)
    assert (role.external, role.internal) == (1, 2)
    assert (cohort.index, cohort.cells) == (None, ())
    assert site.known is None  # one has no site: fewer than ten
    assert [division.cells for division in found.divisions] == [(), (), (), ()]


def test_groups_of_ten_people_are_told_with_their_ties(history: History) -> None:
    crowd = [f"member-0000{number:04x}" for number in range(0x100, 0x116)]
    for place, member in enumerate(crowd):
        history.do(JoinNetwork(member=member, name="One of many"))
        works_at(history, member, SCHOOL if place < 12 else DISTRICT)
    for member in (ADA, BEN, CLEO, DEV):
        works_at(history, member, DISTRICT)
    answered(history, 1, crowd[0], crowd[1])
    answered(history, 2, crowd[0], crowd[20])
    site = shape(history).divisions[0]
    assert [(cell.members, cell.internal, cell.external) for cell in site.cells] == [(14, 0, 1), (12, 1, 1)]
    assert [cell.name for cell in site.cells] == ["North", "Hill"]
    assert (site.known, site.kept_back) == (26, 0)
    history.do(*(LeaveNetwork(member=member) for member in (ADA, BEN, CLEO, DEV, crowd[21])))
    few = shape(history).divisions[0]
    assert (few.cells, few.kept_back) == ((), 2)  # nine of one tell of themselves where the other is told


def test_help_lies_on_who_gave_it_and_exposure_on_who_was_shown(history: History) -> None:
    introduced(history, CALL, ADA, BEN, by=ADA)
    introduced(history, VISIT, DEV, BEN, by=DEV)
    introduced(history, CHAT, ADA, CLEO, by=ADA)
    found = shape(history).evenness
    assert found.help_minutes == 75
    assert found.help_gini == pytest.approx((1 * 25 + 3 * 50) / (4 * 75))  # of 0, 0, 25 and 50 minutes
    assert found.help_top_share == pytest.approx(50 / 75)
    assert found.never_asked_share == 0.0
    assert found.budget_breaches == 0


def test_waiting_ends_with_the_first_who_answers_and_the_first_who_helps(history: History) -> None:
    history.now += timedelta(days=2)
    answered(history, 1, ADA, BEN)  # one's own answer is no response
    answered(history, 2, BEN, ADA)
    history.now += timedelta(days=5)
    answered(history, 3, CLEO, ADA)
    history.do(PostChallenge(challenge=BUSES, author=BEN, title="Buses"))
    found = {wait.of: wait for wait in shape(history).waits}
    first = found["first response to a challenge"]
    assert (first.cases, first.median) == (1, pytest.approx(2, abs=0.01))
    assert found["first useful connection by a challenge"].cases == 0


def test_a_window_counts_what_was_used_in_it_and_new_are_ties_without_a_past(history: History) -> None:
    answered(history, 1, BEN, ADA)
    history.now += timedelta(days=30)
    answered(history, 2, BEN, ADA)
    answered(history, 3, CLEO, ADA)
    assert shape(history).figures.frequency_max == 2
    late = shape(history, window=10)
    assert (late.figures.ties, late.figures.frequency_max, late.new_ties) == (2, 1, 1)
    assert shape(history, kinds=(TieKind.ADVISED,)).figures.ties == 0


def test_who_left_is_no_member_and_ends_no_tie_of_others(history: History) -> None:
    answered(history, 1, BEN, ADA)
    answered(history, 2, CLEO, ADA)
    history.do(LeaveNetwork(member=CLEO))
    found = shape(history).figures
    assert (found.members, found.ties) == (3, 1)


def test_partners_are_tied_both_ways_and_disputed_help_ties_nobody(history: History) -> None:
    introduced(history, CALL, ADA, BEN, by=ADA)
    history.do(FormPartnership(introduction=CALL), by=ADA)
    assert (shape(history).figures.mutual, shape(history).figures.ties) == (1, 2)
    assert shape(history, kinds=(TieKind.ADVISED,)).figures.ties == 1
    history.do(DisputeHelp(introduction=CALL, member=ADA))
    assert shape(history, kinds=(TieKind.ADVISED,)).figures.ties == 0


@given(histories())
def test_every_history_has_a_shape_and_breaks_no_budget(drawn: History) -> None:
    for without_staff in (False, True):
        found = shape(drawn, without_staff=without_staff)
        assert found.evenness.budget_breaches == 0
        assert found.new_ties == found.figures.ties
        for division in found.divisions:
            assert division.external + division.internal <= found.figures.ties
            assert all(cell.members >= 10 for cell in division.cells)
