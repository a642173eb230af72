"""Translates a model of `convbench export` into TorchScript.

    torch_model.py MODEL.onnx OUTPUT.pt

Covers the operators that the export writes and no others. The trace holds plain calls of
torch.nn.functional with the file's weights; nothing is folded, that is the engine's business.
"""

import sys

import numpy
import onnx
import torch
from onnx import numpy_helper
from torch.nn import functional


class Model(torch.nn.Module):
    def __init__(self, graph):
        super().__init__()
        self.graph = graph
        # Their names have dots, which buffers may not.
        self.buffer = {}
        for index, tensor in enumerate(graph.initializer):
            value = torch.from_numpy(numpy_helper.to_array(tensor).copy())
            self.register_buffer(f"b{index}", value)
            self.buffer[tensor.name] = f"b{index}"

    def forward(self, x):
        values = {self.graph.input[0].name: x}

        def read(name):
            return getattr(self, self.buffer[name]) if name in self.buffer else values[name]

        for node in self.graph.node:
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            operation = OPERATIONS.get(node.op_type)
            if operation is None:
                raise NotImplementedError(f"{node.name}: {node.op_type} is not translated")
            values[node.output[0]] = operation(attributes, *map(read, node.input))
        return values[self.graph.output[0].name]


def padded(x, pads, value):
    """Explicit where the sides differ. The symmetric padding that is left to the operation."""
    top, left, bottom, right = pads
    if top == bottom and left == right:
        return x, (top, left)
    return functional.pad(x, (left, right, top, bottom), value=value), (0, 0)


def convolution(a, x, weight, bias=None):
    x, padding = padded(x, a["pads"], 0.0)
    return functional.conv2d(
        x, weight, bias, a["strides"], padding, a["dilations"], a["group"])


def maximum(a, x):
    x, padding = padded(x, a.get("pads", [0, 0, 0, 0]), -float("inf"))
    return functional.max_pool2d(
        x, a["kernel_shape"], a["strides"], padding, ceil_mode=bool(a.get("ceil_mode", 0)))


def average(a, x):
    pads = a.get("pads", [0, 0, 0, 0])
    if pads[:2] != pads[2:]:
        raise NotImplementedError("an average over uneven padding is not translated")
    return functional.avg_pool2d(
        x, a["kernel_shape"], a["strides"], pads[:2], bool(a.get("ceil_mode", 0)),
        bool(a["count_include_pad"]))


def pad(a, x, pads):
    before, after = pads.tolist()[:4], pads.tolist()[4:]
    sides = []
    for low, high in zip(reversed(before), reversed(after)):
        sides += [low, high]
    return functional.pad(x, sides)


OPERATIONS = {
    "Conv": convolution,
    "BatchNormalization": lambda a, x, scale, shift, mean, variance: functional.batch_norm(
        x, mean, variance, scale, shift, eps=a["epsilon"]),
    "Relu": lambda a, x: functional.relu(x),
    "Clip": lambda a, x, low, high: functional.hardtanh(x, low.item(), high.item()),
    "Tanh": lambda a, x: torch.tanh(x),
    "MaxPool": maximum,
    "AveragePool": average,
    "GlobalAveragePool": lambda a, x: functional.adaptive_avg_pool2d(x, 1),
    "LRN": lambda a, x: functional.local_response_norm(
        x, a["size"], a["alpha"], a["beta"], a["bias"]),
    "Flatten": lambda a, x: torch.flatten(x, a["axis"]),
    "Gemm": lambda a, x, weight, bias=None: functional.linear(x, weight, bias),
    "Add": lambda a, x, y: x + y,
    "Mul": lambda a, x, factor: x * factor.item(),
    "Concat": lambda a, *xs: torch.cat(xs, a["axis"]),
    "Softmax": lambda a, x: torch.softmax(x, a["axis"]),
    "Unsqueeze": lambda a, x, axes: x[:, :, None, None],
    "Pad": pad,
    "Identity": lambda a, x: x,
}


def main():
    source, target = sys.argv[1:]
    graph = onnx.load(source).graph
    shape = [d.dim_value for d in graph.input[0].type.tensor_type.shape.dim]
    x = torch.from_numpy(
        numpy.random.default_rng(1).standard_normal(shape).astype(numpy.float32))
    # Recursion of the tracer grows with the network's depth.
    sys.setrecursionlimit(100_000)
    with torch.no_grad():
        torch.jit.trace(Model(graph).eval(), x, check_trace=False).save(target)


if __name__ == "__main__":
    main()
