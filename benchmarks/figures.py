"""The figures of an evaluation as tables, for the terminal and for the page, whose prose is left as it is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from benchmarks.grid import Grid, plain, signed
from benchmarks.judge import Figure
from benchmarks.outcomes import PARTS, POOLING, Outcome, Verdict, leaving_one_out

BEGIN: Final = "<!-- eval:begin: `make eval` writes from here to the end mark -->"
END: Final = "<!-- eval:end -->"
NAMES: Final = {"tfidf": "TF-IDF", "minilm": "MiniLM"}


class NoMarks(ValueError):  # noqa: N818 - a plain fact
    """A page does not say where the tables go."""


def grids(outcomes: Sequence[Outcome]) -> tuple[Grid, ...]:
    if not outcomes:
        return ()
    return _ours(outcomes), _baselines(outcomes), _left_out(outcomes), _ablation(outcomes)


def with_interval(figure: Figure) -> str:
    return f"{plain(figure.value)} [{plain(figure.low)}, {plain(figure.high)}]"


def difference(figure: Figure) -> str:
    return f"{signed(figure.value)} [{signed(figure.low)}, {signed(figure.high)}]"


def _ours(outcomes: Sequence[Outcome]) -> Grid:
    systems = tuple(NAMES[system] for system in outcomes[0].ahead)
    rows = [
        (
            each.task.name,
            str(len(each.task.queries)),
            each.task.metric,
            with_interval(each.ours),
            *map(difference, each.ahead.values()),
            NAMES[each.better],
        )
        for each in outcomes
    ]
    heads = ("task", "queries", "metric", "confrere", *(f"less {name}" for name in systems), "the better of them")
    return Grid("Ours, and the paired difference to each baseline (above zero: ours is better)", heads, tuple(rows))


def _baselines(outcomes: Sequence[Outcome]) -> Grid:
    rows = []
    for each in outcomes:
        for system, by_pooling in each.baselines.items():
            cells = [with_interval(figure) for figure in by_pooling.values()]
            rows.append((each.task.name, NAMES[system], each.task.metric, *cells))
    heads = ("task", "baseline", "metric", *outcomes[0].baselines[outcomes[0].better])
    return Grid("The baselines, by how several texts are pooled", heads, tuple(rows))


def _left_out(outcomes: Sequence[Outcome]) -> Grid:
    ahead = [each.ahead[each.better].value for each in outcomes]
    left = leaving_one_out(ahead)
    rows = [("none", signed(sum(ahead) / len(ahead)))]
    rows += [(each.task.name, signed(mean)) for each, mean in zip(outcomes, left, strict=False)]
    return Grid(
        f"Mean over tasks of ours less the better baseline ({POOLING}), with each task left out in turn",
        ("left out", "mean of the others"),
        tuple(rows),
    )


def _ablation(outcomes: Sequence[Outcome]) -> Grid:
    names = tuple(each.task.name for each in outcomes)
    heads = ("part", *names, "mean", "least mean with a task left out", "pays on", "costs on")
    title = "What each part of the ranker pays: with it less without it"
    return Grid(title, heads, tuple(_part(part, outcomes) for part in PARTS))


def _part(part: str, outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    paid = {each.task.name: each.pays[part] for each in outcomes}
    values = [figure.value for figure in paid.values()]
    pays = ", ".join(name for name, figure in paid.items() if figure.low > 0)
    costs = ", ".join(name for name, figure in paid.items() if figure.high < 0)
    mean = sum(values) / len(values)
    least = min(leaving_one_out(values), default=mean)
    return part, *map(difference, paid.values()), signed(mean), signed(least), pays or "–", costs or "–"


def page(before: str, text: str) -> str:
    """The page with `text` between its marks, and nothing else of it changed."""
    head, begin, rest = before.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end) or BEGIN in tail or END in tail:
        raise NoMarks(f"the page must have one line {BEGIN!r} and after it one line {END!r}")
    return f"{head}{BEGIN}\n\n{text.strip()}\n\n{END}{tail}"


def between_marks(
    at: datetime, how: str, tables: Sequence[Grid], verdicts: Sequence[Verdict], sources: Mapping[str, str]
) -> str:
    """All that stands between the marks."""
    blocks = [
        f"Made by `make eval` on {at:%Y-%m-%d}. {how}",
        *(table.as_markdown() for table in tables),
        "### What must hold",
        "\n".join(f"- {verdict.words}: {'yes' if verdict.holds else '**no**'}" for verdict in verdicts),
        "### Where the texts and the network come from",
        "\n".join(f"- {name}: {source}" for name, source in sources.items()),
    ]
    return "\n\n".join(blocks)
