"""`make school-year`: our way of choosing whom to ask beside its rivals, through simulated school years."""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace
from rich.console import Console

from benchmarks.grid import Grid, plain
from benchmarks.school import DAYS, USUAL, Size, Year, year
from benchmarks.school_drawing import drawing
from benchmarks.school_figures import Figures, Mean, figures, mean
from benchmarks.school_rules import BEST, CIRCLE, OURS, PATIENT, ROBIN, RULES, Rule
from benchmarks.school_run import SchoolRun
from benchmarks.school_strategies import Gain, gains
from benchmarks.school_strategies import table as strategies
from domain.policies import CoachingPolicy

DOCS: Final = Path(__file__).resolve().parents[1] / "docs"
BEGIN, END = "<!-- school year begins -->", "<!-- school year ends -->"
SEEDS: Final = 12
FLOORS: Final = (0.5, 0.6, 0.7, 0.75)
NEAR: Final = (0.7, 0.9)

_ABOUT: Final = """\
`make school-year` makes these tables and the picture, from seeds {seeds}, and writes them here. Each seed makes a
school year of {days} school days in three terms: {members:,} members, {helpers} of them willing to help with 60 to 480
minutes a week, month or term; {needs:,} needs about 24 themes, most in September, October and January, each theme with
its season. A helper has six pieces of evidence as vectors, of two areas, two in five of them only claimed; fit is their
weighted top three. Whoever is asked accepts, declines or stays silent until the offer expires, at rates of their own
and for the same need always alike; a case takes one to three sessions of an hour, a few are called off. Budgets and
calendar are the domain's, the pass over the queue and the choice are the engine's own code (`engine/assigning.py`); the
rivals are that code seeing less. All rules meet the same years. Breaches are counted by code that shares nothing with
the budgets.

A wait lasts from submission to the first acceptance, in school days; who is not helped by the end has waited until
then. Triage takes no time here: it would be the same for all. “Best match with room” asks the best of those who have
time left; “however long it takes” waits until the very best has. ± and brackets are 95 % intervals over the years.
"""
_GAINS: Final = """\
A gain is being helped sooner, or by somebody abler (by what they can do, not by what they say). Of helpers it is shown
besides what they are asked. Who offers half of their time is asked for fewer minutes, as everybody is who offers less:
that is what a budget is for. They are a larger part of what was offered, and no help comes of it. Who claims the three
most frequent kinds of need and can do none of them may come to be asked a little more, where nobody who has shown it
has room, but for cases they cannot help with, which no receiver confirms. Who posts a need three times, each time in
other words, has about half of the copies found to be likely the same at triage; of the others one at a time is offered.
The last row is without that rule.
"""


class Told(Struct, frozen=True):
    """One year."""

    rules: Mapping[str, Figures]
    floors: Mapping[float, Figures]
    near: Mapping[float, Figures]
    gains: Mapping[str, Gain]


def told(seed: int, size: Size) -> Told:
    known, policy = year(seed, size), CoachingPolicy()
    honest = SchoolRun(known, OURS, policy).run()
    runs = {rule.name: figures(SchoolRun(known, rule, policy).run()) for rule in RULES if rule is not OURS}
    return Told(
        rules={OURS.name: figures(honest), **runs},
        floors={each: _ours(known, replace(policy, fit_floor=each)) for each in FLOORS},
        near={each: _ours(known, replace(policy, good_enough=each)) for each in NEAR},
        gains=gains(known, honest, policy, seed),
    )


def _ours(known: Year, policy: CoachingPolicy) -> Figures:
    return figures(SchoolRun(known, OURS, policy).run())


def page(found: Sequence[Told], size: Size) -> str:
    about = _ABOUT.format(
        seeds=f"0 to {len(found) - 1}",
        days=len(DAYS),
        members=size.members,
        helpers=size.helpers,
        needs=size.needs,
    )
    picture = "![Mean fit against the wait of nine in ten, by fit floor](school-year.svg)"
    first, second, third, fourth = (each.as_markdown() for each in tables(found))
    parts = [about.strip(), first, second, third, picture, fourth, _GAINS.strip()]
    return "\n\n".join(parts)


def tables(found: Sequence[Told]) -> tuple[Grid, ...]:
    return rivals(found), wanted(found), trade(found), strategies([each.gains for each in found])


def rivals(found: Sequence[Told]) -> Grid:
    rows = tuple((rule.name, *_cells([each.rules[rule.name] for each in found])) for rule in RULES)
    return Grid("Whom to ask: ours and its rivals", ("asked is", *_HEADS), rows)


def trade(found: Sequence[Told]) -> Grid:
    policy = CoachingPolicy()
    ours = (
        (f"**fit floor {policy.fit_floor}, near enough {policy.good_enough}**", [e.rules[OURS.name] for e in found]),
    )
    floors = ((f"fit floor {each}", [one.floors[each] for one in found]) for each in FLOORS)
    near = ((f"near enough {each}", [one.near[each] for one in found]) for each in NEAR)
    rows = tuple((name, *_cells(of)) for name, of in (*ours, *floors, *near))
    return Grid(
        "How the fit floor, and how near to the best is near enough, trade wait for fit", ("ours with", *_HEADS), rows
    )


_HEADS: Final = ("wait p50", "wait p90", "fit", "helped", "breaches", "Gini of minutes", "never asked")


def _cells(of: Sequence[Figures]) -> tuple[str, ...]:
    def cell(value: Callable[[Figures], float], write: Callable[[float], str]) -> str:
        known = mean([value(each) for each in of])
        return f"{write(known.value)} ± {write(known.half)}"

    return (
        cell(lambda each: each.wait_p50, _days),
        cell(lambda each: each.wait_p90, _days),
        cell(lambda each: each.fit, plain),
        cell(lambda each: each.served, _percent),
        f"{sum(each.breaches for each in of):.0f}",
        cell(lambda each: each.gini, plain),
        cell(lambda each: each.never, _percent),
    )


class Bar(Struct, frozen=True):
    """A mean over the years of ours set beside a rival's, and where it has to lie."""

    words: str
    rival: Rule
    value: Callable[[Figures, Figures], float]
    holds: Callable[[float], bool]


def _bars() -> tuple[Bar, ...]:
    def shorter(rival: Rule) -> tuple[Bar, ...]:
        at_most = "at most 1.1 ×"
        return (
            Bar(f"wait p50 {at_most}", rival, lambda ours, theirs: ours.wait_p50 / theirs.wait_p50, lambda v: v <= 1.1),
            Bar(f"wait p90 {at_most}", rival, lambda ours, theirs: ours.wait_p90 / theirs.wait_p90, lambda v: v <= 1.1),
            Bar("Gini no higher", rival, lambda ours, theirs: ours.gini - theirs.gini, lambda v: v <= 0),
            Bar("never asked no more", rival, lambda ours, theirs: ours.never - theirs.never, lambda v: v <= 0),
        )

    def fitter(rival: Rule) -> tuple[Bar, ...]:
        return (
            Bar("fit at least 0.9 ×", rival, lambda ours, theirs: ours.fit / theirs.fit, lambda v: v >= 0.9),
            Bar("Gini lower", rival, lambda ours, theirs: ours.gini - theirs.gini, lambda v: v < 0),
            Bar("never asked less", rival, lambda ours, theirs: ours.never - theirs.never, lambda v: v < 0),
        )

    return (*shorter(ROBIN), *shorter(CIRCLE), *fitter(BEST), *fitter(PATIENT))


def wanted(found: Sequence[Told]) -> Grid:
    rows = []
    for bar in _bars():
        known = mean([bar.value(each.rules[OURS.name], each.rules[bar.rival.name]) for each in found])
        rows.append((bar.rival.name, bar.words, _interval(known), _verdict(bar, known)))
    total = sum(each.rules[OURS.name].breaches for each in found)
    rows.append(("–", "no budget breached", f"{total:.0f}", "no" if total else "yes"))
    heads = ("beside", "wanted of ours", "ratio or difference, year by year", "met")
    return Grid("What is wanted", heads, tuple(rows))


def _verdict(bar: Bar, known: Mean) -> str:
    surely = all(bar.holds(end) for end in (known.low, known.high))
    return "yes" if surely else "yes, not surely" if bar.holds(known.value) else "**no**"


def _interval(known: Mean) -> str:
    return f"{known.value:.3f} [{known.low:.3f}, {known.high:.3f}]".replace("-", "−")


def _days(value: float) -> str:
    return f"{value:.2f}"


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def written(before: str, text: str) -> str:
    """The page with `text` between its marks, and nothing else of it changed."""
    head, begin, rest = before.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page must have one line {BEGIN!r} and after it one line {END!r}")
    return f"{head}{BEGIN}\n\n{text.strip()}\n\n{END}{tail}"


def main(docs: Path = DOCS, seeds: int = SEEDS, size: Size = USUAL) -> None:
    found = []
    for seed in range(seeds):
        start = time.monotonic()
        found.append(told(seed, size))
        print(f"[{seed + 1}/{seeds}] a school year in {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    console = Console(width=180)
    for table in tables(found):
        table.show(console)
    coaching = docs / "coaching.md"
    before = coaching.read_text("utf-8") if coaching.exists() else f"# Coaching\n\n## A school year\n\n{BEGIN}\n{END}\n"
    coaching.write_text(written(before, page(found, size)), encoding="utf-8")
    (docs / "school-year.svg").write_text(drawing(_points(found)), encoding="utf-8")


def _points(found: Sequence[Told]) -> dict[str, tuple[float, float]]:
    """Wait of nine in ten, and fit."""

    def point(of: Sequence[Figures]) -> tuple[float, float]:
        return mean([each.wait_p90 for each in of]).value, mean([each.fit for each in of]).value

    rules = {rule.name: point([each.rules[rule.name] for each in found]) for rule in (OURS, BEST, ROBIN)}
    return rules | {f"floor {floor}": point([each.floors[floor] for each in found]) for floor in FLOORS}


if __name__ == "__main__":
    main()
