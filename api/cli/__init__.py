"""The command `confrere`: words in, words out; decides nothing."""

import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read when the model libraries are imported
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import click

from api.cli.access import grant, invite, join, token, withdraw
from api.cli.accesses import access
from api.cli.audit import audit
from api.cli.coaching import coaching
from api.cli.demo import demo
from api.cli.erasing import erase, hold, release
from api.cli.explaining import explain
from api.cli.exporting import export
from api.cli.history import rebuild, tail
from api.cli.keeping import backup, restore
from api.cli.learning import learn
from api.cli.matching import rank, recommend
from api.cli.operating import doctor, settings
from api.cli.own import my_data
from api.cli.recording import answer, charter, import_, post
from api.cli.replaying import diff, replay
from api.cli.replying import accept, dismiss, view
from api.cli.serving import serve
from api.cli.shaping import shape
from api.cli.showing import show
from api.faults import places
from domain.refusals import Refused

REFUSED, FAULT, INTERRUPTED = 1, 3, 130


class _Confrere(click.Group):
    """Refusals are answers, not faults: words on stderr and exit code 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Refused as refusal:
            click.echo(f"Refused: {refusal}", err=True)
            ctx.exit(REFUSED)
        except (KeyboardInterrupt, click.Abort):
            click.echo("Interrupted. Nothing is half recorded: run it again, that is safe.", err=True)
            ctx.exit(INTERRUPTED)
        except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
            raise
        except OSError as trouble:
            click.echo(f"Refused: {trouble.filename or 'a file'}: {trouble.strerror or 'cannot be used'}", err=True)
            ctx.exit(REFUSED)
        except Exception as fault:  # noqa: BLE001 - the last place where somebody knows what must not be shown
            click.echo(_where(fault), err=True)
            ctx.exit(FAULT)


def _where(fault: Exception) -> str:
    lines = [f"  {place}" for place in places(fault)]
    return "\n".join((f"This is a fault of confrere, please report it: {type(fault).__name__} at", *lines))


@click.group(
    cls=_Confrere,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 refused (the words say why), 2 wrong usage, 3 a fault of the program, "
    "130 interrupted. "
    "Settings: `confrere settings` (see docs/settings.md).",
)
@click.version_option(package_name="confrere")
def confrere() -> None:
    """Record a network of educators, and recommend people and resources that fit a problem."""


for command in (
    demo,
    charter,
    import_,
    invite,
    join,
    grant,
    withdraw,
    token,
    access,
    post,
    answer,
    show,
    shape,
    replay,
    diff,
    recommend,
    explain,
    view,
    accept,
    dismiss,
    coaching,
    learn,
    rank,
    tail,
    rebuild,
    export,
    my_data,
    erase,
    hold,
    release,
    audit,
    backup,
    restore,
    settings,
    doctor,
    serve,
):
    confrere.add_command(command)


def main() -> None:
    """Entry point of the console script."""
    confrere()
