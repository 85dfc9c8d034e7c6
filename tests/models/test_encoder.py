"""The encoder gives the vectors that everything else was measured with, or says why not."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.encoder import AlteredModel, Encoder, MissingModel, Vectors, cut, packaged, verify
from models.numerics import OPENVINO

SENTENCES = ("The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium.")
PROBLEM = (
    "Grade nine attendance fell after winter break. Absences doubled in January and did not come back, although we "
    "called every home, changed the first lesson of Mondays, and asked two groups of students what keeps them away. "
)
VARIED = (
    *SENTENCES,
    "",
    "   ",
    "x",
    "Phonics?",
    PROBLEM,
    PROBLEM.upper(),
    PROBLEM * 12,  # beyond what the model reads
    "data-driven PLC co-teaching IEP/504 MTSS SEL K–8 " * 9,
    "2025-09-03 12:00 — 37 % of 1,204 students; £5.20 each!!! :-)",
    "Die Anwesenheit der neunten Klassen fiel nach den Winterferien.",
    "数学の授業で生徒が静かになります。" * 6,
    "الحضور في الصف التاسع بعد العطلة",
    "Посещаемость девятых классов упала после каникул",
    "नौवीं कक्षा में उपस्थिति",
    "👩‍🏫📚 reading 🌧️",
    "word " * 3_000,
    "a" * 30_000,
)


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
    assert done == sorted(set(done))
    assert done[-1] == len(texts)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert vectors[7] @ encoder.encode([texts[7]])[0] == pytest.approx(1, abs=1e-5)


@pytest.fixture(scope="module")
def reference() -> Vectors:
    """What the library itself makes of the varied texts, in its own batches."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - takes seconds

    model = SentenceTransformer(str(packaged()), device="cpu", local_files_only=True)
    return np.asarray(model.encode(list(VARIED), normalize_embeddings=True, show_progress_bar=False))


@pytest.fixture(scope="module")
def faster() -> Encoder:
    return Encoder(numerics=OPENVINO)


@pytest.mark.slow
def test_our_batches_change_no_vector(encoder: Encoder, reference: Vectors) -> None:
    assert np.abs(encoder.encode(VARIED) - reference).max() < 1e-6


@pytest.mark.slow
def test_the_faster_way_gives_the_same_vectors_but_for_rounding(faster: Encoder, reference: Vectors) -> None:
    vectors = faster.encode(VARIED)
    assert vectors.shape == reference.shape
    assert vectors.dtype == np.float32
    assert np.einsum("ij,ij->i", vectors, reference).min() >= 0.9999
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-6)


@pytest.mark.slow
def test_a_text_has_the_same_vector_alone_in_the_faster_way(faster: Encoder) -> None:
    together = faster.encode(VARIED)
    for row in (0, 3, 7):
        assert faster.encode([VARIED[row]])[0] == pytest.approx(together[row], abs=1e-6)


@pytest.mark.slow
def test_the_faster_way_tells_its_makers_nothing(faster: Encoder) -> None:
    """The package that would send what is used to a service elsewhere is installed with it, and kept out."""
    faster.encode(["a text"])
    assert sys.modules["openvino"]
    assert sys.modules["openvino_telemetry"] is None
    assert not [each for each in sys.modules if each.startswith("openvino_telemetry.")]


def test_each_way_of_computing_has_a_fingerprint_of_its_own(tmp_path: Path) -> None:
    assert Encoder(numerics=OPENVINO).fingerprint == f"{Encoder().fingerprint}-openvino"
    folder = a_copy(tmp_path / "ours")
    assert Encoder(folder, numerics=OPENVINO).fingerprint == f"{Encoder(folder).fingerprint}-openvino"


def test_a_way_that_is_not_installed_is_refused_with_what_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingModel, match="abacus is not installed"):
        Encoder(numerics="abacus")
    monkeypatch.setattr("models.numerics.find_spec", lambda _: None)
    with pytest.raises(MissingModel, match=r"pip install 'confrere\[openvino\]'"):
        Encoder(numerics=OPENVINO)


@given(st.lists(st.integers(1, 300), max_size=60), st.integers(1, 600))
def test_batches_hold_every_text_once_and_no_more_tokens_than_allowed(lengths: list[int], most: int) -> None:
    batches = list(cut(lengths, most))
    assert sorted(place for batch in batches for place in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[place] for place in batch) <= most


@pytest.mark.slow
@pytest.mark.parametrize("text", ["", "   ", "数学の授業", "مدرسة", "word " * 200_000, "a" * 1_000_000])
def test_no_text_is_too_strange_or_too_long(encoder: Encoder, text: str) -> None:
    assert np.linalg.norm(encoder.encode([text])) == pytest.approx(1, abs=1e-5)


def test_no_texts_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_knowing_an_encoder_loads_no_library() -> None:
    code = (
        "import sys; libraries = 'torch', 'faiss', 'openvino';"
        "from models.encoder import Encoder; import models.corpus, models.ranking;"
        "e = Encoder(numerics='openvino'); print(e.fingerprint, e.width, *(each in sys.modules for each in libraries))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["all-MiniLM-L6-v2-53aa5117-openvino", "384", *["False"] * 3]


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
