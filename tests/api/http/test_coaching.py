"""A coaching case over HTTP: at every stage each role finds what is for them, and nothing by any other way."""

from typing import Any

import pytest

from api.http.orders import ORDERS, Row
from domain.coaching.events import SessionHeld
from domain.members import GrantNetworkRole, JoinNetwork
from domain.vocabulary import NetworkRole
from tests.api.http.coached import ABSENT, INTAKE, STAGES, TALK, TRIAGED, Coached, set_out
from tests.api.http.house import ADA, BEN, CLEO, DAN, EVE, FAY, GUS, HAL, Client, House, problem

EVERYBODY = (ADA, BEN, CLEO, DAN, EVE, FAY, GUS, HAL)
OFFICE = {ADA, CLEO, GUS}
FINDS = {"drafted": {ADA}} | dict.fromkeys(STAGES[1:4], OFFICE) | dict.fromkeys(STAGES[4:], OFFICE | {BEN})
OF_A_CASE = [row for row in ORDERS if "{coaching}" in row.path]


@pytest.fixture
def client(house: House, client: Client) -> Client:
    set_out(house)
    return client


def sent(client: Client, row: Row, case: str, who: str) -> Any:
    path = row.path.format(coaching=case, session="session-00000001", step="step-00000001")
    return client.post(path.removeprefix("/"), row.example, who)


def test_at_every_stage_a_case_is_there_for_those_who_have_a_part_in_it(client: Client) -> None:
    case = Coached(client)
    for before, stage in zip(("drafted", *STAGES), STAGES, strict=False):
        case.bring_to(stage, since=before)
        for who in EVERYBODY:
            found, absent = (client.get(f"coaching/{each}", who) for each in (case.case, ABSENT))
            if who in FINDS[stage]:
                assert found.status_code == 200, (stage, who)
            else:
                assert (found.status_code, found.content) == (404, absent.content), (stage, who)


@pytest.mark.parametrize("stage", ["drafted", "waiting", "engaged"])
def test_who_does_not_see_a_case_changes_nothing_of_it_and_learns_nothing(client: Client, stage: str) -> None:
    case = Coached(client)
    case.bring_to(stage)
    before = client.read(f"coaching/{case.case}")
    for who in set(EVERYBODY) - FINDS[stage]:
        for row in OF_A_CASE:
            there, absent = (sent(client, row, each, who) for each in (case.case, ABSENT))
            assert (there.status_code, there.content) == (absent.status_code, absent.content), (who, row.path)
            assert there.status_code in {403, 404}
        for path in ("", "/suggestion"):
            there, absent = (
                client.send("POST" if path else "GET", f"coaching/{each}{path}", who) for each in (case.case, ABSENT)
            )
            assert (there.status_code, there.content) == (absent.status_code, absent.content), (who, path)
    assert client.read(f"coaching/{case.case}") == before


def words(client: Client, case: Coached) -> dict[str, set[str]]:
    """Who reads which word."""
    return {
        who: {word for word in (INTAKE, TALK) if word in answer.text}
        for who in EVERYBODY
        if (answer := client.get(f"coaching/{case.case}", who)).status_code == 200
    }


def test_what_a_group_may_read_and_what_the_two_alone(client: Client) -> None:
    case = Coached(client)
    case.bring_to("ended")
    assert words(client, case) == {ADA: {INTAKE, TALK}, BEN: {INTAKE, TALK}, CLEO: {INTAKE}, GUS: {INTAKE}}
    seen = client.read(f"coaching/{case.case}", CLEO)
    assert [each["minutes"] for each in seen["engagement"]["held"]] == [30]
    assert seen["feedback"] == {"helpful": True, "plan_changed": False, "tie_confirmed": True, "note": ""}


def test_of_a_case_for_the_pair_staff_see_that_it_is_there(client: Client) -> None:
    case = Coached(client, "pair")
    case.bring_to("waiting")
    assert words(client, case) == {ADA: {INTAKE}, CLEO: set(), GUS: set()}
    row = client.read("coaching/queue", GUS)["items"][0]
    assert (row["coaching"], row["title"], row["urgency"]) == (case.case, "", "routine")
    case.says(CLEO, "hand-over", to=CLEO)
    assert words(client, case) == {ADA: {INTAKE}, CLEO: {INTAKE}, GUS: set()}
    case.bring_to("engaged", since="waiting")
    assert words(client, case) == {ADA: {INTAKE, TALK}, BEN: {INTAKE, TALK}, CLEO: {INTAKE}, GUS: set()}


def test_no_list_and_no_count_tells_of_a_case_to_others(client: Client) -> None:
    case = Coached(client)
    case.bring_to("offered")
    queues = {who: client.get("coaching/queue", who) for who in EVERYBODY}
    assert {who for who, each in queues.items() if each.status_code == 200} == {CLEO, EVE, GUS}
    assert {who: queues[who].json()["count"] for who in (CLEO, EVE, GUS)} == {CLEO: 1, EVE: 0, GUS: 1}
    mine = {who: client.read("coaching", who)["count"] for who in EVERYBODY}
    assert {who for who, count in mine.items() if count} == {ADA, BEN}
    assert case.case not in client.get("events?limit=200", DAN).text


def test_the_queue_is_asked_for_by_tier_and_state(client: Client) -> None:
    first, second = Coached(client), Coached(client)
    first.bring_to("triaged")
    second.bring_to("waiting")

    def listed(**asked: str) -> list[str]:
        return [each["coaching"] for each in client.read("coaching/queue", CLEO, params=asked)["items"]]

    assert listed() == [first.case, second.case]
    assert listed(tier="intensive") == listed(state="triaged") == [first.case]
    assert listed(tier="universal") == []
    assert listed(limit="1") == [first.case]
    assert problem(client.get("coaching/queue?state=drafted", CLEO), 400)["field"] == "state"


def test_the_later_of_two_is_told_how_the_case_stands_now(client: Client) -> None:
    case = Coached(client)
    case.bring_to("waiting")
    tag = {"If-Match": client.get(f"coaching/{case.case}", GUS).headers["etag"]}
    case.says(CLEO, "clarifications", question="Which?")
    late = problem(client.post(f"coaching/{case.case}/resolve", {}, CLEO, headers=tag), 412)
    assert late["type"] == "/problems#stale"
    assert late["detail"].startswith("somebody changed this first: this case is now waiting for the seeker, last: ")
    assert "possible now: answer the request" in late["remedy"]
    unheard = problem(client.post(f"coaching/{case.case}/resolve", {}, EVE, headers=tag), 404)
    assert unheard == problem(client.post(f"coaching/{ABSENT}/resolve", {}, EVE, headers=tag), 404)


def test_two_who_decide_at_once_without_looking_are_told_the_state_and_the_moves(client: Client) -> None:
    case = Coached(client)
    case.bring_to("triaged")
    late = problem(client.post(f"coaching/{case.case}/triage", TRIAGED | {"reason": "Otherwise."}, CLEO), 409)
    assert late["detail"].startswith("this case is triaged")
    assert late["remedy"].startswith("possible now: ")


def test_what_others_move_makes_no_decision_stale(client: Client) -> None:
    first, second = Coached(client), Coached(client)
    for each in (first, second):
        each.bring_to("triaged")
    shown = client.get(f"coaching/{second.case}", CLEO)
    first.says(ADA, "withdraw")
    moved = client.get(f"coaching/{second.case}", CLEO, headers={"If-None-Match": shown.headers["etag"]})
    assert moved.status_code == 200
    assert (shown.json()["case"]["place"], moved.json()["case"]["place"]) == (2, 1)
    headers = {"If-Match": shown.headers["etag"]}
    assert client.post(f"coaching/{second.case}/offers", {"coach": BEN}, CLEO, headers=headers).status_code == 200


def test_a_retry_of_an_offer_holds_the_minutes_once(client: Client) -> None:
    case = Coached(client)
    case.bring_to("triaged")
    key = {"Idempotency-Key": "offer-1"}
    offers = [client.done(f"coaching/{case.case}/offers", {"coach": BEN}, CLEO, headers=key) for _ in range(2)]
    assert offers[0] == offers[1]
    assert offers[0]["events"] == ["coaching.coach-offered", "budget.time-reserved"]
    assert client.read(f"members/{BEN}/budget", BEN)["reserved"] == 60


def test_something_new_is_found_where_the_answer_says(client: Client) -> None:
    noticed = client.post("coaching/noticed", {"seeker": FAY, "text": "Said in the meeting."}, CLEO)
    assert noticed.status_code == 201
    assert client.read(noticed.headers["location"], FAY)["case"]["state"] == "noticed"
    for who in (GUS, ADA, EVE):
        assert client.get(noticed.headers["location"], who).content == client.get(f"coaching/{ABSENT}", who).content
    drafted = {"coaching": noticed.json()["stream"], "title": "Calls"}
    assert client.done("coaching", drafted, FAY)["events"] == ["coaching.request-drafted"]


def test_nobody_gets_a_place_in_the_queue_by_an_older_date(client: Client) -> None:
    case = Coached(client)
    refused = client.post(f"coaching/{case.case}/submit", {"occurred_at": "2025-09-01T08:00:00Z"})
    assert problem(refused, 400)["field"] == "occurred_at"


def test_a_facilitator_lets_nobody_read_in_the_seekers_name(client: Client) -> None:
    case = Coached(client, "pair")
    case.bring_to("engaged")
    spoken = {"member": CLEO, "on_behalf_of": ADA}
    problem(client.post(f"coaching/{case.case}/grants", spoken, CLEO), 403)


def test_experts_draw_on_a_budget_that_staff_set(client: Client) -> None:
    assert problem(client.get("expert-budget", CLEO), 404)["field"] == "budget"
    problem(client.post("expert-budget", {"minutes": 300, "period": "month"}, ADA), 403)
    first = client.post("expert-budget", {"minutes": 300, "period": "month"}, CLEO)
    assert first.headers["etag"] == client.get("expert-budget", CLEO).headers["etag"]
    assert client.read("expert-budget", GUS)["free"] == 300
    stale = {"If-Match": first.headers["etag"]}
    client.done("expert-budget", {"minutes": 200, "period": "month"}, GUS)
    again = client.post("expert-budget", {"minutes": 100, "period": "month"}, CLEO, headers=stale)
    assert problem(again, 412)["detail"] == "somebody changed this first"
    problem(client.get("expert-budget", FAY), 403)


def test_the_boards_show_staff_who_is_asked_and_leave_out_whom_they_must_not_see(client: Client) -> None:
    case = Coached(client)
    case.bring_to("offered")
    (row,) = client.read("boards/burden", CLEO)["page"]["items"]
    assert (row["member"], row["reserved"], row["asks"]) == (BEN, 60, 1)
    (left,) = client.read("boards/burden", EVE)["page"]["items"]
    assert (left["member"], left["reserved"], left["asks"]) == (BEN, 0, 0)
    assert client.read("boards/burden?never_asked=true", CLEO)["page"]["items"] == []
    assert client.read("boards/coverage", CLEO) == client.read("themes", CLEO) == []


NEEDS = ("Ninth graders are absent on Mondays", "Attendance of ninth graders fell", "Ninth graders skip Mondays")


def crowd(client: Client, house: House, number: int) -> list[str]:
    """So many people with much the same need."""
    cases = []
    for place in range(number):
        member = f"member-000000a{place:x}"
        house.say(JoinNetwork(member=member, name=f"Number {place}"), id=f"join-{member}")
        house.tokens_of[member] = house.tokens.create("network-00000001", member)[0]
        draft = {"title": NEEDS[place % 3], "text": "Absences of ninth graders on Mondays doubled since January."}
        cases.append(client.done("coaching", draft, member)["stream"])
        client.done(f"coaching/{cases[-1]}/submit", {}, member)
    return cases


def test_one_response_is_offered_to_all_who_share_a_theme_in_one_save(client: Client, house: House) -> None:
    cases = crowd(client, house, 6)
    (theme,) = client.read("themes", CLEO)
    assert set(theme["cases"]) <= set(cases)
    assert theme["may_offer"] is True
    key = {"Idempotency-Key": "all-1"}
    path, body = f"themes/{theme['id']}/offer", {"about": "Mondays"}
    shared = client.done(path, body, CLEO, headers=key)
    assert set(shared["cases"]) == set(theme["cases"])
    assert client.done(path, body, CLEO, headers=key) == shared
    reused = problem(client.post(path, {"about": "Tuesdays"}, CLEO, headers=key), 409)
    assert reused["type"] == "/problems#key-reused"
    for case in shared["cases"]:
        seen = client.read(f"coaching/{case}", CLEO)
        assert (seen["response"], seen["joins"]) == (shared["response"], None)
    problem(client.post("themes/theme-00000000/offer", body, CLEO), 404)
    problem(client.post(path, body, GUS), 403)
    assert [each for each in client.read("boards/coverage", CLEO) if each["theme"]["id"] == theme["id"]]


def test_figures_are_of_ten_people(client: Client, house: House) -> None:
    house.say(GrantNetworkRole(member=FAY, role=NetworkRole.SPONSOR))
    case = Coached(client)
    case.bring_to("engaged")
    assert any(isinstance(each.event, SessionHeld) for each in house.store.page(0))
    for who in (CLEO, DAN, GUS, HAL):
        assert client.read("coaching/figures", who) == []
    problem(client.get("coaching/figures", BEN), 403)
