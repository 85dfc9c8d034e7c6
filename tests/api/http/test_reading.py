"""Reading over HTTP: pages, tags, positions, lists in words."""

import pytest

from api.http import desk
from domain.challenges import PostChallenge
from domain.vocabulary import Confidentiality, NetworkRole
from tests.api.http.house import ADA, BEN, CLEO, DAN, EVE, GUS, NET, ROLES, Client, House, problem
from tests.engine.town import ABSENT, GUIDE, MONDAYS, RESET


def test_everybody_is_told_who_they_are(client: Client) -> None:
    found = client.read("/api/v1/me", CLEO)
    assert (found["member"], found["network"], found["roles"]) == (CLEO, NET, [NetworkRole.FACILITATOR])
    assert found["takes_part"]
    assert not client.read("/api/v1/me", DAN)["takes_part"]


def test_the_network_shows_its_charter(client: Client) -> None:
    client.done("charter", {"section": "supports", "text": "A coach for every site."}, CLEO)
    client.done("cohorts", {"cohort": "Autumn"}, GUS)
    found = client.read("")
    assert found["sections"] == {"supports": "A coach for every site."}
    assert found["cohorts"] == [{"cohort": "Autumn", "open": True}]
    assert client.read(f"policies/{found['policy_hash']}")["list_length"] == 5


def test_pages_lead_through_everything_once(client: Client) -> None:
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(10):
        page = client.read("challenges", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
        seen += [each["challenge"] for each in page["items"]]
        cursor = page["next"]
        assert page["count"] == 4
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 4


def test_a_board_can_be_narrowed(client: Client) -> None:
    client.done(f"challenges/{RESET}/resolve", {}, CLEO)
    assert [each["challenge"] for each in client.read("challenges?status=resolved")["items"]] == [RESET]
    assert [each["challenge"] for each in client.read(f"challenges?author={BEN}")["items"]] == [MONDAYS]


def test_who_knows_the_tag_is_told_only_that_nothing_changed(client: Client) -> None:
    for path in ("challenges", f"challenges/{ABSENT}", f"members/{ADA}", "/api/v1/me", ""):
        tag = client.get(path).headers["etag"]
        for known in (tag, f'"other", {tag}', f"W/{tag}", "*"):
            again = client.get(path, headers={"If-None-Match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_tag_changes_with_what_is_shown(client: Client) -> None:
    before = client.get(f"challenges/{ABSENT}").headers["etag"]
    client.done(f"challenges/{ABSENT}/answers", {"text": "hello"}, BEN)
    after = client.get(f"challenges/{ABSENT}", headers={"If-None-Match": before})
    assert after.status_code == 200
    assert after.json()["answers"] == 1
    assert after.headers["etag"] != before


def test_what_is_kept_belongs_to_one_reader_and_one_state(client: Client, house: House) -> None:
    first = client.read("/api/v1/me", ADA)
    assert client.read("/api/v1/me", BEN)["member"] == BEN
    assert client.read("/api/v1/me", ADA) == first
    house.say(PostChallenge(challenge="challenge-0000000f", author=BEN, title="Said elsewhere"), by=BEN)
    assert client.read("challenges", ADA)["count"] == 5


def test_what_was_written_is_read_by_its_position(client: Client, house: House) -> None:
    made = client.done("challenges", {"title": "Just now"})
    page = client.get("challenges", params={"after_position": made["position"]})
    assert page.json()["items"][0]["challenge"] == made["stream"]
    assert int(page.headers["x-position"]) >= made["position"]


@pytest.mark.parametrize("further", [1, 10**12])
def test_a_position_that_does_not_come_is_refused(
    client: Client, house: House, further: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "PATIENCE", 0.05)
    answer = client.get("challenges", params={"after_position": house.store.head() + further})
    assert problem(answer, 409)["field"] == "after_position"


def test_a_list_is_asked_for_read_in_words_and_accepted(client: Client) -> None:
    asked = client.post("recommendations", {"need": ABSENT})
    assert asked.status_code == 200
    listed = asked.json()
    path = f"recommendations/{listed['recommendation']}"
    assert client.read(path) == listed
    pick = listed["picks"][0]
    assert pick["reasons"][0]["excerpt"]
    assert pick["reasons"][0]["yours"]
    assert client.done(f"{path}/view")["events"] == ["recommendation.viewed"]
    accepted = client.done(f"{path}/accept", {"candidate": pick["candidate"]})
    assert accepted["events"] == ["recommendation.accepted"]
    again = client.post("recommendations", {"need": ABSENT}).json()
    assert again["recommendation"] == listed["recommendation"]
    entries = client.read("recommendations")["items"]
    assert [(each["recommendation"], each["viewed"]) for each in entries] == [(listed["recommendation"], True)]


def test_ones_own_words_are_quoted_to_oneself_though_nobody_else_reads_them(client: Client, house: House) -> None:
    title = "Ninth graders are absent on Mondays, quietly"
    posted = PostChallenge(
        challenge="challenge-0000000f", author=ADA, title=title, confidentiality=Confidentiality.SEALED
    )
    house.say(posted, by=ADA)
    listed = client.post("recommendations", {"need": "challenge-0000000f"}).json()
    assert {reason["yours"] for pick in listed["picks"] for reason in pick["reasons"]} == {title}


def test_a_list_is_its_readers_alone(client: Client) -> None:
    listed = client.post("recommendations", {"need": ABSENT}).json()
    path = f"recommendations/{listed['recommendation']}"
    for who in (BEN, CLEO, DAN, GUS):
        missing = client.get("recommendations/recommendation-00000000", who)
        assert problem(client.get(path, who), 404) == problem(missing, 404)
        assert client.read("recommendations", who)["count"] == 0
    assert problem(client.post(f"{path}/accept", {"candidate": BEN}, BEN), 404)


def test_a_facilitator_asks_for_an_author_and_is_shown_their_list(client: Client) -> None:
    own = client.post("recommendations", {"need": ABSENT}).json()
    shown = client.post("recommendations", {"need": ABSENT, "on_behalf_of": ADA}, CLEO).json()
    assert shown == own
    assert client.read("recommendations", CLEO)["count"] == 0
    for who in (BEN, GUS):
        refused = problem(client.post("recommendations", {"need": ABSENT, "on_behalf_of": ADA}, who), 403)
        assert refused["field"] == "on_behalf_of"
    nobody = client.post("recommendations", {"need": ABSENT, "on_behalf_of": "member-0000dead"}, CLEO)
    assert problem(nobody, 404)["field"] == "on_behalf_of"


def test_a_list_is_for_a_need_of_ones_own(client: Client) -> None:
    others = problem(client.post("recommendations", {"need": MONDAYS}), 403)
    assert others["field"] == "need"
    assert "on_behalf_of" in others["remedy"]
    unnamed = problem(client.post("recommendations", {"need": ADA}), 409)
    assert "challenges I could help with" in unnamed["remedy"]


def test_who_is_not_on_a_list_is_explained(client: Client) -> None:
    listed = client.post("recommendations", {"need": ABSENT}).json()
    path = f"recommendations/{listed['recommendation']}/why-not"
    assert client.read(f"{path}/{EVE}")["because"]
    unknown = problem(client.get(f"{path}/member-0000dead"), 404)
    assert unknown["field"] == "candidate"
    assert problem(client.get(f"{path}/{EVE}", BEN), 404)["field"] == "recommendation"


def test_search_finds_by_words(client: Client) -> None:
    found = client.read("search", params={"q": "attendance after winter break", "kind": "resource"})
    assert found[0]["subject"] == GUIDE
    assert problem(client.get("search"), 400)["field"] == "q"
    assert problem(client.get("search", params={"q": "a\nb"}), 409)["field"] == "q"


def test_an_introduction_is_for_the_two_and_what_came_of_it_too(client: Client, house: House) -> None:
    house.offers_time(BEN, 60)
    made = client.done("introductions", {"helper": BEN, "challenge": ABSENT, "minutes": 30})
    path = f"introductions/{made['stream']}"
    assert client.read(path, BEN)["reached"] == "offered"
    assert problem(client.get(path, EVE), 404)
    assert client.done(f"{path}/consent", {}, BEN)["events"][-1] == "introduction.made"
    assert client.read(f"members/{BEN}/budget", BEN)["free"] == 30
    assert problem(client.get(f"members/{BEN}/budget", ADA), 404)


def test_the_log_is_for_auditors(client: Client, house: House) -> None:
    moments = client.read("events", DAN, params={"limit": 5})
    assert [each["position"] for each in moments] == sorted(each["position"] for each in moments)
    rest = client.read("events", DAN, params={"after": moments[-1]["position"], "limit": 200})
    assert rest[0]["position"] > moments[-1]["position"]
    for who in (ADA, *set(ROLES) - {DAN}):
        problem(client.get("events", who), 403)


def test_whether_it_lives_and_is_ready_is_told_to_all_and_no_more_than_that(client: Client) -> None:
    assert client.get("/healthz", None).json() == {"alive": True}
    ready = client.get("/readyz", None)
    assert ready.json()["ready"]
    assert all(set(each) == {"name", "ok"} for each in ready.json()["checks"])


def test_figures_are_for_those_who_sit_at_the_machine(client: Client) -> None:
    assert problem(client.get("/metrics", None), 404)  # the test's client comes from nowhere
