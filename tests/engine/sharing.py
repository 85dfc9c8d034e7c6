"""A town whose members ask for coaching: some about absences, some about phonics, one about the library's roof."""

from pathlib import Path

from domain.coaching import commands as c
from domain.members import ClaimExpertise, GrantNetworkRole, JoinNetwork
from domain.vocabulary import Confidentiality, NetworkRole
from engine.themes import Theme
from models.encoder import Encoder
from tests.engine.town import EVE, NET, Town

ABSENCES = (
    "Chronic absence has doubled in our ninth grade and phone calls home change nothing.",
    "How do other schools get students with many absences to come back after winter?",
    "I need a plan for absences on Mondays that does not depend on me calling every family.",
    "Our attendance team meets weekly, looks at absences, and nobody knows what to do next.",
    "Students miss the first period every day because of the bus. How do we count attendance and fix it?",
)
PHONICS = (
    "Third graders who guess at long words: what comes after phonics in second grade?",
    "I am new to teaching phonics in order and need help with pacing small groups.",
    "Half of my first grade cannot blend sounds yet and our phonics materials are old.",
    "Which decodable books do you use once phonics lessons get to vowel teams?",
)
ROOF = "Our library roof leaks."
FIRST_COACH, SECOND_COACH, OTHER_FACILITATOR = "member-000000c1", "member-000000c2", "member-000000f2"


def seeker(number: int) -> str:
    return f"member-0000ee{number:02x}"


def need(number: int) -> str:
    return f"coaching-{number:08x}"


class Sharing(Town):
    """Eve facilitates, like one more."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        new = not (folder / "data").exists()
        super().__init__(folder, encoder)
        if new:
            self.joins(OTHER_FACILITATOR)
            for member in (EVE, OTHER_FACILITATOR):
                self.say(GrantNetworkRole(member=member, role=NetworkRole.FACILITATOR), id=f"office {member}")
            for number, text in enumerate((*ABSENCES, *PHONICS, ROOF)):
                self.asks_for_coaching(number, text)

    def joins(self, member: str) -> None:
        self.say(JoinNetwork(member=member, name=f"Name of {member}"), id=f"joins {member}")

    def asks_for_coaching(
        self, number: int, text: str, told: Confidentiality = Confidentiality.GROUP, by: str | None = None
    ) -> None:
        asking = by or seeker(number)
        if by is None:
            self.joins(asking)
        draft = c.DraftRequest(coaching=need(number), seeker=asking, title=text, confidentiality=told)
        self.say(draft, by=asking, id=f"draft {number}")
        self.say(c.SubmitRequest(coaching=need(number)), by=asking, id=f"submit {number}")

    def coaches(self, member: str, minutes: int, *topics: str, role: NetworkRole = NetworkRole.COACH) -> None:
        self.joins(member)
        self.say(GrantNetworkRole(member=member, role=role), id=f"role {member}")
        self.offers_time(member, minutes)
        for topic in topics:
            self.say(ClaimExpertise(member=member, topic=topic), id=f"{member} {topic}")

    def shared(self, reader: str = EVE) -> tuple[Theme, ...]:
        return self.themes(NET, reader)

    def about_absences(self, reader: str = EVE) -> Theme:
        return next(each for each in self.shared(reader) if need(1) in each.cases)
