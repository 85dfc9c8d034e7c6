"""The service once more in plain dicts: who is there, what was said, who may read it, and which requests are refused.

Every method that says something answers either with the status of a refusal, or with the names of the events that
are recorded then, none when there is nothing to change.
"""

from collections import Counter
from collections.abc import Callable

from msgspec import Struct

Said = int | tuple[str, ...]

OPEN = frozenset({"public", "network"})
OFFICES = frozenset({"admin", "facilitator"})
WATCHING = frozenset({"auditor", "sponsor"})
PAIR = frozenset({"budget.time-reserved", "budget.time-released"}) | {
    f"introduction.{what}" for what in ("offered", "consented", "declined")
}
SEALED = frozenset({"member.conflict-declared", "member.conflict-ended", "member.muted"})


class Person(Struct):
    name: str = ""
    here: bool = False
    roles: frozenset[str] = frozenset()
    level: str | None = None
    expertise: list[str] = []
    conflicts: dict[str, str] = {}  # declared by them: whom → kind
    muted: frozenset[str] = frozenset()  # by them
    minutes: int | None = None  # this month
    later: int | None = None  # from next month on, where more is promised than they want to give


class Challenge(Struct):
    author: str
    title: str
    told: str  # its class
    stage: str = "naming"
    status: str = "open"
    answers: list[tuple[str, str]] = []  # who, to whom


class Resource(Struct):
    contributor: str
    title: str
    status: str = "shared"


class Introduction(Struct):
    seeker: str
    helper: str
    minutes: int
    consents: frozenset[str]
    reached: str = "offered"


class Model:
    """One network. What was made later stands later in each dict."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.challenges: dict[str, Challenge] = {}
        self.resources: dict[str, Resource] = {}
        self.introductions: dict[str, Introduction] = {}
        self.versions: Counter[str] = Counter()
        self.log: list[tuple[str, str, str]] = []  # stream, event, class

    def record(self, stream: str, *events: str, told: str | None = None) -> tuple[str, ...]:
        for event in events:
            usual = "sealed" if event in SEALED else "pair" if event in PAIR else "network"
            self.log.append((stream, event, told or usual))
            self.versions[stream] += 1
        return events

    # who may read what

    def staff(self, who: str) -> bool:
        return bool(self.people[who].roles & OFFICES)

    def takes_part(self, who: str) -> bool:
        roles = self.people[who].roles
        return not roles or not roles <= WATCHING

    def apart(self, who: str) -> set[str]:
        """Power between them, whoever declared it, and along the whole line of supervision."""
        below, above = self._line(who, self._supervised), self._line(who, self._supervisors)
        declared = {*self.people[who].conflicts, *(each for each, p in self.people.items() if who in p.conflicts)}
        return (below | above | declared) - {who}

    def hidden(self, who: str) -> set[str]:
        return set() if self.staff(who) else self.apart(who) | self.people[who].muted

    def at_odds(self, one: str, other: str) -> bool:
        """Those two never meet; whom one muted does not learn why."""
        return other in self.apart(one) | self.people[one].muted or one in self.people[other].muted

    def sees_member(self, reader: str, member: str) -> bool:
        found = self.people.get(member)
        return found is not None and found.here and member not in self.hidden(reader)

    def sees_challenge(self, reader: str, challenge: str) -> bool:
        found = self.challenges.get(challenge)
        if found is None or found.author in self.hidden(reader):
            return False
        return found.author == reader or found.told in (OPEN | {"group"} if self.staff(reader) else OPEN)

    def sees_resource(self, reader: str, resource: str) -> bool:
        found = self.resources.get(resource)
        return found is not None and found.contributor not in self.hidden(reader)

    def sees_introduction(self, reader: str, introduction: str) -> bool:
        found = self.introductions.get(introduction)
        if found is None or self.hidden(reader) & {found.seeker, found.helper}:
            return False
        return self.staff(reader) or reader in {found.seeker, found.helper}

    def sees(self, reader: str, what: str) -> bool:
        look = {
            "member": self.sees_member,
            "challenge": self.sees_challenge,
            "resource": self.sees_resource,
            "introduction": self.sees_introduction,
        }
        return look[what.partition("-")[0]](reader, what)

    def sees_by_office(self, reader: str, what: str) -> bool:
        """Whether they would not without their roles."""
        person = self.people[reader]
        roles, person.roles = person.roles, frozenset()
        plainly = self.sees(reader, what)
        person.roles = roles
        return self.sees(reader, what) and not plainly

    def shown(self, reader: str, what: str) -> dict[str, object]:
        """Some of what stands in it for this reader."""
        if (person := self.people.get(what)) is not None:
            return {"expertise": [{"topic": each, "endorsers": []} for each in person.expertise]}
        if (challenge := self.challenges.get(what)) is not None:
            said = {name: getattr(challenge, name) for name in ("author", "title", "stage", "status")}
            answers = len(self.answers_seen(reader, what))
            return {**said, "confidentiality": challenge.told, "answers": answers}
        if (resource := self.resources.get(what)) is not None:
            return {name: getattr(resource, name) for name in ("contributor", "title", "status")}
        found = self.introductions[what]
        own = reader in {found.seeker, found.helper}
        reached = found.reached if own or found.reached != "declined" else "over"  # how it ended is for the two alone
        return {"seeker": found.seeker, "helper": found.helper, "minutes": found.minutes, "reached": reached}

    def answers_seen(self, reader: str, challenge: str) -> list[tuple[str, str]]:
        hidden = self.hidden(reader)
        return [pair for pair in self.challenges[challenge].answers if hidden.isdisjoint(pair)]

    def reserved(self, member: str) -> int:
        """Minutes that asks hold; whoever consented goes on holding them."""
        held = (each for each in self.introductions.values() if each.reached in {"offered", "made"})
        return sum(each.minutes for each in held if each.helper == member)

    # what is said

    def refused(self, actor: str, named: str | None = None, *, office: bool = False) -> int:
        """What holds for every request: first the role, then whether what the path names is there for the actor."""
        if not self.people[actor].here:
            return 404
        if not (self.staff(actor) if office else self.takes_part(actor)):
            return 403
        return 404 if named is not None and not self.sees(actor, named) else 0

    def invite(self, actor: str, new: str) -> Said:
        if no := self.refused(actor, office=True):
            return no
        self.people[new] = Person()
        return self.record(new, "member.invited")

    def join(self, member: str, name: str) -> Said:
        person = self.people[member]
        if person.here:
            return ()
        person.here, person.name = True, name
        return self.record(member, "member.joined")

    def claim(self, actor: str, member: str, topic: str) -> Said:
        if no := self.refused(actor, member):
            return no
        if not self.speaks_for(actor, member):
            return 403
        if topic in self.people[member].expertise:
            return ()
        self.people[member].expertise.append(topic)
        return self.record(member, "member.expertise-claimed")

    def declare(self, actor: str, member: str, other: str, kind: str) -> Said:
        if no := self.refused(actor, member):
            return no
        if not self.speaks_for(actor, member) or actor == other:
            return 403
        if not self.people[other].here:
            return 404
        if self.people[member].conflicts.get(other) == kind:
            return ()
        self.people[member].conflicts[other] = kind
        return self.record(member, "member.conflict-declared")

    def reconcile(self, actor: str, member: str, other: str) -> Said:
        if no := self.refused(actor, member):
            return no
        if not self.speaks_for(actor, member) or actor == other:
            return 403
        if self.people[member].conflicts.pop(other, None) is None:
            return ()
        return self.record(member, "member.conflict-ended")

    def mute(self, member: str, other: str) -> Said:
        if no := self.refused(member, member):
            return no
        if not self.people[other].here:
            return 404
        if other in self.people[member].muted:
            return ()
        self.people[member].muted |= {other}
        return self.record(member, "member.muted")

    def grant(self, actor: str, member: str, role: str) -> Said:
        if no := self.may_grant(actor, member):
            return no
        if role in self.people[member].roles:
            return ()
        self.people[member].roles |= {role}
        return self.record(member, "member.network-role-granted")

    def may_grant(self, actor: str, member: str) -> int:
        if not self.people[actor].here:
            return 404
        return 403 if "admin" not in self.people[actor].roles else 0 if self.sees(actor, member) else 404

    def withdraw(self, actor: str, member: str, role: str) -> Said:
        """Anybody may lay down a role of their own, who only looks on too."""
        if not self.people[actor].here or not self.sees(actor, member):
            return 404
        if actor != member and "admin" not in self.people[actor].roles:
            return 403
        if role not in self.people[member].roles:
            return ()
        self.people[member].roles -= {role}
        return self.record(member, "member.network-role-withdrawn")

    def offer_time(self, actor: str, member: str, minutes: int) -> Said:
        if no := self.refused(actor, member):
            return no
        if actor != member:
            return 403
        person = self.people[member]
        if minutes == (person.minutes if person.later is None else person.later):
            return ()
        if minutes >= self.reserved(member):
            person.minutes, person.later = minutes, None
        else:
            person.later = minutes
        return self.record(budget_of(member), "budget.set")

    def post(self, actor: str, new: str, title: str, told: str) -> Said:
        if no := self.refused(actor):
            return no
        self.challenges[new] = Challenge(author=actor, title=title, told=told)
        return self.record(new, "challenge.posted", told=told)

    def answer(self, actor: str, challenge: str) -> Said:
        if no := self.refused(actor, challenge):
            return no
        found = self.challenges[challenge]
        if found.status != "open":
            return 409
        found.answers.append((actor, found.author))
        return self.record(challenge, "challenge.answered", told=found.told)

    def change(self, actor: str, challenge: str, what: str, value: str, *, stale: bool = False) -> Said:
        """Reframe it, move it to another stage, or resolve it; `stale` when If-Match names what is past."""
        if no := self.refused(actor, challenge):
            return no
        found = self.challenges[challenge]
        if stale:
            return 412
        if found.status != "open":
            return () if what == "status" else 409
        if not self.speaks_for(actor, found.author):
            return 403
        if getattr(found, what) == value:
            return ()
        setattr(found, what, value)
        return self.record(challenge, CHANGED[what], told=found.told)

    def share(self, actor: str, new: str, title: str) -> Said:
        if no := self.refused(actor):
            return no
        self.resources[new] = Resource(contributor=actor, title=title)
        return self.record(new, "resource.shared")

    def revise(self, actor: str, resource: str, title: str) -> Said:
        if no := self.refused(actor, resource):
            return no
        found = self.resources[resource]
        if found.status == "retired":
            return 409
        if not self.speaks_for(actor, found.contributor):
            return 403
        if title == found.title and self.versions[resource] > 1:
            return ()
        found.title = title
        return self.record(resource, "resource.revised")

    def retire(self, actor: str, resource: str) -> Said:
        if no := self.refused(actor, resource):
            return no
        found = self.resources[resource]
        if found.status == "retired":
            return ()
        if not self.speaks_for(actor, found.contributor):
            return 403
        found.status = "retired"
        return self.record(resource, "resource.retired")

    def offer(self, actor: str, new: str, seeker: str, helper: str, minutes: int) -> Said:
        if no := self.refused(actor):
            return no
        if actor not in {seeker, helper} and not self.staff(actor):
            return 403
        asked = self.people[helper]
        if not (self.sees_member(actor, seeker) and self.sees_member(actor, helper)):
            return 404
        if seeker == helper or asked.level is None or asked.minutes is None or self.at_odds(seeker, helper):
            return 409
        if minutes > asked.minutes - self.reserved(helper):
            return 409
        consents = frozenset({actor} & {seeker, helper})
        self.introductions[new] = Introduction(seeker=seeker, helper=helper, minutes=minutes, consents=consents)
        offered = self.record(new, "introduction.offered", *("introduction.consented" for _ in consents))
        return *offered, *self.record(budget_of(helper), "budget.time-reserved")

    def consent(self, actor: str, introduction: str) -> Said:
        if no := self.refused(actor, introduction):
            return no
        found = self.introductions[introduction]
        if found.reached == "declined":
            return 409
        if actor not in {found.seeker, found.helper}:
            return 403
        return () if actor in found.consents else self._consented(actor, introduction, found)

    def _consented(self, actor: str, introduction: str, found: Introduction) -> Said:
        if self.at_odds(found.seeker, found.helper):
            return 409
        found.consents |= {actor}
        if len(found.consents) < 2:
            return self.record(introduction, "introduction.consented")
        found.reached = "made"
        return self.record(introduction, "introduction.consented", "introduction.made")

    def decline(self, actor: str, introduction: str) -> Said:
        if no := self.refused(actor, introduction):
            return no
        found = self.introductions[introduction]
        if actor not in {found.seeker, found.helper}:
            return 403
        if found.reached == "declined":
            return ()
        found.reached = "declined"
        declined = self.record(introduction, "introduction.declined")
        return *declined, *self.record(budget_of(found.helper), "budget.time-released")

    def speaks_for(self, actor: str, member: str) -> bool:
        return actor == member or "facilitator" in self.people[actor].roles

    def _supervised(self, who: str) -> set[str]:
        return {other for other, kind in self.people[who].conflicts.items() if kind == "supervises"}

    def _supervisors(self, who: str) -> set[str]:
        return {each for each in self.people if who in self._supervised(each)}

    @staticmethod
    def _line(who: str, step: Callable[[str], set[str]]) -> set[str]:
        found, waiting = set[str](), {who}
        while waiting:
            further = step(waiting.pop()) - found
            found |= further
            waiting |= further
        return found


CHANGED = {"title": "challenge.reframed", "stage": "challenge.stage-changed", "status": "challenge.resolved"}


def budget_of(member: str) -> str:
    return f"budget-{member.partition('-')[2]}"
