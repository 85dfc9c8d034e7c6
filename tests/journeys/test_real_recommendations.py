"""The three real sets, asked for recommendations: somebody is found, and every reason is true."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from domain.members import JoinNetwork
from domain.recommendations import ListKind
from models.encoder import Encoder
from projections import challenge_board
from tests.journeys import truth
from tests.journeys.asked import NET, Asked, Remembering

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def remembering(encoder: Encoder) -> Remembering:
    return Remembering(encoder)


@contextmanager
def asked(folder: Path, encoder: Remembering) -> Iterator[Asked]:
    with Asked(folder, encoder) as system:
        yield system


@pytest.fixture(scope="module")
def network(shared: Path, tmp_path_factory: pytest.TempPathFactory, remembering: Remembering) -> Iterator[Asked]:
    with asked(tmp_path_factory.mktemp("network"), remembering) as system:
        system.take(shared / "networks" / "dlt1", "dlt1.toml")
        system.told |= truth.of_the_network(shared / "networks" / "dlt1", system.ids)
        yield system


@pytest.fixture(scope="module")
def schools(shared: Path, tmp_path_factory: pytest.TempPathFactory, remembering: Remembering) -> Iterator[Asked]:
    with asked(tmp_path_factory.mktemp("schools"), remembering) as system:
        system.take(shared / "schools", "canopy-schools.toml")
        system.told |= truth.of_the_schools(shared / "schools", system.ids)
        yield system


@pytest.fixture(scope="module")
def shelf(shared: Path, tmp_path_factory: pytest.TempPathFactory, remembering: Remembering) -> Iterator[Asked]:
    with asked(tmp_path_factory.mktemp("shelf"), remembering) as system:
        system.take(shared / "resources", "wwc-interventions.toml")
        system.told |= truth.of_the_programmes(shared / "resources", system.ids)
        yield system


def of_title(system: Asked, title: str) -> tuple[str, str]:
    """The challenge whose title begins so, behind its author."""
    everything = system.ask(NET, challenge_board.all_challenges)
    (found,) = [each for each in everything if each.title.startswith(title)]
    return found.author, found.challenge


@pytest.mark.parametrize(
    ("title", "kinds"),
    [
        ("Decisions about Devices", (ListKind.EXPERTS,)),
        ("Common Core Assess", (ListKind.PEERS, ListKind.EXPERTS)),
        ("Rural Maine grades", (ListKind.PEERS, ListKind.EXPERTS)),
    ],
)
def test_educators_find_peers_and_experts_by_what_they_wrote_about(
    network: Asked, title: str, kinds: tuple[ListKind, ...]
) -> None:
    reader, challenge = of_title(network, title)
    for kind in kinds:
        picks = network.found(reader, challenge, kind)
        assert picks, kind
        assert {pick.partition("-")[0] for pick in picks} == {"member"}


def test_an_educator_can_convene_a_consultancy(network: Asked) -> None:
    reader, challenge = of_title(network, "Rural Maine grades")
    picks = network.found(reader, challenge, ListKind.CONSULTANCY)
    assert 3 <= len(set(picks)) == len(picks) <= 5


def test_an_educator_finds_challenges_of_others_to_help_with(network: Asked) -> None:
    reader, challenge = of_title(network, "Rural Maine grades")
    picks = network.found(reader, reader, ListKind.CHALLENGES)
    assert picks
    assert challenge not in picks


def test_a_network_without_resources_finds_none_and_says_so_by_an_empty_list(network: Asked) -> None:
    reader, challenge = of_title(network, "Common Core Assess")
    assert network.found(reader, challenge, ListKind.RESOURCES) == []


def test_a_school_finds_others_whose_statements_speak_of_its_problem(schools: Asked) -> None:
    reader = schools.ids("member", "contact of school 1")
    title = "Students move on before they have mastered the mathematics"
    text = "We want progress by competency, where students advance once they show mastery. How do we grade that?"
    challenge = schools.post(reader, title, text)
    picks = schools.found(reader, challenge, ListKind.EXPERTS)
    assert picks
    assert all(pick.startswith("member-") for pick in picks)


READERS = ("Struggling readers in the first grades", "Many cannot decode words. What helps beginning readers?")


def test_a_member_finds_programmes_for_a_problem_among_resources(shelf: Asked) -> None:
    reader = shelf.ids("member", "a newcomer")
    shelf.say(JoinNetwork(member=reader, name="A newcomer"), by=reader)
    picks = shelf.found(reader, shelf.post(reader, *READERS), ListKind.RESOURCES)
    assert picks
    assert all(pick.startswith("resource-") for pick in picks)


def test_a_school_finds_people_and_programmes_in_one_network(schools: Asked, shared: Path) -> None:
    schools.take(shared / "resources", "wwc-interventions.toml")
    schools.told |= truth.of_the_programmes(shared / "resources", schools.ids)
    reader = schools.ids("member", "contact of school 11")
    challenge = schools.post(reader, *READERS)
    assert schools.found(reader, challenge, ListKind.RESOURCES)
    assert schools.found(reader, challenge, ListKind.EXPERTS)
