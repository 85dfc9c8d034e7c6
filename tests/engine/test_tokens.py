"""Tokens: who speaks by them, and how soon they end."""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.refusals import Malformed, Refused, Unauthenticated, Unknown
from engine.tokens import Tokens

NET, OTHER_NET = "network-0000000a", "network-0000000b"
ADA, STRANGER, ELSEWHERE = "member-0000000a", "member-000000ff", "member-0000000e"
HOMES = {NET: NET, OTHER_NET: OTHER_NET, ADA: NET, ELSEWHERE: OTHER_NET, "challenge-0000000a": NET}
REVOKE = """
import sys
from pathlib import Path
from engine.tokens import Tokens
Tokens(Path(sys.argv[1]), dict().get).revoke(sys.argv[2])
"""


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def tokens(tmp_path: Path, watch: Watch) -> Iterator[Tokens]:
    opened = Tokens(tmp_path, HOMES.get, watch)
    yield opened
    opened.close()


def refusal(tokens: Tokens, presented: str) -> str:
    with pytest.raises(Unauthenticated) as refused:
        tokens.bearer(presented)
    return str(refused.value)


def test_a_token_speaks_for_one_member_of_one_network(tokens: Tokens) -> None:
    secret, token = tokens.create(NET, ADA, label="laptop")
    assert re.fullmatch(r"confrere_[0-9a-f]{16}_[\w-]{43}", secret, re.ASCII)
    bearer = tokens.bearer(secret)
    assert (bearer.network, bearer.member, bearer.token_id) == (NET, ADA, token.token)
    assert (token.label, token.revoked_at, token.last_used) == ("laptop", None, None)


@pytest.mark.parametrize(
    ("network", "member", "field"),
    [
        (NET, STRANGER, "member"),
        (NET, ELSEWHERE, "member"),
        (NET, "challenge-0000000a", "member"),
        (NET, "no id at all", "member"),
        ("network-000000ff", ADA, "network"),
        (ADA, ADA, "network"),
    ],
)
def test_nobody_gets_a_token_who_was_never_invited_there(tokens: Tokens, network: str, member: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        tokens.create(network, member)
    assert isinstance(refused.value, Unknown | Malformed)
    assert refused.value.field == field
    assert not tokens.list(network)


@pytest.mark.parametrize("days", [0, -1, 3651, 10**30])
def test_a_token_lives_for_days_not_for_ever(tokens: Tokens, days: int) -> None:
    with pytest.raises(Malformed) as refused:
        tokens.create(NET, ADA, days=days)
    assert refused.value.field == "days"


def test_a_label_of_several_lines_is_refused(tokens: Tokens) -> None:
    with pytest.raises(Malformed) as refused:
        tokens.create(NET, ADA, label="one\ntwo")
    assert refused.value.field == "label"


def test_unknown_broken_expired_and_revoked_ones_are_worded_alike(tokens: Tokens, watch: Watch) -> None:
    good, _ = tokens.create(NET, ADA, days=3)
    expired, _ = tokens.create(NET, ADA, days=1)
    revoked, token = tokens.create(NET, ADA)
    tokens.revoke(token.token)
    watch.now += timedelta(days=1)
    assert tokens.bearer(good).member == ADA
    other = "A" if good[-1] != "A" else "B"
    prefix, number, secret = good.split("_", 2)
    wrong = [
        *("", "_", "__", "confrere", "Bearer x", "confrere_\ud800_x", "é_ü_ß", "x" * 100_000),
        *(good[:-1] + other, good[:-1], good + "A", good.replace(prefix, "Confrere"), f" {good}"),
        *(f"{prefix}_{number}_", f"{prefix}__{secret}", f"{prefix}_{token.token}_{secret}"),
    ]
    words = {refusal(tokens, each) for each in (expired, revoked, *wrong)}
    assert len(words) == 1


def test_the_secret_is_nowhere_in_the_folder(tokens: Tokens, tmp_path: Path) -> None:
    secret, token = tokens.create(NET, ADA)
    tokens.bearer(secret)
    for file in tmp_path.iterdir():
        assert secret.rpartition("_")[2].encode() not in file.read_bytes()
        assert file.stat().st_mode & 0o077 == 0
    assert any(token.token.encode() in file.read_bytes() for file in tmp_path.iterdir())
    assert secret.rpartition("_")[2] not in repr(tokens.list(NET))


def test_what_another_process_revokes_ends_at_once(tokens: Tokens, tmp_path: Path) -> None:
    secret, token = tokens.create(NET, ADA)
    for _ in range(3):
        assert tokens.bearer(secret).member == ADA
    subprocess.run([sys.executable, "-c", REVOKE, tmp_path, token.token], check=True)
    refusal(tokens, secret)
    (listed,) = tokens.list(NET)
    assert listed.revoked_at is not None


def test_a_token_that_another_process_made_is_known_at_once(tokens: Tokens, tmp_path: Path, watch: Watch) -> None:
    refusal(tokens, "confrere_0123456789abcdef_x")
    other = Tokens(tmp_path, HOMES.get, watch)
    secret, _ = other.create(NET, ADA)
    other.close()
    assert tokens.bearer(secret).member == ADA


def test_revoking_twice_changes_nothing_and_an_unknown_one_is_refused(tokens: Tokens, watch: Watch) -> None:
    _, token = tokens.create(NET, ADA)
    first = tokens.revoke(token.token)
    watch.now += timedelta(days=1)
    assert tokens.revoke(token.token) == first
    with pytest.raises(Unknown):
        tokens.revoke("0123456789abcdef")


def test_the_beginning_of_an_id_revokes_the_only_one_that_begins_so(tokens: Tokens) -> None:
    made = [tokens.create(NET, ADA)[1].token for _ in range(17)]  # more than there are first digits
    first = next(each[0] for number, each in enumerate(made) if each[0] in {other[0] for other in made[:number]})
    with pytest.raises(Unknown, match="several"):
        tokens.revoke(first)
    assert [each.revoked_at for each in tokens.list(NET)] == [None] * len(made)
    assert tokens.revoke(made[5][:15]).token == made[5]
    assert [each.token for each in tokens.list(NET) if each.revoked_at] == [made[5]]


@pytest.mark.parametrize("beginning", ["", "%", "_", "*", "g", "\u0665", "\ud800", "0" * 17, "'"])
def test_what_begins_no_id_revokes_nothing(tokens: Tokens, beginning: str) -> None:
    tokens.create(NET, ADA)
    with pytest.raises(Unknown, match="no such token"):
        tokens.revoke(beginning)
    assert tokens.list(NET)[0].revoked_at is None


def test_the_last_use_is_written_down_once_a_minute_and_at_the_end(
    tokens: Tokens, tmp_path: Path, watch: Watch
) -> None:
    secret, _ = tokens.create(NET, ADA)
    for _ in range(50):
        watch.now += timedelta(seconds=1)
        tokens.bearer(secret)
    assert tokens.list(NET)[0].last_used is None
    watch.now += timedelta(seconds=10)
    tokens.bearer(secret)
    assert tokens.list(NET)[0].last_used == watch.now
    watch.now += timedelta(seconds=10)
    tokens.bearer(secret)
    other = Tokens(tmp_path, HOMES.get, watch)
    other.revoke(other.list(NET)[0].token)
    tokens.close()
    assert other.list(NET)[0].last_used == watch.now
    other.close()


def test_a_disk_that_takes_no_notes_keeps_nobody_out(tokens: Tokens, tmp_path: Path, watch: Watch) -> None:
    secret, _ = tokens.create(NET, ADA)
    held = sqlite3.connect(tmp_path / "accounts.db", isolation_level=None)
    held.execute("begin immediate")
    watch.now += timedelta(minutes=2)
    assert tokens.bearer(secret).member == ADA
    held.close()


def test_tokens_of_one_network_are_listed_oldest_first(tokens: Tokens, watch: Watch) -> None:
    made = []
    for member, network in ((ADA, NET), (ELSEWHERE, OTHER_NET), (ADA, NET)):
        watch.now += timedelta(seconds=1)
        made.append(tokens.create(network, member)[1])
    assert list(tokens.list(NET)) == [made[0], made[2]]
