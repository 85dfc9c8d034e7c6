"""The command that verifies: an export anywhere, with nothing but a checkpoint, or the log of this installation."""

from pathlib import Path

import click

from api.cli.running import json_option, out, print_json, progress_bar
from domain.refusals import BadFile
from engine.settings import read_settings
from engine.verifying_files import Verified, verify_export
from engine.verifying_here import verify_stored

_file = click.Path(path_type=Path, dir_okay=False)
_LONGEST = 1_000  # characters of a key


@click.command()
@click.argument("export", type=click.Path(path_type=Path, exists=True), required=False)
@click.option("--checkpoint", "kept", type=_file, multiple=True, help="A checkpoint that was kept; may be repeated.")
@click.option("--key", metavar="KEY", help="Key that signed them, or a file with it: `confrere audit key` prints it.")
@click.option("--network", metavar="ID", help="Of this installation's networks, this one alone.")
@json_option
def verify(export: Path | None, kept: tuple[Path, ...], key: str | None, network: str | None, as_json: bool) -> None:
    """Verify that not one event of EXPORT was altered, left out, put in or moved since it was signed.

    It needs no server, no data folder and no secret: the export, the checkpoint in it, and better one that you kept
    yourself. Without --key the proofs are checked and the signature is not. Exit code 1 and the first event that
    does not fit. Without EXPORT, the log of this installation is verified where it lies.

    \b
    Example: confrere audit verify year/ --checkpoint january.checkpoint --key riverbend.key
    Example: confrere audit verify
    """
    by = None if key is None else _key(key)
    with progress_bar("verifying") as done:
        if export is not None:
            found: tuple[Verified, ...] = (verify_export(export, kept, by, done),)
        else:
            settings = read_settings()
            found = verify_stored(settings.data, settings.checkpoints, kept, by, network, done)
    if as_json:
        print_json(found)
        return
    for each in found:
        _print(each)


def _key(given: str) -> str:
    path = Path(given)
    if "+" in given and not path.is_file():
        return given
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(_LONGEST)
    except (OSError, UnicodeError, ValueError):
        raise BadFile("there is no such key", field="--key", remedy="give the key or a file that holds it") from None


def _print(found: Verified) -> None:
    out.print(f"{found.origin}: {found.events} events agree with their checkpoint, root {found.root}", soft_wrap=True)
    for size in found.earlier:
        out.print(f"  they begin with the {size} events of another checkpoint")
    if found.withheld:
        out.print(f"  {found.withheld} of them are not told here: their hashes fit, and stand for them")
    if found.uncovered:
        out.print(f"  {found.uncovered} events came after the last checkpoint and are covered by none")
    claims = ", ".join(found.signed_by) or "nobody"
    if found.signature_checked:
        out.print(f"  signed by {claims}, checked", soft_wrap=True)
    else:
        out.print(
            f"  the signature was NOT checked: it claims to be by {claims}; give --key to check it", soft_wrap=True
        )
