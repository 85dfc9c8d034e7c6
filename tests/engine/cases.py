"""Coaching cases of a town, told as shortly as they go."""

from typing import Any

from domain.budgets import SetExpertBudget
from domain.challenges import AnswerChallenge
from domain.coaching import commands as c
from domain.coaching.events import CoachOffered, DispositionSuggested
from domain.coaching.states import Coaching
from domain.members import GrantNetworkRole
from domain.vocabulary import LADDER, Disposition, NetworkRole, PeriodKind, Tier
from projections.coaching_history import history, stands
from tests.engine.town import ADA, MONDAYS, NET, Town

NEED = "Grade nine attendance fell after winter break"
MORE = "Absences of ninth graders doubled in January."
COACH = Disposition.COACH_ASSIGNED


def case(number: int) -> str:
    return f"coaching-{number:08x}"


def asks(town: Town, number: int = 1, seeker: str = ADA, title: str = NEED, **said: Any) -> str:
    town.say(c.DraftRequest(coaching=case(number), seeker=seeker, title=title, **said), by=seeker)
    town.say(c.SubmitRequest(coaching=case(number)), by=seeker)
    return case(number)


def decides(town: Town, number: int = 1, rung: Disposition = COACH, **said: Any) -> str:
    passed = tuple(c.PassedOver(rung=each, reason="too little") for each in LADDER[: LADDER.index(rung)])
    decision = c.TriageRequest(
        coaching=case(number), tier=Tier.TARGETED, disposition=rung, reason="so be it", passed_over=passed, **said
    )
    town.say(decision)
    return case(number)


def waits(town: Town, number: int, seeker: str = ADA, **said: Any) -> str:
    """For a coach."""
    asks(town, number, seeker, **said)
    return decides(town, number)


def coaches(town: Town, member: str, minutes: int = 120, role: NetworkRole = NetworkRole.COACH) -> None:
    town.offers_time(member, minutes)
    town.say(GrantNetworkRole(member=member, role=role))


def pays_experts(town: Town, minutes: int) -> None:
    town.say(SetExpertBudget(network=NET, minutes=minutes, period=PeriodKind.MONTH))


def suggested(town: Town, number: int = 1) -> DispositionSuggested:
    return town.suggest(NET, case(number))


def rung(town: Town, which: Disposition, number: int = 1) -> tuple[bool, tuple[str, ...]]:
    """Whether it could be offered, and with whom or what."""
    (found,) = (each for each in suggested(town, number).ladder if each.rung is which)
    return found.possible, found.candidates


def stands_at(town: Town, number: int = 1) -> Coaching:
    return town.ask(NET, lambda connection: stands(history(connection, case(number))))


def offers(town: Town) -> list[tuple[str, str]]:
    """Which case was offered to whom, in the order of the log."""
    log = town.store.page(0, limit=100_000, network=NET)
    return [(each.stream, each.event.coach) for each in log if isinstance(each.event, CoachOffered)]


def knows(town: Town, member: str) -> None:
    """What to do about absences, as they showed more than once."""
    for number, text in enumerate(_SHOWN):
        answer = f"answer-{member[-1]}{number:07x}"
        town.say(AnswerChallenge(challenge=MONDAYS, answer=answer, member=member, text=text), by=member)


_SHOWN = (
    "Attendance of ninth graders came back after winter break when we called home after the first absence.",
    "Absences in grade nine fell once every student who was absent had an adult to ask for them.",
)
