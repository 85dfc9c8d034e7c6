"""What ours is set beside: TF-IDF and plain MiniLM, untuned, pooled in three ways, as the README of the tasks says."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
from msgspec import Struct
from sentence_transformers import SentenceTransformer
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.judge import Scores
from benchmarks.ranking_tasks import Task
from models.encoder import packaged
from models.ranking_files import Candidate, Query

Array = npt.NDArray[np.float64]
Cosines = Callable[[Sequence[str], Sequence[str]], Array]  # rows of the first texts, columns of the second

ABSENT: Final = -np.inf  # a pair that is not there, where everybody gets as many places as the longest has texts
NOTHING: Final = -1.0  # score of who has no text: lower than any cosine here
SHARES: Final = np.array([1, 1 / 2, 1 / 3])


def tfidf(first: Sequence[str], second: Sequence[str]) -> Array:
    """Fitted on all texts of the task, each once."""
    words = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit(list(dict.fromkeys([*second, *first])))
    product: Array = (words.transform(first) @ words.transform(second).T).toarray()
    return product


def minilm(first: Sequence[str], second: Sequence[str]) -> Array:
    """The model's own library, as it comes."""
    texts = list(dict.fromkeys([*first, *second]))
    vectors = _model().encode(texts, normalize_embeddings=True, show_progress_bar=False)
    place = {text: at for at, text in enumerate(texts)}
    rows, columns = (vectors[[place[text] for text in given]] for given in (first, second))
    product: Array = (rows @ columns.T).astype(np.float64)
    return product


@cache
def _model() -> SentenceTransformer:
    return SentenceTransformer(str(packaged()), device="cpu", local_files_only=True)


def mean(pairs: Array) -> Array:
    there = pairs > ABSENT
    return np.where(there, pairs, 0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)


def highest(pairs: Array) -> Array:
    best: Array = pairs.max(axis=1)
    return best


def top3(pairs: Array) -> Array:
    """The best three weighted 1, 1/2, 1/3, of as many as there are."""
    best = -np.sort(-pairs, axis=1)[:, :3]
    there = best > ABSENT
    shares = np.where(there, SHARES[: best.shape[1]], 0)
    pooled: Array = (np.where(there, best, 0) * shares).sum(axis=1) / np.maximum(shares.sum(axis=1), 1e-12)
    return pooled


SYSTEMS: Final[dict[str, Cosines]] = {"tfidf": tfidf, "minilm": minilm}
POOLINGS: Final = {"mean": mean, "max": highest, "top3": top3}


class Layout(Struct, frozen=True):
    """Where the texts of everybody lie in one row of texts."""

    texts: list[str]
    places: dict[str, npt.NDArray[np.int64]]

    @classmethod
    def of(cls, those: Sequence[Candidate] | Sequence[Query]) -> "Layout":
        ends = np.cumsum([0, *(len(each.texts) for each in those)])
        places = {each.id: np.arange(start, end) for each, start, end in zip(those, ends[:-1], ends[1:], strict=True)}
        return cls([text for each in those for text in each.texts], places)


def scores_of(task: Task, system: str) -> dict[str, Scores]:
    """By pooling: a score for every query and each of its candidates."""
    needs, people = Layout.of(task.queries), Layout.of(task.candidates)
    near = SYSTEMS[system](needs.texts, people.texts)
    found: dict[str, Scores] = {pooling: {} for pooling in POOLINGS}
    for query in task.queries:
        named = list(people.places) if query.candidates is None else list(query.candidates)
        pairs = _pairs(near[needs.places[query.id]], [people.places[name] for name in named])
        silent = ~(pairs > ABSENT).any(axis=1)
        for pooling, pool in POOLINGS.items():
            pooled = np.where(silent, NOTHING, pool(pairs))
            found[pooling] |= {(query.id, name): score for name, score in zip(named, pooled.tolist(), strict=True)}
    return found


def _pairs(near: Array, places: Sequence[npt.NDArray[np.int64]]) -> Array:
    """A row for each candidate with the cosines of all pairs of texts, filled up with ABSENT."""
    widest = max((len(each) for each in places), default=0)
    padded = np.full((len(places), max(widest, 1)), near.shape[1])  # the column behind the last one is empty
    for row, each in enumerate(places):
        padded[row, : len(each)] = each
    wide = np.column_stack([near, np.full(len(near), ABSENT)])
    texts = wide[:, padded] if len(near) else np.full((1, *padded.shape), ABSENT)
    return texts.transpose(1, 0, 2).reshape(len(places), -1)
