"""People using a service over HTTP, held against a plain model: what they send, what comes of it, what they see."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, multiple
from litestar.testing import TestClient
from msgspec import Struct

from domain.access import AccessRecorded
from domain.budgets import SetTimeBudget
from domain.members import ChooseEngagementLevel, GrantNetworkRole, JoinNetwork
from domain.networks import CharterNetwork
from domain.vocabulary import OPERATOR, Level, NetworkRole, PeriodKind
from engine.commands import Order, Sender
from engine.runtime import Confrere
from tests.journeys.plain_model import Model, Person, Said, budget_of

NOON = datetime(2025, 9, 3, 12, tzinfo=UTC)
ABSENT = "00000000ffffffff"  # nothing has such an id


class Open(Struct):
    """A running service, in which each example charters a network of its own."""

    system: Confrere
    web: TestClient[Any]
    networks: int = 0


class Using(RuleBasedStateMachine):
    """One network, with a token for everybody in it."""

    def __init__(self, service: Open) -> None:
        super().__init__()
        service.networks += 1
        self.system, self.web = service.system, service.web
        self.number = service.networks
        self.network = f"network-{self.number:08x}"
        self.model = Model()
        self.before = self.system.store.head()
        self.keys = 0
        self.looked = False  # by office, with the last question
        self.sent: list[tuple[dict[str, Any], Any, Callable[[], int]]] = []

    @property
    def head(self) -> int:
        return self.before + len(self.model.log)

    def charter(self) -> tuple[str, ...]:
        """Ada administers, Cleo facilitates, Dan audits; Ben, Cleo and Eve offer an hour a month."""
        self._told(CharterNetwork(network=self.network, name="Riverbend"))
        self.model.record(self.network, "network.chartered", "network.policy-proposed", "network.policy-adopted")
        ada, ben, cleo, dan, eve = (f"member-{self.number:08x}{letter}" for letter in "abcde")
        for member in (ada, ben, cleo, dan, eve):
            self._told(JoinNetwork(member=member, name=f"Name of {member}"))
            self.model.people[member] = Person(name=f"Name of {member}", here=True)
            self.model.record(member, "member.joined")
        for member, role in {ada: "admin", cleo: "facilitator", dan: "auditor"}.items():
            self._told(GrantNetworkRole(member=member, role=NetworkRole(role)))
            self.model.people[member].roles |= {role}
            self.model.record(member, "member.network-role-granted")
        for member in (ben, cleo, eve):
            self._told(ChooseEngagementLevel(member=member, level=Level.PARTNER), by=member)
            self._told(SetTimeBudget(member=member, minutes=60, period=PeriodKind.MONTH), by=member)
            self.model.people[member].level, self.model.people[member].minutes = "partner", 60
            self.model.record(member, "member.engagement-level-chosen")
            self.model.record(budget_of(member), "budget.set")
        self.tokens = {member: self.system.tokens.create(self.network, member) for member in self.model.people}
        return ada, ben, cleo, dan, eve

    def _told(self, command: Any, by: str | None = None) -> None:
        sender = Sender(network=self.network, actor=OPERATOR, command_id=f"setting-{self.system.store.head()}")
        self.system.commands.handle(Order(command=command, at=NOON, on_behalf_of=by), sender)

    # requests

    def send(self, method: str, path: str, who: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.tokens[who][0]}"} | more.pop("headers", {})
        answer = self.web.request(method, f"/api/v1/networks/{self.network}/{path}", headers=headers, **more)
        assert answer.headers["x-content-type-options"] == "nosniff"
        if method == "GET":
            self._take_in(who)
        return answer

    def _take_in(self, who: str) -> None:
        """The look that a question left, at most one; who holds no office leaves none."""
        left = self.system.store.page(self.head)
        assert len(left) <= bool(self.model.people[who].roles)
        for each in left:
            assert isinstance(each.event, AccessRecorded)
            assert each.event.viewer == who
            self.model.record(each.stream, "access.recorded", told="pair")
        self.looked = bool(left)

    def write(
        self,
        who: str,
        path: str,
        body: dict[str, Any],
        decide: Callable[[str], Said],
        allowed: Callable[[], int],
        **headers: str,
    ) -> str | None:
        """Send it under a key of its own, and let the model say what comes of it; the id of what was made."""
        self.keys += 1
        headers = {"Idempotency-Key": f"key-{self.keys}", **headers}
        request = {"method": "POST", "path": path, "who": who, "json": body, "headers": headers}
        answer = self.send(**request)
        said = decide(answer.json().get("id", ""))
        if isinstance(said, int):
            self.expect_problem(answer, said)
            return None
        self.expect_outcome(answer, said)
        self.sent.append((request, answer, allowed))
        if said:
            self.everybody_looks(answer.json()["stream"])
        return str(answer.json()["id"]) if said else None

    def expect_outcome(self, answer: Any, events: tuple[str, ...]) -> None:
        assert answer.status_code in {200, 201}, answer.text
        outcome = answer.json()
        assert tuple(outcome["events"]) == events
        assert outcome["position"] == self.head
        assert answer.headers["x-position"] == str(outcome["position"])
        assert answer.headers.get("location", outcome["stream"]).endswith(outcome["stream"])

    def expect_problem(self, answer: Any, status: int) -> None:
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status

    def there(self, who: str, named: str | None = None, *, office: bool = False) -> Callable[[], int]:
        return lambda: self.model.refused(who, named, office=office)

    @staticmethod
    def made(new: str | None) -> Any:
        return multiple() if new is None else new

    def turned_away(self, reader: str) -> bool:
        """Who was invited reads nothing yet."""
        here = self.model.people[reader].here
        if not here:
            self.expect_problem(self.send("GET", "challenges", reader), 404)
        return not here

    def expect_pages(self, reader: str, path: str, limit: int, name: str, expected: list[str]) -> list[Any]:
        """Page by page the same things in the same order, and on every page how many they are."""
        found: list[Any] = []
        params: dict[str, Any] = {"limit": limit, **self.fresh()}
        while True:
            page = self.send("GET", path, reader, params=params).json()
            assert page["count"] == len(expected)
            assert len(page["items"]) <= limit
            found += page["items"]
            if page["next"] is None:
                break
            params["cursor"] = page["next"]
        assert [each[name] for each in found] == expected
        return found

    def fresh(self) -> dict[str, int]:
        """Now and then the position is named that was reached; what this process recorded is seen without, too."""
        return {"after_position": self.head} if self.keys % 3 == 0 else {}

    def everybody_looks(self, at: str) -> None:
        """Each finds what the model says they may see; or what they find where there is nothing at all."""
        for reader, person in self.model.people.items():
            if person.here and not at.startswith("budget-"):
                self.expect_shown(reader, at)

    @staticmethod
    def address(what: str) -> str:
        return f"{what.partition('-')[0]}s/{what}"

    def expect_shown(self, reader: str, what: str) -> Any:
        kind = what.partition("-")[0]
        fresh, head = self.fresh(), self.head
        answer = self.send("GET", self.address(what), reader, params=fresh)
        assert self.looked >= self.model.sees_by_office(reader, what)
        if not self.model.sees(reader, what):
            assert not self.looked
            absent = self.send("GET", self.address(f"{kind}-{ABSENT}"), reader, params=fresh)
            self.expect_problem(answer, 404)
            assert (answer.content, answer.headers.keys()) == (absent.content, absent.headers.keys())
            return None
        assert answer.status_code == 200, answer.text
        assert answer.headers["x-position"] == str(head)
        found = answer.json()
        assert self.model.shown(reader, what).items() <= found.items()
        return answer
