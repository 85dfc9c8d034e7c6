"""Somebody is erased: nothing that was sealed for them stands in any file, and the rest is as it was."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from domain import challenges
from domain.challenges import PostChallenge
from domain.erasure import ErasureBegun, KeyDestroyed, erasure_of
from domain.kernel import ERASED
from domain.vocabulary import OPERATOR
from engine import evidence_index, view_files
from engine.commands import Order, Sender
from engine.followers import Views
from engine.naming import names_of
from engine.runtime import Confrere
from engine.settings import Settings
from engine.when import When
from models.encoder import Encoder
from projections.network_setting import setting
from tests.domain.scenario import ADA, BEN, CHALLENGE, CLEO, NOON
from tests.engine.canaries import NET, Canaries, found_in
from tests.engine.counting import Counting
from tests.histories import copy_into

LABEL = "zebrafinchlabel"


class House(Confrere):
    """The whole story behind the running system."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self.now = NOON + timedelta(days=30)
        super().__init__(Settings(data=folder / "data", master_key=folder / "master.key"), lambda: self.now)
        self.__dict__["encoder"] = Counting(encoder)

    def use(self) -> None:
        """Everything that keeps something beside the log."""
        self.index(NET)
        self.at_hand._indexes[NET].write_down()
        self.queries.ask(NET, setting, when=When(as_of=self.store.head() - 5))
        for member in (ADA, BEN, CLEO):
            self.tokens.create(NET, member, label=f"{LABEL}{member[-1]}")

    def goes_on(self, number: int, author: str) -> None:
        """Somebody else says something, and all that is kept is kept up and written down."""
        challenge = f"challenge-{number:07}f"
        sender = Sender(network=NET, actor=OPERATOR, command_id=challenge)
        posted = PostChallenge(challenge=challenge, author=author, title="Where to find old maps")
        self.commands.handle(Order(command=posted, at=self.now, on_behalf_of=author), sender)
        self.index(NET)
        self.at_hand._indexes[NET].write_down()
        self.queries.ask(NET, setting, when=When(as_of=self.store.head() - 3))

    def erase(self, member: str) -> None:
        self.erasures.begin(NET, member, Sender(network=NET, actor=OPERATOR, command_id=f"erase-{member}"))
        self.erasures.finish(NET, member)


@pytest.fixture(scope="module")
def sung() -> Canaries:
    return Canaries()


@pytest.fixture
def house(tmp_path: Path, sung: Canaries, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(evidence_index, "WORTH_IT", 1)
    with House(tmp_path, encoder) as house:
        copy_into(house.store, sung.history.recorded)
        house.use()
        yield house


def read(house: Confrere, words: set[str]) -> set[str]:
    """Which of these words the log still tells."""
    told = b"".join(msgspec.json.encode(each.event) for each in house.store.page(0, limit=10_000))
    return {word for word in words if word.encode() in told}


@pytest.mark.parametrize("member", [ADA, BEN, CLEO])
def test_no_file_of_the_installation_holds_a_word_of_theirs(
    house: House, sung: Canaries, member: str, tmp_path: Path, encoder: Encoder
) -> None:
    theirs = {each.word for each in sung.of(member)}
    others = {each.word for each in sung.marked.values()} - theirs
    label = f"{LABEL}{member[-1]}"
    before = set().union(*found_in(tmp_path, theirs | others | {label}).values())
    assert theirs | others == read(house, theirs | others)
    assert len(theirs & before) > 0.8 * len(theirs), "they are found while they are there"
    assert label in before
    with House(tmp_path, encoder) as elsewhere:  # another process has it all in memory
        elsewhere.use()
        long_ago = When(as_of=house.store.head() - 5)
        with house.queries.standing(NET), elsewhere.queries.standing(NET, long_ago):  # whoever still reads
            house.erase(member)
            assert found_in(tmp_path, {*theirs, label}) == {}
        for each in (elsewhere, house):
            each.goes_on(number=each is house, author=BEN if member == CLEO else CLEO)
        assert found_in(tmp_path, {*theirs, label}) == {}
    assert found_in(tmp_path, {*theirs, label}) == {}
    assert read(house, theirs | others) == others
    after = set().union(*found_in(tmp_path, others).values())
    assert after >= others & before, "what others wrote is read as before"


def test_a_state_that_another_process_folded_before_is_let_go_of(
    house: House, tmp_path: Path, encoder: Encoder
) -> None:
    def title(system: House) -> str:
        known = system.commands._known.latest(challenges.CHALLENGE, NET, CHALLENGE)
        assert known is not None
        return str(known[1].posted.title)

    with House(tmp_path, encoder) as elsewhere:
        assert "zebrafinch" in title(elsewhere)
        house.erase(ADA)
        assert title(house) == title(elsewhere) == ERASED


def test_a_key_that_came_back_from_a_backup_is_destroyed_again(
    house: House, sung: Canaries, tmp_path: Path, encoder: Encoder
) -> None:
    keys = tmp_path / "data" / "keys.db"
    backup = keys.read_bytes()
    house.erase(ADA)
    house.close()
    keys.write_bytes(backup)
    theirs = {each.word for each in sung.of(ADA)}
    with House(tmp_path, encoder) as again:
        assert again.keys.erased(ADA)
        assert read(again, theirs) == set()
        again.goes_on(number=3, author=BEN)
        assert found_in(tmp_path, theirs) == {}
        assert sum(isinstance(each.event, KeyDestroyed) for each in again.store.stream(erasure_of(ADA))) == 1


def test_what_others_wrote_their_name_in_is_noted_before_it_is_forgotten(house: House) -> None:
    name = next(iter(names_of(house.store, BEN)))
    sender = Sender(network=NET, actor=OPERATOR, command_id="names")
    told = PostChallenge(challenge="challenge-000000aa", author=CLEO, title=f"As {name.upper()} said: less is more")
    house.commands.handle(Order(command=told, at=house.now, on_behalf_of=CLEO), sender)
    house.erase(BEN)
    begun = next(each.event for each in house.store.stream(erasure_of(BEN)) if isinstance(each.event, ErasureBegun))
    assert begun.named == ("challenge-000000aa",)


def test_while_it_is_done_everybody_else_goes_on(house: House, tmp_path: Path, encoder: Encoder) -> None:
    with House(tmp_path, encoder) as elsewhere, ThreadPoolExecutor(2) as pool:
        erasing = pool.submit(house.erase, ADA)
        number = 10
        while not erasing.done():
            elsewhere.goes_on(number, CLEO)
            number += 1
        erasing.result()
        assert number > 10
        elsewhere.use()
        kept = elsewhere.views(NET)
        anew = Views(None, NET, elsewhere.store)
        anew.catch_up()
        kept.catch_up()
        assert kept.digest() == anew.digest()
        anew.close()


def test_who_is_at_it_already_is_let_be(house: House, tmp_path: Path, encoder: Encoder) -> None:
    sender = Sender(network=NET, actor=OPERATOR, command_id="begun")
    house.erasures.begin(NET, ADA, sender)
    assert house.erasures.unfinished(NET) == [ADA]
    with view_files.held(tmp_path / "data" / NET, "erasing"), House(tmp_path, encoder) as elsewhere:
        assert elsewhere.erasures.resume(NET) == 0, "somebody else is at it"
        assert elsewhere.store.head() == house.store.head()
    assert house.erasures.resume(NET) == 1
    assert house.erasures.unfinished(NET) == []
