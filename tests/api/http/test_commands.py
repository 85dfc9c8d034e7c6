"""Commands over HTTP: all of them are there, a retry is safe, a stale reader is stopped."""

from typing import get_args

import msgspec
import pytest
from msgspec.structs import fields

from api.http.orders import ORDERS, Row
from api.http.writing import body_of, operation
from domain.access import RecordAccess
from domain.audit import RecordExport, SignCheckpoint
from domain.coaching.commands import ExpireOffer, SuggestDisposition
from domain.erasure import ConfirmErasure, EraseMember
from domain.introductions import ExpireIntroduction
from domain.networks import CharterNetwork
from domain.plans import AnyCommand
from domain.recommendations import ExpireRecommendation, IssueRecommendations
from domain.vocabulary import TITLE_LIMIT
from tests.api.http.house import ADA, BASE, BEN, CLEO, EVE, GUS, Client, House, problem
from tests.engine.town import ABSENT

OF_THE_ENGINE = {IssueRecommendations, ExpireRecommendation, ExpireIntroduction, SuggestDisposition, ExpireOffer}
OF_THE_ENGINE |= {RecordAccess, SignCheckpoint, RecordExport, EraseMember, ConfirmErasure}
NOT_OURS = {CharterNetwork, *OF_THE_ENGINE}
POSTED = {"title": "Ninth graders come late", "text": "Every Monday."}


def test_every_command_has_one_address_but_the_operators_and_the_engines() -> None:
    told = [row.command for row in ORDERS]
    assert len(told) == len(set(told))
    assert set(told) == set(get_args(AnyCommand)) - NOT_OURS
    assert len({row.path for row in ORDERS}) == len(ORDERS)
    assert operation(CharterNetwork) == "charter_network"


@pytest.mark.parametrize("row", ORDERS, ids=lambda row: row.command.__name__)
def test_a_body_asks_for_the_commands_fields_with_their_limits_and_no_others(row: Row) -> None:
    body = body_of(row)
    own = {each.name for each in fields(row.command) if f"{{{each.name}}}" not in row.path} - {"network"}
    assert {each.name for each in fields(body)} == own | {"on_behalf_of"} | ({"occurred_at"} if row.dated else set())
    required = {each.name for each in fields(row.command) if each.required} & own
    assert {each.name for each in fields(body) if each.required} == required - {row.speaker, row.new}
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"nobody_knows": 1}', type=body)


@pytest.mark.parametrize("row", ORDERS, ids=lambda row: row.command.__name__)
def test_every_example_has_the_form_that_is_asked_for(row: Row) -> None:
    assert msgspec.json.decode(msgspec.json.encode(row.example), type=body_of(row))


def test_an_admin_joins_who_was_invited_too(client: Client) -> None:
    new = client.done("members", {}, GUS)["stream"]
    refused = client.post(f"members/{new}/join", {"name": "Lou"}, BEN)
    assert problem(refused, 404)["field"] == "member"
    client.done(f"members/{new}/join", {"name": "Lou"}, GUS)
    assert client.read(f"members/{new}")["entry"]["name"] == "Lou"
    in_anothers_name = client.post("challenges", POSTED | {"on_behalf_of": new}, GUS)
    assert problem(in_anothers_name, 403)["field"] == "on_behalf_of"


def test_nobody_dates_an_offer_of_time_or_an_ask_for_it(client: Client) -> None:
    for path in ("introductions", f"members/{ADA}/budget"):
        refused = client.post(path, {"occurred_at": "2025-09-01T08:00:00Z"})
        assert problem(refused, 400)["field"] == "occurred_at"


def test_two_who_met_may_part_although_a_conflict_came_between_them(client: Client) -> None:
    client.done(f"members/{BEN}/level", {"level": "partner"}, BEN)
    client.done(f"members/{BEN}/budget", {"minutes": 60, "period": "month"}, BEN)
    offered = client.done("introductions", {"helper": BEN, "minutes": 30})["stream"]
    client.done(f"members/{BEN}/conflicts", {"other": ADA, "kind": "declared"}, BEN)
    assert client.done(f"introductions/{offered}/decline", {}, BEN)["events"] == [
        "introduction.declined",
        "budget.time-released",
    ]


def test_limits_of_the_command_hold_at_the_door(client: Client) -> None:
    long = client.post("challenges", {"title": "x" * (TITLE_LIMIT + 1)})
    assert problem(long, 400)["field"] == "title"


def test_something_new_is_made_at_an_address_of_its_own(client: Client) -> None:
    answer = client.post("challenges", POSTED)
    made = answer.json()
    assert answer.status_code == 201
    assert made["events"] == ["challenge.posted"]
    assert made["id"] == made["stream"]
    assert answer.headers["location"] == f"{BASE}/challenges/{made['stream']}"
    assert answer.headers["x-position"] == str(made["position"])
    read = client.get(answer.headers["location"], params={"after_position": made["position"]})
    assert read.json()["title"] == POSTED["title"]
    assert read.json()["author"] == ADA


def test_a_retry_with_the_same_key_is_carried_out_once(client: Client, house: House) -> None:
    key = {"Idempotency-Key": "monday-1"}
    first = client.post("challenges", POSTED, headers=key)
    head = house.store.head()
    again = client.post("challenges", POSTED, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert house.store.head() == head


def test_a_key_belongs_to_the_one_who_sends_it(client: Client) -> None:
    key = {"Idempotency-Key": "monday-1"}
    ours, theirs = (client.done("challenges", POSTED, who, headers=key) for who in (ADA, BEN))
    assert ours["stream"] != theirs["stream"]


def test_the_same_key_with_another_body_is_refused(client: Client, house: House) -> None:
    key = {"Idempotency-Key": "monday-1"}
    client.done("challenges", POSTED, headers=key)
    head = house.store.head()
    other = client.post("challenges", POSTED | {"title": "Something else"}, headers=key)
    found = problem(other, 409)
    assert (found["type"], found["field"]) == ("/problems#key-reused", "Idempotency-Key")
    assert found["remedy"] == "use a new key for another one"
    assert house.store.head() == head


@pytest.mark.parametrize("key", ["", "x" * 201, "a b", "a\tb", "é"])
def test_a_key_that_cannot_be_one_is_refused(client: Client, key: str) -> None:
    answer = client.post("challenges", POSTED, headers={"Idempotency-Key": key.encode("latin-1")})
    assert problem(answer, 400)["field"] == "Idempotency-Key"


def test_what_a_key_says_is_not_kept(client: Client, house: House) -> None:
    client.done("challenges", POSTED, headers={"Idempotency-Key": "the-canary-key"})
    assert all("canary" not in each.envelope.command for each in house.store.page(0))


def test_who_read_an_older_version_is_stopped(client: Client) -> None:
    tag = client.get(f"challenges/{ABSENT}").headers["etag"]
    path = f"challenges/{ABSENT}/reframe"
    done = client.post(path, {"title": "In other words"}, headers={"If-Match": tag})
    assert done.status_code == 200
    stale = client.post(path, {"title": "In my words"}, headers={"If-Match": tag})
    assert problem(stale, 412)["type"] == "/problems#stale"
    assert done.headers["etag"] == client.get(f"challenges/{ABSENT}").headers["etag"]
    newest = client.post(path, {"title": "In my words"}, headers={"If-Match": done.headers["etag"]})
    assert newest.status_code == 200


@pytest.mark.parametrize("tag", ["1", "*", '"x"', '""', '"1", "2"', 'W/"1"', '"-1"', f'"{"9" * 65}"'])
def test_a_tag_that_cannot_be_one_is_refused(client: Client, tag: str) -> None:
    answer = client.post(f"challenges/{ABSENT}/reframe", {"title": "x"}, headers={"If-Match": tag})
    assert problem(answer, 400)["field"] == "If-Match"


def test_a_retry_of_what_was_carried_out_is_no_stale_one(client: Client) -> None:
    headers = {"If-Match": client.get(f"challenges/{ABSENT}").headers["etag"], "Idempotency-Key": "once"}
    once = client.post(f"challenges/{ABSENT}/reframe", {"title": "In other words"}, headers=headers)
    again = client.post(f"challenges/{ABSENT}/reframe", {"title": "In other words"}, headers=headers)
    assert (again.status_code, again.json()) == (200, once.json())


def test_a_tag_tells_nothing_of_a_mute(client: Client) -> None:
    before = client.get(f"members/{ADA}", BEN).headers["etag"]
    client.done(f"members/{ADA}/mutes", {"other": BEN})
    assert client.get(f"members/{ADA}", BEN).headers["etag"] == before


def test_whether_a_tag_is_stale_is_told_to_none_but_who_may_read(client: Client) -> None:
    client.done(f"members/{EVE}/budget", {"minutes": 60, "period": "month"}, EVE)
    own = client.get(f"members/{EVE}/budget", EVE).headers["etag"]
    for tag in (own, '"0"'):
        refused = client.post(
            f"members/{EVE}/budget", {"minutes": 1, "period": "month"}, BEN, headers={"If-Match": tag}
        )
        assert problem(refused, 404)


def test_what_changes_nothing_tells_so(client: Client, house: House) -> None:
    path, head = f"challenges/{ABSENT}/stage", house.store.head()
    answer = client.post(path, {"stage": "naming"})
    assert answer.status_code == 200
    assert answer.json() == {"stream": ABSENT, "id": ABSENT, "position": head, "events": []}


def test_an_answer_of_ones_own_is_made_with_an_id(client: Client) -> None:
    made = client.done(f"challenges/{ABSENT}/answers", {"text": "A call home helped."}, BEN)
    assert made["stream"] == ABSENT
    answers = client.read(f"challenges/{ABSENT}/answers")["items"]
    assert [(each["answer"], each["member"]) for each in answers] == [(made["id"], BEN)]


def test_a_facilitator_speaks_for_a_member_and_nobody_else_does(client: Client) -> None:
    spoken = POSTED | {"on_behalf_of": BEN}
    made = client.done("challenges", spoken, CLEO)
    assert client.read(f"challenges/{made['stream']}")["author"] == BEN
    for who in (ADA, GUS):
        assert problem(client.post("challenges", spoken, who), 403)["field"] == "on_behalf_of"
    problem(client.post("challenges", POSTED | {"author": BEN}, ADA), 403)


def test_a_facilitator_invites_and_joins_a_member(client: Client) -> None:
    new = client.done("members", {}, CLEO)["stream"]
    joined = client.done(f"members/{new}/join", {"name": "Kim", "on_behalf_of": new}, CLEO)
    assert joined["events"] == ["member.joined"]
    assert client.read(f"members/{new}")["entry"]["name"] == "Kim"


def test_the_past_can_be_told_and_the_future_cannot(client: Client) -> None:
    past = client.done("challenges", POSTED | {"occurred_at": "2025-09-01T08:00:00+02:00"})
    assert client.read(f"challenges/{past['stream']}")["posted_at"] == "2025-09-01T06:00:00Z"
    future = client.post("challenges", POSTED | {"occurred_at": "2999-01-01T00:00:00Z"})
    assert problem(future, 409)["field"] == "occurred_at"
    assert problem(client.post("challenges", POSTED | {"occurred_at": "2025-09-01T08:00:00"}), 400)


def test_a_position_without_a_text_of_ones_own_that_is_matched_is_neither_withdrawn_nor_returned(
    client: Client, house: House
) -> None:
    asked = client.done("coaching", {"title": "Ninth graders stay away"}, ADA)["position"]
    others = client.done("challenges", POSTED, BEN)["position"]
    head = house.store.head()
    for position in (asked, others, head + 1000, 1):
        for way in ("withdraw", "return"):
            refused = problem(client.post(f"members/{ADA}/texts/{way}", {"position": position}), 404)
            assert (refused["field"], "no text of yours" in refused["detail"]) == ("position", True)
    assert "only the member" in problem(client.post(f"members/{BEN}/texts/withdraw", {"position": 1}), 403)["detail"]
    assert house.store.head() == head


def test_a_text_of_ones_own_is_withdrawn_at_once_and_returned(client: Client) -> None:
    own = {"position": client.done("challenges", POSTED)["position"]}
    assert client.done(f"members/{ADA}/texts/withdraw", own)["events"] == ["words.withdrawn"]
    assert client.done(f"members/{ADA}/texts/withdraw", own)["events"] == []
    assert client.done(f"members/{ADA}/texts/return", own)["events"] == ["words.returned"]
