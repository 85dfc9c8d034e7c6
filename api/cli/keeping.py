"""Commands that keep the history safe: back it up while the service runs, restore it, whole or not at all."""

from pathlib import Path

import click

from api.cli.audit.proving import note_argument, read_note
from api.cli.running import err, json_option, out, print_json, running
from engine.backup import back_up
from engine.restoring import restore as put_back
from engine.settings import read_settings

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option("--keys", required=True, type=_FOLDER, help="Another new folder, for the keys: best on another disk.")
@json_option
def backup(folder: Path, keys: Path, as_json: bool) -> None:
    """Copy the history, tokens and vectors to FOLDER, and the keys to another folder, while the service runs.

    Every network's history is signed first, and its copy checked against that. Neither folder may be there yet; they
    get their names once all is on disk. The master key is not copied: keep it in a third place. Copies of keys keep
    alive what is erased later: delete those made before an erasure.

    \b
    Example: confrere backup /backup/2026-03-01 --keys /media/keys/2026-03-01
    """
    with running() as system:
        made = back_up(system, folder, keys)
        master = system.settings.master_key
    if as_json:
        print_json(made)
        return
    networks = f"{len(made.networks)} network{'s' if len(made.networks) > 1 else ''}"
    out.print(f"{folder}: {networks} up to position {made.position}, as they were signed", soft_wrap=True)
    out.print(f"{keys}: the keys; without {master}, which is not copied, they open nothing", soft_wrap=True)


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option("--keys", required=True, type=_FOLDER, help="The folder with the keys of that backup.")
@click.option("--checkpoint", "checkpoints", type=note_argument, multiple=True, help="One kept elsewhere: must agree.")
@click.option("--replace", is_flag=True, help="Set data that lie there aside; they are kept.")
@json_option
def restore(folder: Path, keys: Path, checkpoints: tuple[Path, ...], replace: bool, as_json: bool) -> None:
    """Put the backup in FOLDER where the settings say that data lie, once every event in it was checked.

    Files, keys and signatures have to fit, and every hash is made anew from what is stored. The service has to be
    ended. What was erased or revoked since stays so. Interrupted at any moment, the old data stand or the new ones.

    \b
    Example: confrere restore /backup/2026-03-01 --keys /media/keys/2026-03-01 --replace
    """
    notes = [read_note(each) for each in checkpoints]
    done = put_back(read_settings(), folder, keys, replace=replace, checkpoints=notes)
    if as_json:
        print_json(done)
        return
    out.print(f"restored to position {done.position}, as it stood {done.made_at:%Y-%m-%d %H:%M} UTC", soft_wrap=True)
    if done.before is not None:
        beyond = f"; {done.lost} positions are only there" if done.lost else ""
        out.print(f"what lay here before: {done.before}{beyond}", soft_wrap=True)
    for name in done.unread:
        words = f"{name} there cannot be read: erasures, revoked tokens and exports since are not kept"
        err.print(words, soft_wrap=True)
    for owner in done.erased:
        first = "lift the legal hold that stands again (`confrere release`), then " if owner in done.held else ""
        again = f"{owner} was erased after this backup: their texts stay gone; {first}`confrere erase` it again"
        out.print(again, soft_wrap=True)
