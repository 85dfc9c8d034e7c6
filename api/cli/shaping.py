"""The network's shape at the command line: every figure with what it counts, and a picture of it over time."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click
from msgspec.structs import asdict
from rich.table import Table

from api.cli.running import err, json_option, network_option, out, print_json, running, when_options
from api.cli.shape_drawing import drawing
from domain.refusals import IllegalMove, Malformed
from domain.vocabulary import StreamId, TieKind
from engine.divisions import Division
from engine.evenness import Elapsed, Evenness
from engine.network_figures import DIRECTION, Counting, NetworkShape, shape_at
from engine.runtime import Confrere
from engine.shape_over_time import shape_over_time
from engine.when import When
from models.network_shape import Figures
from projections.network_setting import setting

_HEADINGS = ("day", "members", "ties", "density", "central-\nization", "reci-\nprocity", "giant", "hub de-\npendence")
DAY = click.DateTime(("%Y-%m-%d",))
Row = tuple[str, object, str]  # what, its value, how it is counted


@click.command()
@click.option(
    "--without-staff", is_flag=True, help="As if facilitators and admins, and all their ties, were not there."
)
@click.option(
    "--kind",
    "kinds",
    type=click.Choice([each.value for each in TieKind]),
    multiple=True,
    help="Count ties of this kind alone; may be given several times.",
)
@click.option("--since", type=DAY, metavar="DAY", help="Count ties used on this day or later.")
@click.option("--window", type=click.IntRange(1, 36_500), metavar="DAYS", help="Count ties used in the last days.")
@click.option("--over-time", is_flag=True, help="The main figures at days from the beginning on.")
@click.option("--picture", type=click.Path(path_type=Path, dir_okay=False), help="Draw that into this file, as SVG.")
@when_options
@network_option
@json_option
def shape(
    without_staff: bool,
    kinds: tuple[str, ...],
    since: datetime | None,
    window: int | None,
    over_time: bool,
    picture: Path | None,
    when: When,
    network: str | None,
    as_json: bool,
) -> None:
    """Print the network's shape: density, centralization, hubs, reach, who ties with whom, how evenly help is spread.

    Every number comes with the tie types, window, date and direction that it is for. Groups of fewer than ten people
    are not told, nor what would give them away.

    \b
    Example: confrere shape --on 2026-03-01
    Example: confrere shape --without-staff --window 90
    Example: confrere shape --over-time --picture shape.svg
    """
    _fitting(over_time=over_time, picture=picture, one_time_alone=bool(since) or without_staff)
    counting = Counting(
        kinds=tuple(map(TieKind, kinds)) or tuple(TieKind),
        since=since.date() if since else None,
        window=window,
        without_staff=without_staff,
    )
    with running() as system:
        where = system.network(network)
        if over_time:
            _tell_over_time(system, where, when, counting, picture, as_json=as_json)
            return
        position, found = shape_at(system.queries, where, when, counting, system.clock)
    if as_json:
        print_json({"position": position, **asdict(found)})
        return
    _print(found, when, position)


def _fitting(*, over_time: bool, picture: Path | None, one_time_alone: bool) -> None:
    """Refuse options that say nothing together."""
    if over_time and one_time_alone:
        words = "over time both are told, with staff and without, each of the same window"
        raise Malformed(words, field="--over-time", remedy="leave --since and --without-staff out")
    if picture is not None and not over_time:
        raise Malformed("a picture shows the shape over time", field="--picture", remedy="add --over-time")


def _tell_over_time(
    system: Confrere, network: StreamId, when: When, counting: Counting, picture: Path | None, *, as_json: bool
) -> None:
    points = shape_over_time(system.queries, network, when, counting, system.clock)
    if not points:
        raise IllegalMove("nobody had joined yet", field="--over-time", remedy="ask about a later time")
    if picture is not None:
        name = system.ask(network, setting).name
        picture.write_text(drawing(name, f"ties {_kinds(counting.kinds)}, {DIRECTION}", points), encoding="utf-8")
        err.print(f"{picture} drawn", soft_wrap=True)
    if as_json:
        print_json(points)
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in _HEADINGS:
        table.add_column(heading, justify="left" if heading == _HEADINGS[0] else "right", no_wrap=True)
    for each in points:
        of = each.whole
        shown = (of.members, of.ties, of.density, of.centralization_total, of.reciprocity, of.giant_share)
        table.add_row(str(each.day), *map(_worded, (*shown, each.hub_dependence)))
    out.print(table)


def _print(found: NetworkShape, when: When, position: int) -> None:
    out.print(f"{found.name}, {_time(found, when, position)}", soft_wrap=True)
    whom = "members but for staff" if found.without_staff else "members"
    window = f"used since {found.since:%Y-%m-%d %H:%M} UTC" if found.since else "of all time"
    out.print(f"{whom}; ties {_kinds(found.kinds)}, {found.direction}, {window}", soft_wrap=True)
    table = Table("figure", "value", "counted as", box=None, padding=(0, 2, 0, 0))
    for what, value, how in (*_ties(found.figures), *_staff(found), *_spread(found.evenness), *map(_wait, found.waits)):
        table.add_row(what, _worded(value), how)
    for division in found.divisions:
        table.add_row(f"E-I index by {division.by}", _worded(division.index), _split(division))
    out.print(table)
    for division in found.divisions:
        _print_cells(division)


def _kinds(kinds: tuple[TieKind, ...]) -> str:
    return "of all kinds" if len(set(kinds)) == len(TieKind) else f"of kind {', '.join(kinds)}"


def _time(found: NetworkShape, when: When, position: int) -> str:
    if when.on is not None:
        return f"as it had happened by the end of {when.on}"
    if found.until is not None:
        return f"as it was known at position {position}, {found.until:%Y-%m-%d %H:%M} UTC"
    return f"as it stands at position {position}"


def _ties(of: Figures) -> Iterator[Row]:
    percent = None if of.density is None else f"{of.density:.3%}".replace("%", " %")
    yield "nodes", of.members, "members, isolates included"
    yield "ties", of.ties, "pairs, once each, none to oneself"
    yield "isolates", of.isolates, _share(of.isolate_share)
    yield "density", percent, "ties / (n (n - 1))"
    yield "mutual dyads", of.mutual, "a tie each way"
    yield "asymmetric dyads", of.asymmetric, "a tie one way"
    yield "reciprocity", of.reciprocity, "share of ties that are returned"
    yield "in-degree, min / max", _extremes(of.in_degree_min, of.in_degree_max), ""
    yield "out-degree, min / max", _extremes(of.out_degree_min, of.out_degree_max), ""
    yield "mean in-degree = mean out-degree", of.mean_degree, "ties / n"
    yield "tie frequency, mean", of.frequency_mean, "uses of a tie, over those there are"
    yield "tie frequency, max", of.frequency_max, ""
    yield "centralization, total degree", of.centralization_total, "sum of (max - d) / (2 (n - 1) (n - 2))"
    yield "centralization, in-degree", of.centralization_in, "sum of (max - d) / (n - 1)^2"
    yield "centralization, out-degree", of.centralization_out, "sum of (max - d) / (n - 1)^2"
    yield "giant component", of.giant, _share(of.giant_share)
    yield "transitivity", of.transitivity, "3 triangles / paths of two, either direction"
    yield "mean path length", of.mean_path, "over pairs with a path, either direction"
    yield "two-step reach", of.reach_two, "mean share of the others, either direction"
    yield "core-periphery fit", of.core_fit, f"correlation; a core of {of.core}" if of.core else "correlation"


def _staff(found: NetworkShape) -> Iterator[Row]:
    yield "hub dependence", found.hub_dependence, "1 - two-step reach without staff / with"
    yield "new ties", found.new_ties, "first used in the window"
    yield "peer-initiated share of them", found.peer_initiated, "no command of staff in the chain"
    yield "cross-site share", found.cross_site, "of ties whose sites are known"


def _spread(of: Evenness) -> Iterator[Row]:
    yield "help, minutes", of.help_minutes, "in meetings and sessions"
    yield "help, Gini", of.help_gini, "over members"
    yield "help, top 5 % share", of.help_top_share, "of those minutes"
    yield "exposure, Gini", of.exposure_gini, "places on lists, over members"
    yield "never asked", of.never_asked_share, "share of who is willing"
    yield "budget breaches", of.budget_breaches, "must be 0"


def _wait(wait: Elapsed) -> Row:
    days = None if wait.median is None or wait.p90 is None else f"{wait.median:.1f} / {wait.p90:.1f}"
    return wait.of, days, f"days, median / p90, of {wait.cases}"


def _split(division: Division) -> str:
    known = "" if division.known is None else f"; group known of {division.known}"
    return f"{division.external} ties between, {division.internal} within{known}"


def _print_cells(division: Division) -> None:
    if not division.cells:
        return
    table = Table(division.by, "members", "ties within", "ties to others", "E-I index")
    for cell in division.cells:
        table.add_row(cell.name, *map(_worded, (cell.members, cell.internal, cell.external, cell.index)))
    out.print(table)
    if division.kept_back:
        out.print(f"{division.kept_back} more not told: fewer than ten people, or they would give such a group away")


def _extremes(least: int | None, most: int | None) -> str | None:
    return None if least is None else f"{least} / {most}"


def _share(of: float | None) -> str:
    return "" if of is None else f"{of:.3f} of the members"


def _worded(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
