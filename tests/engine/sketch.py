"""A network on paper: a snapshot drawn by hand, with as much evidence as a test needs."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

import numpy as np
from msgspec.structs import replace

from domain.eligibility import Candidate, Mode
from domain.policies import MatchingPolicy, hash_of
from domain.recommendations import Listing, ListKind
from domain.vocabulary import Confidentiality, Level, RoleFamily, WaivableRule
from engine.changing import why_not
from engine.recommending import recommend
from engine.snapshot import Need, NeedTexts, Search, Vectors
from models.lexical import Figures, telling_words, terms
from models.people import Done, Facts
from models.ranking import Hit, words_share
from projections.evidence import Evidence, Says, Shown, Strength

ADA, BEN, CLEO, DAN, EVE = (f"member-0000000{each}" for each in "abcde")
NET = "network-00000001"
PEERS, AHEAD, EXPERTS, RESOURCES, CHALLENGES, CONSULTANCY = ListKind
PEOPLE = (PEERS, AHEAD, EXPERTS)
BUSES, DESKS, READING, SLEEP = (f"challenge-0000000{each}" for each in "2345")
GUIDE, VIDEO = "resource-00000001", "resource-00000002"
TEACHER, COACH = RoleFamily.TEACHER, RoleFamily.INSTRUCTIONAL_COACH
NEED = "challenge-00000001"  # ADA's
TEXT = "Absences after winter break in grade nine, week after week"
NOON = datetime(2025, 9, 3, 12, tzinfo=UTC)


class Sketch:
    """ADA asks for something about her challenge, which is at the stage `exploring`."""

    position = 100
    encoder = "by hand"

    def __init__(self, **policy: Any) -> None:
        self.policy = MatchingPolicy(**policy)
        self.policy_hash = hash_of(self.policy)
        self.members: dict[str, Candidate] = {ADA: Candidate(member=ADA, families=frozenset({TEACHER}))}
        self.pieces: dict[str, Evidence] = {}
        self.hits: list[Hit] = []
        self.stages: dict[str, str] = {NEED: "exploring"}
        self.lately: frozenset[str] = frozenset()
        self.set_aside: frozenset[WaivableRule] = frozenset()
        self.gone: frozenset[str] = frozenset()
        self.known: dict[str, Facts] = {}
        self.gives: dict[str, float] = {}  # how many times as well as the need all that the reader shows fits
        self.fresh: frozenset[str] = frozenset()
        self.texts: tuple[str, ...] = (TEXT,)
        self.shares_words = words_share(telling_words([terms(TEXT)]), alike=0.0)

    # what there is

    def member(self, member: str, **traits: Any) -> None:
        known = self.members.get(member, Candidate(member=member))
        self.members[member] = replace(known, **traits)

    def knows(self, member: str, **known: Any) -> None:
        """What is known of a member besides evidence and rules."""
        self.known[member] = Facts(fit=0.0, **known)

    def shows(
        self,
        subject: str,
        near: float = 0.6,
        *,
        words: float = 0.1,
        says: Says = Says.PROFILE,
        owner: str | None = None,
        strength: Strength = Strength.DEMONSTRATED,
        challenge: str | None = None,
        text: str = "",
    ) -> str:
        """A piece of evidence near the need, and its id."""
        if subject.startswith("member-"):
            self.member(subject)
        piece = Evidence(
            id=f"e{len(self.pieces) + 1:03d}",
            subject=subject,
            subject_kind=subject.partition("-")[0],
            owner=owner or subject,
            says=says,
            strength=strength,
            text=text or f"what {subject} shows",
            challenge=challenge,
            source=subject,
            at=NOON,
            confidentiality=Confidentiality.NETWORK,
            since=len(self.pieces) + 1,
            until=None,
        )
        self.pieces[piece.id] = piece
        score = round((1 - self.shares_words) * near + self.shares_words * words, 6)
        self.hits.append(Hit(id=piece.id, person=subject, cosine=near, lexical=words, score=score))
        return piece.id

    def works_on(self, member: str, challenge: str, near: float = 0.6, *, at: str = "exploring", **more: Any) -> str:
        """A problem of theirs, at some stage."""
        self.stages[challenge] = at
        return self.shows(member, near, says=Says.POSTED, challenge=challenge, **more)

    def problem(self, challenge: str, author: str, near: float = 0.6, *, at: str = "exploring") -> str:
        self.stages[challenge] = at
        self.member(author)
        return self.shows(challenge, near, says=Says.IS_ABOUT, owner=author, challenge=challenge)

    def material(self, resource: str, contributor: str = NET, near: float = 0.6) -> str:
        return self.shows(resource, near, says=Says.IS_ABOUT, owner=contributor)

    def everywhere(self, member: str, near: float = 0.6) -> None:
        """Evidence that would bring a member onto every list of people."""
        own = f"challenge-000000{member[-1]}"
        self.works_on(member, f"{own}1", near)
        self.works_on(member, f"{own}2", near, at="testing")
        self.shows(member, near, says=Says.ANSWERED)

    def shuffled(self, seed: int) -> "Sketch":
        Random(seed).shuffle(self.hits)  # noqa: S311 - no secret
        return self

    # what is asked

    def need(self, kind: ListKind, mode: Mode = Mode.ANY) -> Need:
        subject = ADA if kind is ListKind.CHALLENGES else NEED
        return Need(reader=ADA, subject=subject, kind=kind, mode=mode, at=NOON)

    def asks(self, kind: ListKind, mode: Mode = Mode.ANY, seed: int = 0) -> Listing:
        return recommend(self.need(kind, mode), self.policy, self, seed)

    def picks(self, kind: ListKind, mode: Mode = Mode.ANY) -> list[str]:
        return [pick.candidate for pick in self.asks(kind, mode).picks]

    def misses(self, kind: ListKind, mode: Mode = Mode.ANY) -> dict[str, str]:
        return {miss.candidate: miss.rule for miss in self.asks(kind, mode).near_misses}

    def why_not(self, kind: ListKind, candidate: str, seed: int = 0) -> str:
        return why_not(self.need(kind), self.policy, self, seed, candidate).because

    # the snapshot

    def need_texts(self, need: Need) -> NeedTexts:
        return NeedTexts(self.texts, np.zeros((len(self.texts), 3), dtype=np.float32))

    def near(self, subjects: str, says: Collection[str]) -> Search:
        return _Search(
            [
                hit
                for hit in self.hits
                if self.pieces[hit.id].subject_kind == subjects and self.pieces[hit.id].says in says
            ],
            self.pieces,
        )

    def shown(self, hits: Sequence[Hit]) -> Sequence[Shown]:
        pieces = [self.pieces[hit.id] for hit in hits]
        return [Shown(each.subject, each.owner, each.says, each.strength, each.challenge) for each in pieces]

    def reached(self, challenges: Collection[str]) -> Mapping[str, str]:
        return {each: self.stages[each] for each in challenges if each in self.stages}

    def made_by(self, things: Collection[str]) -> Mapping[str, str]:
        makers = {each: self.maker(each) for each in things}
        return {thing: maker for thing, maker in makers.items() if maker is not None}

    def maker(self, thing: str) -> str | None:
        owners = [each.owner for each in self.pieces.values() if each.subject == thing and each.says is Says.IS_ABOUT]
        return owners[0] if owners else None

    def people(self, members: Collection[str]) -> Mapping[str, Candidate]:
        return {each: self.members[each] for each in members if each in self.members}

    def done(self, need: Need, members: Sequence[str]) -> Done:
        known = [self.known.get(each, Facts(fit=0.0)) for each in members]
        since = [np.inf if each.since_answered is None else each.since_answered for each in known]
        return Done(
            tied=np.array([each.tied for each in known]),
            in_category=np.array([each.in_category for each in known]),
            answered=np.array([each.answered for each in known]),
            since_answered=np.array(since),
            exposure=np.array([each.exposure for each in known]),
        )

    def surrounded(self, need: Need, facts: Mapping[str, Facts]) -> Mapping[str, Facts]:
        known = {each: self.known.get(each, Facts(fit=0.0)) for each in facts}
        return {each: replace(facts[each], context=more.context, load=more.load) for each, more in known.items()}

    def back(self, need: Need, problems: Mapping[str, Hit], alike: float) -> Mapping[str, float]:
        return {each: self.gives.get(each, 1.0) for each in problems}

    def newcomers(self, need: Need, members: Sequence[str]) -> frozenset[str]:
        return self.fresh & frozenset(members)

    def waived(self, need: Need) -> frozenset[WaivableRule]:
        return self.set_aside

    def suggested_lately(self, need: Need) -> frozenset[str]:
        return self.lately

    def dismissed(self, need: Need) -> frozenset[str]:
        return self.gone


class _Search:
    def __init__(self, hits: Sequence[Hit], pieces: Mapping[str, Evidence]) -> None:
        self._hits = hits
        self._pieces = pieces

    def figures(self, texts: Sequence[str], vectors: Vectors) -> Figures:
        return Figures(items=60, spread=dict.fromkeys(terms(" ".join(texts)), 3))

    def search(
        self, texts: Sequence[str], vectors: Vectors, *, figures: Figures | None = None, floor: float = -1.0
    ) -> Sequence[Hit]:
        return [hit for hit in self._hits if max(hit.cosine, hit.lexical) >= floor]

    def speaking(self, ids: Sequence[str], words: Collection[str]) -> Mapping[str, frozenset[str]]:
        return {each: frozenset(terms(self._pieces[each].text).keys() & set(words)) for each in ids}


def partner(minutes: int | None = 600, **traits: Any) -> dict[str, Any]:
    """Somebody who may be asked for time."""
    return {"level": Level.PARTNER, "free_minutes": minutes, **traits}
