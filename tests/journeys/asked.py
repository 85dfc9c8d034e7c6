"""A running system filled from real files, whose every list is held against those files."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from domain.challenges import PostChallenge
from domain.kernel import Command
from domain.networks import CharterNetwork
from domain.recommendations import ListKind, Reason, RecommendationsIssued
from domain.vocabulary import OPERATOR, Confidentiality
from engine.commands import Order, Sender
from engine.importing import plan_import, run_import
from engine.importing.ids import Ids
from engine.runtime import Confrere
from engine.settings import Settings
from engine.snapshot import Vectors
from models.encoder import Encoder
from projections import challenge_board, evidence
from tests.journeys.conftest import ROOT

NET = "network-0000000000000001"


class Remembering:
    """The real encoder, which is given each text once however many systems are filled from one file."""

    def __init__(self, encoder: Encoder) -> None:
        self.real = encoder
        self.fingerprint = encoder.fingerprint
        self.width = encoder.width
        self.known: dict[str, np.ndarray] = {}

    ready = True

    def encode(self, texts: Sequence[str]) -> Vectors:
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        if new:
            self.known |= zip(new, self.real.encode(new), strict=True)
        return np.stack([self.known[text] for text in texts])


class Asked(Confrere):
    """The running system with one network, filled from real files, whose reasons are held against those files."""

    def __init__(self, folder: Path, encoder: Remembering) -> None:
        super().__init__(Settings(data=folder / "data", master_key=folder / "master.key"))
        self.__dict__["encoder"] = encoder
        self.say(CharterNetwork(network=NET, name="A real network"))
        self.ids = Ids(NET, self.keys).of
        self.told: dict[tuple[str, str], set[str]] = {}

    def take(self, folder: Path, mapping: str) -> None:
        plan = plan_import(folder, NET, self.keys, ROOT / "docs" / "mappings" / mapping)
        report = run_import(plan, self.commands, self.store)
        assert report.refusals == ()
        assert report.events > 0

    def say(self, command: Command, by: str | None = None) -> None:
        order = Order(command=command, at=datetime.now(UTC), on_behalf_of=by)
        self.commands.handle(order, Sender(network=NET, actor=OPERATOR, command_id=str(self.store.head())))

    def post(self, author: str, title: str, text: str) -> str:
        challenge = self.ids("challenge", title)
        self.say(PostChallenge(challenge=challenge, author=author, title=title, text=text), by=author)
        return challenge

    def found(self, reader: str, need: str, kind: ListKind) -> list[str]:
        """Who or what is on the list, of which everything else that must hold of any list is checked."""
        first = self.recommend(NET, reader, need, kind)
        assert [reason for pick in first.issued.picks for reason in self.untrue(pick.candidate, pick.reasons)] == []
        assert all(pick.reasons for pick in first.issued.picks)
        self.expect_open_reasons(first.issued)
        head = self.store.head()
        assert self.recommend(NET, reader, need, kind) == first
        assert self.store.head() == head
        self.expect_words(first.recommendation, first.issued)
        return [pick.candidate for pick in first.issued.picks]

    def pieces(self, reasons: Sequence[Reason]) -> list[evidence.Evidence]:
        known = self.ask(NET, lambda c: evidence.evidence(c, [reason.evidence for reason in reasons]))
        return [known[reason.evidence] for reason in reasons]

    def untrue(self, candidate: str, reasons: Sequence[Reason]) -> list[evidence.Evidence]:
        """Reasons that are not this candidate's, or whose words the files do not have from them."""
        return [
            piece
            for piece in self.pieces(reasons)
            if piece.subject != candidate or piece.text not in self.told.get((candidate, str(piece.says)), ())
        ]

    def expect_open_reasons(self, issued: RecommendationsIssued) -> None:
        for pick in issued.picks:
            assert self._whose(pick.candidate) != issued.reader
            for reason, piece in zip(pick.reasons, self.pieces(pick.reasons), strict=True):
                assert reason.says == piece.says
                assert piece.since <= issued.inputs.position
                assert piece.until is None or piece.until > issued.inputs.position
                assert piece.confidentiality in {Confidentiality.PUBLIC, Confidentiality.NETWORK}
                assert piece.challenge != issued.need

    def expect_words(self, recommendation: str, issued: RecommendationsIssued) -> None:
        worded = self.explain(NET, recommendation)
        assert worded.need_title
        assert [pick.candidate for pick in worded.picks] == [pick.candidate for pick in issued.picks]
        for pick, stored in zip(worded.picks, issued.picks, strict=True):
            assert pick.name
            for reason, piece in zip(pick.reasons, self.pieces(stored.reasons), strict=True):
                assert reason.excerpt.strip("…") in piece.text.replace("|", ", ")
                assert reason.excerpt
                assert reason.says

    def _whose(self, candidate: str) -> str:
        if not candidate.startswith("challenge-"):
            return candidate
        return self.ask(NET, lambda c: challenge_board.author(c, candidate))
