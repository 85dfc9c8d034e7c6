"""A chartered network and a folder of CSV files, for the tests of import and export."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from domain.catalogue import CATALOGUE
from domain.kernel import Command, Event, Recorded
from domain.networks import CharterNetwork
from domain.vocabulary import OPERATOR
from engine.commands import Commands, Order, Sender
from engine.event_store import EventStore
from engine.importing import Import, Report, plan_import, run_import
from engine.sealing import KeyRing

NET = "network-00000000000000000000000000000001"
TODAY = datetime(2025, 3, 3, 12, tzinfo=UTC)

SITES = (
    "site,parent,kind,name,contact,described_at,statement\n"
    "s1,d1,school,Harbor School,m1,2024-09-02T12:00Z,We teach boat building.\n"
    "d1,,district,Bay District,,,\n"
)
MEMBERS = (
    "member,name,role,site,joined_at,level,minutes,period,network_roles,expertise,growth_areas,profile\n"
    "m1,Ada,Teacher,s1,2024-09-01T08:00Z,partner,120,month,coach|expert,algebra|desks,feedback,I teach.\n"
    "m2,Ben,principal,,2024-09-01T08:00Z,,,,,,,\n"
)
CHALLENGES = "challenge,author,posted_at,title,text\nc1,m1,2024-09-03T10:00Z,Desks in rows,They never talk.\n"
POSTS = "post,challenge,author,to,posted_at,text\np1,c1,m2,,2024-09-03T11:00Z,Try circles.\n"
RESOURCES = "resource,contributor,shared_at,title,description\nr1,,2024-09-03T10:00Z,A guide,How to.\n"


class Desk:
    """Somebody with files and a network to bring them into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = KeyRing.in_memory()
        self.store = EventStore(None, self.keys, CATALOGUE, clock=lambda: TODAY)
        self.commands = Commands(self.store, lambda: TODAY)
        self.say(CharterNetwork(network=NET, name="Harbor Network"))

    def say(self, command: Command, *, by: str | None = None) -> None:
        number = f"said-{self.store.head()}"
        order = Order(command=command, at=TODAY, on_behalf_of=by)
        self.commands.handle(order, Sender(network=NET, actor=OPERATOR, command_id=number))

    def write(self, **tables: str | bytes) -> None:
        for name, content in tables.items():
            data = content if isinstance(content, bytes) else content.encode()
            (self.folder / f"{name}.csv").write_bytes(data)

    def whole(self) -> None:
        self.write(sites=SITES, members=MEMBERS, challenges=CHALLENGES, posts=POSTS, resources=RESOURCES)

    def plan(self, mapping: str = "", *, zone: str = "") -> Import:
        rules = self.folder / "mapping.toml" if mapping else None
        if rules:
            rules.write_text(mapping, "utf-8")
        return plan_import(self.folder, NET, self.keys, rules, zone=zone, now=TODAY)

    def take(
        self,
        mapping: str = "",
        *,
        zone: str = "",
        dry_run: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Report:
        plan = self.plan(mapping, zone=zone)
        return run_import(plan, self.commands, self.store, dry_run=dry_run, progress=progress)

    def refused(self, mapping: str = "", *, zone: str = "") -> list[str]:
        """The words of the refusals; nothing may have been recorded."""
        head = self.store.head()
        report = self.take(mapping, zone=zone)
        assert self.store.head() == head
        assert not report.refusals or report.events == 0
        return [str(refusal) for refusal in report.refusals]

    def recorded(self) -> list[Recorded]:
        """Beyond the charter."""
        return [each for each in self.store.page(0) if each.stream != NET]

    def events(self, kind: type[Event]) -> list[Event]:
        return [each.event for each in self.recorded() if isinstance(each.event, kind)]
