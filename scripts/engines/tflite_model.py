"""Translates a model of `convbench export` into LiteRT's (TensorFlow Lite's) format.

    tflite_model.py MODEL.onnx OUTPUT.tflite

Covers the operators that the export writes and no others. As Google's converters do, it turns the
layout to NHWC, folds batch normalisation into the convolution before it, and fuses ReLU and ReLU6
with what they follow. Padding is `SAME` where that means the same, else an operation of its own.
"""

import sys

import flatbuffers
import numpy
import onnx
from ai_edge_litert import schema_py_generated as schema
from onnx import numpy_helper

LOWEST = numpy.finfo(numpy.float32).min
Function = schema.ActivationFunctionType
FUSABLE = ["CONV_2D", "DEPTHWISE_CONV_2D", "ADD", "FULLY_CONNECTED"]


class Writer:
    def __init__(self, graph):
        self.graph = graph
        self.constants = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
        self.readers = {}
        for node in graph.node:
            for name in node.input:
                self.readers.setdefault(name, []).append(node)
        self.buffers = [schema.BufferT()]
        self.tensors, self.operators, self.codes = [], [], []
        # For every ONNX value its tensor, and for every tensor the operation that writes it.
        self.values, self.writers = {}, {}
        # Tensors without negative values.
        self.nonnegative = set()

    # Tensors and operations.

    def tensor(self, name, shape, data=None):
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type = name, list(shape), schema.TensorType.FLOAT32
        tensor.buffer = 0
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = numpy.frombuffer(numpy.ascontiguousarray(data).tobytes(), numpy.uint8)
            self.buffers.append(buffer)
            tensor.buffer = len(self.buffers) - 1
            if data.dtype == numpy.int32:
                tensor.type = schema.TensorType.INT32
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def constant(self, data):
        return self.tensor(f"constant{len(self.tensors)}", data.shape, data)

    def operation(self, kind, inputs, name, shape, options=None, **fields):
        number = getattr(schema.BuiltinOperator, kind)
        if number not in self.codes:
            self.codes.append(number)
        operator = schema.OperatorT()
        operator.opcodeIndex = self.codes.index(number)
        operator.inputs = inputs
        output = self.tensor(name, shape)
        operator.outputs = [output]
        if options:
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, options)
            operator.builtinOptions = getattr(schema, options + "T")()
            for field, value in fields.items():
                if not hasattr(operator.builtinOptions, field):
                    raise AttributeError(f"{options} has no {field}")
                setattr(operator.builtinOptions, field, value)
        self.operators.append(operator)
        self.writers[output] = (kind, operator)
        return output

    def shape(self, tensor):
        return list(self.tensors[tensor].shape)

    # What the operators have in common.

    def padded(self, x, pads, value, name):
        """Pixels of padding as an operation; zero where a maximum cannot tell the difference."""
        top, left, bottom, right = pads
        if not any(pads):
            return x
        n, h, w, c = self.shape(x)
        sides = self.constant(
            numpy.array([[0, 0], [top, bottom], [left, right], [0, 0]], numpy.int32))
        shape = [n, h + top + bottom, w + left + right, c]
        if value == 0 or x in self.nonnegative:
            y = self.operation("PAD", [x, sides], name, shape, "PadOptions")
            if x in self.nonnegative:
                self.nonnegative.add(y)
            return y
        lowest = self.constant(numpy.array([value], numpy.float32))
        return self.operation("PADV2", [x, sides, lowest], name, shape, "PadV2Options")

    def window(self, x, a, value, name, exclude=False):
        """Pads as `SAME` or with an operation. Gives the tensor, the word and the output's size."""
        pads = list(a.get("pads", [0, 0, 0, 0]))
        strides, dilations = a.get("strides", [1, 1]), a.get("dilations", [1, 1])
        _, *size, _ = self.shape(x)
        same, output = [0] * 4, []
        for axis in range(2):
            reach = (a["kernel_shape"][axis] - 1) * dilations[axis] + 1
            room = size[axis] + pads[axis] + pads[axis + 2] - reach
            steps = -(-room // strides[axis]) if a.get("ceil_mode", 0) else room // strides[axis]
            output.append(steps + 1)
            # What the last window of ceil mode has beyond the padding.
            pads[axis + 2] += max(0, steps * strides[axis] - room)
            total = max((-(-size[axis] // strides[axis]) - 1) * strides[axis] + reach
                        - size[axis], 0)
            same[axis], same[axis + 2] = total // 2, total - total // 2
        if any(pads) and pads == same:
            return x, schema.Padding.SAME, output
        if exclude and any(pads):
            raise NotImplementedError(f"{name}: an average that leaves out such padding")
        return self.padded(x, pads, value, f"{name}/pad"), schema.Padding.VALID, output

    # One function per ONNX operator.

    def Conv(self, node, a, x):
        weights = self.constants[node.input[1]]
        bias = (self.constants[node.input[2]] if len(node.input) > 2
                else numpy.zeros(len(weights), numpy.float32))
        name = node.output[0]
        readers = self.readers.get(name, [])
        if len(readers) == 1 and readers[0].op_type == "BatchNormalization":
            factor, shift = self.normalization(readers[0])
            weights = weights * factor[:, None, None, None]
            bias = bias * factor + shift
            name = readers[0].output[0]
        x, padding, size = self.window(x, a, 0, node.name)
        n, _, _, channels = self.shape(x)
        fields = dict(
            padding=padding, strideH=a["strides"][0], strideW=a["strides"][1],
            dilationHFactor=a["dilations"][0], dilationWFactor=a["dilations"][1])
        depthwise = a["group"] == channels and channels > 1
        if depthwise:
            weights = weights.transpose(1, 2, 3, 0)
            kind, options = "DEPTHWISE_CONV_2D", "DepthwiseConv2DOptions"
            fields["depthMultiplier"] = weights.shape[3] // channels
        else:
            weights = weights.transpose(0, 2, 3, 1)
            kind, options = "CONV_2D", "Conv2DOptions"
        y = self.operation(
            kind, [x, self.constant(weights.astype(numpy.float32)),
                   self.constant(bias.astype(numpy.float32))],
            name, [n, *size, len(bias)], options, **fields)
        # The normalisation finds its own value already there.
        self.values[name] = y
        return y

    def normalization(self, node):
        scale, shift, mean, variance = (
            self.constants[name].astype(numpy.float64) for name in node.input[1:])
        epsilon = next(a.f for a in node.attribute if a.name == "epsilon")
        factor = scale / numpy.sqrt(variance + epsilon)
        return factor, shift - mean * factor

    def BatchNormalization(self, node, a, x):
        if node.output[0] in self.values:
            return self.values[node.output[0]]
        factor, shift = (
            self.constant(part.astype(numpy.float32)) for part in self.normalization(node))
        shape = self.shape(x)
        product = self.operation("MUL", [x, factor], f"{node.name}/scaled", shape, "MulOptions")
        return self.operation("ADD", [product, shift], node.output[0], shape, "AddOptions")

    def rectified(self, node, x, function, kind):
        writer, operator = self.writers.get(x, (None, None))
        if len(self.readers[node.input[0]]) == 1 and writer in FUSABLE:
            operator.builtinOptions.fusedActivationFunction = function
            y = x
        else:
            y = self.operation(kind, [x], node.output[0], self.shape(x))
        self.nonnegative.add(y)
        return y

    def Relu(self, node, a, x):
        return self.rectified(node, x, Function.RELU, "RELU")

    def Clip(self, node, a, x):
        if [float(self.constants[name]) for name in node.input[1:]] != [0, 6]:
            raise NotImplementedError(f"{node.name}: only a clip from 0 to 6")
        return self.rectified(node, x, Function.RELU6, "RELU6")

    def Tanh(self, node, a, x):
        return self.operation("TANH", [x], node.output[0], self.shape(x))

    def pool(self, kind, node, a, x, value, exclude=False):
        y, padding, size = self.window(x, a, value, node.name, exclude)
        n, _, _, channels = self.shape(x)
        kernel, strides = a["kernel_shape"], a["strides"]
        result = self.operation(
            kind, [y], node.output[0], [n, *size, channels], "Pool2DOptions", padding=padding,
            filterHeight=kernel[0], filterWidth=kernel[1], strideH=strides[0],
            strideW=strides[1])
        if x in self.nonnegative:
            self.nonnegative.add(result)
        return result

    def MaxPool(self, node, a, x):
        return self.pool("MAX_POOL_2D", node, a, x, LOWEST)

    def AveragePool(self, node, a, x):
        if not a["count_include_pad"]:
            return self.pool("AVERAGE_POOL_2D", node, a, x, 0, exclude=True)
        # Its own SAME would leave the padding out of the count.
        pads, a = a["pads"], dict(a, pads=[0, 0, 0, 0])
        y = self.padded(x, pads, 0, f"{node.name}/pad")
        if y == x and a.get("ceil_mode", 0):
            raise NotImplementedError(f"{node.name}: an average with ceil mode")
        return self.pool("AVERAGE_POOL_2D", node, a, y, 0)

    def GlobalAveragePool(self, node, a, x):
        n, _, _, channels = self.shape(x)
        axes = self.constant(numpy.array([1, 2], numpy.int32))
        return self.operation(
            "MEAN", [x, axes], node.output[0], [n, 1, 1, channels], "ReducerOptions",
            keepDims=True)

    def LRN(self, node, a, x):
        # Not divided by the size here.
        return self.operation(
            "LOCAL_RESPONSE_NORMALIZATION", [x], node.output[0], self.shape(x),
            "LocalResponseNormalizationOptions", radius=a["size"] // 2,
            alpha=a["alpha"] / a["size"], beta=a["beta"], bias=a["bias"])

    def Flatten(self, node, a, x):
        n, *rest = self.shape(x)
        shape = [n, int(numpy.prod(rest))]
        sizes = self.constant(numpy.array(shape, numpy.int32))
        y = self.operation(
            "RESHAPE", [x, sizes], node.output[0], shape, "ReshapeOptions", newShape=shape)
        # The product's weights are reordered instead of the pixels.
        self.tensors[y].flattened = rest
        return y

    def Gemm(self, node, a, x):
        weights, bias = self.constants[node.input[1]], self.constants[node.input[2]]
        if hasattr(self.tensors[x], "flattened"):
            h, w, c = self.tensors[x].flattened
            weights = weights.reshape(-1, c, h, w).transpose(0, 2, 3, 1).reshape(len(weights), -1)
        return self.operation(
            "FULLY_CONNECTED", [x, self.constant(weights), self.constant(bias)],
            node.output[0], [self.shape(x)[0], len(weights)], "FullyConnectedOptions")

    def Add(self, node, a, x, y):
        return self.operation("ADD", [x, y], node.output[0], self.shape(x), "AddOptions")

    def Mul(self, node, a, x):
        factor = self.constant(self.constants[node.input[1]].reshape(1))
        return self.operation("MUL", [x, factor], node.output[0], self.shape(x), "MulOptions")

    def Concat(self, node, a, *xs):
        shape = self.shape(xs[0])
        shape[-1] = sum(self.shape(x)[-1] for x in xs)
        y = self.operation(
            "CONCATENATION", list(xs), node.output[0], shape, "ConcatenationOptions",
            axis=len(shape) - 1)
        if all(x in self.nonnegative for x in xs):
            self.nonnegative.add(y)
        return y

    def Softmax(self, node, a, x):
        return self.operation(
            "SOFTMAX", [x], node.output[0], self.shape(x), "SoftmaxOptions", beta=1.0)

    def Pad(self, node, a, x):
        pads = self.constants[node.input[1]]
        sides = numpy.stack([pads[:4], pads[4:]], 1)[[0, 2, 3, 1]].astype(numpy.int32)
        shape = [size + sum(side) for size, side in zip(self.shape(x), sides.tolist())]
        return self.operation(
            "PAD", [x, self.constant(sides)], node.output[0], shape, "PadOptions")

    # The whole.

    def model(self):
        value = self.graph.input[0]
        n, c, h, w = (d.dim_value for d in value.type.tensor_type.shape.dim)
        source = self.values[value.name] = self.tensor(value.name, [n, h, w, c])
        for node in self.graph.node:
            translate = getattr(self, node.op_type, None)
            if translate is None:
                raise NotImplementedError(f"{node.name}: {node.op_type} is not translated")
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            inputs = [self.values[name] for name in node.input if name not in self.constants]
            self.values[node.output[0]] = translate(node, attributes, *inputs)
        subgraph = schema.SubGraphT()
        subgraph.tensors, subgraph.operators = self.tensors, self.operators
        subgraph.inputs = [source]
        subgraph.outputs = [self.values[self.graph.output[0].name]]
        model = schema.ModelT()
        model.version, model.subgraphs, model.buffers = 3, [subgraph], self.buffers
        model.operatorCodes = []
        for number in self.codes:
            code = schema.OperatorCodeT()
            code.deprecatedBuiltinCode = code.builtinCode = number
            code.version = 1
            model.operatorCodes.append(code)
        return model


def main():
    source, target = sys.argv[1:]
    model = Writer(onnx.load(source).graph).model()
    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    with open(target, "wb") as file:
        file.write(builder.Output())


if __name__ == "__main__":
    main()
