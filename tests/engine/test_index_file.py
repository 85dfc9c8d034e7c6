"""A start begins with what was written down, finds the same, and trusts nothing that is not whole and true."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from domain.challenges import PostChallenge, ReframeChallenge
from domain.members import LeaveNetwork
from engine import evidence_index, index_file, view_files
from engine.evidence_index import EvidenceIndex, Kept
from engine.followers import Views
from engine.sealing import KeyRing
from engine.vector_store import VectorStore
from models.encoder import Encoder
from projections import evidence
from tests.engine.counting import Counting
from tests.engine.test_evidence_index import told
from tests.engine.town import EXPERTS, NET, Town
from tests.histories import ADA, BEN, BUSES, CLEO, READING

NEEDS = ("reading aloud to third graders", "phonics", "late buses")


class Starts:
    """One network that is opened again and again; every change counts as worth writing down."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self.folder, self.encoder = folder, Counting(encoder)
        self.history = told()
        self.keys = KeyRing.in_memory()
        self.looked_at: list[int] = []
        self.open()

    def open(self) -> None:
        self.views = Views(self.folder / "net", NET, self.history)
        self.vectors = VectorStore(self.folder, self.keys, self.encoder.fingerprint)
        self.index = EvidenceIndex(NET, self.vectors, self.encoder)

    def close(self) -> None:
        self.index.write_down()
        self.views.close()
        self.vectors.close()

    def start(self) -> Kept:
        """Close, open, and catch up."""
        self.close()
        self.open()
        return self.keep_up()

    def keep_up(self) -> Kept:
        self.views.catch_up()
        with self.views.reading() as connection:
            return self.index.keep_up(connection, Views.position_in(connection))

    def found(self) -> list[object]:
        """Hits, what they are, and figures, for a few needs, now and as of every position."""
        answers: list[object] = []
        for text in NEEDS:
            vectors = self.index.vectors_of([(ADA, text)])
            for position in (None, *range(self.history.head() - 2, self.history.head() + 1)):
                view = self.index.corpus.as_of(position, kinds=["member:posted", "member:answered", "member:claims"])
                hits = view.search([text], vectors)
                answers.append((hits, self.index.shown(hits), view.figures([text], vectors)))
        return answers

    @property
    def file(self) -> Path:
        (path,) = (self.folder / "net").glob("views-*.index")
        return path


@pytest.fixture
def starts(tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Starts]:
    monkeypatch.setattr(evidence_index, "WORTH_IT", 1)
    starts = Starts(tmp_path, encoder)
    starts.keep_up()
    looked = evidence.evidence_after
    monkeypatch.setattr(evidence, "evidence_after", lambda c, after: starts.looked_at.append(after) or looked(c, after))
    yield starts
    starts.close()


def test_a_start_reads_what_was_written_down_and_only_the_tail_of_evidence(starts: Starts) -> None:
    before, then = starts.found(), starts.history.head()
    starts.encoder.counted()
    assert starts.start() == Kept()
    assert starts.looked_at == [then]
    assert starts.found() == before
    assert starts.encoder.counted() == 0


def test_what_began_and_ended_since_is_taken_in(starts: Starts) -> None:
    starts.start()
    starts.history.do(
        ReframeChallenge(challenge=READING, title="The buses come late"),
        PostChallenge(challenge=BUSES, author=BEN, title="Where to read aloud"),
        LeaveNetwork(member=CLEO),
    )
    starts.keep_up()
    before = starts.found()
    starts.index._unwritten = 0  # killed before it could write
    starts.start()
    assert starts.found() == before
    starts.start()
    assert starts.found() == before
    starts.history.do(PostChallenge(challenge="challenge-000000aa", author=ADA, title="Phonics at home"))
    starts.start()
    fresh = EvidenceIndex(NET, starts.vectors, starts.encoder)
    with starts.views.reading() as connection:
        fresh.keep_up(connection, Views.position_in(connection))
    now = [(hit.id, hit.score) for hit in starts.index.corpus.as_of().search(["phonics"], vectors(starts))]
    assert now == [(hit.id, hit.score) for hit in fresh.corpus.as_of().search(["phonics"], vectors(starts))]


def vectors(starts: Starts) -> evidence_index.Vectors:
    return starts.index.vectors_of([(ADA, "phonics")])


def test_it_is_for_its_owner_alone_and_leaves_no_draft(starts: Starts) -> None:
    starts.start()
    assert starts.file.stat().st_mode & 0o777 == 0o600
    assert {path.suffix for path in starts.file.parent.glob("views-*.index*")} == {".index"}


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:-1],
        lambda content: content[:40] + bytes([content[40] ^ 1]) + content[41:],
        lambda content: b"something else entirely, and long enough",
    ],
)
def test_a_damaged_one_is_made_anew(starts: Starts, damage: Callable[[bytes], bytes]) -> None:
    before = starts.found()
    starts.start()
    whole = starts.file.read_bytes()
    starts.close()
    starts.file.write_bytes(damage(whole))
    starts.open()
    assert starts.keep_up() == Kept()
    assert starts.looked_at[-1] == 0
    assert starts.found() == before
    starts.start()
    assert starts.looked_at[-1] > 0


def test_one_of_other_code_or_another_model_is_not_read(starts: Starts, monkeypatch: pytest.MonkeyPatch) -> None:
    starts.start()
    monkeypatch.setattr(index_file, "_fingerprint", lambda: "other")
    starts.start()
    assert starts.looked_at[-1] == 0
    starts.close()
    starts.encoder = Counting(starts.encoder.real, "another-00000000")
    starts.open()
    starts.keep_up()
    assert starts.looked_at[-1] == 0


def test_one_from_beyond_the_views_is_not_read(starts: Starts) -> None:
    """As after the events were restored from an older copy."""
    starts.start()
    starts.history.recorded = starts.history.recorded[:-1]
    ahead = starts.file.read_bytes()
    starts.views.rebuild()
    starts.close()
    (starts.folder / "net" / view_files.pointed_at(starts.folder / "net").with_suffix(".index").name).write_bytes(ahead)
    starts.open()
    starts.keep_up()
    assert starts.looked_at[-1] == 0


def test_whoever_was_erased_or_lost_vectors_is_not_brought_back(starts: Starts) -> None:
    starts.start()
    starts.keys.ensure([ADA, BEN, CLEO])
    starts.keys.destroy(CLEO)
    starts.start()
    assert CLEO not in starts.index.corpus.persons
    before = starts.found()
    starts.close()
    with sqlite3.connect(starts.folder / "vectors.db") as connection:
        connection.execute("delete from vectors where owner = ?", (BEN,))
    starts.open()
    assert starts.keep_up().lost > 0
    assert starts.found() == before


def test_a_rebuild_of_the_views_removes_it(starts: Starts) -> None:
    starts.start()
    old = starts.file
    starts.views.rebuild()
    assert not old.exists()
    assert not list(old.parent.glob("views-*.index"))


def test_nothing_is_written_beside_views_that_are_gone(starts: Starts) -> None:
    """Another process has rebuilt: what would lie there nobody would ever remove."""
    starts.index._unwritten = 9
    Views(starts.folder / "net", NET, starts.history).rebuild()
    starts.index.write_down()
    assert not list((starts.folder / "net").glob("views-*.index"))


def test_a_warm_system_gives_the_list_of_a_cold_one(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence_index, "WORTH_IT", 1)
    with Town(tmp_path, encoder) as town:
        listed = town.ask_for(EXPERTS)
    with Town(tmp_path, encoder) as again:
        again.warm(NET)
        assert again.ask_for(EXPERTS) == listed
        assert again.counting.texts == []
