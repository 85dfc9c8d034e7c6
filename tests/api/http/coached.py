"""A coaching case of Ada's, brought as far as a test wants: Ben coaches, Cleo facilitates, Eve has power over Ada."""

from typing import Any, Final

from domain.budgets import SetTimeBudget
from domain.members import ChooseEngagementLevel, DeclareConflict, GrantNetworkRole, JoinNetwork
from domain.vocabulary import ConflictKind, Level, NetworkRole, PeriodKind
from tests.api.http.house import ADA, BEN, CLEO, EVE, FAY, NET, Client, House

ABSENT: Final = f"coaching-{'0' * 32}"
STAGES: Final = ("drafted", "waiting", "asked", "triaged", "offered", "accepted", "engaged", "ended")
INTAKE, TALK = "marmalade", "gargoyle"  # a word of the request, and one between the two
RUNGS: Final = ("resource sent", "peer introduced", "consultancy formed", "group coaching offered")
TRIAGED: Final = {
    "tier": "intensive",
    "disposition": "coach assigned",
    "reason": "Beside them.",
    "passed_over": [{"rung": each, "reason": "Tried."} for each in RUNGS],
}


def set_out(house: House) -> None:
    """Who is who; Fay is a member like others."""
    house.say(JoinNetwork(member=FAY, name="Fay"), id="join-fay")
    house.tokens_of[FAY] = house.tokens.create(NET, FAY)[0]
    for member, role in ((BEN, NetworkRole.COACH), (EVE, NetworkRole.FACILITATOR)):
        house.say(GrantNetworkRole(member=member, role=role), id=f"office-{member}")
    house.say(ChooseEngagementLevel(member=BEN, level=Level.PARTNER), by=BEN, id="level")
    house.say(SetTimeBudget(member=BEN, minutes=600, period=PeriodKind.MONTH), by=BEN, id="time")
    house.say(DeclareConflict(member=EVE, other=ADA, kind=ConflictKind.SUPERVISES), by=EVE, id="power")


class Coached:
    """One case; each step brings it to the next stage."""

    def __init__(self, client: Client, confidentiality: str = "group", **intake: Any) -> None:
        self.client = client
        draft = {"title": f"Calls and {INTAKE}", "text": f"More {INTAKE}.", "confidentiality": confidentiality}
        self.case: str = client.done("coaching", draft | intake, ADA)["stream"]
        self.session = ""

    def says(self, who: str, path: str, **body: Any) -> Any:
        return self.client.done(f"coaching/{self.case}/{path}", body, who)

    def bring_to(self, stage: str, *, since: str = "drafted") -> None:
        for each in STAGES[STAGES.index(since) + 1 : STAGES.index(stage) + 1]:
            getattr(self, f"_{each}")()

    def _waiting(self) -> None:
        self.says(ADA, "submit")

    def _asked(self) -> None:
        self.says(CLEO, "clarifications", question="Which?")

    def _triaged(self) -> None:
        self.says(ADA, "clarify", text=f"The {INTAKE}.")
        self.says(CLEO, "triage", **TRIAGED)

    def _offered(self) -> None:
        self.says(CLEO, "offers", coach=BEN)

    def _accepted(self) -> None:
        self.says(BEN, "offers/accept")

    def _engaged(self) -> None:
        self.says(ADA, "engagement", goal=f"With {TALK}", until="2026-05-01")
        self.session = self.says(BEN, "sessions/held", at="2025-09-03T11:00:00Z", minutes=30)["id"]
        self.says(BEN, f"sessions/{self.session}/log", text=f"We spoke of {TALK}.")
        self.says(ADA, "steps", text=f"Bring {TALK}.")

    def _ended(self) -> None:
        answers = {"helpful": True, "plan_changed": False, "tie_confirmed": True}
        self.says(ADA, "close", feedback=answers | {"note": f"Thanks for {TALK}."})
