"""Bearer tokens: for whom of which network one speaks. What they may do there is asked at every use."""

import hmac
import re
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from sqlite3 import Connection
from threading import Lock
from typing import Annotated, Final

from msgspec import Meta, Struct

from domain.refusals import StorageTrouble, Unauthenticated, Unknown
from domain.vocabulary import Id, Label, MemberId, StreamId
from engine.commands import build
from engine.storage.database import Database, in_words
from projections.shape import instant, microseconds

PREFIX: Final = "confrere"
USUAL_DAYS: Final = 90

_SCHEMA: Final = """
    create table if not exists tokens (
        token text primary key,
        network text not null,
        member text not null,
        label text not null,
        hash blob not null,
        created_at integer not null,
        expires_at integer not null,
        revoked_at integer,
        used_at integer
    ) strict;
    create index if not exists tokens_of_network on tokens (network, created_at);
"""
_BEGINNING: Final = re.compile(r"[0-9a-f]{1,16}")  # of an id
_SECRET_BYTES: Final = 32
_NOTED: Final = timedelta(minutes=1)  # how often uses are written down, at most
_KEPT: Final = 10_000
_PATIENCE: Final = 1.0  # seconds: requests wait for this file


class Bearer(Struct, frozen=True, kw_only=True):
    """Who speaks by a token."""

    token_id: str
    network: StreamId
    member: MemberId


class Token(Struct, frozen=True, kw_only=True, rename={"token": "id"}):
    """All there is to know of a token but its secret. For programs its id is `id`: what is sent is the token."""

    token: str
    network: StreamId
    member: MemberId
    label: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used: datetime | None


class _Wanted(Struct, frozen=True, kw_only=True):
    member: Id
    label: Label
    days: Annotated[int, Meta(ge=1, le=3650)]


class _Held(Struct, frozen=True):
    bearer: Bearer
    hash: bytes
    expires_at: int
    revoked: bool


_NOBODY: Final = _Held(Bearer(token_id="", network="", member=""), sha256(b"nobody").digest(), 0, revoked=True)


class Tokens:
    """The file accounts.db. Safe to use from several threads; what other processes revoke counts at once."""

    def __init__(
        self,
        folder: Path,
        home: Callable[[StreamId], StreamId | None],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`home` gives the network of a stream, None when there is no such stream."""
        self._home: Final = home
        self._clock: Final = clock
        self._database: Final = Database(folder / "accounts.db", _SCHEMA, readers=1, patience=_PATIENCE)
        self._reads: Final = self._database.connect()  # by which alone is told whether anybody wrote
        self._turn: Final = Lock()
        self._held: Final[dict[str, _Held]] = {}
        self._seen_version = -1
        self._used: dict[str, datetime] = {}
        self._noted_at = clock()

    def create(
        self, network: StreamId, member: MemberId, *, label: str = "", days: int = USUAL_DAYS
    ) -> tuple[str, Token]:
        """A new token and what is to be presented, which nobody can tell again. Raises Unknown, Malformed."""
        build(_Wanted, member=member, label=label, days=days)
        if self._home(network) != network:
            raise Unknown("there is no such network", field="network")
        if self._home(member) != network or not member.startswith("member-"):
            raise Unknown("there is no such member in this network", field="member", remedy="invite them first")
        token_id, secret = secrets.token_hex(8), secrets.token_urlsafe(_SECRET_BYTES)
        now = self._clock()
        row = (token_id, network, member, label, _hash(secret), microseconds(now), _in_days(now, days))
        with self._database.write() as connection:
            connection.execute("insert into tokens values (?, ?, ?, ?, ?, ?, ?, null, null)", row)
        return f"{PREFIX}_{token_id}_{secret}", self._token(token_id)

    def bearer(self, presented: str) -> Bearer:
        """Who presents this; raises Unauthenticated, in the same words whatever is wrong with it."""
        prefix, _, rest = presented.partition("_")
        token_id, _, secret = rest.partition("_")
        with self._turn, in_words("accounts.db"):
            held = self._find(token_id) if token_id.isascii() else _NOBODY
            now = self._clock()
            fits = hmac.compare_digest(_hash(secret), held.hash)
            if not fits or prefix != PREFIX or held.revoked or held.expires_at <= microseconds(now):
                raise Unauthenticated(
                    "this token is not valid here", remedy="check it, or ask the operator for a new one"
                )
            self._used[token_id] = now
            due = now - self._noted_at >= _NOTED
        if due:
            self._note()
        return held.bearer

    def list(self, network: StreamId) -> Sequence[Token]:
        """All of a network, the oldest first, with those that ended."""
        with self._database.read() as connection:
            found = connection.execute(f"{_TOKENS} where network = ? order by created_at, token", (network,)).fetchall()
        return [_told(row) for row in found]

    def revoke(self, beginning: str) -> Token:
        """From now on nobody speaks by the one token whose id begins so; again changes nothing. Raises Unknown."""
        now = microseconds(self._clock())
        with self._database.write() as connection:
            token_id = _only(connection, beginning)
            connection.execute(
                "update tokens set revoked_at = coalesce(revoked_at, ?) where token = ?", (now, token_id)
            )
        return self._token(token_id)

    def forget(self, member: MemberId) -> int:
        """Delete all of a member's, with their labels, and leave no trace in any file; says how many."""
        with self._database.write() as connection:
            gone = connection.execute("delete from tokens where member = ?", (member,)).rowcount
        self._database.settle()
        return gone

    def close(self) -> None:
        self._note()
        self._database.close()

    def _token(self, token_id: str) -> Token:
        with self._database.read() as connection:
            return _told(connection.execute(f"{_TOKENS} where token = ?", (token_id,)).fetchone())

    def _find(self, token_id: str) -> _Held:
        """As it stands in the file now: SQLite tells whether anybody has written since."""
        version: int = self._reads.execute("pragma data_version").fetchone()[0]
        if version != self._seen_version or len(self._held) > _KEPT:
            self._held.clear()
            self._seen_version = version
        if (held := self._held.get(token_id)) is not None:
            return held
        sql = "select network, member, hash, expires_at, revoked_at from tokens where token = ?"
        row = self._reads.execute(sql, (token_id,)).fetchone()
        if row is None:
            return _NOBODY
        network, member, digest, expires_at, revoked_at = row
        bearer = Bearer(token_id=token_id, network=network, member=member)
        held = self._held[token_id] = _Held(bearer, digest, expires_at, revoked_at is not None)
        return held

    def _note(self) -> None:
        """Write down who was here. That may fail, for nobody is kept out by it."""
        with self._turn:
            used, self._used, self._noted_at = self._used, {}, self._clock()
        if not used:
            return
        with suppress(StorageTrouble), self._database.write() as connection:
            connection.executemany(
                "update tokens set used_at = max(coalesce(used_at, 0), ?) where token = ?",
                [(microseconds(at), token_id) for token_id, at in used.items()],
            )


_TOKENS: Final = "select token, network, member, label, created_at, expires_at, revoked_at, used_at from tokens"


def _told(row: tuple[str, str, str, str, int, int, int | None, int | None]) -> Token:
    token, network, member, label, created_at, expires_at, revoked_at, used_at = row
    return Token(
        token=token,
        network=network,
        member=member,
        label=label,
        created_at=instant(created_at),
        expires_at=instant(expires_at),
        revoked_at=None if revoked_at is None else instant(revoked_at),
        last_used=None if used_at is None else instant(used_at),
    )


def _only(connection: Connection, beginning: str) -> str:
    """The id that begins so, if it is the only one."""
    found: list[tuple[str]] = []
    if _BEGINNING.fullmatch(beginning):
        sql = "select token from tokens where substr(token, 1, ?) = ? limit 2"
        found = connection.execute(sql, (len(beginning), beginning)).fetchall()
    if len(found) != 1:
        words = "several tokens begin like this" if found else "there is no such token"
        raise Unknown(words, field="token", remedy="`confrere token list` prints their ids")
    return found[0][0]


def _hash(secret: str) -> bytes:
    return sha256(secret.encode(errors="surrogatepass")).digest()


def _in_days(now: datetime, days: int) -> int:
    return microseconds(now + timedelta(days=days))
