"""Who takes part in a coaching case, and from where on each of them reads what was said in it."""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from domain.coaching import Coaching
from domain.coaching.events import CaseHandedOver, CoachOffered, OfferDeclined, OfferExpired
from domain.coaching.states import Accepted, Case, Ended, Engaged, Engagement, Offered, case_of, seeker_of
from domain.vocabulary import Confidentiality, MemberId
from projections.coaching_history import Told
from projections.reading import Reader

ALL: Final = 0  # from the beginning


class Part(Struct, frozen=True):
    """From which position of the log on somebody reads; None for what they do not read at all."""

    words: int | None  # the intake, questions, answers, decisions
    talk: int | None  # what the two say to each other: goal, logs, next steps, words of feedback


NO_PART: Final = Part(None, None)
OF_STAFF: Final = Part(ALL, None)  # of what a group may read


class Looking(Struct, frozen=True):
    """One reader before all that happened in a case."""

    reader: Reader
    part: Part
    state: Coaching
    told: Sequence[Told]

    @property
    def seeker(self) -> MemberId | None:
        return seeker_of(self.state)

    @property
    def over(self) -> frozenset[str]:
        """Offers that came to nothing."""
        return frozenset(each.event.offer for each in self.told if isinstance(each.event, OfferDeclined | OfferExpired))

    def words(self, position: int) -> bool:
        return self.part.words is not None and position >= self.part.words

    def talk(self, position: int) -> bool:
        return self.part.talk is not None and position >= self.part.talk

    def talked(self) -> Iterator[Told]:
        """What they read as one of the two."""
        return (each for each in self.told if self.talk(each.position))

    def name(self, member: MemberId | None) -> MemberId | None:
        return None if member in self.reader.hidden else member


def parts(state: Coaching, told: Sequence[Told], *, holding: bool = True) -> dict[MemberId, Part]:
    """Of everybody who has one, the facilitator who holds the case only while `holding`.

    Who comes later reads what was said before once the seeker grants it.
    """
    seeker, case = seeker_of(state), case_of(state)
    found: dict[MemberId, Part] = {}
    if case is not None:
        for member, part in (*(_holding(case, told) if holding else ()), *_coaching(state, told)):
            read = _from_the_beginning(part) if member in case.granted else part
            found[member] = joined(found.get(member, NO_PART), read)
    return found if seeker is None else found | {seeker: Part(ALL, ALL)}


def of_group(state: Coaching) -> bool:
    """Whether all staff read its words."""
    case = case_of(state)
    return case is not None and case.request.confidentiality is Confidentiality.GROUP


def joined(one: Part, other: Part) -> Part:
    return Part(_earlier(one.words, other.words), _earlier(one.talk, other.talk))


def narrowed(one: Part, other: Part) -> Part:
    """What is in both."""
    return Part(_later(one.words, other.words), _later(one.talk, other.talk))


def _later(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else max(one, other)


def _earlier(one: int | None, other: int | None) -> int | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _from_the_beginning(part: Part) -> Part:
    return Part(None if part.words is None else ALL, None if part.talk is None else ALL)


def _holding(case: Case, told: Sequence[Told]) -> Iterator[tuple[MemberId, Part]]:
    if case.facilitator is not None:
        yield case.facilitator, Part(_handed_over(told, "facilitator", case.facilitator), None)


def _coaching(state: Coaching, told: Sequence[Told]) -> Iterator[tuple[MemberId, Part]]:
    group = of_group(state)
    match state:
        case Offered(offer=offer):
            yield offer.offered.coach, Part(ALL if group else None, None)
        case Accepted(offer=offer):
            yield offer.offered.coach, Part(ALL, ALL)
        case Engaged(engagement=engagement, next=offer):
            yield engagement.coach, _of_coach(engagement.coach, told, group=group)
            if offer is not None:
                yield offer.offered.coach, Part(_offered(told, offer.offered.coach) if group else None, None)
        case Ended(engagement=Engagement(coach=coach)):
            yield coach, _of_coach(coach, told, group=group)
        case _:
            return


def _of_coach(coach: MemberId, told: Sequence[Told], *, group: bool) -> Part:
    """The first one comes as to a new case; who takes over reads from the offer on, and talk from when they did."""
    since = _handed_over(told, "coach", coach)
    return Part(_offered(told, coach) if group and since != ALL else since, since)


def _handed_over(told: Sequence[Told], part: str, to: MemberId) -> int:
    """The position at which they took a case over; the beginning for the first who had it."""
    for each in reversed(told):
        event = each.event
        if isinstance(event, CaseHandedOver) and (event.part, event.to) == (part, to):
            return ALL if event.giver is None else each.position
    return ALL


def _offered(told: Sequence[Told], to: MemberId) -> int:
    """The position of the last offer to them."""
    return max(
        (each.position for each in told if isinstance(each.event, CoachOffered) and each.event.coach == to), default=ALL
    )
