"""What every command shares: the running system, the network it is about, progress, JSON or tables."""

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from hashlib import sha256
from typing import Any, Protocol, TypeVar

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from domain.refusals import Malformed, Unknown
from domain.vocabulary import OPERATOR
from engine.commands import Order, Sender
from engine.runtime import Confrere
from engine.settings import read_settings
from engine.when import when_of

F = TypeVar("F", bound=Callable[..., Any])

out = Console(highlight=False, markup=False, emoji=False)  # what people wrote is shown as they wrote it
err = Console(highlight=False, markup=False, emoji=False, stderr=True)

_SHOWN = 60  # characters of an id that is none
_BEGINNING = re.compile(r"[a-z]+(-[0-9a-f]*)?")


@contextmanager
def running() -> Iterator[Confrere]:
    """The system on the folder that the settings name."""
    with Confrere(read_settings()) as system:
        yield system


def network_option(command: F) -> F:
    return click.option("--network", metavar="NAME", help="Name or id of the network; needed when there are several.")(
        command
    )


def json_option(command: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs instead of tables.")(command)


def when_options(command: F) -> F:
    """As of when is asked: the command is handed it as `when`."""

    @wraps(command)
    def asked(*, as_of: str | None, on: str | None, **given: Any) -> Any:  # noqa: ANN401 - as click gives it
        return command(when=when_of(as_of, on), **given)

    known = click.option("--as-of", metavar="POSITION|TIME", help="As it was known at a position or a time with zone.")
    happened = click.option("--on", metavar="DAY", help="As it had happened by the end of a day, whenever it was told.")
    return known(happened(asked))  # type: ignore[return-value]  # the options stand in for `when`


def at_option(command: F) -> F:
    return click.option("--at", metavar="TIME", help="When it happened, ISO 8601 with zone (default: now).")(command)


def command_id_option(command: F) -> F:
    return click.option(
        "--command-id", metavar="ID", help="Makes a retry safe: the same id with the same words records nothing twice."
    )(command)


def instant(given: str | None) -> datetime:
    """The instant an option gives, in UTC; now when it is left out."""
    if given is None:
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(given)
        if at.tzinfo is None:
            raise Malformed("a time needs its zone", field="--at", remedy="for example 2026-03-01T15:30+01:00")
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Malformed("this is no time", field="--at", remedy="for example 2026-03-01T15:30+01:00") from error


def new_id(kind: str) -> str:
    return f"{kind}-{secrets.token_hex(16)}"


def id_for(kind: str, network: str, command_id: str | None) -> str:
    """A new id; for a command id that is given, always the same one, so that a retry means the same thing."""
    if not command_id:
        return new_id(kind)
    return f"{kind}-{sha256(f'{network}|{command_id}|{kind}'.encode()).hexdigest()[:32]}"


def sender(network: str, command_id: str | None = None) -> Sender:
    """The operator at the command line, with the id that makes a retry safe."""
    return Sender(network=network, actor=OPERATOR, command_id=command_id or new_id("command"))


def order(command: Any, *, at: str | None = None, on_behalf_of: str | None = None) -> Order:  # noqa: ANN401 - any command
    return Order(command=command, at=instant(at), on_behalf_of=on_behalf_of)


def print_json(value: object) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def need_id(system: Confrere, network: str, given: str, kinds: tuple[str, ...]) -> str:
    """A whole id from its beginning, as long as that is the only one."""
    fitting = given.partition("-")[0] in kinds and _BEGINNING.fullmatch(given)
    found = system.store.streams(network, given, limit=2) if fitting else ()
    if len(found) == 1:
        return found[0]
    words = "several begin like this" if found else f"there is no such {' or '.join(kinds)} in this network"
    raise Unknown(
        words,
        field=given[:_SHOWN],
        remedy="`confrere show` and `confrere coaching queue` print ids",
    )


class Told(Protocol):
    def __call__(self, done: int, of: int | None = None, /) -> None:
        """How much is done, and of how much where that is known only now."""


@contextmanager
def progress_bar(words: str, total: int | None = None) -> Iterator[Told]:
    """A bar on stderr that is told how much is done; silent where nobody watches."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(words, total=total)
        yield lambda done, of=None: bar.update(task, completed=done, total=of)
