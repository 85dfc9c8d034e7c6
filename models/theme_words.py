"""Which words tell what a theme is about, and a label made of them that shows no single person's words."""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import Final, NamedTuple

import msgspec

from models.lexical import WORD, folded, telling, term
from models.ranking import PLACES
from models.stopwords import SAY_LITTLE

PEOPLE: Final = 2  # who use a word, before it is shown
APART: Final = 2  # times as many of a theme's people as of the others use its words
TELLING: Final = 10  # words of a theme
ENTRIES: Final = 3  # words or phrases of a label …
LONGEST: Final = 4  # … and words in it at most
WEAKEST: Final = 0.4  # of the first one's weight, for what else is in a label
BETWEEN: Final = " · "
WORDLESS: Final = "no words in common"
SAME_STEM: Final = 0.7  # share of the shorter word that a longer one begins with, where both are forms of one
_STOPS: Final = re.compile(r"[.,;:!?()\[\]{}\"“”„«»…/|\n–—•]|\s-+\s")  # no phrase goes over them

Said = tuple[str, str]  # a person, what they wrote
Key = tuple[str, ...]  # the stems of a word or of a phrase


class TellingWord(msgspec.Struct, frozen=True):
    """A word, or a phrase of two, in the form most people wrote."""

    text: str
    weight: float


class _Used(NamedTuple):
    """Who uses which words, and how they write them."""

    voices: int
    people: dict[Key, set[str]]
    forms: dict[Key, dict[str, set[str]]]

    def by(self, key: Key) -> int:
        return len(self.people.get(key, ()))


def telling_words(
    themes: Sequence[Sequence[Said]], rest: Sequence[Said], unnamed: Collection[str] = ()
) -> list[tuple[TellingWord, ...]]:
    """Of each theme at most ten, the most telling first, none of which fewer than two of its people use.

    Class-based TF-IDF (Grootendorst 2022, BERTopic, arXiv 2203.05794): W(t, c) = tf(t, c) · ln(1 + A / tf(t)), where a
    class c is a theme, or all that is in none, tf(t) sums over classes, and A is the mean number of words per class.
    People are counted here, not occurrences: who writes at length has one voice. Forms of a word are counted as one.
    A word gives way to a phrase that at least half of those who use it use. One that is about as usual elsewhere is
    left out, unless there would be nothing else to show.
    """
    hidden = {stem(folded(word)) for name in unnamed for word in WORD.findall(name)}
    classes = [_used(said, hidden) for said in (*themes, *([rest] if rest else []))]
    spread = Counter[Key]()
    for used in classes:
        spread.update({key: len(people) for key, people in used.people.items()})
    words = sum(people for key, people in spread.items() if len(key) == 1) / max(1, len(classes))
    everybody = sum(used.voices for used in classes)
    return [tuple(_most_telling(used, spread, everybody, words)) for used in classes[: len(themes)]]


def label(words: Sequence[TellingWord], taken: Collection[str] = ()) -> str:
    """Two to four of the first words; more where another theme is called so already."""
    chosen: list[str] = []
    for entry in words:
        longer = [*chosen, entry.text]
        strong = entry.weight >= WEAKEST * words[0].weight
        enough = len(chosen) == ENTRIES or len(WORD.findall(" ".join(longer))) > LONGEST or not strong
        if enough and len(WORD.findall(" ".join(chosen))) > 1 and BETWEEN.join(chosen) not in taken:
            break
        chosen = longer
    return BETWEEN.join(chosen) or WORDLESS


def still_tells(name: str, words: Iterable[TellingWord]) -> bool:
    """Whether all words of a label are among these."""
    there = {each for word in words for each in _stems(word.text)}
    return _stems(name) <= there


def likeness(ours: Sequence[TellingWord], theirs: Sequence[TellingWord]) -> float:
    """Cosine of two lists of words by their weights, from 0 to 1."""
    mine, other = ({each: word.weight for word in words for each in _stems(word.text)} for words in (ours, theirs))
    shared = math.fsum(weight * other.get(key, 0.0) for key, weight in mine.items())
    lengths = math.hypot(*mine.values()) * math.hypot(*other.values())
    return shared / lengths if lengths else 0.0


def stem(word: str) -> str:
    """What the forms of a folded word have in common: without plural, -ing, -ed and a last e."""
    word = term(word)
    for ending in ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) > 2 and not rest.endswith("e") and re.search("[aeiouy]", rest):
            word = rest[:-1] if rest[-1] == rest[-2] and rest[-1] not in "lsz" else rest
            break
    return word.removesuffix("e") if len(word) > 3 else word


def _stems(text: str) -> set[str]:
    return {stem(folded(word)) for word in WORD.findall(text)}


def _used(said: Sequence[Said], hidden: Collection[str]) -> _Used:
    used = _Used(len({person for person, _ in said}), {}, {})
    for person, text in said:
        for key, written in _keys(text, hidden):
            used.people.setdefault(key, set()).add(person)
            used.forms.setdefault(key, {}).setdefault(written, set()).add(person)
    return used


def _keys(text: str, hidden: Collection[str]) -> Iterator[tuple[Key, str]]:
    """The words of a text and its phrases, each as a key and as it is written."""
    for part in _STOPS.split(text):
        found = [(stem(folded(each[0])), each) for each in WORD.finditer(part)]
        shown = [_shown(key, each[0], hidden) for key, each in found]
        for (key, each), fit in zip(found, shown, strict=True):
            if fit and not {folded(each[0]), term(folded(each[0]))} & SAY_LITTLE:
                yield (key,), each[0]
        for ((first, begin), fit), ((second, end), fits) in pairwise(zip(found, shown, strict=True)):
            if fit and fits and first != second:
                yield (first, second), " ".join(part[begin.start() : end.end()].split())


def _shown(key: str, written: str, hidden: Collection[str]) -> bool:
    word = folded(written)
    return telling(word) and telling(term(word)) and key not in hidden and not any(map(str.isdigit, written))


def _most_telling(used: _Used, spread: Counter[Key], everybody: int, words: float) -> Iterator[TellingWord]:
    """`spread` says how many people use a word, `everybody` how many there are, `words` is A."""

    def weight(key: Key) -> float:
        return round(used.by(key) * math.log1p(words / spread[key]), PLACES)

    def apart(key: Key) -> bool:
        outside = (spread[key] - used.by(key)) * used.voices
        return used.by(key) * (everybody - used.voices) >= APART * outside

    shared = [key for key in used.people if len(key) == 1 and used.by(key) >= PEOPLE]
    known = [key for key in shared if apart(key)]
    entries = _entries(sorted(known if len(known) > 1 else shared, key=lambda key: (-weight(key), key)), used)
    for key, word in sorted(entries.items(), key=lambda entry: (-weight(entry[1]), entry[0])):
        yield TellingWord(_form(used.forms[key]), weight(word))


def _entries(words: Iterable[Key], used: _Used) -> dict[Key, Key]:
    """What is shown, a word or a phrase in its place, and the word for which it is."""
    shown: dict[Key, Key] = {}
    for word in words:
        if len(shown) == TELLING:
            break
        if any(_same(word[0], each) for other in shown for each in other):
            continue
        whole = _phrase(word, used, {each for other in shown if len(other) > 1 for each in other})
        first = [other for other in shown if len(other) == 1 and other[0] in whole]
        shown[whole] = shown.pop(first[0]) if first else word
    return shown


def _same(one: str, other: str) -> bool:
    """Whether two stems are of one word, or nearly: attend and attendance."""
    shorter = min(len(one), len(other))
    apart = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    return one == other or apart >= max(4, SAME_STEM * shorter)


def _phrase(word: Key, used: _Used, taken: AbstractSet[str]) -> Key:
    """The phrase that most of those who use a word use it in, if they are half of them, or the word."""
    needed = max(PEOPLE, used.by(word) / 2)
    phrases = [key for key in used.people if len(key) > 1 and word[0] in key and used.by(key) >= needed]
    free = [key for key in phrases if not taken & set(key)]
    return min(free, key=lambda key: (-used.by(key), key), default=word)


def _form(forms: dict[str, set[str]]) -> str:
    """What most people wrote, in small letters if anybody wrote it so."""
    people: dict[str, set[str]] = {}
    for written, who in forms.items():
        people.setdefault(folded(written), set()).update(who)
    most = min(people, key=lambda each: (-len(people[each]), each))
    spellings = [written for written in forms if folded(written) == most]
    return min(spellings, key=lambda each: (each != most, -len(forms[each]), each))
