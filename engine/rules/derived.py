"""Rules 18 and 33: a list is derived from what stood then, in the order of its scores, and answers one need."""

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

from engine.rules.checker import Look
from engine.rules.numbers import Numbers, number_of
from engine.rules.pairs import GROUP, LISTED
from engine.rules.standing import Standing
from engine.rules.told import Told

_SUGGESTED: Final = "coaching.disposition-suggested"
_TELLING: Final = "operator"
_DERIVING: Final = frozenset({"confrere", _TELLING})
_TOLD: Final = "suggestions that the operator told and nobody derived"


class Derived:
    """Rule 18: with position, policy, encoder and seed named as they were, a list can be derived again."""

    def __init__(self, standing: Standing) -> None:
        self._standing: Final = standing
        self._seeds: Final = Numbers(width=1)  # a list has one for ever
        self.left: Final = Counter[str]()
        self.of: Final[Mapping[str, Look]] = {LISTED: self._listed, _SUGGESTED: self._suggested}

    def _listed(self, told: Told) -> str | None:
        inputs = told.fields["inputs"]
        return self._inputs(told, inputs) or self._seed(told, inputs["seed"]) or self._order(told.fields)

    def _suggested(self, told: Told) -> str | None:
        if told.around.actor == _TELLING and not told.fields["position"]:
            self.left[_TOLD] += 1
            return None
        return self._inputs(told, told.fields)

    def _inputs(self, told: Told, inputs: Mapping[str, Any]) -> str | None:
        position, policy = inputs["position"], inputs["policy_hash"]
        if position >= told.position:
            return f"it names position {position} as what it was derived from, which comes after it"
        if policy != self._standing.policy_at(position):
            return f"it names a policy that was not in force at position {position}: {policy[:12]}"
        return None if inputs["encoder"] else "it names no encoder"

    def _seed(self, told: Told, seed: int) -> str | None:
        at = self._seeds.add(told.stream)
        before, self._seeds.values[at] = self._seeds.values[at], seed + 1
        return None if before in {0, seed + 1} else f"{told.stream} had another seed before"

    def _order(self, fields: Mapping[str, Any]) -> str | None:
        policy = self._standing.policies[fields["inputs"]["policy_hash"]]
        picks, group = fields["picks"], fields["kind"] == GROUP
        most = policy["consultants_most" if group else "list_length"]
        if len(picks) > most:
            return f"{len(picks)} are listed, and the policy allows {most}"
        if group and len(picks) < policy["consultants_least"]:
            return f"a group of {len(picks)} is listed, and the policy wants {policy['consultants_least']}"
        if len({each["candidate"] for each in picks}) < len(picks):
            return "somebody or something is listed twice"
        if not all(0 <= each["score"] <= 1 for each in picks):
            return "a score is not one between 0 and 1"
        for one, other in pairwise(picks):
            if _turned(one, other):
                return f"{other['candidate']} stands below {one['candidate']}, and should stand above"
        return None


def _turned(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Equal scores go by id; the highest and the lowest are cut off, so that there ties cannot be told."""
    if one["score"] != other["score"]:
        return bool(one["score"] < other["score"])
    return 0 < one["score"] < 1 and bool(one["candidate"] > other["candidate"])


class Decided:
    """Rule 33: what is derived is written by the engine alone, and a list answers one question for ever."""

    def __init__(self, standing: Standing) -> None:  # noqa: ARG002 - one shape for all checkers
        self._questions: Final = Numbers(width=1)
        self.of: Final[Mapping[str, Look]] = {LISTED: self._listed, _SUGGESTED: self._by_whom}

    def _listed(self, told: Told) -> str | None:
        asked = number_of("|".join(told.fields[each] for each in ("reader", "need", "kind", "mode")))
        at = self._questions.add(told.stream)
        before, self._questions.values[at] = self._questions.values[at], asked
        return self._by_whom(told) or (None if before in {0, asked} else f"{told.stream} answered another need before")

    def _by_whom(self, told: Told) -> str | None:
        actor = told.around.actor
        return None if actor in _DERIVING else f"{actor} writes what is derived, and is a member"
