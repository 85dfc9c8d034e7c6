"""Below the application: what is no HTTP, who keeps a request waiting and who comes when all is full, refused alike."""

import asyncio
from typing import Final

import h11
from litestar.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.http.door import STRICT
from api.http.problems import MEDIA, Crowded, Late, Undecodable, document_of
from domain.refusals import Refused

CONCURRENT: Final = 500  # connections; beyond them a 503, well below the files that a process may open
PATIENCE: Final = 30.0  # seconds: a request arrives whole, an answer is read on; else idle ones would take all

_ARRIVING: Final = {h11.IDLE, h11.SEND_BODY}


class Wire(H11Protocol):
    """One connection."""

    _late: asyncio.TimerHandle | None = None  # until the request is there
    _unread: asyncio.TimerHandle | None = None  # until the client reads on

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        if len(self.connections) > CONCURRENT:
            self.app = _crowded
        self._mind()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._mind()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._forget()
        self._read_on()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._look_again(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        super().resume_writing()
        self._read_on()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - says no more than that
        self._refuse(Undecodable("this is no HTTP request that can be read"))

    def _mind(self) -> None:
        """Have patience from when a request begins until it is whole. Between two of them uvicorn watches."""
        if self.conn.their_state not in _ARRIVING:
            self._forget()
        elif self._late is None:
            self._late = self.loop.call_later(PATIENCE, self._send_home)

    def _forget(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _look_again(self, left: int) -> None:
        self._unread = self.loop.call_later(PATIENCE, self._hang_up_unless_read, left)

    def _hang_up_unless_read(self, before: int) -> None:
        """When as many bytes wait for the client as did then, nobody is there."""
        left = self.transport.get_write_buffer_size()
        if left < before:
            self._look_again(left)
        else:
            self.transport.abort()

    def _read_on(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _send_home(self) -> None:
        begun = self.conn.their_state is h11.SEND_BODY or self.conn.trailing_data[0]
        if begun:
            self._refuse(Late("the request did not arrive in time"))
        else:
            self.transport.close()

    def _refuse(self, refusal: Refused) -> None:
        """Answer, if no answer has begun yet, and hang up."""
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            status, headers, body = _answer(refusal)
            events = (h11.Response(status_code=status, headers=headers), h11.Data(data=body), h11.EndOfMessage())
            for event in events:
                self.transport.write(self.conn.send(event) or b"")
        if self.cycle is not None:  # whoever still waits for the body
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()


async def _crowded(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - an application's
    status, headers, body = _answer(Crowded("all connections are taken"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _answer(refusal: Refused) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    status, body, more = document_of(refusal)
    entity = {"content-type": MEDIA, "content-length": str(len(body)), "connection": "close"}
    headers = [(name.lower().encode(), value.encode()) for name, value in {**entity, **more}.items()]
    return status, [*headers, *STRICT], body
