"""What several checkers have to know of a network as it stands: who is who, which days and which policy count."""

from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct, field

from engine.rules.days import Days, days_of
from engine.rules.numbers import Numbers
from engine.rules.told import Told


class Person(Struct):
    """One member, as far as it lies open."""

    here: bool = False
    paused: bool = False
    erased: bool = False
    level: str | None = None
    chose: int = 0  # the position at which they chose it
    roles: set[str] = field(default_factory=set)
    places: dict[str, str] = field(default_factory=dict)  # site, or "" for none, → role there
    moved: int = 0  # the position at which a place last changed

    @property
    def families(self) -> set[str]:
        return set(self.places.values()) or {"unspecified"}

    @property
    def sites(self) -> set[str]:
        return self.places.keys() - {""}


class Standing:
    """Folded from the log by itself. Of what a save says, what stood earlier in it counts already."""

    def __init__(self) -> None:
        self.network = ""
        self.events = 0
        self.commands: Final = Numbers()  # those that were carried out
        self._last = ""
        self.days = Days()
        self.people: Final[dict[str, Person]] = {}
        self.parents: Final[dict[str, tuple[str, str | None]]] = {}  # site → kind, and what it lies in
        self.policies: Final[dict[str, dict[str, Any]]] = {}
        self.adopted: Final[list[tuple[int, str]]] = []  # from which position which policy
        self.waived: Final[dict[tuple[str, str], int]] = {}  # rule and subject → since which position
        self._of: Final[dict[str, Callable[[Told], None]]] = {
            "network.chartered": self._chartered,
            "network.school-calendar-set": self._calendar,
            "network.policy-proposed": self._proposed,
            "network.policy-adopted": self._adopted,
            "network.rule-waived": self._waived,
            "site.registered": self._site,
            "member.joined": self._joined,
            "member.left": self._left,
            "member.paused": self._paused,
            "member.resumed": self._resumed,
            "member.erased": self._erased,
            "member.engagement-level-chosen": self._level,
            "member.network-role-granted": self._granted,
            "member.network-role-withdrawn": self._withdrawn,
            "member.affiliation-started": self._started,
            "member.affiliation-ended": self._ended,
        }

    def take(self, told: Told) -> None:
        self.events += 1
        if told.around.command != self._last:
            self._last = told.around.command
            self.commands.add(self._last)
        taken = self._of.get(told.name)
        if taken is not None:
            taken(told)

    @property
    def policy(self) -> dict[str, Any]:
        """The one in force; empty before the first."""
        return self.policies[self.adopted[-1][1]] if self.adopted else {}

    def policy_at(self, position: int) -> str | None:
        """The hash of the policy that was in force at a position."""
        return next((key for since, key in reversed(self.adopted) if since <= position), None)

    def person(self, member: str) -> Person:
        return self.people.get(member) or Person()

    def district(self, site: str) -> str | None:
        """The nearest district that a site lies in, or is."""
        here: str | None = site
        for _ in range(16):
            kind, parent = self.parents.get(here or "", ("", None))
            if kind == "district":
                return here
            here = parent
        return None

    def _chartered(self, told: Told) -> None:
        self.network = told.stream
        self.days = Days(told.fields["zone"])

    def _calendar(self, told: Told) -> None:
        self.days = days_of(told.fields["calendar"])

    def _proposed(self, told: Told) -> None:
        self.policies[told.fields["policy_hash"]] = told.fields["policy"]

    def _adopted(self, told: Told) -> None:
        self.adopted.append((told.position, told.fields["policy_hash"]))

    def _waived(self, told: Told) -> None:
        self.waived.setdefault((told.fields["rule"], told.fields["subject"]), told.position)

    def _site(self, told: Told) -> None:
        self.parents[told.stream] = (told.fields["kind"], told.fields.get("parent"))

    def _joined(self, told: Told) -> None:
        person = self.people.setdefault(told.stream, Person())
        person.here, person.paused = True, False

    def _left(self, told: Told) -> None:
        person = self.person(told.stream)
        person.here, person.paused = False, False

    def _paused(self, told: Told) -> None:
        self.person(told.stream).paused = True

    def _resumed(self, told: Told) -> None:
        self.person(told.stream).paused = False

    def _erased(self, told: Told) -> None:
        self.people[told.stream] = Person(erased=True, moved=told.position)

    def _level(self, told: Told) -> None:
        person = self.person(told.stream)
        person.level, person.chose = told.fields["level"], told.position

    def _granted(self, told: Told) -> None:
        self.person(told.stream).roles.add(told.fields["role"])

    def _withdrawn(self, told: Told) -> None:
        self.person(told.stream).roles.discard(told.fields["role"])

    def _started(self, told: Told) -> None:
        person = self.person(told.stream)
        person.places[told.fields.get("site") or ""] = told.fields["role"]
        person.moved = told.position

    def _ended(self, told: Told) -> None:
        person = self.person(told.stream)
        person.places.pop(told.fields.get("site") or "", None)
        person.moved = told.position
