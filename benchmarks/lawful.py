"""A long history that breaks no rule, row by row as it would lie on disk: time asked for, help, lists, coaching."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import Struct, msgpack

from domain.policies import MatchingPolicy, hash_of
from engine.storage.recorder import Row

NETWORK: Final = "network-00000001"
MEMBERS: Final = 1_000
_ZONE: Final = ZoneInfo("America/New_York")
_POLICY: Final = MatchingPolicy()
_BEGAN: Final = datetime(2020, 1, 1, tzinfo=UTC)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STEP: Final = timedelta(minutes=2)  # from save to save
_SEALED: Final = bytes(180)  # a text of 150 letters
_NEED: Final = ("title", "text", "tried", "would_help")
_LOW: Final = ("resource sent", "peer introduced", "consultancy formed", "group coaching offered")
_LIST: Final = 5  # every so many rounds there is one


def rows(count: int) -> Iterator[Row]:
    """The first so many of them; the last save may be cut short."""
    return islice(_Story().rows(), count)


class _Said(Struct):
    stream: str
    name: str
    fields: dict[str, Any]
    told_to: str = "network"
    sealed: dict[str, str] = {}


class _Story:
    def __init__(self) -> None:
        self._now = _BEGAN
        self._position = 0
        self._saves = 0
        self._versions: Final[dict[str, int]] = {}
        self._encode: Final = msgpack.Encoder().encode

    def rows(self) -> Iterator[Row]:
        yield from self._begin()
        number = 0
        while True:
            number += 1
            yield from self._met(number)
            yield from self._answered(number)
            if number % _LIST == 0:
                yield from self._listed(number)
                yield from self._coached(number)

    def _save(self, *said: _Said, by: str | None = None, actor: str = "operator") -> Iterator[Row]:
        self._now += _STEP
        self._saves += 1
        command = f"command-{self._saves:032x}"
        us = (self._now - _EPOCH) // timedelta(microseconds=1)
        for each in said:
            self._position += 1
            version = self._versions[each.stream] = self._versions.get(each.stream, 0) + 1
            fields = each.fields | dict.fromkeys(each.sealed, _SEALED)
            around = [self._now, actor, by, command, command, command, each.told_to]
            payload = self._encode([1, around, fields, each.sealed])
            yield self._position, us, NETWORK, each.stream, version, each.name, payload

    def _begin(self) -> Iterator[Row]:
        key, policy = hash_of(_POLICY), msgpack.decode(msgpack.encode(_POLICY))
        charter = _Said(NETWORK, "network.chartered", {"name": "Synthetic", "zone": _ZONE.key})
        proposed = _Said(NETWORK, "network.policy-proposed", {"policy_hash": key, "policy": policy})
        yield from self._save(charter, proposed, _Said(NETWORK, "network.policy-adopted", {"policy_hash": key}))
        for number in range(MEMBERS):
            member = _member(number)
            yield from self._save(_Said(member, "member.joined", {"cohort": ""}, sealed={"name": member}), by=member)
            level = _Said(member, "member.engagement-level-chosen", {"level": "partner"})
            offer = {"member": member, "minutes": 900, "period": "month", "effective": "2020-01-01"}
            yield from self._save(level, by=member)
            yield from self._save(_Said(_budget(member), "budget.set", offer), by=member)

    def _met(self, number: int) -> Iterator[Row]:
        """One asks another, they meet, and the help is confirmed: ten events."""
        seeker, helper = _member(number), _member(number + 7)
        call, two = f"introduction-{number:032x}", {"seeker": _member(number), "helper": _member(number + 7)}
        due = {"minutes": 3, "introduced_by": seeker, "expires_at": self._due()}
        yield from self._save(
            _Said(call, "introduction.offered", {**two, "challenge": None, **due}, "pair"),
            _Said(call, "introduction.consented", {"member": seeker}, "pair"),
            self._time("reserved", helper, call, day=str(self._day())),
            by=seeker,
        )
        consented = _Said(call, "introduction.consented", {"member": helper}, "pair")
        yield from self._save(consented, _Said(call, "introduction.made", two), by=helper)
        at = self._now
        yield from self._save(
            _Said(call, "introduction.meeting-held", {**two, "minutes": 1, "at": at}),
            self._time("spent", helper, call, minutes=1),
            *(self._time("logged", who, call, minutes=1, start=at) for who in (helper, seeker)),
            by=seeker,
        )
        confirmed = {"member": seeker, "helper": helper, "challenge": None, "confidentiality": "pair"}
        yield from self._save(
            _Said(call, "introduction.help-confirmed", confirmed, "pair", sealed={"note": seeker}), by=seeker
        )

    def _answered(self, number: int) -> Iterator[Row]:
        """A challenge, three answers and its end."""
        author, stream = _member(number), _challenge(number)
        told, words = {"confidentiality": "network"}, {"title": author, "text": author}
        posted = _Said(stream, "challenge.posted", {"author": author, "stage": "naming", **told}, sealed=words)
        yield from self._save(posted, by=author)
        for each in range(3):
            who = _member(number + 11 + each)
            fields = {"answer": f"answer-{number:08x}{each}", "member": who, "to": author, **told}
            yield from self._save(_Said(stream, "challenge.answered", fields, sealed={"text": who}), by=who)
        resolved = _Said(stream, "challenge.resolved", {"author": author, **told}, sealed={"note": author})
        yield from self._save(resolved, by=author)

    def _listed(self, number: int) -> Iterator[Row]:
        reader, inputs = _member(number), {"position": self._position, "policy_hash": hash_of(_POLICY)}
        evidence = f"e{self._position - 4}a"  # the challenge just posted
        reason = {"says": "posted", "evidence": evidence, "part": "meaning", "value": 0.5, "met": None}
        picks = [
            {
                "candidate": _member(number + 20 + place + 5 * (number // MEMBERS)),  # for each need others
                "score": 0.9 - place / 10,
                "parts": {"meaning": 0.5, "words": 0.1, "fit": 0.5},
                "reasons": [reason] * 3,
                "propensity": 1.0,
            }
            for place in range(5)
        ]
        need = {"reader": reader, "need": _challenge(number), "kind": "peers in the same boat", "mode": "any"}
        derived = {**need, "inputs": {**inputs, "encoder": "e", "seed": 1}, "picks": picks, "near_misses": []}
        stream = f"recommendation-{number:032x}"
        issued = _Said(stream, "recommendation.issued", derived, "pair", {"terms": reader})
        yield from self._save(issued, actor="confrere", by=reader)

    def _coached(self, number: int) -> Iterator[Row]:
        """From the draft to the end, with one session: thirteen events."""
        seeker, coach = _member(number), _member(number + 31)
        case, offer, session = (f"{kind}-{number:032x}" for kind in ("coaching", "offer", "session"))
        own, two = {"seeker": seeker}, {"seeker": seeker, "coach": coach}
        told, words = {**own, "confidentiality": "group"}, dict.fromkeys(_NEED, seeker)
        yield from self._save(_Said(case, "coaching.request-drafted", own, "sealed", words), by=seeker)
        yield from self._save(_Said(case, "coaching.requested", told, "group", words), by=seeker)
        decided = {**told, "disposition": "coach assigned", "urgency": "routine", "passed_over": _LOW}
        yield from self._save(_Said(case, "coaching.request-triaged", decided, "group", {"reason": seeker}))
        asked = {**two, "offer": offer, "minutes": 5, "expires_at": self._due(), "offered_by": "operator"}
        yield from self._save(
            _Said(case, "coaching.coach-offered", asked, "group"),
            self._time("reserved", coach, offer, minutes=5, day=str(self._day())),
        )
        accepted = _Said(case, "coaching.offer-accepted", {"offer": offer, "member": coach}, "group")
        yield from self._save(accepted, by=coach)
        opened = {**two, "until": str(self._day() + timedelta(days=90))}
        yield from self._save(_Said(case, "coaching.engagement-opened", opened, "pair", {"goal": seeker}), by=coach)
        at = self._now
        yield from self._save(
            _Said(case, "coaching.session-held", {**two, "session": session, "at": at, "minutes": 1}, "group"),
            self._time("spent", coach, offer, minutes=1),
            *(self._time("logged", who, session, minutes=1, start=at) for who in (coach, seeker)),
            by=coach,
        )
        closed = _Said(case, "coaching.engagement-closed", {**two, "member": coach}, "group")
        yield from self._save(closed, by=coach)

    def _time(self, what: str, member: str, key: str, minutes: int = 3, **more: Any) -> _Said:  # noqa: ANN401 - a field
        named = {"source": key} if what == "logged" else {"reservation": key}
        return _Said(
            _budget(member), f"budget.time-{what}", {"member": member, "minutes": minutes, **named, **more}, "pair"
        )

    def _day(self) -> date:
        return (self._now + _STEP).date()

    def _due(self) -> datetime:
        return _due(_new_york(self._now + _STEP))


def _new_york(at: datetime) -> date:
    return at.astimezone(_ZONE).date()


@lru_cache(maxsize=4)
def _due(day: date) -> datetime:
    """The end of the third school day after one, where there are neither terms nor holidays."""
    left = 3
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return datetime.combine(day + timedelta(days=1), time(), _ZONE).astimezone(UTC)


def _member(number: int) -> str:
    return f"member-{number % MEMBERS + 0x100:032x}"


def _budget(member: str) -> str:
    return f"budget-{member.partition('-')[2]}"


def _challenge(number: int) -> str:
    return f"challenge-{number:032x}"
