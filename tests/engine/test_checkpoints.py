"""What is signed can be checked by anybody; nothing is signed or proven on top of a history that was altered."""

import base64
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from domain.audit import CheckpointSigned, audit_of
from domain.challenges import PostChallenge
from domain.networks import CharterNetwork
from domain.refusals import BadFile, Malformed, StorageTrouble, Unknown
from domain.vocabulary import OPERATOR
from engine.commands import Order, Sender
from engine.leaves import leaf_of
from engine.merkle import root_of, verify_consistency, verify_inclusion
from engine.note_folder import NAME as CHECKPOINTS
from engine.notes import opened
from models.encoder import Encoder
from tests.engine.town import BEN, NET, Town

ELSEWHERE = "network-00000002"


@pytest.fixture
def town(tmp_path: Path, encoder: Encoder) -> Iterator[Town]:
    with Town(tmp_path, encoder) as town:
        yield town


def happens(town: Town, number: int = 1) -> None:
    challenge = f"challenge-{number:08x}00"
    town.say(PostChallenge(challenge=challenge, author=BEN, title="One more"), id=f"more-{number}")


def sizes_left(folder: Path) -> list[int]:
    return sorted(int(path.stem.rpartition("-")[2]) for path in folder.glob("*.checkpoint"))


def altering(town: Town, *statements: str) -> Town:
    """The same town again, after somebody who owns the machine changed its file."""
    town.close()
    with closing(sqlite3.connect(town.folder / "data" / "events.db")) as connection:
        for statement in ("drop trigger events_are_not_changed", "drop trigger events_are_not_deleted", *statements):
            connection.execute(statement)
        connection.commit()
    return Town(town.folder, town.counting.real)


def test_a_checkpoint_is_over_all_that_was_recorded_and_signed_with_the_networks_key(town: Town) -> None:
    rows = town.store.rows(0, network=NET)
    signed = opened(town.proofs(NET).sign(), town.proofs(NET).verifier_key)
    assert signed.size == len(rows)
    assert signed.root == root_of(map(leaf_of, rows))
    assert signed.origin == f"confrere/{NET}"


def test_a_checkpoint_is_an_event_and_lies_in_the_folder(town: Town) -> None:
    note = town.proofs(NET).sign()
    (recorded,) = town.store.stream(audit_of(NET))
    assert isinstance(recorded.event, CheckpointSigned)
    assert recorded.event.key == town.proofs(NET).verifier_key
    (path,) = (town.folder / "data" / NET / CHECKPOINTS).iterdir()
    assert path.read_text("utf-8") == note


def test_the_same_history_is_signed_once(town: Town) -> None:
    note, head = town.proofs(NET).sign(), town.store.head()
    assert town.proofs(NET).sign() == note == town.proofs(NET).latest()
    assert town.store.head() == head
    happens(town)
    assert town.proofs(NET).sign() != note


def test_a_note_that_was_lost_is_left_again(town: Town) -> None:
    note = town.proofs(NET).sign()
    (path,) = (town.folder / "data" / NET / CHECKPOINTS).iterdir()
    path.unlink()
    assert town.proofs(NET).sign() == note
    assert path.read_text("utf-8") == note


def test_every_event_is_proven_from_what_is_stored_of_it_alone(town: Town) -> None:
    key, note = town.proofs(NET).verifier_key, town.proofs(NET).sign()
    for row in town.store.rows(0, network=NET)[:-1]:
        proven = town.proofs(NET).inclusion(row[0])
        checkpoint = opened(proven.checkpoint, key)
        assert proven.checkpoint == note
        assert verify_inclusion(leaf_of(row), proven.index, checkpoint.size, proven.proof, checkpoint.root)


def test_an_event_is_proven_in_an_earlier_checkpoint_too(town: Town) -> None:
    early = town.proofs(NET).sign()
    happens(town)
    late = town.proofs(NET).sign()
    assert town.proofs(NET).inclusion(3, early).size < town.proofs(NET).inclusion(3, late).size
    with pytest.raises(Unknown, match="came after the checkpoint"):
        town.proofs(NET).inclusion(town.store.head() - 1, early)


def test_what_cannot_be_proven_is_refused_in_words(town: Town) -> None:
    with pytest.raises(Unknown, match="nothing was signed yet"):
        town.proofs(NET).inclusion(1)
    town.proofs(NET).sign()
    with pytest.raises(Unknown, match="came after the checkpoint"):
        town.proofs(NET).inclusion(town.store.head())
    with pytest.raises(Unknown, match="no event there"):
        town.proofs(NET).inclusion(town.store.head() + 1)
    with pytest.raises(Unknown, match="events"):
        town.proofs(NET).consistency(10_000)


def test_the_history_is_shown_to_continue_what_it_was(town: Town) -> None:
    notes = [town.proofs(NET).sign()]
    for number in range(3):
        happens(town, number)
        notes.append(town.proofs(NET).sign())
    key = town.proofs(NET).verifier_key
    for i, old in enumerate(notes):
        for new in notes[i:]:
            proven = town.proofs(NET).consistency(old, new)
            first, second = opened(old, key), opened(new, key)
            assert verify_consistency(first.size, second.size, first.root, second.root, proven.proof)
    with pytest.raises(Malformed, match="covers more"):
        town.proofs(NET).consistency(notes[1], notes[0])


def test_another_networks_checkpoint_is_refused(town: Town) -> None:
    chartered = CharterNetwork(network=ELSEWHERE, name="Elsewhere")
    sender = Sender(network=ELSEWHERE, actor=OPERATOR, command_id="charter-elsewhere")
    town.commands.handle(Order(command=chartered, at=town.now), sender)
    note = town.proofs(ELSEWHERE).sign()
    assert town.proofs(ELSEWHERE).verifier_key != town.proofs(NET).verifier_key
    with pytest.raises(BadFile, match="of another log"):
        town.proofs(NET).agrees(note)


def test_a_restart_signs_with_the_same_key_and_goes_on(town: Town, encoder: Encoder) -> None:
    key, note = town.proofs(NET).verifier_key, town.proofs(NET).sign()
    town.close()
    with Town(town.folder, encoder) as again:
        assert again.proofs(NET).verifier_key == key
        assert again.proofs(NET).sign() == note


def test_nothing_is_signed_on_top_of_an_altered_event(town: Town) -> None:
    note = town.proofs(NET).sign()
    with altering(town, "update events set name = 'member.left' where position = 3") as altered:
        with pytest.raises(StorageTrouble, match="not the one that was signed"):
            altered.proofs(NET).inclusion(3)
        with pytest.raises(StorageTrouble, match="no longer continues"):  # the tree was made anew from what is there
            altered.proofs(NET).sign()
        with pytest.raises(BadFile, match="not the one that this checkpoint"):
            altered.proofs(NET).agrees(note)


def test_a_history_that_is_cut_off_beneath_a_running_service_is_noticed(town: Town) -> None:
    town.proofs(NET).sign()
    last = town.store.head() - 1
    town.proofs(NET).inclusion(last)
    with closing(sqlite3.connect(town.folder / "data" / "events.db")) as c, c:
        c.execute("drop trigger events_are_not_deleted")
        c.execute("delete from events where position >= ?", (last,))
    with pytest.raises(StorageTrouble, match="not the one that was signed"):
        town.proofs(NET).inclusion(last)


def test_a_cut_off_history_is_noticed_by_the_note_that_was_kept_apart(town: Town) -> None:
    happens(town)
    note = town.proofs(NET).sign()
    end = town.store.head() - 2
    with altering(town, f"delete from events where position > {end}") as cut:
        with pytest.raises(StorageTrouble, match="no longer continues"):  # by the note in the folder
            cut.proofs(NET).sign()
        for path in (town.folder / "data" / NET / CHECKPOINTS).iterdir():
            path.unlink()
        with pytest.raises(BadFile, match="not the one that this checkpoint"):
            cut.proofs(NET).agrees(note)


def test_a_root_written_into_the_log_by_hand_is_not_signed(town: Town) -> None:
    town.proofs(NET).sign()
    (path,) = (town.folder / "data" / NET / CHECKPOINTS).iterdir()
    root = base64.b64encode(opened(path.read_text("utf-8"), town.proofs(NET).verifier_key).root)
    path.unlink()
    town.close()
    with closing(sqlite3.connect(town.folder / "data" / "events.db")) as connection:
        connection.create_function("written_by_hand", 1, lambda payload: payload.replace(root, b"A" * 43 + b"="))
        connection.execute("drop trigger events_are_not_changed")
        connection.execute(
            "update events set payload = written_by_hand(payload) where name = 'audit.checkpoint-signed'"
        )
        connection.commit()
    with (
        Town(town.folder, town.counting.real) as altered,
        pytest.raises(StorageTrouble, match="no longer continues"),
    ):
        altered.proofs(NET).latest()


@pytest.mark.parametrize("place", [88 + 8 + 5, 400, 700])
def test_a_damaged_tree_leads_to_the_same_proofs(town: Town, encoder: Encoder, place: int) -> None:
    town.proofs(NET).sign()
    positions = [row[0] for row in town.store.rows(0, network=NET)[:-1]]
    before = [town.proofs(NET).inclusion(position) for position in positions]
    town.close()
    tree = town.folder / "data" / NET / "tree"
    content = bytearray(tree.read_bytes())
    content[place] ^= 1
    tree.write_bytes(content)
    with Town(town.folder, encoder) as again:
        assert [again.proofs(NET).inclusion(position) for position in positions] == before


def test_threads_sign_and_prove_while_others_write(town: Town) -> None:
    proofs = town.proofs(NET)
    proofs.sign()
    before = [row[0] for row in town.store.rows(0, network=NET)[:-1]]

    def work(number: int) -> str:
        happens(town, number)
        note = proofs.sign()
        assert proofs.inclusion(before[number % len(before)]).proof
        return note

    with ThreadPoolExecutor(6) as pool:
        notes = list(pool.map(work, range(1, 25)))
    last = proofs.sign()
    assert opened(last, proofs.verifier_key).size >= len(before) + 25
    assert all(proofs.consistency(note, last) for note in notes)
    signed = [each.event.size for each in town.store.stream(audit_of(NET))]
    assert signed == sorted(set(signed))


def test_notes_can_be_left_elsewhere(tmp_path: Path, encoder: Encoder) -> None:
    with Town(tmp_path, encoder) as town:
        town.settings = type(town.settings)(
            data=town.settings.data, master_key=town.settings.master_key, checkpoints=tmp_path / "far"
        )
        town.proofs(NET).sign()
        happens(town)
        town.proofs(NET).sign()
        assert len(sizes_left(tmp_path / "far")) == 2
        assert not (town.folder / "data" / NET / CHECKPOINTS).exists()


def test_a_folder_that_cannot_be_written_is_told_and_the_checkpoint_stands(tmp_path: Path, encoder: Encoder) -> None:
    with Town(tmp_path, encoder) as town:
        (tmp_path / "far").write_text("in the way")
        town.settings = type(town.settings)(
            data=town.settings.data, master_key=town.settings.master_key, checkpoints=tmp_path / "far"
        )
        with pytest.raises(StorageTrouble, match="could not be left"):
            town.proofs(NET).sign()
        assert town.proofs(NET).latest()


def test_the_signing_key_lies_wrapped_among_the_keys(town: Town) -> None:
    town.proofs(NET).sign()
    seed = town.keys.signing_seed(NET)
    assert len(seed) == 32
    assert not [path for path in town.folder.rglob("*") if path.is_file() and seed in path.read_bytes()]
