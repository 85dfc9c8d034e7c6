"""What several open needs have in common, for one of the staff, and a response to all who share it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256
from typing import TypeAlias

import msgspec
from msgspec import Struct

from domain.coaching.commands import OfferGroupResponse
from domain.eligibility import Candidate, must_not_meet, same_person
from domain.kernel import ERASED
from domain.refusals import IllegalMove, Unknown
from domain.vocabulary import ENGINE, MemberId, StreamId
from engine.at_hand import KeptUp
from engine.deciding import Order
from engine.ledger import Ledger
from engine.live_snapshot import LiveSnapshot
from engine.open_needs import OpenNeeds
from engine.theme_file import Last, ThemeFile
from models import themes as clusters
from models.themes import MOST, Need
from models.vector_index import Vectors
from projections import coaching_work, member_directory, site_tree
from projections.coaching_responses import open_to_responses
from projections.coaching_work import CaseWords
from projections.network_setting import setting
from projections.reading import Reader

Themes: TypeAlias = tuple[clusters.Theme, ...]


class Theme(Struct, frozen=True, kw_only=True):
    """Nothing in it but the ids of cases comes from a single person."""

    id: str
    label: str
    words: tuple[str, ...]  # the most telling first
    cases: tuple[StreamId, ...]  # the most typical first
    size: int  # people
    may_offer: bool  # enough people for one response to all


class _Open(Struct, frozen=True):
    """Open needs that have words, with their vectors in the same order."""

    needs: Sequence[Need]
    vectors: Vectors

    def without(self, members: Collection[MemberId]) -> "_Open":
        kept = [row for row, need in enumerate(self.needs) if need.person not in members]
        return _Open([self.needs[row] for row in kept], self.vectors[kept])


def themes(up: KeptUp, open_needs: OpenNeeds, reader: Reader, kept: ThemeFile) -> tuple[Theme, ...]:
    """The largest first, of needs whose words a group may read; without those over whom the reader has power.

    They are found anew when a need or its words change, and go on from those found last. For who must not be shown all
    of them they are found among the rest, so that no label owes a word to somebody left out; what they share with those
    of everybody else has the same id. Names of members and sites are in no label.
    """
    names = dict(member_directory.names(up.connection, Reader(member=ENGINE)))
    needs = _open(up, open_needs, names.keys())
    unnamed = sorted({*names.values(), *(site.name for site in site_tree.sites(up.connection))})
    everything = _going_on(needs, unnamed, up, kept)
    left_out = reader.apart & {need.person for need in needs.needs}
    if not left_out:
        return _told(up, needs, everything)
    rest = needs.without(left_out)
    return _told(up, rest, clusters.themes(rest.needs, rest.vectors, everything, unnamed))


def called(found: Sequence[Theme], theme: str) -> Theme:
    """The theme of this id; raises Unknown."""
    there = next((each for each in found if each.id == theme), None)
    if there is None:
        raise Unknown("there is no such theme any more", field="theme", remedy="look at the themes again")
    return there


def offer_to_all(up: KeptUp, theme: Theme, response: str, about: str, at: datetime) -> list[Order]:
    """What offers one response to everybody who shares a theme, for one save: once to each person, who then consents.

    Two who must not meet are not brought together: the one whose need is less typical is left out. Raises IllegalMove
    where too few are left.
    """
    least = setting(up.connection).policy.coaching.group_least
    chosen = _may_share(up, theme, at)
    if len(chosen) < least:
        words = f"fewer than {least} could share one response now"
        raise IllegalMove(words, field="theme", remedy="answer each of them, or wait until more share it")
    return [Order(command=OfferGroupResponse(coaching=case, response=response, about=about), at=at) for case in chosen]


def _open(up: KeptUp, open_needs: OpenNeeds, present: Collection[MemberId]) -> _Open:
    """As many as can be compared at once, the latest; nothing of who left or was erased."""
    found = coaching_work.open_needs(up.connection)
    cases = {case.coaching: case for case in found if case.seeker in present and _said(case)}
    there, vectors = open_needs.vectors(list(cases)[-MOST:])
    return _Open([Need(each, cases[each].seeker, _said(cases[each])) for each in there], vectors)


def _said(case: CaseWords) -> str:
    """What a need is about: not what was tried, nor what sort of help is wished for."""
    return "\n".join(each for each in (case.title, case.text, *case.clarifications) if each not in {"", ERASED})


def _going_on(needs: _Open, unnamed: Sequence[str], up: KeptUp, kept: ThemeFile) -> Themes:
    """The themes of all open needs: those found last where nothing changed, else what became of them."""
    last = kept.read()
    body = [up.index.encoder.fingerprint, sorted((need.id, need.person, need.text) for need in needs.needs), unnamed]
    made_from = sha256(msgspec.json.encode(body)).hexdigest()
    if last.made_from != made_from:
        last = Last(made_from=made_from, themes=clusters.themes(needs.needs, needs.vectors, last.themes, unnamed))
        kept.write(last)
    return last.themes


def _told(up: KeptUp, needs: _Open, found: Themes) -> tuple[Theme, ...]:
    seekers = {need.id: need.person for need in needs.needs}
    least = setting(up.connection).policy.coaching.group_least
    askable = open_to_responses(up.connection)
    return tuple(
        Theme(
            id=each.id,
            label=each.label,
            words=tuple(word.text for word in each.words),
            cases=each.members,
            size=len({seekers[case] for case in each.members}),
            may_offer=len({seekers[case] for case in each.members if case in askable}) >= least,
        )
        for each in found
    )


def _may_share(up: KeptUp, theme: Theme, at: datetime) -> list[StreamId]:
    """The most typical first, one case a person, no two of whom must not meet."""
    askable = open_to_responses(up.connection)
    cases = {case: askable[case] for case in theme.cases if case in askable}
    people = snapshot_of(up, at).people(set(cases.values()))
    chosen: dict[StreamId, Candidate] = {}
    for case, seeker in cases.items():
        one = people[seeker]
        if not any(same_person(one, other) or must_not_meet(one, other) for other in chosen.values()):
            chosen[case] = one
    return list(chosen)


def snapshot_of(up: KeptUp, at: datetime) -> LiveSnapshot:
    """For what needs no past of lists and answers."""
    return LiveSnapshot(up.connection, up.position, up.index, Ledger(), up.index.encoder.fingerprint, at)
