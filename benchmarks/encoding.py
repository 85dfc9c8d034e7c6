"""Our encoder, each way of computing, beside plain SentenceTransformer.encode: the same model, texts and threads."""

import random
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.row import Row
from benchmarks.turns import beside, faster, in_turns, row, timed
from models.encoder import Encoder, Vectors
from models.numerics import OPENVINO

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

WORDS: Final = ("students", "groups", "teachers", "meet", "reading", "routine", "weekly", "notes", "goals", "minutes")
LENGTHS: Final = {
    "questions of 5 to 20 words": (5, 20),
    "texts of 5 to 120": (5, 120),
    "statements of 80 to 250": (80, 250),
}
THREADS: Final = 2


def rows(*, smoke: bool = False) -> list[Row]:
    rounds, count = (2, 4) if smoke else (5, 64)
    plain, openvino = Encoder(threads=THREADS), Encoder(threads=THREADS, numerics=OPENVINO)
    plain.encode(["a text"])  # loads torch with our number of threads
    peer = _peer(plain)
    made: list[Row] = []
    for what, (shortest, longest) in LENGTHS.items():
        texts = _texts(count, shortest, longest)
        made += _compared(f"encode {count} {what}", texts, rounds, peer, (plain, openvino))
    return made


def _compared(
    what: str, texts: list[str], rounds: int, peer: "SentenceTransformer", ours: tuple[Encoder, Encoder]
) -> list[Row]:
    def theirs() -> Vectors:
        return np.asarray(peer.encode(texts, normalize_embeddings=True, show_progress_bar=False))

    expected = theirs()
    nearest = [np.einsum("ij,ij->i", each.encode(texts), expected).min() for each in ours]  # and loads the model
    turns = [timed(lambda each=each: each.encode(texts)) for each in ours]
    took, *own = in_turns(rounds, timed(theirs), *turns)
    ways = (what, f"{what}, by OpenVINO")
    return [
        row(
            way,
            "plain SentenceTransformer.encode",
            faster(seconds, took),
            f"{beside(seconds, took, len(texts))} a text; lowest cosine {cosine:.6f}",
            at_least=least,
        )
        for way, seconds, cosine, least in zip(ways, own, nearest, (None, 2.0), strict=True)
    ]


def _peer(ours: Encoder) -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - takes seconds

    return SentenceTransformer(str(ours.folder), device="cpu", local_files_only=True)


def _texts(count: int, shortest: int, longest: int) -> list[str]:
    chance = random.Random(0)  # noqa: S311 - no secret
    return [" ".join(chance.choices(WORDS, k=chance.randint(shortest, longest))) for _ in range(count)]
