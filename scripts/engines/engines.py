"""The engines, each at its best setting for the latency of one inference at a time, in float32.

Libraries are imported where they are used: a worker has one of them in its memory.
"""

import os
import time

import numpy


class OnnxRuntime:
    def __init__(self, model, x, threads):
        import onnxruntime

        self.version = onnxruntime.__version__
        self.setting = "all optimisations"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"])
        # Bound once, so that no run converts or copies.
        binding = session.io_binding()
        binding.bind_cpu_input(session.get_inputs()[0].name, x)
        output = session.get_outputs()[0]
        self.result = onnxruntime.OrtValue.ortvalue_from_shape_and_type(
            output.shape, numpy.float32)
        binding.bind_ortvalue_output(output.name, self.result)
        self.run = lambda: session.run_with_iobinding(binding)

    def output(self):
        self.run()
        return self.result.numpy()


class OpenVINO:
    def __init__(self, model, x, threads):
        import openvino
        from openvino import properties

        self.version = openvino.__version__.split("-")[0]
        self.setting = "latency hint, one stream"
        core = openvino.Core()
        compiled = core.compile_model(
            model, "CPU", {
                properties.hint.performance_mode: properties.hint.PerformanceMode.LATENCY,
                properties.num_streams: 1,
                properties.inference_num_threads: threads,
                properties.hint.inference_precision: openvino.Type.f32,
            })
        self.request = compiled.create_infer_request()
        self.request.set_input_tensor(openvino.Tensor(x, shared_memory=True))
        self.run = self.request.infer

    def output(self):
        self.run()
        return numpy.array(self.request.get_output_tensor().data)


class Torch:
    """A traced and frozen module (torch_model.py makes it), optimised for inference. Of the memory
    formats contiguous and channels_last, the faster one counts."""

    def __init__(self, model, x, threads):
        import torch

        self.version = torch.__version__.split("+")[0]
        torch.set_num_threads(threads)
        torch.set_grad_enabled(False)
        best = None
        for name in ["contiguous", "channels_last"]:
            layout = getattr(torch, name + "_format" if name == "contiguous" else name)
            candidate = self.candidate(torch, model, x, layout)
            for _ in range(3):
                candidate()
            seconds = min(self.seconds(candidate) for _ in range(5))
            if best is None or seconds < best[0]:
                best = (seconds, name, candidate)
            del candidate
        _, layout, self.run = best
        self.setting = f"TorchScript frozen, optimized for inference, {layout}"

    @staticmethod
    def candidate(torch, model, x, layout):
        module = torch.jit.load(model).eval().to(memory_format=layout)
        module = torch.jit.optimize_for_inference(torch.jit.freeze(module))
        tensor = torch.from_numpy(x).contiguous(memory_format=layout)
        return lambda: module(tensor)

    @staticmethod
    def seconds(run):
        start = time.perf_counter()
        run()
        return time.perf_counter() - start

    def output(self):
        return self.run().numpy()


class NCNN:
    """MODEL is the path without `.ncnn.param` and `.ncnn.bin`, as pnnx writes them."""

    def __init__(self, model, x, threads):
        import ncnn

        self.version = ncnn.__version__
        self.setting = "float32 storage and arithmetic"
        self.net = ncnn.Net()
        option = self.net.opt
        option.num_threads = threads
        option.use_fp16_packed = option.use_fp16_storage = option.use_fp16_arithmetic = False
        option.use_bf16_storage = False
        if self.net.load_param(model + ".ncnn.param") or self.net.load_model(model + ".ncnn.bin"):
            raise RuntimeError(f"ncnn cannot load {os.path.basename(model)}")
        self.input = ncnn.Mat(x[0])
        self.names = self.net.input_names()[0], self.net.output_names()[0]
        self.shape = x.shape

    def run(self):
        with self.net.create_extractor() as extractor:
            extractor.input(self.names[0], self.input)
            code, self.result = extractor.extract(self.names[1])
            if code:
                raise RuntimeError(f"ncnn's extract gives {code}")

    def output(self):
        self.run()
        return numpy.array(self.result)[None]


class LiteRT:
    """TensorFlow Lite's interpreter with XNNPACK, which it uses by itself. Data are NHWC, turned
    outside the timed part as a program that uses it would have them."""

    def __init__(self, model, x, threads):
        import importlib.metadata

        from ai_edge_litert.interpreter import Interpreter

        self.version = importlib.metadata.version("ai-edge-litert")
        self.setting = "XNNPACK"
        self.interpreter = Interpreter(model_path=model, num_threads=threads)
        self.interpreter.allocate_tensors()
        place = self.interpreter.get_input_details()[0]["index"]
        self.interpreter.set_tensor(place, numpy.ascontiguousarray(x.transpose(0, 2, 3, 1)))
        self.run = self.interpreter.invoke

    def output(self):
        self.run()
        y = self.interpreter.get_tensor(self.interpreter.get_output_details()[0]["index"])
        return y if y.ndim == 2 else numpy.ascontiguousarray(y.transpose(0, 3, 1, 2))


ENGINES = {
    "onnxruntime": OnnxRuntime,
    "openvino": OpenVINO,
    "torch": Torch,
    "ncnn": NCNN,
    "litert": LiteRT,
}
