"""What computes vectors is a network's own choice, by its policy: adopted by event, and kept apart from every other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.networks import AdoptPolicy, CharterNetwork, ProposePolicy
from domain.policies import MatchingPolicy, Numerics, hash_of
from domain.refusals import IllegalMove, Malformed, ModelTrouble
from engine.commands import Order, Sender, build
from engine.finding import find
from models.encoder import Encoder
from tests.engine.town import ABSENT, ADA, BEN, EXPERTS, NET, NOON, PEERS, Town

FASTER = MatchingPolicy(numerics=Numerics.OPENVINO)
OTHER_NET = "network-00000002"


@pytest.fixture
def town(tmp_path: Path, encoder: Encoder) -> Iterator[Town]:
    with Town(tmp_path, encoder) as town:
        yield town


def propose(town: Town, policy: MatchingPolicy) -> None:
    town.say(ProposePolicy(network=NET, policy=policy))


def adopt(town: Town, policy: MatchingPolicy) -> None:
    town.say(AdoptPolicy(network=NET, policy_hash=hash_of(policy)))


@pytest.mark.slow
def test_an_adopted_way_encodes_every_text_again_once_and_lists_say_what_they_were_made_with(town: Town) -> None:
    first, made = town.ask_for(PEERS), town.index(NET)
    propose(town, FASTER)
    assert town.ask_for(PEERS) == first  # proposed is not adopted
    town.counting.counted()
    adopt(town, FASTER)
    heard: list[int] = []
    again = town.index(NET, heard.append)
    assert (again.encoded, again.lost) == (heard[-1], 0)
    assert made == type(made)()
    second = town.ask_for(PEERS)
    assert "openvino" not in first.issued.inputs.encoder
    assert "openvino" in second.issued.inputs.encoder
    assert [pick.candidate for pick in second.issued.picks] == [pick.candidate for pick in first.issued.picks]
    issued = [recorded.event.inputs.encoder for recorded in town.store.stream(first.recommendation)]  # type: ignore[attr-defined]
    assert issued == [first.issued.inputs.encoder, second.issued.inputs.encoder]
    assert ABSENT in {found.subject for found in find(town, NET, BEN, "ninth grade attendance after the break")}
    assert town.counting.counted() == 0
    adopt(town, MatchingPolicy())
    assert town.ask_for(PEERS).issued.inputs.encoder == first.issued.inputs.encoder
    assert town.counting.counted() == 0  # its vectors stayed where they were


def test_networks_with_the_same_way_share_one_encoder(town: Town) -> None:
    sender = Sender(network=OTHER_NET, actor="operator", command_id="other")
    town.commands.handle(
        Order(command=CharterNetwork(network=OTHER_NET, name="Hillside", policy=FASTER), at=NOON), sender
    )
    propose(town, FASTER)
    adopt(town, FASTER)
    with town.evidence(OTHER_NET) as (_, _, other):
        assert "openvino" in other.fingerprint
        assert other is town.at_hand.encoding(Numerics.OPENVINO)[0]


def test_a_way_that_nobody_knows_is_refused() -> None:
    with pytest.raises(Malformed, match="one of: plain, openvino"):
        build(ProposePolicy, network=NET, policy={"numerics": "abacus"})


def test_a_way_that_is_not_installed_is_refused_when_it_is_proposed_or_adopted(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    propose(town, FASTER)
    monkeypatch.setattr("models.numerics.find_spec", lambda _: None)
    with pytest.raises(IllegalMove, match="openvino is not installed here"):
        adopt(town, FASTER)
    with pytest.raises(IllegalMove, match="openvino is not installed here"):
        propose(town, MatchingPolicy(numerics=Numerics.OPENVINO, list_length=7))
    assert town.ask_for(EXPERTS).issued.inputs.encoder == town.counting.fingerprint


def test_where_it_is_gone_after_its_adoption_lists_are_refused_with_what_helps(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    propose(town, FASTER)
    adopt(town, FASTER)
    monkeypatch.setattr("models.numerics.find_spec", lambda _: None)
    with pytest.raises(ModelTrouble, match=r"pip install 'confrere\[openvino\]'"):
        town.ask_for(PEERS, ABSENT, ADA)
    adopt(town, MatchingPolicy())  # the way back is open
    assert town.picks(PEERS) == [BEN]
