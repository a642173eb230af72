// Invariant: every kernel reads and writes within the tensors made for it, which outlive the timing.

import Base
import Convolution
import KernelInterface
import KernelLibrary
import Measurement

/// The operations between convolutions, as GB/s beside the copy bandwidth of the level that their
/// data fit in, measured in turn with them. One thread, data as the run before left them.
struct StepBandwidth {
  struct Result {
    let name: String
    let time: Nanoseconds
    /// Bytes read and written, each once.
    let bytes: Int
    let level: String
    /// The level's, GB/s.
    let copy: Double

    var bandwidth: Double { Double(bytes) / time.value }
    /// Of the level's copy bandwidth.
    var share: Double { bandwidth / copy }
  }

  let kernels: Kernels
  /// Innermost first, with what each holds.
  let levels: [BandwidthProbe]
  let capacities: [Int]

  private static let rounds = 15
  private static let burst = Nanoseconds.milliseconds(1)

  func measureAll() -> [Result] {
    [
      add(TensorShape(channels: 256, height: 14, width: 14)),
      add(TensorShape(channels: 256, height: 56, width: 56)),
      maximumPool(TensorShape(channels: 64, height: 112, width: 112)),
      globalAverage(TensorShape(channels: 2048, height: 7, width: 7)),
      normalization(TensorShape(channels: 96, height: 55, width: 55)),
      softmax(classes: 1000),
    ]
  }

  private func tensor(_ shape: TensorShape) -> Tensor {
    Tensor(
      shape: shape, block: kernels.vectorWidth,
      planar: ExactData(seed: 1).values(count: shape.count))
  }

  private func time(_ name: String, bytes: Int, _ body: () -> Void) -> Result {
    body()
    let trial = Stopwatch()
    body()
    let runs = max(1, Int(Self.burst / max(trial.elapsed, 1)))
    let level = levels[capacities.firstIndex { $0 >= bytes } ?? levels.count - 1]
    var times: [Nanoseconds] = []
    var copies: [Double] = []
    for _ in 0..<Self.rounds {
      copies.append(level.copy())
      // The copy has taken the caches.
      body()
      let watch = Stopwatch()
      for _ in 0..<runs { body() }
      times.append(watch.elapsed / Double(runs))
    }
    return Result(
      name: name, time: Statistics.median(times), bytes: bytes, level: level.name,
      copy: Statistics.median(copies))
  }

  private func add(_ shape: TensorShape) -> Result {
    let (first, second, sum) = (tensor(shape), tensor(shape), tensor(shape))
    return time("add \(text(shape))", bytes: 12 * shape.count) {
      for block in 0..<sum.layout.blocks {
        let plane = block * sum.layout.planePitch
        var a = ElementwiseArguments(
          input: first.view.base + plane, output: sum.view.base + plane)
        a.addend = UnsafePointer(second.view.base + plane)
        a.inputRow = sum.layout.rowPitch
        a.addendRow = sum.layout.rowPitch
        a.outputRow = sum.layout.rowPitch
        a.rows = shape.height
        a.width = shape.width
        a.activation = Activation.relu.code
        kernels.set.elementwise(&a)
      }
    }
  }

  /// 3×3 with stride 2, as behind ResNet's first convolution.
  private func maximumPool(_ shape: TensorShape) -> Result {
    let input = tensor(shape)
    let output = tensor(
      TensorShape(
        channels: shape.channels, height: (shape.height + 1) / 2, width: (shape.width + 1) / 2))
    let bytes = 4 * (shape.count + output.layout.shape.count)
    return time("max pool 3×3/2 \(text(shape))", bytes: bytes) {
      for block in 0..<input.layout.blocks {
        var a = PoolArguments(
          input: input.view.base + block * input.layout.planePitch,
          output: output.view.base + block * output.layout.planePitch)
        a.inputRow = input.layout.rowPitch
        a.outputRow = output.layout.rowPitch
        a.inputHeight = shape.height
        a.inputWidth = shape.width
        a.outputWidth = output.layout.shape.width
        a.kernelHeight = 3
        a.kernelWidth = 3
        a.strideHeight = 2
        a.strideWidth = 2
        a.paddingTop = 1
        a.paddingLeft = 1
        a.paddingBottom = 1
        a.paddingRight = 1
        a.rows = output.layout.shape.height
        kernels.set.pool(&a)
      }
    }
  }

  private func globalAverage(_ shape: TensorShape) -> Result {
    let input = tensor(shape)
    let output = tensor(TensorShape(channels: shape.channels, height: 1, width: 1))
    return time("global average \(text(shape))", bytes: 4 * (shape.count + shape.channels)) {
      var a = PlaneAverageArguments(input: input.view.base, output: output.view.base)
      a.planes = input.layout.blocks
      a.inputRow = input.layout.rowPitch
      a.inputPlane = input.layout.planePitch
      a.outputPlane = output.layout.planePitch
      a.height = shape.height
      a.width = shape.width
      kernels.set.averagePlanes(&a)
    }
  }

  /// AlexNet's first one: five channels.
  private func normalization(_ shape: TensorShape) -> Result {
    let (input, output) = (tensor(shape), tensor(shape))
    let scratch = FloatBuffer(count: NormalizationArguments.scratchCount)
    return time("LRN \(text(shape))", bytes: 8 * shape.count) {
      for block in 0..<input.layout.blocks {
        for row in 0..<shape.height {
          let offset = block * input.layout.planePitch + row * input.layout.rowPitch
          var a = NormalizationArguments(
            input: input.view.base + offset, output: output.view.base + offset,
            scratch: scratch.memory)
          a.inputPlane = input.layout.planePitch
          a.blocksBefore = block
          a.blocksBehind = input.layout.blocks - 1 - block
          a.width = shape.width
          a.radius = 2
          a.alpha = 2e-5
          a.k = 1
          kernels.set.normalize(&a)
        }
      }
    }
  }

  private func softmax(classes: Int) -> Result {
    let shape = TensorShape(channels: classes, height: 1, width: 1)
    let (input, output) = (tensor(shape), tensor(shape))
    return time("softmax \(classes)", bytes: 8 * classes) {
      var a = SoftmaxArguments(input: input.view.base, output: output.view.base)
      a.inputPlane = input.layout.planePitch
      a.outputPlane = output.layout.planePitch
      a.channels = classes
      kernels.set.softmax(&a)
    }
  }

  private func text(_ shape: TensorShape) -> String {
    "\(shape.channels)×\(shape.height)×\(shape.width)"
  }
}
