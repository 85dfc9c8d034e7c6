"""Many who ask for the same thing at the same moment: one gets it, or all get the one answer, and no rule is broken."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx
import pytest

from domain.members import GrantNetworkRole
from domain.vocabulary import NetworkRole
from engine.runtime import Confrere
from models.encoder import Encoder
from tests.api.http.server import running
from tests.engine.town import ABSENT, ADA, BEN, CLEO, DAN, EVE, NET, Town

pytestmark = pytest.mark.slow

MANY = 12


class Crowd:
    """Clients of one server, who send at once what each of them has to say."""

    def __init__(self, address: str, tokens: dict[str, str]) -> None:
        self.address = f"{address}/api/v1/networks/{NET}/"
        self.tokens = tokens

    def client(self, who: str) -> httpx.Client:
        return httpx.Client(base_url=self.address, headers={"Authorization": f"Bearer {self.tokens[who]}"}, timeout=30)

    def at_once(self, post: Callable[[int], tuple[str, str, dict[str, Any], dict[str, str]]]) -> list[httpx.Response]:
        start = Barrier(MANY)

        def one(number: int) -> httpx.Response:
            who, path, body, headers = post(number)
            with self.client(who) as client:
                client.get("members")
                start.wait(30)
                return client.post(path, json=body, headers=headers)

        with ThreadPoolExecutor(MANY) as pool:
            return list(pool.map(one, range(MANY)))

    def read(self, path: str, who: str = ADA) -> Any:
        with self.client(who) as client:
            return client.get(path)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[Crowd]:
    folder: Path = tmp_path_factory.mktemp("crowd")
    with Town(folder, encoder) as town, Confrere(town.settings) as system:
        town.offers_time(BEN, 0)
        town.say(GrantNetworkRole(member=CLEO, role=NetworkRole.FACILITATOR))
        tokens = {each: system.tokens.create(NET, each)[0] for each in (ADA, BEN, CLEO, DAN, EVE)}
    with running(folder, "serve", "--port", "0", CONFRERE_RATE_LIMIT="1000000", CONFRERE_POOL="4") as server:
        yield Crowd(server.come_up(), tokens)


def test_of_many_who_change_the_version_they_read_one_does(crowd: Crowd) -> None:
    version = crowd.read(f"challenges/{ABSENT}").headers["etag"]
    answers = crowd.at_once(
        lambda number: (ADA, f"challenges/{ABSENT}/reframe", {"title": f"Title {number}"}, {"If-Match": version})
    )
    assert Counter(each.status_code for each in answers) == {200: 1, 412: MANY - 1}
    (won,) = [number for number, each in enumerate(answers) if each.status_code == 200]
    assert crowd.read(f"challenges/{ABSENT}").json()["title"] == f"Title {won}"


def test_one_key_sent_many_times_at_once_is_carried_out_once(crowd: Crowd) -> None:
    before = crowd.read("challenges").json()["count"]
    answers = crowd.at_once(lambda _: (ADA, "challenges", {"title": "Desks"}, {"Idempotency-Key": "once"}))
    assert {(each.status_code, each.content) for each in answers} == {(201, answers[0].content)}
    assert crowd.read("challenges").json()["count"] == before + 1


def test_one_key_sent_at_once_for_different_things_is_taken_for_one_of_them(crowd: Crowd) -> None:
    before = crowd.read("challenges").json()["count"]
    answers = crowd.at_once(
        lambda number: (ADA, "challenges", {"title": f"Title {number % 3}"}, {"Idempotency-Key": "another"})
    )
    found = Counter((each.status_code, each.json()["type"] if each.status_code == 409 else "") for each in answers)
    assert found == {(201, ""): MANY // 3, (409, "/problems#key-reused"): MANY - MANY // 3}
    assert crowd.read("challenges").json()["count"] == before + 1


def test_many_who_ask_for_the_same_minutes_get_no_more_than_were_offered(crowd: Crowd) -> None:
    with crowd.client(BEN) as ben:
        assert ben.post(f"members/{BEN}/budget", json={"minutes": 50, "period": "month"}).status_code == 200
    seekers = (ADA, CLEO, DAN, EVE)
    answers = crowd.at_once(lambda number: (seekers[number % 4], "introductions", {"helper": BEN, "minutes": 20}, {}))
    assert Counter(each.status_code for each in answers) == {201: 2, 409: MANY - 2}
    offer = crowd.read(f"members/{BEN}/budget", BEN).json()
    assert (offer["minutes"], offer["reserved"], offer["free"]) == (50, 40, 10)


def test_many_who_write_at_once_are_all_heard_and_read_what_they_wrote(crowd: Crowd) -> None:
    answers = crowd.at_once(lambda number: (EVE, f"challenges/{ABSENT}/answers", {"text": f"Answer {number}"}, {}))
    assert {each.status_code for each in answers} == {200}
    outcomes = [each.json() for each in answers]
    assert len({each["position"] for each in outcomes}) == MANY
    for each in outcomes:
        page = crowd.read(f"challenges/{ABSENT}/answers?after_position={each['position']}&limit=200").json()
        assert each["id"] in {item["answer"] for item in page["items"]}
