"""A small network behind the running system: a folder of its own, a clock that stands still, a counted encoder."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.budgets import SetTimeBudget
from domain.challenges import AnswerChallenge, ChangeChallengeStage, PostChallenge
from domain.introductions import OfferIntroduction
from domain.kernel import Command, Recorded
from domain.members import ChooseEngagementLevel, JoinNetwork
from domain.networks import CharterNetwork
from domain.recommendations import DismissRecommendation, ListKind
from domain.resources import ShareResource
from domain.vocabulary import OPERATOR, Level, PeriodKind
from engine.commands import Order, Sender
from engine.runtime import Confrere
from engine.settings import Settings
from models.encoder import Encoder
from projections.recommendation_lists import IssuedList
from tests.engine.counting import Counting

NET = "network-00000001"
ADA, BEN, CLEO, DAN, EVE = (f"member-0000000{each}" for each in "abcde")
ABSENT, MONDAYS, RESET, BUSES, QUIET = (f"challenge-0000000{each}" for each in "12345")
GUIDE, MENU = "resource-00000001", "resource-00000002"
PEERS, AHEAD, EXPERTS, RESOURCES, CHALLENGES, CONSULTANCY = ListKind
NOON = datetime(2025, 9, 3, 12, tzinfo=UTC)  # a Wednesday
LONG_AGO = 90  # days before noon all was told, so that nobody is the one who answered just now

TOLD: Mapping[str, Command] = {
    "charter": CharterNetwork(network=NET, name="Riverbend"),
    **{member: JoinNetwork(member=member, name=f"Name of {member}") for member in (ADA, BEN, CLEO, DAN, EVE)},
    "absent": PostChallenge(
        challenge=ABSENT,
        author=ADA,
        title="Grade nine attendance fell after winter break",
        text="Absences of ninth graders doubled in January and did not come back.",
    ),
    "mondays": PostChallenge(
        challenge=MONDAYS, author=BEN, title="Ninth graders are absent on Mondays", text="Since January, every week."
    ),
    "reset": PostChallenge(
        challenge=RESET, author=CLEO, title="Counting absences anew each quarter", text="Attendance of ninth graders."
    ),
    "further": ChangeChallengeStage(challenge=RESET, stage="testing"),
    "buses": PostChallenge(challenge=BUSES, author=DAN, title="Where to buy school buses", text="Ours are old."),
    "answer": AnswerChallenge(
        challenge=MONDAYS,
        answer="answer-00000001",
        member=DAN,
        text="A call home after the first absence brought our ninth graders back to school.",
    ),
    "guide": ShareResource(
        resource=GUIDE, contributor=EVE, title="Raising attendance after winter break", description="For grade nine."
    ),
    "menu": ShareResource(resource=MENU, contributor=NET, title="Menus for the school kitchen"),
}


class Town(Confrere):
    """Told as above, unless the folder holds a history already."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self.now = NOON
        self.folder = folder
        self.settings = Settings(data=folder / "data", master_key=folder / "master.key")
        self.counting = Counting(encoder)
        super().__init__(self.settings, lambda: self.now)
        self.__dict__["encoder"] = self.counting
        if not self.store.head():
            self.later(days=-LONG_AGO)
            for name, command in TOLD.items():
                self.say(command, id=name)
            self.now = NOON

    def say(self, command: Command, *, by: str | None = None, id: str | None = None) -> tuple[Recorded, ...]:  # noqa: A002 - the command's own word
        sender = Sender(network=NET, actor=OPERATOR, command_id=id or f"said-{self.store.head()}-{self.now}")
        return self.commands.handle(Order(command=command, at=self.now, on_behalf_of=by), sender)

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def offers_time(self, member: str, minutes: int) -> None:
        self.say(ChooseEngagementLevel(member=member, level=Level.PARTNER), by=member)
        self.say(SetTimeBudget(member=member, minutes=minutes, period=PeriodKind.WEEK), by=member)

    def asks(self, helper: str, minutes: int, number: int = 1) -> None:
        introduction = f"introduction-{number:08x}"
        self.say(OfferIntroduction(introduction=introduction, seeker=EVE, helper=helper, minutes=minutes))

    def ask_for(self, kind: ListKind, subject: str = ABSENT, reader: str = ADA) -> IssuedList:
        return self.recommend(NET, reader, subject, kind)

    def picks(self, kind: ListKind, subject: str = ABSENT, reader: str = ADA) -> list[str]:
        return [pick.candidate for pick in self.ask_for(kind, subject, reader).issued.picks]

    def dismiss(self, kind: ListKind, candidate: str) -> None:
        listed = self.ask_for(kind)
        dismissal = DismissRecommendation(recommendation=listed.recommendation, reader=ADA, candidate=candidate)
        self.say(dismissal, by=ADA)

    def why(self, kind: ListKind, candidate: str) -> str:
        return self.why_not(NET, self.ask_for(kind).recommendation, candidate)
