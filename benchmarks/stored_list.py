"""The demo network with one list on record, drawn up by hand so that no text has to be encoded for it."""

from pathlib import Path
from typing import Final

from msgspec import json

from api import demo
from domain.recommendations import Inputs, IssueRecommendations, Listing, ListKind, Pick, Reason
from domain.vocabulary import ENGINE, MemberId, StreamId
from engine.commands import Order, Sender
from engine.runtime import Confrere
from engine.settings import Settings
from models.lexical import terms
from projections import challenge_board
from projections.evidence import Evidence, all_evidence
from projections.network_setting import setting

PICKS, REASONS = 5, 2
LIST: Final = "recommendation-00000001"
NETWORK: Final = demo.NETWORK


def recorded(folder: Path) -> str:
    """The token of the list's reader; all is in folder/data."""
    settings = Settings(data=folder / "data", master_key=folder / "master.key")
    with Confrere(settings) as system:
        demo.tell(system)
        need = demo.challenges(system)[0]
        reader = system.ask(NETWORK, lambda connection: challenge_board.author(connection, need))
        order = Order(command=_issue(system, reader, need), at=system.clock(), on_behalf_of=reader)
        system.commands.handle(order, Sender(network=NETWORK, actor=ENGINE, command_id="command-00000001"))
        return system.tokens.create(NETWORK, reader)[0]


def _issue(system: Confrere, reader: MemberId, need: StreamId) -> IssueRecommendations:
    known = system.ask(NETWORK, all_evidence)
    words = system.ask(NETWORK, lambda connection: challenge_board.challenge(connection, need))
    assert words is not None
    listing = Listing(
        inputs=Inputs(
            position=system.store.head(),
            policy_hash=system.ask(NETWORK, setting).policy_hash,
            encoder="none",
            seed=0,
            items=len(known),
            words_share=0.5,
        ),
        terms=json.encode(dict.fromkeys(terms(words.text), 3)).decode(),
        picks=_picks(known, reader),
    )
    return IssueRecommendations(recommendation=LIST, reader=reader, need=need, kind=ListKind.PEERS, listing=listing)


def _picks(known: list[Evidence], reader: MemberId) -> tuple[Pick, ...]:
    """The first members about whom there is evidence enough."""
    of_members: dict[MemberId, list[Evidence]] = {}
    for each in known:
        if each.subject_kind == "member" and each.until is None and each.subject != reader:
            of_members.setdefault(each.subject, []).append(each)
    chosen = [(member, found[:REASONS]) for member, found in of_members.items() if len(found) >= REASONS][:PICKS]
    return tuple(
        Pick(
            candidate=member,
            score=0.5,
            parts={"words": 0.2, "meaning": 0.3},
            reasons=tuple(Reason(says=each.says, evidence=each.id, part="meaning", value=0.15) for each in found),
        )
        for member, found in chosen
    )
