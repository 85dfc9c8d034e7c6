"""Puts one reason into words: whose, by which passage, and what of the reader's own it meets."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from domain.recommendations import Reason
from models.lexical import WORD, Figures
from models.passages import sentences, weight
from models.sharing import Span, places, shared
from projections.evidence import Evidence, Says

_EXCERPT: Final = 180  # characters
_BEFORE: Final = 40  # characters shown before a shared word, where a sentence is too long to be shown from its start
_SHARED: Final = 5  # words and phrases

_SAYS: Final[Mapping[Says, str]] = {
    Says.POSTED: "works on",
    Says.ANSWERED: "answered",
    Says.SHARED: "shared",
    Says.HELPED: "helped, as its receiver confirmed",
    Says.PROFILE: "says of themselves",
    Says.CLAIMS: "claims to know",
    Says.ENDORSED: "is endorsed for",
    Says.SITE_STATEMENT: "works at a site that says",
    Says.REVIEWED: "a reviewer wrote",
    Says.WANTS_TO_LEARN: "wants to learn",
    Says.IS_ABOUT: "is about",
}
_TITLED: Final = frozenset({Says.POSTED, Says.SHARED, Says.IS_ABOUT})  # texts whose first line is a title


class WordedReason(Struct, frozen=True, kw_only=True):
    says: str
    title: str  # of the challenge or resource that the words are from, where they begin with one
    excerpt: str  # the sentence of the evidence that fits best
    yours: str  # the reader's own sentence that it meets; empty where that was put otherwise since
    shared: tuple[str, ...]  # rare words and phrases in both sentences, as the need writes them
    evidence: str
    at: datetime
    part: str
    value: float


def worded(reason: Reason, piece: Evidence, met: Evidence | None, need: str, figures: Figures) -> WordedReason:
    """`met` is the reader's piece that the reason names, where it may be shown; `need` all the words of the need."""
    title = title_of(piece)
    below = piece.text[len(title) :].strip() or title
    theirs = standing(piece.text, reason.passage)
    ours = None if met is None else standing(met.text, reason.meets)
    in_both = _shared_passages(met, ours, piece, theirs, figures)
    return WordedReason(
        says="answered in" if _wordless(piece) else _SAYS[piece.says],
        title=title,
        excerpt=nearest_sentence(below, figures) if theirs is None else quoted(piece.text, theirs, in_both),
        yours="" if met is None or ours is None else quoted(met.text, ours, in_both),
        shared=(shared(need, piece.text, figures) if theirs is None or ours is None else in_both)[:_SHARED],
        evidence=reason.evidence,
        at=piece.at,
        part=reason.part,
        value=reason.value,
    )


def title_of(piece: Evidence) -> str:
    """The line above a text that is shown beside whatever is quoted of it; empty where there is none."""
    return piece.text.partition("\n")[0] if _wordless(piece) or piece.says in _TITLED else ""


def _wordless(piece: Evidence) -> bool:
    """An answer of which only the challenge's title is known, which speaks for it."""
    return piece.says is Says.ANSWERED and piece.owner != piece.subject


def _shared_passages(
    met: Evidence | None, ours: Span | None, piece: Evidence, theirs: Span | None, figures: Figures
) -> tuple[str, ...]:
    if met is None or ours is None or theirs is None:
        return ()
    return shared(met.text[slice(*ours)], piece.text[slice(*theirs)], figures)


def standing(text: str, span: Span | None) -> Span | None:
    """The span if it lies in the text and cuts no word: a pointer is not trusted to point at what it did."""
    if span is None or not 0 <= span[0] < span[1] <= len(text):
        return None
    words = (word.span() for word in WORD.finditer(text))
    return None if any(begins < edge < ends for begins, ends in words for edge in span) else span


def quoted(text: str, span: Span, shown: Sequence[str]) -> str:
    """What stands there; of a long sentence the part that has most of what should be shown, cut between words."""
    sentence = text[slice(*span)]
    if len(sentence) > _EXCERPT:
        sentence = _cut(sentence, _beginning(sentence, [begins for begins, _ in places(shown, sentence)]))
    return sentence.replace("|", ", ")


def _beginning(sentence: str, spots: Sequence[int]) -> int:
    """Where the part with most of these spots begins, the earliest of equals."""
    starts = [0, *(sentence.rfind(" ", 0, max(0, spot - _BEFORE)) + 1 for spot in spots)]
    room = _EXCERPT - _BEFORE // 2  # a word that only just begins within it may be cut off
    return max(starts, key=lambda start: (sum(start <= spot < start + room for spot in spots), -start))


def _cut(sentence: str, begins: int) -> str:
    rest = ("…" if begins else "") + sentence[begins:]
    return rest if len(rest) <= _EXCERPT else rest[: _EXCERPT - 1].rsplit(" ", 1)[0] + "…"


def nearest_sentence(text: str, figures: Figures) -> str:
    """The sentence of `text` whose words weigh most for the need, by rarity; the first one where none is shared."""
    spans = sentences(text) or [(0, len(text.strip()))]
    best = max(spans, key=lambda span: weight(text[slice(*span)], figures))
    return quoted(text, best, ())
