"""The boards: who is asked for how much, and which themes have helpers."""

import click
from rich.table import Table

from api.cli.coaching.printing import called
from api.cli.coaching.reading import eyes, names_of, then
from api.cli.running import json_option, network_option, out, print_json, running, when_options
from domain.calendar import day_of
from engine.explaining import short
from engine.when import When
from projections.burden import BurdenBoard, Strain
from projections.burden import burden as burden_board
from projections.network_setting import setting

_EYES = "Who reads (default: staff who are nobody in particular)."


@click.command()
@click.option("--strain", type=click.Choice([str(each) for each in Strain]), help="Only who is as full as this.")
@click.option("--never-asked", is_flag=True, help="Only who is willing and was never asked.")
@click.option("--as", "reader", metavar="MEMBER", help=_EYES)
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@when_options
@network_option
@json_option
def burden(
    strain: str | None,
    never_asked: bool,
    reader: str | None,
    limit: int,
    when: When,
    network: str | None,
    as_json: bool,
) -> None:
    """Show who is near or over the time they offer, who is never asked, and how evenly help is spread.

    The periods of the day count as of which is asked: today, if nothing is said.

    \b
    Example: confrere coaching burden --strain near
    Example: confrere coaching burden --never-asked --on 2026-03-02
    """
    with running() as system:
        where = system.network(network)
        day = when.on or day_of(then(system, where, when), system.ask(where, setting).calendar)
        wanted = Strain(strain) if strain else None
        board = system.looks.by_operator(
            where,
            eyes(system, where, reader),
            "read burden board",
            lambda c, who: burden_board(c, who, day, strain=wanted, never_asked=never_asked, limit=limit),
            when=when,
        )
        if as_json:
            print_json(board)
            return
        names = names_of(system, where, [each.member for each in board.page.items], when)
        headings = ("member", "offered", "held", "spent", "over", "", "asks", "last asked", "helped")
        table = Table(*headings, box=None, padding=(0, 1, 0, 0))
        for each in board.page.items:
            offered = f"{each.minutes} a {each.period}"
            asked = str(each.last_asked or "never")
            figures = (str(figure) for figure in (each.reserved, each.spent, each.over))
            table.add_row(
                f"{names[each.member]}\n{short(each.member)}",
                offered,
                *figures,
                str(each.strain),
                str(each.asks),
                asked,
                str(each.helped),
            )
        out.print(table)
        if board.page.count > len(board.page.items):
            out.print(f"{len(board.page.items)} of {board.page.count} people; --limit shows more")
        print_concentration(board)


def print_concentration(board: BurdenBoard) -> None:
    found = board.concentration
    out.print(
        f"{found.members} offer time; from {board.since} to {board.on} they helped for {found.helped} minutes, Gini "
        f"{found.gini:.2f}, the busiest twentieth gave {found.top_share:.0%}; {found.never_asked} of {found.willing} "
        f"who are willing were never asked",
        soft_wrap=True,
    )


@click.command()
@click.option("--as", "reader", metavar="MEMBER", help=_EYES)
@network_option
@json_option
def coverage(reader: str | None, network: str | None, as_json: bool) -> None:
    """Show which themes of open needs have coaches or experts with room, and which have none or only one.

    \b
    Example: confrere coaching coverage
    """
    with running() as system:
        where = system.network(network)
        found = system.common_needs.coverage(where, eyes(system, where, reader))
        system.looks.at(where, "read coverage board", found)
        if as_json:
            print_json(found)
            return
        names = names_of(system, where, [helper.member for each in found for helper in each.helpers])
        table = Table("covered by", "theme", "people", "who has room")
        for each in found:
            helpers = ", ".join(f"{called(helper.member, names)} {helper.fit:.2f}" for helper in each.helpers)
            table.add_row(str(each.covered), each.theme.label, str(each.theme.size), helpers)
        out.print(table)
