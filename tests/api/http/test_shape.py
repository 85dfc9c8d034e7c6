"""The network's shape over HTTP: for whom it is, what counts for each, and what is never told of few."""

from datetime import timedelta
from typing import Any

import pytest

from domain.challenges import AnswerChallenge, PostChallenge
from domain.members import DeclareConflict, GrantNetworkRole, JoinNetwork, MuteMember
from domain.vocabulary import NetworkRole
from tests.api.http.house import ADA, CLEO, DAN, GUS, HAL, Client, House, problem
from tests.engine.town import BEN, EVE, MONDAYS, NET, NOON

CROWD = [f"member-000000{number:02x}" for number in range(0x40, 0x4E)]
ASKED = "challenge-00000077"


def answers(house: House, number: int, member: str, to: str, challenge: str = MONDAYS) -> None:
    house.say(
        AnswerChallenge(challenge=challenge, answer=f"answer-{number:08x}", member=member, to=to), id=f"a{number}"
    )


@pytest.fixture
def crowd(house: House) -> House:
    """Fourteen more, each of whom answered the next."""
    for member in CROWD:
        house.say(JoinNetwork(member=member, name=f"Name of {member}"), id=f"join-{member}")
    for number, member in enumerate(CROWD, start=100):
        answers(house, number, member, CROWD[(number - 99) % len(CROWD)])
    return house


def test_figures_of_fewer_than_ten_people_are_told_to_nobody(client: Client) -> None:
    for who in (CLEO, DAN, GUS, HAL):
        assert "fewer than ten people" in problem(client.get("shape", who), 409)["detail"]
    assert problem(client.get("shape", ADA), 403)


def test_staff_and_those_who_watch_read_the_same_figures(crowd: House, client: Client) -> None:
    found = [client.read("shape", who)["figures"] for who in (CLEO, DAN, GUS, HAL)]
    assert found[0]["members"] == 21  # five of the town, two of the house, fourteen more
    assert found[0]["ties"] == 15
    assert all(each == found[0] for each in found)
    told = client.read("shape", DAN)
    assert (told["classes"], told["direction"]) == (["public", "network"], "from who gave to who received")
    assert (told["since"], told["until"], told["without_staff"]) == (None, None, False)


def test_whom_a_reader_must_not_be_shown_counts_in_no_figure(crowd: House, client: Client) -> None:
    before = client.read("shape", DAN)["figures"]
    crowd.say(MuteMember(member=DAN, other=CROWD[3]), by=DAN)
    muted = client.read("shape", DAN)["figures"]
    crowd.say(DeclareConflict(member=CROWD[7], other=DAN, kind="declared"), by=CROWD[7])
    after = client.read("shape", DAN)["figures"]
    assert [each["members"] for each in (before, muted, after)] == [21, 20, 19]
    assert [each["ties"] for each in (before, muted, after)] == [15, 13, 11]
    assert client.read("shape", CLEO)["figures"] == before


def test_what_lies_outside_a_window_is_not_given_away_where_it_is_of_few(crowd: House, client: Client) -> None:
    day = (NOON - timedelta(days=30)).date().isoformat()  # what the town told is older, and of two people
    refused = problem(client.get("shape", HAL, params={"since": day}), 409)
    assert refused["field"] == "window"
    all_time = client.read("shape", HAL, params={"since": "2020-01-01"})
    assert all_time["figures"] == client.read("shape", HAL)["figures"]


def test_a_kind_of_tie_among_few_is_not_told_apart(crowd: House, client: Client) -> None:
    assert client.read("shape", DAN, params={"kind": "exchanged"})["figures"]["ties"] == 15
    assert client.read("shape", DAN, params={"kind": "partner"})["figures"]["ties"] == 0


def test_what_staff_of_few_hold_together_is_for_those_who_read_every_tie(crowd: House, client: Client) -> None:
    answers(crowd, 200, CLEO, BEN)
    assert client.read("shape", DAN)["hub_dependence"] == pytest.approx(client.read("shape", CLEO)["hub_dependence"])
    assert client.read("shape", DAN, params={"without_staff": "true"})["figures"]["members"] == 19
    assert client.read("shape", HAL)["hub_dependence"] is None
    assert problem(client.get("shape", HAL, params={"without_staff": "true"}), 409)["field"] == "without_staff"


def test_what_few_may_read_counts_for_staff_alone(crowd: House, client: Client) -> None:
    posted = PostChallenge(challenge=ASKED, author=EVE, title="For few", confidentiality="group")
    crowd.say(posted, by=EVE)
    before = client.read("shape", DAN)["figures"]["ties"]
    crowd.say(AnswerChallenge(challenge=ASKED, answer="answer-00000300", member=EVE, to=CROWD[0]), by=EVE)
    assert client.read("shape", DAN)["figures"]["ties"] == before
    assert client.read("shape", CLEO)["figures"]["ties"] == before + 1


def test_the_past_is_read_with_the_rights_of_now(crowd: House, client: Client) -> None:
    joined = {each.stream: each.position for each in crowd.store.page(0, limit=1000) if each.stream in CROWD}
    then = client.read("shape", DAN, params={"as_of": str(joined[CROWD[5]])})
    assert (then["figures"]["members"], then["figures"]["ties"]) == (13, 1)
    crowd.say(GrantNetworkRole(member=CROWD[9], role=NetworkRole.AUDITOR))
    crowd.tokens_of[CROWD[9]] = crowd.tokens.create(NET, CROWD[9])[0]
    assert client.read("shape", CROWD[9], params={"as_of": str(joined[CROWD[5]])})["figures"] == then["figures"]
    on = client.read("shape", DAN, params={"on": NOON.date().isoformat()})
    assert on["figures"] == client.read("shape", DAN)["figures"]
    assert on["until"] is not None


def test_asking_is_a_look_and_changes_no_answer(crowd: House, client: Client) -> None:
    first, again = client.get("shape", DAN), client.get("shape", DAN)
    assert first.headers["etag"] == again.headers["etag"]
    looks = [each for each in crowd.store.page(0, limit=1000) if type(each.event).__name__ == "AccessRecorded"]
    assert [looked(each.event) for each in looks] == [(DAN, "read shape")] * 2


def looked(event: Any) -> tuple[str, str]:
    return event.viewer, event.what


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"window": 0}, 400),
        ({"kind": "friend"}, 400),
        ({"since": "soon"}, 400),
        ({"since": "0001-01-01"}, 409),
        ({"since": "9999-12-31"}, 409),
        ({"on": "0001-01-01"}, 409),
        ({"window": 36_500, "on": "1900-01-01"}, 409),
        ({"window": 3, "since": "2025-01-01"}, 409),
        ({"as_of": "99999999"}, 409),
    ],
)
def test_what_makes_no_question_is_refused(crowd: House, client: Client, params: dict[str, Any], status: int) -> None:
    problem(client.get("shape", DAN, params=params), status)


def test_an_auditor_reads_what_changed_between_two_positions(crowd: House, client: Client) -> None:
    first = min(each.position for each in crowd.store.page(0, limit=1000) if each.stream == CROWD[0])
    crowd.say(MuteMember(member=ADA, other=BEN), by=ADA)
    found = client.read("changes", DAN, params={"begin": first - 1, "end": crowd.store.head()})
    times = {change["what"]: change["times"] for change in found["changes"]}
    assert times == {"members joined": 14, "challenges answered": 14}
    assert found["told_to_few"] == 1
    assert found["ties"] == [{"kind": "exchanged", "formed": 14, "ended": 0}]
    assert found["figures"] == []  # there were seven people before
    again = client.get("changes", DAN, params={"begin": first + 12, "end": first + 27})
    figures = {each["figure"]: (each["before"], each["after"]) for each in again.json()["figures"]}
    assert figures["members"] == (20, 21)


def test_what_changed_is_for_auditors_and_between_two_like_things(crowd: House, client: Client) -> None:
    for who in (ADA, CLEO, HAL):
        assert problem(client.get("changes", who, params={"begin": 3, "end": 4}), 403)
    refused = problem(client.get("changes", DAN, params={"begin": "2025-01-01", "end": 4}), 409)
    assert refused["detail"].startswith("a day counts what had happened")
    assert problem(client.get("changes", DAN, params={"begin": "2025-13-01", "end": 4}), 409)["field"] == "begin"
    assert problem(client.get("changes", DAN, params={"begin": "soon", "end": 4}), 400)["field"] == "begin"
    assert problem(client.get("changes", DAN, params={"begin": 4}), 400)
