"""What the two in a coaching case hear of it, and what all others are told: figures of ten people."""

from datetime import date, timedelta

from domain import members as mb
from domain.budgets import SetTimeBudget
from domain.coaching import commands as c
from domain.vocabulary import ConflictKind, Disposition, Level, NetworkRole, PeriodKind, Tier
from projections.coaching_figures import figures
from projections.coaching_news import moved
from projections.reading import Reader, reader_at
from tests.histories import ADA, BEN, CLEO, DEV, History, begun
from tests.projections.seeing import seen

CASE = "coaching-00000001"
SPONSOR = Reader(member=DEV, roles=frozenset({NetworkRole.SPONSOR}))


def coaches(history: History, coach: str) -> None:
    history.do(
        mb.GrantNetworkRole(member=coach, role=NetworkRole.COACH),
        mb.ChooseEngagementLevel(member=coach, level=Level.PARTNER),
        SetTimeBudget(member=coach, minutes=10_000, period=PeriodKind.MONTH),
    )


def offered(history: History, case: str = CASE, seeker: str = ADA, coach: str = BEN) -> None:
    reasons = tuple(
        c.PassedOver(rung=rung, reason="Not enough.")
        for rung in (Disposition.RESOURCE_SENT, Disposition.PEER_INTRODUCED, Disposition.CONSULTANCY_FORMED)
    )
    alone = c.PassedOver(rung=Disposition.GROUP_COACHING_OFFERED, reason="Nobody else asks.")
    decided = c.TriageRequest(
        coaching=case,
        tier=Tier.INTENSIVE,
        disposition=Disposition.COACH_ASSIGNED,
        reason="Beside them.",
        passed_over=(*reasons, alone),
    )
    history.do(c.DraftRequest(coaching=case, seeker=seeker, title="Calls home"))
    history.do(c.SubmitRequest(coaching=case), by=seeker)
    history.do(decided, c.OfferCoach(coaching=case, offer=f"offer-{case[-8:]}", coach=coach), by=None)


def met(history: History, case: str, seeker: str, coach: str, *, times: int = 1) -> None:
    until = date(2025, 6, 30)
    history.do(c.AcceptOffer(coaching=case, member=coach))
    history.do(c.OpenEngagement(coaching=case, goal="Calls that end with a plan", until=until), by=seeker)
    for number in range(times):
        session = f"session-{case[-8:]}{number:02x}"
        history.now += timedelta(hours=2)
        at = history.now - timedelta(hours=1)
        if number:
            history.do(c.PlanSession(coaching=case, session=session, at=history.now), by=coach)
        history.do(c.HoldSession(coaching=case, session=session, at=at, minutes=30), by=coach)


def heard(history: History, member: str) -> list[str]:
    """The events that they hear of, by name."""
    with seen(history) as connection:
        reader = reader_at(connection, member)
        assert reader is not None
        found = moved(connection, reader, after=0, limit=100)
    by_position = {each.position: type(each.event).__name__ for each in history.recorded}
    return [by_position[each.position] for each in found]


def test_the_two_hear_what_the_other_one_and_the_network_do() -> None:
    history = begun()
    coaches(history, BEN)
    offered(history)
    assert heard(history, ADA) == ["RequestTriaged", "CoachOffered"]
    assert heard(history, BEN) == ["CoachOffered"]
    met(history, CASE, ADA, BEN)
    assert heard(history, ADA)[2:] == ["OfferAccepted", "SessionHeld"]
    assert heard(history, BEN)[1:] == ["EngagementOpened"]
    assert heard(history, CLEO) == []


def test_who_is_asked_no_more_hears_so_and_then_nothing() -> None:
    history = begun()
    coaches(history, BEN)
    coaches(history, CLEO)
    offered(history)
    history.do(c.DeclineOffer(coaching=CASE, member=ADA))
    history.do(c.OfferCoach(coaching=CASE, offer="offer-000000ff", coach=CLEO), by=None)
    assert heard(history, BEN) == ["CoachOffered", "OfferDeclined"]
    assert heard(history, CLEO) == ["CoachOffered"]
    history.do(c.AcceptOffer(coaching=CASE, member=CLEO))
    assert heard(history, BEN) == ["CoachOffered", "OfferDeclined"]


def test_who_is_asked_to_take_over_hears_of_the_offer_and_not_of_what_the_two_do() -> None:
    history = begun()
    coaches(history, BEN)
    coaches(history, CLEO)
    offered(history)
    met(history, CASE, ADA, BEN)
    history.do(c.OfferCoach(coaching=CASE, offer="offer-000000ff", coach=CLEO), by=BEN)
    session = f"session-{CASE[-8:]}00"
    history.do(c.LogSession(coaching=CASE, session=session, member=BEN, text="We spoke."))
    history.do(c.AgreeNextStep(coaching=CASE, step="step-00000001", text="Call."), by=ADA)
    assert heard(history, CLEO) == ["CoachOffered"]
    history.do(c.CloseEngagement(coaching=CASE), by=BEN)
    said = c.Feedback(helpful=True, plan_changed=True, tie_confirmed=True)
    history.do(c.GiveFeedback(coaching=CASE, feedback=said), by=ADA)
    assert heard(history, CLEO) == ["CoachOffered", "EngagementClosed"]
    assert heard(history, BEN)[-1] == "FeedbackGiven"


def test_power_that_came_between_the_two_ends_the_news() -> None:
    history = begun()
    coaches(history, BEN)
    offered(history)
    history.do(mb.DeclareConflict(member=BEN, other=ADA, kind=ConflictKind.SUPERVISES))
    assert heard(history, BEN) == []
    assert heard(history, ADA) == ["RequestTriaged", "CoachOffered"]


def many(history: History, people: int, *, times: int = 1) -> None:
    coaches(history, BEN)
    for number in range(people):
        member, case = f"member-{number:08x}00", f"coaching-{number:08x}"
        history.do(mb.JoinNetwork(member=member, name=f"Number {number}"))
        offered(history, case, member)
        met(history, case, member, BEN, times=times)


def test_figures_are_of_ten_people_or_there_are_none() -> None:
    history = begun()
    many(history, 9, times=2)
    with seen(history) as connection:
        assert figures(connection, SPONSOR) == []


def test_a_figure_once_told_stays_as_it_is() -> None:
    history = begun()
    many(history, 21)
    with seen(history) as connection:
        both = figures(connection, SPONSOR)
    assert [(each.people, each.sessions, each.minutes) for each in both] == [(10, 10, 300), (10, 10, 300)]
    assert both[0].first_month == "2024-09"
    sessions = [each.position for each in history.recorded if type(each.event).__name__ == "SessionHeld"]
    with seen(history, until=sessions[10]) as connection:
        assert figures(connection, SPONSOR) == both[:1]


def test_staff_read_no_sum_that_leaves_over_whom_they_must_not_see() -> None:
    history = begun()
    many(history, 10)
    apart = "member-0000000000"
    admin = Reader(member=DEV, roles=frozenset({NetworkRole.ADMIN}), apart=frozenset({apart}))
    with seen(history) as connection:
        assert len(figures(connection, SPONSOR)) == 1
        assert figures(connection, admin) == []
