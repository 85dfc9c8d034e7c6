"""Reading over HTTP as things stood: at a position, at a time, by the end of a day."""

from typing import Any

import pytest

from api.http.app import endpoints
from domain.challenges import PostChallenge
from domain.members import GrantNetworkRole, WithdrawNetworkRole
from domain.vocabulary import NetworkRole
from tests.api.http.coached import INTAKE, TALK, Coached, set_out
from tests.api.http.house import ADA, BEN, CLEO, DAN, EVE, FAY, HAL, Client, House, problem
from tests.engine.town import ABSENT, MONDAYS

LATE = "challenge-0000000f"
QUESTIONS = [each for each in endpoints() if each.method == "GET" and each.follows is None]
OF_ALL = {"read_own_data", "read_own_data_page", "read_changes"}  # of all history, or between two times


def post_late(house: House) -> tuple[int, str]:
    """Something new, a day after all else; the position and the time before it."""
    before = house.store.head()
    house.later(days=1)
    posted = PostChallenge(challenge=LATE, author=BEN, title="Told a day later")
    house.say(posted, by=BEN)
    return before, "2025-09-03T23:00:00Z"


def test_every_question_takes_a_position_a_time_or_a_day() -> None:
    for each in QUESTIONS:
        fields = set(each.query.__struct_fields__)
        assert fields >= {"as_of", "on"} or each.name in OF_ALL or each.tag == "proof", each.name


def test_what_was_not_known_yet_is_not_there(house: House, client: Client) -> None:
    position, time = post_late(house)
    for then in ({"as_of": position}, {"as_of": time}, {"on": "2025-09-03"}):
        page = client.read("challenges", params=then)
        assert LATE not in [each["challenge"] for each in page["items"]]
        assert page["count"] == 4
        assert problem(client.get(f"challenges/{LATE}", params=then), 404)["field"] == "challenge"
    assert client.read("challenges")["count"] == 5
    assert client.read("challenges", params={"as_of": position + 1})["count"] == 5
    assert client.read("challenges", params={"on": "2025-09-04"})["count"] == 5


def test_the_answer_names_the_position_that_it_tells_of(house: House, client: Client) -> None:
    position, _ = post_late(house)
    answer = client.get("challenges", params={"as_of": position})
    assert int(answer.headers["x-position"]) == position
    assert client.get("challenges", headers={"If-None-Match": answer.headers["etag"]}).status_code == 200


def test_pages_of_the_past_lead_on_in_the_past(house: House, client: Client) -> None:
    position, _ = post_late(house)
    seen, cursor = [], None
    for _ in range(5):
        place = {"as_of": position, "limit": 1} | ({"cursor": cursor} if cursor else {})
        page = client.read("challenges", params=place)
        seen += [each["challenge"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == 4
    assert LATE not in seen


def test_the_past_is_read_with_the_rights_of_now(house: House, client: Client) -> None:
    position = house.store.head()
    assert client.get("events", DAN, params={"as_of": position}).status_code == 200
    house.say(WithdrawNetworkRole(member=DAN, role=NetworkRole.AUDITOR))
    problem(client.get("events", DAN, params={"as_of": position}), 403)


def test_a_look_at_the_past_by_office_is_a_look(house: House, client: Client) -> None:
    set_out(house)
    case = Coached(client)
    case.bring_to("waiting")
    position = house.store.head()
    case.says(CLEO, "clarifications", question="Which?")
    then = client.read(f"coaching/{case.case}", CLEO, params={"as_of": position})
    assert (then["case"]["state"], then["items"]) == ("waiting", [])
    newest = client.read("me/accesses", ADA)["items"][0]
    assert (newest["viewer"], newest["what"]) == (CLEO, "read coaching")


def test_who_has_no_part_in_a_case_any_more_reads_no_old_day_of_it(house: House, client: Client) -> None:
    set_out(house)
    case = Coached(client)
    case.bring_to("offered")
    then = {"as_of": house.store.head()}
    assert client.read(f"coaching/{case.case}", BEN, params=then)["request"] is not None
    assert len(client.read("coaching", BEN, params=then)["items"]) == 1
    case.says(BEN, "offers/decline")
    problem(client.get(f"coaching/{case.case}", BEN, params=then), 404)
    assert client.read("coaching", BEN, params=then)["items"] == []
    assert client.read(f"coaching/{case.case}", ADA, params=then)["case"]["state"] == "offered"


def test_who_coaches_no_more_reads_no_old_day_of_what_was_said(house: House, client: Client) -> None:
    set_out(house)
    house.say(GrantNetworkRole(member=FAY, role=NetworkRole.COACH))
    house.offers_time(FAY, 600)
    house.say(GrantNetworkRole(member=BEN, role=NetworkRole.FACILITATOR))
    case = Coached(client)
    case.bring_to("engaged")
    then = {"as_of": house.store.head()}
    assert TALK in client.get(f"coaching/{case.case}", BEN, params=then).text
    case.says(BEN, "offers", coach=FAY)
    case.says(FAY, "offers/accept")
    old = client.get(f"coaching/{case.case}", BEN, params=then)
    assert old.status_code == 200, "as one of the staff"
    assert INTAKE in old.text
    assert TALK not in old.text
    assert TALK in client.get(f"coaching/{case.case}", ADA, params=then).text


def test_figures_of_tens_are_not_summed_anew_for_each_day(client: Client) -> None:
    assert client.read("coaching/figures", HAL, params={"as_of": 5}) == []
    assert problem(client.get("coaching/figures", HAL, params={"on": "2025-09-02"}), 409)["field"] == "on"


def test_a_board_and_a_budget_are_of_the_day_that_is_asked_for(house: House, client: Client) -> None:
    house.offers_time(BEN, 60)
    position = house.store.head()
    house.later(days=14)
    now = client.read(f"members/{BEN}/budget", BEN)
    then = client.read(f"members/{BEN}/budget", BEN, params={"as_of": position})
    on = client.read(f"members/{BEN}/budget", BEN, params={"on": "2025-09-03"})
    assert (then["first"], on["first"]) == ("2025-09-01", "2025-09-01")
    assert now["first"] == "2025-09-15"
    for given, day in (({"on": "2025-09-03"}, "2025-09-03"), ({"on": "2025-10-01"}, "2025-10-01"), ({}, "2025-09-17")):
        assert client.read("boards/burden", CLEO, params=given)["on"] == day


@pytest.mark.parametrize(
    ("given", "status", "field"),
    [
        ({"as_of": "1000000"}, 409, "as_of"),
        ({"as_of": "2025-09-03T23:00:00"}, 400, "as_of"),
        ({"as_of": "2025-99-03T23:00:00Z"}, 409, "as_of"),
        ({"as_of": "-1"}, 400, "as_of"),
        ({"as_of": "yesterday"}, 400, "as_of"),
        ({"on": "2025-02-30"}, 400, "on"),
        ({"on": "0001-01-01"}, 409, "on"),
        ({"on": "2025-09-03", "as_of": "3"}, 409, "as_of"),
        ({"as_of": "0"}, 409, "as_of"),
        ({"as_of": "1"}, 409, "as_of"),
        ({"as_of": "1900-01-01T00:00:00Z"}, 409, "as_of"),
        ({"as_of": "2999-01-01T00:00:00Z"}, 409, "as_of"),
        ({"on": "2025-06-04"}, 409, "on"),
        ({"on": "2025-09-04"}, 409, "on"),
    ],
)
def test_a_time_that_cannot_be_told_of_is_refused_in_words(
    client: Client, given: dict[str, Any], status: int, field: str
) -> None:
    for path in ("", "challenges"):
        refused = problem(client.get(path, CLEO, params=given), status)
        assert refused["detail"]
        assert refused["field"] == field
        assert status == 400 or refused["remedy"]


@pytest.mark.parametrize("given", ["abc", "-1", "2026-01-01", "2025-99-03T23:00:00Z"])
def test_what_is_neither_position_nor_time_is_told_what_is(client: Client, given: str) -> None:
    refused = client.get("challenges", params={"as_of": given}).json()
    assert refused["detail"] == "this is no position, and no time with its zone"
    assert refused["remedy"].startswith("a position such as 1200, or a time such as 2026-03-01T14:30Z")


def test_a_network_says_where_it_begins(client: Client) -> None:
    refused = client.get("challenges", params={"as_of": 1}).json()
    assert refused["detail"] == "this network begins at position 3, recorded by 2025-06-05T12:00:00Z"
    early = client.get("challenges", params={"on": "2025-06-04"}).json()
    assert early["detail"] == "the first day that anything is told of is 2025-06-05"
    assert client.read("challenges", params={"as_of": 3})["count"] == 0
    assert client.get("challenges", params={"as_of": "2025-06-05T12:00:00Z"}).status_code == 200


def test_what_is_told_of_now_alone_says_so(house: House, client: Client) -> None:
    listed = client.post("recommendations", {"need": ABSENT}).json()["recommendation"]
    for path, who in (
        (f"recommendations/{listed}/why-not/{EVE}", ADA),
        ("themes", CLEO),
        ("boards/coverage", CLEO),
    ):
        mark = "&" if "?" in path else "?"
        for given in ("as_of=3", "on=2025-09-01"):
            refused = problem(client.get(f"{path}{mark}{given}", who), 409)
            assert refused["field"] == given.partition("=")[0]


def test_search_finds_what_there_was(house: House, client: Client) -> None:
    position, _ = post_late(house)
    words = {"q": "Told a day later", "kind": "challenge"}
    assert client.read("search", params=words)[0]["subject"] == LATE
    for then in ({"as_of": position}, {"on": "2025-09-03"}):
        assert LATE not in [each["subject"] for each in client.read("search", params=words | then)]
        mondays = client.read("search", params={"q": "Ninth graders are absent on Mondays"} | then)
        assert mondays[0]["subject"] == MONDAYS


def test_a_list_reads_as_it_stood_before_it_was_answered(house: House, client: Client) -> None:
    listed = client.post("recommendations", {"need": ABSENT}).json()["recommendation"]
    position = house.store.head()
    client.done(f"recommendations/{listed}/view")
    (entry,) = client.read("recommendations", params={"as_of": position})["items"]
    assert not entry["viewed"]
    assert client.read("recommendations")["items"][0]["viewed"]
    early = client.get(f"recommendations/{listed}", params={"as_of": position - 1})
    assert problem(early, 404)["field"] == "recommendation"
    assert MONDAYS not in early.text


def test_before_a_correction_it_reads_as_it_was_told_then_and_the_description_says_so(
    house: House, client: Client
) -> None:
    answer = client.done(f"challenges/{MONDAYS}/answers", {"text": "Call on Mondays."}, BEN)["id"]
    before = house.store.head()
    client.done(f"challenges/{MONDAYS}/answers/{answer}/correct", {"text": "Call on Tuesdays."}, BEN)
    client.done(f"members/{BEN}/name", {"name": "Benedict"}, BEN)

    def told(**when: int) -> tuple[str, str]:
        answers = client.read(f"challenges/{MONDAYS}/answers", params=when)["items"]
        (text,) = (each["text"] for each in answers if each["answer"] == answer)
        return text, client.read(f"members/{BEN}", params=when)["entry"]["name"]

    assert told() == ("Call on Tuesdays.", "Benedict")
    assert told(as_of=before) == ("Call on Mondays.", f"Name of {BEN}")
    corrections = [each for each in endpoints() if each.name in {"correct_name", "correct_answer"}]
    assert len(corrections) == 2
    assert all("`as_of` or `on`, is told what was told then" in each.about for each in corrections)
