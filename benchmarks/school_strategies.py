"""Members who understate their time, claim too much or post again, beside the same year in which they do not."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
from msgspec import Struct

from benchmarks.grid import Grid, signed
from benchmarks.school import Numbers, Year, abilities, overclaiming, reposting, understating
from benchmarks.school_figures import Mean, Received, mean, received
from benchmarks.school_rules import OURS
from benchmarks.school_run import SchoolRun
from domain.policies import CoachingPolicy

SHARE: Final = 0.1  # of helpers, or of all members


class Strategy(Struct, frozen=True):
    name: str
    by_helpers: bool  # else by any members
    year: Callable[[Year, Numbers, int], Year]
    one_at_a_time: bool = True


STRATEGIES: Final = (
    Strategy("offer half of their time", by_helpers=True, year=lambda known, some, _: understating(known, some)),
    Strategy("claim what they cannot do", by_helpers=True, year=lambda known, some, _: overclaiming(known, some)),
    Strategy("post each need three times", by_helpers=False, year=reposting),
    Strategy(
        "the same, if several coaches could be asked at once",
        by_helpers=False,
        year=reposting,
        one_at_a_time=False,
    ),
)


class Gain(Struct, frozen=True):
    """What those who do it have more of than in the same year in which they do not."""

    sooner: float  # school days, in the mean
    better: float  # how well those who help them can do it
    asked: float  # minutes a helper
    load: float  # minutes asked ÷ minutes offered
    helped: float  # cases that a helper took on and can help with
    everybody: float  # the change of ability for all who were helped


def gains(known: Year, honest: SchoolRun, policy: CoachingPolicy, seed: int) -> dict[str, Gain]:
    random = np.random.default_rng((seed, len(STRATEGIES)))
    helpers, members = (
        random.choice(many, round(SHARE * many), replace=False) for many in (known.size.helpers, known.size.members)
    )
    ability, everybody = abilities(known), range(known.size.members)
    found = {}
    for each in STRATEGIES:
        some = helpers if each.by_helpers else members
        run = SchoolRun(each.year(known, some, seed), OURS, policy, one_at_a_time=each.one_at_a_time).run()
        sides = [
            [received(one, who, ability, policy.fit_floor) for who in (some.tolist(), everybody)]
            for one in (honest, run)
        ]
        found[each.name] = _gain(*sides[0], *sides[1])
    return found


def _gain(before: Received, all_before: Received, after: Received, all_after: Received) -> Gain:
    return Gain(
        sooner=before.wait - after.wait,
        better=after.ability - before.ability,
        asked=after.asked - before.asked,
        load=after.load - before.load,
        helped=after.helped - before.helped,
        everybody=all_after.ability - all_before.ability,
    )


def table(found: Sequence[Mapping[str, Gain]]) -> Grid:
    rows = []
    for each in STRATEGIES:
        of = [gain[each.name] for gain in found]
        helping = each.by_helpers
        rows.append(
            (
                each.name,
                _told([gain.sooner for gain in of]),
                _told([gain.better for gain in of]),
                _told([gain.asked for gain in of], places=0) if helping else "–",
                _told([gain.load for gain in of]) if helping else "–",
                _told([gain.helped for gain in of], places=1) if helping else "–",
                _told([gain.everybody for gain in of]),
            )
        )
    heads = (
        f"what one in {round(1 / SHARE)} does",
        "helped sooner, school days",
        "by somebody abler",
        "minutes asked of them",
        "the same ÷ minutes they offered",
        "cases they took and can help with",
        "ability for everybody",
    )
    return Grid("What strategic members gain: with it less without it, on the same year", heads, tuple(rows))


def _told(values: Sequence[float], places: int = 3) -> str:
    known: Mean = mean(values)
    if places == 3:
        return f"{signed(known.value)} [{signed(known.low)}, {signed(known.high)}]"
    return f"{known.value:+.{places}f} [{known.low:+.{places}f}, {known.high:+.{places}f}]".replace("-", "−")
