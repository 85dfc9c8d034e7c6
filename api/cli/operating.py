"""Commands for whoever runs confrere: what it is set to, and whether it is well."""

import click
from rich.table import Table
from rich.text import Text

from api.cli.running import json_option, out, print_json
from engine.settings import effective, read_settings


@click.command()
@json_option
def settings(as_json: bool) -> None:
    """Print every setting as it is now, and whether it comes from the environment, a file or its default.

    \b
    Example: confrere settings --json
    """
    found = effective()
    if as_json:
        print_json(found)
        return
    for each in found:
        out.print(Text.assemble((each.name, "bold"), f" = {each.value}  ", (f"({each.source})", "dim")), soft_wrap=True)
        out.print(f"    {each.meaning}", soft_wrap=True)


@click.command()
@json_option
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Examine settings, model, disk, files, keys, history, clock and views. Exit code 1 when something is not well.

    \b
    Example: confrere doctor
    """
    from engine.examining import examine  # noqa: PLC0415 - numpy and the model's libraries are for few commands

    found = examine(read_settings())
    if as_json:
        print_json(found)
    else:
        table = Table("", "check", "found", "remedy")
        for each in found.checks:
            table.add_row("well" if each.ok else "ILL", each.name, each.words, each.remedy)
        out.print(table)
    if not found.ready:
        context.exit(1)
