"""The demo: an invented school year, told once and asked of many times."""

import shlex
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from typing import get_args

import httpx
import pytest
from msgspec import msgpack

import api.demo
from domain.calendar import period_of
from domain.coaching import CoachingEvent
from domain.coaching.events import CoachingRequested, GroupResponseAnswered, GroupResponseOffered
from domain.coaching.states import WORDS
from domain.eligibility import Asking, Candidate, first_objection
from domain.members import JoinNetwork
from domain.recommendations import ListKind
from domain.vocabulary import ENGINE, LADDER, OPERATOR, Confidentiality, RoleFamily, SiteKind, Tier
from engine.commands import Order, Sender
from engine.live_snapshot import LiveSnapshot
from engine.rederiving import Verdict
from engine.runtime import Confrere
from engine.settings import Settings
from projections import (
    challenge_board,
    coaching_cases,
    coaching_waits,
    evidence,
    member_directory,
    resource_shelf,
    site_tree,
    time_budgets,
)
from projections.network_setting import setting
from projections.reading import Reader
from tests.api.http.server import running
from tests.journeys.conftest import run

pytestmark = pytest.mark.slow

NET = api.demo.NETWORK
PEOPLE = (ListKind.PEERS, ListKind.AHEAD, ListKind.EXPERTS)


@pytest.fixture
def system(told: tuple[Path, str]) -> Iterator[Confrere]:
    folder, _ = told
    with Confrere(Settings(data=folder / "data", master_key=folder / "master.key")) as system:
        yield system


def events(folder: Path) -> int:
    """How many people told; what follows by itself, and when, depends on how long something took."""
    with closing(sqlite3.connect(folder / "data" / "events.db")) as connection:
        payloads = [payload for (payload,) in connection.execute("select payload from events")]
    return sum(msgpack.decode(payload)[1][1] != ENGINE for payload in payloads)


def test_the_demo_prints_every_list_with_somebody_on_it_and_why(told: tuple[Path, str]) -> None:
    _, printed = told
    lines = printed.splitlines()
    for heading in ListKind:
        (at,) = (n for n, line in enumerate(lines) if line.startswith(f"{heading[:1].upper()}{heading[1:]} recommend"))
        assert lines[at + 1].startswith("1.  ")
        assert lines[at + 2].strip().startswith("– ")
    assert "Go on with this network: export CONFRERE_DATA=" in printed
    coaching = printed[printed.index("Coaching needs that wait for a facilitator, 3 of 5") :]
    assert "5 people share a theme: " in coaching
    assert all(str(rung) in coaching for rung in LADDER)
    assert "who are willing were never asked" in coaching


def test_telling_the_demo_again_changes_nothing(told: tuple[Path, str]) -> None:
    folder, printed = told
    count = events(folder)
    assert run(folder) == printed
    assert events(folder) == count


def test_the_demo_is_a_network_of_some_size(system: Confrere) -> None:
    sites = Counter(site.kind for site in system.ask(NET, site_tree.sites))
    members = system.ask(NET, member_directory.candidates)
    assert sites[SiteKind.DISTRICT] >= 3
    assert sum(sites.values()) >= 12
    assert len(members) >= 60
    held = {family for member in members.values() for family in member.families}
    assert held >= set(RoleFamily) - {RoleFamily.UNSPECIFIED}
    assert len(system.ask(NET, challenge_board.all_challenges)) >= 80
    assert len(system.ask(NET, lambda c: resource_shelf.shelf(c, limit=1000))) >= 60
    assert system.ask(NET, setting).name == api.demo.NAME


def test_the_challenges_worth_showing_are(system: Confrere) -> None:
    for challenge in api.demo.challenges(system):
        author = system.ask(NET, lambda c, which=challenge: challenge_board.author(c, which))
        for kind in (*PEOPLE, ListKind.RESOURCES, ListKind.CONSULTANCY):
            assert system.recommend(NET, author, challenge, kind).issued.picks, (challenge, kind)


def test_the_demo_tells_of_all_that_happens_in_coaching(system: Confrere) -> None:
    """But for responses to several: who tries the demo may offer one to those who share a theme."""
    recorded = Counter(type(each.event) for each in system.store.page(0, limit=10_000, network=NET))
    assert set(get_args(CoachingEvent)) - set(recorded) == {GroupResponseOffered, GroupResponseAnswered}
    assert recorded[CoachingRequested] >= 30
    stands = {each.split(" (")[0] for each in system.ask(NET, _stands)}
    assert stands | {"offered"} == set(WORDS.values()) - {"not asked", "accepted"}  # nobody answered it in time
    assert system.ask(NET, partial(coaching_waits.wait, tier=Tier.INTENSIVE)) is not None
    (theme,) = system.common_needs.themes(NET, OPERATOR)
    assert (theme.size, theme.may_offer) == (5, True)


def _stands(connection: Connection) -> set[str]:
    everybody = connection.execute("select coaching from coaching_cases").fetchall()
    rows = (coaching_cases.row_of(connection, Reader(member=OPERATOR), coaching) for (coaching,) in everybody)
    return {row.state for row in rows if row is not None}


def test_nobody_in_the_demo_was_asked_for_more_than_they_offered(system: Confrere) -> None:
    calendar = system.ask(NET, setting).calendar
    budgets = system.ask(NET, time_budgets.budgets)
    spent = [(budget, held) for budget in budgets.values() for held in budget.reservations.values()]
    assert len(spent) > 20
    for budget, held in spent:
        offered = budget.setting_on(held.day)
        assert offered is not None
        assert budget.promised(offered, *period_of(held.day, offered.period, calendar)) <= offered.minutes


def test_no_list_in_the_demo_breaks_a_rule(system: Confrere) -> None:
    """For one problem in four, all lists of people: every reason was there and open, nobody objects."""
    everyone = members(system)
    problems = system.ask(NET, lambda c: challenge_board.open_challenges(c, limit=1000))
    listed = 0
    for problem in sorted(problems, key=lambda each: each.challenge)[::4]:
        for kind in PEOPLE:
            issued = system.recommend(NET, problem.author, problem.challenge, kind).issued
            leads = kind is ListKind.EXPERTS
            asking = Asking(reader=everyone[problem.author], leads_to_ask=leads, usual_minutes=30)
            assert [first_objection(everyone[pick.candidate], asking) for pick in issued.picks] == [None] * len(
                issued.picks
            )
            ids = [reason.evidence for pick in issued.picks for reason in pick.reasons]
            for piece in system.ask(NET, lambda c, ids=ids: evidence.evidence(c, ids)).values():
                assert piece.since <= issued.inputs.position
                assert piece.confidentiality in {Confidentiality.PUBLIC, Confidentiality.NETWORK}
            listed += len(issued.picks)
    assert listed > 40


def members(system: Confrere) -> dict[str, Candidate]:
    """As the rules see them."""
    with system.views(NET).reading() as connection:
        snapshot = LiveSnapshot(connection, 0, None, None, "", system.clock())
        return dict(snapshot.people(member_directory.candidates(connection).keys()))


def test_every_list_and_suggestion_of_the_demo_follows_from_its_history(system: Confrere) -> None:
    found = list(system.rederiving.every(NET))
    assert len(found) > 6
    assert [each for each in found if each.outcome is not Verdict.IDENTICAL] == []


def test_a_rebuild_of_the_demo_gives_the_same_tables(system: Confrere) -> None:
    system.index(NET)
    before = system.views(NET).digest()
    system.views(NET).rebuild()
    assert system.views(NET).digest() == before
    assert system.index(NET).encoded == 0


def test_a_year_is_kept_when_it_is_told_in_a_folder_that_lived_on(told: tuple[Path, str], system: Confrere) -> None:
    newcomer = Order(command=JoinNetwork(member="member-00000000000000000000000000000001"), at=system.clock())
    system.commands.handle(newcomer, Sender(network=NET, actor=OPERATOR, command_id="newcomer"))
    count = events(told[0])
    api.demo.tell(system)
    assert events(told[0]) == count


def test_the_demo_can_be_tried_over_http_by_three_people(told: tuple[Path, str]) -> None:
    """Each printed line works as it is; those of an earlier demo end."""
    folder, printed = told
    earlier: list[str] = []
    was_at = ""
    count = events(folder)
    for _ in range(2):
        with running(folder, "demo", "--folder", ".", "--serve", "--port", "0") as server:
            address = server.come_up()
            lines = [line.strip() for line in server.printed if line.strip().startswith("curl ")]
            assert len(lines) == 3
            assert [_asked(line).status_code for line in lines] == [200, 200, 200]
            me, introductions, log = (_asked(line).json() for line in lines)
            assert me["profile"]["entry"]["name"] in printed
            assert len(introductions["items"]) > 10
            assert len(log) > 10
            before = [_asked(line.replace(was_at, address)).status_code for line in earlier]
            assert before == [401] * len(earlier)
            assert f"described at {address}/docs" in server.printed[-1]
            assert server.end(signal.SIGINT) == 0
            earlier, was_at = lines, address
    assert events(folder) == count


def _asked(line: str) -> httpx.Response:
    """As curl would, and again when the service has no hand free: it says so, and nobody hurries here."""
    _, _, header, address = shlex.split(line)
    for _ in range(20):
        answer = httpx.get(address, headers=[header.split(": ")], timeout=120)
        if answer.status_code != 503:
            break
        time.sleep(int(answer.headers["retry-after"]))
    return answer
