"""The teacher as a file of weights for `packages/thorough`: an ONNX graph of small integers.

Each row of the embedding table is kept as int8 with a scale of its own; the layers' matrices are
quantised by ONNX Runtime (int8 for each column, seven bits of them used, so that processors
without VNNI give the same results). Source, token type and position are folded into one table:
the network always reads as for the source `any`, from windows of at most `LONGEST` pieces.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn
from transformers.models.bert.modeling_bert import BertLayer

from sluice.engine.names.features import BITS
from sluice.engine.names.tags import TAGS
from sluice.engine.names.weights import packed
from sluice_thorough.pieces import WordPieces
from sluice_thorough.tagger import ThoroughTagger
from sluice_thorough.windows import LONGEST, Window
from training import calibration
from training.examples import Encoded
from training.export import straight
from training.teacher import SOURCES, Teacher
from training.words import pieces, tokenizer

OPSET: Final = 18
"""The version of ONNX's operators: old enough for every ONNX Runtime that the package takes."""
Arrays = dict[str, npt.NDArray[np.generic]]


class Matrix(nn.Module):
    """A linear layer as one product with a matrix: what the quantisation looks for."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.weight = nn.Parameter(linear.weight.detach().T.contiguous())
        self.bias = nn.Parameter(linear.bias.detach()) if linear.bias is not None else None

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """(rows, in) to (rows, out)."""
        found = states @ self.weight
        return found if self.bias is None else found + self.bias


class Layer(nn.Module):
    """A layer of BERT for one sequence without padding."""

    def __init__(self, layer: BertLayer, heads: int) -> None:
        super().__init__()
        own, out = layer.attention.self, layer.attention.output
        self.heads = heads
        self.query, self.key, self.value = Matrix(own.query), Matrix(own.key), Matrix(own.value)
        self.attended, self.attended_norm = Matrix(out.dense), out.LayerNorm
        self.wide, self.narrow = Matrix(layer.intermediate.dense), Matrix(layer.output.dense)
        self.norm = layer.output.LayerNorm

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """(pieces, width) to (pieces, width)."""
        query, key, value = (self._headed(m(states)) for m in (self.query, self.key, self.value))
        scores = query @ key.transpose(1, 2) / math.sqrt(query.shape[-1])
        seen = (scores.softmax(-1) @ value).transpose(0, 1).reshape(-1, states.shape[-1])
        states = self.attended_norm(states + self.attended(seen))
        more = self.narrow(nn.functional.gelu(self.wide(states)))
        found: torch.Tensor = self.norm(states + more)
        return found

    def _headed(self, states: torch.Tensor) -> torch.Tensor:
        return states.reshape(-1, self.heads, states.shape[-1] // self.heads).transpose(0, 1)


class Graph(nn.Module):
    """The teacher as the package runs it: the inputs of a `Window`, log-probabilities out."""

    def __init__(self, teacher: Teacher) -> None:
        super().__init__()
        embeddings, config = teacher.body.embeddings, teacher.body.config
        table = embeddings.word_embeddings.weight.detach()
        scale = table.abs().amax(1).clamp(min=1e-6) / 127
        self.register_buffer("table", (table / scale[:, None]).round().to(torch.int8))
        self.register_buffer("scale", scale)
        always = embeddings.token_type_embeddings.weight[0]
        always = always + teacher.sources.weight[SOURCES.index("any")]
        places = embeddings.position_embeddings.weight[: LONGEST + 2]
        self.register_buffer("places", (places + always).detach())
        self.shapes, self.bits = teacher.shapes, Matrix(teacher.bits)
        self.norm = embeddings.LayerNorm
        heads = config.num_attention_heads
        self.layers = nn.ModuleList(Layer(layer, heads) for layer in teacher.body.encoder.layer)
        self.head = Matrix(teacher.head)

    def forward(
        self,
        pieces: torch.Tensor,
        shapes: torch.Tensor,
        known: torch.Tensor,
        firsts: torch.Tensor,
        lasts: torch.Tensor,
    ) -> torch.Tensor:
        """Log-probabilities, (words, tags)."""
        states = self.table[pieces].float() * self.scale[pieces][:, None]
        states = states + self.shapes(shapes) + self.bits(known) + self.places[: pieces.shape[0]]
        states = self.norm(states)
        for layer in self.layers:
            states = layer(states)
        logits = self.head(torch.cat([states[firsts], states[lasts]], -1))
        return logits.log_softmax(-1)


def exported(teacher: Teacher, path: Path) -> None:
    """Write the graph in float32, but for its table of pieces."""
    graph = Graph(teacher).eval()
    length, words = torch.export.Dim("pieces", min=3, max=LONGEST + 2), torch.export.Dim("words")
    example = (
        torch.full((9,), 101),
        torch.ones(9, dtype=torch.int64),
        torch.zeros(9, BITS),
        torch.tensor([1, 2, 4, 5, 6]),
        torch.tensor([1, 3, 4, 5, 7]),
    )
    torch.onnx.export(
        graph, example, path, dynamo=True, external_data=False, opset_version=OPSET,
        verbose=False, input_names=list(Window._fields), output_names=["log_probabilities"],
        dynamic_shapes=({0: length}, {0: length}, {0: length}, {0: words}, {0: words}),
    )  # fmt: skip


def quantised(teacher: Teacher) -> bytes:
    """The graph with its layers' matrices as int8."""
    with TemporaryDirectory() as folder:
        whole, small = Path(folder) / "float.onnx", Path(folder) / "int8.onnx"
        exported(teacher, whole)
        quantize_dynamic(
            whole, small, op_types_to_quantize=["MatMul"], per_channel=True, reduce_range=True,
            weight_type=QuantType.QInt8, nodes_to_exclude=_exact(whole),
        )  # fmt: skip
        return small.read_bytes()


def _exact(path: Path) -> list[str]:
    """The products that stay exact, since they cost nothing: of the lexicon's bits, of the tags."""
    graph = onnx.load(path).graph
    edges = {
        tensor.name for tensor in graph.initializer
        if len(tensor.dims) == 2 and (tensor.dims[0] == BITS or tensor.dims[1] == len(TAGS))
    }  # fmt: skip
    return [node.name for node in graph.node if edges.intersection(node.input)]


def weights(
    teacher: Teacher,
    lexicon: tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]],
    development: Sequence[Encoded],
) -> bytes:
    """The content of the file of weights, its scores calibrated on development text.

    Raises:
        ValueError: the package cuts a word of that text into other pieces than the teacher read.
    """
    check_pieces(development)
    arrays = _arrays(quantised(teacher), lexicon)
    first = ThoroughTagger(packed(arrays), threads=0)
    arrays["calibration"] = calibration.curves(first, development)
    return packed(arrays)


def _arrays(graph: bytes, lexicon: tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]) -> Arrays:
    vocabulary = "\n".join(_vocabulary())
    return {
        "graph": np.frombuffer(graph, dtype=np.uint8),
        "vocabulary": np.frombuffer(vocabulary.encode(), dtype=np.uint8),
        "lexicon_hashes": lexicon[0],
        "lexicon_bits": lexicon[1],
        "calibration": straight(),
    }


def check_pieces(texts: Sequence[Encoded]) -> None:
    """Compare the package's pieces with the pretrained model's own tokenizer, word by word.

    Raises:
        ValueError: they differ; it says in how many words.
    """
    ours = WordPieces(_vocabulary())
    words = {text.text[start:end] for text in texts for start, end in text.spans}
    if others := sum(ours.cut(word) != pieces(word) for word in words):
        raise ValueError(f"{others} of {len(words)} words have other pieces")


def _vocabulary() -> list[str]:
    """Every piece of the pretrained model, in its order."""
    known = sorted(tokenizer().get_vocab().items(), key=lambda item: item[1])
    return [piece for piece, _ in known]
