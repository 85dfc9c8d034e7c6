"""Where a list's reasons lie: for each the sentence that fits best, and the sentence of the reader's that it meets."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

import msgspec
import numpy as np
from msgspec.structs import replace

from domain.recommendations import Inputs, Listing, Pick, Reason
from domain.vocabulary import OPEN, OwnerId
from engine.reasons import title_of
from engine.snapshot import Need
from engine.vector_store import Vector
from models.lexical import Figures
from models.passages import Pair, Passages, best_pair, looked_at
from models.sharing import Span
from projections.evidence import Evidence


class Texts(Protocol):
    """What was written, at one position."""

    def own(self, need: Need) -> Sequence[Evidence]:
        """The reader's pieces that the need is made of."""

    def pieces(self, ids: Collection[str]) -> Mapping[str, Evidence]: ...

    @property
    def ready(self) -> bool:
        """Whether the model is at hand: nobody should wait seconds for it where words can choose."""

    def meanings(self, passages: Sequence[tuple[OwnerId, str]]) -> Sequence[Vector | None]:
        """Vectors of owned passages, in their order; None for those of somebody who was erased."""


def pointed(need: Need, listing: Listing, texts: Texts) -> Listing:
    """The same list, each of its reasons pointing at passages. Whatever is not open is pointed at by none.

    Apart from recommending: which sentences fit moves nobody, and is worked out only for a list that is issued.
    """
    figures = figures_of(listing.terms, listing.inputs)
    own = texts.own(need)
    ids = {reason.evidence for pick in listing.picks for reason in pick.reasons}
    theirs = [each for _, each in sorted(texts.pieces(ids).items()) if each.confidentiality in OPEN]
    leading = {each.id for each in own} | {pick.reasons[0].evidence for pick in listing.picks if pick.reasons}
    pairs = _pairs(own, theirs, leading, figures, texts)
    return replace(listing, picks=tuple(_pointed(pick, own, pairs) for pick in listing.picks))


def figures_of(terms: str, inputs: Inputs) -> Figures:
    """What the scores of an issued list depended on; no words once its reader was erased."""
    try:
        spread = msgspec.json.decode(terms, type=dict[str, int])
    except msgspec.DecodeError:
        spread = {}
    return Figures(items=inputs.items, spread=spread, alike=inputs.alike, edge=inputs.edge)


def _pointed(pick: Pick, own: Sequence[Evidence], pairs: Mapping[str, Pair]) -> Pick:
    return replace(pick, reasons=tuple(_at(reason, own, pairs.get(reason.evidence)) for reason in pick.reasons))


def _at(reason: Reason, own: Sequence[Evidence], pair: Pair | None) -> Reason:
    if pair is None:
        return reason
    return replace(reason, passage=pair.theirs, met=own[pair.text].id, meets=pair.ours)


def _pairs(
    own: Sequence[Evidence], theirs: Sequence[Evidence], leading: Collection[str], figures: Figures, texts: Texts
) -> dict[str, Pair]:
    """For each piece; where there is nothing to choose from, no vector is asked for."""
    spans = {each.id: looked_at(each.text, figures) for each in own}
    spans |= {each.id: _below_title(each, figures) for each in theirs}
    ours = [(number, span) for number, each in enumerate(own) for span in spans[each.id]]
    alone = {each.id: spans[each.id][0] for each in theirs if len(ours) == len(spans[each.id]) == 1}
    pairs = {id_: Pair(*ours[0], theirs=span) for id_, span in alone.items()}
    chosen = [each for each in theirs if each.id not in alone and ours and spans[each.id]]
    if not chosen:
        return pairs
    found = _with_vectors([*own, *chosen], spans, leading, texts)
    need = found[: len(own)]
    for each, passages in zip(chosen, found[len(own) :], strict=True):
        if (pair := best_pair(need, passages, figures)) is not None:
            pairs[each.id] = pair
    return pairs


def _below_title(piece: Evidence, figures: Figures) -> tuple[Span, ...]:
    """The title is read anyway: what is quoted besides should say more, where there is more."""
    title = len(title_of(piece))
    below = tuple((title + begins, title + ends) for begins, ends in looked_at(piece.text[title:], figures))
    return below or looked_at(piece.text, figures)


def _with_vectors(
    pieces: Sequence[Evidence], spans: Mapping[str, Sequence[Span]], leading: Collection[str], texts: Texts
) -> list[Passages]:
    """Sentences by vectors of their own where several are to choose from and the piece is the first reason for a pick.

    Else by the one that their text has already, so that words choose among them: to encode all, or to load the model
    first, would keep who asks for the list waiting many times as long.
    """
    sentences = {each.id for each in pieces if texts.ready and each.id in leading and len(spans[each.id]) > 1}
    wanted = [
        (each.owner, each.text[begins:ends] if each.id in sentences else each.text)
        for each in pieces
        for begins, ends in spans[each.id]
    ]
    meanings = iter(texts.meanings(wanted))
    return [_passages(each.text, [(span, next(meanings)) for span in spans[each.id]]) for each in pieces]


def _passages(text: str, known: Sequence[tuple[Span, Vector | None]]) -> Passages:
    there = [(span, vector) for span, vector in known if vector is not None]
    return Passages(
        text=text,
        spans=tuple(span for span, _ in there),
        vectors=np.stack([vector for _, vector in there]) if there else np.zeros((0, 1), dtype=np.float32),
    )
