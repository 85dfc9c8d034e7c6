"""What makes a text hard to rank by, in words for the one who gave it."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from models.lexical import WORD, folded
from models.stopwords import STOP_WORDS

READ: Final = 100_000  # letters of a text that are read at all: some fifty pages
LOOKED_AT: Final = 20_000  # of them: enough to tell a language by
LATIN: Final = re.compile(r"[a-zA-ZªºÀ-ÖØ-öø-\u024f\u1e00-\u1eff]")
ENOUGH_WORDS: Final = 20  # from here on English has stop words
FEW_STOP_WORDS: Final = 0.12  # share of a text's words: English prose has .3 to .6, its neighbours' less than .1


def doubts(texts: Sequence[str]) -> Iterator[str]:
    """At most one of each kind for a line."""
    said = [text for text in map(str.strip, texts) if text]
    if not said:
        yield "says nothing, so each of its scores is the lowest there is"
    elif any(WORD.search(text) is None for text in said):
        yield "has a text without any word, so its score means little"
    longest = max(map(len, said), default=0)
    if longest > READ:
        yield f"has a text of {longest:,} letters, of which the first {READ:,} are read"
    if any(perhaps_not_english(text) for text in said):
        yield "seems not to be English throughout: the model knows little else, so its score means less"


def perhaps_not_english(text: str) -> bool:
    """Mostly in another script, or prose without the words that English cannot do without."""
    sample = text[:LOOKED_AT]
    letters = sum(map(str.isalpha, sample))
    if 2 * len(LATIN.findall(sample)) < letters:
        return True
    words = [folded(word) for word in WORD.findall(sample)]
    return len(words) >= ENOUGH_WORDS and sum(word in STOP_WORDS for word in words) < FEW_STOP_WORDS * len(words)
