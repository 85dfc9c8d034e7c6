"""The sentences of two texts that fit each other best, by their places: nothing is quoted, only pointed at."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
import numpy as np

from models.lexical import Figures, rarity, telling_words, terms
from models.postings import Postings
from models.ranking import PLACES, fused, words_share
from models.sharing import Span
from models.vector_index import Floats, Vectors

LOOKED_AT: Final = 6  # sentences of one text
LONGEST: Final = 500  # characters: what goes on for longer without an end is cut between words
LITTLE_SAID: Final = 2  # two sentences of so many telling words count half: “Any ideas?” fits everybody's best
_END: Final = re.compile(
    r"(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\bDr)(?<!\bSt)(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)[.!?…]+[\"'”’)\]]*(?=\s)|[。！？]|\n"
)
_LETTER: Final = re.compile(r"[^\W\d_]")
_BLANK: Final = re.compile(r"\s+")


class Passages(msgspec.Struct, frozen=True):
    """Some sentences of one text, and their vectors in the same order."""

    text: str
    spans: tuple[Span, ...]
    vectors: Vectors

    @property
    def texts(self) -> list[str]:
        return [self.text[begins:ends] for begins, ends in self.spans]


class Pair(msgspec.Struct, frozen=True):
    """Which of the need's texts, where in it, and where in the piece."""

    text: int
    ours: Span
    theirs: Span


def sentences(text: str) -> tuple[Span, ...]:
    """Where each sentence and each line that has a letter begins and ends, in order, no blanks around it."""
    ends = [found.end() for found in _END.finditer(text)]
    spans = (_stripped(text, *span) for span in zip((0, *ends), (*ends, len(text)), strict=True))
    return tuple(part for span in spans if _LETTER.search(text, *span) for part in _parts(text, span))


def _stripped(text: str, begins: int, ends: int) -> Span:
    inside = text[begins:ends]
    return ends - len(inside.lstrip()), begins + len(inside.rstrip())


def _parts(text: str, span: Span) -> Iterator[Span]:
    """A sentence, or parts of about one length of one that is too long."""
    begins, ends = span
    count = -(-(ends - begins) // LONGEST)
    for part in range(1, count):
        blank = _BLANK.search(text, max(begins, span[0] + (ends - span[0]) * part // count), ends)
        if blank is None:
            break
        yield begins, blank.start()
        begins = blank.end()
    yield begins, ends


def looked_at(text: str, figures: Figures) -> tuple[Span, ...]:
    """All sentences; of many those whose words tell most of the need, in the order of the text."""
    spans = sentences(text)
    if len(spans) <= LOOKED_AT:
        return spans
    weights = [weight(text[begins:ends], figures) for begins, ends in spans]
    best = sorted(range(len(spans)), key=lambda at: (-weights[at], at))[:LOOKED_AT]
    return tuple(spans[at] for at in sorted(best))


def weight(sentence: str, figures: Figures) -> float:
    """How much a sentence has of the need's terms, by their rarity."""
    return round(sum(rarity(each, figures) for each in sorted(terms(sentence)) if each in figures.spread), PLACES)


def best_pair(need: Sequence[Passages], piece: Passages, figures: Figures) -> Pair | None:
    """The two sentences that fit best, by the score that also ranks pieces; equals by place.

    What says little counts less: a score cannot tell a need that was met from a phrase that everybody uses.
    """
    best, found = -2.0, None
    words = Postings()
    for sentence in piece.texts:
        words.add(sentence)
    counts = [telling_words([terms(sentence)]) for sentence in piece.texts]
    for number, text in enumerate(need):
        if not (text.spans and piece.spans):
            continue
        scores = _scores(text, piece, counts, words, figures)
        if scores.max() > best:
            at, to = np.unravel_index(int(scores.argmax()), scores.shape)
            best, found = scores.max(), Pair(number, text.spans[at], piece.spans[to])
    return found


def _scores(need: Passages, piece: Passages, counts: Sequence[float], words: Postings, figures: Figures) -> Floats:
    """Of each sentence of the need with each of the piece."""
    cosines = (need.vectors.astype(np.float64) @ piece.vectors.astype(np.float64).T).round(PLACES)
    rows, said = np.arange(len(piece.spans)), np.array(counts)
    found = np.empty(cosines.shape)
    for at, sentence in enumerate(need.texts):
        ours = terms(sentence)
        telling = telling_words([ours])
        lexical = words.scores(ours, figures, len(rows)).of(rows).round(PLACES)
        score = fused(cosines[at], lexical, words_share(telling, figures.alike), figures.alike)
        least = np.minimum(said, telling)
        found[at] = np.where(score > 0, score * least / (least + LITTLE_SAID), score)
    return found.round(PLACES)
