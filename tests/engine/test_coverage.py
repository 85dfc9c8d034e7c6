"""Which themes have somebody to help with them, as far as the reader may know."""

import pytest

from domain.budgets import SetTimeBudget
from domain.coaching import commands as c
from domain.members import ChooseEngagementLevel, DeclareConflict, LeaveNetwork, MuteMember, PauseMember
from domain.refusals import NotTheirs
from domain.vocabulary import ConflictKind, Disposition, Level, NetworkRole, PeriodKind, Tier, Urgency
from engine.coverage import Coverage, Covered
from tests.engine.sharing import FIRST_COACH, OTHER_FACILITATOR, SECOND_COACH, Sharing, need, seeker
from tests.engine.town import ADA, EVE, NET

ATTENDANCE = (
    "Chronic absence in ninth grade, when phone calls home change nothing",
    "Getting students with many absences to come back after winter",
    "Attendance teams that meet weekly, look at absences and know what to do next",
)


def of_absences(sharing: Sharing, reader: str = EVE) -> Coverage:
    covered = sharing.common_needs.coverage(NET, reader)
    return next(each for each in covered if need(1) in each.theme.cases)


def helpers(sharing: Sharing, reader: str = EVE) -> list[str]:
    return [each.member for each in of_absences(sharing, reader).helpers]


def test_a_theme_with_nobody_or_only_one_is_flagged(sharing: Sharing) -> None:
    assert [each.covered for each in sharing.common_needs.coverage(NET, EVE)] == [Covered.NOBODY] * 2
    sharing.coaches(FIRST_COACH, 60, *ATTENDANCE)
    assert of_absences(sharing).covered is Covered.ONE
    assert helpers(sharing) == [FIRST_COACH]
    sharing.coaches(SECOND_COACH, 60, *ATTENDANCE, role=NetworkRole.EXPERT)
    assert of_absences(sharing).covered is Covered.SEVERAL
    assert set(helpers(sharing)) == {FIRST_COACH, SECOND_COACH}
    fits = [each.fit for each in of_absences(sharing).helpers]
    assert fits == sorted(fits, reverse=True)
    assert all(0.36 <= fit <= 1 for fit in fits)
    least_first = [each.covered for each in sharing.common_needs.coverage(NET, EVE)]
    assert least_first == [Covered.NOBODY, Covered.SEVERAL]  # nobody helps with phonics


def test_who_knows_of_something_else_is_no_helper(sharing: Sharing) -> None:
    sharing.coaches(FIRST_COACH, 60, "School buses", "Menus for the kitchen")
    assert of_absences(sharing).covered is Covered.NOBODY


def test_who_is_no_coach_is_not_counted_however_much_they_know(sharing: Sharing) -> None:
    sharing.coaches(FIRST_COACH, 60, *ATTENDANCE, role=NetworkRole.MEMBER)
    assert of_absences(sharing).covered is Covered.NOBODY


def test_who_has_no_room_is_no_helper(sharing: Sharing) -> None:
    sharing.coaches(FIRST_COACH, 100, *ATTENDANCE)
    assert helpers(sharing) == [FIRST_COACH]
    sharing.asks(FIRST_COACH, 41)
    assert helpers(sharing) == []
    sharing.say(SetTimeBudget(member=FIRST_COACH, minutes=101, period=PeriodKind.WEEK), by=FIRST_COACH)
    assert helpers(sharing) == [FIRST_COACH]


@pytest.mark.parametrize(
    "rest",
    [
        PauseMember(member=FIRST_COACH),
        LeaveNetwork(member=FIRST_COACH),
        ChooseEngagementLevel(member=FIRST_COACH, level=Level.FOLLOW),
    ],
)
def test_who_is_away_or_takes_part_without_being_asked_is_no_helper(sharing: Sharing, rest: PauseMember) -> None:
    sharing.coaches(FIRST_COACH, 60, *ATTENDANCE)
    sharing.say(rest, by=FIRST_COACH)
    assert helpers(sharing) == []


def test_who_shares_the_need_does_not_answer_it(sharing: Sharing) -> None:
    sharing.coaches(FIRST_COACH, 60, *ATTENDANCE)
    sharing.asks_for_coaching(20, "My own ninth graders have many absences", by=FIRST_COACH)
    assert need(20) in of_absences(sharing).theme.cases
    assert helpers(sharing) == []


def test_mutes_tell_staff_nothing(sharing: Sharing) -> None:
    sharing.coaches(FIRST_COACH, 60, *ATTENDANCE)
    before = sharing.common_needs.coverage(NET, EVE)
    for case in before[1].theme.cases:
        who = seeker(int(case[-2:], 16))
        sharing.say(MuteMember(member=FIRST_COACH, other=who), by=FIRST_COACH)
        sharing.say(MuteMember(member=who, other=EVE), by=who)
    assert sharing.common_needs.coverage(NET, EVE) == before


def test_who_stands_above_all_who_share_a_theme_is_no_helper_for_it(sharing: Sharing) -> None:
    sharing.coaches(FIRST_COACH, 60, *ATTENDANCE)
    *most, last = [seeker(int(case[-2:], 16)) for case in of_absences(sharing).theme.cases]
    for who in most:
        sharing.say(DeclareConflict(member=FIRST_COACH, other=who, kind=ConflictKind.SUPERVISES), by=FIRST_COACH)
    assert helpers(sharing) == [FIRST_COACH]
    sharing.say(DeclareConflict(member=FIRST_COACH, other=last, kind=ConflictKind.SUPERVISES), by=FIRST_COACH)
    assert helpers(sharing) == []


def test_a_helper_whom_the_reader_must_not_be_shown_is_not_counted_for_them(sharing: Sharing) -> None:
    sharing.coaches(FIRST_COACH, 60, *ATTENDANCE)
    sharing.say(DeclareConflict(member=EVE, other=FIRST_COACH, kind=ConflictKind.SUPERVISES), by=EVE)
    assert of_absences(sharing).covered is Covered.NOBODY
    assert helpers(sharing, OTHER_FACILITATOR) == [FIRST_COACH]


def test_minutes_held_for_somebody_out_of_sight_take_up_no_room(sharing: Sharing) -> None:
    """Or a helper who is missing would tell that somebody asked."""
    sharing.coaches(FIRST_COACH, 60, *ATTENDANCE)
    hidden = seeker(9)
    sharing.say(DeclareConflict(member=EVE, other=hidden, kind=ConflictKind.SUPERVISES), by=EVE)
    before = sharing.common_needs.coverage(NET, EVE)
    triage = c.TriageRequest(
        coaching=need(9),
        tier=Tier.INTENSIVE,
        disposition=Disposition.COACH_ASSIGNED,
        urgency=Urgency.URGENT,
        reason="it rains in",
    )
    sharing.say(triage, by=OTHER_FACILITATOR)
    sharing.say(c.OfferCoach(coaching=need(9), offer="offer-00000001", coach=FIRST_COACH), by=OTHER_FACILITATOR)
    assert helpers(sharing, OTHER_FACILITATOR) == []
    assert sharing.common_needs.coverage(NET, EVE) == before


def test_only_staff_read_how_themes_are_covered(sharing: Sharing) -> None:
    with pytest.raises(NotTheirs):
        sharing.common_needs.coverage(NET, ADA)
