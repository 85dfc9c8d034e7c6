import base64
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.refusals import KeyTrouble, StorageTrouble, Unknown
from engine.sealing import Altered, KeyRing
from tests.engine.facts import ADA, BEN


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def master_key(tmp_path: Path) -> Path:
    return tmp_path / "safe" / "master.key"


@pytest.fixture
def ring(folder: Path, master_key: Path) -> KeyRing:
    ring = KeyRing.open(folder, master_key)
    ring.ensure([ADA, BEN])
    return ring


texts = st.binary(max_size=200)


@given(text=texts, context=texts)
def test_a_sealed_text_opens_again(text: bytes, context: bytes) -> None:
    ring = KeyRing.in_memory()
    ring.ensure([ADA])
    sealed = ring.seal(ADA, text, context)
    assert ring.unseal(ADA, sealed, context) == text
    assert len(sealed) == len(text) + 28


def test_the_same_text_is_never_sealed_alike(ring: KeyRing) -> None:
    assert ring.seal(ADA, b"text", b"") != ring.seal(ADA, b"text", b"")


def test_a_sealed_text_opens_with_its_own_key_and_in_its_own_place(ring: KeyRing) -> None:
    sealed = ring.seal(ADA, b"text", b"here")
    for owner, bytes_, context in [
        (BEN, sealed, b"here"),
        (ADA, sealed, b"there"),
        (ADA, sealed[:-1] + bytes([sealed[-1] ^ 1]), b"here"),
        (ADA, sealed[:5], b"here"),
        (ADA, b"", b"here"),
    ]:
        with pytest.raises(Altered):
            ring.unseal(owner, bytes_, context)


def test_keys_outlive_the_process(ring: KeyRing, folder: Path, master_key: Path) -> None:
    sealed = ring.seal(ADA, b"text", b"here")
    print_ = ring.fingerprint(ADA, b"text")
    ring.close()
    again = KeyRing.open(folder, master_key)
    assert again.unseal(ADA, sealed, b"here") == b"text"
    assert again.fingerprint(ADA, b"text") == print_


def test_a_fingerprint_tells_texts_and_owners_apart(ring: KeyRing) -> None:
    prints = {ring.fingerprint(owner, text) for owner in (ADA, BEN) for text in (b"one", b"two")}
    assert len(prints) == 4
    assert ring.fingerprint(ADA, b"one") in prints


def test_ensuring_twice_keeps_the_first_key(ring: KeyRing, folder: Path, master_key: Path) -> None:
    sealed = ring.seal(ADA, b"text", b"")
    ring.ensure([ADA, ADA])
    KeyRing.open(folder, master_key).ensure([ADA])
    assert ring.unseal(ADA, sealed, b"") == b"text"


def test_rings_of_two_processes_agree_on_a_key(folder: Path, master_key: Path) -> None:
    rings = [KeyRing.open(folder, master_key) for _ in range(4)]
    threads = [Thread(target=ring.ensure, args=([f"member-{i}" for i in range(20)],)) for ring in rings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({ring.fingerprint("member-7", b"text") for ring in rings}) == 1


def test_nothing_is_sealed_without_a_key(ring: KeyRing) -> None:
    with pytest.raises(KeyTrouble, match="no key"):
        ring.seal("member-unknown", b"text", b"")
    assert not ring.has("member-unknown")


def test_a_key_that_was_lost_is_no_erasure(ring: KeyRing) -> None:
    with pytest.raises(KeyTrouble, match="backup"):
        ring.unseal("member-unknown", b"x" * 40, b"")


def test_a_key_stays_open_while_others_get_theirs(ring: KeyRing) -> None:
    ring.seal(ADA, b"text", b"")
    ring._connection.execute("update keys set wrapped = zeroblob(60) where owner = ?", (ADA,))
    ring.ensure(["member-new"])
    assert ring.seal(ADA, b"text", b"")  # without another look at the file


# erasing


def test_a_destroyed_key_opens_nothing_ever_again(ring: KeyRing, folder: Path, master_key: Path) -> None:
    sealed = ring.seal(ADA, b"text", b"")
    other = ring.seal(BEN, b"other", b"")
    ring.destroy(ADA)
    for known in (ring, KeyRing.open(folder, master_key)):
        assert known.unseal(ADA, sealed, b"") is None
        assert not known.has(ADA)
        assert known.erased(ADA)
        assert known.unseal(BEN, other, b"") == b"other"


def test_an_erased_owner_never_gets_another_key(ring: KeyRing) -> None:
    ring.destroy(ADA)
    with pytest.raises(Unknown, match="erased"):
        ring.ensure([BEN, ADA, "member-new"])
    assert not ring.has(ADA)
    assert not ring.has("member-new")  # all or none
    ring.destroy("member-early")  # before there was a key
    with pytest.raises(Unknown, match="erased"):
        ring.ensure(["member-early"])


def test_a_destroyed_key_leaves_no_trace_in_the_file(ring: KeyRing, folder: Path) -> None:
    owners = [f"member-{i}" for i in range(50)]
    ring.ensure(owners)
    wrapped = [ring._row(owner)[0] for owner in owners]
    held = (folder / "keys.db").read_bytes()
    assert all(key in held for key in wrapped)
    for owner in owners:
        ring.destroy(owner)
    ring.close()
    assert [path.name for path in folder.iterdir()] == ["keys.db"]
    held = (folder / "keys.db").read_bytes()
    assert not any(key in held for key in wrapped)


def test_a_key_destroyed_by_another_process_is_forgotten_here_too(
    ring: KeyRing, folder: Path, master_key: Path
) -> None:
    sealed = ring.seal(ADA, b"text", b"")
    assert ring.has(BEN)
    KeyRing.open(folder, master_key).destroy(ADA)
    ring.forget(ADA)  # at once
    assert ring.unseal(ADA, sealed, b"") is None
    KeyRing.open(folder, master_key).destroy(BEN)
    ring._looked_at = float("-inf")  # a quarter of a second later
    assert not ring.has(BEN)


def test_how_many_were_erased_is_known_whichever_process_did_it(ring: KeyRing, folder: Path, master_key: Path) -> None:
    ring.ensure([ADA, BEN])
    other = KeyRing.open(folder, master_key)
    before = ring.erasures, other.erasures
    ring.destroy(ADA)
    ring.destroy(ADA)
    assert ring.erasures == before[0] + 1
    other._looked_at = float("-inf")  # a quarter of a second later
    assert other.erasures == before[1] + 1
    other.destroy("member-nobody")
    assert other.erasures == before[1] + 2
    other.close()


# the master key


def test_the_master_key_is_made_once_and_for_its_owner_alone(master_key: Path) -> None:
    KeyRing.create_master_key(master_key)
    held = master_key.read_bytes()
    assert len(base64.b64decode(held)) == 32
    assert master_key.stat().st_mode & 0o777 == 0o600
    with pytest.raises(KeyTrouble, match="already"):
        KeyRing.create_master_key(master_key)
    assert master_key.read_bytes() == held


def test_the_first_opening_makes_the_master_key(folder: Path, master_key: Path) -> None:
    KeyRing.open(folder, master_key).close()
    assert master_key.exists()
    KeyRing.open(folder, master_key).close()
    assert (folder / "keys.db").stat().st_mode & 0o077 == 0


def test_a_missing_master_key_is_refused_and_not_made_anew(ring: KeyRing, folder: Path, master_key: Path) -> None:
    ring.close()
    master_key.unlink()
    with pytest.raises(KeyTrouble, match="cannot be read"):
        KeyRing.open(folder, master_key)
    assert not master_key.exists()


def test_another_master_key_is_refused(ring: KeyRing, folder: Path, master_key: Path) -> None:
    ring.close()
    master_key.unlink()
    KeyRing.create_master_key(master_key)
    with pytest.raises(KeyTrouble, match="does not fit"):
        KeyRing.open(folder, master_key)


def test_two_master_keys_never_meet_in_one_ring(folder: Path, tmp_path: Path) -> None:
    KeyRing.open(folder, tmp_path / "one.key")
    KeyRing.create_master_key(tmp_path / "two.key")
    with pytest.raises(KeyTrouble, match="does not fit"):
        KeyRing.open(folder, tmp_path / "two.key")


def test_a_master_key_in_the_data_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    folder.mkdir()
    (tmp_path / "link").symlink_to(folder)
    for place in (folder / "master.key", folder / "deep" / "master.key", tmp_path / "link" / "master.key"):
        with pytest.raises(KeyTrouble, match="data folder"):
            KeyRing.open(folder, place)
        assert not place.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_master_key_that_others_may_read_is_refused(folder: Path, master_key: Path, mode: int) -> None:
    KeyRing.create_master_key(master_key)
    master_key.chmod(mode)
    with pytest.raises(KeyTrouble, match="others may read"):
        KeyRing.open(folder, master_key)


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff\xfe", base64.b64encode(b"sixteen letters.")])
def test_a_file_that_is_no_master_key_is_refused(folder: Path, master_key: Path, content: bytes) -> None:
    KeyRing.create_master_key(master_key)
    master_key.write_bytes(content)
    with pytest.raises(KeyTrouble, match="not a master key"):
        KeyRing.open(folder, master_key)


def test_an_altered_wrapped_key_is_told(ring: KeyRing) -> None:
    ring._connection.execute("update keys set wrapped = zeroblob(60) where owner = ?", (ADA,))
    ring.forget(ADA)
    with pytest.raises(KeyTrouble, match="altered"):
        ring.seal(ADA, b"text", b"")


def test_a_key_file_of_something_else_is_refused(folder: Path, master_key: Path) -> None:
    folder.mkdir()
    (folder / "keys.db").write_bytes(b"these are no keys" * 100)
    with pytest.raises(StorageTrouble, match=r"keys\.db"):
        KeyRing.open(folder, master_key)


def test_a_full_disk_makes_no_key(ring: KeyRing) -> None:
    ring._connection.execute("pragma max_page_count = 1")
    with pytest.raises(StorageTrouble, match=r"keys\.db"):
        ring.ensure([f"member-{i}" for i in range(500)])
    assert not ring.has("member-0")
    ring._connection.execute("pragma max_page_count = 10000")
    ring.ensure(["member-0"])
    assert ring.has("member-0")
