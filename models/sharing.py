"""Which rare words and phrases two texts share, as one of them writes them, and where they stand in a text."""

import re
from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import Final, NamedTuple

from models.lexical import WORD, Figures, folded, phrase, telling, term

Span = tuple[int, int]
Run = tuple[str, ...]  # folded words side by side

LONGEST: Final = 3  # words of a phrase
COMMON: Final = 12  # a term in more than one of so many pieces is common …
FEW: Final = 2  # … but not one that so few have, however few there are
_JOINS: Final = re.compile(r"[^\S\n]+|-")  # what may stand within a phrase


class Word(NamedTuple):
    folded: str
    begins: int
    ends: int
    joined: bool  # to the word before it, so that the two may be a phrase


def shared(ours: str, theirs: str, figures: Figures) -> tuple[str, ...]:
    """Rare whole words, and phrases of them, that stand in both texts: as ours writes them, the rarest first.

    Rare among what was searched for: each term stands in `figures` as one that few pieces have. Never a part of a
    word, a word that tells nothing, or a bare number.
    """
    there = set(_runs(_words(theirs)))
    rare, found = _rare(figures), dict[Run, str]()
    words, at = _words(ours), 0
    while at < len(words):
        run = _longest(words, at, there, rare)
        if run:
            found.setdefault(run, " ".join(ours[words[at].begins : words[at + len(run) - 1].ends].split()))
        at += max(1, len(run))
    within = {part for run in found for part in _parts(run)}
    by_rarity = sorted(found.keys() - within, key=lambda run: (min(figures.spread[each] for each in _terms(run)), run))
    return tuple(found[run] for run in by_rarity)


def places(shown: Collection[str], text: str) -> tuple[Span, ...]:
    """Where these words and phrases stand in a text, each whole, in order and none within another."""
    words, at = _words(text), 0
    wanted = {tuple(each.folded for each in _words(one)) for one in shown}
    found: list[Span] = []
    while at < len(words):
        run = max((each for each in _from(words, at) if each in wanted), key=len, default=())
        if run:
            found.append((words[at].begins, words[at + len(run) - 1].ends))
        at += max(1, len(run))
    return tuple(found)


def _words(text: str) -> list[Word]:
    found: list[Word] = []
    ended = 0
    for each in WORD.finditer(text):
        joined = bool(found) and _JOINS.fullmatch(text, ended, each.start()) is not None
        ended = each.end()
        found.append(Word(folded(each[0]), each.start(), ended, joined))
    return found


def _from(words: Sequence[Word], at: int) -> list[Run]:
    """The runs of up to three joined words that begin here."""
    runs: list[Run] = [(words[at].folded,)]
    for word in words[at + 1 : at + LONGEST]:
        if not word.joined:
            break
        runs.append((*runs[-1], word.folded))
    return runs


def _runs(words: Sequence[Word]) -> list[Run]:
    return [run for at in range(len(words)) for run in _from(words, at)]


def _parts(run: Run) -> list[Run]:
    """The shorter runs in it."""
    return [run[at : at + length] for length in range(1, len(run)) for at in range(len(run) - length + 1)]


def _longest(words: Sequence[Word], at: int, there: AbstractSet[Run], rare: AbstractSet[str]) -> Run:
    """The longest run from here on that stands there too, tells something and is rare; () for none."""
    fitting = [
        run
        for run in _from(words, at)
        if run in there and all(map(telling, run)) and not all(map(str.isdigit, run)) and rare >= set(_terms(run))
    ]
    return max(fitting, key=len, default=())


def _terms(run: Sequence[str]) -> list[str]:
    """What a word, or each two of a phrase, is counted as."""
    counted = [term(each) for each in run]
    return counted if len(run) == 1 else [phrase(*two) for two in pairwise(counted)]


def _rare(figures: Figures) -> frozenset[str]:
    most = max(FEW, figures.items // COMMON)
    return frozenset(each for each, items in figures.spread.items() if items <= most)
