"""One need with all that was looked up for it, and a candidate with what speaks for it."""

from collections.abc import Callable, Collection, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from domain.eligibility import Asking, Candidate, Mode, must_not_meet
from domain.policies import MatchingPolicy
from domain.recommendations import ListKind
from domain.refusals import IllegalMove, Malformed, Unknown
from domain.vocabulary import MemberId, StreamId, WaivableRule
from engine.snapshot import SOUGHT, Need, Snapshot
from models.lexical import NO_EDGE, PHRASE, Figures, rarity, telling_words, terms
from models.ranking import Hit, edge, weighted_top_three, words_share
from models.view import LIMIT
from projections.evidence import Shown


class People:
    """Members as the rules see them, looked up when they are asked about, many at once where they are known."""

    def __init__(self, find: Callable[[Collection[MemberId]], Mapping[MemberId, Candidate]]) -> None:
        self._find = find
        self._found: dict[MemberId, Candidate | None] = {}

    def look_up(self, members: Collection[MemberId]) -> None:
        if new := set(members) - self._found.keys():
            self._found |= dict.fromkeys(new) | dict(self._find(new))

    def get(self, member: MemberId) -> Candidate | None:
        """None for somebody who never joined."""
        self.look_up((member,))
        return self._found[member]

    def known(self) -> dict[MemberId, Candidate]:
        """All that were found so far."""
        return {member: found for member, found in self._found.items() if found is not None}


class Case(Struct, frozen=True, kw_only=True):
    need: Need
    policy: MatchingPolicy
    asking: Asking
    people: People
    waived: frozenset[WaivableRule] = frozenset()  # for this need
    hits: tuple[Hit, ...]  # weighted by the strength of their source; without what was said under the need itself, for
    # that the reader has already, and without words of a third person whom the reader must not meet
    evidence: Mapping[str, Shown]
    spoken: Mapping[str, frozenset[str]]  # which of the need's terms a piece has, where a group has to cover them
    figures: Figures
    words_share: float  # of the words in a score; the rest is the meaning's

    def known(self, member: MemberId) -> Candidate:
        return self.people.get(member) or Candidate(member=member, present=False)

    @property
    def rarity(self) -> dict[str, float]:
        """Of each of the need's own words."""
        return {word: rarity(word, self.figures) for word in words_of(self.figures)}


class Ranked(Struct, frozen=True, kw_only=True):
    candidate: StreamId
    person: MemberId | None  # whom the rules are asked about; None for the network's own shelf
    fit: float  # of the evidence to the need
    score: float  # the fit, of people moved by what else is known of them
    hits: tuple[Hit, ...]  # the best three
    points: dict[str, float] = {}  # what the score of a person is made of
    more: dict[str, float] = {}  # parts that only a group has, or that only a lot gave

    @property
    def parts(self) -> dict[str, float]:
        meaning = weighted_top_three([hit.cosine * hit.weight for hit in self.hits])
        words = weighted_top_three([hit.lexical * hit.weight for hit in self.hits])
        return {"meaning": meaning, "words": words, **self.points, **self.more}


def nearness(hit: Hit) -> float:
    """In meaning or in words, whichever is nearer: raw, so comparable across needs long and short."""
    return max(hit.cosine, hit.lexical)


def look_up(need: Need, policy: MatchingPolicy, snapshot: Snapshot, floor: float = -1.0) -> Case:
    """Search for what is as near as `floor`, and gather what rules and reasons will ask for."""
    if (need.kind is ListKind.CHALLENGES) != (need.subject == need.reader):
        words = "challenges to help with are for a member; all other lists are for a challenge"
        raise Malformed(words, field="kind")
    texts = snapshot.need_texts(need)
    if not texts.texts:
        raise IllegalMove("there are no words yet to search with", field="need", remedy="describe the need first")
    people = People(snapshot.people)
    asking = _asking(need, policy, snapshot, people)
    search = snapshot.near(*SOUGHT[need.kind])
    figures = search.figures(texts.texts, texts.vectors)
    hits = search.search(texts.texts, texts.vectors, figures=figures, floor=floor)
    figures = reached(figures, hits)
    shown = snapshot.shown(hits)
    hidden = _hidden({piece.owner for piece in shown if _of_a_third(piece)}, asking.reader, people)
    counting = [
        (hit, piece)
        for hit, piece in zip(hits, shown, strict=True)
        if piece.challenge != need.subject and not (piece.owner in hidden and _of_a_third(piece))
    ]
    group = need.kind is ListKind.CONSULTANCY
    weights = {"claimed": policy.claimed, "endorsed": policy.endorsed, "demonstrated": policy.demonstrated}
    return Case(
        need=need,
        policy=policy,
        asking=asking,
        people=people,
        waived=snapshot.waived(need),
        hits=tuple(replace(hit, weight=weights[piece.strength]) for hit, piece in counting),
        evidence={hit.id: piece for hit, piece in counting},
        spoken=search.speaking([hit.id for hit, _ in counting], words_of(figures)) if group else {},
        figures=figures,
        words_share=words_share(telling_words([terms(text) for text in texts.texts]), figures.alike),
    )


def reached(figures: Figures, hits: Sequence[Hit]) -> Figures:
    """With how far the search went; as it went once, where that is known."""
    return figures if figures.edge != NO_EDGE else replace(figures, edge=edge(hits, LIMIT))


def words_of(figures: Figures) -> list[str]:
    """The need's terms without its phrases."""
    return [term for term in sorted(figures.spread) if not term.startswith(PHRASE)]


def _asking(need: Need, policy: MatchingPolicy, snapshot: Snapshot, people: People) -> Asking:
    reader = people.get(need.reader)
    if reader is None or not reader.present:
        raise Unknown("there is no such member in this network", field="reader")
    group = need.kind is ListKind.CONSULTANCY
    return Asking(
        reader=reader,
        leads_to_ask=group or need.kind is ListKind.EXPERTS,
        usual_minutes=policy.consultant_minutes if group else policy.introduction_minutes,
        mode=Mode.ANY if group and need.mode is Mode.MIXED_ROLE else need.mode,  # mixed is a trait of the whole group
        suggested_lately=snapshot.suggested_lately(need),
        dismissed=snapshot.dismissed(need),
    )


def _hidden(writers: Collection[MemberId], reader: Candidate, people: People) -> frozenset[MemberId]:
    """Those whose words about others are not shown to the reader, since the two must not meet."""
    people.look_up(writers)
    found = [writer for each in writers if (writer := people.get(each)) is not None]
    return frozenset(writer.member for writer in found if must_not_meet(reader, writer))


def _of_a_third(piece: Shown) -> bool:
    """A reviewer's words, or those of one who was helped."""
    return piece.owner != piece.subject and piece.says != "is about"
