"""Our encoder beside plain SentenceTransformer.encode: the same model, texts, batches and threads."""

import random
from typing import Final

from benchmarks.row import Row
from benchmarks.turns import beside, faster, in_turns, row, timed
from models.encoder import BATCH, Encoder

WORDS: Final = ("students", "groups", "teachers", "meet", "reading", "routine", "weekly", "notes", "goals", "minutes")
THREADS: Final = 2


def rows(*, smoke: bool = False) -> list[Row]:
    rounds, count = (2, 4) if smoke else (5, 96)
    ours = Encoder(threads=THREADS)
    texts = _texts(count)
    ours.encode(texts[:1])  # loads torch with our number of threads
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - takes seconds

    plain = SentenceTransformer(str(ours.folder), device="cpu", local_files_only=True)

    def theirs() -> object:
        return plain.encode(texts, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)

    theirs()
    peer, own = in_turns(rounds, timed(theirs), timed(lambda: ours.encode(texts)))
    what = f"encode {count} texts of 5 to 120 words"
    return [row(what, "plain SentenceTransformer.encode", faster(own, peer), f"{beside(own, peer, count)} a text")]


def _texts(count: int) -> list[str]:
    chance = random.Random(0)  # noqa: S311 - no secret
    return [" ".join(chance.choices(WORDS, k=chance.randint(5, 120))) for _ in range(count)]
