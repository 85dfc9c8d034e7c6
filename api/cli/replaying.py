"""History at the command line: tell it again from one time to another, and say what changed between the two."""

import click
from rich.table import Table

from api.cli.history import print_moment
from api.cli.running import json_option, network_option, out, print_json, running
from domain.vocabulary import OPEN, OPERATOR
from engine.differences import Change, Difference, difference
from engine.spans import point, stretch
from projections.reading import Reader
from projections.timeline_spans import replayed


@click.command()
@click.option("--from", "begin", metavar="WHEN", help="A position, a time or a day (default: the beginning).")
@click.option("--to", "end", metavar="WHEN", help="A position, a time or a day (default: the head).")
@network_option
@json_option
def replay(begin: str | None, end: str | None, network: str | None, as_json: bool) -> None:
    """Tell the history again, without what people wrote.

    Between positions or times in the order in which it was recorded, between days in the order in which it happened,
    whenever it was told. Moments of a narrower class than the network's are left out. With --json one object a line.

    \b
    Example: confrere replay --from 2026-03-01 --to 2026-03-31
    Example: confrere replay --from 1 --to 200 --json
    """
    with running() as system:
        where = system.network(network)
        span = stretch(system.queries, where, point(begin, "--from"), point(end, "--to"), system.store.head())
        with system.queries.standing(where) as connection:
            for moment in replayed(connection, span):
                if moment.confidentiality in OPEN:
                    print_moment(moment, as_json=as_json)


@click.command()
@click.argument("begin", metavar="A")
@click.argument("end", metavar="B")
@network_option
@json_option
def diff(begin: str, end: str, network: str | None, as_json: bool) -> None:
    """Say what changed after A, up to and with B: two positions, times or days.

    \b
    Example: confrere diff 2026-03-01 2026-04-01
    Example: confrere diff 1200 1500 --json
    """
    with running() as system:
        when = point(begin, "A"), point(end, "B")
        found = difference(system.queries, system.network(network), Reader(member=OPERATOR), *when, system.clock)
    if as_json:
        print_json(found)
        return
    _print(found)


def _print(found: Difference) -> None:
    out.print(f"{found.name}, from {found.begin:%Y-%m-%d %H:%M} to {found.end:%Y-%m-%d %H:%M} UTC", soft_wrap=True)
    if not found.changes:
        out.print("nothing changed")
    for change in found.changes:
        _print_change(change)
    for tie in found.ties:
        ended = f", {tie.ended} ended" if tie.ended else ""
        out.print(f"ties of kind {tie.kind}: {tie.formed} formed{ended}")
    if found.figures:
        table = Table("figure", "before", "after", box=None, padding=(0, 2, 0, 0))
        for moved in found.figures:
            table.add_row(moved.figure.replace("_", " "), _worded(moved.before), _worded(moved.after))
        out.print(table)


def _print_change(change: Change) -> None:
    out.print(f"{change.what}: {change.times}")
    for moment in change.first:
        out.print(f"    {moment.position:>7}  {moment.occurred_at:%Y-%m-%d %H:%M}  {moment.words}", soft_wrap=True)
    more = change.times - len(change.first)
    if change.first and more:
        out.print(f"    and {more} more")


def _worded(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
