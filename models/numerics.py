"""What computes vectors from tokens with a model's weights, in 32-bit floats: torch as it comes, or OpenVINO."""

import sys
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

PLAIN: Final = "plain"
OPENVINO: Final = "openvino"
# tokens computed at once: little padding, and what passes between layers stays near the processor; but torch's threads
# wait for one another at every step, and fewer, larger steps do better where the processor is shared
AT_ONCE: Final = {PLAIN: 1_024, OPENVINO: 512}
_ALONE: Final = 512  # tokens, as of a question or the sentences of a list, that torch computes in one thread: as above

Tokens = dict[str, Any]  # as the model's tokeniser gives them: tensors of (texts, tokens), and words about them
Compute = Callable[[Tokens], npt.NDArray[np.float32]]  # one row a text, of any length


def installed(numerics: str) -> bool:
    """Whether what computes in this way is here; nothing is imported."""
    return numerics == PLAIN or (numerics in AT_ONCE and find_spec(numerics) is not None)


def computing(numerics: str, model: "SentenceTransformer", threads: int) -> Compute:
    return _openvino(model, threads) if numerics == OPENVINO else _plain(model, threads)


def _plain(model: "SentenceTransformer", threads: int) -> Compute:
    import torch  # noqa: PLC0415 - takes seconds

    def compute(tokens: Tokens) -> npt.NDArray[np.float32]:
        torch.set_num_threads(1 if tokens["attention_mask"].numel() <= _ALONE else threads)
        with torch.inference_mode():
            vectors: npt.NDArray[np.float32] = model(dict(tokens))["sentence_embedding"].numpy()
        return vectors

    return compute


def _openvino(model: "SentenceTransformer", threads: int) -> Compute:
    """The same graph, compiled for this processor at each start, from the weights that were loaded."""
    import torch  # noqa: PLC0415 - takes seconds

    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # or it would tell its makers of each use
    import openvino  # noqa: PLC0415 - is not needed elsewhere

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, tokens: Tokens) -> torch.Tensor:
            vectors: torch.Tensor = self.model(dict(tokens))["sentence_embedding"]
            return vectors

    example = _tensors(model.preprocess(["any two texts", "of any lengths"]))
    any_shape = {name: dict.fromkeys((0, 1), torch.export.Dim.DYNAMIC) for name in example}
    with warnings.catch_warnings(action="ignore"), torch.no_grad():  # of what the libraries use of each other
        graph = openvino.convert_model(torch.export.export(Whole().eval(), (example,), dynamic_shapes=(any_shape,)))
    # 32 bits everywhere: left to itself it takes 16 where the processor has them, and vectors differ between machines
    settings = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads, "ENABLE_CPU_PINNING": False}
    request = openvino.compile_model(graph, "CPU", settings).create_infer_request()

    def compute(tokens: Tokens) -> npt.NDArray[np.float32]:
        vectors: npt.NDArray[np.float32] = request.infer([each.numpy() for each in _tensors(tokens).values()])[0]
        return vectors

    return compute


def _tensors(tokens: Tokens) -> Tokens:
    return {name: each for name, each in tokens.items() if not isinstance(each, str | int)}
