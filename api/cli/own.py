"""What concerns one member alone: all that is held of them."""

from pathlib import Path

import click
import msgspec

from api.cli.running import need_id, network_option, out, progress_bar, running
from api.own_page import page
from domain.refusals import Malformed
from domain.vocabulary import OPERATOR
from engine.access import Seen
from engine.exporting import write_whole
from engine.exports import Wrote
from engine.own_data import own_data

PAGE, JSON = "my-data.html", "my-data.json"


@click.command("my-data")
@click.argument("member")
@click.option(
    "--to", "folder", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder to write to."
)
@network_option
def my_data(member: str, folder: Path, network: str | None) -> None:
    """Write all that is held of MEMBER: what, where it came from, who looked at it, which recommendations used it.

    FOLDER, which must not be there yet, gets my-data.html for people and my-data.json for programs, readable by you
    alone. The member sees in the record of access that it was made; their erasure deletes it, unless it was moved.

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

        def write(draft: Path) -> Wrote:
            write_whole(draft / JSON, msgspec.json.format(msgspec.json.encode(told), indent=2))
            write_whole(draft / PAGE, page(told).encode())
            return Wrote(len(told.held), told.position)

        system.exports.write(where, folder, "my data", write, files=(PAGE, JSON), opened=True)
    out.print(f"{len(told.held)} records, {len(told.looks)} looks, {len(told.uses)} uses in lists: {folder}/{PAGE}")
