"""Runs noise through a model in ONNX Runtime, nothing optimised.

    reference.py MODEL.onnx INPUT.npy OUTPUT.npy
"""

import sys

import numpy
import onnxruntime

model, source, target = sys.argv[1:]
options = onnxruntime.SessionOptions()
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
entry = session.get_inputs()[0]
x = numpy.random.default_rng(1).standard_normal(entry.shape).astype(numpy.float32)
numpy.save(source, x)
numpy.save(target, session.run(None, {entry.name: x})[0])
