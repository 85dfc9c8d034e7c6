"""What concerns one member alone: all that is held of them."""

from pathlib import Path

import click
import msgspec

from api.cli.running import need_id, network_option, out, progress_bar, running
from api.own_page import page
from domain.refusals import Malformed, StorageTrouble
from domain.vocabulary import OPERATOR
from engine.access import Seen
from engine.exporting import write_whole
from engine.own_data import own_data


@click.command("my-data")
@click.argument("member")
@click.option(
    "--to", "folder", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder to write to."
)
@network_option
def my_data(member: str, folder: Path, network: str | None) -> None:
    """Write all that is held of MEMBER: what, where it came from, who looked at it, which recommendations used it.

    FOLDER gets my-data.html for people and my-data.json for programs, readable by you alone. The member sees in the
    record of access that it was made.

    \b
    Example: confrere my-data member-3f2a --to for-ada/
    """
    if folder == Path():
        raise Malformed("name a folder to write to", field="--to")
    with running() as system:
        where = system.network(network)
        whole = need_id(system, where, member, ("member",))
        with progress_bar("reading the history", system.store.head()) as done:
            told = own_data(system, where, whole, done)
        whom = frozenset({whole})
        system.looks.record(where, OPERATOR, "my data", Seen(subjects=whom, members=whom))
        _make(folder)
        write_whole(folder / "my-data.json", msgspec.json.format(msgspec.json.encode(told), indent=2))
        write_whole(folder / "my-data.html", page(told).encode())
    out.print(
        f"{len(told.held)} records, {len(told.looks)} looks, {len(told.uses)} uses in lists: {folder}/my-data.html"
    )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageTrouble("this folder cannot be made", field=str(folder), remedy="name another one") from error
