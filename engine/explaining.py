"""Puts a stored list into words: who, why, by which passage, and who was nearly there."""

from collections.abc import Mapping
from datetime import datetime
from sqlite3 import Connection

from msgspec import Struct

from domain.eligibility import UNAVAILABLE, words_of
from domain.recommendations import ListKind, Pick, Reason, RecommendationsIssued
from domain.refusals import Unknown
from domain.vocabulary import OPEN, MemberId, RoleFamily, StreamId
from engine.moving import score_told, told, why_moved
from engine.passages import figures_of
from engine.reasons import WordedReason, worded
from models.lexical import Figures
from projections import challenge_board, evidence, member_directory, resource_shelf, site_tree
from projections.challenge_board import Challenge
from projections.evidence import Evidence
from projections.recommendation_lists import IssuedList


class WordedPick(Struct, frozen=True, kw_only=True):
    candidate: StreamId
    name: str
    about: str  # role and site, kind of resource, or stage of a challenge
    score: float  # without what load and places given to them cost, as are the parts
    parts: dict[str, float]
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


def in_words(connection: Connection, stored: IssuedList, *, confided: bool = False) -> WordedList:
    """The stored list as its reader may read it. Nothing is decided here, and nothing recomputed but words.

    `confided`: whoever is told may read the need itself, even where it is not open.
    """
    issued = stored.issued
    reasons = [reason for pick in issued.picks for reason in pick.reasons]
    ids = {each for reason in reasons for each in (reason.evidence, reason.met) if each is not None}
    title, need = _need(connection, issued)
    known = _Known(
        pieces=evidence.evidence(connection, ids),
        need=need,
        figures=figures_of(issued.terms, issued.inputs),
        issued=issued,
        confided=confided,
    )
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
        picks=tuple(_pick(connection, pick, known) for pick in issued.picks),
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
    known = [each.text for each in evidence.of_subject(connection, issued.reader) if each.confidentiality in OPEN]
    return f"what {described(connection, issued.reader)[0]} knows", "\n".join(known)


class _Known(Struct, frozen=True, kw_only=True):
    """What the reasons of one list are told by."""

    pieces: Mapping[str, Evidence]
    need: str
    figures: Figures
    issued: RecommendationsIssued
    confided: bool

    def met(self, reason: Reason) -> Evidence | None:
        """The reader's own piece that a reason names, while it holds and if it may be shown."""
        piece = self.pieces.get(reason.met or "")
        if piece is None or piece.until is not None or piece.owner != self.issued.reader:
            return None
        may = piece.confidentiality in OPEN or (self.confided and piece.challenge == self.issued.need)
        return piece if may else None


def _pick(connection: Connection, pick: Pick, known: _Known) -> WordedPick:
    name, about = described(connection, pick.candidate)
    found = ((reason, known.pieces.get(reason.evidence)) for reason in pick.reasons)
    return WordedPick(
        candidate=pick.candidate,
        name=name,
        about=about,
        score=score_told(pick.score, pick.parts),
        parts=told(pick.parts),
        moved=why_moved(pick.parts),
        reasons=tuple(
            worded(reason, piece, known.met(reason), known.need, known.figures)
            for reason, piece in found
            if piece is not None and piece.confidentiality in OPEN  # None: erased since
        ),
    )


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
