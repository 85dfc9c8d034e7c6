"""What is there: networks, members, challenges, resources, with their ids."""

from functools import partial

import click
from rich.table import Table

from api.cli.running import json_option, network_option, out, print_json, running, when_options
from domain.refusals import Malformed
from engine.explaining import listed, short
from engine.when import When
from projections.network_setting import setting


@click.command()
@click.argument("what", type=click.Choice(["networks", "members", "challenges", "resources"]))
@click.option("--limit", type=click.IntRange(1, 100_000), default=40, show_default=True)
@when_options
@network_option
@json_option
def show(what: str, limit: int, when: When, network: str | None, as_json: bool) -> None:
    """List networks, members, open challenges or resources, with the beginnings of their ids.

    \b
    Example: confrere show challenges --limit 10
    Example: confrere show members --on 2026-03-01
    """
    if what == "networks" and not when.now:
        raise Malformed("networks are listed as they are now", field="WHAT", remedy="leave the day out")
    with running() as system:
        if what == "networks":
            found = [(each, system.ask(each, setting).name, "") for each in system.store.networks()]
        else:
            found = system.ask(system.network(network), partial(listed, what=what, limit=limit), when=when)
    if as_json:
        print_json([{"id": each, "name": name, "about": about} for each, name, about in found])
        return
    table = Table("id", "name", "about")
    for each, name, about in found:
        table.add_row(short(each), name, about)
    out.print(table)
