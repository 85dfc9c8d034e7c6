"""Server-sent events from a real server: as it happens, from any position, and nothing is left of a client who went."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from api.http import streams
from domain.access import AccessRecorded
from domain.challenges import PostChallenge
from domain.introductions import OfferIntroduction
from domain.members import GrantNetworkRole, WithdrawNetworkRole
from domain.vocabulary import Confidentiality, NetworkRole
from tests.api.http.coached import Coached, set_out
from tests.api.http.house import ADA, BASE, BEN, DAN, EVE, Client, House, problem, served

FOLLOWED = f"{BASE}/events/stream"
PATIENCE = 60  # seconds: more than a busy machine takes
MINE = "/api/v1/me/suggestions/stream"


@pytest.fixture
def address(house: House) -> Iterator[str]:
    with served(house) as address:
        yield address


@contextmanager
def following(address: str, house: House, who: str, path: str = FOLLOWED, **more: Any) -> Iterator[Iterator[str]]:
    headers = {"Authorization": f"Bearer {house.tokens_of[who]}"} | more.pop("headers", {})
    with httpx.stream("GET", address + path, headers=headers, timeout=PATIENCE, **more) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream"
        assert answer.headers["x-content-type-options"] == "nosniff"
        yield answer.iter_lines()


def events(lines: Iterator[str], number: int) -> list[tuple[int, dict[str, Any]]]:
    """The next ones: position and what is told, but for who looked."""
    found: list[tuple[int, dict[str, Any]]] = []
    position = 0
    while len(found) < number:
        line = next(lines)
        if line.startswith("id: "):
            position = int(line.removeprefix("id: "))
        if line.startswith("data: "):
            told = json.loads(line.removeprefix("data: "))
            found += [(position, told)] if told.get("name") != "access.recorded" else []
    return found


def post(house: House, number: int, **more: Any) -> int:
    posted = PostChallenge(challenge=f"challenge-{number:08x}", author=BEN, title=f"Number {number}", **more)
    return house.say(posted, by=BEN)[-1].position


def test_an_auditor_sees_what_happens_as_it_happens(house: House, address: str) -> None:
    with following(address, house, DAN) as lines:
        assert next(lines) == f"id: {house.store.head()}"
        assert next(lines) == "retry: 2000"
        for number in (100, 101):
            position = post(house, number)
            assert events(lines, 1) == [(position, _moment(house, position))]


def _moment(house: House, position: int) -> dict[str, Any]:
    recorded = house.store.page(position - 1, limit=1)[0]
    return {
        "position": position,
        "occurred_at": "2025-09-03T12:00:00Z",
        "recorded_at": "2025-09-03T12:00:00Z",
        "stream": recorded.stream,
        "name": "challenge.posted",
        "actor": "operator",
        "on_behalf_of": BEN,
        "confidentiality": "network",
        "words": f"{recorded.stream} posted by {BEN}",
    }


def test_who_comes_back_misses_nothing_and_sees_nothing_twice(house: House, address: str) -> None:
    with following(address, house, DAN, params={"after_position": 0}) as lines:
        first = events(lines, 5)
    missed = post(house, 102)
    last = str(first[-1][0])
    with following(address, house, DAN, headers={"Last-Event-ID": last}, params={"after_position": 0}) as lines:
        rest = events(lines, len([each for each in _to_be_told(house) if first[-1][0] < each <= missed]))
    seen = [position for position, _ in first + rest]
    assert seen == [each for each in _to_be_told(house) if each <= missed]


def test_to_follow_is_a_look_at_its_beginning_and_at_each_news(house: House, address: str) -> None:
    with following(address, house, DAN) as lines:
        next(lines)
        assert [each.members for each in _looks(house)] == [()]
        post(house, 105)
        events(lines, 1)
        assert [each.members for each in _looks(house)] == [(), (BEN,)]
    with following(address, house, BEN, MINE) as lines:
        next(lines)
    assert len(_looks(house)) == 2


def test_two_who_follow_the_log_come_to_rest(house: House, address: str) -> None:
    house.say(GrantNetworkRole(member=EVE, role=NetworkRole.AUDITOR))
    with following(address, house, DAN) as dans, following(address, house, EVE) as eves:
        next(dans), next(eves)
        post(house, 106)
        events(dans, 1), events(eves, 1)
        time.sleep(1)
        rest = house.store.head()
        time.sleep(0.5)
        assert house.store.head() == rest
        assert len(_looks(house)) <= 2 + 2 * 2  # at the beginning; what fell together with a look is a look


def _looks(house: House) -> list[AccessRecorded]:
    here = house.store.page(0, network="network-00000001")
    return [each.event for each in here if isinstance(each.event, AccessRecorded)]


def _to_be_told(house: House) -> list[int]:
    """Positions of this network's, without those of who looked."""
    here = house.store.page(0, network="network-00000001")
    return [each.position for each in here if not isinstance(each.event, AccessRecorded)]


def test_of_what_is_sealed_an_auditor_sees_only_that_it_was(house: House, address: str) -> None:
    with following(address, house, DAN) as lines:
        next(lines)
        post(house, 103, confidentiality=Confidentiality.SEALED)
        told = events(lines, 1)[0][1]
    assert (told["name"], told["stream"], told["actor"], told["words"]) == ("withheld", "", "", "")


def test_a_member_follows_what_comes_for_them_alone(house: House, address: str) -> None:
    house.offers_time(BEN, 60)
    with following(address, house, BEN, MINE) as lines:
        next(lines)
        post(house, 104)
        offer = OfferIntroduction(introduction="introduction-00000001", seeker=ADA, helper=BEN, minutes=10)
        house.say(offer, by=ADA)
        issued = house.recommend("network-00000001", BEN, "challenge-00000002", "peers in the same boat")
        subjects = [told["subject"] for _, told in events(lines, 2)]
    assert subjects == ["introduction-00000001", issued.recommendation]


def test_the_two_in_a_coaching_case_follow_what_the_other_one_does(house: House, address: str) -> None:
    set_out(house)
    with following(address, house, BEN, MINE) as bens, following(address, house, ADA, MINE) as adas:
        next(bens), next(adas)
        with httpx.Client(base_url=address) as web:
            case = Coached(Client(web, house.tokens_of))
            case.bring_to("accepted")
        heard = [told["subject"] for lines, number in ((adas, 4), (bens, 1)) for _, told in events(lines, number)]
    assert heard == [case.case] * 5


def test_who_may_not_follow_is_refused_before_anything_is_sent(house: House, address: str) -> None:
    for who, status in ((ADA, 403), (None, 401)):
        headers = {} if who is None else {"Authorization": f"Bearer {house.tokens_of[who]}"}
        assert problem(httpx.get(address + FOLLOWED, headers=headers, timeout=PATIENCE), status)
    headers = {"Authorization": f"Bearer {house.tokens_of[DAN]}"}
    for bad in ("x", "-1", "9" * 40, "1.5"):
        answer = httpx.get(address + FOLLOWED, headers=headers | {"Last-Event-ID": bad}, timeout=PATIENCE)
        assert problem(answer, 400)["field"] == "Last-Event-ID"


def test_a_stream_ends_with_the_role_and_with_the_token(house: House, address: str) -> None:
    house.say(GrantNetworkRole(member=EVE, role=NetworkRole.AUDITOR))
    with following(address, house, EVE) as lines:
        next(lines)
        house.say(WithdrawNetworkRole(member=EVE, role=NetworkRole.AUDITOR))
        assert "data: " not in "".join(lines)
    secret, held = house.tokens.create("network-00000001", DAN)
    with following(address, house, DAN, headers={"Authorization": f"Bearer {secret}"}) as lines:
        next(lines)
        house.tokens.revoke(held.token)
        post(house, 105)
        assert "data: " not in "".join(lines)


def test_silence_is_broken_by_a_comment(house: House, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "KEEPALIVE", 0.05)
    with following(address, house, DAN) as lines:
        assert [next(lines) for _ in range(4)][1:] == ["retry: 2000", "", ": nothing new"]


def test_a_member_opens_so_many_streams_and_who_goes_makes_room(
    house: House, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "EACH", 1)
    headers = {"Authorization": f"Bearer {house.tokens_of[DAN]}"}
    with following(address, house, DAN) as lines:
        next(lines)
        assert problem(httpx.get(address + FOLLOWED, headers=headers, timeout=PATIENCE), 429)["remedy"]
    for _ in range(1000):
        with httpx.stream("GET", address + FOLLOWED, headers=headers, timeout=PATIENCE) as answer:
            if answer.status_code == 200:
                break
        time.sleep(0.02)
    assert answer.status_code == 200


def test_the_server_ends_with_streams_open(house: House) -> None:
    with served(house) as address, following(address, house, DAN) as lines:
        next(lines)
        begun = time.monotonic()
    assert time.monotonic() - begun < PATIENCE / 2
