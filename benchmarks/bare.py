"""The peer of our server: one Litestar handler that returns bytes it has at hand, under the same uvicorn."""

import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn
from litestar import Litestar, Request, Response, get, post


def application(body: bytes) -> Litestar:
    @get("/")
    async def read() -> Response[bytes]:
        return Response(body, media_type="application/json")

    @post("/")
    async def write(request: Request[Any, Any, Any]) -> Response[bytes]:
        await request.body()
        return Response(body, media_type="application/json")

    return Litestar([read, write], openapi_config=None, logging_config=None)


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as ours
    config = uvicorn.Config(
        application(Path(sys.argv[1]).read_bytes()), access_log=False, log_config=None, server_header=False
    )
    print(f"Serving on http://127.0.0.1:{listener.getsockname()[1]},", flush=True)
    uvicorn.Server(config).run(sockets=[listener])
