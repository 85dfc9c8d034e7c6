"""The encoder gives the vectors that everything else was measured with, or says why not."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.encoder import AlteredModel, Encoder, MissingModel, packaged, verify

SENTENCES = ("The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium.")


def a_copy(folder: Path) -> Path:
    """The packaged model under another name; the big file is linked, not copied."""
    for path in packaged().rglob("*"):
        if path.is_file():
            there = folder / path.relative_to(packaged())
            there.parent.mkdir(parents=True, exist_ok=True)
            there.symlink_to(path)
    return folder


@pytest.mark.slow
def test_three_sentences_have_their_published_cosines(encoder: Encoder) -> None:
    vectors = encoder.encode(SENTENCES)
    assert vectors.shape == (3, encoder.width) == (3, 384)
    assert vectors.dtype == np.float32
    cosines = vectors @ vectors.T
    assert [cosines[0, 1], cosines[0, 2], cosines[1, 2]] == pytest.approx([0.6660, 0.1046, 0.1411], abs=5e-5)


@pytest.mark.slow
def test_vectors_come_in_the_order_of_the_texts_and_have_length_one(encoder: Encoder) -> None:
    texts = [f"{'very ' * (40 - number)}long text number {number}" for number in range(40)]
    done: list[int] = []
    vectors = encoder.encode(texts, done.append)
    assert done == [32, 40]
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert vectors[7] @ encoder.encode([texts[7]])[0] == pytest.approx(1, abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("text", ["", "   ", "数学の授業", "مدرسة", "word " * 200_000, "a" * 1_000_000])
def test_no_text_is_too_strange_or_too_long(encoder: Encoder, text: str) -> None:
    assert np.linalg.norm(encoder.encode([text])) == pytest.approx(1, abs=1e-5)


def test_no_texts_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_knowing_an_encoder_does_not_load_torch() -> None:
    code = (
        "import sys; from models.encoder import Encoder; import models.corpus, models.ranking;"
        "e = Encoder(); print(e.fingerprint, e.width, 'torch' in sys.modules, 'faiss' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["all-MiniLM-L6-v2-53aa5117", "384", "False", "False"]


def test_another_folder_has_a_fingerprint_over_its_files(tmp_path: Path) -> None:
    one, other = a_copy(tmp_path / "ours"), a_copy(tmp_path / "again" / "ours")
    assert Encoder(one).fingerprint == Encoder(other).fingerprint
    assert Encoder(one).fingerprint.startswith("ours-")
    assert Encoder(one).fingerprint != Encoder().fingerprint
    (other / "vocab.txt").unlink()
    assert Encoder(one).fingerprint != Encoder(other).fingerprint


def test_another_folder_says_its_own_width(tmp_path: Path) -> None:
    folder = a_copy(tmp_path / "ours")
    pooling = folder / "1_Pooling" / "config.json"
    pooling.unlink()
    pooling.write_text(json.dumps({"embedding_dimension": 128}), encoding="utf-8")
    assert Encoder(folder).width == 128


@pytest.mark.slow
def test_another_folder_encodes(tmp_path: Path, encoder: Encoder) -> None:
    other = Encoder(a_copy(tmp_path / "ours"))
    assert other.encode(SENTENCES) == pytest.approx(encoder.encode(SENTENCES), abs=1e-6)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingModel, match=r"modules\.json"):
        Encoder(tmp_path)
    with pytest.raises(MissingModel, match=r"model\.safetensors"):
        verify(tmp_path / "model.safetensors", "0" * 64)


def test_an_altered_file_is_named_with_what_was_expected(tmp_path: Path) -> None:
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"other weights")
    with pytest.raises(AlteredModel, match=r"model\.safetensors.*expected sha256 0{64}"):
        verify(weights, "0" * 64)


def test_settings_that_do_not_read_are_refused(tmp_path: Path) -> None:
    folder = a_copy(tmp_path / "ours")
    (folder / "modules.json").unlink()
    (folder / "modules.json").write_bytes(b"\xff{")
    with pytest.raises(AlteredModel, match=r"modules\.json"):
        _ = Encoder(folder).width


@pytest.mark.slow
def test_a_folder_that_does_not_load_is_named(tmp_path: Path) -> None:
    folder = a_copy(tmp_path / "ours")
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors").write_bytes(b"cut off")
    with pytest.raises(AlteredModel, match="ours does not load"):
        Encoder(folder).encode(["a text"])
