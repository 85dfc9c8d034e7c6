"""Rules 11 to 13: where a group's consultants come from, what they know, and the company that was asked for."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from engine.rules.checker import Look
from engine.rules.pairs import GROUP, LISTED
from engine.rules.standing import Person, Standing
from engine.rules.told import Told

OWN_SITE: Final = "a consultant from the presenter's own site"
_MOVED: Final = "lists of people who changed their place while these were made"
_PEOPLE: Final = frozenset({"peers in the same boat", "peers one step ahead", "experts"})


class _OfPeople:
    """Reads who is on a list, and where they were when it was made."""

    def __init__(self, standing: Standing) -> None:
        self.standing: Final = standing
        self.left: Final = Counter[str]()

    def on(self, told: Told) -> list[Person] | None:
        """The reader first; None where somebody has moved since the position that the list was made of."""
        ids = [told.fields["reader"], *(pick["candidate"] for pick in told.fields["picks"])]
        people = [self.standing.person(each) for each in ids]
        if any(person.moved > told.fields["inputs"]["position"] for person in people):
            self.left[_MOVED] += 1
            return None
        return people


class Places:
    """Rule 11."""

    def __init__(self, standing: Standing) -> None:
        self._standing: Final = standing
        self._people: Final = _OfPeople(standing)
        self.of: Final[Mapping[str, Look]] = {LISTED: self._look}

    @property
    def left(self) -> Mapping[str, int]:
        return self._people.left

    def _look(self, told: Told) -> str | None:
        people = self._people.on(told) if told.fields["kind"] == GROUP else None
        if not people:
            return None
        reader, *consultants = people
        if self._at_home(reader, consultants) and not self._waived(told):
            return "a consultant is from the presenter's own site"
        return self._districts(consultants)

    def _at_home(self, reader: Person, consultants: list[Person]) -> bool:
        return any(reader.sites & each.sites for each in consultants)

    def _waived(self, told: Told) -> bool:
        since = self._standing.waived.get((OWN_SITE, told.fields["need"]))
        return since is not None and since <= told.fields["inputs"]["position"]

    def _districts(self, consultants: list[Person]) -> str | None:
        most = self._standing.policy["consultants_per_district"]
        counts = Counter(
            district
            for each in consultants
            for district in {self._standing.district(site) for site in each.sites}
            if district is not None
        )
        for district, count in counts.items():
            if count > most:
                return f"{count} consultants come from {district}, and {most} may"
        return None


class Knowing:
    """Rule 12, by the figures that stand with the group."""

    def __init__(self, standing: Standing) -> None:
        self._standing: Final = standing
        self.of: Final[Mapping[str, Look]] = {LISTED: self._look}

    def _look(self, told: Told) -> str | None:
        if told.fields["kind"] != GROUP:
            return None
        policy = self._standing.policies.get(told.fields["inputs"]["policy_hash"], self._standing.policy)
        parts = [pick["parts"] for pick in told.fields["picks"]]
        if not any(each.get("knows the area", 0) >= policy["knows_the_area"] for each in parts):
            return "nobody in the group knows the problem area"
        if not any(each.get("shares the dilemma", 0) < policy["shares_the_dilemma"] for each in parts):
            return "everybody in the group shares the dilemma"
        return None


class Mode:
    """Rule 13. Who has several roles counts as whichever of them keeps the rule."""

    def __init__(self, standing: Standing) -> None:
        self._standing: Final = standing
        self._people: Final = _OfPeople(standing)
        self.of: Final[Mapping[str, Look]] = {LISTED: self._look}

    @property
    def left(self) -> Mapping[str, int]:
        return self._people.left

    def _look(self, told: Told) -> str | None:
        mode, kind = told.fields["mode"], told.fields["kind"]
        if mode == "any" or kind not in _PEOPLE | {GROUP}:
            return None
        people = self._people.on(told)
        if people is None or len(people) == 1:
            return None
        if kind == GROUP:
            return self._group(people, alike=mode == "role-alike")
        return self._one_by_one(people, alike=mode == "role-alike")

    def _one_by_one(self, people: list[Person], *, alike: bool) -> str | None:
        reader, *others = people
        shared = [bool(reader.families & each.families - {"unspecified"}) for each in others]
        if alike and not all(shared):
            return "somebody of another role is on a list of people in the same role"
        if not alike and any(shared):
            return "somebody of the same role is on a list of people in other roles"
        return None

    def _group(self, people: list[Person], *, alike: bool) -> str | None:
        if alike:
            common = set.intersection(*(each.families for each in people))
            return None if common else "a group of one role family has several"
        if len(set[str]().union(*(each.families for each in people))) < 2:
            return "a group of several role families has one"
        most, only = self._standing.policy["one_family_at_most"], Counter(map(_only_family, people))
        only.pop("", None)
        family, count = only.most_common(1)[0] if only else ("", 0)
        share = count / len(people)
        return f"{share:.0%} of a mixed group are {family}, and {most:.0%} may be" if share > most else None


def _only_family(person: Person) -> str:
    return min(person.families) if len(person.families) == 1 else ""
