"""What each rung of the ladder could offer an open need right now, and whether that would do, without its words."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from domain.coaching.commands import Offering
from domain.eligibility import UNAVAILABLE, Asking, Candidate, Mode, first_objection, must_not_meet, same_person
from domain.refusals import IllegalMove
from domain.vocabulary import Confidentiality, Disposition, MemberId, NetworkRole, Urgency
from engine.grouping import Consultant, convene
from engine.sight import LOOKED_AT, POOL, Material, Shown, Sight, consultants_of, peers_of
from models.lexical import words_alone

_WORKS: Final = "somebody works on a problem like it, or is ahead with one"
NAMED: Final = 3  # of each kind: a facilitator wants to know whom, not how many
_ALL_BUT: Final = 3  # of three words of a title two were said: it is what was tried
_AT_MOST: Final = 5 * LOOKED_AT  # of whom it is asked whether they are available


class Rung(Struct, frozen=True):
    offering: Offering
    enough: bool  # it would do


def resource_sent(sight: Sight) -> Rung:
    rung, intake = Disposition.RESOURCE_SENT, sight.intake
    near = [each for each in sight.materials if each.nearness >= sight.policy.knows_the_area]
    new = [each for each in near if not _tried(each, sight)]
    found = [each.resource for each in new if _may_be_sent(each, sight)][:NAMED]
    if rung in intake.taken:
        return _passed(rung, "this was done before, and the need is open still", found)
    if not near:
        return _not(rung, "nothing on the shelf is near enough")
    if not new:
        return _not(rung, "what is near enough was tried already")
    if not found:
        return _not(rung, "what is near enough is unavailable")
    if intake.urgency is not Urgency.ROUTINE:
        return _passed(
            rung, "what is near enough could be read at once, but it is pressing: reading alone is slow", found
        )
    return _would_do(rung, "something on the shelf is near enough and was not tried yet, and it is not pressing", found)


def peer_introduced(sight: Sight) -> Rung:
    rung = Disposition.PEER_INTRODUCED
    near = [each.member for each in peers_of(sight.members) if each.alike >= sight.policy.knows_the_area]
    asking = Asking(
        reader=sight.reader,
        leads_to_ask=True,
        usual_minutes=sight.policy.introduction_minutes,
        suggested_lately=sight.lately,
    )
    found = _first([each for each in near if each not in sight.intake.sent], asking, sight)
    if rung in sight.intake.taken:
        return _passed(rung, "this was done before, and the need is open still", found)
    if not near:
        return _not(rung, "nobody works on a problem near enough")
    if not found:
        return _not(rung, "those who work on a problem like it are unavailable")
    if sight.intake.urgency is Urgency.URGENT:
        return _passed(rung, f"{_WORKS}, but it is urgent and a talk among peers is no plan", found)
    return _would_do(rung, _WORKS, found)


def consultancy_formed(sight: Sight) -> Rung:
    rung, intake = Disposition.CONSULTANCY_FORMED, sight.intake
    if intake.confidentiality is not Confidentiality.GROUP:
        return _not(rung, "its words are for two people, not for a group")
    found = _consultants(sight)
    if rung in intake.taken:
        return _passed(rung, "this was done before, and the need is open still", found)
    if not found:
        return _not(rung, "no group that keeps the rules can be convened right now")
    could = "a group could be convened"
    hindrance = _hindrance(sight)
    if hindrance:
        return _passed(rung, f"{could}, but {hindrance}", found)
    return _would_do(rung, f"{could}, there is a challenge to present, and the seeker can give the time", found)


def _hindrance(sight: Sight) -> str:
    if sight.intake.urgency is not Urgency.ROUTINE:
        return "it cannot wait until they meet"
    if sight.intake.challenge is None:
        return "there is no challenge to present to them"
    few = sight.intake.minutes < sight.policy.consultant_minutes
    return "presenting takes more time than the seeker can give" if few else ""


def group_coaching_offered(sight: Sight) -> Rung:
    rung, least = Disposition.GROUP_COACHING_OFFERED, sight.policy.coaching.group_least
    if sight.intake.confidentiality is not Confidentiality.GROUP:
        return _not(rung, "its words are for two people, not for a group")
    near = sight.like[:_AT_MOST]
    sight.people.look_up({each.seeker for each in near})
    sharing = {each.seeker: each.coaching for each in reversed(near) if _may_share(each.seeker, sight)}
    found = sorted(sharing.values())
    if len(found) + 1 < least:
        return _not(rung, f"fewer than {least} open needs are near one another", found)
    words = "several open needs are near one another"
    if sight.intake.urgency is Urgency.URGENT:
        return _passed(rung, f"{words}, but it is urgent and a group takes time to agree", found)
    return _would_do(rung, words, found)


def coach_assigned(sight: Sight) -> Rung:
    rung, fitting = Disposition.COACH_ASSIGNED, sight.fitting[NetworkRole.COACH]
    found = _first(fitting, _asking(sight), sight)
    if not fitting:
        return _not(rung, "no coach shows anything that fits well enough")
    if not found:
        return _waits(fitting, sight)
    return _would_do(rung, "somebody who coaches fits well enough and has room", found)


def _waits(fitting: Sequence[MemberId], sight: Sight) -> Rung:
    """A need waits for a coach sooner than it takes an expert, unless it is urgent or no coach could ever be asked."""
    rung = Disposition.COACH_ASSIGNED
    words = "the coaches who fit are unavailable"
    if not _may_come_free(fitting, sight):
        return _not(rung, "the coaches who fit are not asked for time")
    if sight.intake.urgency is Urgency.URGENT:
        return _not(rung, f"{words}, and it is urgent")
    return Rung(Offering(rung=rung, possible=False, reason=f"{words}: it waits"), enough=True)


def expert_engaged(sight: Sight) -> Rung:
    rung, fitting = Disposition.EXPERT_ENGAGED, sight.fitting[NetworkRole.EXPERT]
    found = _first(fitting, _asking(sight), sight)
    if not fitting:
        return _not(rung, "no expert shows anything that fits well enough")
    if sight.expert_minutes is None:
        return _not(rung, "the network has set no time apart for experts")
    if sight.expert_minutes < sight.policy.coaching.session_minutes:
        return _not(rung, "the experts who fit are unavailable")
    if not found:
        return _not(rung, "the experts who fit are unavailable")
    return _would_do(rung, "an expert fits well enough and has room", found)


def intensive_plan_opened(sight: Sight) -> Rung:
    rung = Disposition.INTENSIVE_PLAN_OPENED
    found = _first(sight.fitting[NetworkRole.COACH], _asking(sight), sight)
    words = "somebody who coaches and fits has room for it" if found else "nobody who fits has room for it right now"
    return Rung(Offering(rung=rung, possible=bool(found), reason=words, candidates=tuple(found)), enough=bool(found))


RUNGS: Final[tuple[Callable[[Sight], Rung], ...]] = (
    resource_sent,
    peer_introduced,
    consultancy_formed,
    group_coaching_offered,
    coach_assigned,
    expert_engaged,
    intensive_plan_opened,
)


def _not(rung: Disposition, reason: str, candidates: Iterable[str] = ()) -> Rung:
    return Rung(Offering(rung=rung, possible=False, reason=reason, candidates=tuple(candidates)), enough=False)


def _passed(rung: Disposition, reason: str, candidates: Sequence[str]) -> Rung:
    """It could be offered, and would not do."""
    found = tuple(candidates)
    return Rung(Offering(rung=rung, possible=bool(found), reason=reason, candidates=found), enough=False)


def _would_do(rung: Disposition, reason: str, candidates: Sequence[str]) -> Rung:
    return Rung(Offering(rung=rung, possible=True, reason=reason, candidates=tuple(candidates)), enough=True)


def _tried(each: Material, sight: Sight) -> bool:
    """Sent or used before, or most of the words of its title stand in what was tried."""
    if each.used or each.resource in sight.intake.sent:
        return True
    title, tried = words_alone(each.title).keys(), words_alone(sight.intake.tried).keys()
    return bool(title) and _ALL_BUT * len(title & tried) >= (_ALL_BUT - 1) * len(title)


def _may_be_sent(each: Material, sight: Sight) -> bool:
    """Material is usable without who made it; but nothing of somebody whom the seeker must not meet is sent."""
    if not each.maker.startswith("member-"):
        return True
    maker = sight.people.get(each.maker)
    return maker is not None and not must_not_meet(maker, sight.reader)


def _asking(sight: Sight) -> Asking:
    return Asking(reader=sight.reader, minutes=sight.policy.coaching.session_minutes)


def _first(members: Sequence[MemberId], asking: Asking, sight: Sight) -> list[MemberId]:
    return [each.member for each in islice(_eligible(members, asking, sight), NAMED)]


def _eligible(members: Sequence[MemberId], asking: Asking, sight: Sight) -> Iterator[Candidate]:
    """In their order, looked up some at a time, as far as it is asked for."""
    for start in range(0, min(len(members), _AT_MOST), LOOKED_AT):
        some = members[start : start + LOOKED_AT]
        sight.people.look_up(some)
        known = (sight.people.get(each) for each in some)
        yield from (each for each in known if each is not None and first_objection(each, asking) is None)


def _may_come_free(members: Sequence[MemberId], sight: Sight) -> bool:
    """Whether any is unavailable for a cause that is told to nobody; not the seeker, nor who offers no time."""
    known = (sight.people.get(each) for each in members[:_AT_MOST])
    objections = (first_objection(each, _asking(sight)) for each in known if each is not None)
    return any(each is not None and each.words == UNAVAILABLE for each in objections)


def _may_share(seeker: MemberId, sight: Sight) -> bool:
    """Whether this seeker and ours could be in one group."""
    who = sight.people.get(seeker)
    return (
        who is not None and who.present and not must_not_meet(who, sight.reader) and not same_person(who, sight.reader)
    )


def _consultants(sight: Sight) -> list[MemberId]:
    """The smallest group that keeps the rules, greedily from the best few; nobody where none is found."""
    policy = replace(sight.policy, consultants_most=sight.policy.consultants_least)
    asking = Asking(reader=sight.reader, leads_to_ask=True, usual_minutes=policy.consultant_minutes)
    shown: Mapping[MemberId, Shown] = {each.member: each for each in consultants_of(sight.members)[:POOL]}
    pool = [_consultant(each, shown[each.member]) for each in _eligible(list(shown), asking, sight)]
    try:
        group = convene(sight.reader, pool, {}, policy, Mode.ANY)
    except IllegalMove:
        return []
    return [each.candidate.member for each in group.consultants]


def _consultant(candidate: Candidate, shown: Shown) -> Consultant:
    return Consultant(
        candidate=candidate, score=shown.worth, area=shown.area, dilemma=shown.dilemma, covers=frozenset()
    )
