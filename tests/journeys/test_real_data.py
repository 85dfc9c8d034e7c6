"""The three real sets, imported through the mappings that are shipped."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import Struct

from domain.catalogue import CATALOGUE
from domain.challenges import ChallengeAnswered, ChallengePosted
from domain.kernel import Event, Recorded
from domain.members import AffiliationStarted, NetworkRoleGranted
from domain.networks import CharterNetwork
from domain.resources import ResourceShared
from domain.sites import SiteDescribed, SiteRegistered
from domain.vocabulary import OPERATOR, NetworkRole, RoleFamily, SiteKind
from engine.commands import Commands, Order, Sender
from engine.event_store import EventStore
from engine.importing import Report, plan_import, run_import
from engine.sealing import KeyRing
from tests.journeys.conftest import ROOT

NET = "network-0000000000000001"


class Place(Struct):
    """A chartered network, ready to import into."""

    store: EventStore
    commands: Commands
    keys: KeyRing

    def take(self, folder: Path, mapping: str, *, dry_run: bool = False) -> Report:
        plan = plan_import(folder, NET, self.keys, ROOT / "docs" / "mappings" / mapping)
        return run_import(plan, self.commands, self.store, dry_run=dry_run)

    def recorded(self) -> tuple[Recorded, ...]:
        return self.store.page(0, limit=100_000)

    def events(self, kind: type[Event]) -> list[Event]:
        return [recorded.event for recorded in self.recorded() if isinstance(recorded.event, kind)]


@pytest.fixture
def place() -> Iterator[Place]:
    keys = KeyRing.in_memory()
    store = EventStore(None, keys, CATALOGUE)
    commands = Commands(store)
    charter = Order(command=CharterNetwork(network=NET, name="A real network"), at=datetime.now(UTC))
    commands.handle(charter, Sender(network=NET, actor=OPERATOR, command_id="charter"))
    yield Place(store, commands, keys)
    store.close()


def count(report: Report, table: str) -> tuple[int, int, int, int]:
    found = next(one for one in report.tables if one.table == table)
    return found.read, found.merged, found.left_out, found.unchanged


def test_the_network_of_educators_comes_in_whole_and_fast(place: Place, shared: Path) -> None:
    began = time.process_time()
    report = place.take(shared / "networks" / "dlt1", "dlt1.toml")
    assert time.process_time() - began < 10
    assert report.refusals == ()
    assert count(report, "members") == (445, 0, 0, 0)
    assert count(report, "challenges") == (2529, 2529 - 364, 0, 0)
    assert count(report, "posts") == (2529, 0, 0, 0)
    assert len(place.events(ChallengePosted)) == 364
    assert len(place.events(ChallengeAnswered)) == 2529


def test_its_answers_tie_as_many_pairs_as_were_published(place: Place, shared: Path) -> None:
    place.take(shared / "networks" / "dlt1", "dlt1.toml")
    pairs = {(event.member, event.to) for event in place.events(ChallengeAnswered)}
    ties = {pair for pair in pairs if pair[0] != pair[1]}
    assert len(ties) == 1936
    assert sum((b, a) in ties for a, b in ties) == 2 * 212


def test_a_thread_belongs_to_the_receiver_of_its_earliest_row_at_its_local_time(place: Place, shared: Path) -> None:
    place.take(shared / "networks" / "dlt1", "dlt1.toml")
    posted = {each.stream: each for each in place.recorded() if isinstance(each.event, ChallengePosted)}
    firsts: dict[str, Recorded] = {}
    for each in place.recorded():
        if isinstance(each.event, ChallengeAnswered):
            first = firsts.get(each.stream, each)
            firsts[each.stream] = min(first, each, key=lambda one: one.envelope.occurred_at)
    assert {s: (e.event.author, e.envelope.occurred_at) for s, e in posted.items()} == {
        s: (e.event.to, e.envelope.occurred_at) for s, e in firsts.items()
    }
    earliest = min(each.envelope.occurred_at for each in posted.values())
    assert earliest == datetime(2013, 4, 4, 20, 32, tzinfo=UTC)  # 16:32 of New York's summer


def test_roles_that_are_not_clear_are_unspecified_and_counted(place: Place, shared: Path) -> None:
    report = place.take(shared / "networks" / "dlt1", "dlt1.toml")
    roles = [event.role for event in place.events(AffiliationStarted)]
    unclear = [warned for warned in report.warnings if "taken as unspecified" in warned.words]
    assert roles.count(RoleFamily.TEACHER) == 77
    assert roles.count(RoleFamily.UNSPECIFIED) == sum(warned.count for warned in unclear) == 158
    granted = [event.role for event in place.events(NetworkRoleGranted)]
    assert (granted.count(NetworkRole.EXPERT), granted.count(NetworkRole.FACILITATOR)) == (20, 2)


def test_missing_texts_are_one_warning_not_thousands(place: Place, shared: Path) -> None:
    report = place.take(shared / "networks" / "dlt1", "dlt1.toml", dry_run=True)
    empty = [warned for warned in report.warnings if warned.words == "posts with an empty text"]
    assert [(warned.count, warned.lines) for warned in empty] == [(2529, (2, 3, 4, 5, 6))]


def test_schools_stand_in_districts_in_states_and_their_statements_have_a_contact(place: Place, shared: Path) -> None:
    report = place.take(shared / "schools", "canopy-schools.toml")
    assert report.refusals == ()
    kinds = [event.kind for event in place.events(SiteRegistered)]
    assert [kinds.count(kind) for kind in (SiteKind.STATE, SiteKind.DISTRICT, SiteKind.SCHOOL)] == [36, 181, 235]
    lies_in = {each.stream: each.event.kind for each in place.recorded() if isinstance(each.event, SiteRegistered)}
    parents = [lies_in[event.parent] for event in place.events(SiteRegistered) if event.kind is SiteKind.SCHOOL]
    assert (parents.count(SiteKind.DISTRICT), parents.count(SiteKind.STATE)) == (198, 37)
    described = place.events(SiteDescribed)
    assert len(described) == len({event.contact for event in described}) == 173
    homes = {each.stream: each.event.site for each in place.recorded() if isinstance(each.event, AffiliationStarted)}
    sites = {each.event.contact: each.stream for each in place.recorded() if isinstance(each.event, SiteDescribed)}
    assert homes == sites
    assert count(report, "members") == (235, 0, 62, 0)


def test_programmes_are_merged_by_name_with_their_topics_and_dated_ratings(place: Place, shared: Path) -> None:
    report = place.take(shared / "resources", "wwc-interventions.toml")
    assert report.refusals == ()
    assert count(report, "resources") == (811, 811 - 537, 0, 0)
    shelf = place.events(ResourceShared)
    assert len(shelf) == 537
    assert {event.contributor for event in shelf} == {NET}
    assert max(len(event.topics.split("|")) for event in shelf) > 2
    rated = [event for event in shelf if event.description]
    assert len(rated) == 537 - 371
    assert all("April 2020" in line for event in rated for line in event.description.splitlines())


@pytest.mark.parametrize(
    ("folder", "mapping"),
    [("networks/dlt1", "dlt1.toml"), ("schools", "canopy-schools.toml"), ("resources", "wwc-interventions.toml")],
)
def test_the_same_import_again_changes_nothing(place: Place, shared: Path, folder: str, mapping: str) -> None:
    rehearsed = place.take(shared / folder, mapping, dry_run=True)
    assert rehearsed.events > 0
    assert place.store.head() == 3  # the charter alone
    first = place.take(shared / folder, mapping)
    assert (first.events, first.tables) == (rehearsed.events, rehearsed.tables)
    head = place.store.head()
    again = place.take(shared / folder, mapping)
    assert again.changed_nothing
    assert all(one.unchanged == one.read - one.merged - one.left_out for one in again.tables)
    assert place.store.head() == head
