"""ONNX models and NumPy arrays made of bytes, so that the tables of faults need neither package.

Messages and numbers of fields are those of onnx.proto; arrays are float32 in C order.

    python3 model.py FILE      writes a network of one small 3x3 convolution, tuned in a moment
"""

import struct
import sys

FLOAT, UINT8, INT64, FLOAT16 = 1, 2, 7, 10
FORMATS = {FLOAT: "f", UINT8: "B", INT64: "q", FLOAT16: "e"}


def varint(value):
    value &= (1 << 64) - 1
    result = b""
    while value > 0x7F:
        result += bytes([value & 0x7F | 0x80])
        value >>= 7
    return result + bytes([value])


def number(field, value):
    return varint(field << 3) + varint(value)


def block(field, data):
    data = data.encode() if isinstance(data, str) else data
    return varint(field << 3 | 2) + varint(len(data)) + data


def tensor(name, dims, values, kind=FLOAT):
    data = struct.pack(f"<{len(values)}{FORMATS[kind]}", *values)
    return b"".join(number(1, d) for d in dims) + number(2, kind) + block(8, name) + block(9, data)


class Graph:
    """A subgraph, as an attribute."""

    def __init__(self, data):
        self.data = data


def attribute(name, value):
    head = block(1, name)
    if isinstance(value, float):
        return head + varint(2 << 3 | 5) + struct.pack("<f", value) + number(20, 1)
    if isinstance(value, int):
        return head + number(3, value) + number(20, 2)
    if isinstance(value, str):
        return head + block(4, value) + number(20, 3)
    if isinstance(value, Graph):
        return head + block(6, value.data) + number(20, 5)
    if isinstance(value, bytes):
        return head + block(5, value) + number(20, 4)
    return head + b"".join(number(8, v) for v in value) + number(20, 7)


def node(operator, inputs, outputs, **attributes):
    return (
        b"".join(block(1, name) for name in inputs)
        + b"".join(block(2, name) for name in outputs)
        + block(3, f"{operator}-{outputs[0]}")
        + block(4, operator)
        + b"".join(block(5, attribute(*pair)) for pair in attributes.items())
    )


def graph(nodes, output):
    """A branch without inputs of its own."""
    return Graph(b"".join(block(1, n) for n in nodes) + block(2, "branch") + block(12, block(1, output)))


def value(name, dims):
    """A dimension that is a text is open."""
    shape = b"".join(
        block(1, block(2, d) if isinstance(d, str) else number(1, d)) for d in dims
    )
    return block(1, name) + block(2, block(1, number(1, FLOAT) + block(2, shape)))


def model(nodes, dims, tensors=(), opset=17, further=()):
    """Input x of such dimensions and further ones (name, dimensions), output y."""
    graph = (
        b"".join(block(1, n) for n in nodes)
        + block(2, "graph")
        + b"".join(block(5, t) for t in tensors)
        + b"".join(block(11, value(*pair)) for pair in [("x", dims), *further])
        + block(12, block(1, "y"))
    )
    return number(1, 8) + block(7, graph) + block(8, number(2, opset))


def save(path, data):
    with open(path, "wb") as file:
        file.write(data)


def save_array(path, dims, values):
    text = "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }" % "".join(
        f"{d}, " for d in dims
    )
    text += " " * (-(len(text) + 11) % 64) + "\n"
    head = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()
    save(path, head + struct.pack(f"<{len(values)}f", *values))


def load_array(path):
    with open(path, "rb") as file:
        data = file.read()
    start = 10 + struct.unpack("<H", data[8:10])[0]
    header = data[10:start].decode()
    dims = [int(d) for d in header.split("(")[1].split(")")[0].split(",") if d.strip()]
    return dims, list(struct.unpack(f"<{(len(data) - start) // 4}f", data[start:]))


if __name__ == "__main__":
    weights = tensor("w", [4, 4, 3, 3], [i % 5 - 2.0 for i in range(144)])
    convolution = node("Conv", ["x", "w"], ["y"], pads=[1, 1, 1, 1])
    save(sys.argv[1], model([convolution], [1, 4, 8, 8], [weights]))
