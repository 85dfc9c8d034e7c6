"""The command that serves the HTTP API."""

from functools import partial

import click
import msgspec

from api.cli.running import err, out
from domain.refusals import Unknown
from engine.runtime import Confrere
from engine.settings import Settings, nearest, read_settings, strangers


@click.command()
@click.option("--host", help="Address to serve on (default: CONFRERE_HOST).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 takes a free one (default: CONFRERE_PORT).")
def serve(host: str | None, port: int | None) -> None:
    """Serve the HTTP API until Ctrl-C or SIGTERM. A page that describes it is at /docs.

    There has to be a network: a data folder that is named wrongly is not begun.

    \b
    Example: confrere serve --port 9000
    """
    from api.http import serving  # noqa: PLC0415 - the web's libraries are for this command alone

    settings = _with(read_settings(), host, port)
    for name in strangers():
        near = f"CONFRERE_{nearest(name).upper()}"
        err.print(f"{name} is no setting and changes nothing; the nearest is {near}.", soft_wrap=True)
    _must_be_begun(settings)
    with serving.listening(settings.host, settings.port) as listener, Confrere(settings) as system:
        networks = len(system.store.networks())
        if not networks:
            raise _nothing(settings)
        out.print(f"Data: {settings.data.absolute()}, {networks} network{'s' if networks > 1 else ''}.", soft_wrap=True)
        address = settings.public_url or serving.address(listener)
        serving.serve(system, settings, listener, partial(announce, address))


def announce(address: str) -> None:
    """Where it is; at once, also into a pipe."""
    out.print(f"Serving on {address}, described at {address}/docs. End it with Ctrl-C.", soft_wrap=True)
    out.file.flush()


def usual_address(settings: Settings) -> str:
    """Where it would be served."""
    host = f"[{settings.host.strip('[]')}]" if ":" in settings.host else settings.host
    return settings.public_url or f"http://{host}:{settings.port}"


def curl(secret: str, address: str, what: str) -> str:
    """A line to try a token with."""
    return f"curl -H 'Authorization: Bearer {secret}' {address}/api/v1/{what}"


def _with(settings: Settings, host: str | None, port: int | None) -> Settings:
    return msgspec.structs.replace(
        settings, host=settings.host if host is None else host, port=settings.port if port is None else port
    )


def _must_be_begun(settings: Settings) -> None:
    """Before anything is opened: that would begin what is not there."""
    if not any((settings.data / name).exists() for name in ("events.db", "keys.db")):
        raise _nothing(settings)


def _nothing(settings: Settings) -> Unknown:
    return Unknown(
        "there is no network here yet",
        field=str(settings.data),
        remedy="`confrere charter` begins one; CONFRERE_DATA names the folder",
    )
