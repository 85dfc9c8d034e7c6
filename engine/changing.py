"""Why somebody is not on a list, and the smallest change that would have put them there, in words for its reader."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from domain.eligibility import UNAVAILABLE, words_of
from domain.policies import MatchingPolicy
from domain.recommendations import ListKind
from domain.refusals import IllegalMove
from domain.vocabulary import StreamId
from engine.case import Case, Ranked, look_up, nearness
from engine.convening import convened, presenter_of
from engine.moving import score_told
from engine.ordering import judged, objections
from engine.recommending import choose, clipped, ranked
from engine.snapshot import Need, Snapshot

NOT_LISTED: Final = "others are nearer, or they are unavailable just now"  # one sentence, so that it tells of neither
ONESELF: Final = "nobody is suggested to themselves"
NEVER: Final = "none: others alone are suggested"
NOTHING: Final = "none: they stand there"
_LIFTED: Final[Mapping[str, str]] = {
    "gone": "had they still been in the network",
    "light_touch": "had they chosen to be asked for time",
    "no_time_offered": "had they offered time",
    "other_company": "had any role been asked for",
    "suggested_lately": "had they not been suggested for another need lately",
    "dismissed": "had you not dismissed them",
}
_TRULY: Final[Mapping[str, str]] = {
    "power_conflict": "there is a conflict between the two",
    "mute": "one of the two muted the other",
    "away": "they have paused",
    "full_calendar": "their time is taken up",
}


class WhyNot(Struct, frozen=True, kw_only=True):
    because: str
    change: str  # the smallest; the same words, and figures, for whatever is private
    truly: str = ""  # for the operator alone


def why_not(need: Need, policy: MatchingPolicy, snapshot: Snapshot, seed: int, candidate: StreamId) -> WhyNot:
    """What keeps a candidate off the list as things stand at the snapshot, and what would change that."""
    if candidate == need.reader:
        return WhyNot(because=ONESELF, change=NEVER)
    case = look_up(need, policy, snapshot)
    everyone = ranked(case, snapshot, policy.floor)
    found = next((one for one in everyone if one.candidate == candidate), None)
    if found is None:
        return _unknown(case, candidate, snapshot)
    eligible = _eligible(everyone, case, snapshot)
    if need.kind is ListKind.CONSULTANCY:
        return _beside_the_group(found, eligible, case)
    listed = choose(case, everyone, snapshot, seed).picks
    places = [one.candidate for one in listed]
    if candidate in places:
        return WhyNot(because=f"they are suggested, in place {places.index(candidate) + 1}", change=NOTHING)
    ((scored, _),) = judged([found], case, snapshot, enough=1)
    return _kept_off(scored, eligible, listed, case)


def _eligible(everyone: Sequence[Ranked], case: Case, snapshot: Snapshot) -> list[Ranked]:
    return [one for one, rule in judged(everyone, case, snapshot, enough=len(everyone)) if rule is None]


def _kept_off(one: Ranked, eligible: Sequence[Ranked], listed: Sequence[Ranked], case: Case) -> WhyNot:
    """By the first rule, or by others: who is unavailable and who is too far down hear the same."""
    binding = objections(one, case)
    place = 1 + sum((-each.score, each.candidate) < (-one.score, one.candidate) for each in eligible)
    nearer = _nearer(listed)
    truly = "; ".join((*(_TRULY.get(each.rule, each.words) for each in binding), _place(one, place, listed)))
    if not binding or binding[0].words == UNAVAILABLE:
        return WhyNot(because=NOT_LISTED, change=nearer, truly=truly)
    lifted = _LIFTED.get(binding[0].rule, "had this rule not held")
    then = f"they would be suggested, in place {place}"
    more = then if len(binding) == 1 and place <= case.policy.list_length else f"and besides {nearer}"
    return WhyNot(because=words_of(binding[0].rule), change=f"{lifted}, {more}", truly=truly)


def _nearer(listed: Sequence[Ranked]) -> str:
    """Told of the last one listed alone: a figure of the candidate's would tell what keeps them off."""
    if not listed:
        return "to be near enough, and available"
    last = listed[-1]
    return f"to be nearer than the last one listed, at {score_told(clipped(last.score), last.parts):.2f}, and available"


def _place(one: Ranked, place: int, listed: Sequence[Ranked]) -> str:
    last = f", where the last one listed has {listed[-1].score:.4f}" if listed else ""
    return f"by a score of {one.score:.4f}{last}, they would be in place {place}"


def _unknown(case: Case, candidate: StreamId, snapshot: Snapshot) -> WhyNot:
    theirs = [hit for hit in case.hits if hit.person == candidate]
    floor = case.policy.floor
    if not theirs:
        because = "nothing is known of them that is near this need"
        return WhyNot(because=because, change=f"something of theirs that all may read, as near as {floor:.2f}")
    if all(one.candidate != candidate for one in ranked(case, snapshot, floor=0.0)):
        return WhyNot(because="what they work on stands at another stage", change=_stage(case.need.kind))
    nearest = max(nearness(hit) for hit in theirs)
    short = f"nearer by {floor - nearest:.2f} than the nearest there is, at {nearest:.2f}, to count at all"
    because = f"too far from this need: nothing they wrote is as near as {floor:.2f}"
    return WhyNot(because=because, change=f"something of theirs that is {short}")


def _stage(kind: ListKind) -> str:
    match kind:
        case ListKind.PEERS:
            return "a problem of theirs at the stage of yours"
        case ListKind.AHEAD:
            return "a problem of theirs a stage further than yours"
        case _:
            return "a challenge that is still worked on"


def _beside_the_group(one: Ranked, eligible: Sequence[Ranked], case: Case) -> WhyNot:
    binding = objections(one, case)
    truly = "; ".join(_TRULY.get(each.rule, each.words) for each in binding) or "others fit together better"
    beside = WhyNot(because=NOT_LISTED, change="to fit with the others, and be available", truly=truly)
    if binding:
        lifted = _LIFTED.get(binding[0].rule, "had this rule not held")
        private = binding[0].words == UNAVAILABLE
        because, change = words_of(binding[0].rule), f"{lifted}, and besides {beside.change}"
        return beside if private else WhyNot(because=because, change=change, truly=truly)
    if case.known(one.candidate).sites & presenter_of(case).sites:
        because = "they are from your own site, and consultants come from others"
        return WhyNot(because=because, change="a colleague asked for, which staff may allow for this challenge")
    return _in_the_group(one, eligible, case, beside)


def _in_the_group(one: Ranked, eligible: Sequence[Ranked], case: Case, beside: WhyNot) -> WhyNot:
    try:
        group = convened(case, eligible)
    except IllegalMove as none:
        return WhyNot(because=none.words, change="a group that keeps the rules")
    if any(each.candidate == one.candidate for each in group):
        return WhyNot(because="they are suggested, as one of the group", change=NOTHING)
    return beside
