"""Commands that record: charter a network, import tables, post and answer challenges."""

from pathlib import Path

import click
from rich.table import Table

from api.cli.running import (
    at_option,
    command_id_option,
    err,
    id_for,
    json_option,
    need_id,
    network_option,
    new_id,
    order,
    out,
    print_json,
    progress_bar,
    running,
    sender,
)
from domain.challenges import AnswerChallenge, PostChallenge
from domain.networks import CharterNetwork
from domain.refusals import BadFile, Malformed
from domain.vocabulary import Confidentiality, Stage
from engine.commands import build
from engine.importing import Report, plan_import, run_import
from projections.network_setting import setting

SHOWN = 20  # refusals printed before the rest is counted
CLASSES = (Confidentiality.PUBLIC, Confidentiality.NETWORK, Confidentiality.GROUP)


@click.command()
@click.argument("name")
@click.option("--zone", default="UTC", show_default=True, help="Time zone of the network's days and terms.")
@json_option
def charter(name: str, zone: str, as_json: bool) -> None:
    """Charter a network called NAME.

    \b
    Example: confrere charter "Rural Literacy Network" --zone America/New_York
    """
    with running() as system:
        network = new_id("network")
        command = build(CharterNetwork, network=network, name=name, zone=zone)
        system.commands.handle(order(command), sender(network))
    print_json({"network": network}) if as_json else out.print(f"{name} is chartered: {network}", soft_wrap=True)


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--mapping", type=click.Path(path_type=Path), help="TOML file that turns foreign tables into ours.")
@click.option("--zone", default="", help="Time zone of local times in the files (default: the network's).")
@click.option("--dry-run", is_flag=True, help="Check and report everything; record nothing.")
@network_option
@json_option
def import_(
    files: tuple[Path, ...],
    mapping: Path | None,
    zone: str,
    dry_run: bool,
    network: str | None,
    as_json: bool,
) -> None:
    """Import FILES (a folder, or CSV tables) into a network: all of it or nothing; again changes nothing.

    Columns and mappings are described in docs/importing.md.

    \b
    Example: confrere import tables/ --network "Rural Literacy Network" --dry-run
    Example: confrere import dlt1/ --mapping docs/mappings/dlt1.toml
    """
    with running() as system:
        where = system.network(network)
        here = zone or system.ask(where, setting).calendar.zone
        plan = plan_import(files, where, system.keys, mapping, zone=here)
        with progress_bar("deciding", len(plan.orders)) as told:
            report = run_import(
                plan, system.commands, system.store, dry_run=dry_run, progress=lambda done, _: told(done)
            )
    if as_json:
        print_json(report)
    else:
        _print(report)
    if report.refusals:
        raise BadFile(f"nothing was recorded: {len(report.refusals)} refusals", remedy="mend the lines named above")


def _print(report: Report) -> None:
    table = Table("table", "rows read", "merged", "left out", "unchanged", "events")
    for one in report.tables:
        counts = (one.read, one.merged, one.left_out, one.unchanged, one.events)
        table.add_row(one.table, *map(str, counts))
    out.print(table)
    for warning in report.warnings:
        err.print(f"warning: {warning}", soft_wrap=True)
    whole_files_first = sorted(report.refusals, key=lambda refusal: refusal.line > 0)
    for refusal in whole_files_first[:SHOWN]:
        err.print(f"refused: {refusal}", soft_wrap=True)
    if len(report.refusals) > SHOWN:
        err.print(f"… and {len(report.refusals) - SHOWN} more: mend these first, others may follow from them")
    if report.refusals:
        return
    if report.changed_nothing:
        out.print("All of it stands already; nothing changed.")
    else:
        out.print(f"{report.events} events " + ("would be recorded." if report.dry_run else "recorded."))


@click.command()
@click.option("--author", required=True, metavar="MEMBER", help="Id of the member whose challenge it is.")
@click.option("--title", required=True, help="The problem of practice in one line.")
@click.option("--text", default="", help="What happens, what was tried. Name no students.")
@click.option("--stage", type=click.Choice([str(each) for each in Stage]), default=str(Stage.NAMING), show_default=True)
@click.option("--category", default="")
@click.option(
    "--confidentiality",
    type=click.Choice([str(each) for each in CLASSES]),
    default=str(Confidentiality.NETWORK),
    show_default=True,
    help="Who may read it; a group's challenge is matched for its author and found by nobody.",
)
@at_option
@command_id_option
@network_option
@json_option
def post(
    author: str,
    title: str,
    text: str,
    stage: str,
    category: str,
    confidentiality: str,
    at: str | None,
    command_id: str | None,
    network: str | None,
    as_json: bool,
) -> None:
    """Post a challenge on behalf of a member.

    \b
    Example: confrere post --author member-3f2a --title "Tier 2 groups that never meet" --stage exploring
    """
    with running() as system:
        where = system.network(network)
        author = need_id(system, where, author, ("member",))
        command = build(
            PostChallenge,
            challenge=id_for("challenge", where, command_id),
            author=author,
            title=title,
            text=text,
            stage=stage,
            category=category,
            confidentiality=confidentiality,
        )
        system.commands.handle(order(command, at=at, on_behalf_of=author), sender(where, command_id))
    print_json({"challenge": command.challenge}) if as_json else out.print(f"posted: {command.challenge}")


@click.command()
@click.argument("challenge")
@click.option("--member", required=True, metavar="MEMBER", help="Id of the member who answers.")
@click.option("--text", required=True, help="The answer. Name no students.")
@click.option("--to", metavar="MEMBER", help="Whom it answers (default: the challenge's author).")
@at_option
@command_id_option
@network_option
@json_option
def answer(
    challenge: str,
    member: str,
    text: str,
    to: str | None,
    at: str | None,
    command_id: str | None,
    network: str | None,
    as_json: bool,
) -> None:
    """Answer CHALLENGE on behalf of a member.

    \b
    Example: confrere answer challenge-91bc --member member-3f2a --text "We moved them to first period."
    """
    if not text.strip():
        raise Malformed("an answer needs words", field="--text")
    with running() as system:
        where = system.network(network)
        member = need_id(system, where, member, ("member",))
        command = build(
            AnswerChallenge,
            challenge=need_id(system, where, challenge, ("challenge",)),
            answer=id_for("answer", where, command_id),
            member=member,
            to=need_id(system, where, to, ("member",)) if to else None,
            text=text,
        )
        system.commands.handle(order(command, at=at, on_behalf_of=member), sender(where, command_id))
    print_json({"answer": command.answer}) if as_json else out.print(f"recorded: {command.answer}")
