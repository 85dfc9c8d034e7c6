"""Who answers next in dlt1: our order of people beside ties, category and popularity, and whom our lists burden."""

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from rich.console import Console

from benchmarks.figures import Grid, difference, plain, with_interval
from benchmarks.judge import Figure, Floats
from benchmarks.ranking_tasks import SHARED
from benchmarks.replies import Decayed, Past, Replies, Reply, read
from domain.policies import MatchingPolicy
from models.encoder import Encoder
from models.learning import Choice, choice, learned
from models.people import scored
from models.whole_texts import WholeTexts

LISTED: Final = 5
BURDENED: Final = 0.05  # of the members: those whom popularity suggests most
LEARN_EVERY: Final = 200  # replies
DRAWS: Final = 2000

Order = Callable[[Reply], list[str]]


class Absent(Exception):  # noqa: N818 - a plain fact
    """The network is not at hand."""


class Ours:
    """Ranks by the score that serves members and remembers the places it gave, as the product does."""

    def __init__(self, policy: MatchingPolicy, *, fit: bool = True) -> None:
        self.policy = policy
        self._fit: Final = fit
        self._given: Final = Decayed(policy.exposure_half_life_days)

    def __call__(self, reply: Reply) -> list[str]:
        scores = {candidate: self._score(candidate, reply) for candidate in reply.facts}
        order = sorted(scores, key=lambda candidate: (-scores[candidate], candidate))
        for candidate in order[:LISTED]:
            self._given.add(reply.day, candidate)
            self._given.add(reply.day, candidate, reply.thread)
        return order

    def _score(self, candidate: str, reply: Reply) -> float:
        """Places on lists for this very thread burden nobody anew."""
        elsewhere = self._given.of(reply.day, candidate) - self._given.of(reply.day, candidate, reply.thread)
        facts = replace(reply.facts[candidate], exposure=max(0.0, elsewhere))
        return scored(facts if self._fit else replace(facts, fit=0.0), self.policy).score


class Learning:
    """Ours, with weights learned again now and then from the replies so far, and from nothing else."""

    def __init__(self, policy: MatchingPolicy) -> None:
        self._before: Final = policy
        self._ours: Final = Ours(policy)
        self._history: Final[list[Choice]] = []

    def __call__(self, reply: Reply) -> list[str]:
        if self._history and len(self._history) % LEARN_EVERY == 0:
            self._ours.policy = replace(self._before, **self.weights())
        order = self._ours(reply)
        answered = list(reply.facts).index(reply.sender)
        self._history.append(choice(list(reply.facts.values()), answered, self._before.readiness_half_life_days))
        return order

    def weights(self) -> dict[str, float]:
        return learned(self._history, self._before)


class Outcome(Struct, frozen=True):
    """What one order of people came to, reply by reply."""

    reciprocal: Floats
    places: Mapping[str, int]  # on lists of five

    def share_of(self, members: Sequence[str]) -> float:
        return sum(self.places.get(member, 0) for member in members) / sum(self.places.values())


class NextHelper(Struct, frozen=True):
    replies: int
    left_out: str
    weights: Mapping[str, float]  # learned from all of it
    senders: tuple[str, ...]
    outcomes: Mapping[str, Outcome]
    burdened: tuple[str, ...]

    @property
    def complaints(self) -> tuple[str, ...]:
        """Where ours is not surely above a baseline, or gives the popular half of what popularity gives them."""
        behind = [
            f"next helper, {ours}: not surely above {theirs}"
            for ours in OURS
            for theirs in BASELINES
            if self.ahead(ours, theirs).low <= 0
        ]
        heavy = [f"next helper, {ours}: drowns the popular" for ours in OURS if self.burden(ours) >= 1 / 2]
        return *behind, *heavy

    @property
    def passes(self) -> bool:
        return not self.complaints

    def ahead(self, ours: str, theirs: str, within: Floats | None = None) -> Figure:
        """The paired difference; `within` marks some of the replies."""
        apart = self.outcomes[ours].reciprocal - self.outcomes[theirs].reciprocal
        return mean(apart if within is None else apart[within])

    def burden(self, name: str) -> float:
        """Places of those whom popularity suggests most, where 1 is what popularity gives them."""
        return self.outcomes[name].share_of(self.burdened) / self.outcomes[POPULARITY].share_of(self.burdened)

    def tables(self) -> tuple[Grid, ...]:
        return _beside(self), _parts(self), _halves(self)


DEFAULT, LEARNED_WEIGHTS, POPULARITY = "our defaults", "learned weights", "posts"
OURS: Final = (DEFAULT, LEARNED_WEIGHTS)
BASELINES: Final[Mapping[str, Callable[[Past], int]]] = {
    "ties to the receiver": lambda past: past.ties,
    "posts in the category": lambda past: past.category,
    POPULARITY: lambda past: past.posts,
}
LATEST: Final = "latest post"  # shown, and no bar: who writes in a row is no help to one who reads a list tomorrow
PARTS: Final = ("context_weight", "tied_weight", "category_weight", "answered_weight", "exposure_price")
FIT: Final = "fit"


def report(encoder: Encoder, shared: Path = SHARED) -> NextHelper:
    """Raises Absent where the network is not at hand."""
    folder = shared / "data" / "networks" / "dlt1"
    if not folder.is_dir():
        raise Absent(f"there is no network in {folder}: set CONFRERE_SHARED to the folder that has data/networks")
    policy, network = MatchingPolicy(), read(folder)
    replies, learning = Replies(network, encoder, policy), Learning(policy)
    orders: dict[str, Order] = {DEFAULT: Ours(policy), LEARNED_WEIGHTS: learning}
    orders |= {name: _by_count(of) for name, of in BASELINES.items()} | {LATEST: _by_count(lambda past: past.latest)}
    orders |= {part: Ours(replace(policy, **{part: 0.0})) for part in PARTS}
    orders[FIT] = Ours(policy, fit=False)
    senders, outcomes = _told(replies, orders)
    places = outcomes[POPULARITY].places
    suggested = sorted(places, key=lambda member: (-places[member], member))
    return NextHelper(
        replies=len(senders),
        left_out=f"{replies.by_newcomers} by people who had never written, {replies.among_few} with too few candidates",
        weights=learning.weights(),
        senders=senders,
        outcomes=outcomes,
        burdened=tuple(suggested[: round(BURDENED * network.members)]),
    )


def _by_count(of: Callable[[Past], int]) -> Order:
    """Equals by latest."""
    return lambda reply: sorted(reply.past, key=lambda each: (-of(reply.past[each]), -reply.past[each].latest))


def _told(replies: Replies, orders: Mapping[str, Order]) -> tuple[tuple[str, ...], dict[str, Outcome]]:
    senders: list[str] = []
    reciprocal: dict[str, list[float]] = {name: [] for name in orders}
    places: dict[str, Counter[str]] = {name: Counter() for name in orders}
    for reply in replies:
        senders.append(reply.sender)
        for name, order in orders.items():
            ranked = order(reply)
            reciprocal[name].append(1 / (1 + ranked.index(reply.sender)))
            places[name].update(ranked[:LISTED])
    return tuple(senders), {name: Outcome(np.array(reciprocal[name]), places[name]) for name in orders}


def mean(values: Floats) -> Figure:
    """With its 95 % bootstrap interval over replies."""
    random = np.random.default_rng(0)
    means = [values[random.integers(0, len(values), len(values))].mean() for _ in range(DRAWS)]
    low, high = np.percentile(means, (2.5, 97.5))
    return Figure(float(values.mean()), float(low), float(high))


def _beside(found: NextHelper) -> Grid:
    others = (DEFAULT, *BASELINES)
    rows = []
    for name in (*OURS, *BASELINES, LATEST):
        ahead = [difference(found.ahead(name, other)) if other != name else "–" for other in others]
        burden = f"{_burden(found, name)} ({plain(found.burden(name))})"
        rows.append((name, with_interval(mean(found.outcomes[name].reciprocal)), *ahead, burden))
    heads = ("order by", "MRR", *(f"less {other}" for other in others), "places of the popular (of popularity's)")
    return Grid(f"Who answers next in dlt1: {found.replies} replies; left out {found.left_out}", heads, tuple(rows))


def _parts(found: NextHelper) -> Grid:
    rows = [
        (
            part,
            plain(found.outcomes[part].reciprocal.mean()),
            difference(found.ahead(DEFAULT, part)),
            _burden(found, part),
        )
        for part in (FIT, *PARTS)
    ]
    heads = ("part", "MRR without it", "with it less without it", "places of the popular without it")
    return Grid("What each part of a person's score pays there", heads, tuple(rows))


def _burden(found: NextHelper, name: str) -> str:
    return plain(found.outcomes[name].share_of(found.burdened))


def _halves(found: NextHelper) -> Grid:
    middle = np.arange(found.replies) < found.replies // 2
    even = np.array([int(sender) % 2 == 0 for sender in found.senders])
    halves = {"first half": middle, "second half": ~middle, "answered by even ids": even, "by odd ids": ~even}
    rows = []
    for half, within in halves.items():
        for name in OURS:
            ahead = [difference(found.ahead(name, theirs, within)) for theirs in BASELINES]
            rows.append((half, name, with_interval(mean(found.outcomes[name].reciprocal[within])), *ahead))
    heads = ("replies", "order by", "MRR", *(f"less {name}" for name in BASELINES))
    return Grid("The same on halves of the replies", heads, tuple(rows))


def main() -> int:
    """Ends well when ours is surely above every baseline and lighter on the popular."""
    console = Console(width=160)
    try:
        found = report(WholeTexts(Encoder()))
    except Absent as absent:
        console.print(f"Skipped: {absent}.")
        return 0
    for table in found.tables():
        table.show(console)
    console.print(f"Weights learned from all replies: {dict(found.weights)}")
    console.print("\n".join(found.complaints) or "Ours is above every baseline, and lighter on the popular.")
    return 0 if found.passes else 1


if __name__ == "__main__":
    sys.exit(main())
