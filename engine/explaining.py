"""Puts a stored list into words: who, why, by which passage, and who was nearly there."""

import re
from collections.abc import Mapping
from datetime import datetime
from sqlite3 import Connection
from typing import Final

import msgspec
from msgspec import Struct

from domain.eligibility import UNAVAILABLE, words_of
from domain.recommendations import ListKind, Pick, RecommendationsIssued
from domain.refusals import Unknown
from domain.vocabulary import OPEN, MemberId, RoleFamily, StreamId
from engine.moving import told, why_moved
from models.lexical import Figures, rarity, shared_words, terms
from projections import challenge_board, evidence, member_directory, resource_shelf, site_tree
from projections.challenge_board import Challenge
from projections.evidence import Evidence, Says
from projections.recommendation_lists import IssuedList

_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+|\n+")
_EXCERPT: Final = 180  # characters
_SHARED: Final = 5  # words
_COMMON: Final = 12  # a word in more than one of so many pieces is common here

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
    excerpt: str  # the sentence of the evidence that is nearest by words
    shared: tuple[str, ...]  # the rarest words that need and evidence share, as the need writes them
    evidence: str
    at: datetime
    part: str
    value: float


class WordedPick(Struct, frozen=True, kw_only=True):
    candidate: StreamId
    name: str
    about: str  # role and site, kind of resource, or stage of a challenge
    score: float
    parts: dict[str, float]  # as the reader may see them
    moved: tuple[str, ...]
    reasons: tuple[WordedReason, ...]


class WordedMiss(Struct, frozen=True, kw_only=True):
    candidate: StreamId
    name: str
    score: float
    because: str


class WordedList(Struct, frozen=True, kw_only=True):
    recommendation: StreamId
    reader: MemberId
    need: StreamId
    need_title: str
    kind: ListKind
    mode: str
    issued_at: datetime
    position: int
    policy_hash: str
    encoder: str
    picks: tuple[WordedPick, ...]
    near_misses: tuple[WordedMiss, ...]


def in_words(connection: Connection, stored: IssuedList) -> WordedList:
    """The stored list as its reader may read it. Nothing is decided here, and nothing recomputed but words."""
    issued = stored.issued
    ids = {reason.evidence for pick in issued.picks for reason in pick.reasons}
    known = evidence.evidence(connection, ids)
    title, need = _need(connection, issued)
    figures = _figures(issued)
    return WordedList(
        recommendation=stored.recommendation,
        reader=issued.reader,
        need=issued.need,
        need_title=title,
        kind=issued.kind,
        mode=str(issued.mode),
        issued_at=stored.at,
        position=issued.inputs.position,
        policy_hash=issued.inputs.policy_hash,
        encoder=issued.inputs.encoder,
        picks=tuple(_pick(connection, pick, known, need, figures) for pick in issued.picks),
        near_misses=tuple(
            WordedMiss(
                candidate=miss.candidate,
                name=described(connection, miss.candidate)[0],
                score=miss.score,
                because=words_of(miss.rule),
            )
            for miss in issued.near_misses
            if miss.rule != UNAVAILABLE  # who must not meet is not shown at all; asked by name, the word is the same
        ),
    )


def _need(connection: Connection, issued: RecommendationsIssued) -> tuple[str, str]:
    """What it is called, and the words that may be in it; `Figures.spread` knows which of them it was searched by."""
    challenge = challenge_board.challenge(connection, issued.need)
    if challenge is not None:
        return challenge.title, f"{challenge.title}\n{challenge.text}"
    known = "\n".join(each.text for each in evidence.of_subject(connection, issued.reader))
    return f"what {described(connection, issued.reader)[0]} knows", known


def _figures(issued: RecommendationsIssued) -> Figures:
    try:
        spread = msgspec.json.decode(issued.terms, type=dict[str, int])
    except msgspec.DecodeError:  # the reader was erased, and the need's words with them
        spread = {}
    return Figures(items=issued.inputs.items, spread=spread)


def _pick(connection: Connection, pick: Pick, known: Mapping[str, Evidence], need: str, figures: Figures) -> WordedPick:
    name, about = described(connection, pick.candidate)
    reasons = []
    for reason in pick.reasons:
        piece = known.get(reason.evidence)
        if piece is None:  # erased since
            continue
        wordless = piece.says is Says.ANSWERED and piece.owner != piece.subject  # the challenge's title speaks for it
        titled = wordless or piece.says in _TITLED
        title, _, body = piece.text.partition("\n") if titled else ("", "", piece.text)
        reasons.append(
            WordedReason(
                says="answered in" if wordless else _SAYS[piece.says],
                title=title,
                excerpt=nearest_sentence(body or title, figures),
                shared=_telling(need, piece.text, figures),
                evidence=reason.evidence,
                at=piece.at,
                part=reason.part,
                value=reason.value,
            )
        )
    return WordedPick(
        candidate=pick.candidate,
        name=name,
        about=about,
        score=pick.score,
        parts=told(pick.parts),
        moved=why_moved(pick.parts),
        reasons=tuple(reasons),
    )


def _telling(need: str, text: str, figures: Figures) -> tuple[str, ...]:
    """Words that were searched by and that few other pieces have: what everybody writes explains nothing."""
    most = max(2, figures.items // _COMMON)
    rare = {term for term, items in figures.spread.items() if items <= most}
    shared = shared_words(need, text, figures, limit=len(need))
    return tuple(word for word in shared if terms(word).keys() <= rare)[:_SHARED]


def nearest_sentence(text: str, figures: Figures) -> str:
    """The sentence of `text` whose words weigh most for the need, by rarity; the first one where none is shared."""
    sentences = [sentence.strip() for sentence in _SENTENCE.split(text) if sentence.strip()]

    def weight(sentence: str) -> float:
        return sum(rarity(word, figures) for word in terms(sentence) if word in figures.spread)

    best = max(sentences, key=weight, default="").replace("|", ", ")
    return best if len(best) <= _EXCERPT else best[: _EXCERPT - 1].rsplit(" ", 1)[0] + "…"


def listed(connection: Connection, what: str, limit: int) -> list[tuple[StreamId, str, str]]:
    """Members, open challenges or resources: id, name, and what tells them apart."""
    ids: list[StreamId]
    match what:
        case "members":
            ids = [each.member for each in member_directory.directory(connection, limit=limit)]
        case "challenges":
            found = challenge_board.open_challenges(connection, limit=limit)
            return [(each.challenge, _title_for_all(each), str(each.stage)) for each in found]
        case _:
            ids = [each.resource for each in resource_shelf.shelf(connection, limit=limit)]
    return [(each, *described(connection, each)) for each in ids]


def _title_for_all(challenge: Challenge) -> str:
    return challenge.title if challenge.confidentiality in OPEN else f"for its {challenge.confidentiality} alone"


def described(connection: Connection, candidate: StreamId) -> tuple[str, str]:
    """How a member, resource or challenge is called, and what else tells it apart."""
    match candidate.partition("-")[0]:
        case "member":
            return _member(connection, candidate)
        case "resource":
            shared = resource_shelf.resource(connection, candidate)
            return (shared.title, shared.kind or "resource") if shared else (candidate, "")
        case _:
            posted = challenge_board.challenge(connection, candidate)
            return (posted.title, str(posted.stage)) if posted else (candidate, "")


def _member(connection: Connection, member: MemberId) -> tuple[str, str]:
    found = member_directory.member(connection, member)
    if found is None:
        raise Unknown("there is no such member in this network", field="member")
    places = []
    for affiliation in member_directory.affiliations_of(connection, member):
        site = site_tree.site(connection, affiliation.site) if affiliation.site else None
        role = "" if affiliation.role is RoleFamily.UNSPECIFIED else str(affiliation.role)
        places.append(", ".join(filter(None, (role, site.name if site else ""))))
    return found.name or "a member under pseudonym", "; ".join(filter(None, places))


def short(stream: StreamId) -> str:
    """Enough of an id to tell it apart on a screen."""
    kind, _, digits = stream.partition("-")
    return f"{kind}-{digits[:8]}"
