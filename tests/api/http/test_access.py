"""Who may use what: every route declares it, and every role is tried at every address."""

from typing import Any

import pytest
from litestar.routes import HTTPRoute

from api.http.access import ACCESS, Access
from api.http.app import endpoints
from api.http.endpoints import Endpoint
from domain.members import DeclareConflict, LeaveNetwork, MuteMember
from domain.vocabulary import Confidentiality
from tests.api.http.house import (
    ADA,
    BASE,
    BEN,
    CLEO,
    DAN,
    ELSEWHERE,
    EVE,
    GUS,
    HAL,
    IDA,
    ZOE,
    Client,
    House,
    problem,
)
from tests.engine.town import ABSENT, MONDAYS

ALLOWED = {
    Access.MEMBER: {ADA, CLEO, DAN, GUS, HAL},
    Access.TAKES_PART: {ADA, CLEO, GUS},
    Access.INVITED: {ADA, CLEO, GUS},
    Access.STAFF: {CLEO, GUS},
    Access.AUDITOR: {DAN},
    Access.ADMIN: {GUS},
    Access.DECISIONS: {CLEO, DAN, GUS},
    Access.FIGURES: {CLEO, DAN, GUS, HAL},
}
PEOPLE = (ADA, CLEO, DAN, GUS, HAL)  # plain, facilitator, auditor, admin, sponsor
TABLE = [each for each in endpoints() if each.follows is None]
NAMES = {
    "member": BEN,
    "challenge": MONDAYS,
    "answer": "answer-00000001",
    "resource": "resource-00000001",
    "site": "site-00000001",
    "introduction": "introduction-00000001",
    "recommendation": "recommendation-00000001",
    "decision": "recommendation-00000001",
    "candidate": BEN,
    "coaching": "coaching-00000001",
    "session": "session-00000001",
    "step": "step-00000001",
    "theme": "theme-00000001",
    "policy_hash": "0" * 64,
    "position": "1",
}
QUERIES = {
    "search": {"q": "attendance"},
    "prove_consistency": {"first": 1},
    "read_changes": {"begin": 3, "end": 4},
}  # where something has to be asked


def path_of(endpoint: Endpoint, network: str | None = None) -> str:
    return endpoint.path.format(network=network or BASE.rpartition("/")[2], **NAMES)


def asked(client: Client, endpoint: Endpoint, who: str | None, network: str | None = None, **more: Any) -> Any:
    """A request of the right form, so that nothing but access or the state of things refuses it."""
    if endpoint.method == "POST":
        more["json"] = endpoint.example
    if endpoint.name in QUERIES:
        more["params"] = QUERIES[endpoint.name]
    answer = client.send(endpoint.method, path_of(endpoint, network), who, **more)
    if answer.status_code >= 400:
        problem(answer, answer.status_code)
    return answer


def refused_for_the_role(answer: Any) -> bool:
    return answer.status_code == 403 and answer.json()["detail"].startswith("this is for ")


def test_every_route_declares_its_access(client: Client) -> None:
    app: Any = client.web.app
    declared = {
        (route.path, method): handler.opt.get(ACCESS)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in handler.http_methods
        if "options_handler" not in handler.handler_name
    }
    assert all(isinstance(access, Access) for access in declared.values()), declared
    private = {path for (path, method), access in declared.items() if access is not Access.PUBLIC}
    public = {path for (path, method), access in declared.items() if access is Access.PUBLIC and method != "OPTIONS"}
    assert all(path.startswith("/api/v1/") for path in private)
    assert not any(path.startswith("/api/") for path in public)


@pytest.mark.parametrize("who", PEOPLE)
def test_every_role_reaches_what_is_declared_and_nothing_else(client: Client, who: str) -> None:
    for endpoint in TABLE:
        answer = asked(client, endpoint, who)
        assert refused_for_the_role(answer) == (who not in ALLOWED[endpoint.access]), (endpoint.name, answer.text)
        assert answer.status_code in {200, 201, 403, 404, 409}, (endpoint.name, answer.text)


def test_nobody_gets_in_without_a_good_token(client: Client, house: House) -> None:
    token, held = house.tokens.create(BASE.rpartition("/")[2], ADA)
    house.tokens.revoke(held.token)
    for endpoint in TABLE:
        for bad in (None, "nonsense", "", token, token[:-1], "confrere__", "confrere_é_é"):
            headers = {} if bad is None else {"Authorization": f"Bearer {bad}".encode()}
            answer = asked(client, endpoint, None, headers=headers)
            assert problem(answer, 401)["type"] == "/problems#unauthenticated"
            assert answer.headers["www-authenticate"].startswith("Bearer")


def test_another_network_is_as_if_there_were_none(client: Client) -> None:
    for endpoint in (each for each in TABLE if "{network}" in each.path):
        theirs, ours_of_them = asked(client, endpoint, ADA, ELSEWHERE), asked(client, endpoint, ZOE)
        nowhere = asked(client, endpoint, ADA, "network-0000dead")
        assert problem(theirs, 404) == problem(nowhere, 404) == problem(ours_of_them, 404)


def test_roles_hold_as_soon_as_they_are_granted_and_end_with_their_withdrawal(client: Client) -> None:
    problem(client.get("events", ADA), 403)
    client.done(f"members/{ADA}/roles", {"role": "auditor"}, GUS)
    assert client.get("events", ADA).status_code == 200
    problem(client.post("challenges", {"title": "Only an auditor now"}, ADA), 403)
    client.done(f"members/{ADA}/roles/withdraw", {"role": "auditor"}, ADA)
    problem(client.get("events", ADA), 403)


def test_an_expired_token_is_no_token(client: Client, house: House) -> None:
    assert client.get("/api/v1/me").status_code == 200
    house.later(days=91)
    problem(client.get("/api/v1/me"), 401)


def test_a_token_that_is_revoked_ends_at_once(client: Client, house: House) -> None:
    token, held = house.tokens.create(BASE.rpartition("/")[2], ADA)
    assert client.get("/api/v1/me", token).status_code == 200
    house.tokens.revoke(held.token)
    problem(client.get("/api/v1/me", token), 401)


def test_who_left_finds_no_network(client: Client, house: House) -> None:
    house.say(LeaveNetwork(member=EVE))
    assert problem(client.get("/api/v1/me", EVE), 404)["detail"] == "there is no such network"


def test_who_was_removed_comes_back_once_invited_anew(client: Client) -> None:
    client.done(f"members/{EVE}/leave", {}, CLEO)
    refused = problem(client.post(f"members/{EVE}/join", {"name": "Eve"}, EVE), 403)
    assert "invited anew" in refused["detail"]
    assert client.done("members", {"member": EVE}, CLEO)["events"] == ["member.invited"]
    assert client.done("members", {"member": EVE}, CLEO)["events"] == []
    problem(client.get("members", EVE), 404)
    assert client.done(f"members/{EVE}/join", {"name": "Eve"}, EVE)["events"] == ["member.joined"]


def test_an_invited_one_may_join_and_nothing_else(client: Client) -> None:
    for path in ("/api/v1/me", "members", "challenges"):
        problem(client.get(path, IDA), 404)
    problem(client.post("challenges", {"title": "Not yet"}, IDA), 404)
    problem(client.post(f"members/{BEN}/join", {}, IDA), 404)
    assert client.done(f"members/{IDA}/join", {"name": "Ida"}, IDA)["events"] == ["member.joined"]
    assert client.read("/api/v1/me", IDA)["profile"]["entry"]["name"] == "Ida"


def test_what_one_may_not_see_answers_as_if_it_did_not_exist(client: Client, house: House) -> None:
    posted = client.done("challenges", {"title": "For me alone", "confidentiality": Confidentiality.SEALED}, ADA)[
        "stream"
    ]
    assert client.get(f"challenges/{posted}", ADA).status_code == 200
    missing = f"challenge-{'0' * 32}"
    bodies = {
        "reframe": {"title": "Mine now"},
        "answers": {"text": "I read it"},
        "resolve": {},
        "stage": {"stage": "testing"},
    }
    for who in (BEN, CLEO, DAN, GUS):
        there, not_there = client.get(f"challenges/{posted}", who), client.get(f"challenges/{missing}", who)
        assert problem(there, 404) == problem(not_there, 404)
    for action, body in bodies.items():
        there = client.post(f"challenges/{posted}/{action}", body, BEN)
        assert problem(there, 404) == problem(client.post(f"challenges/{missing}/{action}", body, BEN), 404)
    need = client.post("recommendations", {"need": posted}, BEN)
    assert problem(need, 404) == problem(client.post("recommendations", {"need": missing}, BEN), 404)


def test_who_must_not_meet_is_not_there(client: Client, house: House) -> None:
    house.say(DeclareConflict(member=ADA, other=BEN, kind="family"))
    for one, other in ((ADA, BEN), (BEN, ADA)):
        problem(client.get(f"members/{other}", one), 404)
        assert other not in {each["member"] for each in client.read("members", one)["items"]}
    problem(client.get(f"challenges/{MONDAYS}", ADA), 404)
    assert MONDAYS not in {each["challenge"] for each in client.read("challenges", ADA)["items"]}
    problem(client.post(f"challenges/{MONDAYS}/answers", {"text": "hello"}, ADA), 404)
    assert MONDAYS not in {each["subject"] for each in client.read("search?q=Mondays", ADA)}


def test_a_mute_is_seen_by_nobody_but_who_muted(client: Client, house: House) -> None:
    house.say(MuteMember(member=ADA, other=BEN), by=ADA)
    assert client.read("/api/v1/me", ADA)["muted"] == [BEN]
    problem(client.get(f"members/{BEN}", ADA), 404)
    assert client.get(f"members/{ADA}", BEN).status_code == 200
    assert client.get(f"challenges/{ABSENT}", BEN).status_code == 200
