"""Who reads by office leaves a look that the member concerned is told of; who reads as any member does leaves none."""

from typing import Any

import pytest

from api.http.app import endpoints
from domain.access import AccessRecorded
from domain.challenges import PostChallenge
from domain.introductions import ConsentToIntroduction, OfferIntroduction
from domain.members import DeclareConflict, PauseMember, WithdrawNetworkRole
from domain.refusals import StorageTrouble
from domain.vocabulary import Confidentiality, ConflictKind
from engine.commands import Commands
from tests.api.http.coached import Coached, set_out
from tests.api.http.house import ADA, BASE, BEN, CLEO, DAN, EVE, FAY, GUS, HAL, NET, ROLES, Client, House, problem
from tests.engine.town import ABSENT, GUIDE, RESET

GROUPS, CALL = "challenge-0000000f", "introduction-00000001"
SITE = "site-00000001"


@pytest.fixture
def case(house: House, client: Client) -> Coached:
    """Ada is coached by Ben, has a challenge for a group, and called Fay."""
    set_out(house)
    coached = Coached(client)
    coached.bring_to("engaged")
    house.offers_time(FAY, 60)
    group = PostChallenge(challenge=GROUPS, author=ADA, title="For a few", confidentiality=Confidentiality.GROUP)
    house.say(group, by=ADA)
    house.say(OfferIntroduction(introduction=CALL, seeker=ADA, helper=FAY, minutes=20), by=ADA)
    house.say(ConsentToIntroduction(introduction=CALL, member=FAY), by=FAY)
    return coached


def looks(house: House) -> list[AccessRecorded]:
    """All that were recorded, in order."""
    return [each.event for each in house.store.page(0, network=NET) if isinstance(each.event, AccessRecorded)]


def reads(house: House, client: Client, path: str, who: str, **more: Any) -> tuple[Any, list[AccessRecorded]]:
    """An answer, and the looks that it left."""
    before = len(looks(house))
    answer = client.get(path, who, **more)
    return answer, looks(house)[before:]


def paths(case: str) -> dict[str, str]:
    """Every address that is read, with what there is."""
    names = {
        "network": NET,
        "member": BEN,
        "challenge": GROUPS,
        "resource": GUIDE,
        "site": SITE,
        "introduction": CALL,
        "recommendation": "recommendation-00000001",
        "candidate": BEN,
        "coaching": case,
        "decision": case,
        "policy_hash": "0" * 64,
    }
    questions = [each for each in endpoints() if each.method == "GET" and each.follows is None]
    return {each.name: each.path.format_map(names | {"position": 1}) for each in questions}


def in_both(answer: Any, plain: Any, who: str) -> bool:
    """Whether two answers say the same, but for the role itself, and that somebody is active, which all presume."""
    role = f'"roles":["{ROLES[who]}"]'
    told = [
        each.text.replace('"standing":"active"', '"standing":null').replace(role, '"roles":[]')
        for each in (answer, plain)
    ]
    return plain.status_code == 200 and told[0] == told[1]


@pytest.mark.parametrize("who", [CLEO, GUS, DAN, HAL])
def test_an_answer_that_would_be_another_without_the_office_is_on_record_and_no_other(
    house: House, client: Client, case: Coached, who: str
) -> None:
    house.say(PauseMember(member=EVE), by=EVE)
    apart = {"read_me", "list_own_accesses", "read_own_data", "read_own_data_page", "search"}  # of oneself; tried below
    asked = {name: path for name, path in paths(case.case).items() if name not in apart}
    by_office = {name: reads(house, client, path, who) for name, path in asked.items()}
    house.say(WithdrawNetworkRole(member=who, role=ROLES[who]))
    for name, path in asked.items():
        (answer, left), plain = by_office[name], client.get(path, who)
        told = answer.status_code == 200 and answer.text not in {"[]", '{"items":[],"count":0,"next":null}'}
        assert bool(left) == (told and not in_both(answer, plain, who)), (name, answer.text[:200], plain.text[:200])
        assert all((look.viewer, look.what) == (who, name.replace("_", " ")) for look in left)


def test_staff_who_read_a_coaching_case_are_known_to_the_two(house: House, client: Client, case: Coached) -> None:
    for path in (f"coaching/{case.case}", "coaching/queue?state=engaged"):
        _, (look,) = reads(house, client, path, CLEO)
        assert case.case in look.subjects
        assert set(look.members) == {ADA, BEN}
    for who in (ADA, BEN):
        newest = client.read("me/accesses", who)["items"][0]
        assert (newest["viewer"], newest["what"]) == (CLEO, "list coaching queue")
        assert newest["subjects"] == [case.case]


def test_the_two_in_it_leave_no_look(house: House, client: Client, case: Coached) -> None:
    for who in (ADA, BEN):
        for path in (f"coaching/{case.case}", "coaching", "introductions", "ties", f"members/{who}/budget"):
            assert reads(house, client, path, who)[1] == []


def test_of_a_page_everybody_is_told_of_theirs_alone(house: House, client: Client, case: Coached) -> None:
    _, (look,) = reads(house, client, "introductions", GUS)
    assert set(look.members) == {ADA, FAY}
    assert client.read("me/accesses", BEN)["count"] == 0
    assert client.read("me/accesses", FAY)["items"][0]["subjects"] == [CALL]


def test_ones_own_things_on_a_page_are_no_look(house: House, client: Client, case: Coached) -> None:
    house.offers_time(CLEO, 60)
    own = client.done("introductions", {"helper": FAY, "minutes": 20}, CLEO)["stream"]
    _, (look,) = reads(house, client, "introductions", CLEO)
    assert own not in look.subjects
    assert set(look.members) == {ADA, FAY}


def test_that_nothing_changed_is_a_look_too(house: House, client: Client, case: Coached) -> None:
    path = f"coaching/{case.case}"
    tag = client.get(path, CLEO).headers["etag"]
    for _ in range(2):
        again, left = reads(house, client, path, CLEO, headers={"If-None-Match": tag})
        assert (again.status_code, len(left)) == (304, 1)


def test_a_command_that_names_a_tag_shows_nothing_and_leaves_no_look(
    house: House, client: Client, case: Coached
) -> None:
    tag = client.get(f"coaching/{case.case}", CLEO).headers["etag"]
    before = len(looks(house))
    said = {"question": "How is it?"}
    client.post(f"coaching/{case.case}/clarifications", said, CLEO, headers={"If-Match": tag})
    assert len(looks(house)) == before


def test_a_refusal_that_tells_how_a_case_stands_is_a_look(house: House, client: Client, case: Coached) -> None:
    tag = client.get(f"coaching/{case.case}", CLEO).headers["etag"]
    case.bring_to("ended", since="engaged")
    before = len(looks(house))
    words = {"to": CLEO, "reason": "Away."}
    refused = client.post(f"coaching/{case.case}/hand-over", words, CLEO, headers={"If-Match": tag})
    assert "this case is now " in problem(refused, 412)["detail"]
    (look,) = looks(house)[before:]
    assert (look.viewer, set(look.members)) == (CLEO, {ADA, BEN})


def test_what_cannot_be_recorded_is_not_read(
    house: House, client: Client, case: Coached, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StorageTrouble("the disk is full")

    monkeypatch.setattr(Commands, "handle_all", full)
    for path in (f"coaching/{case.case}", "introductions", f"challenges/{GROUPS}"):
        assert case.case not in problem(client.get(path, CLEO), 503).values()
    assert client.get(f"challenges/{RESET}", CLEO).status_code == 200  # open to all


def test_who_asks_for_the_list_of_another_is_on_record_with_it(house: House, client: Client) -> None:
    listed = client.post("recommendations", {"need": ABSENT, "on_behalf_of": ADA}, CLEO).json()
    (look,) = looks(house)
    assert (look.viewer, look.subjects, look.members) == (CLEO, (listed["recommendation"],), (ADA,))
    assert client.read("me/accesses", ADA)["items"][0]["subjects"] == [listed["recommendation"]]
    client.post("recommendations", {"need": RESET}, CLEO)
    assert len(looks(house)) == 1


def test_an_admin_reads_who_looked_at_others_and_is_on_record_with_that(
    house: House, client: Client, case: Coached
) -> None:
    client.read(f"coaching/{case.case}", CLEO)
    found = client.read(f"members/{ADA}/accesses", GUS)
    assert [each["viewer"] for each in found["items"]] == [CLEO]
    newest = client.read("me/accesses", ADA)["items"][0]
    assert (newest["viewer"], newest["what"], newest["subjects"]) == (GUS, "list accesses", [ADA])
    assert client.read(f"members/{ADA}/accesses", ADA)["count"] == 2
    for who in (BEN, CLEO, DAN, HAL):
        missing = client.get("members/member-0000dead/accesses", who)
        assert problem(client.get(f"members/{ADA}/accesses", who), 404) == problem(missing, 404)


def test_an_admin_with_power_over_somebody_reads_nothing_of_that(house: House, client: Client, case: Coached) -> None:
    client.read(f"coaching/{case.case}", CLEO)
    house.say(DeclareConflict(member=GUS, other=ADA, kind=ConflictKind.SUPERVISES), by=GUS)
    problem(client.get(f"members/{ADA}/accesses", GUS), 404)


def test_staff_who_find_whom_they_muted_are_on_record(house: House, client: Client) -> None:
    asked = {"q": "attendance after winter break", "kind": "resource"}
    assert reads(house, client, "search", CLEO, params=asked)[1] == []
    client.done(f"members/{CLEO}/mutes", {"other": EVE}, CLEO)
    found, (look,) = reads(house, client, "search", CLEO, params=asked)
    assert found.json()[0]["subject"] == GUIDE
    assert (look.subjects, look.members) == ((GUIDE,), (EVE,))


def test_the_log_that_only_tells_of_looks_is_no_further_look(house: House, client: Client) -> None:
    page, left = reads(house, client, "events?limit=200", DAN)
    assert len(left) == 1
    assert {ADA, BEN, CLEO} <= set(left[0].members)
    after = page.json()[-1]["position"]
    rest, left = reads(house, client, f"events?after={after}", DAN)
    assert [each["name"] for each in rest.json()] == ["access.recorded"]
    assert [each["stream"] for each in rest.json()] == [""]
    assert left == []


def test_looks_by_another_address_are_none_of_ours(client: Client) -> None:
    assert problem(client.get("/api/v1/networks/network-00000002/me/accesses", ADA), 404)
    assert client.get(f"{BASE}/me/accesses", None).status_code == 401
