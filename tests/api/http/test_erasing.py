"""To be erased over HTTP: by oneself or an admin, unless a hold stands; then nothing of theirs is read any more."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.challenges import AnswerChallenge
from domain.kernel import ERASED
from domain.recommendations import ListKind
from domain.vocabulary import OPERATOR
from engine import erasing
from engine.commands import Sender
from models.encoder import Encoder
from tests.api.http.house import ADA, BEN, CLEO, DAN, GUS, NET, Client, House, opened, problem
from tests.engine.canaries import found_in
from tests.engine.town import ABSENT, MONDAYS

ERASE = f"members/{ADA}/erase"
MEANT = {"for_ever": True}
HERS = "absences of ninth graders doubled"
ASKS = f"Ask Name of {ADA}, she knows."


@pytest.fixture
def house(tmp_path: Path, encoder: Encoder) -> Iterator[House]:
    with House(tmp_path, encoder) as house:
        house.say(AnswerChallenge(challenge=MONDAYS, answer="answer-00000002", member=CLEO, text=ASKS), id="asks")
        house.index(NET)
        yield house


@pytest.fixture
def client(house: House) -> Iterator[Client]:
    with opened(house) as client:
        yield client


def erased(client: Client) -> dict[str, Any]:
    """Once it is done."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        (found,) = client.read("erasures", CLEO)["items"]
        if found["erased_at"]:
            return dict(found)
        time.sleep(0.1)
    raise AssertionError("it goes on and on")


def test_who_erases_themselves_is_gone_from_every_answer_and_every_file(
    client: Client, house: House, tmp_path: Path
) -> None:
    assert found_in(tmp_path, {HERS})
    assert client.read(f"challenges/{ABSENT}", BEN)["text"].lower().startswith(HERS)
    first = client.done(ERASE, MEANT, ADA, headers={"Idempotency-Key": "once"})
    assert "member.erased" in first["events"]
    found = erased(client)
    assert found["named"] == [MONDAYS]
    assert not found_in(tmp_path, {HERS})
    problem(client.get("/api/v1/me", ADA), 401)
    problem(client.get(f"members/{ADA}", BEN), 404)
    assert HERS not in client.get("challenges", BEN).text.lower()
    assert client.read(f"challenges/{MONDAYS}/answers", BEN)["items"][-1]["text"] == ASKS, "that is another's"
    again = client.done(ERASE, MEANT, GUS)
    assert again["events"] == []


def test_nobody_else_erases_anybody_but_an_admin(client: Client) -> None:
    for who in (BEN, CLEO, DAN):
        assert "only the member or an admin" in problem(client.post(ERASE, MEANT, who), 403)["detail"]
    assert problem(client.post(ERASE, {"for_ever": False}, ADA), 409)["field"] == "for_ever"
    problem(client.post(ERASE, {}, ADA), 400)
    problem(client.post("members/member-00000abc/erase", MEANT, GUS), 404)
    client.done(ERASE, MEANT, GUS)
    assert erased(client)["begun_at"]


def test_a_hold_forbids_it_in_words_and_the_wish_is_kept(client: Client) -> None:
    client.done(f"members/{ADA}/hold", {"reason": "a lawsuit is pending"}, GUS)
    refused = problem(client.post(ERASE, MEANT, ADA), 409)
    assert "legal hold" in refused["detail"]
    assert "lawsuit" not in refused["detail"]
    client.done(f"members/{ADA}/erasure", {}, ADA)
    (seen,) = client.read("erasures", GUS)["items"]
    assert (seen["hold"], seen["begun_at"]) == ("a lawsuit is pending", None)
    assert seen["requested_at"]
    assert client.read("erasures", CLEO)["items"][0]["hold"] == "", "why is an admin's to know"
    problem(client.get("erasures", BEN), 403)
    client.done(f"members/{ADA}/hold/lift", {"reason": "it was settled"}, GUS)
    client.done(ERASE, MEANT, ADA)
    assert erased(client)["erased_at"]


def test_whom_another_process_erases_is_gone_from_this_ones_answers_too(
    client: Client, house: House, tmp_path: Path, encoder: Encoder
) -> None:
    for path in ("challenges", f"challenges/{ABSENT}", f"members/{ADA}"):
        assert client.read(path, BEN), "kept from now on"
    client.done("recommendations", {"need": MONDAYS, "kind": ListKind.PEERS}, BEN)
    with House(tmp_path, encoder) as elsewhere:
        sender = Sender(network=NET, actor=OPERATOR, command_id="erase-her")
        elsewhere.erasures.begin(NET, ADA, sender)
        elsewhere.erasures.finish(NET, ADA)
    answers = [client.get(path, BEN) for path in ("challenges", f"challenges/{ABSENT}", "recommendations")]
    assert all(each.status_code == 200 and HERS not in each.text.lower() for each in answers)
    assert client.read(f"challenges/{ABSENT}", BEN)["title"] == ERASED
    problem(client.get(f"members/{ADA}", BEN), 404)
    picks = client.done("recommendations", {"need": MONDAYS, "kind": ListKind.PEERS}, BEN)
    assert ADA not in str(picks)
    assert not found_in(tmp_path, {HERS})


def test_who_may_not_erase_is_refused_before_the_whole_history_is_read(
    client: Client, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[object] = []
    look_for = erasing.look_for
    monkeypatch.setattr(erasing, "look_for", lambda *asked: read.append(asked) or look_for(*asked))
    problem(client.post(ERASE, MEANT, BEN), 403)
    assert not read
    client.done(ERASE, MEANT, ADA)
    assert len(read) == 1
    house.erasures.finish(NET, ADA)


def test_a_key_that_came_before_with_something_else_erases_nobody_and_says_so(client: Client) -> None:
    key = {"Idempotency-Key": "once"}
    client.done("challenges", {"title": "Late buses"}, ADA, headers=key)
    assert problem(client.post(ERASE, MEANT, ADA, headers=key), 409)["field"] == "Idempotency-Key"
    assert client.read(f"members/{ADA}", BEN)["entry"]["name"] == f"Name of {ADA}"


def test_a_draft_that_names_somebody_is_told_to_nobody(client: Client, house: House) -> None:
    draft = {"title": f"What Name of {ADA} said", "text": "It was late."}
    case = client.done("coaching", draft, BEN)["stream"]
    client.done(ERASE, MEANT, ADA)
    (found,) = client.read("erasures", CLEO)["items"]
    assert MONDAYS in found["named"]
    assert case not in found["named"]
    house.erasures.finish(NET, ADA)
