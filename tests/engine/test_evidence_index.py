import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from domain.challenges import AnswerChallenge, PostChallenge, ReframeChallenge
from domain.members import ClaimExpertise, DescribeProfile, JoinNetwork, LeaveNetwork
from domain.refusals import Unknown
from domain.vocabulary import Confidentiality
from engine.evidence_index import EvidenceIndex, Kept, Vectors
from engine.followers import Views
from engine.sealing import KeyRing
from engine.vector_store import VectorStore
from models.encoder import Encoder
from tests.engine.counting import Counting
from tests.histories import ADA, BEN, BUSES, CLEO, DESKS, NET, READING, History, begun


class Desk:
    """A network's history, its views in memory, and a vector store on disk that indexes come and go over."""

    def __init__(self, folder: Path, encoder: Counting) -> None:
        self.folder = folder
        self.encoder = encoder
        self.history = told()
        self.keys = KeyRing.in_memory()
        self.views = Views(None, NET, self.history)
        self.open()

    def open(self, encoder: Counting | None = None) -> None:
        """As after a new start: nothing is known but what lies on disk."""
        self.close()
        self.encoder = encoder or self.encoder
        self.vectors = VectorStore(self.folder, self.keys, self.encoder.fingerprint)
        self.index = EvidenceIndex(NET, self.vectors, self.encoder)

    def close(self) -> None:
        if "vectors" in self.__dict__:
            self.vectors.close()

    def keep_up(self) -> Kept:
        self.views.catch_up()
        with self.views.reading() as connection:
            return self.index.keep_up(connection, Views.position_in(connection))

    def found(self, text: str, position: int | None = None) -> list[tuple[str, float]]:
        vectors = self.index.vectors_of([(ADA, text)])
        return [(hit.id, hit.score) for hit in self.index.corpus.as_of(position).search([text], vectors)]

    def delete(self, where: str = "true") -> int:
        with sqlite3.connect(self.folder / "vectors.db") as connection:
            return connection.execute(f"delete from vectors where {where}").rowcount


def told() -> History:
    history = begun()
    history.do(
        DescribeProfile(member=BEN, text="I teach reading to third graders."),
        ClaimExpertise(member=BEN, topic="phonics"),
        PostChallenge(challenge=READING, author=ADA, title="Third graders stall in reading"),
        AnswerChallenge(challenge=READING, answer="answer-00000001", member=CLEO, text="We read aloud every day."),
    )
    return history


TEXTS = 4  # of the told history: a problem is evidence twice and encoded once


@pytest.fixture
def desk(tmp_path: Path, encoder: Encoder) -> Iterator[Desk]:
    desk = Desk(tmp_path, Counting(encoder))
    yield desk
    desk.close()
    desk.views.close()


def test_every_text_is_encoded_once(desk: Desk) -> None:
    assert desk.keep_up() == Kept(encoded=TEXTS)
    assert desk.encoder.counted() == TEXTS
    assert len(desk.index.corpus) == TEXTS + 1
    assert desk.keep_up() == Kept()
    desk.history.do(PostChallenge(challenge=BUSES, author=BEN, title="The buses come late"))
    assert desk.keep_up() == Kept(encoded=1)
    assert desk.encoder.texts == ["The buses come late"]


def test_what_only_a_group_may_read_enters_no_index(desk: Desk) -> None:
    desk.history.do(
        PostChallenge(challenge=DESKS, author=ADA, title="A quarrel", confidentiality=Confidentiality.GROUP),
        PostChallenge(challenge=BUSES, author=ADA, title="A doubt", confidentiality=Confidentiality.PAIR),
    )
    answer = AnswerChallenge(challenge=DESKS, answer="answer-00000002", member=BEN, text="Speak with both.")
    desk.history.do(answer, by=None)  # recorded by the operator, for one of the group
    assert desk.keep_up() == Kept(encoded=TEXTS)
    assert not {"A quarrel", "Speak with both.", "A doubt"} & set(desk.encoder.texts)
    assert desk.vectors.count() == TEXTS


def test_a_new_start_and_a_rebuild_encode_nothing(desk: Desk) -> None:
    desk.keep_up()
    before = desk.found("reading")
    desk.encoder.counted()
    desk.open()
    desk.views.rebuild()
    assert desk.keep_up() == Kept()
    assert desk.found("reading") == before
    assert desk.encoder.counted() == 0


def test_lost_vectors_are_made_again_and_told(desk: Desk) -> None:
    desk.keep_up()
    before = desk.found("reading")
    lost = desk.delete(f"owner = '{BEN}'")
    desk.history.do(PostChallenge(challenge=BUSES, author=BEN, title="The buses come late"))
    desk.encoder.counted()
    desk.open()
    assert (lost, desk.keep_up()) == (2, Kept(encoded=1, lost=2))
    assert desk.encoder.counted() == 3
    assert [id_ for id_, _ in desk.found("reading")][: len(before)] == [id_ for id_, _ in before]


def test_an_altered_vector_is_a_lost_one(desk: Desk) -> None:
    desk.keep_up()
    with sqlite3.connect(desk.folder / "vectors.db") as connection:
        connection.execute("update vectors set sealed = zeroblob(64) where owner = ?", (CLEO,))
    desk.open()
    assert desk.keep_up() == Kept(lost=1)


def test_where_the_whole_file_is_gone_all_of_it_counts_as_new(desk: Desk) -> None:
    """How far vectors had been made is written in the same file."""
    desk.keep_up()
    desk.close()
    for file in desk.folder.glob("vectors.db*"):
        file.unlink()
    desk.open()
    assert desk.keep_up() == Kept(encoded=TEXTS)


def test_another_model_makes_its_own_vectors_and_spoils_none(desk: Desk, encoder: Encoder) -> None:
    desk.keep_up()
    desk.open(Counting(encoder, "another-00000000"))
    assert desk.keep_up() == Kept(encoded=TEXTS)
    desk.open(Counting(encoder))
    assert desk.keep_up() == Kept()
    assert desk.encoder.counted() == 0


def test_texts_of_one_who_was_erased_are_left_out(desk: Desk) -> None:
    desk.keys.ensure([ADA, BEN, CLEO])
    desk.keys.destroy(CLEO)
    desk.keep_up()
    assert len(desk.index.corpus) == TEXTS
    with pytest.raises(Unknown, match="erased"):
        desk.index.vectors_of([(CLEO, "whatever it was")])


def test_what_ended_is_found_in_the_past_alone(desk: Desk) -> None:
    desk.keep_up()
    then = desk.history.head()
    problem = desk.found("reading", then)
    desk.history.do(ReframeChallenge(challenge=READING, title="The buses come late"))
    desk.keep_up()
    assert desk.found("reading", then) == problem
    assert {id_ for id_, _ in desk.found("reading")}.isdisjoint({"e13a", "e13b"})
    assert {id_ for id_, _ in problem} >= {"e13a", "e13b"}


def test_who_comes_back_brings_vectors_along(desk: Desk) -> None:
    desk.keep_up()
    desk.history.do(LeaveNetwork(member=BEN))
    desk.keep_up()
    assert not any(person == BEN for person in held(desk))
    desk.history.do(JoinNetwork(member=BEN, name="Ben"))
    assert desk.keep_up() == Kept()
    assert sum(person == BEN for person in held(desk)) == 2
    assert desk.encoder.counted() == TEXTS


def held(desk: Desk) -> list[str]:
    corpus = desk.index.corpus
    return [person for person, holds in zip(corpus.persons, corpus.as_of().mask, strict=True) if holds]


def test_an_older_connection_does_not_set_it_back(desk: Desk) -> None:
    older = Views(None, NET, desk.history)
    older.catch_up(until=8)
    desk.keep_up()
    with older.reading() as connection:
        assert desk.index.keep_up(connection, 8) == Kept()
    desk.history.do(PostChallenge(challenge=BUSES, author=BEN, title="The buses come late"))
    assert desk.keep_up() == Kept(encoded=1)
    older.close()


def test_after_a_failure_it_goes_on_where_it_stood(desk: Desk, encoder: Encoder) -> None:
    desk.open(Failing(encoder))
    with pytest.raises(OSError, match="out of memory"):
        desk.keep_up()
    assert desk.keep_up() == Kept(encoded=TEXTS)
    assert len(desk.index.corpus) == TEXTS + 1


class Failing(Counting):
    """Fails at first."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        first = not self.texts
        vectors = super().encode(texts)
        if first:
            raise OSError("out of memory")
        return vectors


def test_threads_share_one_index(desk: Desk) -> None:
    with ThreadPoolExecutor(4) as pool:
        kept = list(pool.map(lambda _: desk.keep_up(), range(8)))
    assert max(kept, key=lambda each: each.encoded) == Kept(encoded=TEXTS)
    assert sum(each.encoded for each in kept) == desk.encoder.counted() == TEXTS


def test_vectors_of_a_need_come_in_its_order_and_are_kept(desk: Desk) -> None:
    texts = [(ADA, "absences"), (BEN, "buses"), (ADA, "absences")]
    with counting(desk.encoder, 2):
        vectors = desk.index.vectors_of(texts)
    assert vectors.shape == (3, desk.encoder.width)
    assert np.array_equal(vectors[0], vectors[2])
    assert not np.array_equal(vectors[0], vectors[1])
    with counting(desk.encoder, 0):
        assert np.array_equal(desk.index.vectors_of(texts[::-1]), vectors[::-1])
    assert desk.index.vectors_of([]).shape == (0, desk.encoder.width)


@contextmanager
def counting(encoder: Counting, texts: int) -> Iterator[None]:
    encoder.counted()
    yield
    assert encoder.counted() == texts


def test_progress_is_told_in_texts(desk: Desk) -> None:
    told: list[int] = []
    desk.views.catch_up()
    with desk.views.reading() as connection:
        desk.index.keep_up(connection, desk.history.head(), told.append)
    assert told == [TEXTS]
