"""Anybody in the network can check over HTTP what they hold of its history; nothing written comes with it."""

import base64

import pytest

from domain.challenges import PostChallenge
from domain.members import LeaveNetwork
from engine.leaves import leaf_of
from engine.merkle import verify_consistency, verify_inclusion
from engine.notes import opened
from tests.api.http.house import ADA, BEN, CLEO, DAN, GUS, HAL, ZOE, Client, House, problem
from tests.engine.town import NET


def bytes_of(texts: list[str]) -> list[bytes]:
    return [base64.b64decode(each) for each in texts]


@pytest.mark.parametrize("who", [ADA, CLEO, DAN, GUS, HAL])
def test_everybody_in_the_network_reads_the_checkpoint_and_verifies_it(house: House, client: Client, who: str) -> None:
    note = house.proofs(NET).sign()
    read, key = client.read("proof/checkpoint", who), client.read("proof/key", who)["key"]
    assert read == {"checkpoint": note, "key": key}
    assert opened(read["checkpoint"], key).size == len(house.store.rows(0, network=NET)) - 1


def test_before_anything_was_signed_there_is_no_checkpoint(client: Client) -> None:
    assert "quiet hour" in problem(client.get("proof/checkpoint"), 404)["remedy"]
    problem(client.get("proof/events/1"), 404)


def test_an_event_is_proven_to_a_member(house: House, client: Client) -> None:
    house.proofs(NET).sign()
    row = house.store.rows(4, network=NET, limit=1)[0]
    read = client.read(f"proof/events/{row[0]}")
    checkpoint = opened(read["checkpoint"], client.read("proof/key")["key"])
    assert base64.b64decode(read["leaf"]) == leaf_of(row)
    proof = bytes_of(read["proof"])
    assert verify_inclusion(leaf_of(row), read["index"], checkpoint.size, proof, checkpoint.root)


def test_a_proof_within_an_older_size_comes_without_a_note(house: House, client: Client) -> None:
    old = opened(house.proofs(NET).sign(), house.proofs(NET).verifier_key)
    house.say(PostChallenge(challenge="challenge-0000000900", author=BEN, title="One more"))
    house.proofs(NET).sign()
    read = client.read(f"proof/events/5?size={old.size}")
    assert read["checkpoint"] is None
    assert base64.b64decode(read["root"]) == old.root
    grown = client.read(f"proof/consistency?first={old.size}")
    new = opened(client.read("proof/checkpoint")["checkpoint"], client.read("proof/key")["key"])
    assert (grown["first"], grown["second"]) == (old.size, new.size)
    assert verify_consistency(old.size, new.size, old.root, new.root, bytes_of(grown["proof"]))


def test_what_makes_no_sense_is_refused(house: House, client: Client) -> None:
    house.proofs(NET).sign()
    head = house.store.head()
    for path in (
        "events/0",
        f"events/{head}",
        f"events/{head + 1}",
        "events/x",
        "events/1?size=99999",
        "consistency?first=99999",
    ):
        assert problem(client.get(f"proof/{path}"), 404)["detail"]
    for path in ("consistency", "consistency?first=-1", "consistency?first=x", "events/1?size=x", "key?size=1"):
        problem(client.get(f"proof/{path}"), 400)
    problem(client.get("proof/consistency?first=5&second=3"), 409)


def test_another_networks_proofs_are_as_if_there_were_none(house: House, client: Client) -> None:
    house.proofs(NET).sign()
    for path in ("checkpoint", "key", "events/1", "consistency?first=1"):
        problem(client.get(f"proof/{path}", ZOE), 404)
        problem(client.get(f"proof/{path}", None), 401)


def test_nothing_is_proven_to_who_left(house: House, client: Client) -> None:
    house.proofs(NET).sign()
    house.say(LeaveNetwork(member=ADA))
    problem(client.get("proof/checkpoint", ADA), 404)


def test_reading_proofs_appends_nothing(house: House, client: Client) -> None:
    house.proofs(NET).sign()
    head = house.store.head()
    for path in ("checkpoint", "key", "events/1", "consistency?first=1"):
        client.read(f"proof/{path}", DAN)
    assert house.store.head() == head


def test_a_refusal_names_the_parameter_at_fault_and_advises_nothing_of_the_command_line(
    house: House, client: Client
) -> None:
    unsigned = problem(client.get("proof/consistency?first=1"), 404)
    house.proofs(NET).sign()
    assert problem(client.get("proof/consistency?first=99999"), 404)["field"] == "first"
    assert problem(client.get("proof/consistency?first=1&second=99999"), 404)["field"] == "second"
    assert problem(client.get("proof/events/5?size=99999"), 404)["field"] == "size"
    nothing, later = (problem(client.get(f"proof/events/{at}"), 404) for at in (0, house.store.head()))
    for refused in (unsigned, nothing, later):
        assert "confrere" not in refused["remedy"]
