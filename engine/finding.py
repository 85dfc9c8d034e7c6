"""Search by words and meaning: what of all that is open one reader may find."""

from collections.abc import Iterator
from sqlite3 import Connection
from typing import Final

from msgspec import Struct

from domain.refusals import Malformed, Unknown
from domain.vocabulary import MemberId, StreamId
from engine.explaining import described, nearest_sentence
from engine.runtime import Confrere
from models.lexical import Figures
from models.ranking import Hit
from projections import evidence, member_directory
from projections.evidence import Evidence
from projections.network_setting import setting
from projections.reading import Reader, reader_at

KINDS: Final = ("member", "challenge", "resource")
LONGEST: Final = 500  # characters that are looked for
_MOST: Final = 100


class Found(Struct, frozen=True, kw_only=True):
    subject: StreamId  # a member, challenge or resource
    title: str
    about: str  # role and site, stage of a challenge, kind of resource
    excerpt: str  # of the evidence that is nearest; empty where the name itself was found
    score: float  # 0–1, similarity: higher is nearer


def find(
    system: Confrere, network: StreamId, member: MemberId, words: str, kind: str | None = None, limit: int = 20
) -> list[Found]:
    """What the reader may find by these words, nearest first, each subject once.

    Raises Malformed for what cannot be looked for, Unknown for who is not in the network, ModelTrouble.
    """
    _check(words, kind, limit)
    with system.evidence(network) as (connection, view):
        reader = reader_at(connection, member)
        if reader is None:
            raise Unknown("there is no such network", field="network")
        hits = view.search([words], system.encoder.encode([words]))
        floor = setting(connection).policy.floor
        near = [hit for hit in hits if hit.lexical > 0 or hit.cosine >= floor]
        by_name = _by_name(connection, reader, words) if kind in {None, "member"} else ()
        found = {each.subject: each for each in (*_nearest(connection, reader, near, kind, limit), *by_name)}
        asked = view.figures([words])
        best = sorted(found.values(), key=lambda each: (-each.score, each.subject))[:limit]
        return [_shown(connection, each, asked) for each in best]


class _Best(Struct, frozen=True):
    """A subject with the piece of evidence that brought it here."""

    subject: StreamId
    score: float
    text: str = ""


def _check(words: str, kind: str | None, limit: int) -> None:
    if not words.strip() or len(words) > LONGEST:
        raise Malformed(f"1 to {LONGEST} characters can be looked for", field="q")
    if not words.isprintable():
        raise Malformed("characters that cannot be looked for", field="q")
    if kind is not None and kind not in KINDS:
        raise Malformed("a word that is not known here", field="kind", remedy=f"one of {', '.join(KINDS)}")
    if not 1 <= limit <= _MOST:
        raise Malformed(f"1 to {_MOST} can be found at once", field="limit")


def _nearest(connection: Connection, reader: Reader, hits: list[Hit], kind: str | None, limit: int) -> Iterator[_Best]:
    """The best piece of each subject that the reader may see."""
    known = evidence.readable(connection, reader, [hit.id for hit in hits])
    seen = set[StreamId]()
    for hit in hits:
        piece: Evidence | None = known.get(hit.id)
        if piece is None or piece.subject in seen or kind not in {None, piece.subject_kind}:
            continue
        seen.add(piece.subject)
        yield _Best(piece.subject, hit.score, piece.text)
        if len(seen) == limit:
            return


def _by_name(connection: Connection, reader: Reader, words: str) -> list[_Best]:
    return [_Best(member, 1.0) for member, _ in member_directory.named(connection, reader, words.strip())]


def _shown(connection: Connection, best: _Best, asked: Figures) -> Found:
    title, about = described(connection, best.subject)
    excerpt = nearest_sentence(best.text, asked) if best.text else ""
    return Found(subject=best.subject, title=title, about=about, excerpt=excerpt, score=best.score)
