"""The command that serves the HTTP API."""

import click
import msgspec

from api.cli.running import out
from engine.runtime import Confrere
from engine.settings import Settings, read_settings


@click.command()
@click.option("--host", help="Address to serve on (default: CONFRERE_HOST).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 takes a free one (default: CONFRERE_PORT).")
def serve(host: str | None, port: int | None) -> None:
    """Serve the HTTP API until Ctrl-C or SIGTERM. A page that describes it is at /docs.

    \b
    Example: confrere serve --port 9000
    """
    from api.http import serving  # noqa: PLC0415 - the web's libraries are for this command alone

    settings = _with(read_settings(), host, port)
    with serving.listening(settings.host, settings.port) as listener, Confrere(settings) as system:
        announce(settings.public_url or serving.address(listener))
        serving.serve(system, settings, listener)


def announce(address: str) -> None:
    """Where it is; at once, also into a pipe."""
    out.print(f"Serving on {address}, described at {address}/docs. End it with Ctrl-C.", soft_wrap=True)
    out.file.flush()


def _with(settings: Settings, host: str | None, port: int | None) -> Settings:
    return msgspec.structs.replace(
        settings, host=settings.host if host is None else host, port=settings.port if port is None else port
    )
