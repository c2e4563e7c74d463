"""The network: a transformer of six layers as an ONNX graph, run by ONNX Runtime on this machine.

One window at a time: the graph's integers are scaled by the largest value of what runs together,
so that windows in one run would change each other's results a little.
"""

from __future__ import annotations

from typing import Final

import onnxruntime

from sluice.engine.names.network import Real
from sluice_thorough.windows import Window

QUIET: Final = 4
"""ONNX Runtime's level of messages that are fatal; its others could say something of the input."""


class Network:
    """The graph.

    Args:
        graph: an ONNX model with the inputs of `Window` and one output.
        threads: how many threads one run may use; runs in several threads go on side by side.

    Raises:
        Exception: ONNX Runtime cannot load the graph.
    """

    def __init__(self, graph: bytes, threads: int) -> None:
        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = QUIET
        # Windows differ in size: room planned for one is of no use to the next.
        options.enable_mem_pattern = False
        self._session = onnxruntime.InferenceSession(
            graph, options, providers=["CPUExecutionProvider"]
        )

    def log_probabilities(self, window: Window) -> Real:
        """For each word the log-probability of each tag, (words, tags)."""
        found: Real = self._session.run(None, window._asdict())[0]
        return found
