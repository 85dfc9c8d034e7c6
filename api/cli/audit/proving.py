"""Commands that sign and prove: how far a history has come, that an event is in it, that it only grew."""

import base64
from pathlib import Path

import click

from api.cli.running import json_option, network_option, out, print_json, running
from domain.refusals import BadFile
from engine.notes import origin_in

_LONGEST = 100_000  # bytes of a checkpoint

note_argument = click.Path(path_type=Path, dir_okay=False)


@click.command()
@network_option
@json_option
def checkpoint(network: str | None, as_json: bool) -> None:
    """Sign the history as it stands and print the checkpoint; again prints the same while nothing was recorded.

    Keep it where nobody who can change the data reaches it: by it everybody can tell later whether anything was
    altered, left out or cut off. A signed note (C2SP tlog-checkpoint), readable by other people's tools.

    \b
    Example: confrere audit checkpoint > 2026-03-01.checkpoint
    """
    with running() as system:
        proofs = system.proofs(system.network(network))
        note = proofs.sign()
    print_json({"checkpoint": note, "key": proofs.verifier_key}) if as_json else click.echo(note, nl=False)


@click.command()
@network_option
@json_option
def key(network: str | None, as_json: bool) -> None:
    """Print the key by which a network's checkpoints are verified: name, key id and Ed25519 public key.

    \b
    Example: confrere audit key > riverbend.key
    """
    with running() as system:
        found = system.proofs(system.network(network)).verifier_key
    print_json({"key": found}) if as_json else click.echo(found)


@click.command()
@click.argument("position", type=click.IntRange(min=1))
@click.option("--checkpoint", "against", type=note_argument, help="Checkpoint to prove it in (default: the last one).")
@network_option
@json_option
def prove(position: int, against: Path | None, network: str | None, as_json: bool) -> None:
    """Prove that the event at POSITION stands in the history that a checkpoint was signed over.

    Prints a C2SP tlog-proof: the event's number, the hashes beside its way up to the root, and the checkpoint. --json
    adds the event's own hash.

    \b
    Example: confrere audit prove 128 --checkpoint 2026-03-01.checkpoint
    """
    note = None if against is None else read_note(against)
    with running() as system:
        proven = system.proofs(system.network(network)).inclusion(position, note)
    if as_json:
        print_json(proven)
        return
    hashes = "".join(f"{base64.b64encode(each).decode()}\n" for each in proven.proof)
    click.echo(f"c2sp.org/tlog-proof@v1\nindex {proven.index}\n{hashes}\n{proven.checkpoint}", nl=False)


@click.command()
@click.argument("old", type=note_argument)
@click.argument("new", type=note_argument, required=False)
@network_option
@json_option
def consistent(old: Path, new: Path | None, network: str | None, as_json: bool) -> None:
    """Prove that the history at checkpoint NEW (default: the last one) continues the one at checkpoint OLD.

    \b
    Example: confrere audit consistent january.checkpoint march.checkpoint
    """
    first, second = read_note(old), None if new is None else read_note(new)
    with running() as system:
        proven = system.proofs(system.network(network)).consistency(first, second)
    if as_json:
        print_json(proven)
        return
    more = proven.second - proven.first
    out.print(f"The {proven.first} events of {old.name} are the beginning of {proven.second}: {more} came after them.")
    for each in proven.proof:
        out.print(base64.b64encode(each).decode(), soft_wrap=True)


def read_note(path: Path) -> str:
    """The text of a signed note. Raises BadFile for what cannot be one."""
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST + 1)
        note = content.decode()
        origin_in(note)
    except OSError as error:
        words = "this checkpoint cannot be read"
        raise BadFile(words, field=str(path), remedy=error.strerror or "name another file") from None
    except UnicodeDecodeError:
        raise BadFile(
            "this is not a signed note", field=str(path), remedy="give a checkpoint as it was written"
        ) from None
    except BadFile as refusal:
        raise BadFile(refusal.words, field=str(path), remedy=refusal.remedy) from None
    return note
