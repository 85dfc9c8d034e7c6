"""Coaching cases told from the need to the session, as short as they go."""

from datetime import datetime

from domain.budgets import SetExpertBudget, SetTimeBudget
from domain.coaching import commands as c
from domain.members import ChooseEngagementLevel, GrantNetworkRole
from domain.vocabulary import Confidentiality, Disposition, Level, NetworkRole, PeriodKind, Tier, Urgency
from tests.histories import NET, History


def case(number: int) -> str:
    return f"coaching-{number:08x}"


def offers_time(history: History, member: str, minutes: int, period: PeriodKind = PeriodKind.WEEK) -> None:
    history.do(
        ChooseEngagementLevel(member=member, level=Level.PARTNER),
        SetTimeBudget(member=member, minutes=minutes, period=period),
    )


def coaches(history: History, member: str, minutes: int, role: NetworkRole = NetworkRole.COACH) -> None:
    offers_time(history, member, minutes)
    history.do(GrantNetworkRole(member=member, role=role))


def asks_for_coaching(
    history: History, number: int, seeker: str, told: Confidentiality = Confidentiality.GROUP, title: str = "Phonics"
) -> None:
    history.do(
        c.DraftRequest(coaching=case(number), seeker=seeker, title=title, urgency=Urgency.URGENT, confidentiality=told)
    )
    history.do(c.SubmitRequest(coaching=case(number)), by=seeker)


def offered(
    history: History, number: int, coach: str, minutes: int, rung: Disposition = Disposition.COACH_ASSIGNED
) -> None:
    """The network's staff offer a coach."""
    history.do(
        c.TriageRequest(coaching=case(number), tier=Tier.INTENSIVE, disposition=rung, reason="it cannot wait"),
        c.OfferCoach(coaching=case(number), offer=f"offer-{number:08x}", coach=coach, minutes=minutes),
        by=None,
    )


def engaged(
    history: History,
    number: int,
    seeker: str,
    coach: str,
    minutes: int,
    rung: Disposition = Disposition.COACH_ASSIGNED,
) -> None:
    asks_for_coaching(history, number, seeker)
    offered(history, number, coach, minutes, rung)
    history.do(c.AcceptOffer(coaching=case(number), member=coach), by=coach)
    until = history.now.date().replace(year=history.now.year + 1)
    history.do(c.OpenEngagement(coaching=case(number), goal="Read aloud daily", until=until), by=coach)


def met(history: History, number: int, coach: str, minutes: int, at: datetime | None = None) -> None:
    """The first session of an engagement, or a further one of this number that was planned."""
    session = c.HoldSession(
        coaching=case(number), session=f"session-{number:08x}", at=at or history.now, minutes=minutes
    )
    history.do(session, by=coach)


def expert_budget(history: History, minutes: int) -> None:
    history.do(SetExpertBudget(network=NET, minutes=minutes, period=PeriodKind.MONTH), by=None)
