"""The command `confrere`: words in, words out; decides nothing."""

import os
import sys

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read when the model libraries are imported
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import click

from api.cli.demo import demo
from api.cli.history import export, rebuild, tail
from api.cli.matching import explain, rank, recommend
from api.cli.recording import answer, charter, import_, post
from api.cli.replying import accept, dismiss, view
from api.cli.showing import show
from domain.refusals import Refused

REFUSED = 1


class _Confrere(click.Group):
    """Refusals are answers, not faults: words on stderr and exit code 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Refused as refusal:
            click.echo(f"Refused: {refusal}", err=True)
            ctx.exit(REFUSED)


@click.group(
    cls=_Confrere,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 refused (the words say why), 2 wrong usage. "
    "Settings: CONFRERE_DATA, CONFRERE_MASTER_KEY, CONFRERE_MODEL, CONFRERE_THREADS (see docs/settings.md).",
)
@click.version_option(package_name="confrere")
def confrere() -> None:
    """Record a network of educators, and recommend people and resources that fit a problem."""


for command in (
    demo,
    charter,
    import_,
    post,
    answer,
    show,
    recommend,
    explain,
    view,
    accept,
    dismiss,
    rank,
    tail,
    rebuild,
    export,
):
    confrere.add_command(command)


def main() -> None:
    """Entry point of the console script."""
    try:
        confrere(standalone_mode=True)
    except BrokenPipeError:  # somebody closed the pager
        sys.stderr.close()
        sys.exit(0)
