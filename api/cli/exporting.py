"""The command that writes out what a network holds: tables, what happened, ties, or the log with its proof."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from api.cli.running import json_option, network_option, out, print_json, progress_bar, running, when_options
from domain.refusals import Malformed
from domain.vocabulary import StreamId
from engine import graph_export, log_export, table_export, timeline_export
from engine.exports import Export, Wrote
from engine.network_tables import left_out
from engine.runtime import Confrere
from engine.when import NOW, When

TABLES, EVENTS, TIES, LOG = "tables", "events", "ties", "log"

Writer = Callable[[Path], Wrote]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--events",
    "forms",
    flag_value=EVENTS,
    multiple=True,
    help="What happened, one row an event, as an auditor reads it.",
)
@click.option("--ties", "forms", flag_value=TIES, multiple=True, help="Who gave to whom, as GraphML.")
@click.option("--log", "forms", flag_value=LOG, multiple=True, help="Every event as it is stored, each with its proof.")
@click.option("--named", is_flag=True, help="With people's names beside their ids; for --events and --ties.")
@click.option("--withhold", is_flag=True, help="With --log: of what auditors may not read, nothing but its hash.")
@when_options
@network_option
@json_option
def export(
    folder: Path, forms: tuple[str, ...], named: bool, withhold: bool, when: When, network: str | None, as_json: bool
) -> None:
    """Write a network's members, sites, challenges, posts and resources to FOLDER as CSV tables.

    What network members may read is written; spreadsheet formulas are kept harmless. With --events, --ties or --log
    something else is written instead, with ids and no names unless --named is given.

    \b
    --log writes events.jsonl (CloudEvents, sealed texts still sealed) and a signed checkpoint over them:
    `confrere audit verify FOLDER` proves on any machine that nothing was altered. It holds the structure of all that
    happened, also of coaching and between two. For others than the operator write it with --withhold: it proves as
    much, and tells what auditors may read.

    FOLDER must not be there yet. It gets its name once all is written and recorded in the history with its hash.

    \b
    Example: confrere export tables/
    Example: confrere export year/ --log
    Example: confrere export spring/ --ties --on 2026-05-01
    """
    form = _one_of(forms)
    _fitting(folder, form, when, named=named, withhold=withhold)
    with running() as system:
        where = system.network(network)
        if form == LOG:
            done = _log(system, where, folder, withhold=withhold)
        elif form == TABLES:
            done = _tables(system, where, folder, when, silent=as_json)
        else:
            done = _list(system, where, folder, form, when, named=named)
            if form == TIES and not as_json:
                _tell_left_out(system, where, when)
    print_json(done) if as_json else _print(done)


def _one_of(forms: tuple[str, ...]) -> str:
    found = list(dict.fromkeys(forms))
    if len(found) > 1:
        words, remedy = "one form is written to a folder", "write the other one to a folder of its own"
        raise Malformed(words, field=" ".join(f"--{each}" for each in found), remedy=remedy)
    return found[0] if found else TABLES


def _fitting(folder: Path, form: str, when: When, *, named: bool, withhold: bool) -> None:
    if folder == Path() or not folder.name:
        raise Malformed("name a folder to write to", field="FOLDER")
    if named and form not in {EVENTS, TIES}:
        words = "the tables have names already" if form == TABLES else "the log holds names only sealed"
        raise Malformed(words, field="--named", remedy="leave it out")
    if withhold and form != LOG:
        raise Malformed("only --log holds what auditors may not read", field="--withhold", remedy="leave it out")
    if form == LOG and when != NOW:
        words = "the log is written whole, up to now, since its checkpoint is signed now"
        raise Malformed(words, field="--log", remedy="leave --as-of and --on out")


def _log(system: Confrere, network: StreamId, folder: Path, *, withhold: bool) -> Export:
    form, proofs = "log, told in part" if withhold else LOG, system.proofs(network)
    with progress_bar("writing", system.store.head()) as done:

        def write(draft: Path) -> Wrote:
            return log_export.write_log(draft, system.store, proofs, done, withholding=withhold)

        return system.exports.write(network, folder, form, write, files=log_export.FILES, opened=False)


def _tables(system: Confrere, network: StreamId, folder: Path, when: When, *, silent: bool) -> Export:
    counts: dict[str, int] = {}

    def write(draft: Path) -> Wrote:
        query = partial(table_export.write_tables, draft, told=counts.__setitem__)
        return system.queries.ask(network, query, when=when)

    done = system.exports.write(network, folder, TABLES, write, files=table_export.FILES, opened=True)
    if not silent:
        for file, count in counts.items():
            out.print(f"{folder / file}: {count} rows", soft_wrap=True)
        for table, count in system.queries.ask(network, left_out, when=when).items():
            out.print(f"{table}: {count} rows left out, since they need somebody who left")
    return done


def _list(system: Confrere, network: StreamId, folder: Path, form: str, when: When, *, named: bool) -> Export:
    write, file = {
        EVENTS: (timeline_export.write_timeline, timeline_export.TIMELINE),
        TIES: (graph_export.write_ties, graph_export.TIES),
    }[form]

    def writer(draft: Path) -> Wrote:
        return system.queries.ask(network, partial(write, draft, named=named), when=when)

    called = f"{form} with names" if named else form
    return system.exports.write(network, folder, called, writer, files=(file,), opened=named)


def _tell_left_out(system: Confrere, network: StreamId, when: When) -> None:
    count = system.queries.ask(network, graph_export.left_out, when=when)
    if count:
        told = f"{count} tie{'s' if count > 1 else ''} left out, of a narrower class than the network's"
        out.print(f"{graph_export.TIES}: {told}", soft_wrap=True)


def _print(done: Export) -> None:
    if done.form != TABLES:
        for file in done.files:
            out.print(f"{done.folder}/{file}", soft_wrap=True)
    out.print(f"{done.records} records up to position {done.position}, SHA-256 {done.digest}", soft_wrap=True)
