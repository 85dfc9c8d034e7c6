import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.refusals import BadFile
from engine.merkle import EMPTY, leaf_hash
from engine.notes import Checkpoint, opened, origin_in, read_verifier, signed, verifier_key

# from the documentation of golang.org/x/mod/sumdb/note, a note that its own tool signed
THEIR_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
THEIRS = """\
If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""

LOG = "confrere/network-00000001"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
VERIFIER = verifier_key(LOG, KEY.public_key())
STOOD = Checkpoint(LOG, 7, leaf_hash(b"seven"))
NOTE = signed(STOOD, LOG, KEY)


def test_a_checkpoint_is_three_lines_a_blank_one_and_a_signature() -> None:
    text, signature = NOTE.split("\n\n")
    assert text.split("\n") == [LOG, "7", base64.b64encode(STOOD.root).decode()]
    assert signature.startswith(f"— {LOG} ")
    assert signature.count("\n") == 1
    assert NOTE.endswith("\n")


def test_whoever_has_the_key_reads_what_was_signed() -> None:
    assert opened(NOTE, VERIFIER) == STOOD
    assert opened(NOTE, f"{VERIFIER}\n") == STOOD
    assert origin_in(NOTE) == LOG


def test_the_same_is_signed_alike() -> None:
    assert signed(STOOD, LOG, KEY) == NOTE


def test_an_empty_log_can_be_signed() -> None:
    nothing = Checkpoint(LOG, 0, EMPTY)
    assert opened(signed(nothing, LOG, KEY), VERIFIER) == nothing


def test_what_the_reference_tool_signed_is_a_note_and_no_checkpoint() -> None:
    assert read_verifier(THEIR_KEY).name == "PeterNeumann"
    refused("this note is signed, and not a checkpoint", THEIRS, THEIR_KEY)
    refused("was altered", THEIRS.replace("answer", "answers"), THEIR_KEY)


def test_lines_of_extension_and_signatures_of_others_are_passed_over() -> None:
    text = NOTE.partition("\n\n")[0] + "\nsaid besides\n"
    ours = KEY.sign(text.encode())
    line = base64.b64encode(read_verifier(VERIFIER).id + ours).decode()
    witness = base64.b64encode(b"12345678").decode()
    assert opened(f"{text}\n— witness.example {witness}\n— {LOG} {line}\n", VERIFIER) == STOOD


@pytest.mark.parametrize("place", range(len(NOTE)))
def test_no_character_can_be_changed(place: int) -> None:
    other = "x" if NOTE[place] != "x" else "y"
    with pytest.raises(BadFile):
        opened(NOTE[:place] + other + NOTE[place + 1 :], VERIFIER)


@pytest.mark.parametrize("length", range(len(NOTE)))
def test_no_half_written_note_is_read(length: int) -> None:
    with pytest.raises(BadFile):
        opened(NOTE[:length], VERIFIER)


def test_a_checkpoint_of_another_log_is_told_from_one_by_another_key() -> None:
    elsewhere = "confrere/network-00000002"
    refused("of another log", signed(Checkpoint(elsewhere, 7, STOOD.root), elsewhere, KEY))
    refused("of another log", signed(Checkpoint(elsewhere, 7, STOOD.root), LOG, KEY))
    refused("with another key", signed(STOOD, LOG, OTHER_KEY))
    refused("altered", NOTE.replace("\n7\n", "\n8\n"))


@pytest.mark.parametrize("size", ["07", "-7", "7.0", "٧", "", "9" * 20])
def test_a_size_is_a_number_written_in_one_way(size: str) -> None:
    text = NOTE.partition("\n\n")[0].replace("\n7\n", f"\n{size}\n") + "\n"
    line = base64.b64encode(read_verifier(VERIFIER).id + KEY.sign(text.encode())).decode()
    with pytest.raises(BadFile, match="checkpoint"):
        opened(f"{text}\n— {LOG} {line}\n", VERIFIER)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        "\n\n",
        "a\nb\nc\n",
        NOTE.replace("\n", "\r\n"),
        f"{NOTE}\t\n",
        f"{NOTE}\ud800\n",
        f"{NOTE}\n",
        NOTE * 900,
    ],
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(BadFile):
        opened(note, VERIFIER)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "a+b",
        "a+b+c",
        VERIFIER[:-1],
        VERIFIER.replace("+", " +", 1),
        VERIFIER.replace("network", "Network"),
        verifier_key(LOG, OTHER_KEY.public_key()).replace("+A", "+B", 1),
    ],
)
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(BadFile, match="key"):
        opened(NOTE, key)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\nb"])
def test_a_name_that_cannot_stand_in_a_note_is_a_fault(name: str) -> None:
    with pytest.raises(ValueError, match="without spaces"):
        signed(STOOD, name, KEY)
    with pytest.raises(ValueError, match="without spaces"):
        signed(Checkpoint(name, 7, STOOD.root), LOG, KEY)


def refused(words: str, note: str, key: str = VERIFIER) -> None:
    with pytest.raises(BadFile, match=words):
        opened(note, key)
