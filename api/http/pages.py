"""What everybody may read without a token: the description and its page, the problems' page, health and figures."""

import hashlib
import ipaddress
import mimetypes
from collections.abc import Collection, Mapping
from importlib.resources import files
from typing import Any, Final

import msgspec
from litestar import Request
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Method

from api.http import metrics, problems
from api.http.access import ACCESS, Access
from api.http.answers import Answer
from api.http.metrics import Metrics
from domain.refusals import Unknown
from engine.health import health
from engine.runtime import Confrere

VENDORED: Final = ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png")
_HTML: Final = "text/html; charset=utf-8"
_DOCS: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Confrere API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css"><link rel="icon" href="/docs/favicon.png">
<div id="ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script>
</html>
"""


def fixed(path: str, name: str, body: bytes, media: str) -> HTTPRouteHandler:
    """A page that stays the same while the server runs."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = {"cache-control": "public, max-age=300"}
    answer = Answer(200, body, media=media, headers=headers, tag=tag)

    async def page(request: Request[Any, Any, Any]) -> ASGIApp:
        return answer.unless(request.headers.get("if-none-match"))

    return _public(path, name)(page)


def _to_the_docs() -> HTTPRouteHandler:
    """From the bare address to what can be done here."""
    answer = Answer(307, b"", media="", headers={"location": "/docs"})

    async def led() -> ASGIApp:
        return answer

    return _public("/", "root")(led)


def pages(description: bytes) -> list[HTTPRouteHandler]:
    shown = fixed("/docs", "docs", _DOCS.encode(), _HTML)
    explained = fixed(problems.PAGE, "problems", problems.page().encode(), _HTML)
    described = fixed("/openapi.json", "openapi", description, "application/json")
    return [_to_the_docs(), shown, explained, described, *map(_vendored, (*VENDORED, "start.js"))]


def options(paths: Mapping[str, Collection[str]]) -> list[HTTPRouteHandler]:
    """What each address answers to, for those who ask that alone."""
    return [_options(path, methods) for path, methods in paths.items()]


def _options(path: str, methods: Collection[str]) -> HTTPRouteHandler:
    allowed = {"allow": ", ".join(sorted({*methods, "OPTIONS"}))}
    answer = Answer(204, b"", media="", headers=allowed)

    async def told() -> ASGIApp:
        return answer

    return _public(path, f"options {path}", method="OPTIONS")(told)


def probes(system: Confrere, counted: Metrics, readers: str) -> list[HTTPRouteHandler]:
    """Whether it lives, whether it is ready, and its figures; `readers` tells who may see those."""

    async def alive() -> ASGIApp:
        return _json(200, {"alive": True})

    def ready() -> ASGIApp:
        found = health(system)
        checks = [{"name": each.name, "ok": each.ok} for each in found.checks]  # words are for `confrere doctor`
        return _json(200 if found.ready else 503, {"ready": found.ready, "checks": checks})

    def figures(request: Request[Any, Any, Any]) -> ASGIApp:
        if readers == "nobody" or (readers == "loopback" and not _near(request)):
            raise Unknown("there is nothing at this address")
        return Answer(200, counted.exposition(), media=metrics.CONTENT_TYPE, headers={"cache-control": "no-store"})

    return [
        _public("/healthz", "healthz")(alive),
        _public("/readyz", "readyz", sync_to_thread=True)(ready),
        _public("/metrics", "metrics", sync_to_thread=True)(figures),
    ]


def _vendored(name: str) -> HTTPRouteHandler:
    body = (files("api.http.swagger") / name).read_bytes()
    media = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return fixed(f"/docs/{name}", name, body, media)


def _public(path: str, name: str, method: Method = "GET", **more: Any) -> HTTPRouteHandler:  # noqa: ANN401 - a route's
    opt = {ACCESS: Access.PUBLIC}
    return HTTPRouteHandler(path, http_method=method, name=name, opt=opt, include_in_schema=False, **more)


def _json(status: int, value: object) -> Answer:
    return Answer(status, msgspec.json.encode(value), media="application/json", headers={"cache-control": "no-store"})


def _near(request: Request[Any, Any, Any]) -> bool:
    """Whether the one who asks sits at this machine."""
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
