import Base
import Convolution
import Topology
import Workers

/// Checks candidates against the reference on one problem.
///
/// The data are small integers, on which every strategy that only reorders the sum must be exact.
/// The output starts as NaN inside and as a mark in its halo, so that an element that was not
/// written, or written outside the tensor, is found.
public struct Verification {
  public struct Outcome: Sendable {
    public enum Verdict: Sendable, Equatable {
      case passed
      case failed(String)
      /// The data could not have shown an error.
      case untested(String)
    }

    public let candidate: Candidate
    public let instructionSet: InstructionSet
    public let verdict: Verdict
    /// Relative L2 error against the reference in Double.
    public let error: Double
    public let tolerance: Double
  }

  private let layer: ConvolutionLayer
  private let input: [Float]
  private let residual: [Float]?
  private let seed: UInt64
  private let reference: [Double]
  private let stop: StopCheck

  /// About what checking a problem keeps in memory at once, in bytes: data, the reference and the
  /// result in `Double` and `Float`, and weights as F(6,3) transforms them.
  public static func bytes(_ workload: Workload) -> Double {
    let problem = workload.problem
    let (input, output) = (Double(problem.inputShape.count), Double(problem.outputShape.count))
    let tensors = 3 * input + (workload.epilogue.residual ? 10 : 8) * output
    return 4 * (tensors + 10 * Double(problem.weightCount))
  }

  /// Computes the reference, which every candidate is then compared with.
  ///
  /// - Parameter stop: asked while a reference is computed.
  /// - Throws: `Stopped`.
  public init(
    _ workload: Workload, seed: UInt64 = 1, stop: StopCheck = .never
  ) throws {
    let (problem, epilogue) = (workload.problem, workload.epilogue)
    self.stop = stop
    var random = SeededGenerator(seed: seed)
    self.seed = seed
    layer = ConvolutionLayer(
      workload, weights: random.smallIntegers(problem.weightCount),
      bias: random.smallIntegers(epilogue.bias ? problem.outputChannels : 0))
    input = random.smallIntegers(problem.inputShape.count)
    residual = epilogue.residual ? random.smallIntegers(problem.outputShape.count) : nil
    reference = try Reference.run(layer, input: input, residual: residual, stop: stop)
  }

  /// Runs one candidate once.
  ///
  /// - Throws: `StrategyError` or `ConfigurationError` where there is no such candidate; `Stopped`.
  public func check(_ candidate: Candidate, kernels: Kernels, pool: WorkerPool) throws -> Outcome {
    let strategy = try StrategyTable.strategy(named: candidate.strategy)
    let problem = layer.problem
    let target = Target(kernels, pool: pool)
    if let reason = strategy.rejection(of: problem, target: target) {
      throw StrategyError(description: "\(strategy.name) does not apply to \(problem): \(reason)")
    }
    var layer = layer
    var expected = reference
    if let exact = try strategy.exactWeights(
      for: problem, configuration: candidate.configuration, seed: seed)
    {
      layer = ConvolutionLayer(
        layer.workload, weights: exact, bias: layer.bias)
      expected = try Reference.run(layer, input: input, residual: residual, stop: stop)
    }
    let prepared = try strategy.prepare(
      layer, configuration: candidate.configuration, target: target)
    let actual = run(prepared, kernels: kernels, pool: pool)
    let tolerance = strategy.tolerance(for: problem, configuration: candidate.configuration)
    let (error, verdict) = compare(actual, expected, tolerance: tolerance, layer: layer)
    return Outcome(
      candidate: candidate, instructionSet: kernels.instructionSet, verdict: verdict, error: error,
      tolerance: tolerance)
  }

  private static let mark: Float = 12345
  /// Floats around the output's memory that nobody may write: four cache lines.
  private static let margin = 64

  /// The output as the candidate computed it, nil where it wrote outside its tensor.
  private func run(
    _ prepared: any PreparedConvolution, kernels: Kernels, pool: WorkerPool
  ) -> [Float]? {
    let problem = layer.problem
    let width = kernels.vectorWidth
    let source = Tensor(
      shape: problem.inputShape, block: problem.inputBlock(vectorWidth: width),
      halo: problem.halo, planar: input)
    // A halo shows what is written beside the planes; single pixels have none in networks, and the
    // images of a batch side by side.
    let halo = problem.output == Extent(1) ? .none : Halo(top: 1, left: 1, bottom: 1, right: 1)
    let layout = TensorLayout(shape: problem.outputShape, block: width, halo: halo)
    let memory = FloatBuffer(count: Self.margin + layout.count + Self.margin)
    memory.memory.update(repeating: Self.mark, count: memory.count)
    let output = TensorView(memory: memory.memory + Self.margin, layout: layout)
    output.load(planar: [Float](repeating: .nan, count: problem.outputShape.count))
    let added = residual.map {
      Tensor(shape: problem.outputShape, block: width, planar: $0)
    }
    let workspace = FloatBuffer(count: prepared.workspaceCount)
    prepared.run(
      input: source.view, output: output, residual: added?.view,
      workspace: workspace.memory, pool: pool)
    let result = output.planar()
    return surroundingsAreIntact(of: output, in: memory) ? result : nil
  }

  /// Marks the tensor's elements, unused channels of the last block included: then all memory is
  /// marked, unless something else was written.
  private func surroundingsAreIntact(of view: TensorView, in memory: FloatBuffer) -> Bool {
    for n in 0..<view.shape.batch {
      for block in 0..<view.blocks {
        for y in 0..<view.shape.height {
          (view.base + view.offset(n, block * view.block, y, 0))
            .update(repeating: Self.mark, count: view.shape.width * view.block)
        }
      }
    }
    return UnsafeBufferPointer(start: memory.memory, count: memory.count)
      .allSatisfy { $0 == Self.mark }
  }

  private func compare(
    _ actual: [Float]?, _ expected: [Double], tolerance: Double, layer: ConvolutionLayer
  ) -> (Double, Outcome.Verdict) {
    guard let actual else { return (.infinity, .failed("it wrote outside its output")) }
    var difference = 0.0
    var norm = 0.0
    var worst = (index: 0, distance: -1.0)
    for (index, pair) in zip(actual, expected).enumerated() {
      let distance = abs(Double(pair.0) - pair.1)
      difference += distance * distance
      norm += pair.1 * pair.1
      if !(distance <= worst.distance) { worst = (index, distance) }
    }
    // Rounding is relative to what was summed. A few outputs may cancel to almost nothing, so the
    // scale is at least what sums of so many such products have when they do not.
    let scale = max(norm, Double(actual.count) * typicalSquare(layer))
    let error = scale > 0 ? (difference / scale).squareRoot() : difference.squareRoot()
    // An activation that is not a clamp rounds in libm.
    let allowed = layer.epilogue.activation == .tanh ? max(tolerance, 1e-6) : tolerance
    if !(error <= allowed) {
      let place = position(of: worst.index)
      let got = actual[worst.index]
      return (
        error, .failed("at \(place): \(got) instead of \(Float(expected[worst.index]))")
      )
    }
    if norm == 0 { return (error, .untested("every expected output is zero")) }
    return (error, .passed)
  }

  /// The mean square of an output of uncorrelated inputs and weights.
  private func typicalSquare(_ layer: ConvolutionLayer) -> Double {
    func meanSquare(_ values: [Float]) -> Double {
      values.reduce(0) { $0 + Double($1) * Double($1) } / Double(max(values.count, 1))
    }
    return Double(layer.problem.reductionLength) * meanSquare(input) * meanSquare(layer.weights)
  }

  private func position(of index: Int) -> String {
    let shape = layer.problem.outputShape
    let (plane, pixel) = index.quotientAndRemainder(dividingBy: shape.height * shape.width)
    return "[n \(plane / shape.channels), c \(plane % shape.channels), "
      + "y \(pixel / shape.width), x \(pixel % shape.width)]"
  }
}
