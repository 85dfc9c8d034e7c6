"""Search by words and meaning: what of all that is open one reader may find."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from sqlite3 import Connection
from typing import Final

from msgspec import Struct

from domain.refusals import Malformed, Unknown
from domain.vocabulary import MemberId, StreamId
from engine.evidence_index import Encoding, kind_of
from engine.explaining import described
from engine.reasons import nearest_sentence
from engine.runtime import Confrere
from engine.when import NOW, When
from models.lexical import WORD, Figures, folded
from models.vector_index import Vectors
from models.view import View
from projections import evidence, member_directory
from projections.evidence import Says
from projections.network_setting import setting
from projections.reading import Reader, reader_at

KINDS: Final = ("member", "challenge", "resource")
LONGEST: Final = 500  # characters that are looked for
_MOST: Final = 100
_PIECES: Final = 400  # looked at, before looking further
_WHOLE_NAME: Final = 1.0
_WHOLE_WORDS: Final = 0.9  # of a name
_BEGINNING: Final = 0.3  # of a word of a name, by how much of it: below what tells of the words themselves
_SHORTEST: Final = 2  # letters that count as the beginning of a name


class Found(Struct, frozen=True, kw_only=True):
    subject: StreamId  # a member, challenge or resource
    title: str
    about: str  # role and site, stage of a challenge, kind of resource
    excerpt: str  # of the evidence that is nearest; empty where the name itself was found
    score: float  # 0–1, similarity: higher is nearer


def find(
    system: Confrere,
    network: StreamId,
    member: MemberId,
    words: str,
    kind: str | None = None,
    limit: int = 20,
    *,
    when: When = NOW,
) -> list[Found]:
    """What the reader may find by these words, nearest first, each subject once.

    In the past with the rights of now, and what was open then; by the encoder of now, as far as it met the words.
    Raises Malformed for what cannot be looked for, Unknown for who is not in the network, ModelTrouble.
    """
    _check(words, kind, limit)
    with _evidence(system, network, when) as (connection, view, encoder):
        reader = reader_at(connection, member) if when.now else system.queries.reader(network, member)
        if reader is None:
            raise Unknown("there is no such network", field="network")
        mine = _open_to(connection, view, reader, kind)
        floor = setting(connection).policy.floor
        vectors = encoder.encode([words])
        found = _nearest(connection, reader, mine, words, vectors, floor, limit)
        if kind in {None, "member"}:
            found += _by_name(connection, reader, words)
        best = {each.subject: each for each in sorted(found, key=lambda each: each.score)}  # the higher one stays
        first = sorted(best.values(), key=lambda each: (-each.score, each.subject))[:limit]
        asked = view.figures([words], vectors)
        return [_shown(connection, each, asked) for each in first]


@contextmanager
def _evidence(system: Confrere, network: StreamId, when: When) -> Iterator[tuple[Connection, View, Encoding]]:
    """All that is, or was, open to all and held then, the projections of the same time, and what encodes words.

    What was withdrawn since leads to nobody on old days either.
    """
    with system.evidence(network) as (connection, view, encoder):
        if when.now:
            yield connection, view, encoder
            return
        withdrawn = evidence.withdrawn(connection)
    ever = system.rederiving.snapshots.evidence(network, encoder.fingerprint)
    with system.queries.standing(network, when) as then:
        yield then, ever.corpus.holding(evidence.open_ids(then, besides=withdrawn)), encoder


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


def _open_to(connection: Connection, view: View, reader: Reader, kind: str | None) -> View:
    """Where to look: what is passed over later would have taken the place of what may be found."""
    chosen = view if kind is None else view.of_kinds([kind_of(kind, says) for says in Says])
    return chosen.without(evidence.unshown(connection, reader))


def _nearest(
    connection: Connection, reader: Reader, view: View, words: str, vectors: Vectors, floor: float, limit: int
) -> list[_Best]:
    """The best piece of each subject, until there are enough subjects or no more pieces that are near."""
    most = _PIECES
    while True:
        hits = view.search([words], vectors, limit=most)
        near = [hit for hit in hits if hit.lexical > 0 or hit.cosine >= floor]
        known = evidence.readable(connection, reader, [hit.id for hit in near])
        found: dict[StreamId, _Best] = {}
        for hit in near:
            if hit.id in known:
                found.setdefault(hit.person, _Best(hit.person, min(1.0, max(0.0, hit.score)), known[hit.id].text))
        if len(found) >= limit or len(near) < most:
            return list(found.values())[:limit]
        most *= 4


def _by_name(connection: Connection, reader: Reader, words: str) -> list[_Best]:
    """Members by their names, whole ones first; letters within a word are no name."""
    asked = _words(words)
    if not asked:
        return []
    names = member_directory.names(connection, reader)
    likely = ((member, _words(name)) for member, name in names if asked[0] in folded(name))
    scored = ((member, _likeness(asked, name)) for member, name in likely)
    return [_Best(member, score) for member, score in scored if score > 0]


def _words(text: str) -> list[str]:
    return [folded(word) for word in WORD.findall(text)]


def _likeness(asked: Sequence[str], name: Sequence[str]) -> float:
    """How much of a name was asked for; 0 unless every word asked for is one of the name's, or begins one."""
    if list(asked) == list(name):
        return _WHOLE_NAME
    parts = [_part(word, name) for word in asked]
    return _WHOLE_WORDS if min(parts) == 1 else round(_BEGINNING * min(parts), 6)


def _part(word: str, name: Sequence[str]) -> float:
    begun = [each for each in name if each == word or (len(word) >= _SHORTEST and each.startswith(word))]
    return max((len(word) / len(each) for each in begun), default=0.0)


def _shown(connection: Connection, best: _Best, asked: Figures) -> Found:
    title, about = described(connection, best.subject)
    excerpt = nearest_sentence(best.text, asked) if best.text else ""
    return Found(subject=best.subject, title=title, about=about, excerpt=excerpt, score=best.score)
