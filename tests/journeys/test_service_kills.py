"""Killed a hundred times while members send commands, the service loses nothing that it acknowledged."""

import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from random import Random

import httpx
import pytest

from domain.budgets import SetTimeBudget
from domain.catalogue import CATALOGUE
from domain.kernel import Recorded
from domain.members import ChooseEngagementLevel, JoinNetwork
from domain.networks import CharterNetwork
from domain.vocabulary import OPERATOR, Level, PeriodKind
from engine.commands import Order, Sender
from engine.followers import Views
from engine.runtime import Confrere
from engine.settings import Settings
from tests.api.http.server import Server
from tests.journeys.callers import LIMIT, Caller
from tests.journeys.nursery import Nursery, nursery

pytestmark = pytest.mark.slow

NET, HELPER, GONE = "network-00000001", "member-0000000e", "member-0000000f"
CALLERS = tuple(f"member-0000000{each}" for each in "abcd")
KILLS = 50  # of each of two servers
MOST = 60  # answers in most lives
SURE = 3.0  # seconds after which the number of requests is on disk: one, and what a busy machine may take
COUNTED = 20  # answers to each caller that a restart has to remember


class House:
    """A data folder, its callers, and a server that is killed again and again."""

    def __init__(self, folder: Path, nursery: Nursery) -> None:
        self.folder, self.nursery = folder, nursery
        self.settings = Settings(data=folder / "data", master_key=folder / "master.key")
        with Confrere(self.settings) as system:
            self._charter(system)
            made = {each: system.tokens.create(NET, each) for each in (*CALLERS, GONE)}
        self.callers = [Caller(NET, each, HELPER, made[each][0]) for each in CALLERS]
        self.gone, self.gone_id = made[GONE][0], made[GONE][1].token
        self.revoked = False
        self.kills: list[float] = []
        self.counted = 0  # the most requests that a restart had to remember

    def _charter(self, system: Confrere) -> None:
        self._say(system, CharterNetwork(network=NET, name="Riverbend"))
        for member in (*CALLERS, HELPER, GONE):
            self._say(system, JoinNetwork(member=member, name=f"Name of {member}"))
        self._say(system, ChooseEngagementLevel(member=HELPER, level=Level.PARTNER), HELPER)
        self._say(system, SetTimeBudget(member=HELPER, minutes=100_000, period=PeriodKind.MONTH), HELPER)

    @staticmethod
    def _say(system: Confrere, command: object, by: str | None = None) -> None:
        sender = Sender(network=NET, actor=OPERATOR, command_id=f"setting-{system.store.head()}")
        system.commands.handle(Order(command=command, at=system.clock(), on_behalf_of=by), sender)

    def live_and_die(self, turn: int, chance: Random) -> None:
        """One life: some end while they begin, some last long enough that the number of requests is on disk."""
        with self.serving() as server:
            if turn % 10 == 3:
                time.sleep(chance.uniform(0, 0.3))
                server.process.kill()
                return
            address = server.come_up()
            if turn % 25 == 0:
                self.expect_counted(address)
                self.expect_the_token_gone(address)
            with ThreadPoolExecutor(len(self.callers)) as pool:
                calling = [pool.submit(each.call_until_it_dies, address) for each in self.callers]
                enough = self._sure if turn % 25 == 24 else self._answered(chance.randint(1, MOST))
                while not enough():
                    assert not any(each.done() for each in calling), server.logged
                    time.sleep(0.002)
                time.sleep(chance.uniform(0, 0.01))
                server.process.kill()
                self.kills.append(time.time())
                for each in calling:
                    each.result(60)
        assert server.logged == []  # no fault of its own

    def _answered(self, more: int) -> Callable[[], bool]:
        before = sum(len(each.answered_at) for each in self.callers)
        return lambda: sum(len(each.answered_at) for each in self.callers) >= before + more

    def _sure(self) -> bool:
        """Whether enough was answered in this life that has to be on disk by now."""
        since, until = self.kills[-1], time.time() - SURE
        return all(sum(since < at < until for at in each.answered_at) > COUNTED for each in self.callers)

    def serving(self) -> AbstractContextManager[Server]:
        told = {"CONFRERE_RATE_LIMIT": str(LIMIT), "CONFRERE_LOG_LEVEL": "error"}
        return self.nursery.running(self.folder, "serve", "--port", "0", **told)

    def end_well(self) -> None:
        """What was not answered by the last one killed is answered by one that lives on."""
        with self.serving() as server:
            address = server.come_up()
            self.expect_counted(address)
            for each in self.callers:
                each.call_until_it_dies(address, most=1)
                assert each.unanswered is None
            self.expect_the_token_gone(address)
            assert server.end(15) == 0
            assert server.logged == []

    def expect_counted(self, address: str) -> None:
        """A restart forgives no request of the last minute, but for those of the last moments before a kill."""
        for each in self.callers:
            used, now = each.used(address), time.time()
            lately = [at for at in each.answered_at if now - 45 < at]
            sure = [at for at in lately if not any(0 <= killed - at < SURE for killed in self.kills)]
            assert used >= len(sure)
            self.counted = max(self.counted, len(sure))

    def expect_the_token_gone(self, address: str) -> None:
        """Revoked by another process, it is so in every life after."""
        answer = httpx.get(f"{address}/api/v1/me", headers={"Authorization": f"Bearer {self.gone}"}, timeout=60)
        assert answer.status_code == (401 if self.revoked else 200)
        if not self.revoked:
            with Confrere(self.settings) as system:
                system.tokens.revoke(self.gone_id)
            self.revoked = True
            self.expect_the_token_gone(address)


def test_a_hundred_kills_under_load_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    with nursery() as one, nursery() as other, ThreadPoolExecutor(2) as pool:
        houses = [House(tmp_path / "one", one), House(tmp_path / "other", other)]
        for each in [pool.submit(hammer, house, seed) for seed, house in enumerate(houses)]:
            each.result()
    for house in houses:
        assert sum(len(each.told) for each in house.callers) > 5 * KILLS
        assert sum(each.broken_off for each in house.callers) > KILLS
        assert house.counted > COUNTED
        expect_sound_files(house.settings.data)
        with Confrere(house.settings) as system:
            log = [each for after in range(0, system.store.head(), 2000) for each in system.store.page(after)]
            expect_log_whole(log)
            expect_all_told_is_there_once(log, house.callers)
            expect_views_agree(system)


def hammer(house: House, seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - only when to kill
    for turn in range(KILLS):
        house.live_and_die(turn, chance)
    house.end_well()


def expect_sound_files(folder: Path) -> None:
    for name in ("events.db", "accounts.db", "limits.db"):
        with sqlite3.connect(folder / name) as connection:
            assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        connection.close()


def expect_log_whole(log: list[Recorded]) -> None:
    assert [each.position for each in log] == list(range(1, len(log) + 1))
    assert [each.recorded_at for each in log] == sorted(each.recorded_at for each in log)
    versions: dict[str, list[int]] = {}
    for each in log:
        versions.setdefault(each.stream, []).append(each.version)
    assert all(found == list(range(1, len(found) + 1)) for found in versions.values())


def expect_all_told_is_there_once(log: list[Recorded], callers: list[Caller]) -> None:
    """Each acknowledged command stands whole at the positions that were told, and nothing else is of these members."""
    for caller in callers:
        theirs: dict[str, list[Recorded]] = {}
        for each in log:
            if each.envelope.actor == caller.member:
                theirs.setdefault(each.envelope.command, []).append(each)
        found = sorted(
            (each[-1].position, each[0].stream, tuple(CATALOGUE.by_type[type(one.event)].name for one in each))
            for each in theirs.values()
        )
        told = sorted(
            (answer.body["position"], answer.body["stream"], tuple(answer.body["events"]))
            for _, answer in caller.told.values()
        )
        assert found == told


def expect_views_agree(system: Confrere) -> None:
    kept = system.queries.kept_up(NET)
    rebuilt = Views(None, NET, system.store)
    rebuilt.catch_up()
    assert kept.digest() == rebuilt.digest()
    rebuilt.close()
